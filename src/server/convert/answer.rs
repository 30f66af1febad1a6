//! From the domain to the wire: the only place where an answer takes its form.

use crate::{
    article::{Article, ArticleField},
    server::{pb, status::ApiError},
    tagger::{
        AbstainReason, AxisTagging, Decision, Evidence, LabelScore, Tagging, TargetStance, Warning,
    },
    text::{OffsetEncoding, OffsetTable, Span},
};

/// What the tagger says, in the caller's offsets.
#[must_use]
pub fn answer(
    article: &Article,
    encoding: OffsetEncoding,
    model: pb::ModelVersion,
    tagging: Tagging<'_>,
) -> pb::Tagging {
    let spans = Spans::new(article, encoding);
    let Tagging {
        axes,
        stances,
        text,
        warnings,
    } = tagging;
    pb::Tagging {
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
    }
}

/// What became of one article among many.
#[must_use]
pub fn result(article_id: String, outcome: Result<pb::Tagging, ApiError>) -> pb::TagArticleResult {
    use pb::tag_article_result::Outcome;
    pb::TagArticleResult {
        article_id,
        outcome: Some(match outcome {
            Ok(tagging) => Outcome::Tagging(tagging),
            Err(error) => Outcome::Error(error.into()),
        }),
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

/// Name of the reason for which an axis was not answered, without its prefix; empty where it was.
#[must_use]
pub fn reason_name(of: Decision) -> &'static str {
    match decision(of) {
        (pb::Decision::Abstained, reason) => {
            let name = reason.as_str_name();
            name.strip_prefix("ABSTAIN_REASON_").unwrap_or(name)
        }
        _ => "",
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
