//! Chooses decision rules on held-out scores.

use super::axis_recipe::{AxisRecipe, Objective};
use crate::{
    bayes::{Calibration, calibrate::Sample, calibration::probabilities, ranking},
    evaluate::Judgement,
    label::AxisKind,
    model::{Classifier, DecisionRule},
};

/// Thresholds stay in this range: beyond it a rare label's best threshold is chance.
const THRESHOLDS: std::ops::RangeInclusive<u32> = 20..=50;

/// The rule of an axis: the recipe's minimum on a single-label axis; on a multi-label axis, for
/// each label, the threshold of highest F1 on the samples.
#[must_use]
pub fn decision_rule(
    recipe: &AxisRecipe,
    kind: AxisKind,
    calibration: &Calibration,
    samples: &[Sample],
) -> DecisionRule {
    match kind {
        AxisKind::Single => DecisionRule::Argmax {
            min_probability: recipe.min_probability,
            weights: match recipe.maximise {
                Objective::Accuracy => Vec::new(),
                Objective::MacroF1 => label_weights(calibration, samples),
            },
        },
        AxisKind::Multi => {
            let probabilities = calibrated(kind, calibration, samples);
            let labels = 0..calibration.labels.len();
            let threshold = |label| {
                let decisions = samples.iter().zip(&probabilities);
                let decisions = decisions.map(|(s, p)| (p[label], s.truth.contains(&label)));
                best_threshold(&decisions.collect::<Vec<_>>())
            };
            DecisionRule::Thresholds {
                thresholds: labels.map(threshold).collect(),
            }
        }
    }
}

fn calibrated(kind: AxisKind, calibration: &Calibration, samples: &[Sample]) -> Vec<Vec<f64>> {
    let log_odds = samples
        .iter()
        .map(|sample| calibration.log_odds(kind, &sample.scores, sample.length));
    log_odds.map(|z| probabilities(kind, &z)).collect()
}

/// Exponents of the inverse frequency that weights are tried with, in tenths.
const BALANCES: std::ops::RangeInclusive<u32> = 0..=10;

/// Weights frequency^(-β) with the β of highest macro-F1 on the samples: one number for all
/// labels, so that a rare label's weight is not chance.
fn label_weights(calibration: &Calibration, samples: &[Sample]) -> Vec<f64> {
    let labels = calibration.labels.len();
    let probabilities = calibrated(AxisKind::Single, calibration, samples);
    // Every sample of a single-label axis has a label.
    let truth: Vec<usize> = samples
        .iter()
        .map(|s| s.truth.first().copied().unwrap_or(0))
        .collect();
    let mut counts = vec![1.0; labels];
    truth.iter().for_each(|&label| counts[label] += 1.0);
    let weights = |tenths: u32| -> Vec<f64> {
        let exponent = -f64::from(tenths) / 10.0;
        let share = |count: &f64| libm::pow(count / truth.len().max(1) as f64, exponent);
        counts.iter().map(share).collect()
    };
    let macro_f1 = |tenths: u32| {
        let rule = DecisionRule::Argmax {
            min_probability: 0.0,
            weights: weights(tenths),
        };
        let said = probabilities.iter().map(|p| rule.best(&ranking(p), p));
        macro_f1(labels, said.zip(truth.iter().copied()))
    };
    // Of equals the gentlest.
    let best = BALANCES
        .rev()
        .max_by(|&a, &b| macro_f1(a).total_cmp(&macro_f1(b)));
    weights(best.unwrap_or(0))
}

fn macro_f1(labels: usize, answers: impl Iterator<Item = (usize, usize)>) -> f64 {
    let (mut both, mut either) = (vec![0.0; labels], vec![0.0; labels]);
    for (said, so) in answers {
        both[said] += f64::from(said == so);
        either[said] += 1.0;
        either[so] += 1.0;
    }
    let f1 = both.iter().zip(&either);
    f1.map(|(both, either)| 2.0 * both / f64::max(*either, 1.0))
        .sum()
}

/// A held-out article as the finished classifier would judge it.
#[must_use]
pub fn judge_sample(classifier: &Classifier, sample: &Sample) -> Judgement {
    let (kind, calibration) = (classifier.axis().kind(), classifier.calibration());
    let log_odds = calibration.log_odds(kind, &sample.scores, sample.length);
    let probabilities = probabilities(kind, &log_odds);
    let order = ranking(&log_odds);
    let assigned = classifier.rule().assign(&order, &probabilities);
    Judgement {
        // Of a fold only figures are kept.
        id: String::new(),
        truth: sample.truth.clone(),
        best: classifier.rule().best(&order, &probabilities),
        answered: assigned.is_some(),
        assigned: assigned.unwrap_or_default(),
        probabilities,
    }
}

/// The percentage of highest F1 in the allowed range; of equals the highest.
fn best_threshold(decisions: &[(f64, bool)]) -> f64 {
    let f1 = |percent: u32| {
        let threshold = f64::from(percent) / 100.0;
        let count = |test: &dyn Fn(bool, bool) -> bool| {
            let passing = decisions
                .iter()
                .filter(|(p, so)| test(*p >= threshold, *so));
            passing.count() as f64
        };
        let both = count(&|said, so| said && so);
        let either = count(&|said, _| said) + count(&|_, so| so);
        2.0 * both / either.max(1.0)
    };
    let best = THRESHOLDS.max_by(|&a, &b| f1(a).total_cmp(&f1(b)));
    f64::from(best.unwrap_or(*THRESHOLDS.end())) / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_separates_what_can_be_separated() {
        let decisions = [(0.1, false), (0.29, false), (0.32, true), (0.9, true)];
        assert!((best_threshold(&decisions) - 0.32).abs() < 1e-12);
        assert!((best_threshold(&[(0.9, true)]) - 0.5).abs() < 1e-12);
        assert!((best_threshold(&[]) - 0.5).abs() < 1e-12);
    }
}
