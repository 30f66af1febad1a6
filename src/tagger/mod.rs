//! From an [`Article`] to a [`Tagging`]: featurize once, then let each axis score, calibrate,
//! rank and decide, and explain where asked.

mod capitals;
mod countries;
mod forms;
pub mod given;
mod institutions;
pub mod language;
mod locations;
mod names;
mod reader;
mod stance;
pub mod tagging;
pub mod targets;
mod uses;

pub use crate::model::{STANCE, counted_of};
pub use tagging::{
    AbstainReason, AxisTagging, Decision, Evidence, LabelExplanation, LabelScore, TagOptions,
    Tagging, TargetStance, TextStatistics, Warning,
};

use std::cell::Cell;

use reader::{Grounds, Reader, Terms};
use stance::StanceJudge;
use thiserror::Error;

use crate::{
    article::Article,
    features::{Featurizer, Occurrence, Places, TermVector, Words},
    model::{Classifier, Model},
    text::quoted,
};

/// What was asked for does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TagError {
    /// An axis that the model does not have.
    #[error("options.axes[{index}]: unknown axis {name}; this model has {known}")]
    UnknownAxis {
        /// Position in the request.
        index: usize,
        /// The unknown name, as [`quoted`] shows it.
        name: String,
        /// The axes that the model has.
        known: String,
    },
    /// Evidence with more places in the text than there is room for.
    #[error(
        "answer: the evidence stands at more than {limit} places of the text; ask for less evidence \
         or fewer axes"
    )]
    TooManyPlaces {
        /// The most that were asked for.
        limit: usize,
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

    /// Whether articles can be labelled so.
    ///
    /// # Errors
    /// When an axis is asked for that the model does not have.
    pub fn check(&self, options: &TagOptions) -> Result<(), TagError> {
        self.classifiers(&options.axes).map(drop)
    }

    /// Labels one article.
    ///
    /// # Errors
    /// When an axis is asked for that the model does not have, or the evidence has more places than
    /// there may be.
    pub fn tag(&self, article: &Article, options: &TagOptions) -> Result<Tagging<'_>, TagError> {
        let classifiers = self.classifiers(&options.axes)?;
        let zones = article.zones();
        let featurizer = self.model.featurizer();
        let words = self.words(article, options);
        let (vector, occurrences) = read(featurizer, &zones, words.as_ref(), options);
        let detected = language::detect(article);
        let abstain = self.abstain_reason(article, &vector, detected);
        let grounds = options.max_evidence.map(|max| Grounds {
            terms: Terms::OfArticle(featurizer.vocabulary(), &occurrences),
            vector: &vector,
            max,
            places_left: Cell::new(Some(options.max_places.unwrap_or(usize::MAX))),
        });
        let reader = Reader {
            options,
            abstain,
            grounds,
        };
        let text = statistics(&vector, detected);
        let stances = self.stances(article, words.as_ref(), options, abstain);
        let answers = reader.read(&classifiers, &vector)?;
        let axes = classifiers.iter().zip(answers);
        let axes = axes.map(|(classifier, (decision, labels))| AxisTagging {
            axis: classifier.axis(),
            decision,
            labels,
        });
        Ok(Tagging {
            axes: axes.collect(),
            warnings: self.warnings(article, options, &text, &stances),
            stances,
            text,
        })
    }

    /// The words of the article, where there is a target to judge or to find.
    fn words(&self, article: &Article, options: &TagOptions) -> Option<Words> {
        let asked = options.axes.is_empty() || options.axes.iter().any(|axis| axis == STANCE);
        let finds = asked && self.model.stance().is_some();
        let max_words = self.model.featurizer().config().max_tokens();
        let wanted = finds || !article.targets().is_empty();
        wanted.then(|| Words::read(&article.zones(), max_words))
    }

    /// One entry a target: those of the caller, or those that are found.
    fn stances(
        &self,
        article: &Article,
        words: Option<&Words>,
        options: &TagOptions,
        abstain: Option<AbstainReason>,
    ) -> Vec<TargetStance<'_>> {
        let Some(words) = words else {
            return Vec::new();
        };
        let judge = StanceJudge {
            stance: self.model.stance(),
            places: &Places::new(words),
            options,
            abstain,
        };
        judge.all(article)
    }

    /// The classifiers of the requested axes in the model's order; all of them for no request.
    fn classifiers(&self, axes: &[String]) -> Result<Vec<&Classifier>, TagError> {
        let unknown = axes
            .iter()
            .position(|name| name != STANCE && self.model.classifier(name).is_none());
        if let Some(index) = unknown {
            return Err(TagError::UnknownAxis {
                index,
                name: quoted(&axes[index]),
                known: self.axis_names().join(", "),
            });
        }
        let wanted = |c: &&Classifier| axes.is_empty() || axes.iter().any(|a| a == c.axis().name());
        Ok(self.model.classifiers().iter().filter(wanted).collect())
    }

    fn axis_names(&self) -> Vec<&str> {
        let classifiers = self.model.all_classifiers();
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
        stances: &[TargetStance<'_>],
    ) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let asked = !stances.is_empty() || options.axes.iter().any(|axis| axis == STANCE);
        if asked && self.model.stance().is_none() {
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

fn statistics(vector: &TermVector, language: Option<&'static str>) -> TextStatistics {
    TextStatistics {
        tokens: vector.tokens(),
        known_tokens: vector.known_tokens(),
        language,
        truncated: vector.is_truncated(),
    }
}

/// The vector of a text, with the places of its terms where evidence is asked for.
fn read(
    featurizer: &Featurizer,
    zones: &[&str],
    words: Option<&Words>,
    options: &TagOptions,
) -> (TermVector, Vec<Occurrence>) {
    if options.max_evidence.is_none() {
        return (featurizer.transform_read(zones, words), Vec::new());
    }
    featurizer.transform_with_places(zones, words)
}
