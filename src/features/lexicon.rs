//! Words with a tone of their own.

use std::{collections::HashMap, hash::BuildHasherDefault};

use rustc_hash::FxHasher;
use thiserror::Error;

/// A line that is not `word TAB valence`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("lexicon, line {line}: expected a word, a tab and a valence from -4 to 4")]
pub struct LexiconError {
    line: usize,
}

/// Valence of words in tenths, -40 (very negative) to 40. As a list it is sorted by word.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    words: HashMap<Box<str>, i8, BuildHasherDefault<FxHasher>>,
}

impl Lexicon {
    /// Reads lines of `word TAB valence`; empty lines and those that start with `#` are passed
    /// over.
    ///
    /// # Errors
    /// At the first other line.
    pub fn parse(text: &str) -> Result<Self, LexiconError> {
        let lines = text.lines().enumerate();
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let words =
            lines.map(|(index, line)| parse_line(line).ok_or(LexiconError { line: index + 1 }));
        Ok(Self {
            words: words.collect::<Result<_, _>>()?,
        })
    }

    /// A lexicon of words with valences in tenths; `None` where one is out of range.
    #[must_use]
    pub fn from_tenths(words: Vec<(String, i8)>) -> Option<Self> {
        let in_range = words.iter().all(|(_, tenths)| (-40..=40).contains(tenths));
        let words = words
            .into_iter()
            .map(|(word, tenths)| (word.into(), tenths));
        in_range.then(|| Self {
            words: words.collect(),
        })
    }

    /// All words with their valences in tenths, sorted.
    #[must_use]
    pub fn to_tenths(&self) -> Vec<(String, i8)> {
        let words = self.words.iter();
        let mut words: Vec<_> = words
            .map(|(word, &tenths)| (word.to_string(), tenths))
            .collect();
        words.sort_unstable();
        words
    }

    /// All words, in no order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(AsRef::as_ref)
    }

    /// Valence of a word in tenths; 0 of a word without tone.
    #[must_use]
    pub fn tenths(&self, word: &str) -> i8 {
        self.words.get(word).copied().unwrap_or(0)
    }
}

fn parse_line(line: &str) -> Option<(Box<str>, i8)> {
    let (word, valence) = line.split_once('\t')?;
    let valence: f64 = valence.trim().parse().ok()?;
    let tenths = (valence * 10.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "-40 to 40 fits")]
    let tenths = (-40.0..=40.0).contains(&tenths).then_some(tenths as i8)?;
    Some((word.into(), tenths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_words_with_valences() {
        let lexicon = Lexicon::parse("# tone\ngood\t1.9\n\nbad\t-2.5\n").unwrap();
        assert_eq!((lexicon.tenths("good"), lexicon.tenths("bad")), (19, -25));
        assert_eq!(lexicon.tenths("table"), 0);
        let words = lexicon.to_tenths();
        assert_eq!(words, [("bad".into(), -25), ("good".into(), 19)]);
        let back = Lexicon::from_tenths(words).unwrap();
        assert_eq!(back.tenths("bad"), -25);
        assert!(Lexicon::from_tenths(vec![("bad".into(), -128)]).is_none());
    }

    #[test]
    fn a_bad_line_is_named() {
        for bad in ["good", "good\tvery", "good\t5", "good\tNaN"] {
            let error = Lexicon::parse(&format!("fine\t1\n{bad}\n")).unwrap_err();
            assert_eq!(error, LexiconError { line: 2 });
        }
    }
}
