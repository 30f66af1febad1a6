//! Where things happen, which does nothing by itself: datelines and places.

use super::{
    capitals::Capitals,
    institutions::{head, is_head},
};
use crate::features::{Mention, Word, Words};

/// A place stands behind these more often than not.
const PREPOSITIONS: &[&str] = &[
    "across",
    "around",
    "in",
    "into",
    "near",
    "outside",
    "throughout",
];
/// The longest dateline, in bytes.
const MAX_BYTES: usize = 80;

/// The words of a dateline, which says at the start of a body where it was written and whose it is:
/// `KYIV, Ukraine (AP) —`.
pub fn dateline(words: &Words, zones: &[&str]) -> Mention {
    const MARKS: [&str; 4] = ["\u{2014}", "\u{2013}", " - ", "--"];
    let all = words.all();
    let start = all.partition_point(|word| word.zone == 0);
    let Some((first, body)) = all.get(start).map(|first| (first, zones[first.zone])) else {
        return start..start;
    };
    let place = &body[first.span.clone()];
    if place.len() < 3 || !place.chars().all(char::is_uppercase) {
        return start..start;
    }
    let mut ends = (0..=MAX_BYTES.min(body.len())).rev();
    let opening = ends.find_map(|end| body.get(..end)).unwrap_or_default();
    let end = MARKS.iter().filter_map(|mark| opening.find(mark)).min();
    let within = all[start..]
        .iter()
        .take_while(|word| Some(word.span.end) <= end);
    let is_part = |word: &Word| word.capital || body.as_bytes()[word.span.start].is_ascii_digit();
    let all_parts = within.clone().all(is_part);
    start..start + within.filter(|_| all_parts).count()
}

/// Whether a text speaks of a name as of a place, half of the time at least.
pub fn is_place(capitals: &Capitals<'_>, name: &Mention, mentions: &[Mention]) -> bool {
    let words = capitals.words();
    let institution = head(capitals, name).is_some() || is_head(words.term(name.end - 1));
    let places = mentions.iter().filter(|m| is_where(capitals, m)).count();
    !institution && 2 * places >= mentions.len()
}

/// Whether these words say where something happens: `in Orlan`, but not `in Orlan's office`.
pub fn is_where(capitals: &Capitals<'_>, mention: &Mention) -> bool {
    let words = capitals.words();
    let behind = |at: usize| at.checked_sub(1).filter(|_| words.all()[at].follows);
    let preposition = behind(mention.start).filter(|&at| PREPOSITIONS.contains(&words.term(at)));
    let stands = preposition.is_some_and(|at| {
        let of_another = behind(at).is_some_and(|before| goes_on_with_in(words.term(before)));
        !of_another && !capitals.is_possessive(&words.all()[mention.end - 1])
    });
    stands || capitals.dateline().contains(&mention.start)
}

/// Whether `in` and a name behind this say nothing of where: `shares in Orlan`.
#[rustfmt::skip]
fn goes_on_with_in(term: &str) -> bool {
    matches!(
        term,
        "belief" | "believe" | "believed" | "believes" | "confidence" | "division" | "divisions"
            | "faith" | "hope" | "hopes" | "interest" | "interested" | "invest" | "invested"
            | "investing" | "investment" | "investments" | "investor" | "investors" | "majority"
            | "rift" | "rifts" | "role" | "share" | "shareholder" | "shareholders" | "shares"
            | "split" | "splits" | "stake" | "stakes" | "stock" | "trust"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tagger::targets::found;

    #[test]
    fn a_dateline_is_told_by_its_capitals_and_its_mark() {
        for (body, words) in [
            ("ORLAN (AP) \u{2014} Rain fell in Orlan.", 2),
            ("NEW ORLAN, Vale, Nov 3 (Reuters) - Rain fell.", 6),
            ("ORLAN: Rain fell.", 0),
            ("ORLAN said that rain fell - and stopped.", 0),
            ("ORLAN \u{2014}", 1),
            ("Orlan \u{2014} Rain fell.", 0),
            ("UN - Rain fell.", 0),
            ("ORLAN", 0),
            ("", 0),
        ] {
            let zones = ["Rain - RAIN - Rain", body];
            let words_of = Words::read(&zones, 100);
            assert_eq!(dateline(&words_of, &zones), 3..3 + words, "{body}");
        }
    }

    #[test]
    fn places_are_no_targets_and_who_acts_is_one() {
        for (body, expected) in [
            (
                "KELBURY (AP) \u{2014} Rain fell on Kelbury and stopped in Kelbury.",
                &[][..],
            ),
            ("It rained in Kelbury. Then Kelbury was dry.", &[]),
            (
                "It rained in Kelbury. Kelbury sued, and then Kelbury won.",
                &["Kelbury"],
            ),
            (
                "Shares in Kelbury fell. Investors in Kelbury sold Kelbury.",
                &["Kelbury"],
            ),
            (
                "It hung in Kelbury's hall. Then Kelbury was dry.",
                &["Kelbury"],
            ),
            (
                "Voters in Parliament Square met in Parliament. It was in Parliament.",
                &["Parliament"],
            ),
        ] {
            let names = found("", body).into_iter().map(|(name, _)| name);
            assert_eq!(names.collect::<Vec<_>>(), expected, "{body}");
        }
    }
}
