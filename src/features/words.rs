//! The words of an article with their places: what is read of the surroundings of a target.

use std::ops::Range;

use crate::text::{Span, fold::fold_into, tokenize};

/// A folded word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What it stands for.
    pub term: String,
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
    let mut words: Vec<Word> = Vec::new();
    let mut sentence = 0;
    for (zone, text) in zones.iter().enumerate() {
        let (mut end, mut quoted) = (0, false);
        sentence += 1;
        for span in tokenize(text) {
            if words.len() >= max_words as usize {
                return words;
            }
            let gap = &text[end..span.start];
            let token = &text[span.clone()];
            let last = words.last().filter(|last| last.zone == zone);
            if last.is_some_and(|last| ends_sentence(last, gap, token)) {
                sentence += 1;
            }
            quoted = gap.chars().fold(quoted, after_mark);
            let mut term = String::new();
            fold_into(token, &mut term);
            end = span.end;
            words.push(Word {
                follows: last.is_some() && gap == " ",
                capital: token.starts_with(char::is_uppercase),
                term,
                zone,
                span,
                sentence,
                quoted,
            });
        }
    }
    words
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
        ABBREVIATIONS.contains(&last.term.as_str()) || last.term.chars().nth(1).is_none();
    gap.contains('.') && !abbreviated && !next.starts_with(char::is_lowercase)
}

/// The longest name, in words; a longer one is never found.
pub const MAX_TARGET_WORDS: usize = 16;
/// Mentions of one target past this one are passed over.
pub const MAX_MENTIONS: usize = 1000;

/// Where the words of `target` follow each other, in any case and with or without possessive
/// `'s`. The last word of a longer name stands for all of it: `Putin` for `Vladimir Putin`.
#[must_use]
pub fn find_mentions(words: &[Word], target: &str) -> Vec<Mention> {
    let target = read_words(&[target], u32::MAX);
    let Some(last) = target.last().filter(|_| target.len() <= MAX_TARGET_WORDS) else {
        return Vec::new();
    };
    let short = (target.len() > 1 && last.capital && last.term.len() > 3).then_some(last);
    let mut mentions = Vec::new();
    let mut at = 0;
    while at < words.len() && mentions.len() < MAX_MENTIONS {
        let length = if is_at(words, at, &target) {
            target.len()
        } else {
            let named = |name: &Word| words[at].capital && words[at].term == name.term;
            usize::from(short.is_some_and(named))
        };
        if length > 0 {
            mentions.push(at..at + length);
        }
        at += length.max(1);
    }
    mentions
}

fn is_at(words: &[Word], at: usize, target: &[Word]) -> bool {
    let window = words.get(at..at + target.len());
    window.is_some_and(|window| {
        let equal = |(word, wanted): (&Word, &Word)| word.term == wanted.term;
        window[0].zone == window[window.len() - 1].zone && window.iter().zip(target).all(equal)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mentions_are_found_in_any_case_and_by_the_last_name() {
        let zones = [
            "Orlan\u{2019}s army retreats",
            "The army of ORLAN left. Anna Orlan, of Orlandia, was silent. Then orlan fell",
        ];
        let words = read_words(&zones, 1000);
        let found = |target: &str| -> Vec<&str> {
            let mentions = find_mentions(&words, target).into_iter();
            let text = |m: Mention| {
                let (first, last) = (&words[m.start], &words[m.end - 1]);
                &zones[first.zone][first.span.start..last.span.end]
            };
            mentions.map(text).collect()
        };
        assert_eq!(
            found("Orlan"),
            ["Orlan\u{2019}s", "ORLAN", "Orlan", "orlan"]
        );
        assert_eq!(found("Orlan army"), ["Orlan\u{2019}s army"]);
        assert_eq!(
            found("Anna Orlan"),
            ["Orlan\u{2019}s", "ORLAN", "Anna Orlan"]
        );
        assert!(found("...").is_empty() && found("retreats The").is_empty());
    }

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
        fn words_and_mentions_lie_in_the_text(title in any::<String>(), body in any::<String>(), target in any::<String>()) {
            let zones = [title.as_str(), body.as_str()];
            let words = read_words(&zones, 10_000);
            for word in &words {
                prop_assert!(zones[word.zone].get(word.span.clone()).is_some());
            }
            for mention in find_mentions(&words, &target) {
                prop_assert!(mention.start < mention.end && mention.end <= words.len());
            }
        }
    }
}
