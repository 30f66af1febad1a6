//! How often one source of a [`super::regression`] uses each label, and what that means for the
//! loss of its documents.

use super::{
    Document, RegressionParams,
    softmax::{log_sum_exp, sigmoid},
};
use crate::label::AxisKind;

impl Document {
    /// The labels that it counts for: of a single-label axis the first one.
    pub(super) fn labels(&self, kind: AxisKind) -> &[usize] {
        match kind {
            AxisKind::Single => &self.truth[..self.truth.len().min(1)],
            AxisKind::Multi => &self.truth,
        }
    }
}

/// How often a source uses each label.
pub struct LabelShares {
    /// Weight of a document by its label.
    weights: Vec<f64>,
    /// Log-odds that intercepts start from; `None` for a label that the source does not use.
    pub intercepts: Vec<Option<f64>>,
}

impl LabelShares {
    /// Counts the labels of what one source has; `truths` are those that each counts for.
    pub fn of<'t>(
        params: &RegressionParams,
        kind: AxisKind,
        labels: usize,
        truths: impl Iterator<Item = &'t [usize]>,
    ) -> Self {
        let mut counts = vec![0.0; labels];
        let mut all = 0.0;
        for truth in truths {
            all += 1.0;
            truth.iter().for_each(|&label| counts[label] += 1.0);
        }
        match kind {
            AxisKind::Single => Self::single(params.class_balance, &counts, all),
            AxisKind::Multi => Self::multi(params.class_balance, &counts, all),
        }
    }

    fn single(balance: f64, counts: &[f64], all: f64) -> Self {
        let used = counts.iter().filter(|&&count| count > 0.0).count().max(1) as f64;
        let raw = |&count: &f64| {
            if count > 0.0 {
                libm::pow(all / (used * count), balance)
            } else {
                0.0
            }
        };
        let raw: Vec<f64> = counts.iter().map(raw).collect();
        let total: f64 = raw
            .iter()
            .zip(counts)
            .map(|(weight, count)| weight * count)
            .sum();
        // The source as a whole keeps its weight.
        let weights: Vec<f64> = raw.iter().map(|w| w * all / total.max(1.0)).collect();
        let share =
            |(weight, count): (&f64, &f64)| (*count > 0.0).then(|| libm::log(weight * count / all));
        let logs: Vec<Option<f64>> = weights.iter().zip(counts).map(share).collect();
        let mean = logs.iter().flatten().sum::<f64>() / used;
        let intercepts = logs.iter().map(|log| log.map(|log| log - mean));
        Self {
            intercepts: intercepts.collect(),
            weights,
        }
    }

    fn multi(balance: f64, counts: &[f64], all: f64) -> Self {
        let odds = |count: &f64| (all - count).max(0.5) / count.max(0.5);
        let weight = |count: &f64| libm::pow(odds(count), balance);
        let intercept =
            |count: &f64| (*count > 0.0).then(|| libm::log(weight(count) / odds(count)));
        Self {
            weights: counts.iter().map(weight).collect(),
            intercepts: counts.iter().map(intercept).collect(),
        }
    }

    /// Turns the scores of a document into the gradient of its loss, which is returned.
    pub fn judge_single(&self, weight: f64, truth: &[usize], scores: &mut [f64]) -> f64 {
        let Some(&truth) = truth.first() else {
            scores.fill(0.0);
            return 0.0;
        };
        for (score, intercept) in scores.iter_mut().zip(&self.intercepts) {
            if intercept.is_none() {
                *score = f64::NEG_INFINITY;
            }
        }
        let weight = weight * self.weights[truth];
        let total = log_sum_exp(scores);
        let loss = weight * (total - scores[truth]);
        for (label, score) in scores.iter_mut().enumerate() {
            *score = weight * (libm::exp(*score - total) - f64::from(label == truth));
        }
        loss
    }

    /// The same with one decision a label.
    pub fn judge_multi(&self, weight: f64, truth: &[usize], scores: &mut [f64]) -> f64 {
        let mut loss = 0.0;
        for (label, score) in scores.iter_mut().enumerate() {
            if self.intercepts[label].is_none() {
                *score = 0.0;
                continue;
            }
            let so = truth.contains(&label);
            let weight = if so {
                weight * self.weights[label]
            } else {
                weight
            };
            loss += weight * log_sum_exp(&[0.0, if so { -*score } else { *score }]);
            *score = weight * (sigmoid(*score) - f64::from(so));
        }
        loss
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balance_makes_labels_count_alike_and_keeps_the_source() {
        let even = LabelShares::single(1.0, &[90.0, 10.0, 0.0], 100.0);
        assert!((even.weights[0] * 90.0 - even.weights[1] * 10.0).abs() < 1e-9);
        assert!((even.weights[0] * 90.0 + even.weights[1] * 10.0 - 100.0).abs() < 1e-9);
        assert!(even.intercepts[0].is_some_and(|intercept| intercept.abs() < 1e-9));
        assert_eq!(even.intercepts[2], None);
        let plain = LabelShares::single(0.0, &[90.0, 10.0], 100.0);
        assert!(
            plain
                .weights
                .iter()
                .all(|weight| (weight - 1.0).abs() < 1e-12)
        );
    }

    #[test]
    fn a_label_that_is_not_used_is_no_alternative() {
        let shares = LabelShares::single(0.0, &[3.0, 1.0, 0.0], 4.0);
        let mut scores = [0.0, 0.0, 9.0];
        let loss = shares.judge_single(1.0, &[0], &mut scores);
        assert!((loss - f64::ln(2.0)).abs() < 1e-12);
        assert!(scores[2].abs() < 1e-12 && (scores[0] + 0.5).abs() < 1e-12);
    }
}
