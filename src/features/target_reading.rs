//! A text as its targets are read from it, one after another.

use std::{cell::OnceCell, ops::Range};

use super::{
    Occurrence, TargetFeaturizer, TargetVocabulary, TermCount, TermId, TermVector,
    kind::{Kind, Sign},
    ngrams::Read,
    surroundings::{Extent, Surroundings},
    tally,
    target_index::Known,
    target_terms::{Indexed, Written},
    tones::Tones,
    vicinity::{Region, Vicinity, WordId},
    whole_text::WholeText,
    words::{Mention, Words},
};

/// A text whose words are looked up, ready to be asked for one target after another.
#[derive(Debug)]
pub struct TargetReading<'a> {
    featurizer: &'a TargetFeaturizer,
    words: &'a Words,
    /// By number; `None` where terms have to be written out.
    known: Option<Vec<Known>>,
    tones: Tones<'a>,
    text: WholeText,
    /// Its terms by rising term, where they are asked for.
    text_by_term: OnceCell<Vec<TermCount>>,
    /// The words that share weights, by number.
    sharing: Vec<Option<WordId>>,
    /// Of these words.
    text_words: WholeText,
}

/// What sets one target of a text apart. Its vector is that of the text, with the terms `around`
/// and without those that are `hidden`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// The terms around its mentions.
    pub around: Vec<TermCount>,
    /// Terms of the text that stand nowhere but in its mentions.
    pub hidden: Vec<TermCount>,
    /// Where the words of its regions stand, side by side; nothing of the text as a whole.
    pub regions: Vec<(Region, Range<usize>)>,
    /// Such words of the text that stand nowhere but in its mentions.
    pub hidden_words: Vec<TermCount>,
}

impl<'a> TargetReading<'a> {
    pub(super) fn new(featurizer: &'a TargetFeaturizer, words: &'a Words) -> Self {
        let index = featurizer.index();
        let known = index.look_up(words);
        let (tones, text) = if let Some(known) = &known {
            let tones = known.iter().map(Known::tone).collect();
            let of = |number: u32| index.word_term(Kind::Text, &known[number as usize]);
            let any = index.word_term(Kind::Text, index.sign(Sign::ANY));
            (Tones::new(words, tones), WholeText::new(words, of, any))
        } else {
            let written = |part: &str| {
                let vocabulary = featurizer.vocabulary();
                vocabulary.id(&format!("{}{part}", Kind::Text.prefix()))
            };
            let of = |number: u32| written(&words.terms()[number as usize]);
            let any = written(Sign::ANY.text());
            let tones = Tones::by(featurizer.lexicon(), words);
            (tones, WholeText::new(words, of, any))
        };
        let mut reading = TargetReading {
            featurizer,
            words,
            known,
            tones,
            text,
            text_by_term: OnceCell::new(),
            sharing: Vec::new(),
            text_words: WholeText::default(),
        };
        if featurizer.vocabulary().around().is_some() {
            let numbers = (0..).take(words.terms().len());
            reading.sharing = numbers.map(|number| reading.look_up(number)).collect();
            reading.text_words = WholeText::new(words, |number| reading.word(number), None);
        }
        reading
    }

    /// Counts the known terms of a target, and the words around it that share weights.
    #[must_use]
    pub fn transform(&self, mentions: &[Mention]) -> (TermVector, Vicinity) {
        let (mut terms, mut vicinity) = (Vec::new(), Vicinity::default());
        self.visit(
            mentions,
            Extent::All,
            |term, _| terms.push(term),
            |region, run| vicinity.extend(region, self.words(run)),
        );
        let vector = TermVector::new(self.count(&terms), self.extent(), 0);
        (vector, vicinity)
    }

    fn count(&self, terms: &[TermId]) -> Vec<TermCount> {
        tally::count(terms, self.featurizer.vocabulary().terms().len())
    }

    /// The known terms that all targets of the text have, but for what they hide.
    #[must_use]
    pub fn text(&self) -> &[TermCount] {
        self.text.entries()
    }

    /// The words that share weights of the text as a whole, but for what its targets hide.
    #[must_use]
    pub fn text_words(&self) -> &[TermCount] {
        self.text_words.entries()
    }

    /// What sets a target with at least one mention apart: [`Self::transform`] in parts, so that
    /// the text is counted once for all targets.
    #[must_use]
    pub fn apart(&self, mentions: &[Mention]) -> Apart {
        // About as many as five mentions have.
        let (mut terms, mut regions) = (Vec::with_capacity(128), Vec::with_capacity(64));
        self.visit(
            mentions,
            Extent::Around,
            |term, _| terms.push(term),
            |region, run| regions.push((region, run)),
        );
        Apart {
            around: self.count(&terms),
            hidden: self.text.only_in(self.words, mentions),
            regions,
            hidden_words: self.text_words.only_in(self.words, mentions),
        }
    }

    /// The known terms of a target by what sets it apart: the vector of [`Self::transform`].
    #[must_use]
    pub fn vector(&self, apart: &Apart) -> TermVector {
        let text = self.text_by_term.get_or_init(|| {
            let mut text = self.text().to_vec();
            text.sort_unstable_by_key(|entry| entry.term);
            text
        });
        // No term is both of the text and around a target.
        let mut around = apart.around.iter().copied().peekable();
        let mut entries = Vec::with_capacity(text.len() + around.len());
        for entry in text.iter().filter(|entry| !apart.hidden.contains(entry)) {
            while let Some(before) = around.next_if(|before| before.term < entry.term) {
                entries.push(before);
            }
            entries.push(*entry);
        }
        entries.extend(around);
        TermVector::new(entries, self.extent(), 0)
    }

    /// The words around it that share weights, by what sets it apart.
    #[must_use]
    pub fn vicinity(&self, apart: &Apart) -> Vicinity {
        let mut vicinity = Vicinity::default();
        for (region, run) in &apart.regions {
            vicinity.extend(*region, self.words(run.clone()));
        }
        let shown = self.text_words().iter();
        let shown = shown.filter(|entry| !apart.hidden_words.contains(entry));
        vicinity.extend(Region::Text, shown.map(|entry| entry.term));
        vicinity
    }

    fn extent(&self) -> Read {
        Read {
            tokens: u32::try_from(self.words.all().len()).unwrap_or(u32::MAX),
            truncated: false,
        }
    }

    /// The words that share weights of those side by side in the text.
    pub fn words(&self, run: Range<usize>) -> impl Iterator<Item = WordId> + Clone {
        let words = self.words.all()[run].iter();
        words.filter_map(|word| self.word(word.number))
    }

    /// The word that shares weights of a term of the text.
    fn word(&self, number: u32) -> Option<WordId> {
        *self.sharing.get(number as usize)?
    }

    fn look_up(&self, number: u32) -> Option<WordId> {
        let vocabulary = self.featurizer.vocabulary();
        let id = if let Some(known) = &self.known {
            let index = self.featurizer.index();
            index.word_term(Kind::Around, &known[number as usize])
        } else {
            let term = &self.words.terms()[number as usize];
            vocabulary.id(&TargetVocabulary::around_term(term))
        };
        vocabulary.word_of(id?)
    }

    /// Every occurrence of some terms, which rise, that [`Self::transform`] counts and that stands at
    /// a place of the text, by term and in reading order. Each place comes once, though windows of
    /// neighbouring mentions overlap.
    #[must_use]
    pub fn occurrences(&self, mentions: &[Mention], terms: &[TermId]) -> Vec<Occurrence> {
        let is_wanted = wanted(terms);
        let vocabulary = self.featurizer.vocabulary();
        let words = self.words.all();
        let mut places: Vec<(TermId, Mention)> = Vec::new();
        let mut word_places: Vec<(TermId, Mention)> = Vec::new();
        self.visit(
            mentions,
            Extent::All,
            |term, at| places.extend(at.filter(|_| is_wanted(term)).map(|at| (term, at))),
            |region, run| {
                if let Region::Near | Region::Text = region {
                    let term = |at: usize| Some(vocabulary.term_of(self.word(words[at].number)?));
                    let term = |at| term(at).filter(|&term| is_wanted(term));
                    let place = |at| Some((term(at)?, at..at + 1));
                    word_places.extend(run.filter_map(place));
                }
            },
        );
        let occurrence = |(term, at): (TermId, Mention)| {
            let (first, last) = (&words[at.start], &words[at.end - 1]);
            Occurrence {
                term,
                zone: first.zone,
                span: first.span.start..last.span.end,
            }
        };
        let places = places.into_iter().chain(word_places);
        let mut occurrences: Vec<_> = places.map(occurrence).collect();
        occurrences.sort_unstable_by_key(|o| (o.term, o.zone, o.span.start, o.span.end));
        occurrences.dedup();
        occurrences
    }

    /// Visits the known terms with their places, and all words by their regions.
    fn visit(
        &self,
        mentions: &[Mention],
        extent: Extent,
        mut known_term: impl FnMut(TermId, Option<Mention>),
        words_of: impl FnMut(Region, Range<usize>),
    ) {
        let (text, tones) = (self.words, &self.tones);
        let Some(known) = &self.known else {
            let vocabulary = self.featurizer.vocabulary();
            let look_up = Written::new(text, |term, at| {
                if let Some(term) = vocabulary.id(term) {
                    known_term(term, at);
                }
            });
            return Surroundings::visit(text, tones, mentions, extent, look_up, words_of);
        };
        let (index, words) = (self.featurizer.index(), text.all());
        let find = Indexed {
            index,
            words,
            known,
            visit: known_term,
        };
        Surroundings::visit(text, tones, mentions, extent, find, words_of);
    }
}

/// Whether a term is one of some, which rise; of most others one bit says so.
fn wanted(terms: &[TermId]) -> impl Fn(TermId) -> bool + '_ {
    let bit = |term: TermId| 1u64 << (term % 64);
    let bits = terms.iter().fold(0, |bits, &term| bits | bit(term));
    move |term| bits & bit(term) != 0 && terms.binary_search(&term).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Lexicon, Vocabulary, find_mentions, for_each_target_term};
    use proptest::prelude::*;

    #[test]
    fn occurrences_are_what_is_counted_at_a_place() {
        let known = ["before:praised", "tone:+", "who:praised @"];
        let vocabulary = Vocabulary::from_sorted(known.map(Into::into).to_vec()).unwrap();
        let lexicon = Lexicon::parse("praised\t2.1\n").unwrap();
        let featurizer = TargetFeaturizer::new(vocabulary, lexicon);
        let text = "They praised Orla.";
        let words = Words::read(&[text], 100);
        let mentions = find_mentions(&words, "Orla");
        let reading = featurizer.read(&words);
        assert_eq!(reading.transform(&mentions).0.entries().len(), 3);
        let places: Vec<_> = reading
            .occurrences(&mentions, &[0, 1, 2])
            .into_iter()
            .map(|o| (o.term, &text[o.span]))
            .collect();
        assert_eq!(
            places,
            [(0, "praised"), (1, "praised"), (2, "praised Orla")]
        );
        assert_eq!(reading.occurrences(&mentions, &[1]).len(), 1);
        assert_eq!(reading.occurrences(&mentions, &[]), []);
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
            reading.visit(&mentions, Extent::All, |term, at| fast.push((term, at)), |_, _| {});
            let mut by_text = featurizer.read(&words);
            by_text.known = None;
            by_text.visit(&mentions, Extent::All, |term, at| slow.push((term, at)), |_, _| {});
            prop_assert_eq!(fast, slow);
            let mut counts: Vec<u32> = vec![0; featurizer.vocabulary().len()];
            for_each_target_term(featurizer.lexicon(), &words, &mentions, |term, _| {
                if let Some(id) = featurizer.vocabulary().id(term) {
                    counts[id as usize] += 1;
                }
            });
            let (vector, _) = reading.transform(&mentions);
            for entry in vector.entries() {
                prop_assert_eq!(counts[entry.term as usize], entry.count);
            }
            let apart = reading.apart(&mentions);
            if mentions.is_empty() {
                prop_assert!(vector.entries().is_empty());
                return Ok(());
            }
            prop_assert_eq!(&reading.vector(&apart), &vector);
            let Apart { around, hidden, .. } = apart;
            let mut parts = around;
            parts.extend(reading.text().iter().filter(|entry| !hidden.contains(entry)));
            parts.sort_by_key(|entry| entry.term);
            prop_assert_eq!(parts, vector.entries());
            prop_assert!(hidden.iter().all(|entry| reading.text().contains(entry)));
        }

        #[test]
        fn words_of_a_text_are_read_once_for_all_targets(
            text in "([a-c]{1,2}|Orla|\u{FDFA})(( |\\. )([a-c]{1,2}|Orla|Mara)){0,120}",
            target in "Orla|Mara|a|bb",
            known in prop::collection::btree_set("around:[a-c]{1,2}|around:orla", 1..9),
        ) {
            let around = Vocabulary::from_terms(known.iter()).unwrap();
            let terms = Vocabulary::from_terms(["before:a"].iter()).unwrap();
            let vocabulary = TargetVocabulary::from(terms).with_around(Some(around));
            let featurizer = TargetFeaturizer::new(vocabulary, Lexicon::default());
            let words = Words::read(&[&text], 1000);
            let mentions = find_mentions(&words, &target);
            let reading = featurizer.read(&words);
            let (_, whole) = reading.transform(&mentions);
            let mut by_text = featurizer.read(&words);
            by_text.known = None;
            let numbers = (0..).take(words.terms().len());
            by_text.sharing = numbers.map(|number| by_text.look_up(number)).collect();
            prop_assert_eq!(&by_text.transform(&mentions).1, &whole);
            if mentions.is_empty() {
                return Ok(());
            }
            let apart = reading.apart(&mentions);
            let vicinity = reading.vicinity(&apart);
            for region in Region::ALL.into_iter().filter(|&region| region != Region::Text) {
                prop_assert_eq!(vicinity.words(region), whole.words(region));
            }
            let shown = vicinity.words(Region::Text).iter();
            let mut shown: Vec<_> = shown.map(|entry| entry.term).collect();
            let text = whole.words(Region::Text).iter();
            let mut text: Vec<_> = text.map(|entry| entry.term).collect();
            shown.sort_unstable();
            text.sort_unstable();
            prop_assert_eq!(shown, text);
        }
    }
}
