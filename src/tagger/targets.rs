//! Whom an article is about: names that it repeats, for a caller who names no targets.
//!
//! A name is a run of capitalised words in the body. A word that only stands in capitals because
//! it starts a sentence is no name, and of a short and a long form (`Putin`, `Vladimir Putin`)
//! the long one is kept; [`Places::mentions`] finds both.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::features::{Mention, Places, Word, Words};

/// The most targets that are found.
pub const MAX_FOUND: usize = 5;
/// Names that occur less often are not what the article is about.
const MIN_MENTIONS: usize = 2;
/// The longest name, in words.
const MAX_WORDS: usize = 5;
/// Names that are looked for in the whole text; more would take more than linear time.
const CANDIDATES: usize = 32;

/// Names and where they are mentioned, the most frequent first, then the first.
#[must_use]
pub fn find_targets(places: &Places<'_>, zones: &[&str]) -> Vec<(String, Vec<Mention>)> {
    let names = Names::of(places.words(), zones);
    let mut found: Vec<(Mention, Vec<Mention>)> = names
        .frequent()
        .into_iter()
        .map(|name| {
            let mentions = places.mentions_of(&name, zones);
            (name, mentions)
        })
        .filter(|(_, mentions)| mentions.len() >= MIN_MENTIONS)
        .collect();
    found.sort_by(|(_, a), (_, b)| {
        let first = |mentions: &[Mention]| mentions.first().map(|m| m.start);
        b.len().cmp(&a.len()).then_with(|| first(a).cmp(&first(b)))
    });
    // Two long forms may share a last name; the one that takes most mentions has them.
    let mut taken = vec![false; places.words().all().len()];
    found.retain(|(_, mentions)| {
        let free = mentions.iter().filter(|m| !taken[m.start]);
        let own = free.count();
        mentions.iter().for_each(|m| taken[m.start] = true);
        own >= MIN_MENTIONS
    });
    found.truncate(MAX_FOUND);
    let written = |(name, mentions)| (names.written(name), mentions);
    found.into_iter().map(written).collect()
}

/// The names of a text.
struct Names<'w> {
    words: &'w Words,
    zones: &'w [&'w str],
    /// By number of a term: whether it is a word as any other, that a text writes without a capital
    /// somewhere or that is never a name.
    common: Vec<bool>,
    /// By number of a term: whether it is never a name.
    never: Vec<bool>,
    /// By number of a term: how many of its words have a capital.
    capitals: Vec<usize>,
}

impl<'w> Names<'w> {
    fn of(words: &'w Words, zones: &'w [&'w str]) -> Self {
        let terms = words.terms();
        let mut capitals = vec![0; terms.len()];
        let mut common = vec![false; terms.len()];
        for word in words.all() {
            let number = word.number as usize;
            capitals[number] += usize::from(word.capital);
            common[number] |= !word.capital;
        }
        let never = terms.iter().zip(&capitals);
        let never: Vec<bool> = never
            .map(|(term, &capitals)| capitals > 0 && is_never_a_name(term))
            .collect();
        for (common, never) in common.iter_mut().zip(&never) {
            *common |= never;
        }
        Self {
            words,
            zones,
            common,
            never,
            capitals,
        }
    }

    /// The names whose last word is repeated most, without short forms of longer ones: few enough
    /// to look for each of them in the whole text.
    fn frequent(&self) -> Vec<Mention> {
        let names = self.all();
        // By number of a term: whether a long name ends with it.
        let mut ends = vec![false; self.capitals.len()];
        for name in names.iter().filter(|name| name.len() > 1) {
            ends[self.last(name) as usize] = true;
        }
        let mut counted: Vec<(usize, Mention)> = Vec::new();
        for name in names {
            let end = self.last(&name);
            let count = self.capitals[end as usize];
            let short_form = name.len() == 1 && ends[end as usize];
            if count >= MIN_MENTIONS && !short_form {
                counted.push((count, name));
            }
        }
        // The sort is stable: of equals the one that comes first.
        counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        counted.truncate(CANDIDATES);
        counted.into_iter().map(|(_, name)| name).collect()
    }

    fn last(&self, name: &Mention) -> u32 {
        self.words.all()[name.end - 1].number
    }

    /// The first place of every name.
    fn all(&self) -> Vec<Mention> {
        let words = self.words.all();
        let mut seen: HashSet<[u32; MAX_WORDS], RandomState> = HashSet::default();
        let mut names = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let end = self.run_end(at);
            let name = self.without_common_start(at..end);
            let numbers = words[name.clone()].iter().map(|word| word.number);
            // Headlines capitalise every word, so names are taken from the body alone.
            if self.is_name(&name) && seen.insert(padded(numbers)) {
                names.push(name);
            }
            at = end.max(at + 1);
        }
        names
    }

    fn is_name(&self, name: &Mention) -> bool {
        let words = &self.words.all()[name.clone()];
        let telling = |word: &Word| self.words.term_of(word).len() > 2 && !self.is_common(word);
        (1..=MAX_WORDS).contains(&words.len()) && words[0].zone > 0 && words.iter().any(telling)
    }

    /// Cuts words off the front of a run that are no part of a name.
    fn without_common_start(&self, run: Mention) -> Mention {
        let words = &self.words.all()[run.clone()];
        let never = |word: &&Word| self.never[word.number as usize];
        let never = words.iter().take_while(never).count();
        let starts = never == 0 && starts_sentence(self.words.all(), run.start);
        let first = starts && words.first().is_some_and(|word| self.is_common(word));
        run.start + never.max(usize::from(first))..run.end
    }

    fn is_common(&self, word: &Word) -> bool {
        self.common[word.number as usize]
    }

    /// The end of the run of capitalised words that starts at `at`. Nothing is its own: in `Orlan's
    /// Orlan` the first word is a name by itself.
    fn run_end(&self, at: usize) -> usize {
        let words = self.words.all();
        if !words[at].capital {
            return at;
        }
        let goes_on = |pair: &&[Word]| {
            let (word, next) = (&pair[0], &pair[1]);
            let own = word.number == next.number && self.is_possessive(word);
            next.capital && next.follows && next.sentence == word.sentence && !own
        };
        at + 1 + words[at..].windows(2).take_while(goes_on).count()
    }

    fn is_possessive(&self, word: &Word) -> bool {
        let text = self.text(word);
        without_possessive(text) != text
    }

    fn text(&self, word: &Word) -> &'w str {
        &self.zones[word.zone][word.span.clone()]
    }

    /// A name as the text writes it.
    fn written(&self, name: Mention) -> String {
        let words = self.words.all()[name].iter();
        let text = |word: &Word| without_possessive(self.text(word));
        words.map(text).collect::<Vec<_>>().join(" ")
    }
}

/// The numbers of a name as one value; no term has the number that fills it up.
fn padded(numbers: impl Iterator<Item = u32>) -> [u32; MAX_WORDS] {
    let mut padded = [u32::MAX; MAX_WORDS];
    padded
        .iter_mut()
        .zip(numbers)
        .for_each(|(to, from)| *to = from);
    padded
}

fn starts_sentence(words: &[Word], at: usize) -> bool {
    at == 0 || words[at - 1].sentence != words[at].sentence || !words[at].follows
}

/// Words that stand in capitals for another reason than being a name.
#[rustfmt::skip]
fn is_never_a_name(term: &str) -> bool {
    matches!(
        term,
        "a" | "an" | "and" | "april" | "as" | "at" | "august" | "but" | "by" | "december" | "dr"
            | "february" | "for" | "friday" | "from" | "he" | "her" | "his" | "i" | "if" | "in"
            | "it" | "its" | "january" | "july" | "june" | "march" | "may" | "monday" | "mr"
            | "mrs" | "ms" | "november" | "october" | "on" | "or" | "our" | "saturday"
            | "september" | "she" | "so" | "sunday" | "that" | "the" | "their" | "there" | "these"
            | "they" | "this" | "thursday" | "to" | "tuesday" | "we" | "wednesday" | "what"
            | "when" | "while" | "who" | "you"
    )
}

fn without_possessive(text: &str) -> &str {
    let endings = ["'s", "\u{2019}s"].into_iter();
    let mut cut = endings.filter_map(|ending| text.strip_suffix(ending));
    cut.next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(title: &str, body: &str) -> Vec<(String, usize)> {
        let zones = [title, body];
        let targets = find_targets(&Places::new(&Words::read(&zones, 10_000)), &zones);
        targets
            .into_iter()
            .map(|(name, m)| (name, m.len()))
            .collect()
    }

    #[test]
    fn repeated_names_are_found_and_merged() {
        let body = "Anna Keller met ministers of Orlan on Monday. Rain fell. Keller praised \
                    Orlan\u{2019}s army. The rain stopped. On Monday Keller left Orlan.";
        assert_eq!(
            found("Keller Visits The Army", body),
            [("Anna Keller".into(), 4), ("Orlan".into(), 3)]
        );
    }

    #[test]
    fn a_name_does_not_run_over_marks() {
        let body = "An envoy of AL-ASSAD in Syria; Syria\u{2019}s Syria.";
        assert_eq!(found("", body), [("Syria".into(), 3)]);
        let body = "Anna Keller came. With her, for Anna, Keller spoke. Then Anna Keller left.";
        let zones = ["", body];
        let words = Words::read(&zones, 100);
        let targets = find_targets(&Places::new(&words), &zones);
        assert_eq!(targets[0].0, "Anna Keller");
        let lengths = targets[0].1.iter().map(ExactSizeIterator::len);
        assert_eq!(lengths.collect::<Vec<_>>(), [2, 1, 2]);
    }

    #[test]
    fn single_names_and_first_words_are_no_targets() {
        assert!(found("", "Rain fell in Orlan. Rain stopped. The rain came back.").is_empty());
        assert!(found("", "").is_empty());
    }

    proptest! {
        #[test]
        fn mentions_lie_in_the_text(body in "([A-Z][a-z]{0,5}('s)?[ .]|[a-z]{1,4} |\u{C9}t\u{E9} ){0,40}") {
            let zones = ["", body.as_str()];
            let words = Words::read(&zones, 10_000);
            let targets = find_targets(&Places::new(&words), &zones);
            prop_assert!(targets.len() <= MAX_FOUND);
            for (name, mentions) in targets {
                prop_assert!(!name.is_empty() && mentions.len() >= MIN_MENTIONS);
                prop_assert!(mentions.iter().all(|m| m.end <= words.all().len()));
            }
        }
    }
}
