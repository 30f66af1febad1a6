//! Names with small words in them, as institutions have (`Bank of England`, `Centers for Disease
//! Control and Prevention`), and the capitals that stand for a name from where it is written out
//! (`World Health Organization (WHO)`).

use super::capitals::Capitals;
use crate::{
    features::{Mention, Places, Word},
    text::without_possessive,
};

/// What the capitals of an institution end with before `of` or `for`: other names do not go on
/// there, as `Susan Collins` in `Susan Collins of Maine`.
#[rustfmt::skip]
const HEADS: &[&str] = &[
    "academy", "agency", "alliance", "archdiocese", "army", "assembly", "association", "authority",
    "bank", "board", "bureau", "campaign", "center", "centers", "centre", "chamber", "church",
    "coalition", "college", "commission", "committee", "confederation", "conference", "congress",
    "convention", "council", "court", "department", "diocese", "federation", "foundation",
    "friends", "fund", "house", "institute", "institutes", "institution", "league", "library",
    "ministry", "movement", "museum", "network", "observatory", "office", "organisation",
    "organization", "parliament", "party", "school", "society", "union", "university",
];

/// The most letters of an abbreviation.
const MAX_LETTERS: usize = 6;

/// Where a name ends: after `of` or `for` and the capitals behind it if it is an institution, and
/// after those that `and` joins to them if an abbreviation says so. `run_end` gives the end of
/// capitals.
pub fn end_of(capitals: &Capitals<'_>, name: &Mention, run_end: impl Fn(usize) -> usize) -> usize {
    let is_head = || HEADS.contains(&capitals.words().term(name.end - 1));
    if name.is_empty() || !goes_on(capitals, name.end, &["of", "for"]) || !is_head() {
        return name.end;
    }
    let the = goes_on(capitals, name.end + 1, &["the"]);
    let end = capitals_end(capitals, name.end + 1 + usize::from(the), &run_end);
    let joined = |end| joined_end(capitals, end, &run_end);
    let is_short_for = |end: &usize| abbreviation(capitals, &(name.start..*end)).is_some();
    match end {
        Some(end) => joined(end).filter(is_short_for).unwrap_or(end),
        None => name.end,
    }
}

/// Where an institution ends that the text writes with `and` and further capitals again.
pub fn repeated_end(
    capitals: &Capitals<'_>,
    places: &Places<'_>,
    name: &Mention,
    run_end: impl Fn(usize) -> usize,
) -> usize {
    let joined = head(capitals, name).map(|_| joined_end(capitals, name.end, run_end));
    let repeats = |end: &usize| {
        let whole = name.start..*end;
        let mentions = places.mentions_of(&whole, capitals.zones());
        mentions.iter().filter(|m| m.len() == whole.len()).count() > 1
    };
    let joined = joined.flatten().filter(repeats);
    joined.unwrap_or(name.end)
}

/// Whether one of these terms stands here, a space behind the word before it.
fn goes_on(capitals: &Capitals<'_>, at: usize, terms: &[&str]) -> bool {
    let words = capitals.words();
    let word = words.all().get(at).filter(|word| word.follows);
    word.is_some_and(|word| terms.contains(&words.term_of(word)))
}

/// Where the capitals end that start here, a space behind the word before them.
fn capitals_end(
    capitals: &Capitals<'_>,
    at: usize,
    run_end: impl Fn(usize) -> usize,
) -> Option<usize> {
    let word = capitals.words().all().get(at)?;
    let end = run_end(at);
    (word.follows && end > at).then_some(end)
}

/// Where the capitals end that `and` joins to a name.
fn joined_end(
    capitals: &Capitals<'_>,
    end: usize,
    run_end: impl Fn(usize) -> usize,
) -> Option<usize> {
    let joined = goes_on(capitals, end, &["and"]);
    joined
        .then(|| capitals_end(capitals, end + 1, run_end))
        .flatten()
}

/// The capitals before the first small word of a name, where it has one.
pub fn head(capitals: &Capitals<'_>, name: &Mention) -> Option<Mention> {
    let words = &capitals.words().all()[name.clone()];
    let small = words.iter().position(|word| !word.capital);
    small
        .filter(|&small| small > 0)
        .map(|small| name.start..name.start + small)
}

/// The word that stands for a name from here on: capitals in parentheses behind it, each of them
/// the first letter of one of its words.
pub fn abbreviation<'t>(capitals: &Capitals<'t>, name: &Mention) -> Option<&'t Word> {
    let words = capitals.words().all();
    let (last, next) = (words.get(name.end.checked_sub(1)?)?, words.get(name.end)?);
    let text = capitals.zones()[next.zone];
    let opens = next.capital
        && last.zone == next.zone
        && &text[last.span.end..next.span.start] == " ("
        && text[next.span.end..].starts_with(')');
    let letters = capitals.text(next);
    let is_short = || {
        (2..=MAX_LETTERS).contains(&letters.len())
            && letters.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    let initials = words[name.clone()].iter();
    let initials = initials.filter_map(|word| capitals.text(word).chars().next());
    let initials = initials.map(|initial| initial.to_ascii_uppercase());
    (opens && is_short() && is_within(letters, initials)).then_some(next)
}

/// Where what stands for a name is: its abbreviation and, for one with small words, its capitals
/// before them, or the last of these, behind `the`: `the Bank`.
pub fn other_forms(capitals: &Capitals<'_>, places: &Places<'_>, name: &Mention) -> Vec<Mention> {
    let all = capitals.words().all();
    let positions = |word: &Word| places.positions(word.number).iter().map(|&at| at as usize);
    let mut found = Vec::new();
    if let Some(word) = abbreviation(capitals, name) {
        let form = capitals.text(word);
        let is_it = |at: &usize| without_possessive(capitals.text(&all[*at])) == form;
        found.extend(positions(word).filter(is_it).map(|at| at..at + 1));
    }
    if let Some(head) = head(capitals, name) {
        let (head, last) = (&all[head.clone()], &all[head.end - 1]);
        let head: Vec<u32> = head.iter().map(|word| word.number).collect();
        let alone = positions(last).filter_map(|at| {
            let start = (at + 1).checked_sub(head.len());
            let whole = start.map(|start| start..at + 1);
            let is_head = |whole: &Mention| all[whole.clone()].iter().map(|w| &w.number).eq(&head);
            let forms = [whole.filter(is_head), Some(at..at + 1)];
            forms
                .into_iter()
                .flatten()
                .find(|form| stands_alone(capitals, form))
        });
        found.extend(alone);
    }
    found
}

/// Whether capitals stand behind `the` and nothing goes on behind them.
fn stands_alone(capitals: &Capitals<'_>, mention: &Mention) -> bool {
    let words = capitals.words();
    let first = &words.all()[mention.start];
    let before = mention.start.checked_sub(1).filter(|_| first.follows);
    first.capital
        && before.is_some_and(|before| words.term(before) == "the")
        && !goes_on(capitals, mention.end, &["of", "for"])
        && capitals.stand_apart(mention, false)
}

/// Whether letters come among initials in their order, from the first on.
fn is_within(letters: &str, mut initials: impl Iterator<Item = char>) -> bool {
    let mut letters = letters.chars();
    initials.next() == letters.next() && letters.all(|letter| initials.any(|one| one == letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_among_initials_in_their_order() {
        for (letters, initials, within) in [
            ("CDC", "CFDCAP", true),
            ("DOJ", "DOJ", true),
            ("WHO", "WHO", true),
            ("EU", "UE", false),
            ("CDCD", "CFDCAP", false),
            ("US", "AUS", false),
        ] {
            assert_eq!(is_within(letters, initials.chars()), within, "{letters}");
        }
    }
}
