//! Whom an article is about: countries and names that it repeats, for a caller who names no
//! targets.

use std::cmp::Reverse;

use super::{
    capitals::Capitals,
    countries::{Found, countries},
    forms::{claims, places_of},
    institutions::{head, written_out},
    locations::is_place,
    names::Names,
};
use crate::features::{MAX_MENTIONS, Mention, Places, Word};

/// The most targets that are found.
pub const MAX_FOUND: usize = 5;
/// Names that occur less often are not what the article is about.
pub const MIN_MENTIONS: usize = 2;

/// A target and where it is mentioned.
type Target = (String, Vec<Mention>);
/// The mentions of a name and the first place where it is written out.
type Named = (Vec<Mention>, Mention);

/// Names and where they are mentioned, the most frequent first, then the first.
#[must_use]
pub fn find_targets(places: &Places<'_>, capitals: &Capitals<'_>) -> Vec<Target> {
    if !capitals.are_telling() {
        return Vec::new();
    }
    let words = places.words();
    let names = Names { capitals, places };
    let mut countries = countries(places, capitals);
    countries.retain(|country| country.mentions.len() >= MIN_MENTIONS);
    let mut others = names.frequent();
    others.retain(|name| !countries.iter().any(|c| c.is_called(words, name)));
    let others = others
        .into_iter()
        .map(|name| (places.mentions_of(&name, capitals.zones()), name));
    let mut others: Vec<Named> = others.collect();
    keep_own_short_forms(&mut others, capitals);
    add_forms(&mut others, capitals, places);
    let inside = words_of_institutions(&others, capitals);
    let dateline = capitals.dateline();
    let apart = |m: &Mention| !inside[m.clone()].contains(&true) && !dateline.contains(&m.start);
    countries
        .iter_mut()
        .for_each(|country| country.mentions.retain(apart));
    let plain = others
        .iter_mut()
        .filter(|(_, name)| head(capitals, name).is_none());
    plain.for_each(|(mentions, _)| mentions.retain(apart));
    others.retain(|(mentions, name)| !is_place(capitals, name, mentions));
    let called = |country: Found| {
        let written = country.named.as_ref().map(|name| names.written(name));
        let name = written.unwrap_or_else(|| country.name().to_owned());
        (name, country.mentions)
    };
    let mut found: Vec<Target> = countries.into_iter().map(called).collect();
    let others = others.into_iter();
    found.extend(others.map(|(mentions, name)| (names.written(&name), mentions)));
    most_mentioned(found, words.all().len())
}

/// Keeps the last word of a long name alone as a mention of it only where it is no part of another
/// name, and of several names that end alike leaves it to the one that is written out most, of
/// equals to the shortest and first.
fn keep_own_short_forms(names: &mut [Named], capitals: &Capitals<'_>) {
    let words = capitals.words().all();
    let claim = |(mentions, name): &Named| {
        let initial = |word: &&Word| word.span.len() == 1;
        let initials = words[name.clone()].iter().filter(initial).count();
        let length = Reverse(name.len() - initials);
        let rank = (written_out(mentions, name), length, Reverse(name.start));
        let may = capitals.has_short_form(name);
        may.then_some((words[name.end - 1].number, rank))
    };
    let claims: Vec<_> = names.iter().map(claim).collect();
    for ((mentions, name), own) in names.iter_mut().zip(&claims) {
        let mut others = claims.iter().flatten();
        let holds = own
            .is_some_and(|(last, own)| !others.any(|(other, rank)| *other == last && *rank > own));
        let last = capitals.text(&words[name.end - 1]);
        mentions.retain(|mention| match (mention.len() == name.len(), name.len()) {
            (true, 1) => {
                let large = capitals.is_written_large(&words[mention.start]);
                large || capitals.stand_apart(mention, false)
            }
            (true, _) => true,
            (false, _) => holds && capitals.stands_for(mention, last, false),
        });
        extend_short_forms(mentions, name.len(), capitals);
    }
}

/// Adds the small words of a name to those mentions that do not write all of it out.
pub fn extend_short_forms(mentions: &mut [Mention], length: usize, capitals: &Capitals<'_>) {
    let short = mentions.iter_mut().filter(|mention| mention.len() < length);
    short.for_each(|mention| *mention = capitals.with_particles(mention));
}

/// Adds where forms of names stand, but for those that another name has as good a claim to.
fn add_forms(names: &mut [Named], capitals: &Capitals<'_>, places: &Places<'_>) {
    let of_name = |(mentions, name): &Named| claims(capitals, places, name, mentions);
    let all: Vec<_> = names.iter().map(of_name).collect();
    for (at, (mentions, name)) in names.iter_mut().enumerate() {
        let others = all.iter().enumerate().filter(|&(other, _)| other != at);
        let others = others.flat_map(|(_, claims)| claims);
        let own = all[at]
            .iter()
            .filter(|own| !others.clone().any(|other| own.is_contested_by(other)));
        let more = own.flat_map(|claim| places_of(capitals, places, name, *claim));
        add(mentions, more.collect());
    }
}

/// Which words are part of an institution that the text speaks of again: they name nobody else.
fn words_of_institutions(names: &[Named], capitals: &Capitals<'_>) -> Vec<bool> {
    let mut inside = vec![false; capitals.words().all().len()];
    let repeated = names.iter().filter(|(mentions, name)| {
        mentions.len() >= MIN_MENTIONS && head(capitals, name).is_some()
    });
    for mention in repeated.flat_map(|(mentions, _)| mentions) {
        inside[mention.clone()].fill(true);
    }
    inside
}

/// The targets of which enough is left when those that are mentioned more have taken theirs.
fn most_mentioned(mut found: Vec<Target>, words: usize) -> Vec<Target> {
    found.sort_by(|(_, a), (_, b)| {
        let first = |mentions: &[Mention]| mentions.first().map(|m| (m.start, Reverse(m.end)));
        b.len().cmp(&a.len()).then_with(|| first(a).cmp(&first(b)))
    });
    let mut taken = vec![false; words];
    found.retain(|(_, mentions)| {
        let is_free = |mention: &&Mention| !taken[(*mention).clone()].contains(&true);
        let own = mentions.iter().filter(is_free).count();
        let enough = own >= MIN_MENTIONS;
        if enough {
            mentions.iter().for_each(|m| taken[m.clone()].fill(true));
        }
        enough
    });
    found.truncate(MAX_FOUND);
    found
}

/// Adds mentions that may overlap with others; the first one keeps its words, the longer of two.
pub fn add(mentions: &mut Vec<Mention>, more: Vec<Mention>) {
    if more.is_empty() {
        return;
    }
    mentions.extend(more);
    mentions.sort_by_key(|mention| (mention.start, Reverse(mention.end)));
    let mut end = 0;
    mentions.retain(|mention| {
        let free = mention.start >= end;
        end = end.max(mention.end);
        free
    });
    mentions.truncate(MAX_MENTIONS);
}

/// What is found in a text and how often.
#[cfg(test)]
#[must_use]
pub fn found(title: &str, body: &str) -> Vec<(String, usize)> {
    let zones = [title, body];
    let words = crate::features::Words::read(&zones, 10_000);
    let targets = find_targets(&Places::new(&words), &Capitals::of(&words, &zones)).into_iter();
    targets
        .map(|(name, mentions)| (name, mentions.len()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{features::Words, tagger::given::mentions_in};
    use proptest::prelude::*;

    fn mentioned(body: &str, target: &str) -> usize {
        let zones = ["", body];
        mentions_in(&Words::read(&zones, 100), &zones)(target).len()
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
        let targets = find_targets(&Places::new(&words), &Capitals::of(&words, &zones));
        assert_eq!(targets[0].0, "Anna Keller");
        let lengths = targets[0].1.iter().map(ExactSizeIterator::len);
        assert_eq!(lengths.collect::<Vec<_>>(), [2, 1, 2]);
    }

    #[test]
    fn a_country_is_one_target() {
        let body = "Syrian officials met Anna Keller in Syria. Syrians said that US envoys and \
                    Americans in the EU had heard Keller. The EU was silent.";
        assert_eq!(
            found("Keller Meets Syrians", body),
            [
                ("Syria".into(), 4),
                ("Anna Keller".into(), 3),
                ("United States".into(), 2),
                ("European Union".into(), 2)
            ]
        );
        let of = |target| mentioned(body, target);
        assert_eq!((of("Syria"), of("United States"), of("Syrians")), (3, 2, 3));
        assert_eq!((of("Anna Keller"), of("Orlan")), (2, 0));
    }

    #[test]
    fn a_last_name_alone_is_of_one_person() {
        let body = "Donald Brook lied. Melania Brook met Donald Brook at Brook Tower. The mayor \
                    praised Melania Brook, and Brook smiled.";
        let expected = [("Donald Brook".into(), 3), ("Melania Brook".into(), 2)];
        assert_eq!(found("", body), expected);
        let first = body.replace("smiled", "smiled with Melania Brook");
        let expected = [("Melania Brook".into(), 4), ("Donald Brook".into(), 2)];
        assert_eq!(found("", &first), expected);
        let body = body.replace("smiled", "smiled with Donald Brook");
        assert_eq!(found("", &body)[0], ("Donald Brook".into(), 4));
        assert_eq!(mentioned(&body, "Melania Brook"), 3);
    }

    #[test]
    fn what_only_begins_like_another_name_is_told_from_it() {
        for (body, expected) in [
            (
                "The New Orlan Times was late. The Times was right, said the New Orlan Times. \
                 He left New Orlan.",
                ("New Orlan Times", 3),
            ),
            (
                "Northern Orlan fell. Orlan won, and then Northern Orlan was quiet.",
                ("Northern Orlan", 2),
            ),
            (
                "Los Orlan burned. Critics of Los Orlan were right, and Los Orlan sued.",
                ("Los Orlan", 3),
            ),
            (
                "Abu al-Orlan died. Critics said that Orlan lied, and that Orlan was ill.",
                ("Abu al-Orlan", 3),
            ),
            (
                "Former chief Donald J. Brook left the hall. Melania Brook came to the hall. \
                 Later Brook said so, and Brook won.",
                ("Donald J. Brook", 3),
            ),
        ] {
            let name = (expected.0.to_owned(), expected.1);
            assert_eq!(found("", body).first(), Some(&name), "{body}");
        }
    }

    #[test]
    fn titles_and_other_words_are_no_names() {
        let body = "Orlan President Anna Keller met Prime Minister Ann Okoro. Only Okoro smiled at \
                    what he said. President Keller thanked Prime Minister Okoro for that. The \
                    Prime Minister left the hall.";
        let expected = [("Ann Okoro".into(), 3), ("Anna Keller".into(), 2)];
        assert_eq!(found("", body), expected);
        for body in [
            "The day ended. We're tired. We're angry. You're not alone. You're right.",
            "Voters left. She said that it was over. Voters wept in the street.",
            "It costs N1,100 here. It costs N1,100 there.",
            "THE MAYOR LEFT THE HALL. THE MAYOR SMILED. RAIN FELL ON THE HALL.",
        ] {
            assert_eq!(found("", body), [], "{body}");
        }
    }

    #[test]
    fn single_names_and_first_words_are_no_targets() {
        assert!(found("", "Rain fell in Orlan. Rain stopped. The rain came back.").is_empty());
        assert!(found("", "").is_empty());
    }

    proptest! {
        #[test]
        fn mentions_lie_in_the_text(
            body in "([A-Z][a-z]{0,5}('s)?[ .]|[a-z]{1,4} |\u{C9}t\u{E9} |(The |the |)Bank (of [A-C] )?(and [A-C] )?|Secretary of |\\(B?[A-C]\\) |B?[A-C] ){0,40}",
        ) {
            let zones = ["", body.as_str()];
            let words = Words::read(&zones, 10_000);
            let targets = find_targets(&Places::new(&words), &Capitals::of(&words, &zones));
            prop_assert!(targets.len() <= MAX_FOUND);
            for (name, mentions) in targets {
                prop_assert!(!name.is_empty() && mentions.len() >= MIN_MENTIONS);
                prop_assert!(mentions.iter().all(|m| m.end <= words.all().len()));
                prop_assert!(mentions.windows(2).all(|pair| pair[0].end <= pair[1].start));
            }
        }
    }
}
