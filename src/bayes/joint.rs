//! Scores of several axes in one pass over an article's terms.

use super::{NaiveBayes, Weight, table::Table};
use crate::features::{TermCount, TermVector};

/// The scores of each scorer, as [`NaiveBayes::scores`] gives them. Scorers whose tables are
/// [joined](join) are summed together: a term then costs one place in memory, not one an axis.
#[must_use]
pub fn scores<W: Weight>(scorers: &[&NaiveBayes<W>], vector: &TermVector) -> Vec<Vec<f64>> {
    let tables: Vec<&Table<W>> = scorers.iter().map(|scorer| scorer.table()).collect();
    let Some(whole) = Table::whole(&tables) else {
        return scorers.iter().map(|scorer| scorer.scores(vector)).collect();
    };
    let mut sums = vec![0.0; whole.columns()];
    for scorer in scorers {
        sums[scorer.table().place()].copy_from_slice(scorer.bias());
    }
    for entries in vector.entries().chunks(AHEAD) {
        fetch(&whole, entries);
        for entry in entries {
            let row = whole.row(entry.term);
            if entry.count == 1 {
                add(&mut sums, row);
            } else {
                add_repeated(&mut sums, row, *entry, scorers);
            }
        }
    }
    let part = |scorer: &&NaiveBayes<W>| sums[scorer.table().place()].to_vec();
    scorers.iter().map(part).collect()
}

/// Terms whose rows are fetched together.
const AHEAD: usize = 16;
/// Weights of four bytes in a cache line.
const LINE: usize = 16;

/// Reads one weight of each cache line of the rows. The table is far larger than any cache but the
/// last; loads that nothing waits for overlap, while those between additions come one by one.
#[inline]
fn fetch<W: Weight>(table: &Table<W>, entries: &[TermCount]) {
    let mut read = 0.0;
    for entry in entries {
        for weight in table.row(entry.term).iter().step_by(LINE) {
            read += weight.to_f64();
        }
    }
    std::hint::black_box(read);
}

/// Most terms of an article occur once, and one time a weight is the weight.
#[inline]
fn add<W: Weight>(sums: &mut [f64], row: &[W]) {
    let sums = sums.chunks_exact_mut(8);
    for (sums, weights) in sums.zip(row.chunks_exact(8)) {
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum += weight.to_f64();
        }
    }
}

#[inline]
fn add_repeated<W: Weight>(
    sums: &mut [f64],
    row: &[W],
    entry: TermCount,
    scorers: &[&NaiveBayes<W>],
) {
    for scorer in scorers {
        let place = scorer.table().place();
        let count = f64::from(scorer.effective_count(entry.count));
        for (sum, weight) in sums[place.clone()].iter_mut().zip(&row[place]) {
            *sum += count * weight.to_f64();
        }
    }
}

/// The same scorers with joined tables, where they are over the same terms.
#[must_use]
pub fn join<W: Weight>(scorers: Vec<NaiveBayes<W>>) -> Vec<NaiveBayes<W>> {
    let tables: Vec<&Table<W>> = scorers.iter().map(NaiveBayes::table).collect();
    let Some(joined) = Table::joined(&tables) else {
        return scorers;
    };
    let with = |(scorer, table): (NaiveBayes<W>, _)| scorer.with_table(table);
    scorers.into_iter().zip(joined).map(with).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Featurizer, FeaturizerConfig, Vocabulary};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn joint_scores_are_those_of_each_scorer(
            words in prop::collection::vec(0usize..4, 0..40),
            columns in prop::collection::vec((1usize..11, 1u32..4), 1..5),
            weights in prop::collection::vec(-9.0f32..9.0, 160),
            asked in any::<prop::sample::Index>(),
        ) {
            let terms = ["a", "b", "c", "d"];
            let vocabulary = Vocabulary::from_terms(terms.into_iter()).unwrap();
            let featurizer = Featurizer::new(FeaturizerConfig::default(), vocabulary);
            let text: String = words.iter().map(|&w| format!("{} ", terms[w])).collect();
            let vector = featurizer.transform(&[&text]);
            let mut rest = &weights[..];
            let mut take = |count| {
                let (taken, left) = rest.split_at(count);
                rest = left;
                taken.to_vec()
            };
            let apart: Vec<_> = columns.iter().map(|&(columns, max_count)| {
                let bias = weights[..columns].iter().map(|&w| f64::from(w)).collect();
                NaiveBayes::from_parts(bias, take(4 * columns), max_count).unwrap()
            }).collect();
            let expected: Vec<_> = apart.iter().map(|scorer| scorer.scores(&vector)).collect();
            let joined = join(apart.clone());
            prop_assert_eq!(&joined, &apart);
            let all: Vec<_> = joined.iter().collect();
            prop_assert_eq!(scores(&all, &vector), expected.clone());
            let one = asked.index(joined.len());
            prop_assert_eq!(scores(&[&joined[one]], &vector), &expected[one..=one]);
            prop_assert_eq!(scores(&apart.iter().collect::<Vec<_>>(), &vector), expected);
        }
    }
}
