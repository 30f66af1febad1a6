//! How well a model does: predictions against labels, one article at a time.

pub mod metrics;
pub mod report;

pub use metrics::{Evaluation, Judgement};
pub use report::{AxisReport, LabelReport};

use crate::{
    label::{Axis, AxisKind},
    tagger::{AxisTagging, Decision},
};

/// What a model said of an article against what its labels say; `None` where an axis that has
/// exactly one label is given none of its own.
#[must_use]
pub fn judge(axis: &Axis, tagging: &AxisTagging<'_>, codes: &[String]) -> Option<Judgement> {
    let truth: Vec<usize> = codes
        .iter()
        .filter_map(|code| axis.index_of(code))
        .collect();
    if truth.is_empty() && axis.kind() == AxisKind::Single {
        return None;
    }
    let mut probabilities = vec![0.0; axis.labels().len()];
    let mut assigned = Vec::new();
    for score in &tagging.labels {
        let index = axis.index_of(&score.label.code)?;
        probabilities[index] = score.probability;
        if score.assigned {
            assigned.push(index);
        }
    }
    let best = axis.index_of(&tagging.labels.first()?.label.code)?;
    Some(Judgement {
        truth,
        probabilities,
        best,
        assigned,
        answered: tagging.decision == Decision::Assigned,
    })
}
