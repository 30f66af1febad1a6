//! What stands for a name besides itself and its last word.

use super::{
    capitals::Capitals,
    countries::is_country,
    institutions::{abbreviation, head, initials, written_out},
    locations::is_where,
    uses::is_compass,
};
use crate::{
    features::{MAX_MENTIONS, Mention, Places},
    text::without_possessive,
};

/// Heads that stand for another than the one at hand if nothing is before or behind them.
const COMMON_HEADS: &[&str] = &[
    "administration",
    "army",
    "congress",
    "court",
    "parliament",
    "times",
    "union",
];

/// What stands for a name besides itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Its abbreviation, by a place of it.
    Abbreviation(usize),
    /// What says what it is, or the last word of this, behind `the`: `the Bank`.
    Head,
    /// Its first word: `Brook` for `Brook Motors`.
    First,
}

/// A form that may be of several names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    form: Form,
    /// Of the last word of the form.
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
    let introduced = whole.find_map(|m| abbreviation(capitals, m).map(|at| (at, 2)));
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
    let first = first(capitals, places, name);
    [short, head, first].into_iter().flatten().collect()
}

/// The first word of a name, where the text calls it so and nobody else, and no place.
fn first(capitals: &Capitals<'_>, places: &Places<'_>, name: &Mention) -> Option<Claim> {
    let all = capitals.words().all();
    let word = &all[name.start];
    // What owns what follows, and the abbreviation of whom a person is of, are names themselves.
    let may_stand = name.len() > 1
        && (capitals.has_short_form(name) || capitals.are_partners(name))
        && word.span.len() > 1
        && !capitals.is_possessive(word)
        && !capitals.is_written_large(word)
        && !capitals.is_initial(name.start)
        && !capitals.is_common(word)
        && !capitals.is_title(name.start)
        && !capitals.is_particle(word)
        && !is_compass(capitals.words().term_of(word))
        && !is_country(capitals.words().term_of(word));
    if !may_stand {
        return None;
    }
    let second = |at: usize| all.get(at + 1).map(|word| word.number);
    let positions = places.positions(word.number).iter().map(|&at| at as usize);
    let others = positions.filter(|&at| all[at].zone > 0 && second(at) != second(name.start));
    let mut others = others.take(MAX_MENTIONS);
    let acts = |at| !capitals.starts_sentence(at) || goes_on_as_an_actor(capitals, at);
    let is_free = |at: usize| {
        let behind_initial = at > 0 && capitals.is_initial(at - 1);
        !behind_initial && is_first(capitals, name, at) && !is_where(capitals, &(at..at + 1))
    };
    let claim = Claim {
        form: Form::First,
        number: word.number,
        rank: 1,
    };
    (others.clone().any(acts) && others.all(is_free)).then_some(claim)
}

/// Whether what follows the word at `at` shows that it does something, though it starts a sentence:
/// `Young said`, not `Young people`.
fn goes_on_as_an_actor(capitals: &Capitals<'_>, at: usize) -> bool {
    const VERBS: [&str; 14] = [
        "also", "and", "came", "did", "does", "had", "has", "is", "said", "says", "then", "told",
        "was", "would",
    ];
    let words = capitals.words();
    let next = words.all().get(at + 1).filter(|next| next.follows);
    capitals.is_possessive(&words.all()[at])
        || capitals.gap(at) == Some(", ")
        || capitals.goes_on(at + 1, &VERBS)
        || next.is_some_and(|next| words.term_of(next).ends_with("ed"))
}

/// Whether the first word of a name stands for it at `at`.
fn is_first(capitals: &Capitals<'_>, name: &Mention, at: usize) -> bool {
    let word = capitals.text(&capitals.words().all()[name.start]);
    capitals.stands_for(&(at..at + 1), word, false)
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
            let places = positions.filter(is_it).map(|at| at..at + 1);
            places.take(MAX_MENTIONS).collect()
        }
        Form::First => {
            let alone = positions.filter(|&at| is_first(capitals, name, at));
            alone.map(|at| at..at + 1).take(MAX_MENTIONS).collect()
        }
        Form::Head => {
            let head = head(capitals, name).unwrap_or_default();
            let numbers = |words: &Mention| all[words.clone()].iter().map(|word| word.number);
            let alone = positions.filter_map(|at| {
                let whole = (at + 1).checked_sub(head.len()).map(|start| start..at + 1);
                let whole = whole.filter(|whole| numbers(whole).eq(numbers(&head)));
                let mut forms = [whole, Some(at..at + 1)].into_iter().flatten();
                forms.find(|form| {
                    capitals.stand_behind_the(form) && capitals.stand_apart(form, false)
                })
            });
            alone.take(MAX_MENTIONS).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::tagger::targets::found;

    #[test]
    fn the_first_word_stands_for_a_name_if_it_is_of_nobody_else() {
        for (body, expected) in [
            (
                "Kelbury Motors rose. It said that Kelbury would grow, if Kelbury could.",
                ("Kelbury Motors", 3),
            ),
            (
                "Kim Jong Orlan left. Asked why, Kim was silent.",
                ("Kim Jong Orlan", 2),
            ),
            (
                "Kelbury Motors rose. Ann Kelbury left. He saw Kelbury fall, and so did Kelbury.",
                ("Ann Kelbury", 3),
            ),
            (
                "Kelbury Motors rose. He was in Kelbury. The men of Kelbury met the men of Kelbury.",
                ("Kelbury", 3),
            ),
            (
                "Kelbury Motors rose. Kelbury United fell. He saw Kelbury again, and so did Kelbury.",
                ("Kelbury", 2),
            ),
        ] {
            assert_eq!(found("", body), [(expected.0.into(), expected.1)], "{body}");
        }
    }
}
