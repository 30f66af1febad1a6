//! The only way from text to a [`TermVector`].

use super::{
    FeaturizerConfig, TermId, TermVector, Vocabulary,
    batch::Batch,
    casing::for_each_cased,
    index::{BATCH, NgramIndex, Node},
    ngrams::{Read, for_each_term},
    tally,
    words::{Word, Words},
};
use crate::text::{Scanner, Span};

/// One place where a term stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The term.
    pub term: TermId,
    /// Position in `zones` of the text that it stands in.
    pub zone: usize,
    /// Its bytes there, from its first word to its last.
    pub span: Span,
}

/// Turns texts into term vectors over a fixed vocabulary.
#[derive(Debug, Clone)]
pub struct Featurizer {
    config: FeaturizerConfig,
    vocabulary: Vocabulary,
    index: NgramIndex,
}

impl Featurizer {
    /// A featurizer with these settings and this vocabulary.
    #[must_use]
    pub fn new(config: FeaturizerConfig, vocabulary: Vocabulary) -> Self {
        Self {
            index: NgramIndex::new(&vocabulary, config.max_ngram()),
            config,
            vocabulary,
        }
    }

    /// Its settings.
    #[must_use]
    pub fn config(&self) -> &FeaturizerConfig {
        &self.config
    }

    /// The terms that it knows.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Counts the known terms of `zones`, texts that are read one after another. No n-gram spans
    /// two zones.
    #[must_use]
    pub fn transform(&self, zones: &[&str]) -> TermVector {
        self.transform_read(zones, None)
    }

    /// The same, without scanning the text anew where its `words` were read already, as many as
    /// this would read.
    #[must_use]
    pub fn transform_read(&self, zones: &[&str], words: Option<&Words>) -> TermVector {
        let found = self.find(zones, words, |term, _, _| term);
        let counts = tally::count(&found.all, self.vocabulary.len());
        TermVector::new(counts, found.read, found.known_tokens)
    }

    /// The same, with every occurrence that was counted, by term and then in reading order.
    #[must_use]
    pub fn transform_with_places(
        &self,
        zones: &[&str],
        words: Option<&Words>,
    ) -> (TermVector, Vec<Occurrence>) {
        let make = |term, zone, span| Occurrence { term, zone, span };
        let found = self.find(zones, words, make);
        let (counts, occurrences) =
            tally::group(&found.all, self.vocabulary.len(), |found| found.term);
        let vector = TermVector::new(counts, found.read, found.known_tokens);
        (vector, occurrences)
    }

    /// What `make` makes of every known term and its place.
    fn find<T>(
        &self,
        zones: &[&str],
        words: Option<&Words>,
        make: impl Fn(TermId, usize, Span) -> T,
    ) -> Found<T> {
        let fast = match self.config.max_ngram() {
            1 => self.find_fast::<T, 1>(zones, words, &make),
            2 => self.find_fast::<T, 2>(zones, words, &make),
            _ => self.find_fast::<T, { FeaturizerConfig::MAX_NGRAM }>(zones, words, &make),
        };
        let Some(mut found) = fast else {
            return self.find_by_text(zones, &make);
        };
        for_each_cased(&self.config, zones, words, |term, zone, span| {
            let term = self.index.term(self.index.any_word(term));
            found.all.extend(term.map(|term| make(term, zone, span)));
        });
        found
    }

    fn find_fast<T, const N: usize>(
        &self,
        zones: &[&str],
        words: Option<&Words>,
        make: &impl Fn(TermId, usize, Span) -> T,
    ) -> Option<Found<T>> {
        match words {
            Some(words) => self.find_in_words::<T, N>(zones, words, make),
            None => self.find_by_words::<T, N>(zones, make),
        }
    }

    /// The same as [`Self::find_by_words`]; words that occur twice are looked up once.
    fn find_in_words<T, const N: usize>(
        &self,
        zones: &[&str],
        words: &Words,
        make: &impl Fn(TermId, usize, Span) -> T,
    ) -> Option<Found<T>> {
        let nodes = self.index.nodes_of(words)?;
        let node = |word: &Word| -> Node { nodes[word.number as usize] };
        let mut found = Found::new(zones);
        found.read = words.extent();
        let mut rest = words.all();
        for zone in 0..zones.len() {
            let of_zone;
            (of_zone, rest) = rest.split_at(rest.partition_point(|word| word.zone == zone));
            let mut batch = Batch::<N>::default();
            for words in of_zone.chunks(BATCH) {
                batch.take(words, node, &self.index);
                found.known_tokens += batch.known(&self.index);
                batch.each(&self.index, |term, span| {
                    found.all.push(make(term, zone, span));
                });
            }
        }
        Some(found)
    }

    /// Follows the nodes of the last n-grams. Gives up at a token that folds to several words, such
    /// as an Arabic ligature, since a term of several words may then be a single token.
    fn find_by_words<T, const N: usize>(
        &self,
        zones: &[&str],
        make: &impl Fn(TermId, usize, Span) -> T,
    ) -> Option<Found<T>> {
        let mut found = Found::new(zones);
        for (zone, text) in zones.iter().enumerate() {
            let mut scanner = Scanner::new(text);
            let mut batch = Batch::<N>::default();
            while batch.read(&mut scanner, &self.index, &mut found.read, &self.config)? {
                found.known_tokens += batch.known(&self.index);
                batch.each(&self.index, |term, span| {
                    found.all.push(make(term, zone, span));
                });
            }
        }
        Some(found)
    }

    /// Looks every n-gram up by its text, as the n-grams are defined.
    fn find_by_text<T>(
        &self,
        zones: &[&str],
        make: &impl Fn(TermId, usize, Span) -> T,
    ) -> Found<T> {
        let mut found = Found::new(zones);
        found.read = for_each_term(&self.config, zones, |ngram| {
            if let Some(term) = self.vocabulary.id(ngram.term) {
                found.known_tokens += u32::from(ngram.words == 1);
                found.all.push(make(term, ngram.zone, ngram.span));
            }
        });
        found
    }
}

/// The known terms of a text, in reading order.
#[derive(Debug, PartialEq, Eq)]
struct Found<T> {
    all: Vec<T>,
    read: Read,
    known_tokens: u32,
}

impl<T> Found<T> {
    fn new(zones: &[&str]) -> Self {
        let bytes: usize = zones.iter().map(|zone| zone.len()).sum();
        Self {
            // About as many as a news text has.
            all: Vec::with_capacity(bytes / 4),
            read: Read::default(),
            known_tokens: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::config::FeaturizerParams;
    use proptest::prelude::*;

    fn featurizer(terms: &[&str]) -> Featurizer {
        let vocabulary = Vocabulary::from_terms(terms.iter().copied()).unwrap();
        Featurizer::new(FeaturizerConfig::default(), vocabulary)
    }

    #[test]
    fn known_terms_are_counted_and_unknown_ones_are_not() {
        let featurizer = featurizer(&["army", "the army"]);
        let vector = featurizer.transform(&["The army", "the ARMY left the army's camp"]);
        let counts: Vec<_> = vector.entries().iter().map(|e| (e.term, e.count)).collect();
        assert_eq!(counts, [(0, 3), (1, 3)]);
        assert_eq!((vector.tokens(), vector.known_tokens()), (8, 3));
    }

    #[test]
    fn words_with_capitals_are_counted_beside_the_words() {
        let params = FeaturizerParams {
            capitals: true,
            ..FeaturizerParams::default()
        };
        let vocabulary = Vocabulary::from_terms(["Apple", "apple", "the apple"].iter()).unwrap();
        let featurizer = Featurizer::new(params.try_into().unwrap(), vocabulary);
        let zones = ["", "The apple of Apple's garden"];
        let (vector, occurrences) = featurizer.transform_with_places(&zones, None);
        let counts: Vec<_> = vector.entries().iter().map(|e| (e.term, e.count)).collect();
        assert_eq!(counts, [(0, 1), (1, 2), (2, 1)]);
        assert_eq!((vector.tokens(), vector.known_tokens()), (5, 2));
        assert_eq!(&zones[1][occurrences[0].span.clone()], "Apple's");
    }

    proptest! {
        #[test]
        fn words_and_texts_find_the_same(
            title in any::<String>(),
            body in "([a-dA-D]{1,2}|US|U\\.S\\.|[\u{345}\u{FDFA}\u{E9}]|[ .,'-]{1,2}|verylongword[ab]{8}){0,50}",
            terms in prop::collection::btree_set("[a-d]{0,2}( [a-d]{0,2}){0,3}|[A-D][a-dA-D]?|U\\.S\\.|u\\.s\\.( a)?|(a )?verylongwordabababab|\u{635}\u{644}\u{649} \u{627}\u{644}\u{644}\u{647}.*", 1..40),
            max_ngram in 1usize..=3,
            max_tokens in 1u32..60,
            capitals in any::<bool>(),
        ) {
            let sound = |term: &&str| (1..=Vocabulary::MAX_TERM_BYTES).contains(&term.len());
            let terms: Vec<_> = terms.iter().map(String::as_str).filter(sound).collect();
            prop_assume!(!terms.is_empty());
            let vocabulary = Vocabulary::from_terms(terms.into_iter()).unwrap();
            let params = FeaturizerParams { max_ngram, max_tokens, capitals };
            let featurizer = Featurizer::new(params.try_into().unwrap(), vocabulary);
            let zones = [title.as_str(), body.as_str()];
            let make = |term, zone, span| Occurrence { term, zone, span };
            let expected = featurizer.find_by_text(&zones, &make);
            prop_assert_eq!(&featurizer.find(&zones, None, make), &expected);
            let words = Words::read(&zones, max_tokens);
            prop_assert_eq!(&featurizer.find(&zones, Some(&words), make), &expected);
        }

        #[test]
        fn occurrences_are_what_transform_counts(
            title in "([Aa] |[Bb]'?s? |[c.] ){0,9}",
            body in any::<String>(),
        ) {
            let featurizer = featurizer(&["a", "a b", "b", "b b", "c"]);
            let zones = [title.as_str(), body.as_str()];
            let (vector, occurrences) = featurizer.transform_with_places(&zones, None);
            prop_assert_eq!(&vector, &featurizer.transform(&zones));
            prop_assert!(occurrences.is_sorted_by_key(|o| (o.term, o.zone, o.span.start)));
            for entry in vector.entries() {
                let places = occurrences.iter().filter(|o| o.term == entry.term);
                prop_assert_eq!(places.count(), entry.count as usize);
            }
            let total: u32 = vector.entries().iter().map(|e| e.count).sum();
            prop_assert_eq!(total as usize, occurrences.len());
            for o in &occurrences {
                prop_assert!(zones[o.zone].get(o.span.clone()).is_some());
            }
        }
    }
}
