//! The terms that a text has around the mentions of one target; [`super::target`] lists them.

use std::{collections::HashSet, fmt::Write as _};

use super::{
    Lexicon, Vocabulary,
    words::{Mention, Word},
};

/// Words of the sentence that are read on each side of a mention.
const WINDOW: usize = 25;
const SIDE: usize = 12;
const JUST: usize = 4;
const TONE_JUST: usize = 5;
/// Words that a negation reaches.
const NEGATION_REACH: usize = 4;
/// Texts of more words tell something as a whole.
const WHOLE_TEXT_WORDS: usize = 60;
/// Words of a text that tell something as a whole.
const READ_WORDS: usize = 2000;
const STEM_LETTERS: usize = 5;
/// Tone is summed in steps of this many tenths, up to so many steps.
const TONE_STEP: f64 = 15.0;
const MOST_TONE: f64 = 4.0;

/// Prefixes of the terms on one side of a mention.
struct Side {
    word: &'static str,
    just: &'static str,
    stem: &'static str,
    tone: &'static str,
    tone_just: &'static str,
}

const BEFORE: Side = Side {
    word: "before:",
    just: "just-before:",
    stem: "stem-before:",
    tone: "tone-before:",
    tone_just: "tone-just-before:",
};

const AFTER: Side = Side {
    word: "after:",
    just: "just-after:",
    stem: "stem-after:",
    tone: "tone-after:",
    tone_just: "tone-just-after:",
};

/// A text around the mentions of one target.
pub struct Surroundings<'a, V> {
    lexicon: &'a Lexicon,
    words: &'a [Word],
    masked: Vec<bool>,
    /// Whether a negation reaches the word.
    negated: Vec<bool>,
    visit: V,
    term: String,
}

impl<'a, V: FnMut(&str, Option<Mention>)> Surroundings<'a, V> {
    pub fn new(lexicon: &'a Lexicon, words: &'a [Word], mentions: &[Mention], visit: V) -> Self {
        let mut masked = vec![false; words.len()];
        for mention in mentions {
            masked[mention.clone()].fill(true);
        }
        Self {
            lexicon,
            words,
            masked,
            negated: negated(words),
            visit,
            term: String::new(),
        }
    }

    pub fn emit(&mut self, prefix: &str, parts: &[&str], at: Option<Mention>) {
        let length: usize = parts.iter().map(|part| part.len() + 1).sum();
        if prefix.len() + length > Vocabulary::MAX_TERM_BYTES + 1 {
            return;
        }
        self.term.clear();
        self.term.push_str(prefix);
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.term.push(' ');
            }
            self.term.push_str(part);
        }
        (self.visit)(&self.term, at);
    }

    /// The words around a mention that share its sentence.
    pub fn window(&self, mention: &Mention) -> Mention {
        let sentence = self.words[mention.start].sentence;
        let same = |word: &&Word| word.sentence == sentence;
        let before = self.words[..mention.start].iter().rev();
        let after = self.words[mention.end..].iter();
        let before = before.take(WINDOW).take_while(same).count();
        let after = after.take(WINDOW).take_while(same).count();
        mention.start - before..mention.end + after
    }

    fn name(&self, at: usize) -> &'a str {
        if self.masked[at] {
            "@"
        } else {
            &self.words[at].term
        }
    }

    /// Valence in tenths, turned around after a negation.
    fn tone(&self, at: usize) -> i8 {
        let name = self.name(at);
        if name.len() > Vocabulary::MAX_TERM_BYTES {
            return 0;
        }
        let tenths = self.lexicon.tenths(name);
        if self.negated[at] {
            tenths.saturating_neg()
        } else {
            tenths
        }
    }

    pub fn sentence(&mut self, window: &Mention) {
        for at in window.clone() {
            let place = Some(at..at + 1);
            if !self.masked[at] {
                self.emit("near:", &[self.name(at)], place.clone());
                if self.negated[at] {
                    self.emit("not:", &[self.name(at)], place.clone());
                }
                self.emit_stem("stem:", at);
                self.emit_tone("tone:", at, true);
            }
            if at > window.start {
                let pair = [self.name(at - 1), self.name(at)];
                self.emit("near:", &pair, Some(at - 1..at + 1));
            }
        }
        let tone: i32 = window.clone().map(|at| i32::from(self.tone(at))).sum();
        let steps = (f64::from(tone) / TONE_STEP)
            .round()
            .clamp(-MOST_TONE, MOST_TONE);
        self.emit("tone-sum:", &[&format!("{steps:+}")], None);
    }

    /// Words by side and distance.
    pub fn sides(&mut self, window: &Mention, mention: &Mention) {
        for at in window.clone().filter(|at| !mention.contains(at)) {
            let (side, distance) = if at < mention.start {
                (&BEFORE, mention.start - at)
            } else {
                (&AFTER, at + 1 - mention.end)
            };
            let place = Some(at..at + 1);
            if distance <= SIDE {
                self.emit(side.word, &[self.name(at)], place.clone());
            }
            if distance <= JUST {
                self.emit(side.just, &[self.name(at)], place);
            }
            self.emit_stem(side.stem, at);
            let just = distance <= TONE_JUST;
            let tone = if just { side.tone_just } else { side.tone };
            self.emit_tone(tone, at, false);
        }
    }

    fn emit_tone(&mut self, prefix: &str, at: usize, with_valence: bool) {
        let tone = self.tone(at);
        if tone == 0 {
            return;
        }
        let place = Some(at..at + 1);
        self.emit(prefix, &[if tone > 0 { "+" } else { "-" }], place.clone());
        if with_valence {
            let mut valence = String::new();
            // Writing to a string cannot fail.
            let _ = write!(valence, "{:+}", (f64::from(tone) / 10.0).round() + 0.0);
            self.emit(prefix, &[&valence], place);
        }
    }

    pub fn neighbours(&mut self, window: &Mention, mention: &Mention) {
        let before = |steps: usize| {
            let at = mention.start.checked_sub(steps)?;
            (at >= window.start).then(|| self.name(at))
        };
        let after = |steps: usize| {
            let at = mention.end + steps - 1;
            (at < window.end).then(|| self.name(at))
        };
        let (v, w) = (before(2).unwrap_or("^"), before(1).unwrap_or("^"));
        let (x, y) = (after(1).unwrap_or("$"), after(2).unwrap_or("$"));
        let at = |start: usize, end: usize| Some(start.max(window.start)..end.min(window.end));
        let (start, end) = (mention.start, mention.end);
        self.emit("who:", &[w, "@"], at(start.saturating_sub(1), end));
        self.emit("who:", &[v, w, "@"], at(start.saturating_sub(2), end));
        self.emit("who:", &["@", x], at(start, end + 1));
        self.emit("who:", &["@", x, y], at(start, end + 2));
    }

    /// How the target is called, and whether by the text itself.
    pub fn mention(&mut self, mention: &Mention) {
        const PRONOUNS: [&str; 12] = [
            "he", "she", "his", "her", "him", "himself", "herself", "i", "you", "they", "we", "me",
        ];
        let first = &self.words[mention.start];
        let called = PRONOUNS.iter().find(|pronoun| **pronoun == first.term);
        let quoted = if first.quoted { "yes" } else { "no" };
        let place = Some(mention.clone());
        self.emit("as:", &[called.unwrap_or(&"name")], place.clone());
        self.emit("quoted:", &[quoted], place);
    }

    fn emit_stem(&mut self, prefix: &str, at: usize) {
        let stem = self.name(at).char_indices().nth(STEM_LETTERS);
        if let Some((end, _)) = stem {
            self.emit(prefix, &[&self.name(at)[..end]], Some(at..at + 1));
        }
    }

    pub fn whole_text(&mut self) {
        if self.words.len() <= WHOLE_TEXT_WORDS {
            return;
        }
        let mut seen = HashSet::new();
        for at in 0..self.words.len().min(READ_WORDS) {
            let word = self.name(at);
            if !self.masked[at] && seen.insert(word) {
                self.emit("text:", &[word], Some(at..at + 1));
            }
        }
        self.emit("text:", &["*"], None);
    }
}

/// Which words stand at most [`NEGATION_REACH`] words after a negation in their sentence.
fn negated(words: &[Word]) -> Vec<bool> {
    let mut reach = 0;
    let mut sentence = 0;
    let reached = words.iter().map(|word| {
        if word.sentence != sentence {
            (sentence, reach) = (word.sentence, 0);
        }
        if is_negation(&word.term) {
            reach = NEGATION_REACH;
            return false;
        }
        let negated = reach > 0;
        reach = reach.saturating_sub(1);
        negated
    });
    reached.collect()
}

fn is_negation(term: &str) -> bool {
    const WORDS: [&str; 9] = [
        "not", "no", "never", "without", "neither", "nor", "cannot", "hardly", "barely",
    ];
    term.ends_with("n't") || WORDS.contains(&term)
}
