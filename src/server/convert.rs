//! Conversions between the wire and the domain: the only validation of a request, and the only
//! place where an answer takes its form.

use super::{pb, resource::ModelName, status::ApiError};
use crate::{
    article::{Article, ArticleField, ArticleLimits, ArticleParts},
    tagger::{
        AbstainReason, AxisTagging, Decision, Evidence, LabelScore, TagOptions, Tagging,
        TargetStance, Warning,
    },
    text::{OffsetEncoding, OffsetTable, Span},
};

/// What a request may ask for at most.
pub const MAX_AXES: u32 = 32;
/// Greatest `TagOptions.max_labels`.
pub const MAX_LABELS: u32 = 1000;
/// Greatest `TagOptions.max_evidence`.
pub const MAX_EVIDENCE: u32 = 10_000;
/// Evidence terms a label when the caller names no number.
const DEFAULT_EVIDENCE: u32 = 10;

/// A checked `TagArticleRequest`.
#[derive(Debug, Clone, PartialEq)]
pub struct TagRequest {
    /// The article.
    pub article: Article,
    /// What to answer.
    pub options: TagOptions,
    /// The unit of offsets in the answer.
    pub encoding: OffsetEncoding,
    /// The model to answer with, or the default.
    pub model: Option<ModelName>,
}

impl TagRequest {
    /// Checks a request against the limits.
    ///
    /// # Errors
    /// The first fault, naming its field.
    pub fn new(request: pb::TagArticleRequest, limits: &ArticleLimits) -> Result<Self, ApiError> {
        let pb::TagArticleRequest {
            article,
            options,
            model,
        } = request;
        let article = article.ok_or_else(|| ApiError::Field {
            field: "article",
            value: "missing".into(),
            expected: "an article".into(),
        })?;
        let options = options.unwrap_or_default();
        let encoding = offset_encoding(options.offset_encoding)?;
        Ok(Self {
            article: Article::new(article.into(), limits)?,
            options: options.try_into()?,
            encoding,
            model: ModelName::parse("model", &model)?,
        })
    }
}

impl From<pb::Article> for ArticleParts {
    fn from(article: pb::Article) -> Self {
        let pb::Article {
            article_id,
            title,
            body,
            language_code,
            source,
            targets,
        } = article;
        Self {
            id: article_id,
            title,
            body,
            language: language_code,
            source,
            targets,
        }
    }
}

impl TryFrom<pb::TagOptions> for TagOptions {
    type Error = ApiError;

    fn try_from(options: pb::TagOptions) -> Result<Self, ApiError> {
        let pb::TagOptions {
            axes,
            max_labels,
            explain,
            max_evidence,
            offset_encoding: _,
        } = options;
        let named = u32::try_from(axes.len()).unwrap_or(u32::MAX);
        at_most("options.axes", named, MAX_AXES)?;
        at_most("options.max_labels", max_labels, MAX_LABELS)?;
        at_most("options.max_evidence", max_evidence, MAX_EVIDENCE)?;
        let or = |value: u32, default: u32| if value == 0 { default } else { value };
        Ok(Self {
            axes,
            max_labels: (max_labels > 0).then_some(max_labels as usize),
            max_evidence: explain.then_some(or(max_evidence, DEFAULT_EVIDENCE) as usize),
        })
    }
}

fn at_most(field: &'static str, value: u32, max: u32) -> Result<(), ApiError> {
    if value <= max {
        return Ok(());
    }
    Err(ApiError::Field {
        field,
        value: value.to_string(),
        expected: format!("0 to {max}"),
    })
}

fn offset_encoding(value: i32) -> Result<OffsetEncoding, ApiError> {
    match pb::OffsetEncoding::try_from(value) {
        Ok(pb::OffsetEncoding::Unspecified | pb::OffsetEncoding::Utf8) => Ok(OffsetEncoding::Utf8),
        Ok(pb::OffsetEncoding::Utf16) => Ok(OffsetEncoding::Utf16),
        Ok(pb::OffsetEncoding::Utf32) => Ok(OffsetEncoding::Utf32),
        Err(_) => Err(ApiError::Field {
            field: "options.offset_encoding",
            value: value.to_string(),
            expected: "1 (UTF-8), 2 (UTF-16) or 3 (UTF-32)".into(),
        }),
    }
}

/// The answer to a request, in the caller's offsets.
#[must_use]
pub fn response(
    article: &Article,
    encoding: OffsetEncoding,
    model: pb::ModelVersion,
    tagging: Tagging<'_>,
) -> pb::TagArticleResponse {
    let spans = Spans::new(article, encoding);
    let Tagging {
        axes,
        stances,
        text,
        warnings,
    } = tagging;
    let tagging = pb::Tagging {
        article_id: article.id().into(),
        model: Some(model),
        axes: axes.into_iter().map(|axis| spans.axis(axis)).collect(),
        stances: stances.into_iter().map(|s| spans.stance(s)).collect(),
        text: Some(pb::TextStatistics {
            tokens: text.tokens,
            known_tokens: text.known_tokens,
            detected_language: text.language.unwrap_or_default().into(),
            truncated: text.truncated,
        }),
        warnings: warnings.into_iter().map(Into::into).collect(),
    };
    pb::TagArticleResponse {
        tagging: Some(tagging),
    }
}

/// Converts whatever holds spans of one article.
struct Spans<'a> {
    tables: [OffsetTable<'a>; 2],
}

impl<'a> Spans<'a> {
    fn new(article: &'a Article, encoding: OffsetEncoding) -> Self {
        Self {
            tables: article.zones().map(|text| OffsetTable::new(text, encoding)),
        }
    }

    fn axis(&self, tagging: AxisTagging<'_>) -> pb::AxisTagging {
        let (decision, reason) = decision(tagging.decision);
        let (labels, evidence) = self.labels(tagging.labels);
        pb::AxisTagging {
            axis: tagging.axis.name().into(),
            decision: decision.into(),
            abstain_reason: reason.into(),
            labels,
            evidence,
        }
    }

    /// Labels, and the evidence of all of them.
    fn labels(&self, scores: Vec<LabelScore<'_>>) -> (Vec<pb::LabelScore>, Vec<pb::Evidence>) {
        let mut evidence = Vec::new();
        let mut labels = Vec::with_capacity(scores.len());
        for label in scores {
            labels.push(label_score(&label));
            let explanation = label.explanation.into_iter();
            let terms = explanation.flat_map(|explanation| explanation.evidence);
            evidence.extend(terms.map(|term| self.evidence(&label.label.code, term)));
        }
        (labels, evidence)
    }

    fn evidence(&self, label_code: &str, evidence: Evidence<'_>) -> pb::Evidence {
        pb::Evidence {
            term: evidence.term.into(),
            count: evidence.count,
            log_odds: evidence.log_odds,
            spans: self.all(evidence.spans),
            label_code: label_code.into(),
        }
    }

    fn stance(&self, stance: TargetStance<'_>) -> pb::TargetStance {
        let (decision, reason) = decision(stance.decision);
        let (labels, evidence) = self.labels(stance.labels);
        pb::TargetStance {
            target: stance.target,
            mentions: self.all(stance.mentions),
            decision: decision.into(),
            abstain_reason: reason.into(),
            labels,
            evidence,
            found: stance.found,
        }
    }

    fn all(&self, spans: Vec<(ArticleField, Span)>) -> Vec<pb::Span> {
        spans
            .into_iter()
            .map(|(field, s)| self.span(field, &s))
            .collect()
    }

    fn span(&self, field: ArticleField, span: &Span) -> pb::Span {
        let (table, field) = match field {
            ArticleField::Title => (&self.tables[0], pb::ArticleField::Title),
            ArticleField::Body => (&self.tables[1], pb::ArticleField::Body),
        };
        // Limits keep every text far below 4 GiB.
        let offset = |at| u32::try_from(table.convert(at)).unwrap_or(u32::MAX);
        pb::Span {
            field: field.into(),
            start: offset(span.start),
            end: offset(span.end),
        }
    }
}

fn label_score(score: &LabelScore<'_>) -> pb::LabelScore {
    let parts = score.explanation.as_ref();
    pb::LabelScore {
        code: score.label.code.clone(),
        name: score.label.name.clone(),
        probability: score.probability,
        log_odds: score.log_odds,
        assigned: score.assigned,
        bias: parts.map_or(0.0, |parts| parts.bias),
        unlisted_log_odds: parts.map_or(0.0, |parts| parts.unlisted_log_odds),
    }
}

fn decision(decision: Decision) -> (pb::Decision, pb::AbstainReason) {
    let reason = match decision {
        Decision::Assigned => return (pb::Decision::Assigned, pb::AbstainReason::Unspecified),
        Decision::Abstained(AbstainReason::TooShort) => pb::AbstainReason::TooShort,
        Decision::Abstained(AbstainReason::UnknownWords) => pb::AbstainReason::UnknownWords,
        Decision::Abstained(AbstainReason::Language) => pb::AbstainReason::Language,
        Decision::Abstained(AbstainReason::Uncertain) => pb::AbstainReason::Uncertain,
        Decision::Abstained(AbstainReason::Unsupported) => pb::AbstainReason::Unsupported,
        Decision::Abstained(AbstainReason::TargetNotFound) => pb::AbstainReason::TargetNotFound,
    };
    (pb::Decision::Abstained, reason)
}

impl From<Warning> for pb::Warning {
    fn from(warning: Warning) -> Self {
        let (code, message) = match warning {
            Warning::StanceUnsupported => (
                pb::WarningCode::StanceUnsupported,
                "this model cannot judge stance; mentions of targets are listed".into(),
            ),
            Warning::TextTruncated { limit } => (
                pb::WarningCode::TextTruncated,
                format!("only the first {limit} tokens were read"),
            ),
            Warning::TargetNotFound { index } => (
                pb::WarningCode::TargetNotFound,
                format!("article.targets[{index}] does not occur in the text"),
            ),
            Warning::LanguageMismatch { detected } => (
                pb::WarningCode::LanguageMismatch,
                format!("article.language_code disagrees with the detected language {detected}"),
            ),
        };
        Self {
            code: code.into(),
            message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(options: pb::TagOptions) -> Result<TagRequest, ApiError> {
        let article = pb::Article {
            title: "Rain".into(),
            ..Default::default()
        };
        let request = pb::TagArticleRequest {
            article: Some(article),
            options: Some(options),
            ..Default::default()
        };
        TagRequest::new(request, &ArticleLimits::default())
    }

    #[test]
    fn zero_means_the_default() {
        let options = request(pb::TagOptions::default()).unwrap().options;
        assert_eq!(options, TagOptions::default());
        let explained = pb::TagOptions {
            explain: true,
            ..Default::default()
        };
        assert_eq!(request(explained).unwrap().options.max_evidence, Some(10));
    }

    #[test]
    fn every_option_has_its_limit() {
        let default = pb::TagOptions::default;
        for (options, message) in [
            (
                pb::TagOptions {
                    axes: vec!["topic".into(); 33],
                    ..default()
                },
                "options.axes: 33: expected 0 to 32",
            ),
            (
                pb::TagOptions {
                    max_labels: 1001,
                    ..default()
                },
                "options.max_labels: 1001: expected 0 to 1000",
            ),
            (
                pb::TagOptions {
                    max_evidence: 10_001,
                    ..default()
                },
                "options.max_evidence: 10001: expected 0 to 10000",
            ),
            (
                pb::TagOptions {
                    offset_encoding: 4,
                    ..default()
                },
                "options.offset_encoding: 4: expected 1 (UTF-8), 2 (UTF-16) or 3 (UTF-32)",
            ),
        ] {
            assert_eq!(request(options).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn an_article_is_required() {
        let none = TagRequest::new(pb::TagArticleRequest::default(), &ArticleLimits::default());
        assert_eq!(
            none.unwrap_err().to_string(),
            "article: missing: expected an article"
        );
    }
}
