//! Chooses decision rules on held-out scores.

use super::recipe::AxisRecipe;
use crate::{
    bayes::{Calibration, calibrate::Sample, calibration::probabilities, scorer::ranking},
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
        },
        AxisKind::Multi => {
            let probabilities: Vec<Vec<f64>> = samples
                .iter()
                .map(|s| probabilities(kind, &calibration.apply(&s.scores, s.length)))
                .collect();
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

/// A held-out article as the finished classifier would judge it.
#[must_use]
pub fn judge_sample(classifier: &Classifier, sample: &Sample) -> Judgement {
    let log_odds = classifier
        .calibration()
        .apply(&sample.scores, sample.length);
    let probabilities = probabilities(classifier.axis().kind(), &log_odds);
    let order = ranking(&log_odds);
    let assigned = classifier.rule().assign(&order, &probabilities);
    Judgement {
        // Of a fold only figures are kept.
        id: String::new(),
        truth: sample.truth.clone(),
        best: order[0],
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
