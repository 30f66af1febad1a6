//! The answer of a [`Tagger`](super::Tagger), in the terms of the domain.

use crate::{
    article::ArticleField,
    label::{Axis, Label},
    text::Span,
};

/// What to answer and in how much detail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagOptions {
    /// Names of the axes to answer; empty means all.
    pub axes: Vec<String>,
    /// The most labels an axis; assigned labels are always returned.
    pub max_labels: Option<usize>,
    /// The most evidence terms a label; `None` for no explanation at all.
    pub max_evidence: Option<usize>,
    /// The most places of evidence terms in the text, those of all axes together; `None` for any
    /// number.
    pub max_places: Option<usize>,
}

/// Everything that a model says about one article. It borrows names from the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagging<'m> {
    /// One entry an axis.
    pub axes: Vec<AxisTagging<'m>>,
    /// One entry a requested target, or one found in the text.
    pub stances: Vec<TargetStance<'m>>,
    /// What was read.
    pub text: TextStatistics,
    /// What the caller asked for and did not get in full.
    pub warnings: Vec<Warning>,
}

/// Whether a question was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It was; on a multi-label axis the answer may be no label at all.
    Assigned,
    /// It was not.
    Abstained(AbstainReason),
}

/// Why a question was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AbstainReason {
    /// Too few tokens.
    TooShort,
    /// Too many of the tokens are unknown.
    UnknownWords,
    /// Not a language of the model.
    Language,
    /// No label stands out.
    Uncertain,
    /// The model has no classifier for it.
    Unsupported,
    /// The text does not name the target.
    TargetNotFound,
}

/// The answer on one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisTagging<'m> {
    /// The axis.
    pub axis: &'m Axis,
    /// Whether it was answered.
    pub decision: Decision,
    /// Labels by falling log-odds; ties in the axis's order.
    pub labels: Vec<LabelScore<'m>>,
}

/// A label and the belief in it.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelScore<'m> {
    /// The label.
    pub label: &'m Label,
    /// Calibrated probability.
    pub probability: f64,
    /// Calibrated log-odds, in nats.
    pub log_odds: f64,
    /// Whether it is part of the answer.
    pub assigned: bool,
    /// What made the log-odds: of assigned labels, or the first where none is, when asked for.
    pub explanation: Option<LabelExplanation<'m>>,
}

/// A label's log-odds taken apart; its parts add up to the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelExplanation<'m> {
    /// The part that no term brought.
    pub bias: f64,
    /// The sum over the terms that are not listed.
    pub unlisted_log_odds: f64,
    /// Terms by falling absolute log-odds.
    pub evidence: Vec<Evidence<'m>>,
}

/// A term of the text and what it did for a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence<'m> {
    /// The term.
    pub term: &'m str,
    /// How often it occurs.
    pub count: u32,
    /// What all its occurrences add, in nats.
    pub log_odds: f64,
    /// Where it occurs, in reading order.
    pub spans: Vec<(ArticleField, Span)>,
}

/// Where a text stands towards one target.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetStance<'m> {
    /// The target as the caller or, where it was found, the text wrote it.
    pub target: String,
    /// Where the text names it.
    pub mentions: Vec<(ArticleField, Span)>,
    /// Whether a stance was assigned.
    pub decision: Decision,
    /// Labels by falling log-odds; none where the model cannot judge stance.
    pub labels: Vec<LabelScore<'m>>,
    /// Whether the caller named no targets and this one was found in the text.
    pub found: bool,
}

/// What was read of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextStatistics {
    /// Tokens in title and body.
    pub tokens: u32,
    /// Tokens that are terms of the vocabulary.
    pub known_tokens: u32,
    /// ISO 639-1 code of the language, when it could be told.
    pub language: Option<&'static str>,
    /// Whether some of the text was left unread.
    pub truncated: bool,
}

/// A remark on an answer that is otherwise complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// No stance can be judged.
    StanceUnsupported,
    /// Tokens past the limit were ignored.
    TextTruncated {
        /// Tokens that are read.
        limit: u32,
    },
    /// A target does not occur in the text.
    TargetNotFound {
        /// Its position in the request.
        index: usize,
    },
    /// The caller's language is not the detected one.
    LanguageMismatch {
        /// The detected one.
        detected: &'static str,
    },
}
