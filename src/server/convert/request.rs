//! From the wire to the domain: the only validation of a request.

use crate::{
    article::{Article, ArticleLimits, ArticleParts},
    server::{
        admission::places_of, config::RequestLimits, pb, resource::ModelName, status::ApiError,
    },
    tagger::TagOptions,
    text::OffsetEncoding,
};

/// What a request may ask for at most.
pub const MAX_AXES: u32 = 32;
/// Greatest `TagOptions.max_labels`.
pub const MAX_LABELS: u32 = 1000;
/// Greatest `TagOptions.max_evidence`.
pub const MAX_EVIDENCE: u32 = 10_000;
/// Evidence terms a label when the caller names no number.
const DEFAULT_EVIDENCE: u32 = 10;

/// One checked article and what is asked about it.
#[derive(Debug, Clone, PartialEq)]
pub struct TagRequest {
    /// The article.
    pub article: Article,
    /// What to answer.
    pub settings: TagSettings,
}

/// Many articles and what is asked about each.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchRequest {
    /// The caller's identifier of each article, with the article or its fault.
    pub articles: Vec<(String, Result<Article, ApiError>)>,
    /// What to answer.
    pub settings: TagSettings,
}

/// What to answer, with which model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TagSettings {
    /// Axes and detail.
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
        let article = article.ok_or_else(|| ApiError::missing("article", "an article"))?;
        Ok(Self {
            article: Article::new(article.into(), limits)?,
            settings: TagSettings::new(options, &model)?,
        })
    }
}

impl BatchRequest {
    /// Checks a batch against the limits; each article on its own.
    ///
    /// # Errors
    /// A fault of the batch as a whole.
    pub fn new(
        request: pb::BatchTagArticlesRequest,
        limits: &RequestLimits,
    ) -> Result<Self, ApiError> {
        let pb::BatchTagArticlesRequest {
            articles,
            options,
            model,
        } = request;
        let max = limits.batch_articles.get();
        let count = u32::try_from(articles.len()).unwrap_or(u32::MAX);
        if count == 0 || count > max {
            return Err(ApiError::Field {
                field: "articles",
                value: format!("{count} articles"),
                expected: format!("1 to {max}"),
            });
        }
        let limits = &limits.article;
        let check = |article: pb::Article| {
            let id = bounded_id(&article, limits);
            let checked = Article::new(article.into(), limits);
            (id, checked.map_err(ApiError::from))
        };
        Ok(Self {
            settings: TagSettings::new(options, &model)?,
            articles: articles.into_iter().map(check).collect(),
        })
    }

    /// How many articles are to be labelled, long ones counted as several.
    #[must_use]
    pub fn articles_to_label(&self) -> u32 {
        let articles = self.articles.iter();
        places_of(articles.filter_map(|(_, article)| article.as_ref().ok()))
    }
}

/// Bytes of title and body, as they came.
#[must_use]
pub fn text_bytes(article: Option<&pb::Article>) -> usize {
    article.map_or(0, |article| article.title.len() + article.body.len())
}

/// The identifier that an answer repeats: none where it is itself over its limit.
#[must_use]
pub fn bounded_id(article: &pb::Article, limits: &ArticleLimits) -> String {
    let fits = |id: &&String| id.len() <= limits.name_bytes as usize;
    Some(&article.article_id)
        .filter(fits)
        .cloned()
        .unwrap_or_default()
}

impl TagSettings {
    fn new(options: Option<pb::TagOptions>, model: &str) -> Result<Self, ApiError> {
        let options = options.unwrap_or_default();
        Ok(Self {
            encoding: offset_encoding(options.offset_encoding)?,
            options: options.try_into()?,
            model: ModelName::parse("model", model)?,
        })
    }
}

impl From<pb::StreamTagArticlesRequest> for pb::TagArticleRequest {
    fn from(request: pb::StreamTagArticlesRequest) -> Self {
        let pb::StreamTagArticlesRequest {
            article,
            options,
            model,
        } = request;
        Self {
            article,
            options,
            model,
        }
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
            max_places: None,
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
        let options = request(pb::TagOptions::default()).unwrap().settings.options;
        assert_eq!(options, TagOptions::default());
        let explained = pb::TagOptions {
            explain: true,
            ..Default::default()
        };
        assert_eq!(
            request(explained).unwrap().settings.options.max_evidence,
            Some(10)
        );
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

    #[test]
    fn a_batch_keeps_the_fault_of_each_article() {
        let article = |id: &str, body: &str| pb::Article {
            article_id: id.into(),
            body: body.into(),
            ..Default::default()
        };
        let request = pb::BatchTagArticlesRequest {
            articles: vec![
                article("a", "Rain"),
                article("b", " "),
                article(&"x".repeat(257), "Rain"),
            ],
            ..Default::default()
        };
        let batch = BatchRequest::new(request, &RequestLimits::default()).unwrap();
        let told: Vec<_> = batch
            .articles
            .iter()
            .map(|(id, a)| (id.as_str(), a.is_ok()))
            .collect();
        assert_eq!(told, [("a", true), ("b", false), ("", false)]);
    }

    #[test]
    fn a_batch_has_a_size() {
        for (count, shown) in [(0, "0 articles"), (1001, "1001 articles")] {
            let request = pb::BatchTagArticlesRequest {
                articles: vec![pb::Article::default(); count],
                ..Default::default()
            };
            let error = BatchRequest::new(request, &RequestLimits::default()).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("articles: {shown}: expected 1 to 1000")
            );
        }
    }
}
