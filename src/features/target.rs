//! How a text treats one target, as terms: the words around its mentions by side and distance,
//! their tone, and the words of a longer text as a whole.
//!
//! | term | stands for | counted |
//! | --- | --- | --- |
//! | `before:w`, `after:w` | a word at most 12 words from a mention | each mention |
//! | `tone:+`, `tone:-3` | a word of the lexicon: direction, rounded valence | once a sentence |
//! | `tone-before:+`, `tone-after:-` | its direction by side, at most 5 words away | each mention |
//! | `who:v w @ `, `who:@ w x` | the words that touch a mention | each mention |
//! | `as:she`, `as:name` | how the target is called: by which pronoun, or by name | each mention |
//! | `quoted:yes`, `quoted:no` | whether the mention stands in a quotation | each mention |
//! | `text:w`, `text:*` | a word anywhere in a text of more than 60 words | once |
//! | `mentions:n` | number of mentions, at most 5 | once |
//!
//! Words that share weights stand apart from these; see [`super::vicinity`].
//!
//! Of a long text the first 8 mentions and, for `text:`, the first 2,000 words are read.
//! A mention itself is `@`: what is learnt of one target holds for all. Tone is turned around
//! after a negation.

use super::{
    Lexicon, TargetReading, TargetVocabulary, TermVector,
    surroundings::{Extent, Surroundings},
    target_index::TargetIndex,
    target_terms::Written,
    tones::Tones,
    words::{Mention, Words},
};

/// Turns a text and the mentions of a target into a term vector.
#[derive(Debug, Clone)]
pub struct TargetFeaturizer {
    vocabulary: TargetVocabulary,
    lexicon: Lexicon,
    index: TargetIndex,
}

impl TargetFeaturizer {
    /// A featurizer with this vocabulary and this lexicon.
    #[must_use]
    pub fn new(vocabulary: impl Into<TargetVocabulary>, lexicon: Lexicon) -> Self {
        let vocabulary = vocabulary.into();
        Self {
            index: TargetIndex::new(&vocabulary, &lexicon),
            vocabulary,
            lexicon,
        }
    }

    /// The terms that it knows.
    #[must_use]
    pub fn vocabulary(&self) -> &TargetVocabulary {
        &self.vocabulary
    }

    /// The words whose tone it knows.
    #[must_use]
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// Reads a text once for all its targets.
    #[must_use]
    pub fn read<'a>(&'a self, words: &'a Words) -> TargetReading<'a> {
        TargetReading::new(self, words)
    }

    /// The index of the terms.
    pub(super) fn index(&self) -> &TargetIndex {
        &self.index
    }

    /// Counts the known terms of a target.
    #[must_use]
    pub fn transform(&self, words: &Words, mentions: &[Mention]) -> TermVector {
        self.read(words).transform(mentions).0
    }
}

/// Visits every term of a target with the words that it stands for, if any. Terms over
/// [`Vocabulary::MAX_TERM_BYTES`](super::Vocabulary::MAX_TERM_BYTES) are passed over.
pub fn for_each_target_term(
    lexicon: &Lexicon,
    words: &Words,
    mentions: &[Mention],
    visit: impl FnMut(&str, Option<Mention>),
) {
    let tones = Tones::by(lexicon, words);
    let visitor = Written::new(words, visit);
    Surroundings::visit(words, &tones, mentions, Extent::All, visitor, |_, _| {});
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::find_mentions;

    fn terms(text: &str, target: &str) -> Vec<String> {
        let lexicon = Lexicon::parse("praised\t2.1\nbad\t-2.5\n").unwrap();
        let words = Words::read(&[text], 1000);
        let mut terms = Vec::new();
        for_each_target_term(
            &lexicon,
            &words,
            &find_mentions(&words, target),
            |term, _| {
                terms.push(term.to_owned());
            },
        );
        terms
    }

    #[test]
    fn words_are_told_by_side_distance_and_tone() {
        let terms = terms(
            "Rain fell. Critics never praised Orla Minister again.",
            "Orla",
        );
        for expected in [
            "before:critics",
            "before:praised",
            "after:again",
            "tone:-",
            "tone:-2",
            "tone-before:-",
            "who:praised @",
            "who:never praised @",
            "who:@ minister again",
            "mentions:1",
        ] {
            assert!(
                terms.iter().any(|term| term == expected),
                "{expected} in {terms:?}"
            );
        }
        assert!(
            !terms
                .iter()
                .any(|term| term.contains("rain") || term.contains("orla"))
        );
        assert!(!terms.iter().any(|term| term.starts_with("text:")));
    }

    #[test]
    fn longer_texts_speak_as_a_whole() {
        let text = format!("Orla came. {}", "It rained all day here. ".repeat(13));
        let terms = terms(&text, "Orla");
        assert_eq!(
            terms.iter().filter(|term| *term == "text:rained").count(),
            1
        );
        assert!(terms.contains(&"text:*".to_owned()));
    }

    #[test]
    fn no_mention_no_terms() {
        assert!(terms("Rain fell.", "Orla").is_empty());
    }
}
