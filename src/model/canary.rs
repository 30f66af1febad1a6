//! Texts whose vectors are stored with a model, so that changed code cannot silently serve it.

use serde::{Deserialize, Serialize};

use crate::features::Featurizer;

/// Written for this purpose: every rule of the tokenizer and of folding leaves its mark on one.
const TEXTS: [&str; 3] = [
    "The U.S. government said on Tuesday that it doesn\u{2019}t expect the $4.5bn deal with \
     Syria\u{2019}s al-Assad to be signed before COVID-19 tests are over, a spokesman for the \
     U.N. told reporters in Geneva.",
    "Parliament voted 1,203 to 97 (12%) for the health-care law; critics call it unfair, \
     supporters of the prime minister say the police and the courts will enforce it from 9/11 on.",
    "IN THE CAFE\u{301}, ERDO\u{11E}AN'S TEAM WON 3-2 \u{2014} \u{FB01}nally \u{6771}\u{4EAC} \
     celebrated us and the US at 5 p.m. with AT&T.",
];

/// A text and what the featurizer made of it when the model was trained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// The text.
    pub text: String,
    /// Tokens that were read.
    pub tokens: u32,
    /// (term, count) by rising term.
    pub terms: Vec<(u32, u32)>,
}

impl Canary {
    fn of(featurizer: &Featurizer, text: &str) -> Self {
        let vector = featurizer.transform(&[text]);
        Self {
            text: text.into(),
            tokens: vector.tokens(),
            terms: vector.entries().iter().map(|e| (e.term, e.count)).collect(),
        }
    }

    /// The canaries of a new model.
    #[must_use]
    pub fn all(featurizer: &Featurizer) -> Vec<Self> {
        TEXTS.map(|text| Self::of(featurizer, text)).into()
    }

    /// Whether the featurizer still makes the same of the text.
    #[must_use]
    pub fn is_alive(&self, featurizer: &Featurizer) -> bool {
        Self::of(featurizer, &self.text) == *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{FeaturizerConfig, Vocabulary};

    #[test]
    fn a_canary_dies_when_its_vector_changes() {
        let terms = ["al-assad", "doesn't", "u.s."].map(Into::into).to_vec();
        let vocabulary = Vocabulary::from_sorted(terms).unwrap();
        let featurizer = Featurizer::new(FeaturizerConfig::default(), vocabulary);
        let mut canaries = Canary::all(&featurizer);
        assert_eq!(canaries[0].terms, [(0, 1), (1, 1), (2, 1)]);
        assert!(canaries.iter().all(|canary| canary.is_alive(&featurizer)));
        canaries[0].terms[0].1 = 2;
        assert!(!canaries[0].is_alive(&featurizer));
    }
}
