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
//! Words that share weights stand apart from these; see [`super::vicinity`].
//!
//! Of a long text the first 100 mentions and, for `text:`, the first 2,000 words are read.
//! A mention itself is `@`: what is learnt of one target holds for all. Tone is turned around
//! after a negation.

use std::cell::OnceCell;

use super::{
    Lexicon, Occurrence, TermCount, TermId, TermVector,
    kind::{Kind, Sign, TARGET},
    marks::Marks,
    ngrams::Read,
    surroundings::{Extent, Surroundings},
    tally::Tally,
    target_index::{Known, TargetIndex},
    target_terms::{Indexed, Written},
    target_vocabulary::TargetVocabulary,
    vicinity::{Region, Vicinity, WordId, for_each_place},
    whole_text::WholeText,
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
        let known = self.index.look_up(words);
        let (marks, text) = if let Some(known) = &known {
            let tones = known.iter().map(Known::tone).collect();
            let of = |number: u32| self.index.word_term(Kind::Text, &known[number as usize]);
            let any = self.index.word_term(Kind::Text, self.index.sign(Sign::ANY));
            (
                Marks::new(words, self.lexicon.tenths(TARGET), tones),
                WholeText::new(words, of, any),
            )
        } else {
            let written = |part: &str| {
                self.vocabulary
                    .id(&format!("{}{part}", Kind::Text.prefix()))
            };
            let of = |number: u32| written(&words.terms()[number as usize]);
            let any = written(Sign::ANY.text());
            (
                Marks::of(words, &self.lexicon),
                WholeText::new(words, of, any),
            )
        };
        TargetReading {
            featurizer: self,
            words,
            known,
            pairs: OnceCell::new(),
            marks,
            text,
        }
    }

    /// Counts the known terms of a target.
    #[must_use]
    pub fn transform(&self, words: &Words, mentions: &[Mention]) -> TermVector {
        self.read(words).transform(mentions)
    }
}

/// A text whose words are looked up, ready to be asked for one target after another.
#[derive(Debug)]
pub struct TargetReading<'a> {
    featurizer: &'a TargetFeaturizer,
    words: &'a Words,
    /// By number; `None` where terms have to be written out.
    known: Option<Vec<Known>>,
    /// The terms of neighbouring words, looked up when the first target is: windows overlap.
    pairs: OnceCell<Vec<Option<TermId>>>,
    marks: Marks,
    text: WholeText,
}

/// What sets one target of a text apart. Its vector is that of the text, with the terms `around`
/// and without those that are `hidden`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// The terms around its mentions.
    pub around: Vec<TermCount>,
    /// Terms of the text that stand nowhere but in its mentions.
    pub hidden: Vec<TermCount>,
}

impl TargetReading<'_> {
    /// Counts the known terms of a target.
    #[must_use]
    pub fn transform(&self, mentions: &[Mention]) -> TermVector {
        let mut terms: Vec<TermId> = Vec::new();
        self.for_each_known(mentions, Extent::All, |term, _| terms.push(term));
        let read = Read {
            tokens: u32::try_from(self.words.all().len()).unwrap_or(u32::MAX),
            truncated: false,
        };
        let vocabulary = self.featurizer.vocabulary.terms().len();
        TermVector::count(terms.iter().copied(), vocabulary, read, 0)
    }

    /// The known terms that all targets of the text have, but for what they hide.
    #[must_use]
    pub fn text(&self) -> &[TermCount] {
        self.text.entries()
    }

    /// What sets a target with at least one mention apart: [`Self::transform`] in parts, so that
    /// the text is counted once for all targets.
    #[must_use]
    pub fn apart(&self, mentions: &[Mention]) -> Apart {
        let mut terms: Vec<TermId> = Vec::new();
        self.for_each_known(mentions, Extent::Around, |term, _| terms.push(term));
        let tally = Tally::of(terms.into_iter(), self.featurizer.vocabulary.terms().len());
        Apart {
            around: tally.into_counts(),
            hidden: self.text.only_in(self.words, mentions),
        }
    }

    /// The words around a target that share weights.
    #[must_use]
    pub fn vicinity(&self, mentions: &[Mention]) -> Vicinity {
        Vicinity::read(self.words, mentions, |number| self.word(number))
    }

    /// The word that shares weights of a term of the text.
    fn word(&self, number: u32) -> Option<WordId> {
        let Self {
            featurizer, known, ..
        } = self;
        let id = match known {
            Some(known) => featurizer
                .index
                .word_term(Kind::Around, &known[number as usize]),
            None => {
                let term = &self.words.terms()[number as usize];
                featurizer
                    .vocabulary
                    .id(&TargetVocabulary::around_term(term))
            }
        };
        featurizer.vocabulary.word_of(id?)
    }

    /// Every occurrence that [`Self::transform`] and [`Self::vicinity`] count and that stands at a
    /// place of the text, by term.
    #[must_use]
    pub fn occurrences(&self, mentions: &[Mention]) -> Vec<Occurrence> {
        let mut occurrences = Vec::new();
        let words = self.words.all();
        let mut push = |term, at: Mention| {
            let (first, last) = (&words[at.start], &words[at.end - 1]);
            occurrences.push(Occurrence {
                term,
                zone: first.zone,
                span: first.span.start..last.span.end,
            });
        };
        self.for_each_known(mentions, Extent::All, |term, at| {
            at.into_iter().for_each(|at| push(term, at));
        });
        for_each_place(self.words, mentions, |region, at| {
            if let (Region::Near | Region::Text, Some(word)) = (region, self.word(words[at].number))
            {
                push(self.featurizer.vocabulary.term_of(word), at..at + 1);
            }
        });
        let terms = occurrences.iter().map(|occurrence| occurrence.term);
        let tally = Tally::of(terms, self.featurizer.vocabulary.len());
        tally.grouped(&occurrences, |occurrence| occurrence.term)
    }

    fn for_each_known(
        &self,
        mentions: &[Mention],
        extent: Extent,
        mut visit: impl FnMut(TermId, Option<Mention>),
    ) {
        let Some(known) = &self.known else {
            let vocabulary = &self.featurizer.vocabulary;
            let look_up = Written::new(self.words, |term, at| {
                if let Some(term) = vocabulary.id(term) {
                    visit(term, at);
                }
            });
            return Surroundings::visit(self.words, &self.marks, mentions, extent, look_up);
        };
        let (index, words) = (&self.featurizer.index, self.words.all());
        let find = Indexed {
            index,
            words,
            known,
            pairs: self.pairs.get_or_init(|| index.pair_terms(words, known)),
            visit,
        };
        Surroundings::visit(self.words, &self.marks, mentions, extent, find);
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
    let marks = Marks::of(words, lexicon);
    let visitor = Written::new(words, visit);
    Surroundings::visit(words, &marks, mentions, Extent::All, visitor);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Vocabulary, find_mentions};
    use proptest::prelude::*;

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
        let words = Words::read(&[text], 100);
        let mentions = find_mentions(&words, "Orla");
        let reading = featurizer.read(&words);
        assert_eq!(reading.transform(&mentions).entries().len(), 3);
        let places: Vec<_> = reading
            .occurrences(&mentions)
            .into_iter()
            .map(|o| (o.term, &text[o.span]))
            .collect();
        assert_eq!(
            places,
            [(0, "praised"), (1, "praised"), (2, "praised Orla")]
        );
    }

    proptest! {
        #[test]
        fn parts_and_written_terms_find_the_same(
            text in "([A-Ca-c]{1,7}|not|bad|good|he|Orla|\u{FDFA}|verylongword[ab]{6}|[.,] )( [A-Ca-c]{1,7}| not| never| bad| good| Orla| verylongwordababab|\\. Orla|\"){0,120}",
            keep in prop::collection::vec(any::<bool>(), 64),
        ) {
            let lexicon = Lexicon::parse("good\t2.1\nbad\t-2.5\nabc\t0.3\nverylongwordababab\t1\n").unwrap();
            let words = Words::read(&[&text], 1000);
            let mentions = find_mentions(&words, "Orla");
            let mut written = std::collections::BTreeSet::from(["text:*".to_owned()]);
            let mut keep = keep.iter().cycle();
            for_each_target_term(&lexicon, &words, &mentions, |term, _| {
                if *keep.next().unwrap() {
                    written.insert(term.to_owned());
                }
            });
            let vocabulary = Vocabulary::from_terms(written.iter().map(String::as_str).collect::<Vec<_>>().into_iter()).unwrap();
            let featurizer = TargetFeaturizer::new(vocabulary, lexicon);
            let reading = featurizer.read(&words);
            let (mut fast, mut slow) = (Vec::new(), Vec::new());
            reading.for_each_known(&mentions, Extent::All, |term, at| fast.push((term, at)));
            let mut by_text = featurizer.read(&words);
            by_text.known = None;
            by_text.for_each_known(&mentions, Extent::All, |term, at| slow.push((term, at)));
            prop_assert_eq!(fast, slow);
            let mut counts: Vec<u32> = vec![0; featurizer.vocabulary().len()];
            for_each_target_term(featurizer.lexicon(), &words, &mentions, |term, _| {
                if let Some(id) = featurizer.vocabulary().id(term) {
                    counts[id as usize] += 1;
                }
            });
            let vector = reading.transform(&mentions);
            for entry in vector.entries() {
                prop_assert_eq!(counts[entry.term as usize], entry.count);
            }
            let Apart { around, hidden } = reading.apart(&mentions);
            if mentions.is_empty() {
                prop_assert!(vector.entries().is_empty());
                return Ok(());
            }
            let mut parts = around;
            parts.extend(reading.text().iter().filter(|entry| !hidden.contains(entry)));
            parts.sort_by_key(|entry| entry.term);
            prop_assert_eq!(parts, vector.entries());
            prop_assert!(hidden.iter().all(|entry| reading.text().contains(entry)));
        }
    }
}
