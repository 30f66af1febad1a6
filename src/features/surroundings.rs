//! The terms that a text has around the mentions of one target; [`super::target`] lists them.

use std::ops::Range;

use super::{
    kind::{Kind, Part, Sign},
    tones::Tones,
    vicinity::Region,
    words::{Mention, Word, Words},
};

/// Words of the sentence that are read on each side of a mention.
const WINDOW: usize = 25;
/// Words on each side of a mention that are told by their side.
const SIDE: usize = 12;
/// Those that are near it.
const JUST: usize = 4;
/// Words on each side whose tone is told by their side.
const TONE_SIDE: usize = 5;
/// Texts of more words tell something as a whole.
pub const WHOLE_TEXT_WORDS: usize = 60;
/// Words of a text that tell something as a whole.
pub const READ_WORDS: usize = 2000;
/// Mentions past this one are listed but not read, so that the work is linear in the text: hardly
/// a target that taught stance has more.
pub const READ_MENTIONS: usize = 8;

/// What one side of a mention has.
struct Side {
    word: Kind,
    /// The region of the same words.
    region: Region,
    tone: Kind,
    /// Regions nearer to the mention and how many words they have.
    nearer: [(Region, usize); 2],
}

const BEFORE: Side = Side {
    word: Kind::Before,
    region: Region::Before,
    tone: Kind::ToneBefore,
    nearer: [(Region::JustBefore, JUST), (Region::NextBefore, 1)],
};

const AFTER: Side = Side {
    word: Kind::After,
    region: Region::After,
    tone: Kind::ToneAfter,
    nearer: [(Region::JustAfter, JUST), (Region::NextAfter, 1)],
};

/// What is done with the terms of a kind. Most are of one word each, so words that stand side by
/// side come together.
pub trait Visitor {
    /// A term of each word.
    fn words(&mut self, kind: Kind, run: Range<usize>);
    /// A term of these parts, with the words that it stands for, if any.
    fn parts(&mut self, kind: Kind, parts: &[Part], at: Option<Mention>);
}

/// A text around the mentions of one target.
pub struct Surroundings<'a, V, W> {
    text: &'a Words,
    words: &'a [Word],
    tones: &'a Tones<'a>,
    /// Whether a word is part of a mention.
    masked: Vec<bool>,
    visitor: V,
    /// What is done with words of a region that stand side by side.
    on_words: W,
}

/// Which terms of a target are visited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Those around its mentions.
    Around,
    /// Those of the whole text as well.
    All,
}

impl<'a, V: Visitor, W: FnMut(Region, Range<usize>)> Surroundings<'a, V, W> {
    /// Visits the terms of a target, and the words of its regions by their positions. Those of a
    /// mention are in no region.
    pub fn visit(
        text: &'a Words,
        tones: &'a Tones<'a>,
        mentions: &[Mention],
        extent: Extent,
        visitor: V,
        on_words: W,
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
            tones,
            masked,
            visitor,
            on_words,
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
        self.sign(Kind::Mentions, many, None);
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

    fn name(&self, at: usize) -> Part {
        if self.masked[at] {
            Part::Target
        } else {
            Part::Word(at)
        }
    }

    fn sentence(&mut self, window: &Mention) {
        self.region(Region::Near, window);
        for at in window.clone() {
            if self.has_tone(at) {
                self.tone(Kind::Tone, at);
                let valence = (f64::from(self.tones.at(at)) / 10.0).round() + 0.0;
                self.sign(Kind::Tone, Sign::signed(valence), Some(at..at + 1));
            }
        }
    }

    /// Words by side and distance.
    fn sides(&mut self, window: &Mention, mention: &Mention) {
        let before = |most| mention.start.saturating_sub(most).max(window.start)..mention.start;
        self.side(&BEFORE, before);
        let after = |most: usize| mention.end..window.end.min(mention.end.saturating_add(most));
        self.side(&AFTER, after);
    }

    /// The words of one side; `nearest` gives so many of them that stand nearest.
    fn side(&mut self, side: &Side, nearest: impl Fn(usize) -> Range<usize>) {
        let words = nearest(SIDE);
        self.each_run(&words, |terms, on_words, run| {
            terms.words(side.word, run.clone());
            on_words(side.region, run);
        });
        for at in words.filter(|&at| self.masked[at]) {
            self.visitor
                .parts(side.word, &[Part::Target], Some(at..at + 1));
        }
        for (region, many) in side.nearer {
            self.region(region, &nearest(many));
        }
        for at in nearest(TONE_SIDE) {
            if self.has_tone(at) {
                self.tone(side.tone, at);
            }
        }
    }

    /// The words of a region that stand in a range.
    fn region(&mut self, region: Region, words: &Range<usize>) {
        self.each_run(words, |_, on_words, run| on_words(region, run));
    }

    /// The words of a range that are no mention, those side by side together.
    #[inline]
    fn each_run(
        &mut self,
        words: &Range<usize>,
        mut act: impl FnMut(&mut V, &mut W, Range<usize>),
    ) {
        let mut at = words.start;
        while at < words.end {
            let rest = &self.masked[at..words.end];
            let hidden = rest.iter().take_while(|&&masked| masked).count();
            // Most words are shown, and eight at a time are told to be.
            let shown = &rest[hidden..];
            let all = shown.chunks_exact(8).take_while(|some| some == &[false; 8]);
            let many = 8 * all.count();
            let more = shown[many..].iter().take_while(|&&masked| !masked);
            let run = at + hidden..at + hidden + many + more.count();
            at = run.end;
            if !run.is_empty() {
                act(&mut self.visitor, &mut self.on_words, run);
            }
        }
    }

    /// The words that nothing but spaces parts from a mention.
    fn clause(&mut self, window: &Mention, mention: &Mention) {
        let before = (window.start..mention.start).rev();
        let before = before.take_while(|at| self.words[at + 1].follows).count();
        let after = mention.end..window.end;
        let after = after.take_while(|&at| self.words[at].follows).count();
        let clause = mention.start - before..mention.end + after;
        self.region(Region::Clause, &clause);
    }

    fn has_tone(&self, at: usize) -> bool {
        !self.masked[at] && self.tones.at(at) != 0
    }

    /// Whether the tone of a word is good or bad.
    fn tone(&mut self, kind: Kind, at: usize) {
        let good = self.tones.at(at) > 0;
        let sign = if good { Sign::PLUS } else { Sign::MINUS };
        self.sign(kind, sign, Some(at..at + 1));
    }

    fn sign(&mut self, kind: Kind, sign: Sign, at: Option<Mention>) {
        self.visitor.parts(kind, &[Part::Sign(sign)], at);
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
        let mut who = |parts: &[Part], at| self.visitor.parts(Kind::Who, parts, at);
        who(&[w, Part::Target], at(start.saturating_sub(1), end));
        who(&[v, w, Part::Target], at(start.saturating_sub(2), end));
        who(&[Part::Target, x], at(start, end + 1));
        who(&[Part::Target, x, y], at(start, end + 2));
    }

    /// How the target is called, and whether by the text itself.
    fn mention(&mut self, mention: &Mention) {
        let first = &self.words[mention.start];
        let called = Sign::pronoun(self.text.term_of(first)).unwrap_or(Sign::NAME);
        let quoted = if first.quoted { Sign::YES } else { Sign::NO };
        self.sign(Kind::As, called, Some(mention.clone()));
        self.sign(Kind::Quoted, quoted, Some(mention.clone()));
    }

    /// The terms of a long text, each at its first place outside of the mentions.
    fn whole_text(&mut self) {
        if !self.text.are_many() {
            return;
        }
        let mut seen = vec![false; self.text.terms().len()];
        for at in 0..self.words.len().min(READ_WORDS) {
            let number = self.words[at].number as usize;
            if !self.masked[at] && !seen[number] {
                seen[number] = true;
                self.visitor.words(Kind::Text, at..at + 1);
                (self.on_words)(Region::Text, at..at + 1);
            }
        }
        self.sign(Kind::Text, Sign::ANY, None);
    }
}
