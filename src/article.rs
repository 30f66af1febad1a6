//! A checked news [`Article`]: whoever holds one holds text that is worth tagging and whose size
//! is bounded.

use thiserror::Error;

/// The texts of an article, in reading order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArticleField {
    /// The headline.
    Title,
    /// The running text.
    Body,
}

impl ArticleField {
    /// All fields in reading order; the position of a field is its zone in the featurizer.
    pub const ALL: [Self; 2] = [Self::Title, Self::Body];
}

/// What an article may measure at most, in bytes of UTF-8 unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArticleLimits {
    /// Size of the title.
    pub title_bytes: u32,
    /// Size of the body.
    pub body_bytes: u32,
    /// Size of the identifier, the source and each target.
    pub name_bytes: u32,
    /// Size of the language tag.
    pub language_bytes: u32,
    /// Number of targets.
    pub targets: u32,
}

impl Default for ArticleLimits {
    fn default() -> Self {
        Self {
            title_bytes: 16 * 1024,
            body_bytes: 2 * 1024 * 1024,
            name_bytes: 256,
            language_bytes: 35,
            targets: 64,
        }
    }
}

/// An article as it arrives, before any check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArticleParts {
    /// The caller's own identifier.
    pub id: String,
    /// The headline.
    pub title: String,
    /// The running text.
    pub body: String,
    /// BCP 47 tag of the language, or empty.
    pub language: String,
    /// Outlet or feed, or empty.
    pub source: String,
    /// Actors whose treatment by the text is asked for.
    pub targets: Vec<String>,
}

/// Why an article was refused. No variant holds text of the article.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ArticleError {
    /// Title and body are empty or white space.
    #[error("article.title and article.body: both are empty; one of them must contain text")]
    Empty,
    /// A text is larger than its limit.
    #[error("{field}: {actual} bytes exceed the limit of {limit} bytes")]
    TooLong {
        /// Path of the field in the request.
        field: String,
        /// Its size.
        actual: usize,
        /// The limit.
        limit: u32,
    },
    /// More targets than the limit.
    #[error("article.targets: {actual} targets exceed the limit of {limit}")]
    TooManyTargets {
        /// How many there are.
        actual: usize,
        /// The limit.
        limit: u32,
    },
    /// A target without a word in it.
    #[error("article.targets[{index}]: a target must contain text")]
    EmptyTarget {
        /// Its position.
        index: usize,
    },
}

impl ArticleError {
    /// Path of the offending field in the request, as `article.title`.
    #[must_use]
    pub fn field(&self) -> String {
        match self {
            Self::Empty => "article.body".into(),
            Self::TooLong { field, .. } => field.clone(),
            Self::TooManyTargets { .. } => "article.targets".into(),
            Self::EmptyTarget { index } => format!("article.targets[{index}]"),
        }
    }
}

/// A news article that passed every check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article(ArticleParts);

impl Article {
    /// Checks an article against the limits.
    ///
    /// # Errors
    /// The first [`ArticleError`] in the order of the fields.
    pub fn new(parts: ArticleParts, limits: &ArticleLimits) -> Result<Self, ArticleError> {
        for (field, text, limit) in [
            ("article.article_id", &parts.id, limits.name_bytes),
            ("article.title", &parts.title, limits.title_bytes),
            ("article.body", &parts.body, limits.body_bytes),
            (
                "article.language_code",
                &parts.language,
                limits.language_bytes,
            ),
            ("article.source", &parts.source, limits.name_bytes),
        ] {
            check_length(field, text, limit)?;
        }
        check_targets(&parts.targets, limits)?;
        if is_blank(&parts.title) && is_blank(&parts.body) {
            return Err(ArticleError::Empty);
        }
        Ok(Self(parts))
    }

    /// The caller's identifier, possibly empty.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The text of one field.
    #[must_use]
    pub fn text(&self, field: ArticleField) -> &str {
        match field {
            ArticleField::Title => &self.0.title,
            ArticleField::Body => &self.0.body,
        }
    }

    /// The texts in reading order: what the featurizer reads.
    #[must_use]
    pub fn zones(&self) -> [&str; 2] {
        ArticleField::ALL.map(|field| self.text(field))
    }

    /// Size of its texts together, in bytes.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.zones().iter().map(|text| text.len()).sum()
    }

    /// BCP 47 tag given by the caller, possibly empty.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.0.language
    }

    /// Actors whose treatment is asked for.
    #[must_use]
    pub fn targets(&self) -> &[String] {
        &self.0.targets
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn check_length(field: &str, text: &str, limit: u32) -> Result<(), ArticleError> {
    if text.len() > limit as usize {
        return Err(ArticleError::TooLong {
            field: field.into(),
            actual: text.len(),
            limit,
        });
    }
    Ok(())
}

fn check_targets(targets: &[String], limits: &ArticleLimits) -> Result<(), ArticleError> {
    if targets.len() > limits.targets as usize {
        return Err(ArticleError::TooManyTargets {
            actual: targets.len(),
            limit: limits.targets,
        });
    }
    for (index, target) in targets.iter().enumerate() {
        if is_blank(target) {
            return Err(ArticleError::EmptyTarget { index });
        }
        check_length(
            &format!("article.targets[{index}]"),
            target,
            limits.name_bytes,
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(title: &str, body: &str) -> ArticleParts {
        ArticleParts {
            title: title.into(),
            body: body.into(),
            ..ArticleParts::default()
        }
    }

    #[test]
    fn one_text_is_enough_and_none_is_an_error() {
        let limits = ArticleLimits::default();
        assert!(Article::new(parts("Rain", ""), &limits).is_ok());
        assert!(Article::new(parts("", "Rain fell."), &limits).is_ok());
        let blank = Article::new(parts(" \n", "\t\u{3000}"), &limits);
        assert_eq!(blank, Err(ArticleError::Empty));
    }

    #[test]
    fn a_limit_is_inclusive_and_its_error_names_field_size_and_limit() {
        let limits = ArticleLimits {
            title_bytes: 3,
            ..ArticleLimits::default()
        };
        assert!(Article::new(parts("abc", ""), &limits).is_ok());
        let error = Article::new(parts("abcd", ""), &limits).unwrap_err();
        assert_eq!(
            error.to_string(),
            "article.title: 4 bytes exceed the limit of 3 bytes"
        );
        assert_eq!(error.field(), "article.title");
    }

    #[test]
    fn targets_are_counted_and_checked_one_by_one() {
        let limits = ArticleLimits {
            targets: 2,
            name_bytes: 4,
            ..ArticleLimits::default()
        };
        let with = |targets: &[&str]| {
            let targets = targets.iter().map(ToString::to_string).collect();
            let article = ArticleParts {
                targets,
                ..parts("Rain", "")
            };
            Article::new(article, &limits).map_err(|error| error.field())
        };
        assert!(with(&["a", "b"]).is_ok());
        assert_eq!(with(&["a", "b", "c"]), Err("article.targets".into()));
        assert_eq!(with(&["a", " "]), Err("article.targets[1]".into()));
        assert_eq!(with(&["abcde"]), Err("article.targets[0]".into()));
    }
}
