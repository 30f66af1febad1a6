//! The terms of a text as strings: how a vocabulary is chosen, and the definition of what a
//! [`Featurizer`](super::Featurizer) finds.

use std::collections::VecDeque;

use super::{FeaturizerConfig, Vocabulary, casing::for_each_cased};
use crate::text::{Span, fold::fold_into, tokenize};

/// A term at one place of the text.
#[derive(Debug)]
pub struct Ngram<'a> {
    /// Folded words, joined by a space, or one word with its capitals.
    pub term: &'a str,
    /// How many words; 0 for one with its capitals, which is counted as a word already.
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

impl Read {
    /// Counts one more token, or says that no more are read.
    pub(super) fn is_full(&mut self, config: &FeaturizerConfig) -> bool {
        self.truncated = self.tokens == config.max_tokens();
        self.tokens += u32::from(!self.truncated);
        self.truncated
    }
}

/// Visits every term of `zones`: its n-grams, then its words with capitals where the settings ask
/// for them. Terms over [`Vocabulary::MAX_TERM_BYTES`] are passed over.
pub fn for_each_term(
    config: &FeaturizerConfig,
    zones: &[&str],
    mut visit: impl FnMut(Ngram<'_>),
) -> Read {
    let read = for_each_ngram(config, zones, &mut visit);
    for_each_cased(config, zones, None, |term, zone, span| {
        if term.len() <= Vocabulary::MAX_TERM_BYTES {
            let words = 0;
            visit(Ngram {
                term,
                words,
                zone,
                span,
            });
        }
    });
    read
}

/// Visits every word n-gram of `zones` up to the configured length, in the order of their last
/// word, longer ones first.
fn for_each_ngram(
    config: &FeaturizerConfig,
    zones: &[&str],
    mut visit: impl FnMut(Ngram<'_>),
) -> Read {
    let mut read = Read::default();
    for (zone, text) in zones.iter().enumerate() {
        let mut window = Window::new(config.max_ngram());
        for span in tokenize(text) {
            if read.is_full(config) {
                return read;
            }
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

    fn config(max_ngram: usize, max_tokens: u32) -> FeaturizerConfig {
        let params = FeaturizerParams {
            max_ngram,
            max_tokens,
            ..FeaturizerParams::default()
        };
        params.try_into().unwrap()
    }

    fn ngrams(config: &FeaturizerConfig, zones: &[&str]) -> Vec<String> {
        let mut all = Vec::new();
        for_each_ngram(config, zones, |ngram| all.push(ngram.term.to_owned()));
        all
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
}
