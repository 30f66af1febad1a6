//! The sorted list of terms that a model knows.

use std::cmp::Ordering;

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
/// The terms lie one after another in one text: a vocabulary is as large as its letters. What
/// finds terms fast is the index of a [`Featurizer`](super::Featurizer).
#[derive(Debug, Clone)]
pub struct Vocabulary {
    text: String,
    /// Where each term ends in `text`.
    ends: Vec<u32>,
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
        Self::from_terms(terms.into_iter())
    }

    /// Builds a vocabulary from terms in strictly increasing byte order, without owning each.
    ///
    /// # Errors
    /// As [`Self::from_sorted`].
    pub fn from_terms(
        terms: impl ExactSizeIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, VocabularyError> {
        let actual = terms.len();
        if !(1..=Self::MAX_TERMS).contains(&actual) {
            return Err(VocabularyError::Size { actual });
        }
        let mut vocabulary = Self {
            text: String::new(),
            ends: Vec::with_capacity(actual),
        };
        for term in terms {
            vocabulary.push(term.as_ref())?;
        }
        Ok(vocabulary)
    }

    fn push(&mut self, term: &str) -> Result<(), VocabularyError> {
        let (index, bytes) = (self.ends.len(), term.len());
        if !(1..=Self::MAX_TERM_BYTES).contains(&bytes) {
            return Err(VocabularyError::TermSize { index, bytes });
        }
        if index > 0 && self.at(index - 1) >= term {
            return Err(VocabularyError::Unsorted { index });
        }
        self.text.push_str(term);
        // At most 4,000,000 terms of 96 bytes, far below u32::MAX.
        self.ends
            .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        Ok(())
    }

    /// The id of a term, by binary search.
    #[must_use]
    pub fn id(&self, term: &str) -> Option<TermId> {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.at(middle).cmp(term) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return TermId::try_from(middle).ok(),
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The term of an id that this vocabulary gave out.
    #[must_use]
    pub fn term(&self, id: TermId) -> &str {
        self.at(id as usize)
    }

    fn at(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |last| self.ends[last]);
        &self.text[start as usize..self.ends[index] as usize]
    }

    /// How many terms there are; never 0.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "an empty vocabulary cannot be built"
    )]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// All terms in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        (0..self.len()).map(|index| self.at(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(terms: &[&str]) -> Result<Vocabulary, VocabularyError> {
        Vocabulary::from_terms(terms.iter().copied())
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
