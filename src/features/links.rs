//! The terms of several words, as links from a parent, a word or a link itself, by a further word.

use super::{
    TermId,
    slots::{Slots, pair_hash},
};

/// All links.
#[derive(Debug, Clone)]
pub struct Links {
    slots: Slots,
    all: Vec<Link>,
}

#[derive(Debug, Clone)]
struct Link {
    parent: u32,
    word: u32,
    term: Option<TermId>,
}

impl Links {
    /// None, with room for `capacity`.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            slots: Slots::new(capacity),
            all: Vec::new(),
        }
    }

    /// Gives the table the size that it turned out to need.
    pub fn fit(&mut self) {
        let hash = |at: usize| pair_hash(self.all[at].parent, self.all[at].word);
        self.slots = Slots::filled(self.all.len(), hash);
        self.all.shrink_to_fit();
    }

    /// The number of a link, which may be new.
    pub fn add(&mut self, parent: u32, word: u32) -> u32 {
        if let Some(known) = self.find(parent, word) {
            return known;
        }
        let at = self.all.len();
        self.slots.insert(pair_hash(parent, word), at);
        self.all.push(Link {
            parent,
            word,
            term: None,
        });
        // A vocabulary has at most 4,000,000 terms of 96 bytes.
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// Makes a link the end of a term.
    pub fn end(&mut self, link: u32, term: TermId) {
        self.all[link as usize].term = Some(term);
    }

    /// The number of a link.
    #[must_use]
    pub fn find(&self, parent: u32, word: u32) -> Option<u32> {
        let probe = self.slots.probe(pair_hash(parent, word));
        let is_it = |at: u32| {
            let link = &self.all[at as usize];
            (link.parent, link.word) == (parent, word)
        };
        self.slots.find(probe, is_it)
    }

    /// The term that ends with a link.
    #[must_use]
    pub fn term(&self, parent: u32, word: u32) -> Option<TermId> {
        self.all[self.find(parent, word)? as usize].term
    }
}
