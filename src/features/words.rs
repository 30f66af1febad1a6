//! The words of an article with their places: what is read of the surroundings of a target.

use std::{collections::HashMap, ops::Range};

use compact_str::CompactString;
use foldhash::fast::RandomState;

use super::{ngrams::Read, surroundings::WHOLE_TEXT_WORDS};
use crate::text::{Scanned, Scanner, Span, WordKey};

/// Where a word stands and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Number of its term: equal terms have equal numbers.
    pub number: u32,
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

/// The words of a text, and the terms that they fold to, each once: a text repeats most of its
/// words, and what is asked of a term need not be asked of every word.
#[derive(Debug, Clone, Default)]
pub struct Words {
    all: Vec<Word>,
    truncated: bool,
    /// The term of each number, in the order of their first words.
    terms: Vec<CompactString>,
    keys: Vec<Option<WordKey>>,
    /// By a hash that nobody can foresee, since whoever writes a text chooses its words.
    numbers: HashMap<WordKey, u32, RandomState>,
    /// Of terms without a key.
    long: HashMap<CompactString, u32, RandomState>,
}

impl Words {
    /// Reads the words of `zones`, at most `max_words`.
    #[must_use]
    pub fn read(zones: &[&str], max_words: u32) -> Self {
        let bytes: usize = zones.iter().map(|zone| zone.len()).sum();
        // About as many as a news text has.
        let expected = (bytes / 6).min(max_words as usize);
        let mut words = Self::default();
        words.all.reserve(expected);
        words.terms.reserve(expected / 2);
        words.keys.reserve(expected / 2);
        words.numbers.reserve(expected / 2);
        let mut sentence = 0;
        for (zone, text) in zones.iter().enumerate() {
            words.read_zone(zone, text, &mut sentence, max_words as usize);
        }
        words
    }

    fn read_zone(&mut self, zone: usize, text: &str, sentence: &mut u32, max_words: usize) {
        let (mut end, mut quoted) = (0, false);
        *sentence += 1;
        let first = self.all.len();
        let mut scanner = Scanner::new(text);
        while let Some(token) = scanner.scan() {
            if self.all.len() >= max_words {
                self.truncated = true;
                return;
            }
            let span = token.start..token.end;
            let spaced = span.start == end + 1 && text.as_bytes()[end] == b' ';
            if !spaced {
                let (gap, next) = (&text[end..span.start], &text[span.clone()]);
                let last = self.all[first..].last();
                let ends = last.is_some_and(|last| ends_sentence(self.term_of(last), gap, next));
                *sentence += u32::from(ends);
                quoted = gap.chars().fold(quoted, after_mark);
            }
            end = span.end;
            let word = Word {
                number: self.number_token(token, &scanner),
                follows: self.all.len() > first && spaced,
                capital: is_capital(text, span.start),
                zone,
                span,
                sentence: *sentence,
                quoted,
            };
            self.all.push(word);
        }
    }

    fn number_token(&mut self, token: Scanned, scanner: &Scanner<'_>) -> u32 {
        let next = small(self.terms.len());
        let Some(key) = token.key else {
            let term = CompactString::from(scanner.folded());
            let number = *self.long.entry(term.clone()).or_insert(next);
            if number == next {
                self.terms.push(term);
                self.keys.push(None);
            }
            return number;
        };
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            let (bytes, length) = key.bytes();
            // The bytes of a key were a string.
            let term = str::from_utf8(&bytes[..length]).unwrap_or_default();
            self.terms.push(term.into());
            self.keys.push(Some(key));
        }
        number
    }

    /// Whether the text is so long that it tells something as a whole: more than 60 words.
    #[must_use]
    pub fn are_many(&self) -> bool {
        self.all().len() > WHOLE_TEXT_WORDS
    }

    /// How much of the text they are.
    pub(super) fn extent(&self) -> Read {
        Read {
            tokens: small(self.all.len()),
            truncated: self.truncated,
        }
    }

    /// Every word, in reading order.
    #[must_use]
    pub fn all(&self) -> &[Word] {
        &self.all
    }

    /// The distinct terms by number.
    #[must_use]
    pub fn terms(&self) -> &[CompactString] {
        &self.terms
    }

    /// The keys of the terms, where they have one.
    #[must_use]
    pub fn keys(&self) -> &[Option<WordKey>] {
        &self.keys
    }

    /// What a word folds to.
    #[must_use]
    pub fn term_of(&self, word: &Word) -> &str {
        &self.terms[word.number as usize]
    }

    /// What the word at a position folds to.
    #[must_use]
    pub fn term(&self, at: usize) -> &str {
        self.term_of(&self.all[at])
    }

    /// The number of a term, if the text has it.
    #[must_use]
    pub fn number(&self, term: &str) -> Option<u32> {
        match WordKey::of(term) {
            Some(key) => self.numbers.get(&key).copied(),
            None => self.long.get(term).copied(),
        }
    }
}

fn is_capital(text: &str, at: usize) -> bool {
    match text.as_bytes()[at] {
        byte if byte.is_ascii() => byte.is_ascii_uppercase(),
        _ => text[at..].starts_with(char::is_uppercase),
    }
}

/// A text has at most a few million words.
fn small(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
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
fn ends_sentence(last: &str, gap: &str, next: &str) -> bool {
    if gap.contains(['!', '?', '\n']) {
        return true;
    }
    let abbreviated = || is_abbreviation(last) || last.chars().nth(1).is_none();
    gap.contains('.') && !abbreviated() && !next.starts_with(char::is_lowercase)
}

#[rustfmt::skip]
fn is_abbreviation(term: &str) -> bool {
    matches!(
        term,
        "adm" | "aug" | "capt" | "co" | "col" | "corp" | "dec" | "dr" | "feb" | "gen" | "gov"
            | "hon" | "inc" | "jan" | "jr" | "lt" | "maj" | "mr" | "mrs" | "ms" | "no" | "nov"
            | "oct" | "pres" | "prof" | "rep" | "rev" | "sen" | "sept" | "sgt" | "st" | "vs"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold_into;
    use proptest::prelude::*;

    #[test]
    fn sentences_end_at_stops_and_zones() {
        let sentences = |text: &str| -> Vec<u32> {
            let words = Words::read(&[text], 100);
            words.all().iter().map(|w| w.sentence).collect()
        };
        assert_eq!(
            sentences("Mr. Brook met J. Vale. Rain! fell"),
            [1, 1, 1, 1, 1, 2, 3]
        );
        assert_eq!(sentences("about 3 p.m. and ... more"), [1, 1, 1, 1, 1]);
        let words = Words::read(&["War ends", "It ended. Peace came, they say"], 6);
        let words = words.all();
        let sentences: Vec<u32> = words.iter().map(|w| w.sentence).collect();
        assert_eq!(sentences, [1, 1, 2, 2, 3, 3]);
        assert!(words[1].follows && !words[2].follows && words[4].capital);
    }

    #[test]
    fn quotations_are_told() {
        let text = "He said \u{201C}never again\u{201D} and \"perhaps\" left";
        let words = Words::read(&[text], 100);
        let quoted = words.all().iter().filter(|w| w.quoted);
        let quoted = quoted.map(|w| words.term_of(w));
        assert_eq!(quoted.collect::<Vec<_>>(), ["never", "again", "perhaps"]);
    }

    proptest! {
        #[test]
        fn words_lie_in_the_text(title in any::<String>(), body in any::<String>()) {
            let zones = [title.as_str(), body.as_str()];
            let words = Words::read(&zones, 10_000);
            let mut folded = String::new();
            for word in words.all() {
                let text = zones[word.zone].get(word.span.clone());
                prop_assert!(text.is_some());
                fold_into(text.unwrap_or_default(), &mut folded);
                prop_assert_eq!(&folded, words.term_of(word));
                prop_assert_eq!(words.number(words.term_of(word)), Some(word.number));
            }
            let distinct: std::collections::HashSet<_> = words.terms().iter().collect();
            prop_assert_eq!(distinct.len(), words.terms().len());
        }
    }
}
