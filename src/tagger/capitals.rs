//! What the capitals of a text tell of its words.

use std::{collections::HashMap, sync::LazyLock};

use foldhash::fast::RandomState;

use crate::{
    features::{Mention, Word, Words},
    text::without_possessive,
};

/// The most letters of an abbreviation.
pub const MAX_LETTERS: usize = 6;

/// A text by its capitals. What is asked of every word is answered once, by number of its term.
pub struct Capitals<'t> {
    words: &'t Words,
    zones: &'t [&'t str],
    /// How many of its words have a capital.
    counts: Vec<usize>,
    /// Whether the text writes it without one somewhere.
    small: Vec<bool>,
    /// What its capitals mean, where it has some.
    uses: Vec<Use>,
}

impl<'t> Capitals<'t> {
    /// Reads the words of the text in these zones.
    pub fn of(words: &'t Words, zones: &'t [&'t str]) -> Self {
        let terms = words.terms();
        let mut counts = vec![0; terms.len()];
        let mut small = vec![false; terms.len()];
        for word in words.all() {
            let number = word.number as usize;
            counts[number] += usize::from(word.capital);
            small[number] |= !word.capital;
        }
        let of_terms = terms.iter().zip(&counts);
        let uses = of_terms.map(|(term, &count)| match count {
            0 => Use::Any,
            _ => use_of(term),
        });
        Self {
            words,
            zones,
            uses: uses.collect(),
            counts,
            small,
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

    /// A word as the text writes it.
    pub fn text(&self, word: &Word) -> &'t str {
        &self.zones[word.zone][word.span.clone()]
    }

    /// Whether a word is written with possessive `'s`.
    pub fn is_possessive(&self, word: &Word) -> bool {
        let text = self.text(word);
        without_possessive(text) != text
    }

    /// Whether the word at `at` is the initial of a name that goes on: `J.` in `Ann J. Orlan`, but
    /// not `B.` behind `Plan`.
    pub fn is_initial(&self, at: usize) -> bool {
        let all = self.words.all();
        let (word, Some(next)) = (&all[at], all.get(at + 1)) else {
            return false;
        };
        let before = at.checked_sub(1).map(|before| self.words.term(before));
        let gap = || &self.zones[word.zone][word.span.end..next.span.start];
        word.capital
            && word.span.len() == 1
            && word.zone == next.zone
            && gap() == ". "
            && !before.is_some_and(|before| LETTERED.contains(&before))
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

    /// Whether a word is never a name.
    pub fn is_never_a_name(&self, word: &Word) -> bool {
        self.uses[word.number as usize] == Use::Never
    }

    /// Whether the term of a word stands before the name of a person, and is no name by itself.
    pub fn is_title(&self, word: &Word) -> bool {
        self.uses[word.number as usize] == Use::Title
    }

    /// Whether a word is as any other, though it may have a capital here: one that the text writes
    /// without a capital somewhere, or that is never a name.
    pub fn is_common(&self, word: &Word) -> bool {
        self.small[word.number as usize] || self.is_never_a_name(word)
    }

    /// Whether the last word of a name may stand for it: not in `Bank of England`, nor in `The Truth
    /// About Orlan`.
    pub fn has_short_form(&self, name: &Mention) -> bool {
        let mut words = self.words.all()[name.clone()].iter();
        words.all(|word| word.capital && !self.is_never_a_name(word))
    }

    /// Whether these words are no part of a longer name, as they are in `Michael Jordan`, `Georgia
    /// Tech` and, of a `Trump` alone, in `Melania Trump`. One that `leads` may stand before
    /// another. Headlines may give a capital to every word.
    pub fn stand_apart(&self, mention: &Mention, leads: bool) -> bool {
        let all = self.words.all();
        let joined = |at: usize| {
            let (word, next) = (&all[at - 1], &all[at]);
            next.follows && word.sentence == next.sentence && !self.is_possessive(word)
        };
        let is_name = |word: &Word| word.capital && !self.is_common(word);
        let before = mention.start.checked_sub(1).is_some_and(|at| {
            is_name(&all[at]) && !self.is_title(&all[at]) && joined(mention.start)
        });
        let after = all.get(mention.end);
        let after = after.is_some_and(|after| is_name(after) && joined(mention.end));
        all[mention.start].zone == 0 || !before && (leads || !after)
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

/// What the capital of a word means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// That it is a name, or starts a sentence.
    Any,
    /// Anything but a name.
    Never,
    /// That the name of a person follows.
    Title,
}

static USES: LazyLock<HashMap<&str, Use, RandomState>> = LazyLock::new(|| {
    let never = NEVER.iter().map(|&term| (term, Use::Never));
    let titles = TITLES.iter().map(|&term| (term, Use::Title));
    never.chain(titles).collect()
});

fn use_of(term: &str) -> Use {
    const SHORT_FORMS: [&str; 6] = ["'d", "'ll", "'m", "'re", "'ve", "n't"];
    let short_form = || SHORT_FORMS.iter().any(|end| term.ends_with(end));
    match USES.get(term) {
        Some(&known) => known,
        None if term.contains('\'') && short_form() => Use::Never,
        None => Use::Any,
    }
}

/// Whether a term stands before the name of a person, and is no name by itself.
pub fn is_title(term: &str) -> bool {
    use_of(term) == Use::Title
}

/// What is told apart by letters.
#[rustfmt::skip]
const LETTERED: &[&str] = &[
    "appendix", "class", "division", "exhibit", "grade", "group", "hepatitis", "influenza", "model",
    "option", "part", "plan", "schedule", "section", "series", "title", "type", "vitamin", "world",
];

#[rustfmt::skip]
const NEVER: &[&str] = &[
    "a", "about", "above", "according", "after", "again", "against", "all", "almost", "already",
    "also", "although", "always", "among", "an", "and", "another", "any", "anyone", "apr", "april",
    "are", "as", "asked", "at", "aug", "august", "away", "be", "because", "been", "before", "both",
    "but", "by", "can", "christmas", "could", "dec", "december", "despite", "did", "do", "does",
    "during", "each", "earlier", "easter", "eight", "either", "elsewhere", "enough", "even",
    "every", "everyone", "feb", "february", "few", "finally", "five", "for", "four", "fri",
    "friday", "fridays", "from", "had", "has", "have", "he", "her", "here", "his", "how",
    "however", "i", "if", "in", "indeed", "instead", "is", "it", "its", "january", "july", "june",
    "just", "last", "later", "less", "many", "march", "may", "maybe", "meanwhile", "mon", "monday",
    "mondays", "more", "moreover", "most", "much", "my", "neither", "never", "nevertheless",
    "next", "nine", "no", "nobody", "none", "nor", "not", "nothing", "nov", "november", "now",
    "oct", "october", "of", "often", "on", "once", "one", "only", "or", "other", "others", "our",
    "over", "perhaps", "saturday", "saturdays", "sep", "sept", "september", "seven", "several",
    "she", "should", "since", "six", "so", "some", "someone", "sometimes", "soon", "still", "such",
    "sunday", "sundays", "ten", "than", "that", "the", "their", "then", "there", "therefore",
    "these", "they", "this", "those", "though", "three", "through", "thu", "thur", "thurs",
    "thursday", "thursdays", "thus", "to", "today", "together", "tomorrow", "too", "tue", "tues",
    "tuesday", "tuesdays", "two", "under", "unless", "unlike", "until", "up", "upon", "was", "we",
    "wednesday", "wednesdays", "were", "what", "when", "where", "whether", "which", "while", "who",
    "whose", "why", "with", "within", "without", "would", "yes", "yesterday", "yet", "you", "your",
];

#[rustfmt::skip]
const TITLES: &[&str] = &[
    "adm", "admiral", "ambassador", "capt", "captain", "chairman", "chairwoman", "chancellor",
    "chief", "cllr", "col", "colonel", "commissioner", "congressman", "congresswoman",
    "councillor", "cpl", "dame", "detective", "dr", "ex-president", "executive", "gen", "gov",
    "governor", "hon", "inspector", "lady", "lieutenant", "lord", "lt", "maj", "major", "mayor",
    "minister", "miss", "mr", "mrs", "ms", "officer", "premier", "president", "prof", "professor",
    "rep", "representative", "rev", "reverend", "secretary", "sen", "senator", "sergeant", "sgt",
    "sheriff", "sir", "speaker", "spokesman", "spokeswoman", "superintendent", "supt",
    "vice-chancellor", "vice-president",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_no_names_and_titles_lead_to_them() {
        assert_eq!(USES.len(), NEVER.len() + TITLES.len());
        for (term, title, never) in [
            ("we're", false, true),
            ("don't", false, true),
            ("o'brien", false, false),
            ("sen", true, false),
            ("grote", false, false),
        ] {
            assert_eq!(is_title(term), title, "{term}");
            assert_eq!(use_of(term) == Use::Never, never, "{term}");
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
