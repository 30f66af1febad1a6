//! Chooses a vocabulary by document frequency in two passes over a corpus that is never in memory.
//!
//! Pass 1 ([`Sketch`]) counts hashed n-grams in a table of fixed size, so a count is at least the
//! true document frequency. Pass 2 ([`DocumentFrequencies`]) counts exactly, and only those
//! n-grams that can still reach the minimum: the many that occur once or twice, which make up
//! most of a corpus, take no memory. Both are sums, so the order of documents changes nothing.
//!
//! The sketch is a count-min sketch (Cormode and Muthukrishnan 2005) of depth 1.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use compact_str::CompactString;
use rustc_hash::FxHasher;
use serde::{Deserialize, Serialize};

use super::{FeaturizerConfig, Vocabulary, VocabularyError, for_each_term};

/// Which terms a vocabulary keeps.
///
/// | name | default | purpose | range |
/// | --- | --- | --- | --- |
/// | `min_document_frequency` | 5 | fewest documents that a term occurs in | 1 or more |
/// | `max_terms` | 60000 | most terms; those in most documents are kept, ties in byte order | 1 to 4000000 |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SelectionParams {
    /// Fewest documents that a term occurs in.
    pub min_document_frequency: u32,
    /// Most terms.
    pub max_terms: usize,
}

impl Default for SelectionParams {
    fn default() -> Self {
        Self {
            min_document_frequency: 5,
            max_terms: 60_000,
        }
    }
}

const SKETCH_BITS: u32 = 23;

type TermHasher = BuildHasherDefault<FxHasher>;

/// Place of an n-gram in a [`Sketch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot(usize);

/// Upper bounds of document frequencies, by hash. The largest one stands for all above it.
#[derive(Debug, Clone)]
pub struct Sketch {
    counts: Vec<u16>,
}

impl Default for Sketch {
    fn default() -> Self {
        Self {
            counts: vec![0; 1 << SKETCH_BITS],
        }
    }
}

impl Sketch {
    /// The slots of the distinct n-grams of one document.
    #[must_use]
    pub fn slots(config: &FeaturizerConfig, zones: &[&str]) -> Vec<Slot> {
        let mut slots = Vec::new();
        for_each_term(config, zones, |ngram| slots.push(Self::slot(ngram.term)));
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// Counts one document by its slots.
    pub fn add(&mut self, slots: &[Slot]) {
        for &Slot(slot) in slots {
            self.counts[slot] = self.counts[slot].saturating_add(1);
        }
    }

    /// The distinct n-grams of one document that can reach the minimum.
    #[must_use]
    pub fn candidates(
        &self,
        config: &FeaturizerConfig,
        params: &SelectionParams,
        zones: &[&str],
    ) -> Vec<CompactString> {
        let mut candidates: HashSet<CompactString, TermHasher> = HashSet::default();
        for_each_term(config, zones, |ngram| {
            let most = self.at_most(ngram.term);
            let frequent = most.is_none_or(|most| most >= params.min_document_frequency);
            if frequent && !candidates.contains(ngram.term) {
                candidates.insert(ngram.term.into());
            }
        });
        candidates.into_iter().collect()
    }

    /// `None` where there may be any number.
    fn at_most(&self, term: &str) -> Option<u32> {
        let count = self.counts[Self::slot(term).0];
        (count < u16::MAX).then_some(count.into())
    }

    fn slot(term: &str) -> Slot {
        let mut hasher = FxHasher::default();
        hasher.write(term.as_bytes());
        Slot((hasher.finish() >> (u64::BITS - SKETCH_BITS)) as usize)
    }
}

/// Exact document frequencies of the n-grams that a [`Sketch`] lets through.
#[derive(Debug, Clone, Default)]
pub struct DocumentFrequencies {
    counts: HashMap<CompactString, u32, TermHasher>,
}

impl DocumentFrequencies {
    /// Counts one document by its candidates.
    pub fn add(&mut self, candidates: Vec<CompactString>) {
        for term in candidates {
            *self.counts.entry(term).or_insert(0) += 1;
        }
    }

    /// The vocabulary of the terms that `params` keep.
    ///
    /// # Errors
    /// When no term is left.
    pub fn into_vocabulary(self, params: &SelectionParams) -> Result<Vocabulary, VocabularyError> {
        let mut terms: Vec<(CompactString, u32)> = self
            .counts
            .into_iter()
            .filter(|&(_, count)| count >= params.min_document_frequency)
            .collect();
        terms.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        terms.truncate(params.max_terms);
        let terms = terms.into_iter().map(|(term, _)| term.as_str().into());
        let mut terms: Vec<Box<str>> = terms.collect();
        terms.sort_unstable();
        Vocabulary::from_sorted(terms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENTS: [&str; 4] = ["war war peace", "war talks", "peace talks now", "war ends"];

    fn select(order: &[usize], params: SelectionParams) -> Vec<String> {
        let config = FeaturizerConfig::default();
        let mut sketch = Sketch::default();
        for &index in order {
            sketch.add(&Sketch::slots(&config, &[DOCUMENTS[index]]));
        }
        let mut frequencies = DocumentFrequencies::default();
        for &index in order {
            frequencies.add(sketch.candidates(&config, &params, &[DOCUMENTS[index]]));
        }
        let vocabulary = frequencies.into_vocabulary(&params).unwrap();
        vocabulary.iter().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn documents_are_counted_not_occurrences() {
        let params = SelectionParams {
            min_document_frequency: 2,
            max_terms: 100,
        };
        assert_eq!(select(&[0, 1, 2, 3], params), ["peace", "talks", "war"]);
    }

    #[test]
    fn the_most_frequent_are_kept_and_order_changes_nothing() {
        let params = SelectionParams {
            min_document_frequency: 1,
            max_terms: 2,
        };
        assert_eq!(select(&[0, 1, 2, 3], params), ["peace", "war"]);
        assert_eq!(select(&[3, 1, 0, 2], params), ["peace", "war"]);
    }
}
