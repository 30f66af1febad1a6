//! How well a model does: predictions against labels, one article at a time.

pub mod coverage;
pub mod metrics;
pub mod mistakes;
pub mod reliability;
pub mod report;

pub use coverage::CoveragePoint;
pub use metrics::{Evaluation, Judgement};
pub use mistakes::{Mistake, MistakeKind};
pub use reliability::ReliabilityBin;
pub use report::{AxisReport, LabelReport};

use thiserror::Error;

use crate::{
    article::{ArticleError, ArticleLimits},
    corpus::Record,
    label::{Axis, AxisKind},
    tagger::{AxisTagging, Decision, TagError, TagOptions, Tagger},
};

/// Why a record cannot be measured.
#[derive(Debug, Error)]
pub enum EvaluateError {
    /// Its article breaks a limit or has no text.
    #[error("article {id:?}: {source}")]
    Article {
        /// Identifier of the record.
        id: String,
        /// What is wrong.
        source: ArticleError,
    },
    /// The model has no such axis.
    #[error(transparent)]
    Tag(#[from] TagError),
}

/// Labels a record and judges the answer on one axis; `None` where the record is not labelled for
/// it.
///
/// # Errors
/// When the record has no valid article or the model has no such axis.
pub fn judge_record(
    tagger: &Tagger,
    axis: &Axis,
    mut record: Record,
) -> Result<Option<Judgement>, EvaluateError> {
    let Some(codes) = record.labels.remove(axis.name()) else {
        return Ok(None);
    };
    let options = TagOptions {
        axes: vec![axis.name().into()],
        ..TagOptions::default()
    };
    let id = record.id.clone();
    let article = record
        .into_article(&ArticleLimits::default())
        .map_err(|source| EvaluateError::Article {
            id: id.clone(),
            source,
        })?;
    let tagging = tagger.tag(&article, &options)?;
    let tagging = tagging.axes.first();
    Ok(tagging.and_then(|tagging| judge(id, axis, tagging, &codes)))
}

/// What a model said of an article against what its labels say; `None` where an axis that has
/// exactly one label is given none of its own.
fn judge(
    id: String,
    axis: &Axis,
    tagging: &AxisTagging<'_>,
    codes: &[String],
) -> Option<Judgement> {
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
        id,
        truth,
        probabilities,
        best,
        assigned,
        answered: tagging.decision == Decision::Assigned,
    })
}
