//! What is known of every word of a text, whatever target is asked for: found once an article.

use super::{Lexicon, Vocabulary, kind::TARGET, words::Words};

/// Words that a negation reaches.
const NEGATION_REACH: usize = 4;

/// Marks of the words of a text, by their positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// Whether a negation reaches the word.
    pub negated: Vec<bool>,
    /// Its valence in tenths, turned around after a negation.
    pub tones: Vec<i8>,
    /// Valence of the sign of a mention.
    target_tone: i8,
}

impl Marks {
    /// Marks a text; `tone` is the valence in tenths of a term by its number.
    #[must_use]
    pub fn new(words: &Words, target_tone: i8, tone: impl Fn(u32) -> i8) -> Self {
        let negated = negated(words);
        let tones = words.all().iter().zip(&negated);
        let tones = tones.map(|(word, &negated)| turned(tone(word.number), negated));
        Self {
            tones: tones.collect(),
            negated,
            target_tone,
        }
    }

    /// Marks a text by a lexicon.
    #[must_use]
    pub fn of(words: &Words, lexicon: &Lexicon) -> Self {
        let terms = words.terms().iter();
        let tones: Vec<i8> = terms.map(|term| tone(lexicon, term)).collect();
        Self::new(words, lexicon.tenths(TARGET), |number| {
            tones[number as usize]
        })
    }

    /// The valence of a word of a mention.
    #[must_use]
    pub fn tone_of_mention(&self, at: usize) -> i8 {
        turned(self.target_tone, self.negated[at])
    }
}

fn turned(tenths: i8, negated: bool) -> i8 {
    if negated {
        tenths.saturating_neg()
    } else {
        tenths
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

/// Which words stand at most [`NEGATION_REACH`] words after a negation in their sentence.
fn negated(words: &Words) -> Vec<bool> {
    let terms = words.terms().iter();
    let negations: Vec<bool> = terms.map(|term| is_negation(term)).collect();
    let mut reach = 0;
    let mut sentence = 0;
    let reached = words.all().iter().map(|word| {
        if word.sentence != sentence {
            (sentence, reach) = (word.sentence, 0);
        }
        if negations[word.number as usize] {
            reach = NEGATION_REACH;
            return false;
        }
        let negated = reach > 0;
        reach = reach.saturating_sub(1);
        negated
    });
    reached.collect()
}

fn is_negation(term: &str) -> bool {
    term.ends_with("n't")
        || matches!(
            term,
            "not" | "no" | "never" | "without" | "neither" | "nor" | "cannot" | "hardly" | "barely"
        )
}
