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
    /// Whether it starts with a capital, or with one behind an Arabic article or `d'`: `al-Assad`.
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
    /// How many words each term has.
    counts: Vec<u32>,
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
        words.counts.reserve(expected / 2);
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
            let number = self.number_token(token, &scanner);
            self.counts[number as usize] += 1;
            let word = Word {
                number,
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
                self.counts.push(0);
            }
            return number;
        };
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            let (bytes, length) = key.bytes();
            // The bytes of a key were a string; zeros behind it are characters as well, and all
            // sixteen are checked faster than some.
            let term = str::from_utf8(&bytes)
                .ok()
                .and_then(|term| term.get(..length));
            let term = term.unwrap_or_default();
            self.terms.push(term.into());
            self.keys.push(Some(key));
            self.counts.push(0);
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

    /// How many words each of the terms has.
    #[must_use]
    pub fn counts(&self) -> &[u32] {
        &self.counts
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
        b'a' | b'd' | b'e' | b'u' => is_behind_article(&text[at..]),
        byte if byte.is_ascii() => byte.is_ascii_uppercase(),
        _ => text[at..].starts_with(char::is_uppercase),
    }
}

/// Whether a capital stands behind an article and a hyphen, or behind `d'`.
fn is_behind_article(text: &str) -> bool {
    let bytes = text.as_bytes();
    let hyphen = [2, 3].into_iter().find(|&at| bytes.get(at) == Some(&b'-'));
    let hyphen = hyphen.filter(|&at| is_article(&text[..at]));
    let behind = hyphen.map(|at| &text[at + 1..]);
    let behind = behind.or_else(|| {
        text.strip_prefix("d'")
            .or_else(|| text.strip_prefix("d\u{2019}"))
    });
    behind.is_some_and(|name| name.starts_with(char::is_uppercase))
}

/// Whether this is an article of Arabic names, as it is written before a hyphen.
pub(super) fn is_article(term: &str) -> bool {
    matches!(
        term,
        "ad" | "al" | "an" | "ar" | "as" | "ash" | "at" | "az" | "el" | "ul"
    )
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
    let number = || next.starts_with(|c: char| c.is_ascii_digit());
    let abbreviated = || match last {
        "no" => number(),
        _ => is_abbreviation(last) || last.chars().nth(1).is_none(),
    };
    gap.contains('.') && !abbreviated() && !next.starts_with(char::is_lowercase)
}

#[rustfmt::skip]
fn is_abbreviation(term: &str) -> bool {
    matches!(
        term,
        "adm" | "aug" | "capt" | "co" | "col" | "corp" | "dec" | "dr" | "feb" | "gen" | "gov"
            | "hon" | "inc" | "jan" | "jr" | "lt" | "maj" | "mr" | "mrs" | "ms" | "nov"
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
        assert_eq!(
            sentences("She said no. It was No. 7"),
            [1, 1, 1, 2, 2, 2, 2]
        );
        let words = Words::read(&["War ends", "It ended. Peace came, they say"], 6);
        let words = words.all();
        let sentences: Vec<u32> = words.iter().map(|w| w.sentence).collect();
        assert_eq!(sentences, [1, 1, 2, 2, 3, 3]);
        assert!(words[1].follows && !words[2].follows && words[4].capital);
    }

    #[test]
    fn a_capital_may_stand_behind_an_article() {
        for (text, capital) in [
            ("al-Orlan", true),
            ("ash-\u{15E}am", true),
            ("d'Orlan", true),
            ("d\u{2019}\u{C9}t\u{E9}", true),
            ("al-orlan", false),
            ("pro-Orlan", false),
            ("al", false),
            ("d'", false),
        ] {
            let words = Words::read(&[text], 10);
            assert_eq!(words.all()[0].capital, capital, "{text}");
        }
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
            for (number, &count) in (0..).zip(words.counts()) {
                let of_term = words.all().iter().filter(|word| word.number == number);
                prop_assert_eq!(of_term.count(), count as usize);
            }
        }
    }
}
