//! Countries as a text speaks of them: by their names, and by the nationalities of their people
//! and offices. `Russia`, `Russian` and `Russians` are one target.
//!
//! The member states of the United Nations and their nationalities come from ISO data (`keshvar`);
//! what news calls them besides, and who is treated like them, stands in [`MORE`]. A form that
//! several countries have (`Dominican`) is nobody's. A capital is no country: in `London` most of
//! what happens is not the government's.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use foldhash::fast::RandomState;
use keshvar::{Country, CountryIterator};

use super::capitals::Capitals;
use crate::features::{MAX_MENTIONS, Mention, Places, Words};

/// A name, what else is a name of the same, and what belongs to it as a nationality does.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

/// What ISO data do not know or give to several.
const MORE: [Row; 24] = [
    ("Argentina", &[], &["Argentine"]),
    ("Croatia", &[], &["Croat"]),
    ("Côte d'Ivoire", &["Ivory Coast"], &[]),
    ("European Union", &[], &["EU"]),
    ("Iceland", &[], &["Icelandic"]),
    ("Kosovo", &[], &["Kosovar"]),
    ("Kyrgyzstan", &[], &["Kyrgyz"]),
    ("Myanmar", &["Burma"], &["Burmese"]),
    ("Netherlands", &["Holland"], &[]),
    ("Niger", &[], &["Nigerien"]),
    ("Nigeria", &[], &["Nigerian"]),
    ("North Korea", &[], &["DPRK", "North Korean"]),
    ("Palestine", &[], &["Palestinian"]),
    ("Saudi Arabia", &[], &["Saudi"]),
    ("Serbia", &[], &["Serb"]),
    ("Spain", &[], &["Spaniard"]),
    ("Sweden", &[], &["Swede"]),
    ("Taiwan", &[], &["Taiwanese"]),
    ("Türkiye", &[], &["Turk"]),
    ("United Arab Emirates", &[], &["UAE", "Emirati"]),
    (
        "United Kingdom",
        &["Britain", "Great Britain"],
        &["UK", "Briton"],
    ),
    ("United Nations", &[], &["UN"]),
    ("United States", &["America"], &["US", "USA"]),
    ("Vatican", &["Holy See", "Vatican City"], &[]),
];

/// A table of constants.
static COUNTRIES: LazyLock<Countries> = LazyLock::new(Countries::new);

/// A country: its position in the table.
type Id = usize;

/// What countries are called.
struct Countries {
    names: Vec<String>,
    /// By the first of their terms.
    forms: HashMap<String, Vec<Form>, RandomState>,
}

/// Terms that stand for a country.
struct Form {
    terms: Vec<String>,
    country: Id,
    /// Whether a name may follow that is its: `Russian President`, `US Senate`. Before another
    /// capital `Jordan` is a first name.
    leads: bool,
}

/// A country that a text speaks of.
pub struct Found {
    country: Id,
    /// Where, in reading order.
    pub mentions: Vec<Mention>,
    /// The first place of one of its names.
    pub named: Option<Mention>,
}

impl Found {
    /// What it is called where the text does not name it.
    pub fn name(&self) -> &'static str {
        &COUNTRIES.names[self.country]
    }

    /// Whether these words are all a form of it.
    pub fn is_called(&self, words: &Words, name: &Mention) -> bool {
        let terms = words.all()[name.clone()].iter().map(|w| words.term_of(w));
        country_of(terms) == Some(self.country)
    }
}

/// The countries of a text, the first one first.
pub fn countries(places: &Places<'_>, capitals: &Capitals<'_>) -> Vec<Found> {
    let mut of_forms = Vec::new();
    for form in forms_in(capitals) {
        let at = form_places(places, capitals, form).into_iter();
        of_forms.extend(at.map(|mention| (form.country, mention, form.leads)));
    }
    of_forms.sort_by_key(|(_, mention, _)| (mention.start, std::cmp::Reverse(mention.end)));
    let mut found: Vec<Found> = Vec::new();
    let mut end = 0;
    for (country, mention, leads) in of_forms {
        if mention.start < end {
            continue;
        }
        end = mention.end;
        let at = found.iter().position(|found| found.country == country);
        let at = at.unwrap_or_else(|| {
            found.push(Found {
                country,
                mentions: Vec::new(),
                named: None,
            });
            found.len() - 1
        });
        if !leads && found[at].named.is_none() {
            found[at].named = Some(mention.clone());
        }
        if found[at].mentions.len() < MAX_MENTIONS {
            found[at].mentions.push(mention);
        }
    }
    found
}

/// Where a text speaks of the country that has this name, if one has; forms of it may overlap.
pub fn places_of_country(
    places: &Places<'_>,
    capitals: &Capitals<'_>,
    name: &Words,
) -> Vec<Mention> {
    let terms = name.all().iter().map(|word| name.term_of(word));
    let Some(country) = country_of(terms) else {
        return Vec::new();
    };
    let forms = COUNTRIES.forms.values().flatten();
    let forms = forms.filter(|form| form.country == country);
    let at = |form| form_places(places, capitals, form);
    forms.flat_map(at).collect()
}

/// The forms whose words a text has, the first one somewhere with a capital.
fn forms_in(capitals: &Capitals<'_>) -> impl Iterator<Item = &'static Form> {
    let words = capitals.words();
    let terms = (0..).zip(words.terms());
    let with_capital = terms.filter(|&(number, _)| capitals.count(number) > 0);
    let forms = with_capital.filter_map(|(_, term)| COUNTRIES.forms.get(term.as_str()));
    let has_all = |form: &&Form| form.terms.iter().all(|term| words.number(term).is_some());
    forms.flatten().filter(has_all)
}

/// Where a form stands for its country.
fn form_places(places: &Places<'_>, capitals: &Capitals<'_>, form: &Form) -> Vec<Mention> {
    let words = places.words();
    let first = form.terms.first().and_then(|first| words.number(first));
    let starts = first.map_or(&[][..], |first| places.positions(first));
    let mentions = starts.iter().map(|&at| at as usize);
    let stands = |mention: &Mention| {
        let Some(window) = words.all().get(mention.clone()) else {
            return false;
        };
        let mut terms = window.iter().zip(&form.terms);
        terms.all(|(word, term)| words.term_of(word) == term)
            && window[0].capital
            && window[1..].iter().all(|word| word.follows)
            && !(form.terms.len() == 1 && is_another_word(capitals, mention.start))
            && capitals.stand_apart(mention, form.leads)
    };
    let mentions = mentions.map(|at| at..at + form.terms.len());
    mentions.filter(stands).take(MAX_MENTIONS).collect()
}

/// Whether a word may have its capital because it starts a sentence: where the text writes `turkey`,
/// `Turkey` may be the bird.
fn is_another_word(capitals: &Capitals<'_>, at: usize) -> bool {
    let word = &capitals.words().all()[at];
    word.zone > 0 && capitals.is_common(word) && capitals.starts_sentence(at)
}

/// Whether a term is a form of a country.
pub fn is_country(term: &str) -> bool {
    country_of(std::iter::once(term)).is_some()
}

/// Whether what belongs to a country is called by this term (`Russian`, `US`) rather than by its name.
pub fn leads(term: &str) -> bool {
    let forms = COUNTRIES.forms.get(term).map_or(&[][..], Vec::as_slice);
    forms.iter().any(|form| form.leads && form.terms.len() == 1)
}

/// The country that these terms are a form of.
fn country_of<'t>(mut terms: impl Iterator<Item = &'t str> + Clone) -> Option<Id> {
    let all = terms.clone();
    let forms = COUNTRIES.forms.get(terms.next()?)?;
    let form = forms.iter().find(|form| all.clone().eq(&form.terms));
    form.map(|form| form.country)
}

impl Countries {
    fn new() -> Self {
        let mut claims = Claims::default();
        for state in CountryIterator::new().filter(Country::un_member) {
            claims.of_state(&state);
        }
        for (name, names, others) in MORE {
            claims.of_row(name, names, others);
        }
        let mut forms: HashMap<_, Vec<Form>, _> = HashMap::default();
        for (terms, (country, leads)) in claims.forms {
            if let (Some(first), Some(country)) = (terms.first().cloned(), country) {
                let form = Form {
                    terms,
                    country,
                    leads,
                };
                forms.entry(first).or_default().push(form);
            }
        }
        Self {
            names: claims.names,
            forms,
        }
    }
}

/// Who is called how, while the table is made.
#[derive(Default)]
struct Claims {
    names: Vec<String>,
    /// By terms: whose they are, if they are of one alone, and whether they lead.
    forms: BTreeMap<Vec<String>, (Option<Id>, bool)>,
}

impl Claims {
    fn of_state(&mut self, state: &Country) {
        let short = common_part(state.iso_short_name());
        let usual = state.unofficial_name_list().first();
        let usual = common_part(usual.copied().unwrap_or(short));
        let words = |name: &str| name.split_whitespace().count();
        let whole = short == state.iso_short_name();
        let name = if whole && words(short) <= words(usual) {
            short
        } else {
            usual
        };
        let country = self.country(name);
        for name in [short, usual] {
            self.claim(country, name, false);
        }
        let nationality = state.maybe_nationality().unwrap_or_default();
        let all = nationality.split(", ").filter(|one| !one.is_empty());
        for form in all.flat_map(with_plural) {
            self.claim(country, &form, true);
        }
    }

    /// What a row of ours says, it says alone.
    fn of_row(&mut self, name: &str, names: &[&str], others: &[&str]) {
        let country = self.country(name);
        for name in names.iter().chain([&name]) {
            self.forms.insert(terms_of(name), (Some(country), false));
        }
        for form in others.iter().flat_map(|other| with_plural(other)) {
            self.forms.insert(terms_of(&form), (Some(country), true));
        }
    }

    fn country(&mut self, name: &str) -> Id {
        let known = self.names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    fn claim(&mut self, country: Id, form: &str, leads: bool) {
        let claim = self.forms.entry(terms_of(form));
        let (of, _) = claim.or_insert((Some(country), leads));
        *of = of.filter(|&other| other == country);
    }
}

/// `Bolivia` of `Bolivia (Plurinational State of)`.
fn common_part(name: &str) -> &str {
    name.split([',', '(']).next().unwrap_or(name).trim()
}

fn with_plural(nationality: &str) -> [String; 2] {
    [nationality.to_owned(), format!("{nationality}s")]
}

fn terms_of(name: &str) -> Vec<String> {
    let words = Words::read(&[name], u32::MAX);
    let terms = words
        .all()
        .iter()
        .map(|word| words.term_of(word).to_owned());
    terms.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(title: &str, body: &str) -> Vec<(&'static str, usize)> {
        let zones = [title, body];
        let words = Words::read(&zones, 10_000);
        let found = countries(&Places::new(&words), &Capitals::of(&words, &zones)).into_iter();
        found.map(|one| (one.name(), one.mentions.len())).collect()
    }

    #[test]
    fn names_and_nationalities_are_of_one_country() {
        let body = "In Russia, Russian President Orlan met Russians. The US Senate and U.S. \
                    officials spoke of America; the EU was silent, and South Korean envoys left \
                    the United States of America.";
        let expected = [
            ("Russia", 4),
            ("United States", 4),
            ("European Union", 1),
            ("South Korea", 1),
        ];
        assert_eq!(found("Russia Talks Open", body), expected);
    }

    #[test]
    fn a_part_of_a_longer_name_is_no_country() {
        for body in [
            "Then Michael Jordan left.",
            "It was Jordan Orlan who came.",
            "We saw Papua Georgia Tech.",
            "they polish the turkey and the china, and ask us",
            "the Dominican people of Korea",
            "Roast the turkey. Turkey dries out.",
            "A new law was passed in New Mexico.",
        ] {
            assert_eq!(found("", body), [], "{body}");
        }
        assert_eq!(found("", "The king of Jordan came."), [("Jordan", 1)]);
        assert_eq!(
            found("New Mexico Burns", "It is not Mexico."),
            [("Mexico", 1)]
        );
        let both = found("", "He left the U.S. Russia was silent.");
        assert_eq!(both, [("United States", 1), ("Russia", 1)]);
    }

    #[test]
    fn names_are_those_of_the_news() {
        for name in [
            "Russia",
            "Iran",
            "North Korea",
            "United Kingdom",
            "Syria",
            "Czechia",
        ] {
            assert!(COUNTRIES.names.iter().any(|known| known == name), "{name}");
        }
        let forms: usize = COUNTRIES.forms.values().map(Vec::len).sum();
        assert!((500..900).contains(&forms), "{forms}");
    }

    #[test]
    fn a_country_is_found_by_its_people() {
        let zones = ["", "Dutch farmers asked the Dutch."];
        let words = Words::read(&zones, 100);
        let (places, capitals) = (Places::new(&words), Capitals::of(&words, &zones));
        let of = |name| places_of_country(&places, &capitals, &Words::read(&[name], 100));
        assert_eq!(of("Netherlands"), [0..1, 4..5]);
        assert_eq!(of("Orlan"), []);
        assert_eq!(of(""), []);
    }
}
