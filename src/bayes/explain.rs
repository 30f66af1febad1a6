//! Which terms made a score.

use std::cmp::Ordering;

use super::{Calibration, NaiveBayes, Weight};
use crate::features::{TermId, TermVector};

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
    /// What all other terms add, summed in the order of the vocabulary.
    pub rest: f64,
}

/// Takes the calibrated log-odds of one label apart into at most `max` terms and the rest; `raw`
/// are the scorer's scores of `vector`.
#[must_use]
pub fn explain<W: Weight>(
    scorer: &NaiveBayes<W>,
    calibration: &Calibration,
    vector: &TermVector,
    raw: &[f64],
    label: usize,
    max: usize,
) -> Explanation {
    let factor = calibration.factor(label, raw, scorer.length(vector));
    let contribution = |entry: &crate::features::TermCount| {
        let weight = scorer.row(entry.term)[label].to_f64();
        Contribution {
            term: entry.term,
            count: entry.count,
            log_odds: factor * f64::from(scorer.effective_count(entry.count)) * weight,
        }
    };
    let all: Vec<_> = vector.entries().iter().map(contribution).collect();
    let contributions = strongest(&all, max);
    Explanation {
        bias: factor * scorer.bias()[label] + calibration.labels[label].offset,
        rest: sum_without(&all, &contributions),
        contributions,
    }
}

/// The `max` strongest of contributions by rising term. Most are told to be too weak by one
/// comparison.
fn strongest(all: &[Contribution], max: usize) -> Vec<Contribution> {
    let mut strongest: Vec<Contribution> = Vec::with_capacity(max.min(all.len()) + 1);
    if max > MANY {
        strongest.extend(all);
        strongest.sort_by(|a, b| by_size(a, b).then_with(|| a.term.cmp(&b.term)));
        strongest.truncate(max);
        return strongest;
    }
    for contribution in all {
        let full = strongest.len() == max;
        if full
            && strongest
                .last()
                .is_none_or(|last| by_size(contribution, last).is_ge())
        {
            continue;
        }
        let place = strongest.partition_point(|other| by_size(other, contribution).is_le());
        strongest.insert(place, *contribution);
        strongest.truncate(max);
    }
    strongest
}

/// More terms than this are sorted and not inserted one by one.
const MANY: usize = 50;

fn by_size(a: &Contribution, b: &Contribution) -> Ordering {
    b.log_odds.abs().total_cmp(&a.log_odds.abs())
}

/// The sum of all contributions, by rising term, that are not `listed`.
fn sum_without(all: &[Contribution], listed: &[Contribution]) -> f64 {
    let mut listed: Vec<TermId> = listed.iter().map(|c| c.term).collect();
    listed.sort_unstable();
    let mut start = 0;
    let mut sum = 0.0;
    for term in listed.into_iter().map(Some).chain([None]) {
        let end = term.map_or(all.len(), |term| all.partition_point(|c| c.term < term));
        sum = all[start..end].iter().fold(sum, |sum, c| sum + c.log_odds);
        start = end + 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bayes::LabelCalibration;
    use crate::features::{Featurizer, FeaturizerConfig, Vocabulary};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn evidence_and_bias_sum_to_the_log_odds(
            words in prop::collection::vec(0usize..5, 0..60),
            weights in prop::collection::vec(-9.0f32..9.0, 10),
            bias in prop::collection::vec(-50.0f64..50.0, 2),
            slope in 0.0f64..3.0,
            offset in -9.0f64..9.0,
            length_exponent in 0.0f64..=1.0,
            spread_exponent in 0.0f64..=1.0,
            max_count in 1u32..9,
            max in prop::sample::select(vec![0, 1, 2, 3, 5, 9, 99]),
        ) {
            let terms = ["a", "b", "c", "d", "e"];
            let vocabulary = Vocabulary::from_sorted(terms.map(Into::into).to_vec()).unwrap();
            let featurizer = Featurizer::new(FeaturizerConfig::default(), vocabulary);
            let text: String = words.iter().map(|&w| format!("{} ", terms[w])).collect();
            let vector = featurizer.transform(&[&text]);
            let scorer = NaiveBayes::from_parts(bias, weights, max_count).unwrap();
            let labels = vec![LabelCalibration { slope, offset }; 2];
            let calibration = Calibration { length_exponent, spread_exponent, labels };

            let scores = scorer.scores(&vector);
            let log_odds = calibration.apply(&scores, scorer.length(&vector));
            for (label, expected) in log_odds.iter().enumerate() {
                let parts = explain(&scorer, &calibration, &vector, &scores, label, max);
                let terms = parts.contributions.iter().map(|c| c.log_odds);
                let size = 60.0 * 9.0 * slope.abs() + parts.bias.abs();
                let sum = parts.bias + terms.sum::<f64>() + parts.rest;
                prop_assert!((sum - expected).abs() <= 1e-9 * size.max(1.0));
                let sizes: Vec<_> = parts.contributions.iter().map(|c| c.log_odds.abs()).collect();
                prop_assert!(sizes.is_sorted_by(|a, b| a >= b));
                prop_assert_eq!(sizes.len(), max.min(vector.entries().len()));
                let all = explain(&scorer, &calibration, &vector, &scores, label, usize::MAX);
                prop_assert_eq!(&all.contributions[..sizes.len()], &parts.contributions[..]);
            }
        }
    }
}
