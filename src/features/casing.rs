//! How words are written, as terms of their own: `Apple` beside `apple`, `OPEC` beside `opec`.
//!
//! A word in lower case says what it means; its capital says that it names someone or something.
//! This is for letters of ASCII, of which folded words have no capital, so that no word is such a
//! term.

use super::{FeaturizerConfig, Words, ngrams::Read};
use crate::text::{Scanner, Span, fold::fold_into, without_possessive};

/// Visits the words with a capital among the tokens that are read, where the settings ask for
/// them: each as a term, with its zone and place. `words` are the same tokens, where they were read
/// already.
pub fn for_each_cased(
    config: &FeaturizerConfig,
    zones: &[&str],
    words: Option<&Words>,
    mut visit: impl FnMut(&str, usize, Span),
) {
    if !config.capitals() {
        return;
    }
    let mut look_at = |zone: usize, span: Span, word: &str| {
        if let Some(term) = cased(&zones[zone][span.clone()], word) {
            visit(&term, zone, span);
        }
    };
    if let Some(words) = words {
        let large = words
            .all()
            .iter()
            .filter(|word| is_large(zones[word.zone], &word.span));
        large.for_each(|word| look_at(word.zone, word.span.clone(), words.term_of(word)));
        return;
    }
    let (mut read, mut folded) = (Read::default(), String::new());
    for (zone, text) in zones.iter().enumerate() {
        let mut scanner = Scanner::new(text);
        while let Some(token) = scanner.scan() {
            if read.is_full(config) {
                return;
            }
            let span = token.start..token.end;
            if is_large(text, &span) {
                fold_into(&text[span.clone()], &mut folded);
                look_at(zone, span, &folded);
            }
        }
    }
}

fn is_large(text: &str, span: &Span) -> bool {
    text[span.clone()].starts_with(char::is_uppercase)
}

/// The term of a token with a capital in front, by the word that it folds to: in capitals if the
/// token has several letters and no small one. A word that begins with another letter than of
/// ASCII has none.
fn cased(token: &str, word: &str) -> Option<String> {
    if !word.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    let mut term = word.to_owned();
    let letters = without_possessive(token)
        .chars()
        .filter(|c| c.is_alphabetic());
    if letters.clone().count() > 1 && letters.clone().all(char::is_uppercase) {
        term.make_ascii_uppercase();
    } else {
        term[..1].make_ascii_uppercase();
    }
    Some(term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::config::FeaturizerParams;

    #[test]
    fn capitals_are_kept() {
        for (token, word, term) in [
            ("Apple", "apple", Some("Apple")),
            ("Apple\u{2019}s", "apple", Some("Apple")),
            ("OPEC", "opec", Some("OPEC")),
            ("OPEC's", "opec", Some("OPEC")),
            ("A", "a", Some("A")),
            ("McDonald", "mcdonald", Some("Mcdonald")),
            ("\u{C9}lan", "elan", Some("Elan")),
            ("COVID-19", "covid-19", Some("COVID-19")),
            ("9/11", "9/11", None),
            ("\u{41F}\u{443}", "\u{43F}\u{443}", None),
            ("", "", None),
        ] {
            assert_eq!(cased(token, word).as_deref(), term, "{token}");
        }
    }

    #[test]
    fn only_what_is_read_and_asked_for_is_visited() {
        let zones = ["OPEC met", "in Vienna. Oil fell on 9/11 by iPhone"];
        let visited = |capitals, max_tokens| {
            let params = FeaturizerParams {
                max_tokens,
                capitals,
                ..FeaturizerParams::default()
            };
            let mut all = Vec::new();
            let config = params.try_into().unwrap();
            let words = Words::read(&zones, max_tokens);
            for words in [None, Some(&words)] {
                for_each_cased(&config, &zones, words, |term, zone, span| {
                    assert!(zones[zone][span].eq_ignore_ascii_case(term));
                    all.push(term.to_owned());
                });
            }
            all
        };
        assert_eq!(visited(true, 100), ["OPEC", "Vienna", "Oil"].repeat(2));
        assert_eq!(visited(true, 4), ["OPEC", "Vienna"].repeat(2));
        assert!(visited(false, 100).is_empty());
    }
}
