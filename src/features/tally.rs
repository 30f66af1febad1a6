//! Counts occurrences by sorting them: by the lower half of the bits of their terms, then, in the
//! order that this made, by the upper half (radix sort, Knuth, volume 3, section 5.2.5). Nothing
//! is as large as the vocabulary, and no branch has to be guessed.

use super::{TermCount, TermId};

/// So few are sorted faster by comparing them.
const FEW: usize = 256;

/// Counts terms below `vocabulary`, by rising term.
#[must_use]
pub fn count(terms: &[TermId], vocabulary: usize) -> Vec<TermCount> {
    if terms.len() < FEW {
        let mut sorted = terms.to_vec();
        sorted.sort_unstable();
        return counts(&sorted, |&term| term);
    }
    counts(&sorted(terms, vocabulary, |&term| term), |&term| term)
}

/// The same of the terms of things, which come by rising term too; those of a term keep their
/// order.
#[must_use]
pub fn group<T: Clone>(
    things: &[T],
    vocabulary: usize,
    term: impl Fn(&T) -> TermId,
) -> (Vec<TermCount>, Vec<T>) {
    // A text has fewer than 2³² words.
    let places: Vec<(TermId, u32)> = things.iter().map(term).zip(0..).collect();
    let places = sorted(&places, vocabulary, |place| place.0);
    let grouped = places.iter().map(|place| things[place.1 as usize].clone());
    (counts(&places, |place| place.0), grouped.collect())
}

fn sorted<K: Copy>(keys: &[K], vocabulary: usize, term: impl Fn(&K) -> TermId) -> Vec<K> {
    // A vocabulary has at most 4,000,000 terms.
    match vocabulary {
        ..=0x1_0000 => sorted_by::<K, 8, 0x100>(keys, term),
        0x1_0001..=0x4_0000 => sorted_by::<K, 9, 0x200>(keys, term),
        _ => sorted_by::<K, 11, 0x800>(keys, term),
    }
}

/// Sorts by two digits of so many bits, the lower one first.
fn sorted_by<K: Copy, const BITS: u32, const DIGITS: usize>(
    keys: &[K],
    term: impl Fn(&K) -> TermId,
) -> Vec<K> {
    let lower = |key: &K| term(key) as usize % DIGITS;
    let upper = |key: &K| (term(key) >> BITS) as usize % DIGITS;
    let mut places = [[0u32; DIGITS]; 2];
    for key in keys {
        places[0][lower(key)] += 1;
        places[1][upper(key)] += 1;
    }
    for places in &mut places {
        let mut start = 0;
        for place in places {
            start += std::mem::replace(place, start);
        }
    }
    let (mut by_lower, mut by_both) = (keys.to_vec(), keys.to_vec());
    distribute(keys, &mut by_lower, &mut places[0], lower);
    distribute(&by_lower, &mut by_both, &mut places[1], upper);
    by_both
}

/// Moves each key to the next place of its digit.
fn distribute<K: Copy, const DIGITS: usize>(
    from: &[K],
    to: &mut [K],
    places: &mut [u32; DIGITS],
    digit: impl Fn(&K) -> usize,
) {
    for key in from {
        let place = &mut places[digit(key)];
        to[*place as usize] = *key;
        *place += 1;
    }
}

/// Counts sorted terms.
fn counts<K>(sorted: &[K], term: impl Fn(&K) -> TermId) -> Vec<TermCount> {
    let Some(first) = sorted.first() else {
        return Vec::new();
    };
    let mut counts = vec![TermCount { term: 0, count: 0 }; sorted.len()];
    let (mut last, mut rank, mut start) = (term(first), 0, 0);
    for (key, at) in sorted.iter().zip(0..) {
        let term = term(key);
        rank += usize::from(term != last);
        start = if term == last { start } else { at };
        counts[rank] = TermCount {
            term,
            count: at + 1 - start,
        };
        last = term;
    }
    counts.truncate(rank + 1);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn things_are_grouped_and_counted_as_in_a_sorted_map(
            (vocabulary, terms) in prop::sample::select(vec![300, 0x1_0000, 0x1_0001, 0x4_0001, 4_000_000])
                .prop_flat_map(|vocabulary: u32| {
                    let term = prop_oneof![0..300u32, 0..vocabulary];
                    (Just(vocabulary as usize), prop::collection::vec(term, 0..400))
                }),
        ) {
            let mut expected: BTreeMap<TermId, Vec<usize>> = BTreeMap::new();
            for (place, &term) in terms.iter().enumerate() {
                expected.entry(term).or_default().push(place);
            }
            let places: Vec<usize> = (0..terms.len()).collect();
            let (counts, grouped) = group(&places, vocabulary, |&place| terms[place]);
            prop_assert_eq!(&count(&terms, vocabulary), &counts);
            let counts = counts.into_iter().map(|c| (c.term, c.count as usize));
            let of_map = expected.iter().map(|(&term, places)| (term, places.len()));
            prop_assert_eq!(counts.collect::<Vec<_>>(), of_map.collect::<Vec<_>>());
            prop_assert_eq!(grouped, expected.into_values().flatten().collect::<Vec<_>>());
        }
    }
}
