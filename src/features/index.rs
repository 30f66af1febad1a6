//! Finds the terms of a vocabulary in a stream of words without building a string.
//!
//! The vocabulary is a trie over whole words. A node is a word or a longer n-gram; the child of a
//! node by a word is the n-gram with that word at its end. A text is read by following, for every
//! length, the node of the n-gram that ends at the current word: a word that no term holds ends
//! them all, and so most bigrams of a text are refused without a look at any table.
//!
//! Words are compared by their whole text and n-grams by their words, so colliding hashes cost
//! time and never an answer.
//!
//! The tables are larger than the nearest cache. Words are therefore looked up a batch at a time,
//! first all entries, then all words: the waits for memory overlap.

use std::{collections::HashMap, hash::BuildHasherDefault};

use rustc_hash::FxHasher;

use super::{
    TermId, Vocabulary,
    slots::{Probe, Slots, pair_hash},
    words::Words,
};
use crate::text::WordKey;

/// A word or n-gram that starts some term. One that is a term has the term's id.
pub type Node = u32;

/// No node.
pub const NONE: Node = Node::MAX;

/// The most words that are looked up at once.
pub const BATCH: usize = 64;

/// The trie.
#[derive(Debug, Clone)]
pub struct NgramIndex {
    /// How many terms there are; nodes from here on are none.
    terms: Node,
    word_slots: Slots,
    words: Vec<(WordKey, Node)>,
    /// Words without a key.
    long: HashMap<Box<str>, Node, BuildHasherDefault<FxHasher>>,
    ngram_slots: Slots,
    ngrams: Vec<Ngram>,
}

/// A node of two words and more.
#[derive(Debug, Clone, Copy)]
struct Ngram {
    parent: Node,
    word: Node,
    node: Node,
}

impl NgramIndex {
    /// Indexes the terms of at most `max_ngram` words.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary, max_ngram: usize) -> Self {
        let terms = (0..).zip(vocabulary.iter());
        let terms = terms.filter(|(_, term)| words_of(term) <= max_ngram);
        let words = terms.clone().flat_map(|(_, term)| term.split(' '));
        let mut index = Self {
            terms: position(vocabulary.len()),
            word_slots: Slots::new(words.count()),
            words: Vec::new(),
            long: HashMap::default(),
            ngram_slots: Slots::new(vocabulary.len() * (max_ngram - 1)),
            ngrams: Vec::new(),
        };
        // By length, so that an n-gram finds the nodes of its parts if they are terms.
        let mut next = index.terms;
        for length in 1..=max_ngram {
            let of_length = terms.clone().filter(|(_, term)| words_of(term) == length);
            of_length.for_each(|(id, term)| index.insert(id, term, &mut next));
        }
        index.fit();
        index
    }

    /// Gives the tables the size that they turned out to need.
    fn fit(&mut self) {
        self.word_slots = Slots::filled(self.words.len(), |at| self.words[at].0.hash());
        let ngram_hash = |at: usize| pair_hash(self.ngrams[at].parent, self.ngrams[at].word);
        self.ngram_slots = Slots::filled(self.ngrams.len(), ngram_hash);
        self.words.shrink_to_fit();
        self.ngrams.shrink_to_fit();
    }

    /// Inserts a term, with its id as the node at its end and new nodes on the way.
    fn insert(&mut self, id: TermId, term: &str, next: &mut Node) {
        let mut path = NONE;
        let mut words = term.split(' ').peekable();
        while let Some(word) = words.next() {
            let mut wanted = |is_term| if is_term { id } else { post_increment(next) };
            let last = words.peek().is_none();
            let word = match self.any_word(word) {
                NONE => self.add_word(word, wanted(last && path == NONE)),
                known => known,
            };
            path = match (path, self.child(path, word)) {
                (NONE, _) => word,
                (parent, NONE) => self.add_ngram(parent, word, wanted(last)),
                (_, child) => child,
            };
        }
    }

    fn add_word(&mut self, word: &str, node: Node) -> Node {
        if let Some(key) = WordKey::of(word) {
            self.word_slots.insert(key.hash(), self.words.len());
            self.words.push((key, node));
        } else {
            self.long.insert(word.into(), node);
        }
        node
    }

    fn add_ngram(&mut self, parent: Node, word: Node, node: Node) -> Node {
        let hash = pair_hash(parent, word);
        self.ngram_slots.insert(hash, self.ngrams.len());
        self.ngrams.push(Ngram { parent, word, node });
        node
    }

    /// The node of a word, or [`NONE`].
    #[must_use]
    pub fn any_word(&self, word: &str) -> Node {
        WordKey::of(word).map_or_else(|| self.long_word(word), |key| self.word(key))
    }

    /// The node of a word by its key, or [`NONE`].
    #[must_use]
    pub fn word(&self, key: WordKey) -> Node {
        self.word_at(key, self.word_slots.probe(key.hash()))
    }

    /// The node of a word without a key, or [`NONE`].
    #[must_use]
    pub fn long_word(&self, word: &str) -> Node {
        self.long.get(word).copied().unwrap_or(NONE)
    }

    /// The node of `parent` and a further word, or [`NONE`].
    #[must_use]
    pub fn child(&self, parent: Node, word: Node) -> Node {
        let probe = self.ngram_slots.probe(pair_hash(parent, word));
        self.child_at(parent, word, probe)
    }

    /// The nodes of words by their keys; those without a key keep the node that they have.
    pub fn find_words(&self, keys: &[Option<WordKey>], nodes: &mut [Node]) {
        let mut probes = [Probe::default(); BATCH];
        for (probe, key) in probes.iter_mut().zip(keys) {
            *probe = self.word_slots.probe(key.unwrap_or_default().hash());
        }
        for ((node, key), probe) in nodes.iter_mut().zip(keys).zip(probes) {
            if let Some(key) = *key {
                *node = self.word_at(key, probe);
            }
        }
    }

    /// The nodes of the terms of a text by their number. `None` where one of them is several words.
    #[must_use]
    pub fn nodes_of(&self, words: &Words) -> Option<Vec<Node>> {
        let mut nodes = vec![NONE; words.terms().len()];
        for (nodes, keys) in nodes.chunks_mut(BATCH).zip(words.keys().chunks(BATCH)) {
            self.find_words(keys, nodes);
        }
        let terms = nodes.iter_mut().zip(words.terms()).zip(words.keys());
        for ((node, term), _) in terms.filter(|(_, key)| key.is_none()) {
            if term.contains(' ') {
                return None;
            }
            *node = self.long_word(term);
        }
        Some(nodes)
    }

    /// The nodes of each of `parents` and the word at its position, at most [`BATCH`].
    pub fn find_children(&self, parents: &[Node], words: &[Node], nodes: &mut [Node]) {
        let mut probes = [Probe::default(); BATCH];
        let links = parents.iter().zip(words);
        for (probe, (&parent, &word)) in probes.iter_mut().zip(links.clone()) {
            *probe = self.ngram_slots.probe(pair_hash(parent, word));
        }
        for ((node, (&parent, &word)), probe) in nodes.iter_mut().zip(links).zip(probes) {
            *node = self.child_at(parent, word, probe);
        }
    }

    /// The term that ends at a node.
    #[inline]
    #[must_use]
    pub fn term(&self, node: Node) -> Option<TermId> {
        (node < self.terms).then_some(node)
    }

    #[inline]
    fn word_at(&self, key: WordKey, probe: Probe) -> Node {
        let is_it = |at: u32| self.words[at as usize].0 == key;
        let found = self.word_slots.find(probe, is_it);
        found.map_or(NONE, |at| self.words[at as usize].1)
    }

    #[inline]
    fn child_at(&self, parent: Node, word: Node, probe: Probe) -> Node {
        if parent == NONE || word == NONE {
            return NONE;
        }
        let is_it = |at: u32| {
            let ngram = &self.ngrams[at as usize];
            (ngram.parent, ngram.word) == (parent, word)
        };
        let found = self.ngram_slots.find(probe, is_it);
        found.map_or(NONE, |at| self.ngrams[at as usize].node)
    }
}

fn words_of(term: &str) -> usize {
    1 + term.bytes().filter(|&byte| byte == b' ').count()
}

fn post_increment(next: &mut Node) -> Node {
    *next += 1;
    *next - 1
}

/// A vocabulary has at most 4,000,000 terms of 96 bytes, and so fewer nodes than `u32::MAX`.
fn position(position: usize) -> Node {
    Node::try_from(position).unwrap_or(NONE)
}
