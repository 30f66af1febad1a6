//! Names with small words in them, as institutions have (`Bank of England`, `Centers for Disease
//! Control and Prevention`), and what stands for a name: `the Bank`, and the capitals behind it in
//! parentheses (`World Health Organization (WHO)`), wherever they stand.

use super::capitals::{Capitals, MAX_LETTERS};
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
    "friends", "fund", "hospital", "house", "institute", "institutes", "institution", "league",
    "library", "ministry", "movement", "museum", "network", "observatory", "office",
    "organisation", "organization", "parliament", "party", "school", "service", "society", "times",
    "trust", "union", "university",
];

/// Those of them that `for` goes on behind as well. What is blamed or praised `for` something has
/// another head, or is more than a mere `Department`.
#[rustfmt::skip]
const HEADS_FOR: &[&str] = &[
    "academy", "agency", "alliance", "association", "bureau", "campaign", "center", "centers",
    "centre", "coalition", "college", "commission", "committee", "conference", "council",
    "department", "federation", "foundation", "fund", "hospital", "institute", "institutes",
    "ministry", "movement", "network", "observatory", "office", "organisation", "organization",
    "school", "society",
];
/// Those that stand for another than the one at hand if nothing is before or behind them.
const COMMON_HEADS: &[&str] = &["army", "congress", "court", "parliament", "times", "union"];
/// What stands before a title, so that no institution goes on there.
const RANKS: &[&str] = &["acting", "deputy", "former", "vice"];

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
        |term, heads: &[&str]| goes_on(capitals, name.end, &[term]) && heads.contains(&head);
    let mere = name.len() == 1 || !["department", "ministry"].contains(&head);
    let is_linked = links("of", HEADS) || mere && links("for", HEADS_FOR);
    if !is_linked {
        return name.end;
    }
    let mut end = name.end;
    while let Some(next) = linked_end(capitals, end).filter(|next| next - name.start <= MAX_WORDS) {
        end = next;
    }
    let is_short_for = |end: &usize| abbreviation(capitals, &(name.start..*end)).is_some();
    let joined = joined_end(capitals, end).filter(|_| end > name.end);
    joined.filter(is_short_for).unwrap_or(end)
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
    let linked = goes_on(capitals, end, &["of", "for"]);
    let the = linked && goes_on(capitals, end + 1, &["the"]);
    let start = end + 1 + usize::from(the);
    linked.then(|| capitals_end(capitals, start)).flatten()
}

/// Where the capitals end that `and` joins to a name.
fn joined_end(capitals: &Capitals<'_>, end: usize) -> Option<usize> {
    let joined = goes_on(capitals, end, &["and"]);
    joined.then(|| capitals_end(capitals, end + 1)).flatten()
}

/// Whether one of these terms stands here, a space behind the word before it.
fn goes_on(capitals: &Capitals<'_>, at: usize, terms: &[&str]) -> bool {
    let words = capitals.words();
    let word = words.all().get(at).filter(|word| word.follows);
    word.is_some_and(|word| terms.contains(&words.term_of(word)))
}

/// Where the capitals end that start here, a space behind the word before them: before a title,
/// what is never a name, and whatever belongs to them.
fn capitals_end(capitals: &Capitals<'_>, at: usize) -> Option<usize> {
    let all = capitals.words().all();
    let ends = |word: &Word| {
        let rank = RANKS.contains(&capitals.words().term_of(word));
        rank || capitals.is_never_a_name(word) || capitals.is_title(word)
    };
    let is_part = |word: &Word| word.capital && word.follows && !ends(word);
    let goes_on = |pair: &&[Word]| {
        let (word, next) = (&pair[0], &pair[1]);
        is_part(next) && next.sentence == word.sentence && !capitals.is_possessive(word)
    };
    let first = all.get(at).filter(|word| is_part(word));
    first.map(|_| at + 1 + all[at..].windows(2).take_while(goes_on).count())
}

/// The capitals before the first small word of a name, where it has one.
pub fn head(capitals: &Capitals<'_>, name: &Mention) -> Option<Mention> {
    let words = &capitals.words().all()[name.clone()];
    let small = words.iter().position(|word| !word.capital);
    small
        .filter(|&small| small > 0)
        .map(|small| name.start..name.start + small)
}

/// The word that stands for a name: capitals in parentheses behind this place of it that are first
/// letters of its words. Two letters behind other names than institutions are mostly a state or a
/// party.
pub fn abbreviation<'t>(capitals: &Capitals<'t>, name: &Mention) -> Option<&'t Word> {
    let words = capitals.words().all();
    let (last, next) = (words.get(name.end.checked_sub(1)?)?, words.get(name.end)?);
    let text = capitals.zones()[next.zone];
    let opens = next.capital
        && last.zone == next.zone
        && &text[last.span.end..next.span.start] == " ("
        && text[next.span.end..].starts_with(')');
    let letters = capitals.text(next);
    let fewest = if head(capitals, name).is_some() { 2 } else { 3 };
    if !opens || letters.len() < fewest || !capitals.is_written_large(next) {
        return None;
    }
    let initials = words[name.clone()]
        .iter()
        .map(|word| initial(capitals, word));
    let initials: Vec<char> = initials.map(|c| c.to_ascii_uppercase()).collect();
    let mut rests = (0..initials.len()).map(|skipped| &initials[skipped..]);
    rests.any(|rest| is_within(letters, rest)).then_some(next)
}

/// The first letter of a word.
fn initial(capitals: &Capitals<'_>, word: &Word) -> char {
    capitals.text(word).chars().next().unwrap_or_default()
}

/// The first letters of all capitals of a name, three at least, if the text has such a word.
pub fn initials(capitals: &Capitals<'_>, name: &Mention) -> Option<(String, u32)> {
    let words = capitals.words();
    let large = words.all()[name.clone()].iter().filter(|word| word.capital);
    let letters: String = large.map(|word| initial(capitals, word)).collect();
    let some = (3..=MAX_LETTERS).contains(&letters.len());
    let number = some.then(|| words.number(&letters.to_ascii_lowercase()));
    number.flatten().map(|number| (letters, number))
}

/// What stands for a name besides itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Its abbreviation, by a place of it.
    Abbreviation(usize),
    /// The capitals before its first small word, or the last of these, behind `the`: `the Bank`.
    Head,
}

/// A form that may be of several names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    form: Form,
    /// Of the word that ends the form.
    number: u32,
    /// The higher, the more the text supports it.
    rank: usize,
}

impl Claim {
    /// Whether another claim to the same form is as good.
    pub fn is_contested_by(&self, other: &Self) -> bool {
        self.number == other.number && other.rank >= self.rank
    }
}

/// The forms of a name that has these mentions.
pub fn claims(
    capitals: &Capitals<'_>,
    places: &Places<'_>,
    name: &Mention,
    mentions: &[Mention],
) -> Vec<Claim> {
    let all = capitals.words().all();
    let mut whole = mentions.iter().filter(|m| m.len() == name.len());
    let introduced = whole.find_map(|m| abbreviation(capitals, m).map(|_| (m.end, 2)));
    let unintroduced = || {
        let (letters, number) = initials(capitals, name)?;
        let mut positions = places.positions(number).iter().map(|&at| at as usize);
        let at = positions.find(|&at| without_possessive(capitals.text(&all[at])) == letters);
        at.map(|at| (at, 1))
    };
    let short = introduced.or_else(unintroduced).map(|(at, rank)| Claim {
        form: Form::Abbreviation(at),
        number: all[at].number,
        rank,
    });
    let times = written_out(mentions, name);
    // What the text calls the White House as well is not of Donald Trump.
    let is_own = |head: &Mention| {
        let places_of_head = || places.mentions_of(head, capitals.zones());
        times > 1 || written_out(&places_of_head(), head) == 1
    };
    let head = head(capitals, name).filter(|head| match head.len() {
        1 => !COMMON_HEADS.contains(&capitals.words().term(head.start)),
        _ => is_own(head),
    });
    let head = head.map(|head| Claim {
        form: Form::Head,
        number: all[head.end - 1].number,
        rank: times,
    });
    short.into_iter().chain(head).collect()
}

/// Where a form of a name stands.
pub fn places_of(
    capitals: &Capitals<'_>,
    places: &Places<'_>,
    name: &Mention,
    claim: Claim,
) -> Vec<Mention> {
    let all = capitals.words().all();
    let positions = places.positions(claim.number).iter().map(|&at| at as usize);
    match claim.form {
        Form::Abbreviation(first) => {
            let form = without_possessive(capitals.text(&all[first]));
            let is_it = |at: &usize| without_possessive(capitals.text(&all[*at])) == form;
            positions.filter(is_it).map(|at| at..at + 1).collect()
        }
        Form::Head => {
            let head = head(capitals, name).unwrap_or_default();
            let numbers = |words: &Mention| all[words.clone()].iter().map(|word| word.number);
            let alone = positions.filter_map(|at| {
                let whole = (at + 1).checked_sub(head.len()).map(|start| start..at + 1);
                let whole = whole.filter(|whole| numbers(whole).eq(numbers(&head)));
                let mut forms = [whole, Some(at..at + 1)].into_iter().flatten();
                forms.find(|form| stands_alone(capitals, form))
            });
            alone.collect()
        }
    }
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
fn is_within(letters: &str, initials: &[char]) -> bool {
    let (mut letters, mut initials) = (letters.chars(), initials.iter());
    initials.next() == letters.next().as_ref()
        && letters.all(|letter| initials.any(|one| *one == letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Words;

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
            let initials: Vec<char> = initials.chars().collect();
            assert_eq!(is_within(letters, &initials), within, "{letters}");
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
            let found = abbreviation(&capitals, &(0..3)).map(|word| capitals.text(word));
            assert_eq!(found, short, "{text}");
        }
    }
}
