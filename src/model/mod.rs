//! A [`Model`]: one featurizer, a [`Classifier`] for each axis and a [`Card`] that says where it
//! comes from. [`mod@file`] stores it, [`canary`] makes sure that the code that reads it still reads
//! text as the code that trained it did.

pub mod canary;
pub mod card;
pub mod classifier;
pub mod embedded;
pub mod file;

pub use card::{Card, CorpusCard, MetricCard};
pub use classifier::{AbstentionPolicy, Classifier, ClassifierError, DecisionRule};
pub use file::ModelFileError;

use crate::features::{Featurizer, TermId};

/// SHA-256 as lower-case hexadecimal digits.
pub type Digest = String;

/// Everything needed to label an article. Immutable once built.
#[derive(Debug, Clone)]
pub struct Model {
    card: Card,
    featurizer: Featurizer,
    abstention: AbstentionPolicy,
    classifiers: Vec<Classifier>,
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
            classifiers,
            digest: Digest::new(),
        }
    }

    /// Name, version, corpora and figures.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
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

    /// The classifier of the axis of this name.
    #[must_use]
    pub fn classifier(&self, axis: &str) -> Option<&Classifier> {
        self.classifiers.iter().find(|c| c.axis().name() == axis)
    }

    /// The terms that speak most for a label of this model's classifier, strongest first.
    #[must_use]
    pub fn top_terms(&self, classifier: &Classifier, label: usize, count: usize) -> Vec<&str> {
        let scorer = classifier.scorer();
        let mut terms: Vec<TermId> = (0..).take(scorer.terms()).collect();
        terms.sort_by(|&a, &b| scorer.row(b)[label].total_cmp(&scorer.row(a)[label]));
        let vocabulary = self.featurizer.vocabulary();
        let top = terms.into_iter().take(count);
        top.map(|term| vocabulary.term(term)).collect()
    }

    /// Digest of the file that the model was loaded from; empty for one that was not.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}
