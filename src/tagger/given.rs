//! Where a text names a target that a caller asks for.

use super::{
    capitals::Capitals,
    countries::places_of_country,
    forms::{claims, places_of},
    targets::{add, extend_short_forms},
    uses::{Use, is_particle},
};
use crate::features::{Mention, Places, Word, Words, core_len};

/// Where a text names a target of the caller: its last word alone where that is no part of another
/// name, and a country also by the nationality of its people.
#[must_use]
pub fn mentions_of(places: &Places<'_>, capitals: &Capitals<'_>, target: &str) -> Vec<Mention> {
    let name = Words::read(&[target], u32::MAX);
    let titles = titles_of(&name);
    // `President Ann Orlan` is whom the text calls Ann Orlan, and `President Orlan` any Orlan.
    let (target, name, any) = if titles == 0 || name.all().len() - titles < 2 {
        (target, name, titles > 0)
    } else {
        let rest = &target[name.all()[titles].span.start..];
        (rest, Words::read(&[rest], u32::MAX), false)
    };
    let length = core_len(name.all(), &name);
    let whole = |mention: &Mention| mention.len() == length;
    let small = |word: &Word| !word.capital && !is_particle(name.term_of(word));
    let country = places_of_country(places, capitals, &name);
    let short = country.is_empty() && !name.all()[..length].iter().any(small);
    let last = name.all()[..length].last();
    let last = last.map_or("", |last| &target[last.span.clone()]);
    let mut mentions = places.mentions(&name);
    mentions.retain(|m| whole(m) || short && capitals.stands_for(m, last, any));
    extend_short_forms(&mut mentions, length, capitals);
    add(&mut mentions, country);
    let in_body = |m: &&Mention| whole(m) && capitals.words().all()[m.start].zone > 0;
    if let Some(name) = mentions.iter().find(in_body).cloned() {
        let claims = claims(capitals, places, &name, &mentions).into_iter();
        let forms = claims.flat_map(|claim| places_of(capitals, places, &name, claim));
        add(&mut mentions, forms.collect());
    }
    mentions
}

/// How many titles stand in front of a name.
fn titles_of(name: &Words) -> usize {
    let title = |&(at, word): &(usize, &Word)| match Use::of(name.term_of(word)) {
        Use::AfterTitle => at > 0,
        meaning => meaning.is_title(),
    };
    name.all().iter().enumerate().take_while(title).count()
}

/// The same for any number of targets of one text: what is learnt of targets is learnt from the
/// words that are read when an article is tagged.
pub fn mentions_in<'t>(
    words: &'t Words,
    zones: &'t [&'t str],
) -> impl Fn(&str) -> Vec<Mention> + 't {
    let (places, capitals) = (Places::new(words), Capitals::of(words, zones));
    move |target| mentions_of(&places, &capitals, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentioned(body: &str, target: &str) -> usize {
        mentioned_in("", body, target)
    }

    fn mentioned_in(title: &str, body: &str, target: &str) -> usize {
        let zones = [title, body];
        mentions_in(&Words::read(&zones, 100), &zones)(target).len()
    }

    #[test]
    fn a_last_name_is_not_taken_from_another_person_where_the_text_has_no_full_name() {
        let body = "Brook lied. Melania Brook left. Recep Erdo\u{11F}an Yilmaz stayed.";
        assert_eq!(mentioned(body, "Donald Brook"), 1);
        // An accent does not end a name as a possessive does.
        assert_eq!(mentioned(body, "Anna Yilmaz"), 0);
        let body = body.replace("Erdo\u{11F}an", "Erdo\u{11F}an\u{2019}s");
        assert_eq!(mentioned(&body, "Anna Yilmaz"), 1);
    }

    #[test]
    fn a_given_name_is_found_by_what_stands_for_it() {
        for (body, target, mentions) in [
            (
                "The World Trade Body (WTB) met. The WTB was silent.",
                "World Trade Body",
                3,
            ),
            (
                "The Bank of Orlan met. Then the Bank left.",
                "Bank of Orlan",
                2,
            ),
            ("Brook Motors rose. Then Brook fell.", "Brook Motors", 2),
            ("Shares of Brook fell.", "Brook Ltd.", 1),
            ("The UN met Kim Jong Un. Then Un left.", "Kim Jong Un", 2),
            (
                "In May, Theresa May left. It was Mrs May in May.",
                "Theresa May",
                2,
            ),
            ("He saw al-Orlan. Then Orlan left.", "Bashar al-Orlan", 2),
            ("He saw al-Orlan. Then Orlan left.", "Bashar Orlan", 2),
            ("Then The Hague and The Vale fell.", "retreats The", 0),
            (
                "It is of Brook Motors and Kelbury Motors.",
                "General Motors",
                0,
            ),
            (
                "The White House lost. Then the House voted.",
                "White House",
                1,
            ),
        ] {
            assert_eq!(mentioned(body, target), mentions, "{target}: {body}");
        }
        let body = "The World Trade Body (WTB) met. The WTB was silent.";
        let with_title = mentioned_in("World Trade Body Meets", body, "World Trade Body");
        assert_eq!(with_title, 4);
    }
}
