//! From an [`Article`] to a [`Tagging`]: featurize once, then let each axis score, calibrate,
//! rank and decide, and explain where asked.

pub mod language;
pub mod tagging;
pub mod targets;

pub use tagging::{
    AbstainReason, AxisTagging, Decision, Evidence, LabelExplanation, LabelScore, TagOptions,
    Tagging, TargetStance, TextStatistics, Warning,
};

use thiserror::Error;

use crate::{
    article::{Article, ArticleField},
    bayes::{calibration::probabilities, explain::explain, scorer::ranking},
    features::{Occurrence, TermId, TermVector},
    model::{Classifier, DecisionRule, Model},
    text::Span,
};

/// Name of the axis that is asked by target.
pub const STANCE: &str = "stance";

/// What was asked for does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TagError {
    /// An axis that the model does not have.
    #[error("options.axes[{index}]: unknown axis {name:?}; this model has {known}")]
    UnknownAxis {
        /// Position in the request.
        index: usize,
        /// The unknown name, cut to a readable length.
        name: String,
        /// The axes that the model has.
        known: String,
    },
}

/// Labels articles with one model.
#[derive(Debug, Clone)]
pub struct Tagger {
    model: Model,
}

impl Tagger {
    /// A tagger that answers with `model`.
    #[must_use]
    pub fn new(model: Model) -> Self {
        Self { model }
    }

    /// The model that answers.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Gives the model back.
    #[must_use]
    pub fn into_model(self) -> Model {
        self.model
    }

    /// Labels one article.
    ///
    /// # Errors
    /// When an axis is asked for that the model does not have.
    pub fn tag(&self, article: &Article, options: &TagOptions) -> Result<Tagging<'_>, TagError> {
        let classifiers = self.classifiers(&options.axes)?;
        let zones = article.zones();
        let vector = self.model.featurizer().transform(&zones);
        let mut occurrences = match options.max_evidence {
            Some(_) => self.model.featurizer().occurrences(&zones),
            None => Vec::new(),
        };
        // The sort is stable: places of one term stay in reading order.
        occurrences.sort_by_key(|occurrence| occurrence.term);
        let detected = language::detect(article);
        let abstain = self.abstain_reason(article, &vector, detected);
        let reader = Reader {
            model: &self.model,
            vector: &vector,
            occurrences: &occurrences,
            options,
            abstain,
        };
        let text = TextStatistics {
            tokens: vector.tokens(),
            known_tokens: vector.known_tokens(),
            language: detected,
            truncated: vector.is_truncated(),
        };
        let stances = targets::stances(article);
        Ok(Tagging {
            axes: classifiers.into_iter().map(|c| reader.read(c)).collect(),
            warnings: self.warnings(article, options, &text, &stances),
            stances,
            text,
        })
    }

    /// The classifiers of the requested axes in the model's order; all of them for no request.
    fn classifiers(&self, axes: &[String]) -> Result<Vec<&Classifier>, TagError> {
        let unknown = axes
            .iter()
            .position(|name| name != STANCE && self.model.classifier(name).is_none());
        if let Some(index) = unknown {
            return Err(TagError::UnknownAxis {
                index,
                name: axes[index].chars().take(64).collect(),
                known: self.axis_names().join(", "),
            });
        }
        let wanted = |c: &&Classifier| axes.is_empty() || axes.iter().any(|a| a == c.axis().name());
        Ok(self.model.classifiers().iter().filter(wanted).collect())
    }

    fn axis_names(&self) -> Vec<&str> {
        let classifiers = self.model.classifiers().iter();
        classifiers.map(|c| c.axis().name()).collect()
    }

    /// Why no axis of this article should be answered, if so.
    fn abstain_reason(
        &self,
        article: &Article,
        vector: &TermVector,
        detected: Option<&'static str>,
    ) -> Option<AbstainReason> {
        let policy = self.model.abstention();
        let claimed = language::primary_subtag(article.language());
        let language = claimed.as_deref().or(detected);
        let known_share = f64::from(vector.known_tokens()) / f64::from(vector.tokens().max(1));
        let few = |count: u32| count < policy.min_known_tokens;
        if language.is_some_and(|code| !self.speaks(code)) {
            Some(AbstainReason::Language)
        } else if few(vector.tokens()) {
            Some(AbstainReason::TooShort)
        } else if known_share < policy.min_known_share || few(vector.known_tokens()) {
            Some(AbstainReason::UnknownWords)
        } else {
            None
        }
    }

    fn speaks(&self, code: &str) -> bool {
        self.model
            .card()
            .languages
            .iter()
            .any(|known| known == code)
    }

    fn warnings(
        &self,
        article: &Article,
        options: &TagOptions,
        text: &TextStatistics,
        stances: &[TargetStance],
    ) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if !stances.is_empty() || options.axes.iter().any(|axis| axis == STANCE) {
            warnings.push(Warning::StanceUnsupported);
        }
        if text.truncated {
            let limit = self.model.featurizer().config().max_tokens();
            warnings.push(Warning::TextTruncated { limit });
        }
        let missing = stances
            .iter()
            .enumerate()
            .filter(|(_, s)| s.mentions.is_empty());
        warnings.extend(missing.map(|(index, _)| Warning::TargetNotFound { index }));
        let claimed = language::primary_subtag(article.language());
        if let (Some(claimed), Some(detected)) = (claimed, text.language)
            && claimed != detected
        {
            warnings.push(Warning::LanguageMismatch { detected });
        }
        warnings
    }
}

/// One article as every axis reads it.
struct Reader<'m, 'a> {
    model: &'m Model,
    vector: &'a TermVector,
    /// By term.
    occurrences: &'a [Occurrence],
    options: &'a TagOptions,
    abstain: Option<AbstainReason>,
}

impl<'m> Reader<'m, '_> {
    fn read(&self, classifier: &'m Classifier) -> AxisTagging<'m> {
        let axis = classifier.axis();
        let scorer = classifier.scorer();
        let raw = scorer.scores(self.vector);
        let log_odds = classifier
            .calibration()
            .apply(&raw, scorer.length(self.vector));
        let probabilities = probabilities(axis.kind(), &log_odds);
        let order = ranking(&log_odds);
        let (decision, assigned) = self.decide(classifier.rule(), &order, &probabilities);
        let explained = |rank: usize, label: usize| {
            let first_of_none = rank == 0 && assigned.is_empty();
            assigned.contains(&label) || first_of_none
        };
        let keep = self.options.max_labels.unwrap_or(usize::MAX);
        let labels = order.iter().enumerate().filter_map(|(rank, &label)| {
            let is_assigned = assigned.contains(&label);
            (rank < keep || is_assigned).then(|| LabelScore {
                label: &axis.labels()[label],
                probability: probabilities[label],
                log_odds: log_odds[label],
                assigned: is_assigned,
                explanation: self
                    .options
                    .max_evidence
                    .filter(|_| explained(rank, label))
                    .map(|max| self.explain(classifier, &raw, label, max)),
            })
        });
        AxisTagging {
            axis,
            decision,
            labels: labels.collect(),
        }
    }

    fn decide(
        &self,
        rule: &DecisionRule,
        order: &[usize],
        probabilities: &[f64],
    ) -> (Decision, Vec<usize>) {
        if let Some(reason) = self.abstain {
            return (Decision::Abstained(reason), Vec::new());
        }
        match rule.assign(order, probabilities) {
            Some(assigned) => (Decision::Assigned, assigned),
            None => (Decision::Abstained(AbstainReason::Uncertain), Vec::new()),
        }
    }

    fn explain(
        &self,
        classifier: &Classifier,
        raw: &[f64],
        label: usize,
        max: usize,
    ) -> LabelExplanation<'m> {
        let parts = explain(
            classifier.scorer(),
            classifier.calibration(),
            self.vector,
            raw,
            label,
        );
        let (listed, unlisted) = parts
            .contributions
            .split_at(max.min(parts.contributions.len()));
        let evidence = listed.iter().map(|contribution| Evidence {
            term: self.model.featurizer().vocabulary().term(contribution.term),
            count: contribution.count,
            log_odds: contribution.log_odds,
            spans: self.spans(contribution.term),
        });
        LabelExplanation {
            bias: parts.bias,
            unlisted_log_odds: unlisted.iter().map(|c| c.log_odds).sum(),
            evidence: evidence.collect(),
        }
    }

    fn spans(&self, term: TermId) -> Vec<(ArticleField, Span)> {
        let first = self.occurrences.partition_point(|o| o.term < term);
        let places = self.occurrences[first..].iter();
        places
            .take_while(|o| o.term == term)
            .map(|o| (ArticleField::ALL[o.zone], o.span.clone()))
            .collect()
    }
}
