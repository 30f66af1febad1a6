//! How a text treats one target, as terms: the words around its mentions by side and distance,
//! their tone, and the words of a longer text as a whole.
//!
//! | term | stands for | counted |
//! | --- | --- | --- |
//! | `near:w`, `near:v w` | a word or pair of words in the sentence of a mention | once a sentence |
//! | `not:w` | the same within four words after a negation | once a sentence |
//! | `tone:+`, `tone:-3` | a word of the lexicon: direction, rounded valence | once a sentence |
//! | `stem:xxxxx` | the first five letters of a longer word | once a sentence |
//! | `tone-sum:+2` | all tone of the sentence, in steps of 1.5 up to 4 | once a sentence |
//! | `before:w`, `after:w` | a word at most 12 words from a mention | each mention |
//! | `just-before:w`, `just-after:w` | the same at most 4 words away | each mention |
//! | `stem-before:xxxxx`, `stem-after:xxxxx` | the same by side, anywhere in the sentence | each mention |
//! | `tone-before:+`, `tone-just-before:+` ... | tone by side, and at most 5 words away | each mention |
//! | `who:v w @ `, `who:@ w x` | the words that touch a mention | each mention |
//! | `as:she`, `as:name` | how the target is called: by which pronoun, or by name | each mention |
//! | `quoted:yes`, `quoted:no` | whether the mention stands in a quotation | each mention |
//! | `text:w`, `text:*` | a word anywhere in a text of more than 60 words | once |
//! | `mentions:n` | number of mentions, at most 5 | once |
//!
//! Of a long text the first 100 mentions and, for `text:`, the first 2,000 words are read.
//! A mention itself is `@`: what is learnt of one target holds for all. Tone is turned around
//! after a negation.

use std::collections::HashSet;

use super::{
    Lexicon, Occurrence, TermId, TermVector, Vocabulary,
    ngrams::Read,
    surroundings::Surroundings,
    words::{Mention, Word},
};

const MANY_MENTIONS: usize = 5;
/// Mentions past this one are listed but not read, so that the work is linear in the text.
const READ_MENTIONS: usize = 100;

/// Turns a text and the mentions of a target into a term vector.
#[derive(Debug, Clone)]
pub struct TargetFeaturizer {
    vocabulary: Vocabulary,
    lexicon: Lexicon,
}

impl TargetFeaturizer {
    /// A featurizer with this vocabulary and this lexicon.
    #[must_use]
    pub fn new(vocabulary: Vocabulary, lexicon: Lexicon) -> Self {
        Self {
            vocabulary,
            lexicon,
        }
    }

    /// The terms that it knows.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The words whose tone it knows.
    #[must_use]
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// Counts the known terms around the mentions of a target.
    #[must_use]
    pub fn transform(&self, words: &[Word], mentions: &[Mention]) -> TermVector {
        let mut terms: Vec<TermId> = Vec::new();
        for_each_target_term(&self.lexicon, words, mentions, |term, _| {
            terms.extend(self.vocabulary.id(term));
        });
        let read = Read {
            tokens: u32::try_from(words.len()).unwrap_or(u32::MAX),
            truncated: false,
        };
        TermVector::count(terms.into_iter(), self.vocabulary.len(), read, 0)
    }

    /// Every occurrence that [`Self::transform`] counts and that stands at a place of the text.
    #[must_use]
    pub fn occurrences(&self, words: &[Word], mentions: &[Mention]) -> Vec<Occurrence> {
        let mut occurrences = Vec::new();
        for_each_target_term(&self.lexicon, words, mentions, |term, at| {
            if let (Some(term), Some(at)) = (self.vocabulary.id(term), at) {
                let (first, last) = (&words[at.start], &words[at.end - 1]);
                occurrences.push(Occurrence {
                    term,
                    zone: first.zone,
                    span: first.span.start..last.span.end,
                });
            }
        });
        occurrences
    }
}

/// Visits every term of a target with the words that it stands for, if any. Terms over
/// [`Vocabulary::MAX_TERM_BYTES`] are passed over.
pub fn for_each_target_term(
    lexicon: &Lexicon,
    words: &[Word],
    mentions: &[Mention],
    visit: impl FnMut(&str, Option<Mention>),
) {
    if mentions.is_empty() {
        return;
    }
    let mut surroundings = Surroundings::new(lexicon, words, mentions, visit);
    let mut read = HashSet::new();
    for mention in mentions.iter().take(READ_MENTIONS) {
        let window = surroundings.window(mention);
        if read.insert((window.start, window.end)) {
            surroundings.sentence(&window);
        }
        surroundings.sides(&window, mention);
        surroundings.neighbours(&window, mention);
        surroundings.mention(mention);
    }
    surroundings.whole_text();
    let many = mentions.len().min(MANY_MENTIONS);
    surroundings.emit("mentions:", &[&many.to_string()], None);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::words::{find_mentions, read_words};

    fn terms(text: &str, target: &str) -> Vec<String> {
        let lexicon = Lexicon::parse("praised\t2.1\nbad\t-2.5\n").unwrap();
        let words = read_words(&[text], 1000);
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
            "near:critics",
            "near:praised @",
            "not:praised",
            "tone:-",
            "tone:-2",
            "before:critics",
            "just-before:praised",
            "tone-just-before:-",
            "just-after:again",
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

    #[test]
    fn occurrences_are_what_is_counted_at_a_place() {
        let known = ["near:praised", "tone:+", "who:praised @"];
        let vocabulary = Vocabulary::from_sorted(known.map(Into::into).to_vec()).unwrap();
        let lexicon = Lexicon::parse("praised\t2.1\n").unwrap();
        let featurizer = TargetFeaturizer::new(vocabulary, lexicon);
        let text = "They praised Orla.";
        let words = read_words(&[text], 100);
        let mentions = find_mentions(&words, "Orla");
        let vector = featurizer.transform(&words, &mentions);
        assert_eq!(vector.entries().len(), 3);
        let places: Vec<_> = featurizer
            .occurrences(&words, &mentions)
            .into_iter()
            .map(|o| (o.term, &text[o.span]))
            .collect();
        assert_eq!(
            places,
            [(0, "praised"), (1, "praised"), (2, "praised Orla")]
        );
    }
}
