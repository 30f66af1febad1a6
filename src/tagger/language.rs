//! The language of an article: English by its function words, any other by whatlang.

use crate::article::{Article, ArticleField};

/// Detection reads this many bytes at most: more does not change the answer and costs time.
const SAMPLE_BYTES: usize = 1000;

/// Fewer words of [`ENGLISH`] in a sample prove nothing.
const ENGLISH_WORDS: usize = 6;
/// One word in so many is of [`ENGLISH`] in a text that is certainly English; one in seven is
/// usual.
const ENGLISH_SHARE: usize = 12;

/// ISO 639-1 code of the language of an article, when its text is long and clear enough to tell.
#[must_use]
pub fn detect(article: &Article) -> Option<&'static str> {
    let fields = [ArticleField::Body, ArticleField::Title];
    let text = fields.map(|field| article.text(field).trim());
    let longest = text.into_iter().max_by_key(|text| text.len())?;
    let sample = sample(longest);
    if is_plainly_english(sample) {
        return Some("en");
    }
    let info = whatlang::detect(sample).filter(whatlang::Info::is_reliable)?;
    isolang::Language::from_639_3(info.lang().code())?.to_639_1()
}

/// Whether a text has so many words that are frequent in English and in no other language that a
/// comparison with all languages, which takes longer than all the rest of an article, would say
/// nothing new.
fn is_plainly_english(text: &str) -> bool {
    let (mut words, mut english) = (0, 0);
    for word in text.as_bytes().split(|byte| !byte.is_ascii_alphabetic()) {
        words += usize::from(!word.is_empty());
        english += usize::from(is_english(word));
    }
    english >= ENGLISH_WORDS && english * ENGLISH_SHARE >= words
}

/// Left out is what other languages write as well: `of`, `in` and `was` are Dutch, `to` and `by`
/// Polish, `for` and `at` Danish, `are` Romanian.
fn is_english(word: &[u8]) -> bool {
    matches!(
        word,
        b"the"
            | b"The"
            | b"and"
            | b"that"
            | b"with"
            | b"from"
            | b"this"
            | b"This"
            | b"have"
            | b"they"
            | b"They"
            | b"which"
            | b"were"
            | b"would"
            | b"their"
            | b"his"
            | b"said"
            | b"who"
            | b"not"
    )
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
    fn english_is_told_by_its_function_words_and_nothing_else_is() {
        let english = "The minister said that the report, which the court had asked for, would \
                       not change their plans, and that they have no doubt.";
        assert!(is_plainly_english(english));
        for other in OTHERS {
            assert!(!is_plainly_english(&other.repeat(9)), "{other}");
        }
    }

    /// Made up, each around what its language shares with English or comes close to.
    const OTHERS: [&str; 14] = [
        "De minister was in het land of over de grens, en had geen tijd met ons. ",
        "Der Mann, der das Land war, hat so viel an die Frau geschrieben, was man will. ",
        "Det er for sent at gaa over broen, og to and svam under den. ",
        "Han kom till den stora staden med sin bror, och de hade inte mat. ",
        "To jest dom, by on to do nas zabral, a ten pan to nie on. ",
        "Le th\u{E9} est bon, et on a dit que son but est de tout faire pour les gens. ",
        "La donna \u{E8} in casa e non ha visto come si fa per andare a sud. ",
        "El hombre me ha dicho que no has visto a la gente con sus hijos. ",
        "Ele n\u{E3}o foi a Lisboa com as amigas do pai, e me deu o livro. ",
        "Th\u{1EBF} th\u{EC} th\u{1EC3} thao n\u{E0}y c\u{F3} th\u{1EC3} l\u{E0} c\u{1EE7}a t\u{F4}i v\u{E0} anh. ",
        "Ang mga tao at ang bata ay nasa bahay, at sila ay may dala na pagkain. ",
        "Dia pergi ke pasar dan membeli ikan, lalu pulang ke rumah ibu. ",
        "Ea are o carte in mana si a mers la mare cu noi, dar nu are timp. ",
        "Die man is in die huis en was met sy kinders by die see. ",
    ];

    #[test]
    fn tags_are_reduced_to_their_language() {
        assert_eq!(primary_subtag("pt-BR").as_deref(), Some("pt"));
        assert_eq!(primary_subtag("EN_us").as_deref(), Some("en"));
        assert_eq!(primary_subtag(""), None);
        assert_eq!(primary_subtag("und"), None);
    }
}
