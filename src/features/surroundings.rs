//! The terms that a text has around the mentions of one target; [`super::target`] lists them.

use super::{
    kind::{Kind, Part, Sign},
    marks::Marks,
    vicinity::Region,
    words::{Mention, Word, Words},
};

/// Words of the sentence that are read on each side of a mention.
const WINDOW: usize = 25;
/// Words on each side of a mention that are told by their side.
const SIDE: usize = 12;
/// Those that are right beside it.
const JUST: usize = 4;
const TONE_JUST: usize = 5;
/// Texts of more words tell something as a whole.
pub const WHOLE_TEXT_WORDS: usize = 60;
/// Words of a text that tell something as a whole.
pub const READ_WORDS: usize = 2000;
/// Mentions past this one are listed but not read, so that the work is linear in the text.
pub const READ_MENTIONS: usize = 100;
/// Tone is summed in steps of this many tenths, up to so many steps.
const TONE_STEP: f64 = 15.0;
const MOST_TONE: f64 = 4.0;

/// Kinds of the terms on one side of a mention.
struct Side {
    region: Region,
    just_region: Region,
    word: Kind,
    just: Kind,
    stem: Kind,
    tone: Kind,
    tone_just: Kind,
}

const BEFORE: Side = Side {
    region: Region::Before,
    just_region: Region::JustBefore,
    word: Kind::Before,
    just: Kind::JustBefore,
    stem: Kind::StemBefore,
    tone: Kind::ToneBefore,
    tone_just: Kind::ToneJustBefore,
};

const AFTER: Side = Side {
    region: Region::After,
    just_region: Region::JustAfter,
    word: Kind::After,
    just: Kind::JustAfter,
    stem: Kind::StemAfter,
    tone: Kind::ToneAfter,
    tone_just: Kind::ToneJustAfter,
};

/// What is done with each term: its kind and parts, with the words that it stands for, if any.
/// Terms of one part are most, and most of them are not known, so they have a road of their own.
pub trait Visitor {
    /// A term of one part.
    fn one(&mut self, kind: Kind, part: Part, at: Option<Mention>);
    /// A term of several parts.
    fn several(&mut self, kind: Kind, parts: &[Part], at: Option<Mention>);
}

/// A text around the mentions of one target.
pub struct Surroundings<'a, V, W> {
    text: &'a Words,
    words: &'a [Word],
    marks: &'a Marks,
    masked: Vec<bool>,
    visitor: V,
    /// What is done with each word of a region.
    on_word: W,
}

/// Which terms of a target are visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Those around its mentions.
    Around,
    /// Those of the whole text as well.
    All,
}

impl<'a, V: Visitor, W: FnMut(Region, usize)> Surroundings<'a, V, W> {
    /// Visits the terms of a target, and the words of its regions by their positions.
    pub fn visit(
        text: &'a Words,
        marks: &'a Marks,
        mentions: &[Mention],
        extent: Extent,
        visitor: V,
        on_word: W,
    ) {
        if mentions.is_empty() {
            return;
        }
        let words = text.all();
        let mut masked = vec![false; words.len()];
        for mention in mentions {
            masked[mention.clone()].fill(true);
        }
        let mut surroundings = Self {
            text,
            words,
            marks,
            masked,
            visitor,
            on_word,
        };
        surroundings.around(mentions);
        if extent == Extent::All {
            surroundings.whole_text();
        }
    }

    fn around(&mut self, mentions: &[Mention]) {
        // Windows rise with their mentions, so that equal ones follow each other.
        let mut read = 0..0;
        for mention in mentions.iter().take(READ_MENTIONS) {
            let window = self.window(mention);
            if read != window {
                self.sentence(&window);
                read = window.clone();
            }
            self.sides(&window, mention);
            self.clause(&window, mention);
            self.neighbours(&window, mention);
            self.mention(mention);
        }
        let many = Sign::count(mentions.len());
        self.visitor.one(Kind::Mentions, Part::Sign(many), None);
    }

    /// The words around a mention that share its sentence.
    fn window(&self, mention: &Mention) -> Mention {
        let sentence = self.words[mention.start].sentence;
        let same = |word: &&Word| word.sentence == sentence;
        let before = self.words[..mention.start].iter().rev();
        let after = self.words[mention.end..].iter();
        let before = before.take(WINDOW).take_while(same).count();
        let after = after.take(WINDOW).take_while(same).count();
        mention.start - before..mention.end + after
    }

    fn number(&self, at: usize) -> usize {
        self.words[at].number as usize
    }

    fn name(&self, at: usize) -> Part {
        if self.masked[at] {
            Part::Target
        } else {
            Part::Word(at)
        }
    }

    /// Valence in tenths, turned around after a negation.
    fn tone(&self, at: usize) -> i8 {
        let tenths = if self.masked[at] {
            self.marks.target_tone
        } else {
            self.marks.tones[self.number(at)]
        };
        if self.marks.negated[at] {
            tenths.saturating_neg()
        } else {
            tenths
        }
    }

    fn sentence(&mut self, window: &Mention) {
        for at in window.clone() {
            let place = Some(at..at + 1);
            if !self.masked[at] {
                self.visitor.one(Kind::Near, Part::Word(at), place.clone());
                (self.on_word)(Region::Near, at);
                if self.marks.negated[at] {
                    self.visitor.one(Kind::Not, Part::Word(at), place.clone());
                }
                self.emit_stem(Kind::Stem, at);
                self.emit_tone(Kind::Tone, at, true);
            }
            if at > window.start {
                let pair = [self.name(at - 1), self.name(at)];
                self.visitor
                    .several(Kind::Near, &pair, Some(at - 1..at + 1));
            }
        }
        let tone: i32 = window.clone().map(|at| i32::from(self.tone(at))).sum();
        let steps = (f64::from(tone) / TONE_STEP)
            .round()
            .clamp(-MOST_TONE, MOST_TONE);
        self.visitor
            .one(Kind::ToneSum, Part::Sign(Sign::signed(steps)), None);
    }

    /// Words by side and distance.
    fn sides(&mut self, window: &Mention, mention: &Mention) {
        for at in window.start..mention.start {
            self.beside(&BEFORE, at, mention.start - at);
        }
        for at in mention.end..window.end {
            self.beside(&AFTER, at, at + 1 - mention.end);
        }
    }

    #[inline]
    fn beside(&mut self, side: &Side, at: usize, distance: usize) {
        let place = Some(at..at + 1);
        if distance <= SIDE {
            self.visitor.one(side.word, self.name(at), place.clone());
            self.word(side.region, at);
        }
        if distance <= JUST {
            self.visitor.one(side.just, self.name(at), place);
            self.word(side.just_region, at);
        }
        self.emit_stem(side.stem, at);
        let just = distance <= TONE_JUST;
        let tone = if just { side.tone_just } else { side.tone };
        self.emit_tone(tone, at, false);
    }

    /// The words that nothing but spaces parts from a mention.
    fn clause(&mut self, window: &Mention, mention: &Mention) {
        let before = (window.start..mention.start).rev();
        let before = before.take_while(|at| self.words[at + 1].follows).count();
        let after = mention.end..window.end;
        let after = after.take_while(|&at| self.words[at].follows).count();
        for at in mention.start - before..mention.end + after {
            self.word(Region::Clause, at);
        }
    }

    fn word(&mut self, region: Region, at: usize) {
        if !self.masked[at] {
            (self.on_word)(region, at);
        }
    }

    fn emit_tone(&mut self, kind: Kind, at: usize, with_valence: bool) {
        let tone = self.tone(at);
        if tone == 0 {
            return;
        }
        let place = Some(at..at + 1);
        let sign = if tone > 0 { Sign::PLUS } else { Sign::MINUS };
        self.visitor.one(kind, Part::Sign(sign), place.clone());
        if with_valence {
            let valence = Sign::signed((f64::from(tone) / 10.0).round() + 0.0);
            self.visitor.one(kind, Part::Sign(valence), place);
        }
    }

    fn neighbours(&mut self, window: &Mention, mention: &Mention) {
        let before = |steps: usize| {
            let at = mention.start.checked_sub(steps)?;
            (at >= window.start).then(|| self.name(at))
        };
        let after = |steps: usize| {
            let at = mention.end + steps - 1;
            (at < window.end).then(|| self.name(at))
        };
        let (first, last) = (Part::Sign(Sign::START), Part::Sign(Sign::END));
        let (v, w) = (before(2).unwrap_or(first), before(1).unwrap_or(first));
        let (x, y) = (after(1).unwrap_or(last), after(2).unwrap_or(last));
        let at = |start: usize, end: usize| Some(start.max(window.start)..end.min(window.end));
        let (start, end) = (mention.start, mention.end);
        self.visitor.several(
            Kind::Who,
            &[w, Part::Target],
            at(start.saturating_sub(1), end),
        );
        self.visitor.several(
            Kind::Who,
            &[v, w, Part::Target],
            at(start.saturating_sub(2), end),
        );
        self.visitor
            .several(Kind::Who, &[Part::Target, x], at(start, end + 1));
        self.visitor
            .several(Kind::Who, &[Part::Target, x, y], at(start, end + 2));
    }

    /// How the target is called, and whether by the text itself.
    fn mention(&mut self, mention: &Mention) {
        let first = &self.words[mention.start];
        let called = Sign::pronoun(self.text.term_of(first)).unwrap_or(Sign::NAME);
        let quoted = if first.quoted { Sign::YES } else { Sign::NO };
        let place = Some(mention.clone());
        self.visitor
            .one(Kind::As, Part::Sign(called), place.clone());
        self.visitor.one(Kind::Quoted, Part::Sign(quoted), place);
    }

    /// The stem of `@` is none.
    fn emit_stem(&mut self, kind: Kind, at: usize) {
        if !self.masked[at] && self.marks.stemmed[self.number(at)] {
            self.visitor.one(kind, Part::Stem(at), Some(at..at + 1));
        }
    }

    /// The terms of a long text, each at its first place outside of the mentions.
    fn whole_text(&mut self) {
        if !self.text.are_many() {
            return;
        }
        let mut seen = vec![false; self.text.terms().len()];
        for at in 0..self.words.len().min(READ_WORDS) {
            let number = self.number(at);
            if !self.masked[at] && !seen[number] {
                seen[number] = true;
                self.visitor
                    .one(Kind::Text, Part::Word(at), Some(at..at + 1));
                (self.on_word)(Region::Text, at);
            }
        }
        self.visitor.one(Kind::Text, Part::Sign(Sign::ANY), None);
    }
}
