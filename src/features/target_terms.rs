//! The two ways from the parts of a term around a target to the term: it is looked up by its parts,
//! or written out, which is what defines it.

use std::ops::Range;

use super::{
    TermId, Vocabulary,
    kind::{Kind, Part, TARGET},
    surroundings::Visitor,
    target_index::{Known, TargetIndex},
    words::{Mention, Word, Words},
};

/// Finds terms by their parts.
pub struct Indexed<'a, V> {
    pub index: &'a TargetIndex,
    pub words: &'a [Word],
    /// By number.
    pub known: &'a [Known],
    pub visit: V,
}

impl<V: FnMut(TermId, Option<Mention>)> Indexed<'_, V> {
    #[inline]
    fn known(&self, at: usize) -> &Known {
        &self.known[self.words[at].number as usize]
    }

    fn part(&self, part: Part) -> &Known {
        match part {
            Part::Word(at) => self.known(at),
            Part::Target => self.index.target(),
            Part::Sign(sign) => self.index.sign(sign),
        }
    }
}

impl<V: FnMut(TermId, Option<Mention>)> Visitor for Indexed<'_, V> {
    fn words(&mut self, kind: Kind, run: Range<usize>) {
        for at in run {
            if let Some(term) = self.index.word_term(kind, self.known(at)) {
                (self.visit)(term, Some(at..at + 1));
            }
        }
    }

    fn parts(&mut self, kind: Kind, parts: &[Part], at: Option<Mention>) {
        let term = if let [part] = *parts {
            self.index.word_term(kind, self.part(part))
        } else {
            let parts = parts.iter().map(|&part| self.part(part));
            self.index.who_term(parts)
        };
        if let Some(term) = term {
            (self.visit)(term, at);
        }
    }
}

/// Writes terms out, as they are defined.
pub struct Written<'a, V> {
    words: &'a Words,
    term: String,
    visit: V,
}

impl<'a, V: FnMut(&str, Option<Mention>)> Written<'a, V> {
    pub fn new(words: &'a Words, visit: V) -> Self {
        Self {
            words,
            term: String::new(),
            visit,
        }
    }

    fn write(&mut self, kind: Kind, parts: &[&str], at: Option<Mention>) {
        self.term.clear();
        self.term.push_str(kind.prefix());
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.term.push(' ');
            }
            self.term.push_str(part);
        }
        if self.term.len() <= Vocabulary::MAX_TERM_BYTES {
            (self.visit)(&self.term, at);
        }
    }
}

impl<V: FnMut(&str, Option<Mention>)> Visitor for Written<'_, V> {
    fn words(&mut self, kind: Kind, run: Range<usize>) {
        for at in run {
            self.write(kind, &[self.words.term(at)], Some(at..at + 1));
        }
    }

    fn parts(&mut self, kind: Kind, parts: &[Part], at: Option<Mention>) {
        let words = self.words;
        let text = |part: &Part| match *part {
            Part::Word(at) => words.term(at),
            Part::Target => TARGET,
            Part::Sign(sign) => sign.text(),
        };
        self.write(kind, &parts.iter().map(text).collect::<Vec<_>>(), at);
    }
}
