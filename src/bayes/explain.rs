//! Which terms made a score.

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

/// A calibrated log-odds taken apart: `bias` plus the log-odds of all `contributions`.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The part that no term brought: prior and calibration.
    pub bias: f64,
    /// Every known term of the article, by falling absolute log-odds, then by term.
    pub contributions: Vec<Contribution>,
}

/// Takes the calibrated log-odds of one label apart; `raw` are the scorer's scores of `vector`.
#[must_use]
pub fn explain<W: Weight>(
    scorer: &NaiveBayes<W>,
    calibration: &Calibration,
    vector: &TermVector,
    raw: &[f64],
    label: usize,
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
    let mut contributions: Vec<_> = vector.entries().iter().map(contribution).collect();
    contributions.sort_by(|a, b| {
        let by_size = b.log_odds.abs().total_cmp(&a.log_odds.abs());
        by_size.then_with(|| a.term.cmp(&b.term))
    });
    Explanation {
        bias: factor * scorer.bias()[label] + calibration.labels[label].offset,
        contributions,
    }
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
                let parts = explain(&scorer, &calibration, &vector, &scores, label);
                let terms = parts.contributions.iter().map(|c| c.log_odds);
                let size = terms.clone().map(f64::abs).sum::<f64>() + parts.bias.abs();
                let sum = parts.bias + terms.sum::<f64>();
                prop_assert!((sum - expected).abs() <= 1e-9 * size.max(1.0));
                let sizes: Vec<_> = parts.contributions.iter().map(|c| c.log_odds.abs()).collect();
                prop_assert!(sizes.is_sorted_by(|a, b| a >= b));
            }
        }
    }
}
