//! Which terms made a score.

use std::cmp::Ordering;

use super::{LabelCalibration, Scorer};
use crate::features::{TermCount, TermId, TermVector};

/// What one term did for one label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// The term.
    pub term: TermId,
    /// How often it occurs.
    pub count: u32,
    /// What its occurrences add to the calibrated log-odds, in nats.
    pub log_odds: f64,
}

/// A calibrated log-odds taken apart: `bias` plus the log-odds of all `contributions` plus
/// `rest`.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The part that no term brought: prior and calibration.
    pub bias: f64,
    /// The terms that say most, by falling absolute log-odds, then by term.
    pub contributions: Vec<Contribution>,
    /// What all other terms add.
    pub rest: f64,
}

impl Explanation {
    /// The same with further contributions, of which as many as before are listed.
    #[must_use]
    pub fn with(mut self, others: Vec<Contribution>, max: usize) -> Self {
        let by_log_odds = |a: &Contribution, b: &Contribution| {
            let (a_size, b_size) = (a.log_odds.abs(), b.log_odds.abs());
            b_size.total_cmp(&a_size).then(a.term.cmp(&b.term))
        };
        let all = &mut self.contributions;
        all.extend(others);
        if max < all.len() {
            let mut ranked = all.clone();
            let (_, &mut first, _) = ranked.select_nth_unstable_by(max, by_log_odds);
            let is_listed = |one: &Contribution| by_log_odds(one, &first).is_lt();
            // In their order, which no way of sorting changes.
            let unlisted = all.iter().filter(|one| !is_listed(one));
            self.rest += unlisted.map(|one| one.log_odds).sum::<f64>();
            all.retain(is_listed);
        }
        all.sort_unstable_by(by_log_odds);
        self
    }
}

/// A term with its levels, as often as it is counted.
struct Share {
    entry: TermCount,
    levels: i64,
}

impl Share {
    fn size(&self) -> u64 {
        self.levels.unsigned_abs()
    }
}

/// Takes the calibrated log-odds of one label apart into at most `max` terms and the rest;
/// `calibration` is that of the label in the article of `vector`.
#[must_use]
pub fn explain(
    scorer: &Scorer,
    calibration: LabelCalibration,
    vector: &TermVector,
    label: usize,
    max: usize,
) -> Explanation {
    let (max_count, level) = (scorer.max_count(), scorer.column(label));
    let share = |&entry: &TermCount| Share {
        entry,
        levels: i64::from(entry.count.min(max_count)) * i64::from(level(entry.term)),
    };
    let mut rest = 0;
    let shares = vector.entries().iter().map(share);
    let strongest = strongest(shares.inspect(|share| rest += share.levels), max);
    rest -= strongest.iter().map(|share| share.levels).sum::<i64>();
    let log_odds = |levels: i64| calibration.slope * (scorer.scales()[label] * levels as f64);
    let contribution = |share: &Share| Contribution {
        term: share.entry.term,
        count: share.entry.count,
        log_odds: log_odds(share.levels),
    };
    Explanation {
        bias: calibration.slope * scorer.bias()[label] + calibration.offset,
        contributions: strongest.iter().map(contribution).collect(),
        rest: log_odds(rest),
    }
}

/// The `max` strongest shares. Most are told to be too weak by one comparison.
fn strongest(shares: impl Iterator<Item = Share>, max: usize) -> Vec<Share> {
    let mut strongest: Vec<Share> = Vec::new();
    if max > MANY {
        strongest.extend(shares);
        strongest.sort_by(by_size);
        strongest.truncate(max);
        return strongest;
    }
    let mut weakest = None;
    for share in shares {
        if weakest.is_some_and(|weakest| share.size() <= weakest) {
            continue;
        }
        let place = strongest.partition_point(|other| by_size(other, &share).is_le());
        strongest.insert(place, share);
        strongest.truncate(max);
        let full = strongest.len() == max;
        weakest = strongest.last().filter(|_| full).map(Share::size);
    }
    strongest
}

/// More terms than this are sorted and not inserted one by one.
const MANY: usize = 50;

/// The larger first. Sorts are stable, so that of equals the first term comes first.
fn by_size(a: &Share, b: &Share) -> Ordering {
    b.size().cmp(&a.size())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bayes::{Calibration, calibration::apply};
    use crate::features::{Featurizer, FeaturizerConfig, Vocabulary};
    use crate::label::AxisKind;
    use proptest::prelude::*;
    use std::num::NonZeroU32;

    proptest! {
        #[test]
        fn evidence_and_bias_sum_to_the_log_odds(
            words in prop::collection::vec(0usize..5, 0..60),
            levels in prop::collection::vec(-Scorer::MAX_LEVEL..=Scorer::MAX_LEVEL, 10),
            bias in prop::collection::vec(-50.0f64..50.0, 2),
            slope in 0.0f64..3.0,
            offset in -9.0f64..9.0,
            length_exponent in 0.0f64..=1.0,
            spread_exponent in 0.0f64..=1.0,
            score_exponent in 0.0f64..=1.0,
            full_length in (1u32..90).prop_filter_map("not 0", NonZeroU32::new),
            kind in prop::sample::select(vec![AxisKind::Single, AxisKind::Multi]),
            max_count in 1u32..9,
            max in prop::sample::select(vec![0, 1, 2, 3, 5, 9, 99]),
        ) {
            let terms = ["a", "b", "c", "d", "e"];
            let vocabulary = Vocabulary::from_sorted(terms.map(Into::into).to_vec()).unwrap();
            let featurizer = Featurizer::new(FeaturizerConfig::default(), vocabulary);
            let text: String = words.iter().map(|&w| format!("{} ", terms[w])).collect();
            let vector = featurizer.transform(&[&text]);
            let scorer = Scorer::from_parts(bias, vec![9.0 / 2047.0; 2], &levels, max_count).unwrap();
            let labels = vec![LabelCalibration { slope, offset }; 2];
            let calibration = Calibration {
                length_exponent,
                spread_exponent,
                score_exponent,
                full_length,
                labels,
            };

            let sum = scorer.sum(&vector);
            let labels = calibration.of_article(kind, &sum.scores, sum.length);
            for (label, expected) in apply(&labels, &sum.scores).iter().enumerate() {
                let parts = explain(&scorer, labels[label], &vector, label, max);
                let terms = parts.contributions.iter().map(|c| c.log_odds);
                let size = 60.0 * 9.0 * slope.abs() + parts.bias.abs();
                let sum = parts.bias + terms.sum::<f64>() + parts.rest;
                prop_assert!((sum - expected).abs() <= 1e-9 * size.max(1.0));
                let sizes: Vec<_> = parts.contributions.iter().map(|c| c.log_odds.abs()).collect();
                prop_assert!(sizes.is_sorted_by(|a, b| a >= b));
                prop_assert_eq!(sizes.len(), max.min(vector.entries().len()));
                let all = explain(&scorer, labels[label], &vector, label, usize::MAX);
                prop_assert_eq!(&all.contributions[..sizes.len()], &parts.contributions[..]);
            }
        }
    }
}
