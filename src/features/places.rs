//! Where each word of a text stands, and so where a name does.

use std::{collections::HashMap, hash::BuildHasherDefault};

use rustc_hash::FxHasher;

use super::words::{Mention, Word, read_words};

/// The longest name, in words; a longer one is never found.
pub const MAX_TARGET_WORDS: usize = 16;
/// Mentions of one target past this one are passed over.
pub const MAX_MENTIONS: usize = 1000;

/// The words of a text by their term. Looking for a name costs as much as its words occur, not as
/// the text is long.
#[derive(Debug, Clone)]
pub struct Places<'w> {
    words: &'w [Word],
    numbers: HashMap<&'w str, u32, BuildHasherDefault<FxHasher>>,
    /// The number of the term of each word.
    of: Vec<u32>,
    /// Where the positions of each number start in `positions`.
    starts: Vec<u32>,
    positions: Vec<u32>,
}

impl<'w> Places<'w> {
    /// Numbers the terms of a text by their first occurrence.
    #[must_use]
    pub fn new(words: &'w [Word]) -> Self {
        let mut numbers = HashMap::default();
        let number = |word: &'w Word| {
            let next = small(numbers.len());
            *numbers.entry(word.term.as_str()).or_insert(next)
        };
        let of: Vec<u32> = words.iter().map(number).collect();
        let mut starts = vec![0; numbers.len() + 1];
        for &number in &of {
            starts[number as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut positions = vec![0; of.len()];
        for (at, &number) in of.iter().enumerate() {
            positions[next[number as usize] as usize] = small(at);
            next[number as usize] += 1;
        }
        Self {
            words,
            numbers,
            of,
            starts,
            positions,
        }
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &'w [Word] {
        self.words
    }

    /// How many different terms there are.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.numbers.len()
    }

    /// The number of the term of a word: equal terms have equal numbers.
    #[must_use]
    pub fn number_at(&self, at: usize) -> usize {
        self.of[at] as usize
    }

    /// The number of a term of the text.
    #[must_use]
    pub fn number(&self, term: &str) -> Option<usize> {
        self.numbers.get(term).map(|&number| number as usize)
    }

    fn positions_of(&self, term: &str) -> &[u32] {
        let positions = |number: usize| {
            let range = self.starts[number] as usize..self.starts[number + 1] as usize;
            &self.positions[range]
        };
        self.number(term).map_or(&[], positions)
    }

    /// Where the words of `target` follow each other, in any case and with or without possessive
    /// `'s`. The last word of a longer name stands for all of it: `Putin` for `Vladimir Putin`.
    #[must_use]
    pub fn mentions(&self, target: &str) -> Vec<Mention> {
        let target = read_words(&[target], u32::MAX);
        let (Some(first), Some(last)) = (target.first(), target.last()) else {
            return Vec::new();
        };
        if target.len() > MAX_TARGET_WORDS {
            return Vec::new();
        }
        let short = target.len() > 1 && last.capital && last.term.len() > 3;
        let mut whole = self.positions_of(&first.term);
        let mut alone = if short {
            self.positions_of(&last.term)
        } else {
            &[]
        };
        let mut mentions = Vec::new();
        let mut end = 0;
        while mentions.len() < MAX_MENTIONS
            && let Some(at) = next_of(&mut whole, &mut alone)
        {
            if at < end {
                continue;
            }
            let length = if self.is_at(at, &target) {
                target.len()
            } else {
                let word = &self.words[at];
                usize::from(short && word.capital && word.term == last.term)
            };
            if length > 0 {
                end = at + length;
                mentions.push(at..end);
            }
        }
        mentions
    }

    fn is_at(&self, at: usize, target: &[Word]) -> bool {
        let window = self.words.get(at..at + target.len());
        window.is_some_and(|window| {
            let equal = |(word, wanted): (&Word, &Word)| word.term == wanted.term;
            window[0].zone == window[window.len() - 1].zone && window.iter().zip(target).all(equal)
        })
    }
}

/// The smallest of the first places of both lists, taken off.
fn next_of<'p>(one: &mut &'p [u32], other: &mut &'p [u32]) -> Option<usize> {
    let list = match (one.first(), other.first()) {
        (Some(a), Some(b)) if b < a => other,
        (None, _) => other,
        _ => one,
    };
    let (&first, rest) = list.split_first()?;
    *list = rest;
    Some(first as usize)
}

/// A text has at most a few million words.
fn small(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// Where one target is named; see [`Places::mentions`].
#[must_use]
pub fn find_mentions(words: &[Word], target: &str) -> Vec<Mention> {
    Places::new(words).mentions(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Looks at every word.
    fn by_definition(words: &[Word], target: &str) -> Vec<Mention> {
        let target = read_words(&[target], u32::MAX);
        let places = Places::new(words);
        let Some(last) = target.last() else {
            return Vec::new();
        };
        let short = target.len() > 1 && last.capital && last.term.len() > 3;
        let mut mentions = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let named = words[at].capital && words[at].term == last.term;
            let length = if places.is_at(at, &target) {
                target.len()
            } else {
                usize::from(short && named)
            };
            if length > 0 {
                mentions.push(at..at + length);
            }
            at += length.max(1);
        }
        mentions
    }

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

    proptest! {
        #[test]
        fn mentions_lie_in_the_text(title in any::<String>(), body in any::<String>(), target in any::<String>()) {
            let zones = [title.as_str(), body.as_str()];
            let words = read_words(&zones, 10_000);
            for mention in find_mentions(&words, &target) {
                prop_assert!(mention.start < mention.end && mention.end <= words.len());
            }
        }

        #[test]
        fn no_mention_is_missed(
            title in "((Anna|Orlan|orlan|b) ){0,5}",
            body in "((Anna|Orlan|orlan|ANNA|Orlan's|b)[ .] ?){0,40}",
            target in "(Anna|Orlan|orlan|b)( (Anna|Orlan|orlan|b)){0,3}",
        ) {
            let words = read_words(&[title.as_str(), body.as_str()], 10_000);
            prop_assert_eq!(find_mentions(&words, &target), by_definition(&words, &target));
        }
    }
}
