//! The tone of the words of a text, whatever target is asked for. What is asked of a few words is
//! not found out of all.

use super::{Lexicon, Vocabulary, words::Words};

/// Words that a negation reaches.
const NEGATION_REACH: usize = 4;

/// A text by the tone of its words.
#[derive(Debug)]
pub struct Tones<'w> {
    words: &'w Words,
    /// The valence in tenths of each term, by its number.
    of_terms: Vec<i8>,
}

impl<'w> Tones<'w> {
    /// Of a text whose terms have these valences.
    #[must_use]
    pub fn new(words: &'w Words, of_terms: Vec<i8>) -> Self {
        Self { words, of_terms }
    }

    /// Of a text by a lexicon.
    #[must_use]
    pub fn by(lexicon: &Lexicon, words: &'w Words) -> Self {
        let terms = words.terms().iter();
        Self::new(words, terms.map(|term| tone(lexicon, term)).collect())
    }

    /// The valence of the word at `at` in tenths, turned around after a negation.
    #[must_use]
    pub fn at(&self, at: usize) -> i8 {
        let tenths = self.of_terms[self.words.all()[at].number as usize];
        if tenths != 0 && self.is_negated(at) {
            tenths.saturating_neg()
        } else {
            tenths
        }
    }

    /// Whether a word stands at most [`NEGATION_REACH`] words after a negation in its sentence, and
    /// is none itself.
    fn is_negated(&self, at: usize) -> bool {
        let all = self.words.all();
        let before = all[at.saturating_sub(NEGATION_REACH)..at].iter().rev();
        let mut before = before.take_while(|word| word.sentence == all[at].sentence);
        before.any(|word| is_negation(self.words.term_of(word)))
            && !is_negation(self.words.term(at))
    }
}

/// Valence in tenths of a word; words that no term can hold have none.
#[must_use]
pub fn tone(lexicon: &Lexicon, word: &str) -> i8 {
    if word.len() > Vocabulary::MAX_TERM_BYTES {
        0
    } else {
        lexicon.tenths(word)
    }
}

fn is_negation(term: &str) -> bool {
    term.ends_with("n't")
        || matches!(
            term,
            "not" | "no" | "never" | "without" | "neither" | "nor" | "cannot" | "hardly" | "barely"
        )
}
