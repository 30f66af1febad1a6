//! Why nothing could be trained.

use thiserror::Error;

use super::tally::Tally;
use crate::{
    bayes::FitError,
    corpus::CorpusError,
    evaluate::EvaluateError,
    features::{VocabularyError, selection::SelectionParams},
    label::Axis,
    model::ClassifierError,
};

/// Why nothing could be trained.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A corpus cannot be read.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The name of an axis does not do; no server would load such a model.
    #[error("axis {name}: {expected}")]
    AxisName {
        /// The name.
        name: String,
        /// What is expected.
        expected: &'static str,
    },
    /// An option of the recipe says nothing about an axis of several labels.
    #[error("axis {axis}: {option} has no effect where an article has any number of labels")]
    IdleOption {
        /// The axis.
        axis: String,
        /// The option.
        option: &'static str,
    },
    /// A label is not part of its axis.
    #[error(
        "{corpus}: article {id:?}: {code:?} is not a label of axis {axis}; list it under `ignore` if that is meant"
    )]
    UnknownLabel {
        /// Name of the corpus.
        corpus: String,
        /// Identifier of the article.
        id: String,
        /// The axis.
        axis: String,
        /// The unknown code.
        code: String,
    },
    /// All records are left out.
    #[error("{of}: no article to train on: {tally}")]
    NoArticles {
        /// What has none.
        of: String,
        /// Where they are.
        tally: Tally,
    },
    /// No term is frequent enough.
    #[error("{of}: no term occurs in {least} of {articles} articles; see min_document_frequency")]
    NoTerms {
        /// What has none.
        of: String,
        /// In how many it should occur.
        least: u64,
        /// Articles, or targets where they are what is counted.
        articles: u64,
    },
    /// The terms make no vocabulary.
    #[error("{0}")]
    Vocabulary(#[from] VocabularyError),
    /// The corpora have too little in them for vectors of their words.
    #[error("words: {0}")]
    Words(FitError),
    /// An axis cannot be fitted for want of articles with a label.
    #[error("axis {axis}: two labels or more need articles to train on{part}; {code:?} has none")]
    EmptyLabel {
        /// The axis.
        axis: String,
        /// Code of the label.
        code: String,
        /// What is fitted, where that is not everything.
        part: &'static str,
    },
    /// An axis cannot be fitted.
    #[error("axis {axis}{part}: {source}")]
    Fit {
        /// The axis.
        axis: String,
        /// What is fitted, where that is not everything.
        part: &'static str,
        /// Why.
        source: FitError,
    },
    /// The parts of an axis do not fit together.
    #[error(transparent)]
    Classifier(#[from] ClassifierError),
    /// An article cannot be measured.
    #[error("{corpus}: line {line}: {source}")]
    Evaluate {
        /// Where the corpus is.
        corpus: String,
        /// Number of the line, from 1.
        line: u64,
        /// What is wrong.
        source: EvaluateError,
    },
    /// There is nothing to measure.
    #[error("axis {axis}: no record of corpus {corpus} is labelled for it in split {split:?}")]
    NothingMeasured {
        /// The axis.
        axis: String,
        /// Name of the corpus.
        corpus: String,
        /// The split.
        split: String,
    },
}

impl TrainError {
    /// What is wrong with the terms of so many articles; mostly, that there are none.
    pub(super) fn of_terms(
        error: VocabularyError,
        of: String,
        articles: u64,
        params: &SelectionParams,
    ) -> Self {
        match error {
            VocabularyError::Size { actual: 0 } => Self::NoTerms {
                of,
                least: params.min_document_frequency.into(),
                articles,
            },
            error => Self::Vocabulary(error),
        }
    }

    /// Why an axis cannot be fitted, on everything or without a fold.
    pub(super) fn of_fit(axis: &Axis, fold: Option<usize>, source: FitError) -> Self {
        let part = fold.map_or("", |_| " outside each fold of the cross-validation");
        let axis_name = axis.name().into();
        match source {
            FitError::EmptyClass { class } if class < axis.labels().len() => Self::EmptyLabel {
                axis: axis_name,
                code: axis.labels()[class].code.clone(),
                part,
            },
            source => Self::Fit {
                axis: axis_name,
                part,
                source,
            },
        }
    }
}
