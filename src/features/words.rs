//! The words of an article with their places: what is read of the surroundings of a target.

use std::ops::Range;

use compact_str::CompactString;

use crate::text::{Scanned, Scanner, Span};

/// A folded word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What it stands for.
    pub term: CompactString,
    /// Position of its text in `zones`.
    pub zone: usize,
    /// Its bytes there.
    pub span: Span,
    /// Number of its sentence, counted through all zones.
    pub sentence: u32,
    /// Whether it starts with a capital.
    pub capital: bool,
    /// Whether it stands between quotation marks.
    pub quoted: bool,
    /// Whether a single space is all that parts it from the word before it.
    pub follows: bool,
}

/// Positions of the words of one mention.
pub type Mention = Range<usize>;

/// Reads the words of `zones`, at most `max_words`.
#[must_use]
pub fn read_words(zones: &[&str], max_words: u32) -> Vec<Word> {
    let bytes: usize = zones.iter().map(|zone| zone.len()).sum();
    // About as many as a news text has.
    let mut words: Vec<Word> = Vec::with_capacity(bytes / 6);
    let mut sentence = 0;
    for (zone, text) in zones.iter().enumerate() {
        let (mut end, mut quoted) = (0, false);
        sentence += 1;
        let mut scanner = Scanner::new(text);
        while let Some(token) = scanner.scan() {
            if words.len() >= max_words as usize {
                return words;
            }
            let span = token.start..token.end;
            let gap = &text[end..span.start];
            let last = words.last().filter(|last| last.zone == zone);
            let spaced = gap == " ";
            if !spaced {
                let next = &text[span.clone()];
                let ends = last.is_some_and(|last| ends_sentence(last, gap, next));
                sentence += u32::from(ends);
                quoted = gap.chars().fold(quoted, after_mark);
            }
            end = span.end;
            words.push(Word {
                follows: last.is_some() && spaced,
                capital: text[span.clone()].starts_with(char::is_uppercase),
                term: folded(token, &scanner),
                zone,
                span,
                sentence,
                quoted,
            });
        }
    }
    words
}

fn folded(token: Scanned, scanner: &Scanner<'_>) -> CompactString {
    let Some(key) = token.key else {
        return scanner.folded().into();
    };
    let (bytes, length) = key.bytes();
    // The bytes of a key were a string.
    str::from_utf8(&bytes[..length]).unwrap_or_default().into()
}

/// Whether a quotation is open after a character: straight marks open and close in turn.
fn after_mark(open: bool, c: char) -> bool {
    match c {
        '\u{201C}' | '\u{AB}' => true,
        '\u{201D}' | '\u{BB}' | '\n' => false,
        '"' => !open,
        _ => open,
    }
}

/// Whether a sentence ends in the gap between two words: a full stop after a title, an initial or
/// another abbreviation does not end one, nor one before a small letter.
fn ends_sentence(last: &Word, gap: &str, next: &str) -> bool {
    const ABBREVIATIONS: [&str; 32] = [
        "adm", "aug", "capt", "co", "col", "corp", "dec", "dr", "feb", "gen", "gov", "hon", "inc",
        "jan", "jr", "lt", "maj", "mr", "mrs", "ms", "no", "nov", "oct", "pres", "prof", "rep",
        "rev", "sen", "sept", "sgt", "st", "vs",
    ];
    if gap.contains(['!', '?', '\n']) {
        return true;
    }
    let abbreviated =
        || ABBREVIATIONS.contains(&last.term.as_str()) || last.term.chars().nth(1).is_none();
    gap.contains('.') && !abbreviated() && !next.starts_with(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sentences_end_at_stops_and_zones() {
        let sentences = |text: &str| -> Vec<u32> {
            let words = read_words(&[text], 100);
            words.iter().map(|w| w.sentence).collect()
        };
        assert_eq!(
            sentences("Mr. Brook met J. Vale. Rain! fell"),
            [1, 1, 1, 1, 1, 2, 3]
        );
        assert_eq!(sentences("about 3 p.m. and ... more"), [1, 1, 1, 1, 1]);
        let words = read_words(&["War ends", "It ended. Peace came, they say"], 6);
        let sentences: Vec<u32> = words.iter().map(|w| w.sentence).collect();
        assert_eq!(sentences, [1, 1, 2, 2, 3, 3]);
        assert!(words[1].follows && !words[2].follows && words[4].capital);
    }

    #[test]
    fn quotations_are_told() {
        let text = "He said \u{201C}never again\u{201D} and \"perhaps\" left";
        let words = read_words(&[text], 100);
        let quoted = words.iter().filter(|w| w.quoted).map(|w| w.term.as_str());
        assert_eq!(quoted.collect::<Vec<_>>(), ["never", "again", "perhaps"]);
    }

    proptest! {
        #[test]
        fn words_lie_in_the_text(title in any::<String>(), body in any::<String>()) {
            let zones = [title.as_str(), body.as_str()];
            let words = read_words(&zones, 10_000);
            for word in &words {
                prop_assert!(zones[word.zone].get(word.span.clone()).is_some());
            }
        }
    }
}
