//! What is known of every word of a text, whatever target is asked for: found once an article.

use std::{collections::HashMap, hash::BuildHasherDefault};

use rustc_hash::FxHasher;

use super::{
    Lexicon, Vocabulary,
    kind::{TARGET, stem},
    words::Word,
};

/// Words of a text that tell something as a whole.
const READ_WORDS: usize = 2000;
/// Words that a negation reaches.
const NEGATION_REACH: usize = 4;

/// Marks of each word, by its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// Whether a negation reaches the word.
    pub negated: Vec<bool>,
    /// Whether it has a stem.
    pub stemmed: Vec<bool>,
    /// Valence in tenths.
    pub tones: Vec<i8>,
    /// Valence of the sign of a mention.
    pub target_tone: i8,
    /// For the first [`READ_WORDS`], a number that equal words share.
    pub identities: Vec<u32>,
    /// How many such numbers there are.
    pub distinct: usize,
}

impl Marks {
    /// Marks words by what `identity` and `tone` say of each.
    pub fn new<'w, I: std::hash::Hash + Eq>(
        words: &'w [Word],
        target_tone: i8,
        tones: impl Iterator<Item = i8>,
        identities: impl Iterator<Item = I> + 'w,
    ) -> Self {
        let mut numbers: HashMap<I, u32, BuildHasherDefault<FxHasher>> = HashMap::default();
        let number = |identity| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(identity).or_insert(next)
        };
        let identities: Vec<u32> = identities.take(READ_WORDS).map(number).collect();
        Self {
            negated: negated(words),
            stemmed: words
                .iter()
                .map(|word| stem(&word.term).is_some())
                .collect(),
            tones: tones.collect(),
            target_tone,
            identities,
            distinct: numbers.len(),
        }
    }

    /// Marks words by their text.
    #[must_use]
    pub fn of(words: &[Word], lexicon: &Lexicon) -> Self {
        let tone = |word: &Word| tone(lexicon, &word.term);
        let text = words.iter().map(|word| word.term.as_str());
        Self::new(words, lexicon.tenths(TARGET), words.iter().map(tone), text)
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
fn negated(words: &[Word]) -> Vec<bool> {
    let mut reach = 0;
    let mut sentence = 0;
    let reached = words.iter().map(|word| {
        if word.sentence != sentence {
            (sentence, reach) = (word.sentence, 0);
        }
        if is_negation(&word.term) {
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
