//! Turns raw log-odds into probabilities that mean what they say.
//!
//! Naive Bayes counts every word as independent evidence, so its raw log-odds grow with the
//! length of the text and with how much its words repeat each other, until every posterior is 0
//! or 1. A calibrated log-odds is
//!
//! > `z_c` = `slope_c` · L^(-γ) · S^(-σ) · `s_c` + `offset_c`
//!
//! with `s_c` the raw log-odds, L the number of counted terms of the article and S the root mean
//! square of its raw log-odds over all labels. γ = σ = 0 leaves articles as sure as naive Bayes
//! is; γ = 1 averages the evidence over the text; σ = 1 leaves only its direction. This is Platt's
//! scaling (1999) or, with one slope for all labels of a single-label axis, temperature scaling
//! with a bias (Guo et al. 2017), with a temperature for each article. The factor is the same for
//! all terms of an article, so their evidence still adds up.

use serde::{Deserialize, Serialize};

use super::{
    is_usable,
    softmax::{sigmoid, softmax},
};
use crate::label::AxisKind;

/// Slope and offset of one label.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelCalibration {
    /// Factor of the raw log-odds; not negative.
    pub slope: f64,
    /// Added afterwards, in nats.
    pub offset: f64,
}

/// Calibration of all labels of an axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// γ, 0 to 1.
    pub length_exponent: f64,
    /// σ, 0 to 1.
    pub spread_exponent: f64,
    /// One entry a label.
    pub labels: Vec<LabelCalibration>,
}

impl Calibration {
    /// Leaves the log-odds of `labels` labels as they are.
    #[must_use]
    pub fn identity(labels: usize) -> Self {
        let identity = LabelCalibration {
            slope: 1.0,
            offset: 0.0,
        };
        Self {
            length_exponent: 0.0,
            spread_exponent: 0.0,
            labels: vec![identity; labels],
        }
    }

    /// Whether this calibrates `labels` labels with usable numbers.
    #[must_use]
    pub fn is_valid_for(&self, labels: usize) -> bool {
        (0.0..=1.0).contains(&self.length_exponent)
            && (0.0..=1.0).contains(&self.spread_exponent)
            && self.labels.len() == labels
            && self
                .labels
                .iter()
                .all(|l| is_usable(l.slope) && l.slope >= 0.0 && is_usable(l.offset))
    }

    /// The factor of a label's raw log-odds in an article with raw log-odds `raw` and `length`
    /// counted terms.
    #[must_use]
    pub fn factor(&self, label: usize, raw: &[f64], length: u64) -> f64 {
        self.labels[label].slope * self.discount(raw, length)
    }

    /// Calibrated log-odds of raw ones.
    #[must_use]
    pub fn apply(&self, raw: &[f64], length: u64) -> Vec<f64> {
        let discount = self.discount(raw, length);
        let labels = raw.iter().zip(&self.labels);
        labels
            .map(|(score, label)| label.slope * discount * score + label.offset)
            .collect()
    }

    fn discount(&self, raw: &[f64], length: u64) -> f64 {
        discount(raw, length, self.length_exponent, self.spread_exponent)
    }
}

/// L^(-γ) · S^(-σ), with L and S at least 1.
#[must_use]
pub fn discount(raw: &[f64], length: u64, length_exponent: f64, spread_exponent: f64) -> f64 {
    let squares: f64 = raw.iter().map(|score| score * score).sum();
    let spread = (squares / raw.len().max(1) as f64).sqrt().max(1.0);
    libm::pow(length.max(1) as f64, -length_exponent) * libm::pow(spread, -spread_exponent)
}

/// Probabilities of calibrated log-odds.
#[must_use]
pub fn probabilities(kind: AxisKind, log_odds: &[f64]) -> Vec<f64> {
    match kind {
        AxisKind::Multi => log_odds.iter().copied().map(sigmoid).collect(),
        AxisKind::Single => {
            let share = single_label_share(log_odds.len());
            let scores: Vec<f64> = log_odds.iter().map(|z| z * share).collect();
            softmax(&scores)
        }
    }
}

/// Log-odds against the mean of the K - 1 others are K / (K - 1) times those against the mean of
/// all, and the softmax wants the latter.
#[must_use]
pub fn single_label_share(labels: usize) -> f64 {
    (labels - 1) as f64 / labels as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_texts_are_discounted() {
        let calibration = Calibration {
            length_exponent: 0.5,
            spread_exponent: 0.0,
            labels: vec![LabelCalibration {
                slope: 2.0,
                offset: -1.0,
            }],
        };
        assert_eq!(calibration.apply(&[3.0], 4), [2.0]);
        assert_eq!(calibration.apply(&[3.0], 0), [5.0]);
        assert!((calibration.factor(0, &[3.0], 4) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn larger_scores_are_discounted() {
        assert!((discount(&[5.0, -5.0], 1, 0.0, 1.0) - 0.2).abs() < 1e-15);
        assert!((discount(&[0.1, -0.1], 1, 0.0, 1.0) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn unusable_numbers_are_told() {
        let mut calibration = Calibration::identity(2);
        assert!(calibration.is_valid_for(2) && !calibration.is_valid_for(3));
        calibration.labels[1].slope = -1.0;
        assert!(!calibration.is_valid_for(2));
        calibration.labels[1].slope = f64::NAN;
        assert!(!calibration.is_valid_for(2));
    }

    #[test]
    fn two_labels_agree_with_the_logit() {
        let probabilities = probabilities(AxisKind::Single, &[0.7, -0.7]);
        assert!((probabilities[0] - sigmoid(0.7)).abs() < 1e-12);
    }
}
