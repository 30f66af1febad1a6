//! Finds the terms around a target by the words that they are made of, without writing them out.
//!
//! A term of one part is found in a table of words by kinds; one of two or three parts as an
//! n-gram, as in [`super::index`].

use std::{collections::HashMap, hash::BuildHasherDefault};

use rustc_hash::FxHasher;

use super::{
    Lexicon, TermId, Vocabulary,
    kind::{Kind, Part, TARGET, stem},
    marks::tone,
    slots::{Slots, pair_hash},
    words::Word,
};
use crate::text::WordKey;

/// A word that is part of a term, or has a tone.
pub type Node = u32;

/// No node, or no term.
pub const NONE: u32 = u32::MAX;

/// Bit of the kind in the parent of an n-gram.
const WHO: u32 = 1 << 30;
/// Bit of a parent that is an n-gram itself.
const LONGER: u32 = 1 << 31;

/// The parts of the terms of a vocabulary.
#[derive(Debug, Clone)]
pub struct TargetIndex {
    slots: Slots,
    keys: Vec<(WordKey, Node)>,
    /// Words without a key.
    long: HashMap<Box<str>, Node, BuildHasherDefault<FxHasher>>,
    words: Vec<WordTerms>,
    /// The node of a mention of the target.
    target: Node,
    ngram_slots: Slots,
    ngrams: Vec<Ngram>,
}

#[derive(Debug, Clone)]
struct WordTerms {
    /// The term of each kind, or [`NONE`].
    terms: [TermId; Kind::ALL.len()],
    tone: i8,
}

#[derive(Debug, Clone)]
struct Ngram {
    parent: u32,
    word: Node,
    term: TermId,
}

/// A word of a text as the index knows it.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Its node.
    pub node: Node,
    /// The node of its first letters.
    pub stem: Node,
}

impl TargetIndex {
    /// Indexes the terms of a vocabulary and the words of a lexicon.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary, lexicon: &Lexicon) -> Self {
        let parts = vocabulary.iter().map(|term| term.split(' ').count());
        let capacity = parts.sum::<usize>() + lexicon.words().count();
        let mut index = Self {
            slots: Slots::new(capacity),
            keys: Vec::new(),
            long: HashMap::default(),
            words: Vec::new(),
            target: NONE,
            ngram_slots: Slots::new(capacity),
            ngrams: Vec::new(),
        };
        index.target = index.add_word(TARGET);
        for word in lexicon.words() {
            let node = index.add_word(word);
            index.words[node as usize].tone = tone(lexicon, word);
        }
        for (id, term) in (0..).zip(vocabulary.iter()) {
            index.insert(id, term);
        }
        index.fit();
        index
    }

    fn fit(&mut self) {
        self.slots = Slots::filled(self.keys.len(), |at| self.keys[at].0.hash());
        let hash = |at: usize| pair_hash(self.ngrams[at].parent, self.ngrams[at].word);
        self.ngram_slots = Slots::filled(self.ngrams.len(), hash);
        self.keys.shrink_to_fit();
        self.words.shrink_to_fit();
        self.ngrams.shrink_to_fit();
    }

    fn insert(&mut self, id: TermId, term: &str) {
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| term.starts_with(kind.prefix()));
        let Some(kind) = kind else {
            return;
        };
        let nodes = term[kind.prefix().len()..].split(' ');
        let nodes: Vec<Node> = nodes.map(|word| self.add_word(word)).collect();
        match (kind, &nodes[..]) {
            (_, &[node]) => self.words[node as usize].terms[kind as usize] = id,
            (Kind::Near | Kind::Who, &[first, ref middle @ .., last]) => {
                let parent = middle.iter().fold(parent(kind, first), |parent, &word| {
                    LONGER | self.add_ngram(parent, word)
                });
                let ngram = self.add_ngram(parent, last);
                self.ngrams[ngram as usize].term = id;
            }
            // No text has such a term.
            _ => {}
        }
    }

    fn add_word(&mut self, word: &str) -> Node {
        let known = self.word(word);
        if known != NONE {
            return known;
        }
        let node = number(self.words.len());
        if let Some(key) = WordKey::of(word) {
            self.slots.insert(key.hash(), self.keys.len());
            self.keys.push((key, node));
        } else {
            self.long.insert(word.into(), node);
        }
        self.words.push(WordTerms {
            terms: [NONE; Kind::ALL.len()],
            tone: 0,
        });
        node
    }

    fn add_ngram(&mut self, parent: u32, word: Node) -> u32 {
        if let Some(known) = self.ngram(parent, word) {
            return known;
        }
        let at = self.ngrams.len();
        self.ngram_slots.insert(pair_hash(parent, word), at);
        self.ngrams.push(Ngram {
            parent,
            word,
            term: NONE,
        });
        number(at)
    }

    fn word(&self, word: &str) -> Node {
        let Some(key) = WordKey::of(word) else {
            return self.long.get(word).copied().unwrap_or(NONE);
        };
        let is_it = |at: u32| self.keys[at as usize].0 == key;
        let found = self.slots.find(self.slots.probe(key.hash()), is_it);
        found.map_or(NONE, |at| self.keys[at as usize].1)
    }

    fn ngram(&self, parent: u32, word: Node) -> Option<u32> {
        let is_it = |at: u32| {
            let ngram = &self.ngrams[at as usize];
            (ngram.parent, ngram.word) == (parent, word)
        };
        let probe = self.ngram_slots.probe(pair_hash(parent, word));
        self.ngram_slots.find(probe, is_it)
    }

    /// Looks the words of a text up. `None` where one of them is several words: a term of several
    /// parts may then be a single one.
    #[must_use]
    pub fn look_up(&self, words: &[Word]) -> Option<Vec<Known>> {
        let known = |word: &Word| Known {
            node: self.word(&word.term),
            stem: stem(&word.term).map_or(NONE, |stem| self.word(stem)),
        };
        let single = words.iter().all(|word| !word.term.contains(' '));
        single.then(|| words.iter().map(known).collect())
    }

    /// Valence in tenths.
    #[must_use]
    pub fn tone(&self, node: Node) -> i8 {
        self.words.get(node as usize).map_or(0, |word| word.tone)
    }

    /// The term of this kind and these parts.
    #[inline]
    #[must_use]
    pub fn term(&self, kind: Kind, parts: &[Part], known: &[Known]) -> Option<TermId> {
        let node = |part: Part| match part {
            Part::Word(at) => known[at].node,
            Part::Stem(at) => known[at].stem,
            Part::Target => self.target,
            Part::Fixed(text) => self.word(text),
        };
        let term = match *parts {
            [part] => self.words.get(node(part) as usize)?.terms[kind as usize],
            [first, ref middle @ .., last] => {
                let (first, last) = (node(first), node(last));
                if first == NONE || last == NONE {
                    return None;
                }
                let mut parent = parent(kind, first);
                for &part in middle {
                    parent = LONGER | self.ngram(parent, node(part))?;
                }
                self.ngrams[self.ngram(parent, last)? as usize].term
            }
            [] => NONE,
        };
        (term != NONE).then_some(term)
    }
}

/// The start of an n-gram; there are two kinds of them.
fn parent(kind: Kind, first: Node) -> u32 {
    if kind == Kind::Who {
        WHO | first
    } else {
        first
    }
}

/// A vocabulary has at most 4,000,000 terms of 96 bytes, so the upper bits stay free.
fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(NONE)
}
