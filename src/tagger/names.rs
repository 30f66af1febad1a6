//! Names of a text, told by their capitals.
//!
//! A name is a run of capitalised words in the body, with small words in it if it is of a person
//! (`van`) or an institution ([`institutions`](super::institutions)). A word that only stands in capitals because
//! it starts a sentence is no name, and of a short and a long form (`Putin`, `Vladimir Putin`)
//! the long one is kept; [`Places::mentions_of`](crate::features::Places::mentions_of) finds both.
//! A title before a name is no part of it, nor the office of a title.

use std::{cmp::Reverse, collections::HashSet};

use foldhash::fast::RandomState;

use super::{
    capitals::{AND, Capitals, MAX_PARTICLES},
    countries::{is_country, leads},
    institutions::{MAX_WORDS, abbreviation, end_of, head, initials, is_head, repeated_end},
    targets::MIN_MENTIONS,
    uses::Use,
};
use crate::{
    features::{Mention, Places, Word},
    text::without_possessive,
};

/// Names that are looked for in the whole text; more would take more than linear time.
const CANDIDATES: usize = 32;

/// Whether secretaries, ministers and chiefs are of this.
#[rustfmt::skip]
fn is_office(term: &str) -> bool {
    matches!(
        term,
        "agriculture" | "commerce" | "defence" | "defense" | "education" | "energy" | "finance"
            | "health" | "interior" | "justice" | "labor" | "labour" | "staff" | "state"
            | "transport" | "transportation" | "treasury"
    )
}

/// The names of a text.
pub struct Names<'t> {
    /// Its capitals.
    pub capitals: &'t Capitals<'t>,
    /// Where its words stand.
    pub places: &'t Places<'t>,
}

impl Names<'_> {
    /// The names whose last word is repeated most, without short forms of longer ones: few enough
    /// to look for each of them in the whole text.
    pub fn frequent(&self) -> Vec<Mention> {
        let names = self.all();
        // By number of a term: whether a long name ends with it.
        let mut ends = vec![false; self.capitals.words().terms().len()];
        let shortens = |name: &&Mention| {
            name.len() > 1 && self.capitals.has_short_form(name) && !self.is_short(name)
        };
        for name in names.iter().filter(shortens) {
            for number in self.places.short_forms(name).into_iter().flatten() {
                ends[number as usize] = true;
            }
        }
        let inside = self.inside_sentences();
        let mut counted: Vec<(usize, Mention)> = Vec::new();
        for name in names {
            let end = self.last(&name);
            let count = self.count(&name);
            let short_form = self.is_short(&name) && ends[end as usize];
            if count >= MIN_MENTIONS && !short_form && (name.len() > 1 || inside[end as usize]) {
                counted.push((count, name));
            }
        }
        // The sort is stable: of equals the one that comes first.
        counted.sort_by_key(|(count, _)| Reverse(*count));
        counted.truncate(CANDIDATES);
        let whole = |(_, name): (usize, Mention)| {
            let end = repeated_end(self.capitals, self.places, &name);
            name.start..end
        };
        let mut seen = set_of(CANDIDATES);
        let whole = counted.into_iter().map(whole);
        whole.filter(|name| seen.insert(self.key(name))).collect()
    }

    /// A name by its words.
    fn key(&self, name: &Mention) -> [u32; MAX_WORDS] {
        let words = self.capitals.words().all()[name.clone()].iter();
        padded(words.map(|word| word.number))
    }

    /// Whether a name is a last name alone, with its small words: `De Orlan`.
    fn is_short(&self, name: &Mention) -> bool {
        let mut words = self.capitals.words().all()[name.clone()].iter();
        words.next_back().is_some() && words.all(|word| self.capitals.is_particle(word))
    }

    /// How often a name may be mentioned: by its last word, its first or, with small words, its head,
    /// and by its abbreviation.
    fn count(&self, name: &Mention) -> usize {
        let words = self.capitals.words().all();
        let of = |number: u32| self.capitals.count(number);
        let at = |at: usize| of(words[at].number);
        let head = head(self.capitals, name).map_or(0, |head| at(head.end - 1));
        let short = abbreviation(self.capitals, name).map(|at| words[at].number);
        let short = short.or_else(|| initials(self.capitals, name).map(|(_, number)| number));
        let short = short.map_or(0, of);
        let lasts = self.places.short_forms(name).into_iter().flatten();
        let last: usize = lasts.map(of).sum();
        at(name.end - 1).max(last).max(at(name.start)).max(head) + short
    }

    /// By number of a term: whether a capital of it tells something, as not at the start of a
    /// sentence or of what is quoted, unless it has nothing but capitals.
    fn inside_sentences(&self) -> Vec<bool> {
        let mut inside = vec![false; self.capitals.words().terms().len()];
        for pair in self.capitals.words().all().windows(2) {
            let (before, word) = (&pair[0], &pair[1]);
            if !word.capital {
                continue;
            }
            let gap = || &self.capitals.zones()[word.zone][before.span.end..word.span.start];
            let goes_on = word.zone > 0
                && word.sentence == before.sentence
                && (word.follows || gap().starts_with([',', ' ']));
            let written_large = || self.capitals.is_written_large(word) && word.zone > 0;
            inside[word.number as usize] |= goes_on || written_large();
        }
        inside
    }

    fn last(&self, name: &Mention) -> u32 {
        self.capitals.words().all()[name.end - 1].number
    }

    /// The first place of every name.
    fn all(&self) -> Vec<Mention> {
        let words = self.capitals.words().all();
        let mut seen = set_of(2 * CANDIDATES);
        let mut names = Vec::new();
        let mut at = 0;
        while at < words.len() {
            if self.capitals.dateline().contains(&at) {
                at = self.capitals.dateline().end;
                continue;
            }
            let end = self.run_end(at);
            if end == at {
                at += 1;
                continue;
            }
            let mut name = self.without_common_start(at..end);
            name.end = end_of(self.capitals, &name);
            name.end = self.capitals.core_end(&name);
            // Headlines capitalise every word, so names are taken from the body alone.
            if self.is_name(&name) && seen.insert(self.key(&name)) {
                names.push(name);
            }
            at = end;
        }
        names
    }

    fn is_name(&self, name: &Mention) -> bool {
        let words = &self.capitals.words().all()[name.clone()];
        let telling = |word: &Word| {
            let is_amount = is_amount(self.capitals.text(word));
            let long = self.capitals.words().term_of(word).len() > 2;
            long && !is_amount && !self.capitals.is_common(word)
        };
        (1..=MAX_WORDS).contains(&words.len()) && words[0].zone > 0 && words.iter().any(telling)
    }

    /// Cuts words off the front of a run that are no part of a name, and what stands before a title
    /// with it: `Russian President Orlan`.
    fn without_common_start(&self, run: Mention) -> Mention {
        let words = &self.capitals.words().all()[run.clone()];
        let never = |word: &&Word| self.capitals.is_never_a_name(word);
        let never = words.iter().take_while(never).count();
        let titles = run.clone().rposition(|at| self.is_cut_off(at, run.end));
        let never = never.max(titles.map_or(0, |last| last + 1));
        let starts = never == 0 && self.capitals.starts_sentence(run.start);
        let starts = starts && self.capitals.is_common(&words[0]);
        let first = starts || self.is_of_office(run.start);
        run.start + never.max(usize::from(first))..run.end
    }

    /// Whether the word at `at` is a title in capitals that end at `end`, and not the first half of
    /// an institution: `Justice Department`.
    fn is_cut_off(&self, at: usize, end: usize) -> bool {
        let words = self.capitals.words();
        let next = (at + 1 < end).then(|| &words.all()[at + 1]);
        let leads = match self.capitals.meaning(&words.all()[at]) {
            Use::Title => true,
            Use::TitleOrName => next.is_some(),
            Use::AfterTitle => self.capitals.is_title(at),
            Use::Any | Use::Never => false,
        };
        let of_institution = |next: &Word| {
            let after_title = self.capitals.meaning(next) == Use::AfterTitle;
            is_head(words.term_of(next)) || after_title && self.capitals.is_possessive(next)
        };
        leads && !self.capitals.is_possessive(&words.all()[at]) && !next.is_some_and(of_institution)
    }

    /// Whether the word at `at` says which office a title before it means: `State` in `Secretary of
    /// State Orlan`.
    fn is_of_office(&self, at: usize) -> bool {
        let words = self.capitals.words();
        let joined = |at: usize| words.all()[at].follows;
        let of = at.checked_sub(1).filter(|&of| joined(at) && joined(of));
        let of = of.filter(|&of| words.term(of) == "of");
        let title = of.and_then(|of| of.checked_sub(1));
        title.is_some_and(|title| words.all()[title].capital && self.capitals.is_title(title))
            && is_office(words.term(at))
    }

    /// The end of the run of capitalised words that starts at `at`, with the small words within
    /// names of persons.
    fn run_end(&self, at: usize) -> usize {
        let words = self.capitals.words().all();
        if !words[at].capital {
            return at;
        }
        let mut end = at + 1;
        while let Some(next) = self.next_of_run(end) {
            end = next + 1;
        }
        end
    }

    /// Whether a possessive word is a name by itself, as another place or a country's name shows:
    /// `Orlan's Keller`, but not `McDonald's Corp`.
    fn is_named_alone(&self, at: usize) -> bool {
        let word = &self.capitals.words().all()[at];
        let name = !self.capitals.is_common(word) && !self.capitals.is_title(at);
        is_country(self.capitals.words().term_of(word)) || name && self.capitals.is_also_plain(word)
    }

    /// The capital that goes on a run that ends at `end`. Nothing is its own: in `Orlan's Orlan` the
    /// first word is a name by itself.
    fn next_of_run(&self, end: usize) -> Option<usize> {
        let words = self.capitals.words().all();
        let last = &words[end - 1];
        let small = |word: &&Word| !word.capital && word.follows && self.capitals.is_particle(word);
        let particles = words[end..].iter().take(MAX_PARTICLES);
        let particles = particles.take_while(small).count();
        let next = words.get(end + particles)?;
        let marked =
            || self.capitals.is_initial(end - 1) || self.capitals.gap(end - 1) == Some(AND);
        let follows = next.follows || particles == 0 && marked();
        if !next.capital || !follows || next.sentence != last.sentence {
            return None;
        }
        let term = |word| self.capitals.words().term_of(word);
        let owner = self.capitals.is_possessive(last)
            && !is_head(term(next))
            && (next.number == last.number || particles > 0 || self.is_named_alone(end - 1));
        let own = owner || leads(term(last)) && is_country(term(next));
        (!own).then_some(end + particles)
    }

    /// A name as the text writes it.
    pub fn written(&self, name: &Mention) -> String {
        let words = &self.capitals.words().all()[name.clone()];
        let text = |word: &Word| without_possessive(self.capitals.text(word));
        let mut written = String::new();
        for (at, word) in name.clone().zip(words) {
            written.push_str(text(word));
            if at + 1 < name.end {
                let gap = self.capitals.gap(at);
                let initial = self.capitals.is_initial(at) || gap == Some(AND);
                written.push_str(gap.filter(|_| initial).unwrap_or(" "));
            }
        }
        written
    }
}

/// Room for about so many names.
fn set_of(names: usize) -> HashSet<[u32; MAX_WORDS], RandomState> {
    HashSet::with_capacity_and_hasher(names, RandomState::default())
}

/// The numbers of a name as one value; no term has the number that fills it up.
fn padded(numbers: impl Iterator<Item = u32>) -> [u32; MAX_WORDS] {
    let mut padded = [u32::MAX; MAX_WORDS];
    padded
        .iter_mut()
        .zip(numbers)
        .for_each(|(to, from)| *to = from);
    padded
}

/// Whether a word is a number with letters around it: `N1,100`, `RM18m`.
fn is_amount(word: &str) -> bool {
    let mut digits = word.bytes().skip_while(u8::is_ascii_uppercase);
    let number = digits.next().is_some_and(|byte| byte.is_ascii_digit());
    word.contains(',')
        || number && word.ends_with(|c: char| c.is_ascii_lowercase())
        || number && word.contains('.')
}

#[cfg(test)]
mod tests {
    use crate::tagger::targets::found;

    fn names(body: &str) -> Vec<String> {
        found("", body).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn names_are_whole_and_without_titles() {
        for (body, expected) in [
            (
                "Anna van der Keller left. Van der Keller sued, and Mr van der Keller won.",
                &["Anna van der Keller"][..],
            ),
            (
                "Bashar al-Orlan left. Assad stayed. Al-Orlan, or Orlan, was ill.",
                &["Bashar al-Orlan"],
            ),
            (
                "Brook & Vale rose. Shares in Brook & Vale rose. She met Ann Vale, and Vale rose.",
                &["Brook & Vale", "Ann Vale"],
            ),
            (
                "Shares of Orlan AG fell. Then Orlan said that Ann Brook Jr. left, and Brook did.",
                &["Orlan", "Ann Brook"],
            ),
            (
                "It was U.S. Attorney General Ann Keller who met District Judge Jon Li. Keller asked Li why.",
                &["Ann Keller", "Jon Li"],
            ),
            (
                "The Justice Department sued Julie Bishop. Ms Bishop asked the Justice Department.",
                &["Justice Department", "Julie Bishop"],
            ),
            (
                "It cost N4.2bn or RM18m here. It cost N4.2bn or RM18m there, or R2,000 and R2,000.",
                &[],
            ),
            (
                "Orlan's Keller left Orlan. France's Keller saw Brook's Vale, as Keller told Brook's Vale.",
                &["Keller", "Orlan", "Brook Vale"],
            ),
        ] {
            assert_eq!(names(body), expected, "{body}");
        }
    }

    #[test]
    fn initials_belong_to_a_name_and_abbreviations_start_sentences() {
        let body = "Ann J. Keller left. NAFO said that it was over. NAFO had met Keller.";
        assert_eq!(
            found("", body),
            [("Ann J. Keller".into(), 2), ("NAFO".into(), 2)]
        );
    }

    #[test]
    fn an_office_and_the_title_of_a_book_are_no_part_of_a_name() {
        let body = "Secretary of State Anna Keller left. The Secretary of State had read The Truth \
                    About Okoro, which Ann Okoro wrote. Okoro met Keller.";
        let expected = [("Ann Okoro".into(), 3), ("Anna Keller".into(), 2)];
        assert_eq!(found("", body), expected);
        for (title, name) in [
            ("Mayor", "New York"),
            ("mayor", "New York"),
            ("Chairman", "Federal Reserve"),
            ("President", "Goldman Sachs"),
            ("governor", "Bank of Orlan"),
        ] {
            let body = format!("The {title} of {name} spoke. {title} of {name} is a long job.");
            assert_eq!(names(&body), [name], "{body}");
        }
    }
}
