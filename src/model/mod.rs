//! A [`Model`]: one featurizer, a [`Classifier`] for each axis and a [`Card`] that says where it
//! comes from. [`mod@file`] stores it, [`Model::open`] reads it from disk, [`canary`] makes sure
//! that the code that reads it still reads text as the code that trained it did.

pub mod canary;
pub mod card;
pub mod classifier;
pub mod embedded;
pub mod file;
mod open;
pub mod stance;
mod stance_file;
mod tensors;

pub use card::{Card, CorpusCard, MetricCard};
pub use classifier::{AbstentionPolicy, Classifier, ClassifierError, DecisionRule};
pub use file::ModelFileError;
pub use stance::{STANCE, StanceModel, counted_of};

use crate::features::{Featurizer, TermId, Vocabulary};

/// SHA-256 as lower-case hexadecimal digits.
pub type Digest = String;

/// Everything needed to label an article. Immutable once built.
#[derive(Debug, Clone)]
pub struct Model {
    card: Card,
    featurizer: Featurizer,
    abstention: AbstentionPolicy,
    classifiers: Vec<Classifier>,
    stance: Option<StanceModel>,
    digest: Digest,
}

impl Model {
    /// A model from checked parts. It has no digest until it is stored.
    #[must_use]
    pub fn new(
        card: Card,
        featurizer: Featurizer,
        abstention: AbstentionPolicy,
        classifiers: Vec<Classifier>,
    ) -> Self {
        Self {
            card,
            featurizer,
            abstention,
            classifiers: Classifier::joined(classifiers),
            stance: None,
            digest: Digest::new(),
        }
    }

    /// Name, version, corpora and figures.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The same model, answering by target too.
    #[must_use]
    pub fn with_stance(mut self, stance: Option<StanceModel>) -> Self {
        self.stance = stance;
        self
    }

    /// The same model with these figures on its card.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Vec<MetricCard>) -> Self {
        self.card.metrics = metrics;
        self
    }

    /// The only way from text to the vectors that the classifiers score.
    #[must_use]
    pub fn featurizer(&self) -> &Featurizer {
        &self.featurizer
    }

    /// When the model declines to answer.
    #[must_use]
    pub fn abstention(&self) -> &AbstentionPolicy {
        &self.abstention
    }

    /// One classifier an axis, in order.
    #[must_use]
    pub fn classifiers(&self) -> &[Classifier] {
        &self.classifiers
    }

    /// What answers by target, where the model has it.
    #[must_use]
    pub fn stance(&self) -> Option<&StanceModel> {
        self.stance.as_ref()
    }

    /// The classifiers of articles, then that of targets.
    pub fn all_classifiers(&self) -> impl Iterator<Item = &Classifier> {
        let by_target = self.stance.iter().map(|stance| &stance.classifier);
        self.classifiers.iter().chain(by_target)
    }

    /// The classifier of the axis of this name, by article or by target.
    #[must_use]
    pub fn classifier(&self, axis: &str) -> Option<&Classifier> {
        self.all_classifiers().find(|c| c.axis().name() == axis)
    }

    /// The terms of a classifier of this model.
    #[must_use]
    pub fn vocabulary(&self, classifier: &Classifier) -> &Vocabulary {
        let by_target = |stance: &&StanceModel| stance.classifier.axis() == classifier.axis();
        match self.stance.as_ref().filter(by_target) {
            Some(stance) => stance.featurizer.vocabulary().terms(),
            None => self.featurizer.vocabulary(),
        }
    }

    /// The terms that speak most for a label of this model's classifier, strongest first.
    #[must_use]
    pub fn top_terms(&self, classifier: &Classifier, label: usize, count: usize) -> Vec<&str> {
        let scorer = classifier.scorer();
        let mut terms: Vec<TermId> = (0..).take(scorer.terms()).collect();
        let level = scorer.column(label);
        terms.sort_by_key(|&term| std::cmp::Reverse(level(term)));
        let vocabulary = self.vocabulary(classifier);
        let top = terms.into_iter().take(count);
        top.map(|term| vocabulary.term(term)).collect()
    }

    /// Digest of the file that the model was loaded from; empty for one that was not.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}
