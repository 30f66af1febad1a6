//! The tone of the words of a text, whatever target is asked for: found once an article.

use super::{Lexicon, Vocabulary, words::Words};

/// Words that a negation reaches.
const NEGATION_REACH: usize = 4;

/// The valence in tenths of each word, turned around after a negation; `tone` is that of a term by
/// its number.
#[must_use]
pub fn tones(words: &Words, tone: impl Fn(u32) -> i8) -> Vec<i8> {
    let turned = |(number, negated)| {
        let tenths: i8 = tone(number);
        if negated {
            tenths.saturating_neg()
        } else {
            tenths
        }
    };
    let numbers = words.all().iter().map(|word| word.number);
    numbers.zip(negated(words)).map(turned).collect()
}

/// The same by a lexicon.
#[must_use]
pub fn tones_by(lexicon: &Lexicon, words: &Words) -> Vec<i8> {
    let terms = words.terms().iter();
    let of_terms: Vec<i8> = terms.map(|term| tone(lexicon, term)).collect();
    tones(words, |number| of_terms[number as usize])
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
