//! Scores a term vector: `score_c` = `bias_c` + `scale_c` · Σ over terms t of
//! min(`n_t`, `max_count`) · `q_tc`.
//!
//! A weight is a whole number of steps, its level `q_tc` of 12 bits, and all steps of a column are
//! of one size, `scale_c`. The sum is of integers and exact: the same counts give the same bits
//! everywhere and in any order, and what was added can be taken away.

use std::iter::repeat_n;

use super::{LevelSum, is_usable, packing, table::Table};
use crate::features::{TermCount, TermId, TermVector};

/// A linear scorer as models store and serve it: one column a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorer {
    bias: Vec<f64>,
    scales: Vec<f64>,
    table: Table,
}

/// Raw scores and how many counted terms made them.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// One a column.
    pub scores: Vec<f64>,
    /// The length that calibration knows the terms by.
    pub length: u64,
}

impl Scorer {
    /// The largest level, up or down, that a weight is rounded to.
    pub const MAX_LEVEL: i16 = packing::MAX_LEVEL;

    /// A scorer from a bias and a scale a column and [packed](packing) levels, a row a term.
    ///
    /// Returns `None` when the shapes do not fit, or a number is not finite or beyond reason.
    #[must_use]
    pub fn from_packed(
        bias: Vec<f64>,
        scales: Vec<f64>,
        packed: &[u8],
        max_count: u32,
    ) -> Option<Self> {
        let fits = !bias.is_empty()
            && bias.len() == scales.len()
            && packed.len().is_multiple_of(packing::row_bytes(bias.len()))
            && (1..=Table::MAX_COUNT).contains(&max_count);
        let usable =
            bias.iter().all(|&bias| is_usable(bias)) && scales.iter().all(|&scale| is_scale(scale));
        (fits && usable).then(|| Self {
            table: Table::new(packed, bias.len(), max_count),
            bias,
            scales,
        })
    }

    /// The same from levels of shape (terms, columns), each of 12 bits.
    #[must_use]
    pub fn from_parts(
        bias: Vec<f64>,
        scales: Vec<f64>,
        levels: &[i16],
        max_count: u32,
    ) -> Option<Self> {
        let sound = |level| (-packing::RAISE..=packing::MAX_LEVEL).contains(level);
        let fits = !bias.is_empty() && levels.len().is_multiple_of(bias.len());
        let packed = (fits && levels.iter().all(sound)).then(|| packing::pack(levels, bias.len()));
        Self::from_packed(bias, scales, &packed?, max_count)
    }

    /// Rounds weights of shape (terms, columns), row by row, to levels: the largest of a column is
    /// [`Self::MAX_LEVEL`].
    #[must_use]
    pub(super) fn rounded(bias: Vec<f64>, weights: &[f64], max_count: u32) -> Self {
        let rows = || weights.chunks_exact(bias.len().max(1));
        let mut scales = vec![0.0; bias.len()];
        for row in rows() {
            for (scale, weight) in scales.iter_mut().zip(row) {
                *scale = f64::max(*scale, weight.abs() / f64::from(Self::MAX_LEVEL));
            }
        }
        let level = |(weight, scale): (&f64, &f64)| level(*weight, *scale);
        let levels: Vec<i16> = rows()
            .flat_map(|row| row.iter().zip(&scales).map(level))
            .collect();
        Self {
            table: Table::new(
                &packing::pack(&levels, bias.len().max(1)),
                bias.len(),
                max_count,
            ),
            bias,
            scales,
        }
    }

    /// The same scorers with joined tables, where they are over the same terms.
    #[must_use]
    pub fn joined(scorers: Vec<Self>) -> Vec<Self> {
        let tables: Vec<&Table> = scorers.iter().map(|scorer| &scorer.table).collect();
        let Some(joined) = Table::joined(&tables) else {
            return scorers;
        };
        let with = |(scorer, table)| Self { table, ..scorer };
        scorers.into_iter().zip(joined).map(with).collect()
    }

    /// Number of scores: classes or labels.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.bias.len()
    }

    /// Number of terms.
    #[must_use]
    pub fn terms(&self) -> usize {
        self.table.terms()
    }

    /// Scores of an article without known terms.
    #[must_use]
    pub fn bias(&self) -> &[f64] {
        &self.bias
    }

    /// What a level is worth, one number a column.
    #[must_use]
    pub fn scales(&self) -> &[f64] {
        &self.scales
    }

    /// All levels, row by row.
    pub fn levels(&self) -> impl Iterator<Item = i16> {
        self.table.levels()
    }

    /// All levels as [`Self::from_packed`] takes them.
    #[must_use]
    pub fn packed(&self) -> Vec<u8> {
        self.table.rows().flatten().copied().collect()
    }

    /// The levels of a column by term.
    #[inline]
    pub fn column(&self, column: usize) -> impl Fn(TermId) -> i16 {
        self.table.column(column)
    }

    /// The level of a term in a column.
    #[must_use]
    pub fn level(&self, term: TermId, column: usize) -> i16 {
        self.column(column)(term)
    }

    /// Occurrences of a term beyond this count nothing.
    #[must_use]
    pub fn max_count(&self) -> u32 {
        self.table.max_count()
    }

    /// How often a term that occurs `count` times is counted.
    #[inline]
    #[must_use]
    pub fn effective_count(&self, count: u32) -> u32 {
        count.min(self.max_count())
    }

    /// Raw scores of a vector, which must come from the vocabulary that this was fitted on.
    #[must_use]
    pub fn sum(&self, vector: &TermVector) -> Sum {
        self.weigh(&self.add_up(vector.entries()))
    }

    /// The raw scores of each scorer; those that are [joined](Self::joined) are summed together.
    #[must_use]
    pub fn sums(scorers: &[&Self], vector: &TermVector) -> Vec<Sum> {
        let entries = vector.entries();
        let tables: Vec<&Table> = scorers.iter().map(|scorer| &scorer.table).collect();
        let sums = Table::sums_of(&tables, entries);
        let weighed = scorers.iter().zip(sums).map(|(scorer, levels)| {
            scorer.weigh(&LevelSum {
                levels,
                length: scorer.length(entries),
            })
        });
        weighed.collect()
    }

    /// The levels of terms.
    #[must_use]
    pub fn add_up(&self, entries: &[TermCount]) -> LevelSum {
        if self.columns() > FEW_COLUMNS {
            let (levels, length) = (self.table.sums(entries), self.length(entries));
            return LevelSum { levels, length };
        }
        let each = |e: &TermCount| repeat_n(e.term, self.effective_count(e.count) as usize);
        let mut sum = self.nothing();
        self.add_each(&mut sum, &entries.iter().flat_map(each));
        sum
    }

    /// Adds the levels of terms that count once each.
    pub fn add_each(&self, sum: &mut LevelSum, terms: &(impl Iterator<Item = TermId> + Clone)) {
        sum.length += self.table.add_each(&mut sum.levels, terms);
    }

    /// The sum of no terms.
    #[must_use]
    pub fn nothing(&self) -> LevelSum {
        LevelSum {
            levels: vec![0; self.columns()],
            length: 0,
        }
    }

    /// Number of counted term occurrences: the length that calibration knows an article by.
    fn length(&self, entries: &[TermCount]) -> u64 {
        let counts = entries.iter();
        counts
            .map(|e| u64::from(self.effective_count(e.count)))
            .sum()
    }

    /// Raw scores of summed levels.
    #[must_use]
    pub fn weigh(&self, sum: &LevelSum) -> Sum {
        let columns = self.bias.iter().zip(&self.scales).zip(&sum.levels);
        let score = |((bias, scale), &level): ((&f64, &f64), &i64)| bias + scale * level as f64;
        Sum {
            scores: columns.map(score).collect(),
            length: sum.length,
        }
    }
}

/// So few columns are summed faster as numbers than as panels of digits.
const FEW_COLUMNS: usize = 4;

/// Whether the weights of a column can be reckoned with.
fn is_scale(scale: f64) -> bool {
    scale >= 0.0 && is_usable(scale * f64::from(packing::RAISE))
}

#[expect(clippy::cast_possible_truncation, reason = "rounding is the purpose")]
fn level(weight: f64, scale: f64) -> i16 {
    let most = f64::from(Scorer::MAX_LEVEL);
    if scale > 0.0 {
        (weight / scale).round().clamp(-most, most) as i16
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Featurizer, FeaturizerConfig, Vocabulary};
    use proptest::prelude::*;

    #[test]
    fn ill_shaped_or_infinite_tables_are_refused() {
        let scorer = |bias: &[f64], scales: &[f64], levels: &[i16], max_count| {
            Scorer::from_parts(bias.to_vec(), scales.to_vec(), levels, max_count)
        };
        let zeros = [0.0; 2];
        assert!(scorer(&zeros, &zeros, &[0; 4], 1).is_some());
        assert!(scorer(&zeros, &[0.0], &[0; 4], 1).is_none());
        assert!(scorer(&zeros, &zeros, &[0; 3], 1).is_none());
        for beyond in [-2049, 2048, i16::MIN] {
            assert!(scorer(&zeros, &zeros, &[beyond; 4], 1).is_none());
        }
        assert!(scorer(&zeros, &zeros, &[0; 4], 0).is_none());
        assert!(scorer(&zeros, &zeros, &[0; 4], 1 << 15).is_none());
        for number in [f64::INFINITY, f64::NAN, 1e99, -1e99] {
            assert!(scorer(&[number], &[0.0], &[0], 1).is_none());
            assert!(scorer(&[0.0], &[number], &[0], 1).is_none());
        }
        assert!(scorer(&[], &[], &[], 1).is_none());
    }

    #[test]
    fn weights_are_rounded_by_column() {
        let weights = [1.0, 0.0, -4.0, 0.0, 3.0, 0.0];
        let scorer = Scorer::rounded(vec![0.0; 2], &weights, 1);
        assert_eq!(
            scorer.levels().collect::<Vec<_>>(),
            [512, 0, -2047, 0, 1535, 0]
        );
        let weight = |column: usize| scorer.scales()[column] * f64::from(scorer.level(1, column));
        assert!((weight(0) + 4.0).abs() < 1e-12 && weight(1).abs() < f64::MIN_POSITIVE);
    }

    /// Counts of four terms.
    fn counted(words: &[usize]) -> TermVector {
        let terms = ["a", "b", "c", "d"];
        let vocabulary = Vocabulary::from_terms(terms.into_iter()).unwrap();
        let featurizer = Featurizer::new(FeaturizerConfig::default(), vocabulary);
        let text: String = words.iter().map(|&w| format!("{} ", terms[w])).collect();
        featurizer.transform(&[&text])
    }

    /// The formula, term by term and column by column.
    fn by_definition(scorer: &Scorer, entries: &[TermCount]) -> Vec<i64> {
        let sum = |column| {
            let terms = entries.iter().map(|entry| {
                let count = scorer.effective_count(entry.count);
                i64::from(count) * i64::from(scorer.level(entry.term, column))
            });
            terms.sum()
        };
        (0..scorer.columns()).map(sum).collect()
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let counts = [1, 2, 32_767, u32::MAX].into_iter().cycle().take(40);
        let counts = counts.chain(std::iter::repeat_n(1, 100_000));
        let entries: Vec<_> = (0..40)
            .cycle()
            .zip(counts)
            .map(|(term, count)| TermCount { term, count })
            .collect();
        for level in [packing::MAX_LEVEL, -packing::RAISE] {
            for max_count in [1, 2, Table::MAX_COUNT] {
                let (zeros, levels) = (vec![0.0; 5], vec![level; 5 * 40]);
                let scorer = Scorer::from_parts(zeros.clone(), zeros, &levels, max_count).unwrap();
                let levels = scorer.add_up(&entries).levels;
                assert_eq!(levels, by_definition(&scorer, &entries));
                for terms in [4095, 4096, 4097, 9000] {
                    let terms = (0..40).cycle().take(terms);
                    let mut sum = scorer.nothing();
                    scorer.add_each(&mut sum, &terms);
                    let once: Vec<_> = terms.map(|term| TermCount { term, count: 1 }).collect();
                    assert_eq!(sum, scorer.add_up(&once));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn joined_scores_are_those_of_each_scorer(
            words in prop::collection::vec(0usize..4, 0..40),
            columns in prop::collection::vec((1usize..30, 1u32..4), 1..5),
            levels in prop::collection::vec(-Scorer::MAX_LEVEL..=Scorer::MAX_LEVEL, 480),
            asked in any::<prop::sample::Index>(),
        ) {
            let vector = counted(&words);
            let mut rest = &levels[..];
            let apart: Vec<_> = columns.iter().map(|&(columns, max_count)| {
                let (levels, left) = rest.split_at(4 * columns);
                rest = left;
                let bias = levels[..columns].iter().map(|&level| f64::from(level) / 9.0).collect();
                Scorer::from_parts(bias, vec![0.1; columns], levels, max_count).unwrap()
            }).collect();
            let once = vector.entries().iter().map(|entry| TermCount { count: 1, ..*entry });
            let once: Vec<_> = once.collect();
            for scorer in apart.iter().chain(&Scorer::joined(apart.clone())) {
                let levels = scorer.add_up(vector.entries()).levels;
                prop_assert_eq!(levels, by_definition(scorer, vector.entries()));
                let mut sum = scorer.nothing();
                scorer.add_each(&mut sum, &once.iter().map(|entry| entry.term));
                prop_assert_eq!(sum, scorer.add_up(&once));
            }
            let expected: Vec<_> = apart.iter().map(|scorer| scorer.sum(&vector)).collect();
            let joined = Scorer::joined(apart.clone());
            prop_assert_eq!(&joined, &apart);
            let all: Vec<_> = joined.iter().collect();
            prop_assert_eq!(Scorer::sums(&all, &vector), expected.clone());
            let one = asked.index(joined.len());
            prop_assert_eq!(Scorer::sums(&[&joined[one]], &vector), &expected[one..=one]);
            prop_assert_eq!(Scorer::sums(&all[one..], &vector), &expected[one..]);
            prop_assert_eq!(Scorer::sums(&apart.iter().collect::<Vec<_>>(), &vector), expected);
        }

        #[test]
        fn what_was_added_can_be_taken_away(
            words in prop::collection::vec(0usize..4, 0..40),
            more in prop::collection::vec(0usize..4, 0..40),
            levels in prop::collection::vec(-Scorer::MAX_LEVEL..=Scorer::MAX_LEVEL, 12),
        ) {
            let scorer = Scorer::from_parts(vec![0.5; 3], vec![0.1; 3], &levels, 2).unwrap();
            let sum = scorer.add_up(counted(&words).entries());
            let other = scorer.add_up(counted(&more).entries());
            let mut changed = sum.clone();
            changed.add(&other);
            changed.take_away(&other);
            prop_assert_eq!(changed, sum);
        }
    }
}
