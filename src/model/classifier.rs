//! The answer to one axis: a scorer, its calibration and the rule that decides.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    bayes::{Calibration, Scorer, VicinityScorer},
    label::{Axis, AxisKind},
};

/// How probabilities become an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DecisionRule {
    /// The label of greatest probability times weight, unless it is less probable than this.
    Argmax {
        /// Probability under which the axis abstains, 0 to 1.
        min_probability: f64,
        /// One positive weight a label; empty means 1 for all. Weights let a rare label win before
        /// it is the most probable one, where recall counts as much as precision.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        weights: Vec<f64>,
    },
    /// Every label at least as probable as its threshold.
    Thresholds {
        /// One threshold a label, 0 to 1.
        thresholds: Vec<f64>,
    },
}

/// When a whole article is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbstentionPolicy {
    /// Fewest known tokens.
    pub min_known_tokens: u32,
    /// Smallest share of tokens that are known, 0 to 1.
    pub min_known_share: f64,
}

/// Parts that do not make a classifier.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("axis {axis}: {fault}")]
pub struct ClassifierError {
    axis: String,
    fault: &'static str,
}

/// A scorer with one column a label, its calibration and its decision rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    axis: Axis,
    scorer: Scorer,
    calibration: Calibration,
    rule: DecisionRule,
    /// Words around a target, whose scores are added.
    vicinity: Option<VicinityScorer>,
}

impl Classifier {
    /// Checks that the parts belong together.
    ///
    /// # Errors
    /// When a number of labels, a rule or a probability does not fit the axis.
    pub fn new(
        axis: Axis,
        scorer: Scorer,
        calibration: Calibration,
        rule: DecisionRule,
    ) -> Result<Self, ClassifierError> {
        let labels = axis.labels().len();
        let fault = if scorer.columns() != labels {
            Some("the table has not one column a label")
        } else if !calibration.is_valid_for(labels) {
            Some("the calibration does not fit the labels")
        } else if !rule.is_valid_for(axis.kind(), labels) {
            Some("the decision rule does not fit the labels")
        } else {
            None
        };
        match fault {
            None => Ok(Self {
                axis,
                scorer,
                calibration,
                rule,
                vicinity: None,
            }),
            Some(fault) => Err(ClassifierError {
                axis: axis.name().into(),
                fault,
            }),
        }
    }

    /// The same classifier of targets, with scores of the words around them.
    ///
    /// # Errors
    /// When there is not one column a label.
    pub fn with_vicinity(self, vicinity: Option<VicinityScorer>) -> Result<Self, ClassifierError> {
        let labels = self.axis.labels().len();
        if vicinity.as_ref().is_some_and(|v| v.columns() != labels) {
            return Err(ClassifierError {
                axis: self.axis.name().into(),
                fault: "the words around targets have not one column a label",
            });
        }
        Ok(Self { vicinity, ..self })
    }

    /// The same classifiers with their tables joined, so that one pass scores them all.
    #[must_use]
    pub(super) fn joined(classifiers: Vec<Self>) -> Vec<Self> {
        let scorers = classifiers.iter().map(|c| c.scorer.clone()).collect();
        let joined = Scorer::joined(scorers).into_iter();
        let with = |(classifier, scorer)| Self {
            scorer,
            ..classifier
        };
        classifiers.into_iter().zip(joined).map(with).collect()
    }

    /// The question that this answers.
    #[must_use]
    pub fn axis(&self) -> &Axis {
        &self.axis
    }

    /// Raw log-odds.
    #[must_use]
    pub fn scorer(&self) -> &Scorer {
        &self.scorer
    }

    /// What the words around a target add, on an axis that is asked by target.
    #[must_use]
    pub fn vicinity(&self) -> Option<&VicinityScorer> {
        self.vicinity.as_ref()
    }

    /// From raw to calibrated log-odds.
    #[must_use]
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// From probabilities to an answer.
    #[must_use]
    pub fn rule(&self) -> &DecisionRule {
        &self.rule
    }
}

impl DecisionRule {
    /// The assigned labels by falling probability, or `None` where no label stands out.
    ///
    /// `order` holds the labels by falling probability; it is never empty.
    #[must_use]
    pub fn assign(&self, order: &[usize], probabilities: &[f64]) -> Option<Vec<usize>> {
        match self {
            Self::Argmax {
                min_probability, ..
            } => {
                let best = self.best(order, probabilities);
                (probabilities[best] >= *min_probability).then(|| vec![best])
            }
            Self::Thresholds { thresholds } => {
                let passes = |&&label: &&usize| probabilities[label] >= thresholds[label];
                Some(order.iter().filter(passes).copied().collect())
            }
        }
    }

    /// The label that a single answer would be.
    #[must_use]
    pub fn best(&self, order: &[usize], probabilities: &[f64]) -> usize {
        let Self::Argmax { weights, .. } = self else {
            return order[0];
        };
        let gain = |label: usize| probabilities[label] * weights.get(label).unwrap_or(&1.0);
        let better = |best, label| {
            if gain(label) > gain(best) {
                label
            } else {
                best
            }
        };
        order.iter().copied().fold(order[0], better)
    }

    fn is_valid_for(&self, kind: AxisKind, labels: usize) -> bool {
        let probable = |p: &f64| (0.0..=1.0).contains(p);
        match (self, kind) {
            (
                Self::Argmax {
                    min_probability,
                    weights,
                },
                AxisKind::Single,
            ) => {
                let usable = |weight: &f64| weight.is_finite() && *weight > 0.0;
                probable(min_probability)
                    && (weights.is_empty() || weights.len() == labels)
                    && weights.iter().all(usable)
            }
            (Self::Thresholds { thresholds }, AxisKind::Multi) => {
                thresholds.len() == labels && thresholds.iter().all(probable)
            }
            _ => false,
        }
    }
}

impl AbstentionPolicy {
    /// Whether the numbers are usable.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        (0.0..=1.0).contains(&self.min_known_share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_decide_as_they_say() {
        let (order, probabilities) = ([1, 0], [0.4, 0.6]);
        let argmax = |min_probability| {
            let weights = Vec::new();
            let rule = DecisionRule::Argmax {
                min_probability,
                weights,
            };
            rule.assign(&order, &probabilities)
        };
        assert_eq!((argmax(0.6), argmax(0.7)), (Some(vec![1]), None));
        let weighted = DecisionRule::Argmax {
            min_probability: 0.4,
            weights: vec![2.0, 1.0],
        };
        assert_eq!(weighted.assign(&order, &probabilities), Some(vec![0]));
        let thresholds = |thresholds: [f64; 2]| {
            let thresholds = thresholds.to_vec();
            DecisionRule::Thresholds { thresholds }.assign(&order, &probabilities)
        };
        assert_eq!(thresholds([0.4, 0.6]), Some(vec![1, 0]));
        assert_eq!(thresholds([0.5, 0.7]), Some(vec![]));
    }

    #[test]
    fn rules_fit_their_kind_of_axis() {
        let weighted = |min_probability, weights: &[f64]| DecisionRule::Argmax {
            min_probability,
            weights: weights.to_vec(),
        };
        let argmax = |min_probability| weighted(min_probability, &[]);
        assert!(weighted(0.3, &[1.0, 2.0]).is_valid_for(AxisKind::Single, 2));
        assert!(!weighted(0.3, &[1.0]).is_valid_for(AxisKind::Single, 2));
        assert!(!weighted(0.3, &[1.0, 0.0]).is_valid_for(AxisKind::Single, 2));
        let thresholds = |thresholds: &[f64]| DecisionRule::Thresholds {
            thresholds: thresholds.to_vec(),
        };
        assert!(argmax(0.3).is_valid_for(AxisKind::Single, 2));
        assert!(!argmax(0.3).is_valid_for(AxisKind::Multi, 2));
        assert!(!argmax(f64::NAN).is_valid_for(AxisKind::Single, 2));
        assert!(thresholds(&[0.0, 1.0]).is_valid_for(AxisKind::Multi, 2));
        assert!(!thresholds(&[0.5]).is_valid_for(AxisKind::Multi, 2));
        assert!(!thresholds(&[0.5, 1.1]).is_valid_for(AxisKind::Multi, 2));
    }
}
