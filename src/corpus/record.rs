//! One line of a corpus.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::article::{Article, ArticleError, ArticleLimits, ArticleParts};

/// An article with what is known of it. Fields that are not listed here are ignored, so that a
/// corpus may carry more.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Identifier, unique within the corpus.
    pub id: String,
    /// The headline.
    pub title: String,
    /// The running text.
    pub body: String,
    /// ISO 639-1 code of the language, or empty.
    pub lang: String,
    /// Where the record comes from.
    pub source: String,
    /// `train`, `dev`, `test` or another name; empty counts as `train`.
    pub split: String,
    /// Codes by axis, the main one first. An absent axis means unknown.
    pub labels: BTreeMap<String, Vec<String>>,
    /// Stances of the text towards targets.
    pub stances: Vec<RecordedStance>,
    /// Who published it.
    pub outlet: Option<String>,
    /// How it was labelled.
    pub method: Option<String>,
}

/// The stance of a text towards one target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RecordedStance {
    /// The target as it stands in the text.
    pub target: String,
    /// Code of the stance.
    pub label: String,
    /// Byte ranges in the body.
    pub mentions: Vec<(usize, usize)>,
}

impl Record {
    /// Name of the split, `train` when none is given.
    #[must_use]
    pub fn split(&self) -> &str {
        if self.split.is_empty() {
            "train"
        } else {
            &self.split
        }
    }

    /// The article of the record, with the recorded targets.
    ///
    /// # Errors
    /// When the record breaks a limit or has no text.
    pub fn into_article(self, limits: &ArticleLimits) -> Result<Article, ArticleError> {
        let targets = self.stances.into_iter().map(|stance| stance.target);
        Article::new(
            ArticleParts {
                id: self.id,
                title: self.title,
                body: self.body,
                language: self.lang,
                source: self.source,
                targets: targets.collect(),
            },
            limits,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_fields_are_empty_and_unknown_ones_are_ignored() {
        let line = r#"{"id":"1","body":"Rain.","labels":{"topic":["t:weather"]},"extra":[1]}"#;
        let record: Record = serde_json::from_str(line).unwrap();
        assert_eq!((record.id.as_str(), record.split()), ("1", "train"));
        assert_eq!(record.labels["topic"], ["t:weather"]);
        let article = record.into_article(&ArticleLimits::default()).unwrap();
        assert_eq!(article.zones(), ["", "Rain."]);
    }
}
