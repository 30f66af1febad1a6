//! Finds the terms around a target by the words that they are made of, without writing them out.
//!
//! A term of one part is found in a table of words by kinds; one of two or three parts as an
//! n-gram, as in [`super::index`].

use std::{collections::HashMap, hash::BuildHasherDefault};

use compact_str::CompactString;
use rustc_hash::FxHasher;

use super::{
    Lexicon, TermId,
    kind::{Kind, Sign, TARGET},
    links::Links,
    slots::{Probe, Slots},
    target_vocabulary::TargetVocabulary,
    tones::tone,
    words::Words,
};
use crate::text::WordKey;

/// A word that is part of a term, or has a tone.
pub type Node = u32;

/// No node, or no term.
pub const NONE: u32 = u32::MAX;

/// Bit of a parent that is an n-gram itself.
const LONGER: u32 = 1 << 31;

/// The parts of the terms of a vocabulary.
#[derive(Debug, Clone)]
pub struct TargetIndex {
    slots: Slots,
    nodes: Vec<Entry>,
    /// Nodes of words without a key.
    long: HashMap<Box<str>, Node, BuildHasherDefault<FxHasher>>,
    /// The terms of one part, those of a node side by side.
    terms: Vec<TermId>,
    /// The sign of a mention of the target.
    target: Known,
    /// Every other sign.
    signs: [Known; Sign::ALL.len()],
    links: Links,
}

/// A word of the index with all that is known of it, in one place of memory.
#[derive(Debug, Clone)]
struct Entry {
    /// That of no word, where it has none.
    key: WordKey,
    known: Known,
}

impl Entry {
    fn has_key(&self) -> bool {
        self.key != WordKey::default()
    }
}

/// The terms of one part that a word makes.
#[derive(Debug, Clone, Copy, Default)]
struct WordTerms {
    /// A bit a [`Kind`].
    kinds: u32,
    /// Where the first of them stands among all.
    first: u32,
}

/// A term of a text as the index knows it.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    node: Node,
    terms: WordTerms,
    tone: i8,
    /// Whether an n-gram starts with the word.
    starts: bool,
    /// Whether one ends with it.
    ends: bool,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            node: NONE,
            terms: WordTerms::default(),
            tone: 0,
            starts: false,
            ends: false,
        }
    }
}

impl Known {
    /// Valence in tenths.
    #[must_use]
    pub fn tone(&self) -> i8 {
        self.tone
    }
}

impl TargetIndex {
    /// Indexes terms around a target and the words of a lexicon.
    #[must_use]
    pub fn new(vocabulary: &TargetVocabulary, lexicon: &Lexicon) -> Self {
        let parts = vocabulary
            .iter()
            .map(|(_, _, parts)| parts.split(' ').count());
        let capacity = parts.sum::<usize>() + lexicon.words().count();
        let mut index = Self {
            slots: Slots::new(capacity),
            nodes: Vec::new(),
            long: HashMap::default(),
            terms: Vec::new(),
            target: Known::default(),
            signs: [Known::default(); Sign::ALL.len()],
            links: Links::new(capacity),
        };
        for word in lexicon.words() {
            let node = index.add_word(word);
            index.nodes[node as usize].known.tone = tone(lexicon, word);
        }
        let mut single = Vec::new();
        for (id, kind, parts) in vocabulary.iter() {
            single.extend(index.insert(id, kind, parts));
        }
        index.put(single);
        index.fit();
        let known = |sign| index.known(index.word(sign));
        (index.target, index.signs) = (known(TARGET), Sign::ALL.map(known));
        index
    }

    /// Puts the terms of one part side by side.
    fn put(&mut self, mut terms: Vec<(Node, Kind, TermId)>) {
        terms.sort_unstable_by_key(|&(node, kind, _)| (node, kind as usize));
        for (at, &(node, kind, _)) in (0..).zip(&terms) {
            let of_node = &mut self.nodes[node as usize].known.terms;
            if of_node.kinds == 0 {
                of_node.first = at;
            }
            of_node.kinds |= 1 << kind as usize;
        }
        self.terms = terms.into_iter().map(|(_, _, id)| id).collect();
    }

    /// Gives the tables the size that they turned out to need.
    fn fit(&mut self) {
        self.slots = Slots::new(self.nodes.len());
        for (at, entry) in self.nodes.iter().enumerate() {
            if entry.has_key() {
                self.slots.insert(entry.key.hash(), at);
            }
        }
        self.nodes.shrink_to_fit();
        self.links.fit();
    }

    /// Inserts a term; gives it back if it has one part.
    fn insert(&mut self, id: TermId, kind: Kind, parts: &str) -> Option<(Node, Kind, TermId)> {
        let nodes = parts.split(' ');
        let nodes: Vec<Node> = nodes.map(|word| self.add_word(word)).collect();
        match (kind, &nodes[..]) {
            (_, &[node]) => return Some((node, kind, id)),
            (Kind::Who, &[first, ref middle @ .., last]) => {
                let middle = middle.iter();
                let parent =
                    middle.fold(first, |parent, &word| LONGER | self.links.add(parent, word));
                self.nodes[first as usize].known.starts = true;
                self.nodes[last as usize].known.ends = true;
                let link = self.links.add(parent, last);
                self.links.end(link, id);
            }
            // No text has such a term.
            _ => {}
        }
        None
    }

    fn add_word(&mut self, word: &str) -> Node {
        let known = self.word(word);
        if known != NONE {
            return known;
        }
        let node = number(self.nodes.len());
        let key = WordKey::of(word);
        match key {
            Some(key) => self.slots.insert(key.hash(), self.nodes.len()),
            None => _ = self.long.insert(word.into(), node),
        }
        self.nodes.push(Entry {
            key: key.unwrap_or_default(),
            known: Known {
                node,
                ..Known::default()
            },
        });
        node
    }

    fn word(&self, word: &str) -> Node {
        match WordKey::of(word) {
            Some(key) => self.word_at(key, self.slots.probe(key.hash())),
            None => self.long.get(word).copied().unwrap_or(NONE),
        }
    }

    fn word_at(&self, key: WordKey, probe: Probe) -> Node {
        let is_it = |at: u32| self.nodes[at as usize].key == key;
        self.slots.find(probe, is_it).unwrap_or(NONE)
    }

    /// Looks the terms of a text up. `None` where one of them is several words: a term of several
    /// parts may then be a single one.
    #[must_use]
    pub fn look_up(&self, words: &Words) -> Option<Vec<Known>> {
        let (terms, keys) = (words.terms(), words.keys());
        let long = keys.iter().zip(terms).filter(|(key, _)| key.is_none());
        if long.clone().any(|(_, term)| term.contains(' ')) {
            return None;
        }
        // All first looks come before the second ones, so that memory is waited for only once.
        let probe = |key: &Option<WordKey>| self.slots.probe(key.unwrap_or_default().hash());
        let probes: Vec<Probe> = keys.iter().map(probe).collect();
        let node = |(key, term, probe): (&Option<WordKey>, &CompactString, Probe)| match *key {
            Some(key) => self.known(self.word_at(key, probe)),
            None => self.known(self.word(term)),
        };
        let terms = keys.iter().zip(terms).zip(probes);
        let terms = terms.map(|((key, term), probe)| (key, term, probe));
        Some(terms.map(node).collect())
    }

    fn known(&self, node: Node) -> Known {
        let entry = self.nodes.get(node as usize);
        entry.map_or_else(Known::default, |entry| entry.known)
    }

    /// The sign of a mention of the target.
    #[must_use]
    pub fn target(&self) -> &Known {
        &self.target
    }

    /// Any other sign.
    #[must_use]
    pub fn sign(&self, sign: Sign) -> &Known {
        &self.signs[sign.number()]
    }

    /// The term of this kind and this word alone.
    #[inline]
    #[must_use]
    pub fn word_term(&self, kind: Kind, word: &Known) -> Option<TermId> {
        let (terms, bit) = (word.terms, 1 << kind as usize);
        (terms.kinds & bit != 0).then(|| {
            let before = (terms.kinds & (bit - 1)).count_ones();
            self.terms[(terms.first + before) as usize]
        })
    }

    /// The term `who:` of these words, which are at least two.
    pub fn who_term<'k>(
        &self,
        mut words: impl DoubleEndedIterator<Item = &'k Known>,
    ) -> Option<TermId> {
        let (first, last) = (words.next()?, words.next_back()?);
        if !first.starts || !last.ends {
            return None;
        }
        let mut parent = first.node;
        for word in words {
            parent = LONGER | self.links.find(parent, word.node)?;
        }
        self.links.term(parent, last.node)
    }
}

/// A vocabulary has at most 4,000,000 terms of 96 bytes, so the upper bits stay free.
fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(NONE)
}
