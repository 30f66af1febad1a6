//! What the capitals of a text tell of its words.

use super::{
    countries::leads,
    institutions::is_head,
    locations::dateline,
    uses::{Use, has_letters, is_compass, is_particle},
};
use crate::{
    features::{Mention, Word, Words, core_len, is_suffix},
    text::without_possessive,
};

/// The most letters of an abbreviation.
pub const MAX_LETTERS: usize = 6;

/// The most small words side by side within a name, as in `Anna van den Orlan`.
pub const MAX_PARTICLES: usize = 3;
/// What joins the names of partners.
pub const AND: &str = " & ";

/// A text by its capitals. What is asked of every word is answered once, by number of its term.
pub struct Capitals<'t> {
    words: &'t Words,
    zones: &'t [&'t str],
    /// How many of its words have a capital.
    counts: Vec<usize>,
    /// Whether the text writes it without one somewhere.
    small: Vec<bool>,
    /// Whether it writes it with one and without possessive `'s` somewhere.
    plain: Vec<bool>,
    /// What its capitals mean, where it has some.
    uses: Vec<Use>,
    /// Where and by whom it was written.
    dateline: Mention,
}

impl<'t> Capitals<'t> {
    /// Reads the words of the text in these zones.
    pub fn of(words: &'t Words, zones: &'t [&'t str]) -> Self {
        let terms = words.terms();
        let mut counts = vec![0; terms.len()];
        let mut small = vec![false; terms.len()];
        let mut plain = vec![false; terms.len()];
        for word in words.all() {
            let number = word.number as usize;
            counts[number] += usize::from(word.capital);
            small[number] |= !word.capital;
            plain[number] |= word.capital && !is_possessive(&zones[word.zone][word.span.clone()]);
        }
        let of_terms = terms.iter().zip(&counts);
        let uses = of_terms.map(|(term, &count)| match count {
            0 => Use::Any,
            _ => Use::of(term),
        });
        Self {
            words,
            zones,
            uses: uses.collect(),
            dateline: dateline(words, zones),
            counts,
            small,
            plain,
        }
    }

    /// The words.
    pub fn words(&self) -> &'t Words {
        self.words
    }

    /// The texts that they stand in.
    pub fn zones(&self) -> &'t [&'t str] {
        self.zones
    }

    /// The words that say where the text was written and by whom.
    pub fn dateline(&self) -> Mention {
        self.dateline.clone()
    }

    /// A word as the text writes it.
    pub fn text(&self, word: &Word) -> &'t str {
        &self.zones[word.zone][word.span.clone()]
    }

    /// Whether a word is written with possessive `'s`.
    pub fn is_possessive(&self, word: &Word) -> bool {
        is_possessive(self.text(word))
    }

    /// Whether the text writes the term of a word with a capital and not possessive somewhere.
    pub fn is_also_plain(&self, word: &Word) -> bool {
        self.plain[word.number as usize]
    }

    /// Whether the word at `at` is the initial of a name that goes on: `J.` in `Ann J. Orlan`, but
    /// not `B.` behind `Plan`; or `St.`
    pub fn is_initial(&self, at: usize) -> bool {
        let word = &self.words.all()[at];
        let before = at.checked_sub(1).map(|before| self.words.term(before));
        word.capital
            && (word.span.len() == 1 || self.words.term_of(word) == "st")
            && self.gap(at) == Some(". ")
            && !before.is_some_and(has_letters)
    }

    /// Whether a word is written as an abbreviation is, in a few capitals.
    pub fn is_written_large(&self, word: &Word) -> bool {
        let text = without_possessive(self.text(word));
        (2..=MAX_LETTERS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_uppercase())
    }

    /// How many words of a term have a capital.
    pub fn count(&self, number: u32) -> usize {
        self.counts[number as usize]
    }

    /// What the capital of a word means, if it has one.
    pub fn meaning(&self, word: &Word) -> Use {
        self.uses[word.number as usize]
    }

    /// Whether a word is never a name.
    pub fn is_never_a_name(&self, word: &Word) -> bool {
        self.meaning(word) == Use::Never
    }

    /// Whether the word at `at` stands before the name of a person.
    pub fn is_title(&self, at: usize) -> bool {
        let meaning = |at: usize| self.meaning(&self.words.all()[at]);
        match meaning(at) {
            Use::AfterTitle => at > 0 && meaning(at - 1).is_title(),
            meaning => meaning.is_title(),
        }
    }

    /// Whether a word is one of the small ones within a name (`van`).
    pub fn is_particle(&self, word: &Word) -> bool {
        is_particle(self.words.term_of(word))
    }

    /// The end of a name without what only stands behind it (`Ltd`).
    pub fn core_end(&self, name: &Mention) -> usize {
        name.start + core_len(&self.words.all()[name.clone()], self.words)
    }

    /// What stands between a word and the next one of its zone.
    pub fn gap(&self, at: usize) -> Option<&'t str> {
        let (word, next) = (&self.words.all()[at], self.words.all().get(at + 1)?);
        (word.zone == next.zone).then(|| &self.zones[word.zone][word.span.end..next.span.start])
    }

    /// Whether a word is as any other, though it may have a capital here: one that the text writes
    /// without a capital somewhere, or that is never a name.
    pub fn is_common(&self, word: &Word) -> bool {
        self.small[word.number as usize] || self.is_never_a_name(word)
    }

    /// Whether one word of a name may stand for it: not in `Bank of England`, `Northern Ireland`, nor
    /// in `The Truth About Orlan`.
    pub fn has_short_form(&self, name: &Mention) -> bool {
        let Some((last, words)) = self.words.all()[name.clone()].split_last() else {
            return false;
        };
        let part = |word: &Word| {
            if word.capital {
                !self.is_never_a_name(word)
            } else {
                self.is_particle(word)
            }
        };
        let region = |words: &[Word]| match words {
            [first] => is_compass(self.words.term_of(first)),
            _ => false,
        };
        let one_name = words.iter().all(part) && !region(words);
        last.capital && one_name && !self.are_partners(name)
    }

    /// Whether a name is of several: `Brook & Vale`.
    pub fn are_partners(&self, name: &Mention) -> bool {
        let mut gaps = name.clone().skip(1).map(|at| self.gap(at - 1));
        gaps.any(|gap| gap == Some(AND))
    }

    /// Whether one of these terms stands here, a space behind the word before it.
    pub fn goes_on(&self, at: usize, terms: &[&str]) -> bool {
        let word = self.words.all().get(at).filter(|word| word.follows);
        word.is_some_and(|word| terms.contains(&self.words.term_of(word)))
    }

    /// Whether capitals stand behind `the`, and no `of` or `for` behind them: `the Bank`.
    pub fn stand_behind_the(&self, mention: &Mention) -> bool {
        let first = &self.words.all()[mention.start];
        let before = mention.start.checked_sub(1).filter(|_| first.follows);
        first.capital
            && before.is_some_and(|before| self.words.term(before) == "the")
            && !self.goes_on(mention.end, &["of", "for"])
    }

    /// Whether these words are no part of a longer name, as they are in `Michael Jordan`, `Georgia
    /// Tech` and, of a `Trump` alone, in `Melania Trump`. One that `leads` may stand before
    /// another. Headlines may give a capital to every word.
    pub fn stand_apart(&self, mention: &Mention, leads: bool) -> bool {
        let all = self.words.all();
        let start = self.with_particles(mention).start;
        let in_title = all[mention.start].zone == 0;
        let before = start > 0 && self.is_joined(start) && {
            all[start - 1].capital && is_compass(self.words.term(start - 1))
                || !in_title && self.is_part(start - 1) && !self.is_title(start - 1)
        };
        let after = || {
            let end = mention.end;
            let ends = |at: usize| self.is_title(at) || is_suffix(self.words.term(at));
            self.is_joined(end) && self.is_part(end) && !ends(end)
        };
        !before && (in_title || leads || !after())
    }

    /// The same words with the small ones of a name before them: `van der Orlan`.
    pub fn with_particles(&self, mention: &Mention) -> Mention {
        let all = self.words.all();
        let small = |at: &usize| self.is_joined(*at) && self.is_particle(&all[at - 1]);
        let before = (1..=mention.start).rev().take(MAX_PARTICLES);
        mention.start - before.take_while(small).count()..mention.end
    }

    /// Whether the word at `at` goes on what the one before it is part of.
    fn is_joined(&self, at: usize) -> bool {
        let all = self.words.all();
        let (Some(before), Some(word)) = (at.checked_sub(1).map(|at| &all[at]), all.get(at)) else {
            return false;
        };
        (word.follows || self.gap(at - 1) == Some(AND))
            && word.sentence == before.sentence
            && !self.is_possessive(before)
    }

    /// Whether the word at `at` may be part of a name: of the words that the text writes small as
    /// well only one whose capital does not start a sentence (`Bill Clinton`).
    fn is_part(&self, at: usize) -> bool {
        let word = &self.words.all()[at];
        let common = self.small[word.number as usize] && self.starts_sentence(at);
        word.capital && !self.is_never_a_name(word) && !common && !leads(self.words.term_of(word))
    }

    /// Whether the capital of the word at `at` may be there because a sentence starts.
    pub fn starts_sentence(&self, at: usize) -> bool {
        let all = self.words.all();
        at == 0 || all[at - 1].sentence != all[at].sentence || !all[at].follows
    }

    /// Whether a word of a name, written as `form` there, stands for all of it here: one of three
    /// letters at most only if written alike (`Un` is not the `UN`), one that is never a name (`May`)
    /// only behind a title, one that says what an institution is only behind `the` (`the Bank`, but
    /// not `the House` for the White House), and, but for names of `any` first word, none that is
    /// part of a longer name.
    pub fn stands_for(&self, mention: &Mention, form: &str, any: bool) -> bool {
        let word = &self.words.all()[mention.start];
        let text = without_possessive(self.text(word));
        let behind_title = || {
            let before = mention.start.checked_sub(1).filter(|_| word.follows);
            before.is_some_and(|at| self.is_title(at))
        };
        let term = self.words.term_of(word);
        let known = !self.is_never_a_name(word) || behind_title();
        known
            && (text.len() > 3 || text == without_possessive(form))
            && (!is_head(term) || term != "house" && self.stand_behind_the(mention))
            && (any || self.stand_apart(mention, false))
    }

    /// Whether capitals tell names from other words: not in a body that is written in them.
    pub fn are_telling(&self) -> bool {
        let body = self.words.all().iter().filter(|word| word.zone > 0);
        let (mut all, mut large) = (0, 0);
        for word in body {
            all += 1;
            large += usize::from(word.capital);
        }
        4 * large <= 3 * all
    }
}

fn is_possessive(text: &str) -> bool {
    without_possessive(text) != text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_text_writes_small_may_be_a_first_name() {
        for (text, apart) in [
            ("They paid the bill. Then Bill Orlan left.", false),
            ("They paid the bill. Bill Orlan left.", true),
            ("A new law. It rained in New Orlan.", false),
            ("It rained in southern Orlan.", true),
            ("Dr Anna de la Orlan left.", false),
            ("Dr de la Orlan left.", true),
            ("Vale & Orlan left.", false),
            ("The Russian Orlan left.", true),
        ] {
            let zones = ["", text];
            let words = Words::read(&zones, 100);
            let orlan = words.number("orlan").unwrap();
            let at = words.all().iter().position(|word| word.number == orlan);
            let mention = at.unwrap()..at.unwrap() + 1;
            let capitals = Capitals::of(&words, &zones);
            assert_eq!(capitals.stand_apart(&mention, false), apart, "{text}");
        }
    }

    #[test]
    fn a_part_of_a_longer_name_does_not_stand_apart() {
        let text = "Then Orlan met Anna Orlan at Orlan Tower. President Orlan saw Orlan's Boston, \
                    which was as it had been.";
        let zones = ["", text];
        let words = Words::read(&zones, 100);
        let capitals = Capitals::of(&words, &zones);
        let orlan = words.number("orlan").unwrap();
        let apart = words.all().iter().enumerate();
        let apart = apart.filter(|(_, word)| word.number == orlan);
        let apart = apart.map(|(at, _)| capitals.stand_apart(&(at..at + 1), false));
        assert_eq!(apart.collect::<Vec<_>>(), [true, false, false, true, true]);
        assert!(capitals.are_telling());
        let zones = ["", &"THE MAYOR SAID THAT ".repeat(9)];
        let words = Words::read(&zones, 100);
        assert!(!Capitals::of(&words, &zones).are_telling());
    }
}
