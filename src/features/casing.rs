//! How words are written, as terms of their own: `Apple` beside `apple`, `OPEC` beside `opec`.
//!
//! A word in lower case says what it means; its capital says that it names someone or something.
//! Folded words have no capital of ASCII, so that no word is such a term.

use super::{FeaturizerConfig, ngrams::Read};
use crate::text::{Scanner, Span, fold::fold_into, without_possessive};

/// Visits the words with a capital among the tokens that are read, where the settings ask for
/// them: each as a term, with its zone and place.
pub fn for_each_cased(
    config: &FeaturizerConfig,
    zones: &[&str],
    mut visit: impl FnMut(&str, usize, Span),
) {
    if !config.capitals() {
        return;
    }
    let (mut read, mut word) = (Read::default(), String::new());
    for (zone, text) in zones.iter().enumerate() {
        let mut scanner = Scanner::new(text);
        while let Some(token) = scanner.scan() {
            if read.is_full(config) {
                return;
            }
            let span = token.start..token.end;
            let token = &text[span.clone()];
            if !token.starts_with(|c: char| c.is_ascii_lowercase()) {
                fold_into(token, &mut word);
                if let Some(term) = cased(token, &word) {
                    visit(&term, zone, span);
                }
            }
        }
    }
}

/// The term of a token with a capital in front, by the word that it folds to: in capitals if the
/// token has several letters and no small one. Letters outside of ASCII have none.
fn cased(token: &str, word: &str) -> Option<String> {
    let plain = word.starts_with(|c: char| c.is_ascii_lowercase());
    if !plain || !token.starts_with(char::is_uppercase) {
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
            ("apple", "apple", None),
            ("iPhone", "iphone", None),
            ("9/11", "9/11", None),
            ("\u{41F}\u{443}", "\u{43F}\u{443}", None),
            ("", "", None),
        ] {
            assert_eq!(cased(token, word).as_deref(), term, "{token}");
        }
    }

    #[test]
    fn only_what_is_read_and_asked_for_is_visited() {
        let zones = ["OPEC met", "in Vienna. Oil fell"];
        let visited = |capitals, max_tokens| {
            let params = FeaturizerParams {
                max_tokens,
                capitals,
                ..FeaturizerParams::default()
            };
            let mut all = Vec::new();
            for_each_cased(&params.try_into().unwrap(), &zones, |term, zone, span| {
                assert!(zones[zone][span].eq_ignore_ascii_case(term));
                all.push(term.to_owned());
            });
            all
        };
        assert_eq!(visited(true, 100), ["OPEC", "Vienna", "Oil"]);
        assert_eq!(visited(true, 4), ["OPEC", "Vienna"]);
        assert!(visited(false, 100).is_empty());
    }
}
