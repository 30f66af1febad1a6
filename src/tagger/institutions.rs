//! Names with small words in them, as institutions have (`Bank of England`, `Centers for Disease
//! Control and Prevention`), what says what they are (`the Bank`), and their abbreviations.

use super::{
    capitals::{Capitals, MAX_LETTERS},
    uses::Use,
};
use crate::features::{Mention, Places, Word, is_suffix};

/// Whether the capitals of an institution end with this before `of` or `for`: other names do not go
/// on there, as `Susan Collins` in `Susan Collins of Maine`.
#[rustfmt::skip]
pub fn is_head(term: &str) -> bool {
    matches!(
        term,
        "academy" | "administration" | "agency" | "alliance" | "archdiocese" | "army" | "assembly" | "association"
            | "authority" | "bank" | "board" | "bureau" | "campaign" | "center" | "centers"
            | "centre" | "chamber" | "church" | "coalition" | "college" | "commission"
            | "committee" | "confederation" | "conference" | "congress" | "convention" | "council"
            | "court" | "department" | "diocese" | "federation" | "foundation" | "friends"
            | "fund" | "hospital" | "house" | "institute" | "institutes" | "institution"
            | "league" | "library" | "ministry" | "movement" | "museum" | "network"
            | "observatory" | "office" | "organisation" | "organization" | "parliament" | "party"
            | "school" | "service" | "society" | "times" | "trust" | "union" | "university"
    )
}

/// Whether `for` goes on behind it as well. What is blamed or praised `for` something has another
/// head, or is more than a mere `Department`.
#[rustfmt::skip]
fn is_head_for(term: &str) -> bool {
    matches!(
        term,
        "academy" | "agency" | "alliance" | "association" | "bureau" | "campaign" | "center"
            | "centers" | "centre" | "coalition" | "college" | "commission" | "committee"
            | "conference" | "council" | "department" | "federation" | "foundation" | "fund"
            | "hospital" | "institute" | "institutes" | "ministry" | "movement" | "network"
            | "observatory" | "office" | "organisation" | "organization" | "school" | "society"
    )
}

/// Whether this stands before a title, so that no institution goes on there.
#[rustfmt::skip]
fn is_rank(term: &str) -> bool {
    matches!(
        term,
        "acting" | "deputy" | "former" | "vice"
    )
}

/// The longest name, in words.
pub const MAX_WORDS: usize = 7;

/// Where a name ends: after `of` or `for` and the capitals behind it if it is an institution, and
/// after those that `and` joins to them if an abbreviation says so.
pub fn end_of(capitals: &Capitals<'_>, name: &Mention) -> usize {
    let Some(head) = name.clone().next_back() else {
        return name.end;
    };
    let head = capitals.words().term(head);
    let links =
        |term, is_head: fn(&str) -> bool| capitals.goes_on(name.end, &[term]) && is_head(head);
    let mere = name.len() == 1 || !["department", "ministry"].contains(&head);
    let is_linked = links("of", is_head) || mere && links("for", is_head_for);
    if !is_linked {
        return listed_end(capitals, name).unwrap_or(name.end);
    }
    let mut end = name.end;
    while let Some(next) = linked_end(capitals, end).filter(|next| next - name.start <= MAX_WORDS) {
        end = next;
    }
    let is_short_for = |end: &usize| abbreviation(capitals, &(name.start..*end)).is_some();
    let joined = joined_end(capitals, end).filter(|_| end > name.end);
    joined.filter(is_short_for).unwrap_or(end)
}

/// Where an institution ends whose name begins with a list: `Food and Drug Administration`, if an
/// abbreviation says so.
fn listed_end(capitals: &Capitals<'_>, name: &Mention) -> Option<usize> {
    let end = joined_end(capitals, name.end).filter(|end| end - name.start <= MAX_WORDS)?;
    let whole = name.start..end;
    let is_short_for =
        || abbreviation(capitals, &whole).is_some() || initials(capitals, &whole).is_some();
    (is_head(capitals.words().term(end - 1)) && is_short_for()).then_some(end)
}

/// Where an institution ends that the text writes with `and` and further capitals more than once,
/// and neither it nor the last of these without.
pub fn repeated_end(capitals: &Capitals<'_>, places: &Places<'_>, name: &Mention) -> usize {
    let whole = |name: &Mention| written_out(&places.mentions_of(name, capitals.zones()), name);
    let joined = head(capitals, name).and_then(|_| joined_end(capitals, name.end));
    let joined = joined.filter(|end| end - name.start <= MAX_WORDS);
    let repeats = |end: &usize| {
        let joined = whole(&(name.start..*end));
        let last = capitals.words().all()[end - 1].number;
        joined > 1 && joined == whole(name) && joined == capitals.count(last)
    };
    joined.filter(repeats).unwrap_or(name.end)
}

/// How many of its mentions write a name out.
pub fn written_out(mentions: &[Mention], name: &Mention) -> usize {
    let whole = mentions.iter().filter(|m| m.len() == name.len());
    whole.count()
}

/// Where the capitals end that `of` or `for` links to a name.
fn linked_end(capitals: &Capitals<'_>, end: usize) -> Option<usize> {
    let linked = capitals.goes_on(end, &["of", "for"]);
    let the = linked && capitals.goes_on(end + 1, &["the"]);
    let start = end + 1 + usize::from(the);
    linked.then(|| capitals_end(capitals, start)).flatten()
}

/// Where the capitals end that `and` joins to a name.
fn joined_end(capitals: &Capitals<'_>, end: usize) -> Option<usize> {
    let joined = capitals.goes_on(end, &["and"]);
    joined.then(|| capitals_end(capitals, end + 1)).flatten()
}

/// Where the capitals end that start here, a space behind the word before them: before a title,
/// what is never a name, and whatever belongs to them.
fn capitals_end(capitals: &Capitals<'_>, at: usize) -> Option<usize> {
    let all = capitals.words().all();
    let ends = |word: &Word| {
        let rank = is_rank(capitals.words().term_of(word));
        rank || matches!(capitals.meaning(word), Use::Never | Use::Title)
    };
    let is_part = |word: &Word| word.capital && word.follows && !ends(word);
    let goes_on = |pair: &&[Word]| {
        let (word, next) = (&pair[0], &pair[1]);
        is_part(next) && next.sentence == word.sentence && !capitals.is_possessive(word)
    };
    let first = all.get(at).filter(|word| is_part(word));
    first.map(|_| at + 1 + all[at..].windows(2).take_while(goes_on).count())
}

/// What says what an institution is, where its name has small words: the capitals before the first
/// of them, behind a list the last word.
pub fn head(capitals: &Capitals<'_>, name: &Mention) -> Option<Mention> {
    let words = &capitals.words().all()[name.clone()];
    let small = |word: &Word| !word.capital && !capitals.is_particle(word);
    let small = words.iter().position(small).filter(|&small| small > 0)?;
    match capitals.words().term_of(&words[small]) {
        "and" => Some(name.end - 1..name.end),
        _ => Some(name.start..name.start + small),
    }
}

/// Where capitals in parentheses stand for a name: behind this place of it, as first letters of its
/// words. Two letters behind other names than institutions are mostly a state or a party.
pub fn abbreviation(capitals: &Capitals<'_>, name: &Mention) -> Option<usize> {
    let words = capitals.words().all();
    let whole = with_suffixes(capitals, name);
    let next = words.get(whole.end)?;
    let opens = next.capital
        && capitals.gap(whole.end.checked_sub(1)?) == Some(" (")
        && capitals.zones()[next.zone][next.span.end..].starts_with(')');
    let letters = capitals.text(next);
    let fewest = if head(capitals, name).is_some() { 2 } else { 3 };
    if !opens || letters.len() < fewest || !capitals.is_written_large(next) {
        return None;
    }
    let initials = words[whole.clone()].iter();
    let initials = initials.flat_map(|word| letters_of(capitals, word));
    is_within(letters, initials).then_some(whole.end)
}

/// A name with what only stands behind it (`Corporation`), whose letters abbreviations have too.
fn with_suffixes(capitals: &Capitals<'_>, name: &Mention) -> Mention {
    let words = capitals.words();
    let behind = words.all()[name.end..].iter();
    let suffix = |w: &&Word| w.capital && w.follows && is_suffix(words.term_of(w));
    name.start..name.end + behind.take_while(suffix).count()
}

/// The first letter of a word, and the capitals behind its hyphens, as they are without accents.
fn letters_of<'t>(capitals: &Capitals<'t>, word: &Word) -> impl Iterator<Item = char> + use<'t> {
    let written = capitals.text(word).split('-');
    let parts = capitals.words().term_of(word).split('-').zip(written);
    let large = |(at, (folded, written)): (usize, (&'t str, &'t str))| {
        let large = at == 0 || written.starts_with(char::is_uppercase);
        let letter = folded.chars().next().filter(|_| large);
        letter.map(|letter| letter.to_ascii_uppercase())
    };
    parts.enumerate().filter_map(large)
}

/// The first letters of all capitals of a name, three at least, with those of what stands behind it
/// or without, if the text has such a word.
pub fn initials(capitals: &Capitals<'_>, name: &Mention) -> Option<(String, u32)> {
    let words = capitals.words();
    let of = |name: &Mention| {
        let large = words.all()[name.clone()].iter().filter(|word| word.capital);
        let letters = large.flat_map(|word| letters_of(capitals, word));
        let letters: String = letters.take(MAX_LETTERS + 1).collect();
        let some = (3..=MAX_LETTERS).contains(&letters.len());
        let number = some.then(|| words.number(&letters.to_ascii_lowercase()));
        number.flatten().map(|number| (letters, number))
    };
    let whole = with_suffixes(capitals, name);
    let longer = (whole != *name).then(|| of(&whole)).flatten();
    longer.or_else(|| of(name))
}

/// Whether letters come among initials in their order.
fn is_within(letters: &str, mut initials: impl Iterator<Item = char>) -> bool {
    let mut letters = letters.chars();
    letters.all(|letter| initials.any(|one| one == letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{features::Words, tagger::targets::found};

    fn names(body: &str) -> Vec<String> {
        found("", body).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn institutions_are_one_name_with_what_stands_for_them() {
        let body = "The Bank of Orlan (BO) raised rates. The Bank said that Orlan had asked it to. \
                    Susan Keller of Orlan, whom BO fined, left. Bank policy is bad. Keller sued.";
        let expected = [
            ("Bank of Orlan".into(), 4),
            ("Orlan".into(), 2),
            ("Susan Keller".into(), 2),
        ];
        assert_eq!(found("", body), expected);
        for (body, expected) in [
            (
                "Staff of the Centers for Disease Control and Prevention (CDC) left. She asked the \
                 CDC why it was so, as the Centers for Disease Control and Prevention did.",
                ("Centers for Disease Control and Prevention", 4),
            ),
            (
                "Staff of the Orlan Observatory for Human Rights left. The Observatory was silent.",
                ("Orlan Observatory for Human Rights", 2),
            ),
            (
                "The Organisation for the Prohibition of Chemical Weapons (OPCW) left. OPCW staff \
                 of the Organisation for the Prohibition of Chemical Weapons stayed.",
                ("Organisation for the Prohibition of Chemical Weapons", 4),
            ),
            (
                "The World Health Organization left. The World Health Organization (WHO) came, as \
                 the WHO does. Who was it?",
                ("World Health Organization", 4),
            ),
            (
                "The Orlan Broadcasting Corporation (OBC) left. OBC staff did not see the OBC go.",
                ("Orlan Broadcasting", 4),
            ),
            (
                "The Reserve Bank of Orlan left. RBO staff did not see it go, said the RBO.",
                ("Reserve Bank of Orlan", 3),
            ),
            (
                "The Orlan Department of Health and Human Services (HHS) left. He asked HHS why.",
                ("Orlan Department of Health and Human Services", 3),
            ),
        ] {
            assert_eq!(found("", body), [(expected.0.into(), expected.1)], "{body}");
        }
    }

    #[test]
    fn institutions_take_nobody_else_with_them() {
        for (body, expected) in [
            (
                "She told the Department of Health and Anna Keller. Then Keller left.",
                &["Anna Keller"][..],
            ),
            (
                "The Bank of Orlan Governor Anna Keller left. The Bank of Orlan's Anna Keller \
                 stayed. It was the Bank of Orlan.",
                &["Bank of Orlan", "Anna Keller"],
            ),
            (
                "The Bank of Orlan and Vale Watch left. The Bank of Orlan was closed. The Bank of \
                 Orlan and Vale Watch came back.",
                &["Bank of Orlan", "Vale Watch"],
            ),
            (
                "The Department of Justice left. The Department of Labor left. The Department of \
                 Justice met the Department of Labor. The Department was closed.",
                &["Department of Justice", "Department of Labor"],
            ),
            (
                "The White House of Donald Trump was angry. The White House said so. The White \
                 House was blamed, and Trump left.",
                &["White House", "Donald Trump"],
            ),
            (
                "She blamed the Justice Department for Benghazi. The Justice Department denied it.",
                &["Justice Department"],
            ),
            (
                "The University of Orlan and Ann Keller sued. The University of Orlan and Ann \
                 Keller won. Keller spoke.",
                &["Ann Keller", "University of Orlan"],
            ),
            (
                "The Orlan Medical Association (OMA) left. The OMA and the Orlan Marketing \
                 Association met. The OMA was silent.",
                &["Orlan Medical Association"],
            ),
            (
                "The Bank of Orlan met the Bank of Vale. The Bank of Orlan and Bank of Orlan \
                 Deputy Governor Ann Keller spoke, as the Bank said.",
                &["Bank of Orlan"],
            ),
            (
                "Susan Collins of Maine met Chris Allen (CA) in May. Collins left Allen (CA).",
                &["Susan Collins", "Chris Allen"],
            ),
        ] {
            assert_eq!(names(body), expected, "{body}");
        }
    }

    #[test]
    fn letters_come_among_initials_in_their_order() {
        for (letters, initials, within) in [
            ("CDC", "CFDCAP", true),
            ("DOJ", "DOJ", true),
            ("WHO", "WHO", true),
            ("EU", "UE", false),
            ("CDCD", "CFDCAP", false),
            ("US", "AUS", true),
        ] {
            assert_eq!(is_within(letters, initials.chars()), within, "{letters}");
        }
    }

    #[test]
    fn only_capitals_in_parentheses_are_an_abbreviation() {
        for (text, short) in [
            ("World Health Organization (WHO) left", Some("WHO")),
            ("The World Health Organization (WHO) left", None),
            ("World Health Organization WHO left", None),
            ("World Health Organization, (WHO) left", None),
            ("World Health Organization (WHO, Geneva) left", None),
            ("World Health Organization (who) left", None),
            ("World Health Organization (WXO) left", None),
            ("World Health Organization", None),
        ] {
            let zones = ["", text];
            let words = Words::read(&zones, 100);
            let capitals = Capitals::of(&words, &zones);
            let found = abbreviation(&capitals, &(0..3));
            let found = found.map(|at| capitals.text(&words.all()[at]));
            assert_eq!(found, short, "{text}");
        }
    }
}
