//! Sparse term counts of one article.

use super::{TermId, ngrams::Read};

/// A term and how often it occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermCount {
    /// The term.
    pub term: TermId,
    /// Its occurrences, at least 1.
    pub count: u32,
}

/// Counts of the known terms of one article, by rising term, with what was read to get them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TermVector {
    entries: Vec<TermCount>,
    tokens: u32,
    known_tokens: u32,
    truncated: bool,
}

impl TermVector {
    /// Counts by rising term, and what was read to get them.
    pub(super) fn new(entries: Vec<TermCount>, read: Read, known_tokens: u32) -> Self {
        Self {
            entries,
            tokens: read.tokens,
            known_tokens,
            truncated: read.truncated,
        }
    }

    /// The counts by rising term.
    #[must_use]
    pub fn entries(&self) -> &[TermCount] {
        &self.entries
    }

    /// How many tokens were read.
    #[must_use]
    pub fn tokens(&self) -> u32 {
        self.tokens
    }

    /// How many of them are terms of the vocabulary by themselves.
    #[must_use]
    pub fn known_tokens(&self) -> u32 {
        self.known_tokens
    }

    /// Whether tokens past [`super::FeaturizerConfig::max_tokens`] were left unread.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }
}
