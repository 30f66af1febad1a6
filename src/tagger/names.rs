//! Names of a text, told by their capitals.
//!
//! A name is a run of capitalised words in the body, with small words in it if it is an institution
//! ([`institutions`](super::institutions)). A word that only stands in capitals because
//! it starts a sentence is no name, and of a short and a long form (`Putin`, `Vladimir Putin`)
//! the long one is kept; [`Places::mentions_of`](crate::features::Places::mentions_of) finds both.
//! A title before a name is no part of it, nor the office of a title.

use std::{cmp::Reverse, collections::HashSet};

use foldhash::fast::RandomState;

use super::{
    capitals::Capitals,
    institutions::{MAX_WORDS, abbreviation, end_of, head, initials, repeated_end},
    targets::MIN_MENTIONS,
};
use crate::{
    features::{Mention, Places, Word},
    text::without_possessive,
};

/// Names that are looked for in the whole text; more would take more than linear time.
const CANDIDATES: usize = 32;

/// What secretaries, ministers and chiefs are of.
#[rustfmt::skip]
const OFFICES: &[&str] = &[
    "agriculture", "commerce", "defence", "defense", "education", "energy", "finance", "health",
    "interior", "justice", "labor", "labour", "staff", "state", "transport", "transportation",
    "treasury",
];

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
        let shortens = |name: &&Mention| name.len() > 1 && self.capitals.has_short_form(name);
        for name in names.iter().filter(shortens) {
            ends[self.last(name) as usize] = true;
        }
        let inside = self.inside_sentences();
        let mut counted: Vec<(usize, Mention)> = Vec::new();
        for name in names {
            let end = self.last(&name);
            let count = self.count(&name);
            let short_form = name.len() == 1 && ends[end as usize];
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
        let mut seen = HashSet::<_, RandomState>::default();
        let whole = counted.into_iter().map(whole);
        whole.filter(|name| seen.insert(self.key(name))).collect()
    }

    /// A name by its words.
    fn key(&self, name: &Mention) -> [u32; MAX_WORDS] {
        let words = self.capitals.words().all()[name.clone()].iter();
        padded(words.map(|word| word.number))
    }

    /// How often a name may be mentioned: by its last word or, with small words, by its head, and
    /// by its abbreviation.
    fn count(&self, name: &Mention) -> usize {
        let words = self.capitals.words().all();
        let at = |at: usize| self.capitals.count(words[at].number);
        let head = head(self.capitals, name).map_or(0, |head| at(head.end - 1));
        let short = abbreviation(self.capitals, name).map(|word| word.number);
        let short = short.or_else(|| initials(self.capitals, name).map(|(_, number)| number));
        let short = short.map_or(0, |number| self.capitals.count(number));
        at(name.end - 1).max(head) + short
    }

    /// By number of a term: whether a capital of it tells something, as not at the start of a
    /// sentence or of what is quoted, unless it has nothing but capitals.
    fn inside_sentences(&self) -> Vec<bool> {
        let mut inside = vec![false; self.capitals.words().terms().len()];
        for pair in self.capitals.words().all().windows(2) {
            let (before, word) = (&pair[0], &pair[1]);
            let gap = || &self.capitals.zones()[word.zone][before.span.end..word.span.start];
            let goes_on = word.zone > 0
                && word.sentence == before.sentence
                && (word.follows || gap().starts_with([',', ' ']));
            let written_large = || self.capitals.is_written_large(word) && word.zone > 0;
            inside[word.number as usize] |= word.capital && (goes_on || written_large());
        }
        inside
    }

    fn last(&self, name: &Mention) -> u32 {
        self.capitals.words().all()[name.end - 1].number
    }

    /// The first place of every name.
    fn all(&self) -> Vec<Mention> {
        let words = self.capitals.words().all();
        let mut seen: HashSet<[u32; MAX_WORDS], RandomState> = HashSet::default();
        let mut names = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let end = self.run_end(at);
            if end == at {
                at += 1;
                continue;
            }
            let mut name = self.without_common_start(at..end);
            name.end = end_of(self.capitals, &name);
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
            let is_amount = self.capitals.text(word).contains(',');
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
        let title = |word| self.capitals.is_title(word) && !self.capitals.is_possessive(word);
        let titles = words.iter().rposition(title);
        let never = never.max(titles.map_or(0, |last| last + 1));
        let starts = never == 0 && starts_sentence(self.capitals.words().all(), run.start);
        let first = starts
            && words
                .first()
                .is_some_and(|word| self.capitals.is_common(word));
        let first = first || self.is_of_office(run.start);
        run.start + never.max(usize::from(first))..run.end
    }

    /// Whether the word at `at` says which office a title before it means: `State` in `Secretary of
    /// State Orlan`.
    fn is_of_office(&self, at: usize) -> bool {
        let words = self.capitals.words();
        let joined = |at: usize| words.all()[at].follows;
        let of = at.checked_sub(1).filter(|&of| joined(at) && joined(of));
        let of = of.filter(|&of| words.term(of) == "of");
        let title = of.and_then(|of| words.all().get(of.checked_sub(1)?));
        OFFICES.contains(&words.term(at))
            && title.is_some_and(|title| title.capital && self.capitals.is_title(title))
    }

    /// The end of the run of capitalised words that starts at `at`. Nothing is its own: in `Orlan's
    /// Orlan` the first word is a name by itself.
    fn run_end(&self, at: usize) -> usize {
        let words = self.capitals.words().all();
        if !words[at].capital {
            return at;
        }
        let goes_on = |&next: &usize| {
            let (word, follower) = (&words[next - 1], &words[next]);
            let own = word.number == follower.number && self.capitals.is_possessive(word);
            let follows = follower.follows || self.capitals.is_initial(next - 1);
            follower.capital && follows && follower.sentence == word.sentence && !own
        };
        at + 1 + (at + 1..words.len()).take_while(goes_on).count()
    }

    /// A name as the text writes it.
    pub fn written(&self, name: &Mention) -> String {
        let words = &self.capitals.words().all()[name.clone()];
        let text = |word: &Word| without_possessive(self.capitals.text(word));
        let mut written = String::new();
        for (at, word) in name.clone().zip(words) {
            written.push_str(text(word));
            if at + 1 < name.end {
                let initial = self.capitals.is_initial(at);
                written.push_str(if initial { ". " } else { " " });
            }
        }
        written
    }
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

fn starts_sentence(words: &[Word], at: usize) -> bool {
    at == 0 || words[at - 1].sentence != words[at].sentence || !words[at].follows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{features::Words, tagger::targets::find_targets};

    fn found(body: &str) -> Vec<(String, usize)> {
        let zones = ["", body];
        let words = Words::read(&zones, 10_000);
        let targets = find_targets(&Places::new(&words), &Capitals::of(&words, &zones));
        let targets = targets.into_iter();
        targets.map(|(name, m)| (name, m.len())).collect()
    }

    fn names(body: &str) -> Vec<String> {
        found(body).into_iter().map(|(name, _)| name).collect()
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
        assert_eq!(found(body), expected);
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
                "The Reserve Bank of Orlan left. RBO staff did not see it go, said the RBO.",
                ("Reserve Bank of Orlan", 3),
            ),
            (
                "The Orlan Department of Health and Human Services (HHS) left. He asked HHS why.",
                ("Orlan Department of Health and Human Services", 3),
            ),
        ] {
            assert_eq!(found(body), [(expected.0.into(), expected.1)], "{body}");
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
    fn initials_belong_to_a_name_and_abbreviations_start_sentences() {
        let body = "Ann J. Keller left. NAFO said that it was over. NAFO had met Keller.";
        assert_eq!(
            found(body),
            [("Ann J. Keller".into(), 2), ("NAFO".into(), 2)]
        );
    }

    #[test]
    fn an_office_and_the_title_of_a_book_are_no_part_of_a_name() {
        let body = "Secretary of State Anna Keller left. The Secretary of State had read The Truth \
                    About Okoro, which Ann Okoro wrote. Okoro met Keller.";
        let expected = [("Ann Okoro".into(), 3), ("Anna Keller".into(), 2)];
        assert_eq!(found(body), expected);
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
