//! The language of an article, told by whatlang.

use crate::article::{Article, ArticleField};

/// Detection reads this many bytes at most: more does not change the answer and costs time.
const SAMPLE_BYTES: usize = 1000;

/// ISO 639-1 code of the language of an article, when its text is long and clear enough to tell.
#[must_use]
pub fn detect(article: &Article) -> Option<&'static str> {
    let fields = [ArticleField::Body, ArticleField::Title];
    let text = fields.map(|field| article.text(field).trim());
    let longest = text.into_iter().max_by_key(|text| text.len())?;
    let info = whatlang::detect(sample(longest)).filter(whatlang::Info::is_reliable)?;
    isolang::Language::from_639_3(info.lang().code())?.to_639_1()
}

/// The primary language of a BCP 47 tag in lower case: `pt` of `pt-BR`; `None` of an empty tag
/// and of `und`, which stands for an unknown language.
#[must_use]
pub fn primary_subtag(tag: &str) -> Option<String> {
    let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    (!primary.is_empty() && primary != "und").then_some(primary)
}

fn sample(text: &str) -> &str {
    let mut end = text.len().min(SAMPLE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{ArticleLimits, ArticleParts};

    fn detected(body: &str) -> Option<&'static str> {
        let parts = ArticleParts {
            body: body.into(),
            ..ArticleParts::default()
        };
        detect(&Article::new(parts, &ArticleLimits::default()).unwrap())
    }

    #[test]
    fn clear_texts_are_told_and_unclear_ones_are_not() {
        let english = "The prime minister said on Friday that the government would not raise \
                       taxes before the election, while unions called for a general strike.";
        let german = "Der Bundeskanzler sagte am Freitag, die Regierung werde die Steuern vor der \
                      Wahl nicht erhöhen, während die Gewerkschaften zum Streik aufriefen.";
        assert_eq!(detected(english), Some("en"));
        assert_eq!(detected(german), Some("de"));
        assert_eq!(detected("12 %"), None);
        assert_eq!(detected(&"\u{1F600}".repeat(400)), None);
    }

    #[test]
    fn tags_are_reduced_to_their_language() {
        assert_eq!(primary_subtag("pt-BR").as_deref(), Some("pt"));
        assert_eq!(primary_subtag("EN_us").as_deref(), Some("en"));
        assert_eq!(primary_subtag(""), None);
        assert_eq!(primary_subtag("und"), None);
    }
}
