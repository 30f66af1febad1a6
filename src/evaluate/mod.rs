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
    article::{Article, ArticleError, ArticleLimits},
    corpus::Record,
    label::{Axis, AxisKind},
    tagger::{Decision, LabelScore, STANCE, TagError, TagOptions, Tagger},
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

/// The codes of a record on an axis: one list, or one for each target on the axis that is answered
/// by target; none where the record is not labelled for it.
fn truths<'r>(axis: &Axis, record: &'r Record) -> Vec<&'r [String]> {
    if axis.name() == STANCE {
        let stances = record.stances.iter();
        return stances.map(|s| std::slice::from_ref(&s.label)).collect();
    }
    let codes = record.labels.get(axis.name());
    codes.into_iter().map(Vec::as_slice).collect()
}

/// The codes of a record that are no labels of an axis, and are passed over where it is judged.
pub fn unknown_codes<'r>(axis: &'r Axis, record: &'r Record) -> impl Iterator<Item = &'r str> {
    let codes = truths(axis, record).into_iter().flatten();
    let codes = codes.filter(|code| axis.index_of(code).is_none());
    codes.map(String::as_str)
}

/// Whether a record is labelled for an axis, so that it can be judged.
#[must_use]
pub fn is_labelled(axis: &Axis, record: &Record) -> bool {
    let known = |codes: &&[String]| codes.iter().any(|code| axis.index_of(code).is_some());
    let truths = truths(axis, record);
    truths
        .iter()
        .any(|codes| axis.kind() == AxisKind::Multi || known(codes))
}

/// The article that is to be judged on an axis: none where the record is not labelled for it.
///
/// # Errors
/// When the record has no valid article.
pub fn article_of(axis: &Axis, mut record: Record) -> Result<Option<Article>, EvaluateError> {
    if truths(axis, &record).is_empty() {
        return Ok(None);
    }
    if axis.name() != STANCE {
        record.stances.clear();
    }
    let id = record.id.clone();
    let article = record.into_article(&ArticleLimits::default());
    let article = article.map_err(|source| EvaluateError::Article { id, source })?;
    Ok(Some(article))
}

/// Labels a record and judges the answers on one axis: none where the record is not labelled for
/// it, one for each target on the axis that is answered by target.
///
/// # Errors
/// When the record has no valid article or the model has no such axis.
pub fn judge_record(
    tagger: &Tagger,
    axis: &Axis,
    record: Record,
) -> Result<Vec<Judgement>, EvaluateError> {
    let id = record.id.clone();
    let by_target = axis.name() == STANCE;
    let truths: Vec<Vec<String>> = truths(axis, &record).into_iter().map(Into::into).collect();
    let Some(article) = article_of(axis, record)? else {
        return Ok(Vec::new());
    };
    let options = TagOptions {
        axes: vec![axis.name().into()],
        ..TagOptions::default()
    };
    let tagging = tagger.tag(&article, &options)?;
    let judgements = truths.iter().enumerate().filter_map(|(index, codes)| {
        if by_target {
            let stance = tagging.stances.get(index)?;
            let id = format!("{id}#{index}");
            return judge(id, axis, stance.decision, &stance.labels, codes);
        }
        let answer = tagging.axes.first()?;
        judge(id.clone(), axis, answer.decision, &answer.labels, codes)
    });
    Ok(judgements.collect())
}

/// What a model said of an article against what its labels say; `None` where an axis that has
/// exactly one label is given none of its own.
fn judge(
    id: String,
    axis: &Axis,
    decision: Decision,
    labels: &[LabelScore<'_>],
    codes: &[String],
) -> Option<Judgement> {
    let mut truth = Vec::new();
    for label in codes.iter().filter_map(|code| axis.index_of(code)) {
        if !truth.contains(&label) {
            truth.push(label);
        }
    }
    if truth.is_empty() && axis.kind() == AxisKind::Single {
        return None;
    }
    let mut probabilities = vec![0.0; axis.labels().len()];
    let mut assigned = Vec::new();
    for score in labels {
        let index = axis.index_of(&score.label.code)?;
        probabilities[index] = score.probability;
        if score.assigned {
            assigned.push(index);
        }
    }
    let first = axis.index_of(&labels.first()?.label.code)?;
    let best = match axis.kind() {
        AxisKind::Single => assigned.first().copied().unwrap_or(first),
        AxisKind::Multi => first,
    };
    Some(Judgement {
        id,
        truth,
        probabilities,
        best,
        assigned,
        answered: decision == Decision::Assigned,
    })
}
