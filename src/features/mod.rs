//! From text to a sparse [`TermVector`]: the [`Featurizer`] reads tokens, folds and joins them to
//! n-grams, and counts those that the [`Vocabulary`] holds. [`selection`] chooses the vocabulary
//! when a model is trained.
//! A [`TargetFeaturizer`] does the same for the surroundings of one target, and reads the
//! [`Vicinity`] of words that share weights.

mod batch;
mod casing;
pub mod config;
pub mod featurizer;
mod index;
mod kind;
pub mod lexicon;
mod links;
pub mod ngrams;
pub mod places;
pub mod selection;
mod slots;
mod surroundings;
mod tally;
pub mod target;
mod target_index;
pub mod target_reading;
mod target_terms;
pub mod target_vocabulary;
mod tones;
pub mod vector;
pub mod vicinity;
pub mod vocabulary;
mod whole_text;
pub mod words;

pub use config::{ConfigError, FeaturizerConfig};
pub use featurizer::{Featurizer, Occurrence};
pub use lexicon::{Lexicon, LexiconError};
pub use ngrams::for_each_term;
pub use places::{MAX_MENTIONS, Places, core_len, find_mentions, is_suffix};
pub use target::{TargetFeaturizer, for_each_target_term};
pub use target_reading::{Apart, TargetReading};
pub use target_vocabulary::TargetVocabulary;
pub use vector::{TermCount, TermVector};
pub use vicinity::{Region, Vicinity, WordId};
pub use vocabulary::{Vocabulary, VocabularyError};
pub use words::{Mention, Word, Words};

/// Position of a term in the vocabulary.
pub type TermId = u32;
