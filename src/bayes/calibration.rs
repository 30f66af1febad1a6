//! Turns raw log-odds into probabilities that mean what they say.
//!
//! Naive Bayes counts every word as independent evidence, so its raw log-odds grow with the
//! length of the text and with how much its words repeat each other, until every posterior is 0
//! or 1. A calibrated log-odds is
//!
//! > `z_c` = `slope_c` · L^(-γ) · S^(-σ) · |`s_c`|^(-τ) · `s_c` + min(1, L / `L_0`) · `offset_c`
//!
//! with `s_c` the raw log-odds, L the number of counted terms of the article and S the root mean
//! square of its raw log-odds over all labels; L, S and |`s_c`| are at least 1 here. γ = σ = τ = 0
//! leaves articles as sure as naive Bayes is; γ = 1 averages the evidence over the text; σ = 1
//! leaves only its direction; τ > 0 lets further evidence for a label count the less the more
//! there is of it. An offset is what the articles of calibration have more of than the scores say,
//! and little of it need be true of a text much shorter than they are. On a single-label axis the
//! mean of all `z_c` is taken off each, so that they stay log-odds against the other labels' mean.
//!
//! This is Platt's scaling (1999) or, with one slope for all labels of a single-label axis,
//! temperature scaling with a bias (Guo et al. 2017), with a temperature for each article or label
//! of it. In one article a label is calibrated by one slope and one offset, so the evidence of its
//! terms still adds up.

use std::num::NonZeroU32;

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

/// An `L_0` that leaves the offsets of every text whole.
#[must_use]
pub fn always_full() -> NonZeroU32 {
    NonZeroU32::MIN
}

/// Calibration of all labels of an axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// γ, 0 to 1.
    pub length_exponent: f64,
    /// σ, 0 to 1.
    pub spread_exponent: f64,
    /// τ, 0 to 1.
    pub score_exponent: f64,
    /// `L_0`.
    pub full_length: NonZeroU32,
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
            score_exponent: 0.0,
            full_length: always_full(),
            labels: vec![identity; labels],
        }
    }

    /// Whether this calibrates `labels` labels with usable numbers.
    #[must_use]
    pub fn is_valid_for(&self, labels: usize) -> bool {
        let exponents = [
            self.length_exponent,
            self.spread_exponent,
            self.score_exponent,
        ];
        exponents.iter().all(|e| (0.0..=1.0).contains(e))
            && self.labels.len() == labels
            && self
                .labels
                .iter()
                .all(|l| is_usable(l.slope) && l.slope >= 0.0 && is_usable(l.offset))
    }

    /// Slope and offset of each label in an article with raw log-odds `raw` and `length` counted
    /// terms.
    #[must_use]
    pub fn of_article(&self, kind: AxisKind, raw: &[f64], length: u64) -> Vec<LabelCalibration> {
        let labels = self.labels.iter().zip(self.discounts(raw, length));
        let offsets = self.share_of_offsets(length);
        let mut labels: Vec<_> = labels
            .map(|(label, discount)| LabelCalibration {
                slope: label.slope * discount,
                offset: label.offset * offsets,
            })
            .collect();
        if kind == AxisKind::Single {
            let mean = apply(&labels, raw).iter().sum::<f64>() / labels.len() as f64;
            labels.iter_mut().for_each(|label| label.offset -= mean);
        }
        labels
    }

    /// Calibrated log-odds of raw ones.
    #[must_use]
    pub fn log_odds(&self, kind: AxisKind, raw: &[f64], length: u64) -> Vec<f64> {
        apply(&self.of_article(kind, raw, length), raw)
    }

    /// What each label's raw log-odds are multiplied by, but for its slope.
    pub(super) fn discounts(&self, raw: &[f64], length: u64) -> impl Iterator<Item = f64> {
        let squares: f64 = raw.iter().map(|score| score * score).sum();
        let spread = (squares / raw.len().max(1) as f64).sqrt();
        let of_all =
            power(length as f64, self.length_exponent) * power(spread, self.spread_exponent);
        raw.iter()
            .map(move |score| of_all * power(score.abs(), self.score_exponent))
    }

    /// What all offsets are multiplied by.
    pub(super) fn share_of_offsets(&self, length: u64) -> f64 {
        (length.max(1) as f64 / f64::from(self.full_length.get())).min(1.0)
    }
}

/// Calibrated log-odds of raw ones, by the calibration of their article.
#[must_use]
pub fn apply(labels: &[LabelCalibration], raw: &[f64]) -> Vec<f64> {
    let labels = labels.iter().zip(raw);
    labels
        .map(|(label, score)| label.slope * score + label.offset)
        .collect()
}

/// `base`^(-`exponent`), the base at least 1.
fn power(base: f64, exponent: f64) -> f64 {
    if base <= 1.0 || exponent <= 0.0 {
        return 1.0;
    }
    libm::pow(base, -exponent)
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

    /// Calibrated log-odds of a label with the slope 2 and the offset -1.
    fn calibrated([length, spread, score]: [f64; 3], raw: &[f64], terms: u64) -> f64 {
        let label = LabelCalibration {
            slope: 2.0,
            offset: -1.0,
        };
        let calibration = Calibration {
            length_exponent: length,
            spread_exponent: spread,
            score_exponent: score,
            labels: vec![label; raw.len()],
            ..Calibration::identity(raw.len())
        };
        calibration.log_odds(AxisKind::Multi, raw, terms)[0]
    }

    #[test]
    fn longer_texts_are_discounted() {
        let discount = [0.5, 0.0, 0.0];
        assert!((calibrated(discount, &[3.0], 4) - 2.0).abs() < 1e-12);
        assert!((calibrated(discount, &[3.0], 0) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn larger_scores_are_discounted() {
        for (exponents, raw, expected) in [
            ([0.0, 1.0, 0.0], [5.0, -5.0], 1.0),
            ([0.0, 1.0, 0.0], [0.1, -0.1], -0.8),
            ([0.0, 0.0, 0.5], [9.0, 99.0], 5.0),
            ([0.0, 0.0, 0.5], [-9.0, 99.0], -7.0),
            ([0.0, 0.0, 0.5], [0.1, 99.0], -0.8),
        ] {
            let found = calibrated(exponents, &raw, 1);
            assert!((found - expected).abs() < 1e-12, "{raw:?} {found}");
        }
    }

    #[test]
    fn short_texts_take_a_part_of_the_offsets() {
        let mut calibration = Calibration::identity(2);
        calibration.full_length = NonZeroU32::new(10).unwrap();
        calibration.labels[0].offset = 4.0;
        let offset = |length| calibration.of_article(AxisKind::Multi, &[0.0; 2], length)[0].offset;
        for (length, expected) in [(0, 0.4), (1, 0.4), (5, 2.0), (10, 4.0), (99, 4.0)] {
            assert!((offset(length) - expected).abs() < 1e-12, "{length}");
        }
    }

    #[test]
    fn log_odds_of_single_labels_are_against_the_mean() {
        let calibration = Calibration {
            score_exponent: 0.5,
            ..Calibration::identity(3)
        };
        let raw = [8.0, -4.0, -4.0];
        let log_odds = calibration.log_odds(AxisKind::Single, &raw, 1);
        let p = probabilities(AxisKind::Single, &log_odds);
        let others = f64::midpoint(p[1].ln(), p[2].ln());
        assert!((log_odds[0] - (p[0].ln() - others)).abs() < 1e-9);
    }

    #[test]
    fn unusable_numbers_are_told() {
        let mut calibration = Calibration::identity(2);
        assert!(calibration.is_valid_for(2) && !calibration.is_valid_for(3));
        calibration.labels[1].slope = -1.0;
        assert!(!calibration.is_valid_for(2));
        calibration.labels[1].slope = f64::NAN;
        assert!(!calibration.is_valid_for(2));
        for exponent in [-0.1, 1.1, f64::NAN] {
            let calibration = Calibration {
                score_exponent: exponent,
                ..Calibration::identity(2)
            };
            assert!(!calibration.is_valid_for(2));
        }
    }

    #[test]
    fn two_labels_agree_with_the_logit() {
        let probabilities = probabilities(AxisKind::Single, &[0.7, -0.7]);
        assert!((probabilities[0] - sigmoid(0.7)).abs() < 1e-12);
    }
}
