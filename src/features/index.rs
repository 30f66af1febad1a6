//! Finds the terms of a vocabulary in a stream of words without building a string.
//!
//! The vocabulary is a trie over whole words. A node is a word or a longer n-gram; the child of a
//! node by a word is the n-gram with that word at its end. A text is read by following, for every
//! length, the node of the n-gram that ends at the current word: a word that no term holds ends
//! them all, and so most bigrams of a text are refused without a look at any table.
//!
//! Words are compared by their whole text and n-grams by their words, so colliding hashes cost
//! time and never an answer.

use std::{collections::HashMap, hash::BuildHasherDefault};

use rustc_hash::FxHasher;

use super::{TermId, Vocabulary, slots::Slots};
use crate::text::WordKey;

/// A word or n-gram that starts some term.
pub type Node = u32;

/// No node, or no term.
pub const NONE: u32 = u32::MAX;

/// The trie.
#[derive(Debug, Clone)]
pub struct NgramIndex {
    /// Words by key; their nodes are their positions.
    words: Slots,
    keys: Vec<WordKey>,
    /// Words without a key; their nodes follow.
    long: HashMap<Box<str>, Node, BuildHasherDefault<FxHasher>>,
    /// N-grams of two words and more; their nodes follow.
    ngrams: Slots,
    /// Parent and last word of each.
    links: Vec<(Node, Node)>,
    /// The term of each node, or [`NONE`].
    terms: Vec<TermId>,
}

impl NgramIndex {
    /// Indexes the terms of at most `max_ngram` words.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary, max_ngram: usize) -> Self {
        let is_short = |term: &&str| term.split(' ').nth(max_ngram).is_none();
        let mut index = Self::of_words(vocabulary.iter().filter(is_short));
        index.ngrams = Slots::new(vocabulary.len() * max_ngram.saturating_sub(1));
        for (id, term) in (0..).zip(vocabulary.iter()) {
            if is_short(&term) {
                index.insert(id, term);
            }
        }
        index.ngrams = index
            .ngrams
            .fitted(|at| index.link_hash(at), index.links.len());
        index
    }

    /// All words of the terms, without the terms.
    fn of_words<'v>(terms: impl Iterator<Item = &'v str> + Clone) -> Self {
        let count = terms.clone().flat_map(|term| term.split(' ')).count();
        let mut seen = Slots::new(count);
        let mut keys: Vec<WordKey> = Vec::new();
        let mut long: Vec<&str> = Vec::new();
        for word in terms.flat_map(|term| term.split(' ')) {
            match WordKey::of(word) {
                Some(key)
                    if seen
                        .find(key.hash(), |at| keys[at as usize] == key)
                        .is_none() =>
                {
                    seen.insert(key.hash(), keys.len());
                    keys.push(key);
                }
                Some(_) => {}
                None => long.push(word),
            }
        }
        long.sort_unstable();
        long.dedup();
        let nodes = keys.len() + long.len();
        let long = long.into_iter().map(Box::from).zip(node(keys.len())..);
        Self {
            words: seen.fitted(|at| keys[at].hash(), keys.len()),
            keys,
            long: long.collect(),
            ngrams: Slots::new(0),
            links: Vec::new(),
            terms: vec![NONE; nodes],
        }
    }

    fn insert(&mut self, id: TermId, term: &str) {
        let mut path = NONE;
        for word in term.split(' ') {
            // Every word of the vocabulary has a node.
            let word = match WordKey::of(word) {
                Some(key) => self.word(key),
                None => self.long_word(word),
            };
            path = match (path, self.child(path, word)) {
                (NONE, _) => word,
                (parent, NONE) => self.add(parent, word),
                (_, child) => child,
            };
        }
        self.terms[path as usize] = id;
    }

    fn add(&mut self, parent: Node, word: Node) -> Node {
        self.ngrams
            .insert(link_hash(parent, word), self.links.len());
        self.links.push((parent, word));
        self.terms.push(NONE);
        node(self.terms.len() - 1)
    }

    /// The node of a word, or [`NONE`].
    #[inline]
    #[must_use]
    pub fn word(&self, key: WordKey) -> Node {
        let found = self
            .words
            .find(key.hash(), |at| self.keys[at as usize] == key);
        found.unwrap_or(NONE)
    }

    /// The node of a word without a key, or [`NONE`].
    #[must_use]
    pub fn long_word(&self, word: &str) -> Node {
        self.long.get(word).copied().unwrap_or(NONE)
    }

    /// The node of `parent` and a further word, or [`NONE`].
    #[inline]
    #[must_use]
    pub fn child(&self, parent: Node, word: Node) -> Node {
        if parent == NONE || word == NONE {
            return NONE;
        }
        let is_it = |at: u32| self.links[at as usize] == (parent, word);
        let found = self.ngrams.find(link_hash(parent, word), is_it);
        found.map_or(NONE, |at| node(self.keys.len() + self.long.len()) + at)
    }

    /// The term that ends at a node, or [`NONE`].
    #[inline]
    #[must_use]
    pub fn term(&self, node: Node) -> TermId {
        self.terms.get(node as usize).copied().unwrap_or(NONE)
    }

    fn link_hash(&self, at: usize) -> u64 {
        link_hash(self.links[at].0, self.links[at].1)
    }
}

#[inline]
fn link_hash(parent: Node, word: Node) -> u64 {
    let pair = (u64::from(parent) << 32) | u64::from(word);
    let product = pair.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (product ^ (product >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// A vocabulary has at most 4,000,000 terms of 96 bytes, and so fewer nodes than `u32::MAX`.
fn node(position: usize) -> Node {
    Node::try_from(position).unwrap_or(NONE)
}
