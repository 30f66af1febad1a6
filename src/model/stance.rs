//! The part of a model that answers by target.

use serde::{Deserialize, Serialize};

use super::Classifier;
use crate::features::{TargetFeaturizer, TermCount, WordId, Words, find_mentions};

/// Name of the axis that is asked by target.
pub const STANCE: &str = "stance";

/// What the figures of an axis count.
#[must_use]
pub fn counted_of(axis: &str) -> &'static str {
    if axis == STANCE {
        "targets"
    } else {
        "articles"
    }
}

/// Reads the surroundings of a target and scores them.
#[derive(Debug, Clone)]
pub struct StanceModel {
    /// From words and mentions to vectors.
    pub featurizer: TargetFeaturizer,
    /// The axis with its table, for sentences and short texts.
    pub classifier: Classifier,
    /// The same axis for longer texts, where the model tells them apart.
    pub longer: Option<Classifier>,
}

impl StanceModel {
    /// What judges a text.
    #[must_use]
    pub fn classifier_of(&self, words: &Words) -> &Classifier {
        let longer = self.longer.as_ref().filter(|_| words.are_many());
        longer.unwrap_or(&self.classifier)
    }
}

/// Written for this purpose: every kind of term of a target stands around these mentions.
const TEXT: &str = "Critics never praised Minister Orla Brandt for the reform, which she called \
    a great success. On Monday the opposition accused Brandt of ignoring the poor harvest, and \
    farmers said that they were angry and disappointed. \"She does not listen,\" said one of them. \
    The government rejected the criticism and promised help, fair prices and better roads before \
    the winter. Orla Brandt won the election two years ago by a narrow margin and has defended \
    her plans against strong resistance ever since.";
const TARGET: &str = "Orla Brandt";

/// The vector of a text and a target when the model was trained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetCanary {
    /// The text.
    pub text: String,
    /// The target.
    pub target: String,
    /// (term, count) by rising term.
    pub terms: Vec<(u32, u32)>,
    /// The words of each region, where the model has words that share weights.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub around: Vec<Vec<WordId>>,
}

impl TargetCanary {
    fn of(featurizer: &TargetFeaturizer, text: &str, target: &str) -> Self {
        let words = Words::read(&[text], u32::MAX);
        let (mentions, reading) = (find_mentions(&words, target), featurizer.read(&words));
        let (vector, vicinity) = reading.transform(&mentions);
        let shares = featurizer.vocabulary().around().is_some();
        let regions = vicinity.regions().filter(|_| shares);
        let ids = |words: &[TermCount]| words.iter().map(|entry| entry.term).collect();
        Self {
            text: text.into(),
            target: target.into(),
            terms: vector.entries().iter().map(|e| (e.term, e.count)).collect(),
            around: regions.map(ids).collect(),
        }
    }

    /// The canary of a new model.
    #[must_use]
    pub fn new(featurizer: &TargetFeaturizer) -> Self {
        Self::of(featurizer, TEXT, TARGET)
    }

    /// Whether the featurizer still makes the same of the text.
    #[must_use]
    pub fn is_alive(&self, featurizer: &TargetFeaturizer) -> bool {
        Self::of(featurizer, &self.text, &self.target) == *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Lexicon, Vocabulary};

    #[test]
    fn a_canary_dies_when_its_vector_changes() {
        let terms = ["before:accused", "mentions:3", "tone:+"]
            .map(Into::into)
            .to_vec();
        let vocabulary = Vocabulary::from_sorted(terms).unwrap();
        let lexicon = Lexicon::parse("success\t2\n").unwrap();
        let featurizer = TargetFeaturizer::new(vocabulary.clone(), lexicon);
        let canary = TargetCanary::new(&featurizer);
        assert_eq!(canary.terms, [(0, 1), (1, 1), (2, 1)]);
        assert!(canary.is_alive(&featurizer));
        let deaf = TargetFeaturizer::new(vocabulary, Lexicon::default());
        assert!(!canary.is_alive(&deaf));
    }
}
