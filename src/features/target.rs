//! How a text treats one target, as terms: the words around its mentions by side and distance,
//! their tone, and the words of a longer text as a whole.
//!
//! | term | stands for | counted |
//! | --- | --- | --- |
//! | `near:w`, `near:v w` | a word or pair of words in the sentence of a mention | once a sentence |
//! | `not:w` | the same within four words after a negation | once a sentence |
//! | `tone:+`, `tone:-3` | a word of the lexicon: direction, rounded valence | once a sentence |
//! | `before:w`, `after:w` | a word at most 12 words from a mention | each mention |
//! | `just-before:w`, `just-after:w` | the same at most 4 words away | each mention |
//! | `tone-before:+`, `tone-just-before:+` ... | tone by side, and at most 5 words away | each mention |
//! | `who:v w @ `, `who:@ w x` | the words that touch a mention | each mention |
//! | `text:w`, `text:*` | a word anywhere in a text of more than 60 words | once |
//! | `mentions:n` | number of mentions, at most 5 | once |
//!
//! A mention itself is `@`: what is learnt of one target holds for all. Tone is turned around
//! after a negation.

use std::{collections::HashSet, fmt::Write as _};

use super::{
    Lexicon, Occurrence, TermId, TermVector, Vocabulary,
    words::{Mention, Word},
};

/// Words of the sentence that are read on each side of a mention.
const WINDOW: usize = 25;
const SIDE: usize = 12;
const JUST: usize = 4;
const TONE_JUST: usize = 5;
/// Words that a negation reaches.
const NEGATION_REACH: usize = 4;
/// Texts of more words tell something as a whole.
const WHOLE_TEXT_WORDS: usize = 60;
const MANY_MENTIONS: usize = 5;

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
        let tokens = u32::try_from(words.len()).unwrap_or(u32::MAX);
        TermVector::count(terms, tokens, 0, false)
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
    let mut reading = Reading::new(lexicon, words, mentions, visit);
    let mut read = HashSet::new();
    for mention in mentions {
        let window = reading.window(mention);
        if read.insert((window.start, window.end)) {
            reading.sentence(&window);
        }
        reading.surroundings(&window, mention);
        reading.neighbours(&window, mention);
    }
    reading.whole_text();
    let many = mentions.len().min(MANY_MENTIONS);
    reading.emit("mentions:", &[&many.to_string()], None);
}

/// One text and one target.
struct Reading<'a, V> {
    lexicon: &'a Lexicon,
    words: &'a [Word],
    masked: Vec<bool>,
    /// Whether a negation reaches the word.
    negated: Vec<bool>,
    visit: V,
    term: String,
}

impl<'a, V: FnMut(&str, Option<Mention>)> Reading<'a, V> {
    fn new(lexicon: &'a Lexicon, words: &'a [Word], mentions: &[Mention], visit: V) -> Self {
        let mut masked = vec![false; words.len()];
        for mention in mentions {
            masked[mention.clone()].fill(true);
        }
        Self {
            lexicon,
            words,
            masked,
            negated: negated(words),
            visit,
            term: String::new(),
        }
    }

    fn emit(&mut self, prefix: &str, parts: &[&str], at: Option<Mention>) {
        self.term.clear();
        self.term.push_str(prefix);
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.term.push(' ');
            }
            self.term.push_str(part);
        }
        if self.term.len() <= Vocabulary::MAX_TERM_BYTES {
            (self.visit)(&self.term, at);
        }
    }

    /// The words around a mention that share its sentence.
    fn window(&self, mention: &Mention) -> Mention {
        let sentence = self.words[mention.start].sentence;
        let same = |word: &&Word| word.sentence == sentence;
        let before = self.words[..mention.start].iter().rev();
        let after = self.words[mention.end..].iter();
        let before = before.take(WINDOW).take_while(same).count();
        let after = after.take(WINDOW).take_while(same).count();
        mention.start - before..mention.end + after
    }

    fn name(&self, at: usize) -> &'a str {
        if self.masked[at] {
            "@"
        } else {
            &self.words[at].term
        }
    }

    /// Valence in tenths, turned around after a negation.
    fn tone(&self, at: usize) -> i8 {
        let tenths = self.lexicon.tenths(self.name(at));
        if self.negated[at] { -tenths } else { tenths }
    }

    fn sentence(&mut self, window: &Mention) {
        for at in window.clone() {
            let place = Some(at..at + 1);
            if !self.masked[at] {
                self.emit("near:", &[self.name(at)], place.clone());
                if self.negated[at] {
                    self.emit("not:", &[self.name(at)], place.clone());
                }
                self.emit_tone("tone:", at, true);
            }
            if at > window.start {
                let pair = [self.name(at - 1), self.name(at)];
                self.emit("near:", &pair, Some(at - 1..at + 1));
            }
        }
    }

    fn surroundings(&mut self, window: &Mention, mention: &Mention) {
        for at in window.clone().filter(|at| !mention.contains(at)) {
            let (distance, side) = if at < mention.start {
                (
                    mention.start - at,
                    [
                        "before:",
                        "just-before:",
                        "tone-before:",
                        "tone-just-before:",
                    ],
                )
            } else {
                (
                    at + 1 - mention.end,
                    ["after:", "just-after:", "tone-after:", "tone-just-after:"],
                )
            };
            let place = Some(at..at + 1);
            if distance <= SIDE {
                self.emit(side[0], &[self.name(at)], place.clone());
            }
            if distance <= JUST {
                self.emit(side[1], &[self.name(at)], place);
            }
            let near = usize::from(distance <= TONE_JUST);
            self.emit_tone(side[2 + near], at, false);
        }
    }

    fn emit_tone(&mut self, prefix: &str, at: usize, with_valence: bool) {
        let tone = self.tone(at);
        if tone == 0 {
            return;
        }
        let place = Some(at..at + 1);
        self.emit(prefix, &[if tone > 0 { "+" } else { "-" }], place.clone());
        if with_valence {
            let mut valence = String::new();
            // Writing to a string cannot fail.
            let _ = write!(valence, "{:+}", (f64::from(tone) / 10.0).round());
            self.emit(prefix, &[&valence], place);
        }
    }

    fn neighbours(&mut self, window: &Mention, mention: &Mention) {
        let before = |steps: usize| {
            let at = mention.start.checked_sub(steps)?;
            (at >= window.start).then(|| self.name(at))
        };
        let after = |steps: usize| {
            let at = mention.end + steps - 1;
            (at < window.end).then(|| self.name(at))
        };
        let (v, w) = (before(2).unwrap_or("^"), before(1).unwrap_or("^"));
        let (x, y) = (after(1).unwrap_or("$"), after(2).unwrap_or("$"));
        let at = |start: usize, end: usize| Some(start.max(window.start)..end.min(window.end));
        let (start, end) = (mention.start, mention.end);
        self.emit("who:", &[w, "@"], at(start.saturating_sub(1), end));
        self.emit("who:", &[v, w, "@"], at(start.saturating_sub(2), end));
        self.emit("who:", &["@", x], at(start, end + 1));
        self.emit("who:", &["@", x, y], at(start, end + 2));
    }

    fn whole_text(&mut self) {
        if self.words.len() <= WHOLE_TEXT_WORDS {
            return;
        }
        let mut seen = HashSet::new();
        for at in 0..self.words.len() {
            let word: &'a str = &self.words[at].term;
            if seen.insert(word) {
                self.emit("text:", &[word], Some(at..at + 1));
            }
        }
        self.emit("text:", &["*"], None);
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
    const WORDS: [&str; 9] = [
        "not", "no", "never", "without", "neither", "nor", "cannot", "hardly", "barely",
    ];
    term.ends_with("n't") || WORDS.contains(&term)
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
