//! The two ways from the parts of a term around a target to the term: it is looked up by its parts,
//! or written out, which is what defines it.

use super::{
    TermId, Vocabulary,
    kind::{Kind, Part, TARGET, stem},
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
    /// By position: the term `near:` of a word and the one before it.
    pub pairs: &'a [Option<TermId>],
    pub visit: V,
}

impl<V> Indexed<'_, V> {
    #[inline]
    fn known(&self, at: usize) -> &Known {
        &self.known[self.words[at].number as usize]
    }

    #[inline]
    fn part(&self, part: Part) -> &Known {
        match part {
            Part::Word(at) | Part::Stem(at) => self.known(at),
            Part::Target => self.index.target(),
            Part::Sign(sign) => self.index.sign(sign),
        }
    }
}

impl<V: FnMut(TermId, Option<Mention>)> Visitor for Indexed<'_, V> {
    #[inline]
    fn one(&mut self, kind: Kind, part: Part, at: Option<Mention>) {
        let term = match part {
            Part::Stem(at) => self.index.stem_term(kind, self.known(at)),
            _ => self.index.word_term(kind, self.part(part)),
        };
        if let Some(term) = term {
            (self.visit)(term, at);
        }
    }

    fn several(&mut self, kind: Kind, parts: &[Part], at: Option<Mention>) {
        let term = if let (Kind::Near, &[Part::Word(_), Part::Word(last)]) = (kind, parts) {
            self.pairs[last]
        } else {
            let parts = parts.iter().map(|&part| self.part(part));
            self.index.ngram_term(kind, parts)
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

    fn push(&mut self, part: Part) {
        self.term.push_str(match part {
            Part::Word(at) => self.words.term(at),
            Part::Stem(at) => stem(self.words.term(at)).unwrap_or_default(),
            Part::Target => TARGET,
            Part::Sign(sign) => sign.text(),
        });
    }
}

impl<V: FnMut(&str, Option<Mention>)> Visitor for Written<'_, V> {
    fn one(&mut self, kind: Kind, part: Part, at: Option<Mention>) {
        self.several(kind, &[part], at);
    }

    fn several(&mut self, kind: Kind, parts: &[Part], at: Option<Mention>) {
        self.term.clear();
        self.term.push_str(kind.prefix());
        for (index, &part) in parts.iter().enumerate() {
            if index > 0 {
                self.term.push(' ');
            }
            self.push(part);
        }
        if self.term.len() <= Vocabulary::MAX_TERM_BYTES {
            (self.visit)(&self.term, at);
        }
    }
}
