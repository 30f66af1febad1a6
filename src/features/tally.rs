//! Counts occurrences without sorting them.
//!
//! A bit a term says which terms occur; the bits in front of a term's say where it stands among
//! those that do. Both fit into the first-level cache, so an occurrence costs a few instructions
//! wherever its term is, and the counts come out by rising term. Rank by counting bits:
//! Jacobson 1989.

use super::{TermCount, TermId};

/// Terms that occur, by rising term.
#[derive(Debug)]
pub struct Tally {
    /// A bit a term.
    bits: Vec<u64>,
    /// Terms that occur before those of each word of `bits` that has some.
    before: Vec<u32>,
    counts: Vec<TermCount>,
}

impl Tally {
    /// Counts terms below `vocabulary`.
    #[must_use]
    pub fn of(terms: impl Iterator<Item = TermId>, vocabulary: usize) -> Self {
        let mut bits = vec![0u64; vocabulary.div_ceil(64)];
        // A bit a word of `bits`, so that a short text does not pay for a long vocabulary.
        let mut used = vec![0u64; bits.len().div_ceil(64)];
        let mut repeated = Vec::new();
        let mut distinct = 0;
        for term in terms {
            let at = (term / 64) as usize;
            let bit = 1 << (term % 64);
            if bits[at] & bit == 0 {
                distinct += 1;
                bits[at] |= bit;
                used[at / 64] |= 1 << (at % 64);
            } else {
                repeated.push(term);
            }
        }
        let mut before = vec![0; bits.len()];
        let mut counts = Vec::with_capacity(distinct);
        for word in ones(&used) {
            before[word as usize] = u32::try_from(counts.len()).unwrap_or(u32::MAX);
            let terms = ones(&bits[word as usize..=word as usize]);
            counts.extend(terms.map(|bit| TermCount {
                term: word * 64 + bit,
                count: 1,
            }));
        }
        let mut tally = Self {
            bits,
            before,
            counts,
        };
        for term in repeated {
            let rank = tally.rank(term);
            tally.counts[rank].count += 1;
        }
        tally
    }

    /// Where a term that occurs stands among all that do.
    #[inline]
    #[must_use]
    pub fn rank(&self, term: TermId) -> usize {
        let word = (term / 64) as usize;
        let below = self.bits[word] & ((1 << (term % 64)) - 1);
        (self.before[word] + below.count_ones()) as usize
    }

    /// Things by the rank of their term, those of a term in the order that they had.
    #[must_use]
    pub fn grouped<T: Clone + Default>(&self, things: &[T], term: impl Fn(&T) -> TermId) -> Vec<T> {
        let mut next = 0;
        let starts = self.counts.iter().map(|entry| {
            next += entry.count as usize;
            next - entry.count as usize
        });
        let mut places: Vec<usize> = starts.collect();
        let mut grouped = vec![T::default(); things.len()];
        for thing in things {
            let place = &mut places[self.rank(term(thing))];
            grouped[*place] = thing.clone();
            *place += 1;
        }
        grouped
    }

    /// The counts by rising term.
    #[must_use]
    pub fn into_counts(self) -> Vec<TermCount> {
        self.counts
    }
}

/// Positions of the bits that are set, rising.
fn ones(words: &[u64]) -> impl Iterator<Item = u32> {
    let words = words.iter().zip((0..).step_by(64));
    words.flat_map(|(&word, first)| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| rest.trailing_zeros())?;
            rest &= rest - 1;
            Some(first + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn counts_are_those_of_a_sorted_map(terms in prop::collection::vec(0u32..300, 0..400)) {
            let mut expected: BTreeMap<TermId, u32> = BTreeMap::new();
            terms.iter().for_each(|&term| *expected.entry(term).or_default() += 1);
            let tally = Tally::of(terms.iter().copied(), 300);
            for (rank, &term) in expected.keys().enumerate() {
                prop_assert_eq!(tally.rank(term), rank);
            }
            let counts = tally.into_counts().into_iter().map(|c| (c.term, c.count));
            prop_assert_eq!(counts.collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
        }
    }
}
