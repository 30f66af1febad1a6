//! Whom an article is about: names that it repeats, for a caller who names no targets.
//!
//! A name is a run of capitalised words in the body. A word that only stands in capitals because
//! it starts a sentence is no name, and of a short and a long form (`Putin`, `Vladimir Putin`)
//! the long one is kept; [`find_mentions`] finds both.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::features::{Mention, Word, find_mentions, read_words};

/// The most targets that are found.
pub const MAX_FOUND: usize = 5;
/// Names that occur less often are not what the article is about.
const MIN_MENTIONS: usize = 2;
/// The longest name, in words.
const MAX_WORDS: usize = 5;
/// Names that are looked for in the whole text; more would take more than linear time.
const CANDIDATES: usize = 32;

/// Words that stand in capitals for another reason than being a name.
const COMMON: &[&str] = &[
    "a",
    "an",
    "and",
    "as",
    "at",
    "but",
    "by",
    "for",
    "from",
    "he",
    "her",
    "his",
    "i",
    "if",
    "in",
    "it",
    "its",
    "on",
    "or",
    "our",
    "she",
    "so",
    "that",
    "the",
    "their",
    "there",
    "these",
    "they",
    "this",
    "to",
    "we",
    "what",
    "when",
    "while",
    "who",
    "you",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "mr",
    "mrs",
    "ms",
    "dr",
];

/// Names and where they are mentioned, the most frequent first, then the first.
#[must_use]
pub fn find_targets(words: &[Word], zones: &[&str]) -> Vec<(String, Vec<Mention>)> {
    let lower: HashSet<&str> = words
        .iter()
        .filter(|word| !word.capital)
        .map(|word| word.term.as_str())
        .collect();
    let names = frequent_names(words, names(words, zones, &lower));
    let mut found: Vec<(String, Vec<Mention>)> = names
        .into_iter()
        .map(|name| {
            let mentions = find_mentions(words, &name);
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

/// The words of every name, as they are written, without repetition.
fn names<'z>(words: &[Word], zones: &[&'z str], lower: &HashSet<&str>) -> Vec<Vec<&'z str>> {
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
    lower: &HashSet<&str>,
) -> &'w [Word] {
    let never = run.iter().take_while(|word| is_never_a_name(word)).count();
    let first = never == 0 && starts_sentence && run.first().is_some_and(|w| is_common(w, lower));
    &run[never.max(usize::from(first))..]
}

fn starts_sentence(words: &[Word], at: usize) -> bool {
    at == 0 || words[at - 1].sentence != words[at].sentence || !words[at].follows
}

/// A word that is written without a capital elsewhere, or that is never a name.
fn is_common(word: &Word, lower: &HashSet<&str>) -> bool {
    is_never_a_name(word) || lower.contains(word.term.as_str())
}

fn is_never_a_name(word: &Word) -> bool {
    COMMON.contains(&word.term.as_str())
}

fn without_possessive(text: &str) -> &str {
    let endings = ["'s", "\u{2019}s"].into_iter();
    let mut cut = endings.filter_map(|ending| text.strip_suffix(ending));
    cut.next().unwrap_or(text)
}

/// The names whose last word is repeated most, without short forms of longer ones: few enough to
/// look for each of them in the whole text.
fn frequent_names(words: &[Word], names: Vec<Vec<&str>>) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in words.iter().filter(|word| word.capital) {
        *counts.entry(&word.term).or_default() += 1;
    }
    let last = |name: &[&str]| {
        let last = read_words(&name[name.len() - 1..], 1);
        last.into_iter().next().map_or_else(String::new, |w| w.term)
    };
    let long = names.iter().filter(|name| name.len() > 1);
    let ends: HashSet<String> = long.map(|name| last(name)).collect();
    let mut counted: Vec<(usize, Vec<&str>)> = Vec::new();
    for name in names {
        let end = last(&name);
        let count = counts.get(end.as_str()).copied().unwrap_or(0);
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
        let targets = find_targets(&read_words(&zones, 10_000), &zones);
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
    fn single_names_and_first_words_are_no_targets() {
        assert!(found("", "Rain fell in Orlan. Rain stopped. The rain came back.").is_empty());
        assert!(found("", "").is_empty());
    }

    proptest! {
        #[test]
        fn mentions_lie_in_the_text(body in "([A-Z][a-z]{0,5}('s)?[ .]|[a-z]{1,4} |\u{C9}t\u{E9} ){0,40}") {
            let zones = ["", body.as_str()];
            let words = read_words(&zones, 10_000);
            let targets = find_targets(&words, &zones);
            prop_assert!(targets.len() <= MAX_FOUND);
            for (name, mentions) in targets {
                prop_assert!(!name.is_empty() && mentions.len() >= MIN_MENTIONS);
                prop_assert!(mentions.iter().all(|m| m.end <= words.len()));
            }
        }
    }
}
