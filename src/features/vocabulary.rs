//! The sorted list of terms that a model knows.

use std::{collections::HashMap, hash::BuildHasherDefault};

use rustc_hash::FxHasher;
use thiserror::Error;

use super::TermId;

/// Why a list of terms is no vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VocabularyError {
    /// Terms are not strictly increasing in byte order.
    #[error("vocabulary: term {index} does not come after the term before it")]
    Unsorted {
        /// Position of the offending term.
        index: usize,
    },
    /// A term is empty or longer than [`Vocabulary::MAX_TERM_BYTES`].
    #[error(
        "vocabulary: term {index} has {bytes} bytes; expected 1 to {}",
        Vocabulary::MAX_TERM_BYTES
    )]
    TermSize {
        /// Position of the offending term.
        index: usize,
        /// Its size.
        bytes: usize,
    },
    /// No terms at all, or too many.
    #[error("vocabulary: {actual} terms; expected 1 to {}", Vocabulary::MAX_TERMS)]
    Size {
        /// How many there are.
        actual: usize,
    },
}

/// Distinct terms in byte order; a term's position is its [`TermId`].
///
/// The hash map only finds a term; nothing depends on its order, and its content is fixed once a
/// model is loaded, so a fast unkeyed hash is safe against hostile text.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    terms: Vec<Box<str>>,
    ids: HashMap<Box<str>, TermId, BuildHasherDefault<FxHasher>>,
}

impl Vocabulary {
    /// The longest term, in bytes; longer n-grams are never looked up.
    pub const MAX_TERM_BYTES: usize = 96;
    /// The most terms.
    pub const MAX_TERMS: usize = 4_000_000;

    /// Builds a vocabulary from terms in strictly increasing byte order.
    ///
    /// # Errors
    /// When they are not, or when a size is out of range.
    pub fn from_sorted(terms: Vec<Box<str>>) -> Result<Self, VocabularyError> {
        if terms.is_empty() || terms.len() > Self::MAX_TERMS {
            return Err(VocabularyError::Size {
                actual: terms.len(),
            });
        }
        let mut ids = HashMap::with_capacity_and_hasher(terms.len(), BuildHasherDefault::default());
        for (index, id) in (0..terms.len()).zip(0..) {
            let term = &terms[index];
            if term.is_empty() || term.len() > Self::MAX_TERM_BYTES {
                let bytes = term.len();
                return Err(VocabularyError::TermSize { index, bytes });
            }
            if index > 0 && terms[index - 1] >= *term {
                return Err(VocabularyError::Unsorted { index });
            }
            ids.insert(term.clone(), id);
        }
        Ok(Self { terms, ids })
    }

    /// The id of a term.
    #[must_use]
    pub fn id(&self, term: &str) -> Option<TermId> {
        self.ids.get(term).copied()
    }

    /// The term of an id that this vocabulary gave out.
    #[must_use]
    pub fn term(&self, id: TermId) -> &str {
        &self.terms[id as usize]
    }

    /// How many terms there are; never 0.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "an empty vocabulary cannot be built"
    )]
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// All terms in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(terms: &[&str]) -> Result<Vocabulary, VocabularyError> {
        Vocabulary::from_sorted(terms.iter().map(|&term| term.into()).collect())
    }

    #[test]
    fn terms_and_ids_are_inverse() {
        let vocabulary = vocabulary(&["a", "a b", "b"]).unwrap();
        for (id, term) in (0..).zip(["a", "a b", "b"]) {
            assert_eq!(vocabulary.id(term), Some(id));
            assert_eq!(vocabulary.term(id), term);
        }
        assert_eq!(vocabulary.id("c"), None);
    }

    #[test]
    fn faults_are_named() {
        let long = "x".repeat(Vocabulary::MAX_TERM_BYTES + 1);
        assert_eq!(
            vocabulary(&["b", "a"]).unwrap_err(),
            VocabularyError::Unsorted { index: 1 }
        );
        assert_eq!(
            vocabulary(&["a", "a"]).unwrap_err(),
            VocabularyError::Unsorted { index: 1 }
        );
        assert!(matches!(
            vocabulary(&[]),
            Err(VocabularyError::Size { actual: 0 })
        ));
        assert!(matches!(
            vocabulary(&[""]),
            Err(VocabularyError::TermSize { .. })
        ));
        assert!(matches!(
            vocabulary(&[&long]),
            Err(VocabularyError::TermSize { bytes: 97, .. })
        ));
    }
}
