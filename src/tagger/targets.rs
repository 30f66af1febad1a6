//! Whom an article is about: names that it repeats, for a caller who names no targets.
//!
//! A name is a run of capitalised words in the body. A word that only stands in capitals because
//! it starts a sentence is no name, and of a short and a long form (`Putin`, `Vladimir Putin`)
//! the long one is kept; [`Places::mentions`] finds both.

use std::collections::{BTreeMap, HashSet};

use crate::features::{Mention, Places, Word, read_words};

/// The most targets that are found.
pub const MAX_FOUND: usize = 5;
/// Names that occur less often are not what the article is about.
const MIN_MENTIONS: usize = 2;
/// The longest name, in words.
const MAX_WORDS: usize = 5;
/// Names that are looked for in the whole text; more would take more than linear time.
const CANDIDATES: usize = 32;

/// Words that stand in capitals for another reason than being a name, sorted.
const COMMON: &[&str] = &[
    "a",
    "an",
    "and",
    "april",
    "as",
    "at",
    "august",
    "but",
    "by",
    "december",
    "dr",
    "february",
    "for",
    "friday",
    "from",
    "he",
    "her",
    "his",
    "i",
    "if",
    "in",
    "it",
    "its",
    "january",
    "july",
    "june",
    "march",
    "may",
    "monday",
    "mr",
    "mrs",
    "ms",
    "november",
    "october",
    "on",
    "or",
    "our",
    "saturday",
    "september",
    "she",
    "so",
    "sunday",
    "that",
    "the",
    "their",
    "there",
    "these",
    "they",
    "this",
    "thursday",
    "to",
    "tuesday",
    "we",
    "wednesday",
    "what",
    "when",
    "while",
    "who",
    "you",
];

/// Names and where they are mentioned, the most frequent first, then the first.
#[must_use]
pub fn find_targets(places: &Places<'_>, zones: &[&str]) -> Vec<(String, Vec<Mention>)> {
    let words = places.words();
    let mut lower = vec![false; places.distinct()];
    for (at, word) in words.iter().enumerate() {
        lower[places.number_at(at)] |= !word.capital;
    }
    let lower = Lower { places, lower };
    let names = frequent_names(places, names(words, zones, &lower));
    let mut found: Vec<(String, Vec<Mention>)> = names
        .into_iter()
        .map(|name| {
            let mentions = places.mentions(&name);
            (name, mentions)
        })
        .filter(|(_, mentions)| mentions.len() >= MIN_MENTIONS)
        .collect();
    found.sort_by(|(_, a), (_, b)| {
        let first = |mentions: &[Mention]| mentions.first().map(|m| m.start);
        b.len().cmp(&a.len()).then_with(|| first(a).cmp(&first(b)))
    });
    // Two long forms may share a last name; the one that takes most mentions has them.
    let mut taken = HashSet::new();
    found.retain(|(_, mentions)| {
        let own = mentions
            .iter()
            .filter(|m| !taken.contains(&m.start))
            .count();
        taken.extend(mentions.iter().map(|m| m.start));
        own >= MIN_MENTIONS
    });
    found.truncate(MAX_FOUND);
    found
}

/// The terms that the text writes without a capital somewhere.
struct Lower<'p> {
    places: &'p Places<'p>,
    lower: Vec<bool>,
}

impl Lower<'_> {
    fn holds(&self, term: &str) -> bool {
        self.places
            .number(term)
            .is_some_and(|number| self.lower[number])
    }
}

/// The words of every name, as they are written, without repetition.
fn names<'z>(words: &[Word], zones: &[&'z str], lower: &Lower<'_>) -> Vec<Vec<&'z str>> {
    let mut names: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let mut at = 0;
    while at < words.len() {
        let end = run_end(words, at);
        let run = without_common_start(&words[at..end], starts_sentence(words, at), lower);
        // Headlines capitalise every word, so names are taken from the body alone.
        let is_name = run
            .iter()
            .any(|word| word.term.len() > 2 && !is_common(word, lower));
        if (1..=MAX_WORDS).contains(&run.len()) && run[0].zone > 0 && is_name {
            let text = |word: &Word| without_possessive(&zones[word.zone][word.span.clone()]);
            let order = names.len();
            names.entry(run.iter().map(text).collect()).or_insert(order);
        }
        at = end.max(at + 1);
    }
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by_key(|&(_, order)| order);
    names.into_iter().map(|(name, _)| name).collect()
}

/// The end of the run of capitalised words that starts at `at`.
fn run_end(words: &[Word], at: usize) -> usize {
    if !words[at].capital {
        return at;
    }
    let next = words[at + 1..].iter();
    let same = next.take_while(|w| w.capital && w.follows && w.sentence == words[at].sentence);
    at + 1 + same.count()
}

/// Cuts words off the front that are no part of a name.
fn without_common_start<'w>(
    run: &'w [Word],
    starts_sentence: bool,
    lower: &Lower<'_>,
) -> &'w [Word] {
    let never = run.iter().take_while(|word| is_never_a_name(word)).count();
    let first = never == 0 && starts_sentence && run.first().is_some_and(|w| is_common(w, lower));
    &run[never.max(usize::from(first))..]
}

fn starts_sentence(words: &[Word], at: usize) -> bool {
    at == 0 || words[at - 1].sentence != words[at].sentence || !words[at].follows
}

/// A word that is written without a capital elsewhere, or that is never a name.
fn is_common(word: &Word, lower: &Lower<'_>) -> bool {
    is_never_a_name(word) || lower.holds(&word.term)
}

fn is_never_a_name(word: &Word) -> bool {
    COMMON.binary_search(&word.term.as_str()).is_ok()
}

fn without_possessive(text: &str) -> &str {
    let endings = ["'s", "\u{2019}s"].into_iter();
    let mut cut = endings.filter_map(|ending| text.strip_suffix(ending));
    cut.next().unwrap_or(text)
}

/// The names whose last word is repeated most, without short forms of longer ones: few enough to
/// look for each of them in the whole text.
fn frequent_names(places: &Places<'_>, names: Vec<Vec<&str>>) -> Vec<String> {
    let mut counts = vec![0; places.distinct()];
    for (at, word) in places.words().iter().enumerate() {
        counts[places.number_at(at)] += usize::from(word.capital);
    }
    let last = |name: &[&str]| {
        let last = read_words(&name[name.len() - 1..], 1);
        last.into_iter().next().map(|word| word.term)
    };
    let long = names.iter().filter(|name| name.len() > 1);
    let ends: HashSet<_> = long.filter_map(|name| last(name)).collect();
    let mut counted: Vec<(usize, Vec<&str>)> = Vec::new();
    for name in names {
        let Some(end) = last(&name) else {
            continue;
        };
        let count = places.number(&end).map_or(0, |number| counts[number]);
        let short_form = name.len() == 1 && ends.contains(&end);
        if count >= MIN_MENTIONS && !short_form {
            counted.push((count, name));
        }
    }
    // The sort is stable: of equals the one that comes first.
    counted.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    counted.truncate(CANDIDATES);
    counted
        .into_iter()
        .map(|(_, name)| name.join(" "))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::read_words;
    use proptest::prelude::*;

    fn found(title: &str, body: &str) -> Vec<(String, usize)> {
        let zones = [title, body];
        let targets = find_targets(&Places::new(&read_words(&zones, 10_000)), &zones);
        targets
            .into_iter()
            .map(|(name, m)| (name, m.len()))
            .collect()
    }

    #[test]
    fn common_words_are_sorted() {
        assert!(COMMON.is_sorted());
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
    fn single_names_and_first_words_are_no_targets() {
        assert!(found("", "Rain fell in Orlan. Rain stopped. The rain came back.").is_empty());
        assert!(found("", "").is_empty());
    }

    proptest! {
        #[test]
        fn mentions_lie_in_the_text(body in "([A-Z][a-z]{0,5}('s)?[ .]|[a-z]{1,4} |\u{C9}t\u{E9} ){0,40}") {
            let zones = ["", body.as_str()];
            let words = read_words(&zones, 10_000);
            let targets = find_targets(&Places::new(&words), &zones);
            prop_assert!(targets.len() <= MAX_FOUND);
            for (name, mentions) in targets {
                prop_assert!(!name.is_empty() && mentions.len() >= MIN_MENTIONS);
                prop_assert!(mentions.iter().all(|m| m.end <= words.len()));
            }
        }
    }
}
