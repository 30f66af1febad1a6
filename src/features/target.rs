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

use super::{
    Lexicon, Occurrence, TermId, TermVector, Vocabulary,
    kind::{Kind, Part, TARGET, stem},
    marks::Marks,
    ngrams::Read,
    surroundings::Surroundings,
    tally::Tally,
    target_index::{Known, TargetIndex},
    words::{Mention, Word},
};

/// Turns a text and the mentions of a target into a term vector.
#[derive(Debug, Clone)]
pub struct TargetFeaturizer {
    vocabulary: Vocabulary,
    lexicon: Lexicon,
    index: TargetIndex,
}

impl TargetFeaturizer {
    /// A featurizer with this vocabulary and this lexicon.
    #[must_use]
    pub fn new(vocabulary: Vocabulary, lexicon: Lexicon) -> Self {
        Self {
            index: TargetIndex::new(&vocabulary, &lexicon),
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

    /// Reads a text once for all its targets.
    #[must_use]
    pub fn read<'a>(&'a self, words: &'a [Word]) -> TargetReading<'a> {
        let known = self.index.look_up(words);
        let marks = match &known {
            Some(known) => {
                let tones = known.iter().map(|word| self.index.tone(word.node));
                let nodes = known.iter().map(|word| word.node);
                Marks::new(words, self.lexicon.tenths(TARGET), tones, nodes)
            }
            None => Marks::of(words, &self.lexicon),
        };
        TargetReading {
            featurizer: self,
            words,
            known,
            marks,
        }
    }

    /// Counts the known terms around the mentions of a target.
    #[must_use]
    pub fn transform(&self, words: &[Word], mentions: &[Mention]) -> TermVector {
        self.read(words).transform(mentions)
    }
}

/// A text whose words are looked up, ready to be asked for one target after another.
#[derive(Debug)]
pub struct TargetReading<'a> {
    featurizer: &'a TargetFeaturizer,
    words: &'a [Word],
    /// `None` where terms have to be written out.
    known: Option<Vec<Known>>,
    marks: Marks,
}

impl TargetReading<'_> {
    /// Counts the known terms around the mentions of a target.
    #[must_use]
    pub fn transform(&self, mentions: &[Mention]) -> TermVector {
        let mut terms: Vec<TermId> = Vec::new();
        self.for_each_known(mentions, |term, _| terms.push(term));
        let read = Read {
            tokens: u32::try_from(self.words.len()).unwrap_or(u32::MAX),
            truncated: false,
        };
        let vocabulary = self.featurizer.vocabulary.len();
        TermVector::count(terms.iter().copied(), vocabulary, read, 0)
    }

    /// Every occurrence that [`Self::transform`] counts and that stands at a place of the text, by
    /// term.
    #[must_use]
    pub fn occurrences(&self, mentions: &[Mention]) -> Vec<Occurrence> {
        let mut occurrences = Vec::new();
        self.for_each_known(mentions, |term, at| {
            if let Some(at) = at {
                let (first, last) = (&self.words[at.start], &self.words[at.end - 1]);
                occurrences.push(Occurrence {
                    term,
                    zone: first.zone,
                    span: first.span.start..last.span.end,
                });
            }
        });
        let terms = occurrences.iter().map(|occurrence| occurrence.term);
        let tally = Tally::of(terms, self.featurizer.vocabulary.len());
        tally.grouped(&occurrences, |occurrence| occurrence.term)
    }

    fn for_each_known(&self, mentions: &[Mention], mut visit: impl FnMut(TermId, Option<Mention>)) {
        let Some(known) = &self.known else {
            return self.for_each_by_text(mentions, visit);
        };
        let index = &self.featurizer.index;
        Surroundings::visit(self.words, &self.marks, mentions, |kind, parts, at| {
            if let Some(term) = index.term(kind, parts, known) {
                visit(term, at);
            }
        });
    }

    /// Writes every term out, as they are defined.
    fn for_each_by_text(
        &self,
        mentions: &[Mention],
        mut visit: impl FnMut(TermId, Option<Mention>),
    ) {
        let vocabulary = &self.featurizer.vocabulary;
        for_each_written_term(self.words, &self.marks, mentions, |term, at| {
            if let Some(term) = vocabulary.id(term) {
                visit(term, at);
            }
        });
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
    for_each_written_term(words, &Marks::of(words, lexicon), mentions, visit);
}

fn for_each_written_term(
    words: &[Word],
    marks: &Marks,
    mentions: &[Mention],
    mut visit: impl FnMut(&str, Option<Mention>),
) {
    let mut term = String::new();
    Surroundings::visit(words, marks, mentions, |kind, parts, at| {
        write(kind, parts, words, &mut term);
        if term.len() <= Vocabulary::MAX_TERM_BYTES {
            visit(&term, at);
        }
    });
}

fn write(kind: Kind, parts: &[Part], words: &[Word], term: &mut String) {
    term.clear();
    term.push_str(kind.prefix());
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            term.push(' ');
        }
        term.push_str(match *part {
            Part::Word(at) => &words[at].term,
            Part::Stem(at) => stem(&words[at].term).unwrap_or_default(),
            Part::Target => TARGET,
            Part::Fixed(text) => text,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{find_mentions, words::read_words};
    use proptest::prelude::*;

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
            let words = read_words(&[&text], 1000);
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
            reading.for_each_known(&mentions, |term, at| fast.push((term, at)));
            reading.for_each_by_text(&mentions, |term, at| slow.push((term, at)));
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
        }
    }
}
