//! What is known of every word of a text, whatever target is asked for: found once an article, and of equal
//! words once.

use super::{
    Lexicon, Vocabulary,
    kind::{TARGET, stem},
    words::Words,
};

/// Words that a negation reaches.
const NEGATION_REACH: usize = 4;

/// Marks of a text: of its words by their position, of its terms by their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// Whether a negation reaches the word.
    pub negated: Vec<bool>,
    /// Whether the term has a stem.
    pub stemmed: Vec<bool>,
    /// Valence of the term in tenths.
    pub tones: Vec<i8>,
    /// Valence of the sign of a mention.
    pub target_tone: i8,
}

impl Marks {
    /// Marks a text; `tones` are the valences of its terms in tenths.
    #[must_use]
    pub fn new(words: &Words, target_tone: i8, tones: Vec<i8>) -> Self {
        let terms = words.terms().iter();
        Self {
            negated: negated(words),
            stemmed: terms.map(|term| stem(term).is_some()).collect(),
            tones,
            target_tone,
        }
    }

    /// Marks a text by a lexicon.
    #[must_use]
    pub fn of(words: &Words, lexicon: &Lexicon) -> Self {
        let terms = words.terms().iter();
        let tones = terms.map(|term| tone(lexicon, term)).collect();
        Self::new(words, lexicon.tenths(TARGET), tones)
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
