//! From text to a sparse [`TermVector`]: the [`Featurizer`] reads tokens, folds and joins them to
//! n-grams, and counts those that the [`Vocabulary`] holds. [`selection`] chooses the vocabulary
//! when a model is trained.

pub mod config;
pub mod featurizer;
pub mod selection;
pub mod vector;
pub mod vocabulary;

pub use config::{ConfigError, FeaturizerConfig};
pub use featurizer::{Featurizer, Occurrence, for_each_ngram};
pub use vector::{TermCount, TermVector};
pub use vocabulary::{Vocabulary, VocabularyError};

/// Position of a term in the vocabulary.
pub type TermId = u32;
