//! The worst mistakes: wrong answers that the model was surest of.

use serde::Serialize;

use super::Judgement;
use crate::label::{Axis, AxisKind};

/// Mistakes of each kind that are kept.
pub const KEPT: usize = 20;

/// How a label can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MistakeKind {
    /// It was given and is not true.
    Given,
    /// It is true and was not given; only on an axis of any number of labels.
    Missed,
}

/// A wrong answer, known by the article's identifier and never by its text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistake {
    /// Identifier of what was judged.
    pub id: String,
    /// How it is wrong.
    pub kind: MistakeKind,
    /// Codes of the true labels, the main one first.
    pub truth: Vec<String>,
    /// Code of the label that was given or missed.
    pub answer: String,
    /// Probability that the model gave this label.
    pub probability: f64,
}

/// The worst mistakes so far; what is kept does not depend on the order of the answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Mistakes {
    given: Vec<Wrong>,
    missed: Vec<Wrong>,
}

#[derive(Debug, Clone)]
struct Wrong {
    id: String,
    truth: Vec<usize>,
    label: usize,
    probability: f64,
    sureness: f64,
}

impl Mistakes {
    /// Looks for mistakes in an answer; an abstention makes none. On a single-label axis a label
    /// is no mistake if it is any of the true ones, as on an article of two topics.
    pub fn add(&mut self, kind: AxisKind, judgement: &Judgement) {
        if !judgement.answered {
            return;
        }
        let is_true = |label: &usize| judgement.truth.contains(label);
        match kind {
            AxisKind::Single if !is_true(&judgement.best) => {
                keep(&mut self.given, judgement, judgement.best, false);
            }
            AxisKind::Single => {}
            AxisKind::Multi => {
                for &label in judgement.assigned.iter().filter(|label| !is_true(label)) {
                    keep(&mut self.given, judgement, label, false);
                }
                let missed = |label: &&usize| !judgement.assigned.contains(label);
                for &label in judgement.truth.iter().filter(missed) {
                    keep(&mut self.missed, judgement, label, true);
                }
            }
        }
    }

    /// The mistakes, first those given, then those missed, the surest first.
    pub fn list(&self, axis: &Axis) -> Vec<Mistake> {
        let code = |&label: &usize| axis.labels()[label].code.clone();
        let mistake = |kind, wrong: &Wrong| Mistake {
            id: wrong.id.clone(),
            kind,
            truth: wrong.truth.iter().map(code).collect(),
            answer: code(&wrong.label),
            probability: wrong.probability,
        };
        let given = self.given.iter().map(|w| mistake(MistakeKind::Given, w));
        let missed = self.missed.iter().map(|w| mistake(MistakeKind::Missed, w));
        given.chain(missed).collect()
    }
}

/// Puts a wrong label in its place, if it is among the worst.
fn keep(worst: &mut Vec<Wrong>, judgement: &Judgement, label: usize, missed: bool) {
    let probability = judgement.probabilities[label];
    let sureness = if missed {
        1.0 - probability
    } else {
        probability
    };
    let before = |wrong: &Wrong| {
        let order = sureness.total_cmp(&wrong.sureness);
        let order = order.then_with(|| (&wrong.id, wrong.label).cmp(&(&judgement.id, label)));
        order.is_le()
    };
    let place = worst.partition_point(before);
    if place < KEPT {
        worst.insert(
            place,
            Wrong {
                id: judgement.id.clone(),
                truth: judgement.truth.clone(),
                label,
                probability,
                sureness,
            },
        );
        worst.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judgement(id: &str, truth: &[usize], assigned: &[usize], probability: f64) -> Judgement {
        Judgement {
            id: id.into(),
            truth: truth.to_vec(),
            probabilities: vec![probability; 3],
            best: assigned.first().copied().unwrap_or(0),
            assigned: assigned.to_vec(),
            answered: true,
        }
    }

    fn ids(wrong: &[Wrong]) -> Vec<&str> {
        wrong.iter().map(|wrong| wrong.id.as_str()).collect()
    }

    #[test]
    fn the_surest_are_kept_in_whatever_order_they_come() {
        let all =
            (0..50).map(|n| judgement(&format!("{n:02}"), &[1], &[0], f64::from(n % 5) / 5.0));
        let all: Vec<_> = all.collect();
        let mut forwards = Mistakes::default();
        let mut backwards = Mistakes::default();
        all.iter().for_each(|j| forwards.add(AxisKind::Single, j));
        all.iter()
            .rev()
            .for_each(|j| backwards.add(AxisKind::Single, j));
        assert_eq!(ids(&forwards.given), ids(&backwards.given));
        assert_eq!(forwards.given.len(), KEPT);
        assert_eq!(ids(&forwards.given)[..3], ["04", "09", "14"], "ties by id");
    }

    #[test]
    fn what_is_right_or_not_answered_is_no_mistake() {
        let mut mistakes = Mistakes::default();
        mistakes.add(
            AxisKind::Single,
            &judgement("side topic", &[1, 0], &[0], 0.9),
        );
        let abstained = Judgement {
            answered: false,
            ..judgement("abstained", &[1], &[], 0.9)
        };
        mistakes.add(AxisKind::Single, &abstained);
        mistakes.add(AxisKind::Multi, &abstained);
        assert!(mistakes.given.is_empty() && mistakes.missed.is_empty());
    }

    #[test]
    fn any_number_of_labels_can_be_given_or_missed() {
        let mut mistakes = Mistakes::default();
        mistakes.add(AxisKind::Multi, &judgement("x", &[0, 1], &[1, 2], 0.25));
        assert_eq!((mistakes.given[0].label, mistakes.missed[0].label), (2, 0));
        mistakes.add(AxisKind::Multi, &judgement("y", &[0], &[], 0.01));
        assert_eq!(
            ids(&mistakes.missed),
            ["y", "x"],
            "1 % is surer of the miss than 25 %"
        );
    }
}
