//! The only way from text to a [`TermVector`].

use std::collections::VecDeque;

use super::{FeaturizerConfig, TermId, TermVector, Vocabulary};
use crate::text::{Span, fold::fold_into, tokenize};

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
}

impl Featurizer {
    /// A featurizer with these settings and this vocabulary.
    #[must_use]
    pub fn new(config: FeaturizerConfig, vocabulary: Vocabulary) -> Self {
        Self { config, vocabulary }
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
        let mut terms = Vec::new();
        let mut known_tokens = 0;
        let read = self.for_each_known(zones, |term, words, _, _| {
            known_tokens += u32::from(words == 1);
            terms.push(term);
        });
        TermVector::count(terms, read.tokens, known_tokens, read.truncated)
    }

    /// Every occurrence of a known term that [`Self::transform`] counts, in reading order.
    #[must_use]
    pub fn occurrences(&self, zones: &[&str]) -> Vec<Occurrence> {
        let mut occurrences = Vec::new();
        self.for_each_known(zones, |term, _, zone, span| {
            occurrences.push(Occurrence { term, zone, span });
        });
        occurrences
    }

    fn for_each_known(
        &self,
        zones: &[&str],
        mut visit: impl FnMut(TermId, usize, usize, Span),
    ) -> Read {
        for_each_ngram(&self.config, zones, |ngram| {
            if let Some(term) = self.vocabulary.id(ngram.term) {
                visit(term, ngram.words, ngram.zone, ngram.span);
            }
        })
    }
}

/// A word n-gram at one place of the text.
#[derive(Debug)]
pub struct Ngram<'a> {
    /// Folded words, joined by a space.
    pub term: &'a str,
    /// How many words.
    pub words: usize,
    /// Position of its text in `zones`.
    pub zone: usize,
    /// Its bytes there.
    pub span: Span,
}

/// How much was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Read {
    /// Tokens that were read.
    pub tokens: u32,
    /// Whether tokens were left over.
    pub truncated: bool,
}

/// Visits every word n-gram of `zones` up to the configured length, in the order of their last
/// word, longer ones first. N-grams over [`Vocabulary::MAX_TERM_BYTES`] are passed over.
pub fn for_each_ngram(
    config: &FeaturizerConfig,
    zones: &[&str],
    mut visit: impl FnMut(Ngram<'_>),
) -> Read {
    let mut read = Read::default();
    for (zone, text) in zones.iter().enumerate() {
        let mut window = Window::new(config.max_ngram());
        for span in tokenize(text) {
            if read.tokens == config.max_tokens() {
                read.truncated = true;
                return read;
            }
            read.tokens += 1;
            window.push(&text[span.clone()], span);
            window.visit_ngrams(zone, &mut visit);
        }
    }
    read
}

/// The last few folded words, joined by spaces.
struct Window {
    capacity: usize,
    joined: String,
    /// Where each word starts in `joined` and in the text.
    starts: VecDeque<(usize, usize)>,
    end: usize,
    folded: String,
}

impl Window {
    fn new(capacity: usize) -> Self {
        Self {
            capacity,
            joined: String::new(),
            starts: VecDeque::with_capacity(capacity),
            end: 0,
            folded: String::new(),
        }
    }

    fn push(&mut self, token: &str, span: Span) {
        if self.starts.len() == self.capacity {
            self.starts.pop_front();
            let kept = self
                .starts
                .front()
                .map_or(self.joined.len(), |first| first.0);
            self.joined.drain(..kept);
            self.starts.iter_mut().for_each(|start| start.0 -= kept);
        }
        if !self.starts.is_empty() {
            self.joined.push(' ');
        }
        self.starts.push_back((self.joined.len(), span.start));
        fold_into(token, &mut self.folded);
        self.joined.push_str(&self.folded);
        self.end = span.end;
    }

    fn visit_ngrams(&self, zone: usize, visit: &mut impl FnMut(Ngram<'_>)) {
        for (skipped, &(at, start)) in self.starts.iter().enumerate() {
            let term = &self.joined[at..];
            if term.len() <= Vocabulary::MAX_TERM_BYTES {
                visit(Ngram {
                    term,
                    words: self.starts.len() - skipped,
                    zone,
                    span: start..self.end,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::config::FeaturizerParams;
    use proptest::prelude::*;

    fn config(max_ngram: usize, max_tokens: u32) -> FeaturizerConfig {
        let params = FeaturizerParams {
            max_ngram,
            max_tokens,
        };
        params.try_into().unwrap()
    }

    fn ngrams(config: &FeaturizerConfig, zones: &[&str]) -> Vec<String> {
        let mut all = Vec::new();
        for_each_ngram(config, zones, |ngram| all.push(ngram.term.to_owned()));
        all
    }

    fn featurizer(terms: &[&str]) -> Featurizer {
        let terms = terms.iter().map(|&term| term.into()).collect();
        Featurizer::new(config(2, 1000), Vocabulary::from_sorted(terms).unwrap())
    }

    #[test]
    fn ngrams_stay_within_their_zone() {
        assert_eq!(
            ngrams(&config(2, 100), &["The Army", "moved in"]),
            ["the", "the army", "army", "moved", "moved in", "in"]
        );
        assert_eq!(
            ngrams(&config(3, 100), &["a b c d"]),
            ["a", "a b", "b", "a b c", "b c", "c", "b c d", "c d", "d"]
        );
    }

    #[test]
    fn reading_stops_at_the_limit_and_says_so() {
        let read = for_each_ngram(&config(1, 2), &["a b", "c"], |_| {});
        assert_eq!((read.tokens, read.truncated), (2, true));
        let read = for_each_ngram(&config(1, 3), &["a b", "c"], |_| {});
        assert_eq!((read.tokens, read.truncated), (3, false));
    }

    #[test]
    fn known_terms_are_counted_and_unknown_ones_are_not() {
        let featurizer = featurizer(&["army", "the army"]);
        let vector = featurizer.transform(&["The army", "the ARMY left the army's camp"]);
        let counts: Vec<_> = vector.entries().iter().map(|e| (e.term, e.count)).collect();
        assert_eq!(counts, [(0, 3), (1, 3)]);
        assert_eq!((vector.tokens(), vector.known_tokens()), (8, 3));
    }

    proptest! {
        #[test]
        fn occurrences_are_what_transform_counts(
            title in "([Aa] |[Bb]'?s? |[c.] ){0,9}",
            body in any::<String>(),
        ) {
            let featurizer = featurizer(&["a", "a b", "b", "b b", "c"]);
            let zones = [title.as_str(), body.as_str()];
            let occurrences = featurizer.occurrences(&zones);
            for entry in featurizer.transform(&zones).entries() {
                let places = occurrences.iter().filter(|o| o.term == entry.term);
                prop_assert_eq!(places.count(), entry.count as usize);
            }
            let total: u32 = featurizer.transform(&zones).entries().iter().map(|e| e.count).sum();
            prop_assert_eq!(total as usize, occurrences.len());
            for o in &occurrences {
                prop_assert!(zones[o.zone].get(o.span.clone()).is_some());
            }
        }
    }
}
