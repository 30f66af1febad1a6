//! Fits a [`Calibration`] to held-out scores by maximum likelihood.
//!
//! For each choice of exponents of a short list, Newton's method finds the slope and the offsets of
//! least negative log-likelihood; the choice of least loss wins, where a strong discount has its
//! price. The spread of an article and the score of the label itself are two ways to tell evidence
//! that repeats itself: an axis takes one.

use std::num::NonZeroU32;

use super::{
    Calibration, LabelCalibration,
    calibration::single_label_share,
    newton::{System, minimise},
    softmax::{log_sum_exp, sigmoid},
};
use crate::label::AxisKind;

/// A held-out article: its raw log-odds and what it really is.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Raw log-odds, one a label.
    pub scores: Vec<f64>,
    /// Number of counted terms.
    pub length: u64,
    /// Positions of the true labels; of a single-label axis the first one counts.
    pub truth: Vec<usize>,
}

/// Exponents of length and spread that are tried.
const EXPONENTS: [f64; 4] = [0.0, 0.25, 0.5, 0.75];
/// Exponents of the label's own score, which bends what the others only scale.
const SCORE_EXPONENTS: [f64; 6] = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75];
/// The most that all exponents are together: of two texts of one mix the longer is always surer.
const MAX_DISCOUNT: f64 = 0.75;
/// So much costs nothing.
const FREE_DISCOUNT: f64 = 0.5;
/// What each eighth more has to gain in log-likelihood, in nats. Few samples cannot tell it from
/// chance, and texts shorter than they are would be too sure of themselves.
const PRICE: f64 = 1.0;

/// Fits the calibration of an axis with `labels` labels, whose offsets count in full from
/// `full_length` terms on; the identity where there is nothing to learn from.
#[must_use]
pub fn calibrate(
    kind: AxisKind,
    labels: usize,
    full_length: NonZeroU32,
    samples: &[Sample],
) -> Calibration {
    let identity = Calibration {
        full_length,
        ..Calibration::identity(labels)
    };
    if samples.is_empty() {
        return identity;
    }
    let fits = candidates(&identity).map(|candidate| {
        let inputs = Inputs::new(samples, &candidate);
        let (loss, labels) = match kind {
            AxisKind::Single => fit_single(labels, samples, &inputs),
            AxisKind::Multi => fit_multi(labels, samples, &inputs),
        };
        (
            loss + price(&candidate),
            Calibration {
                labels,
                ..candidate
            },
        )
    });
    let best = fits.min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or(identity, |(_, best)| best)
}

/// Exponents whose slope and offsets are still to be found.
fn candidates(identity: &Calibration) -> impl Iterator<Item = Calibration> {
    let of_spread = EXPONENTS.map(|spread| (spread, 0.0));
    let of_score = SCORE_EXPONENTS.map(|score| (0.0, score));
    let of_all = of_spread.into_iter().chain(of_score);
    let all = of_all.flat_map(move |(spread_exponent, score_exponent)| {
        EXPONENTS.map(|length_exponent| Calibration {
            length_exponent,
            spread_exponent,
            score_exponent,
            ..identity.clone()
        })
    });
    all.filter(|candidate| discount(candidate) <= MAX_DISCOUNT)
}

/// By what power of its length the evidence of a text is discounted, where it grows with the length.
fn discount(candidate: &Calibration) -> f64 {
    candidate.length_exponent + candidate.spread_exponent + candidate.score_exponent
}

fn price(candidate: &Calibration) -> f64 {
    PRICE * 8.0 * (discount(candidate) - FREE_DISCOUNT).max(0.0)
}

type Fit = (f64, Vec<LabelCalibration>);

/// One slope for all labels and an offset for each: parameters (slope, offsets).
fn fit_single(labels: usize, samples: &[Sample], inputs: &Inputs) -> Fit {
    let share = single_label_share(labels);
    let (loss, theta) = minimise(labels + 1, |theta, system| {
        for (input, sample) in inputs.rows.iter().zip(samples) {
            let Some(&truth) = sample.truth.first() else {
                continue;
            };
            let offsets = input.offsets;
            let logit = |(u, offset): (&f64, &f64)| share * (theta[0] * u + offsets * offset);
            let scores = input.scores.iter().zip(&theta[1..]);
            let logits: Vec<f64> = scores.map(logit).collect();
            let total = log_sum_exp(&logits);
            system.loss += total - logits[truth];
            let posterior = logits.iter().map(|l| libm::exp(l - total));
            let posterior: Vec<f64> = posterior.collect();
            add_softmax(system, input, &posterior, truth, share);
        }
    });
    let mean = theta[1..].iter().sum::<f64>() / theta[1..].len() as f64;
    let fitted = theta[1..].iter().map(|offset| LabelCalibration {
        slope: inputs.slope(theta[0]),
        // Log-odds are against the mean of the other labels, so offsets sum to 0.
        offset: offset - mean,
    });
    (loss, fitted.collect())
}

/// Adds gradient and Hessian of -ln `posterior[truth]`.
fn add_softmax(system: &mut System, input: &Input, posterior: &[f64], truth: usize, share: f64) {
    let (input, offsets) = (&input.scores, input.offsets);
    let mean: f64 = posterior.iter().zip(input).map(|(p, u)| p * u).sum();
    let square: f64 = posterior.iter().zip(input).map(|(p, u)| p * u * u).sum();
    let curvature = share * share;
    system.gradient[0] += share * (mean - input[truth]);
    system.hessian[[0, 0]] += curvature * (square - mean * mean);
    for (c, p) in posterior.iter().enumerate() {
        system.gradient[c + 1] += share * offsets * (p - f64::from(c == truth));
        let mixed = curvature * offsets * p * (input[c] - mean);
        system.hessian[[0, c + 1]] += mixed;
        system.hessian[[c + 1, 0]] += mixed;
        let squared = curvature * offsets * offsets;
        system.hessian[[c + 1, c + 1]] += squared * p;
        for (d, q) in posterior.iter().enumerate() {
            system.hessian[[c + 1, d + 1]] -= squared * p * q;
        }
    }
}

/// A slope and an offset for each label on its own.
fn fit_multi(labels: usize, samples: &[Sample], inputs: &Inputs) -> Fit {
    let mut total = 0.0;
    let fitted = (0..labels).map(|label| {
        let (loss, theta) = minimise(2, |theta, system| {
            for (input, sample) in inputs.rows.iter().zip(samples) {
                let truth = sample.truth.contains(&label);
                let (u, offset) = (input.scores[label], input.offsets);
                let z = theta[0] * u + theta[1] * offset;
                let p = sigmoid(z);
                system.loss += log_sum_exp(&[0.0, if truth { -z } else { z }]);
                let (error, curvature) = (p - f64::from(truth), p * (1.0 - p));
                system.gradient[0] += error * u;
                system.gradient[1] += error * offset;
                system.hessian[[0, 0]] += curvature * u * u;
                system.hessian[[0, 1]] += curvature * u * offset;
                system.hessian[[1, 0]] += curvature * u * offset;
                system.hessian[[1, 1]] += curvature * offset * offset;
            }
        });
        total += loss;
        LabelCalibration {
            slope: inputs.slope(theta[0]),
            offset: theta[1],
        }
    });
    let fitted = fitted.collect();
    (total, fitted)
}

/// Samples as a candidate sees them, their scores scaled to unit size so that one ridge fits all.
struct Inputs {
    rows: Vec<Input>,
    scale: f64,
}

struct Input {
    /// Discounted, one a label.
    scores: Vec<f64>,
    /// What the offsets are multiplied by.
    offsets: f64,
}

impl Inputs {
    fn new(samples: &[Sample], candidate: &Calibration) -> Self {
        let discounted = |sample: &Sample| {
            let discounts = candidate.discounts(&sample.scores, sample.length);
            let scores = sample.scores.iter().zip(discounts);
            Input {
                scores: scores.map(|(score, discount)| score * discount).collect(),
                offsets: candidate.share_of_offsets(sample.length),
            }
        };
        let mut rows: Vec<Input> = samples.iter().map(discounted).collect();
        let scores = || rows.iter().flat_map(|row| &row.scores);
        let squares: f64 = scores().map(|u| u * u).sum();
        let scale = (squares / scores().count() as f64).sqrt();
        let scale = scale.max(f64::MIN_POSITIVE);
        let scores = rows.iter_mut().flat_map(|row| &mut row.scores);
        scores.for_each(|u| *u /= scale);
        Self { rows, scale }
    }

    /// The slope of unscaled scores. More evidence never counts against a label.
    fn slope(&self, scaled: f64) -> f64 {
        scaled.max(0.0) / self.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bayes::calibration::probabilities;

    /// Samples whose labels really follow the probabilities of `slope` · score + `offset`.
    fn samples(slope: f64, offset: f64) -> Vec<Sample> {
        let scores = (0..4000).map(|i| f64::from(i % 40) / 4.0 - 5.0);
        let sample = |(i, score): (usize, f64)| {
            // A low-discrepancy sequence instead of a random one.
            let uniform = (i as f64 * 0.618_033_988_749_895).fract();
            let positive = uniform < sigmoid(slope * score + offset);
            Sample {
                scores: vec![score, -score],
                length: 1,
                truth: vec![usize::from(!positive)],
            }
        };
        scores.enumerate().map(sample).collect()
    }

    #[test]
    fn the_true_slope_and_offset_are_found() {
        for kind in [AxisKind::Single, AxisKind::Multi] {
            let fitted = calibrate(kind, 2, NonZeroU32::MIN, &samples(0.4, 0.8));
            let label = fitted.labels[0];
            assert!((label.slope - 0.4).abs() < 0.04, "{kind:?} {fitted:?}");
            assert!((label.offset - 0.8).abs() < 0.08, "{kind:?} {fitted:?}");
        }
    }

    #[test]
    fn overconfident_scores_of_long_texts_are_discounted() {
        let mut long = samples(0.4, 0.0);
        for sample in &mut long {
            sample.length = 100;
            sample.scores.iter_mut().for_each(|score| *score *= 100.0);
        }
        let all = [samples(0.4, 0.0), long].concat();
        let fitted = calibrate(AxisKind::Single, 2, NonZeroU32::MIN, &all);
        assert!(
            (discount(&fitted) - MAX_DISCOUNT).abs() < 1e-9,
            "{fitted:?}"
        );
    }

    #[test]
    fn few_samples_are_discounted_by_less_and_shorter_texts_are_less_sure() {
        let times = [10, 20, 40];
        let few = samples(0.4, 0.0).into_iter().step_by(97).enumerate();
        let few = few.map(|(at, sample)| {
            let length = times[at % 3];
            let scores = sample.scores.iter().map(|score| score * length as f64);
            Sample {
                length,
                scores: scores.collect(),
                ..sample
            }
        });
        let (kind, few) = (AxisKind::Single, few.collect::<Vec<_>>());
        let fitted = calibrate(kind, 2, NonZeroU32::MIN, &few);
        assert!(discount(&fitted) <= FREE_DISCOUNT, "{fitted:?}");
        let many = vec![few; 100].concat();
        let fitted = calibrate(kind, 2, NonZeroU32::MIN, &many);
        assert!(discount(&fitted) > FREE_DISCOUNT, "{fitted:?}");
        let sure = |length: u32| {
            let score = 3.0 * f64::from(length);
            fitted.log_odds(kind, &[score, -score], length.into())[0]
        };
        assert!(sure(2) < sure(20) && sure(20) < sure(40));
    }

    #[test]
    fn offsets_of_short_texts_are_told_in_proportion() {
        for kind in [AxisKind::Single, AxisKind::Multi] {
            let halved = samples(0.4, 0.4).into_iter().map(|sample| Sample {
                length: 5,
                ..sample
            });
            let fitted = calibrate(
                kind,
                2,
                NonZeroU32::new(10).unwrap(),
                &halved.collect::<Vec<_>>(),
            );
            let offset = fitted.labels[0].offset;
            assert!((offset - 0.8).abs() < 0.16, "{kind:?} {fitted:?}");
        }
    }

    #[test]
    fn nothing_to_learn_from_is_the_identity() {
        let none = calibrate(AxisKind::Multi, 3, NonZeroU32::MIN, &[]);
        assert_eq!(none, Calibration::identity(3));
    }

    #[test]
    fn a_label_without_positives_becomes_improbable() {
        let negative = samples(1.0, 0.0).into_iter().map(|sample| Sample {
            truth: vec![],
            ..sample
        });
        let fitted = calibrate(
            AxisKind::Multi,
            2,
            NonZeroU32::MIN,
            &negative.collect::<Vec<_>>(),
        );
        let z = fitted.log_odds(AxisKind::Multi, &[0.0, 0.0], 1);
        assert!(probabilities(AxisKind::Multi, &z).iter().all(|&p| p < 0.01));
    }
}
