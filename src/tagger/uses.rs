//! What the capital of a word means: that it is a name, or something else.

use std::{collections::HashMap, sync::LazyLock};

use foldhash::fast::RandomState;

/// What the capital of a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// That it is a name, or starts a sentence.
    Any,
    /// Anything but a name.
    Never,
    /// That the name of a person follows.
    Title,
    /// The same, if a name follows; else that it is one.
    TitleOrName,
    /// The same behind another title.
    AfterTitle,
}

static USES: LazyLock<HashMap<&str, Use, RandomState>> = LazyLock::new(|| {
    let lists = [
        (NEVER, Use::Never),
        (TITLES, Use::Title),
        (TITLES_OR_NAMES, Use::TitleOrName),
        (AFTER_TITLES, Use::AfterTitle),
    ];
    let of_list = |(list, meaning): (&'static [&'static str], Use)| {
        list.iter().map(move |&term| (term, meaning))
    };
    lists.into_iter().flat_map(of_list).collect()
});

impl Use {
    /// What the capital of a word means that folds to this.
    pub fn of(term: &str) -> Self {
        const SHORT_FORMS: [&str; 6] = ["'d", "'ll", "'m", "'re", "'ve", "n't"];
        let short_form = || SHORT_FORMS.iter().any(|end| term.ends_with(end));
        match USES.get(term) {
            Some(&known) => known,
            None if term.contains('\'') && short_form() => Self::Never,
            None => Self::Any,
        }
    }

    /// Whether a word stands before the name of a person.
    pub fn is_title(self) -> bool {
        matches!(self, Self::Title | Self::TitleOrName | Self::AfterTitle)
    }
}

/// Whether a name goes on behind this word: `New Mexico`.
pub fn is_compass(term: &str) -> bool {
    matches!(
        term,
        "central"
            | "east"
            | "eastern"
            | "latin"
            | "new"
            | "north"
            | "northern"
            | "south"
            | "southern"
            | "west"
            | "western"
    )
}

/// Whether a single capital behind this word is no initial.
#[rustfmt::skip]
pub fn has_letters(term: &str) -> bool {
    matches!(
        term,
        "appendix" | "class" | "division" | "exhibit" | "grade" | "group" | "hepatitis"
            | "influenza" | "model" | "option" | "part" | "plan" | "schedule" | "section"
            | "series" | "title" | "type" | "vitamin" | "world"
    )
}

/// Whether the small words of a name come before what it is called by: `van` and `der` in `Anna van
/// der Orlan`.
#[rustfmt::skip]
pub fn is_particle(term: &str) -> bool {
    matches!(
        term,
        "al" | "bin" | "bint" | "da" | "das" | "de" | "del" | "della" | "den" | "der" | "di"
            | "dos" | "du" | "el" | "es" | "ibn" | "la" | "las" | "le" | "los" | "ten" | "ter" | "van"
            | "von" | "zu"
    )
}

#[rustfmt::skip]
const NEVER: &[&str] = &[
    "a", "about", "above", "according", "after", "again", "against", "all", "almost", "already",
    "also", "although", "always", "among", "an", "and", "another", "any", "anyone", "apr", "april",
    "are", "as", "asked", "at", "aug", "august", "away", "be", "because", "been", "before", "both",
    "but", "by", "can", "christmas", "could", "dad", "dec", "december", "despite", "did", "do",
    "does", "during", "each", "earlier", "easter", "eight", "either", "elsewhere", "enough", "even",
    "every", "everyone", "feb", "february", "few", "finally", "five", "for", "four", "fri",
    "friday", "fridays", "from", "grandma", "grandpa", "had", "has", "have", "he", "her", "here",
    "his", "how", "however", "i", "if", "in", "indeed", "instead", "is", "it", "its", "january",
    "july", "june", "just", "last", "later", "less", "many", "march", "may", "maybe", "meanwhile",
    "mom", "mon", "monday", "mondays", "more", "moreover", "most", "much", "mum", "my", "neither",
    "never", "nevertheless", "next", "nine", "no", "nobody", "none", "nor", "not", "nothing", "nov",
    "november", "now", "oct", "october", "of", "often", "on", "once", "one", "only", "or", "other",
    "others", "our", "over", "perhaps", "saturday", "saturdays", "sep", "sept", "september",
    "seven", "several", "she", "should", "since", "six", "so", "some", "someone", "sometimes",
    "soon", "still", "such", "sunday", "sundays", "ten", "than", "that", "the", "their", "then",
    "there", "therefore", "these", "they", "this", "those", "though", "three", "through", "thu",
    "thur", "thurs", "thursday", "thursdays", "thus", "to", "today", "together", "tomorrow", "too",
    "tue", "tues", "tuesday", "tuesdays", "two", "under", "unless", "unlike", "until", "up", "upon",
    "was", "we", "wednesday", "wednesdays", "were", "what", "when", "where", "whether", "which",
    "while", "who", "whose", "why", "with", "within", "without", "would", "yes", "yesterday", "yet",
    "you", "your",
];

/// No names by themselves.
#[rustfmt::skip]
const TITLES: &[&str] = &[
    "adm", "administrator", "admiral", "alderman", "alhaja", "alhaji", "ambassador", "analyst",
    "archbishop", "assemblyman", "assemblywoman", "attorney", "attorney-general", "ayatollah",
    "baron", "baroness", "barrister", "brigadier", "capt", "captain", "ceo", "cfo", "chair",
    "chairman", "chairperson", "chairwoman", "chancellor", "chief", "cji", "cllr", "cm",
    "co-founder", "col", "colonel", "commander", "commissioner", "comptroller", "congressman",
    "congresswoman", "coo", "councillor", "councilman", "councilwoman", "counsel", "cpl", "dame",
    "datin", "dato", "datuk", "dci", "dcm", "defender", "detective", "director", "dr", "eam",
    "economist", "editor", "engr", "ex-president", "executive", "founder", "gen", "goalkeeper",
    "gov", "governor", "hajia", "hon", "imam", "insp", "inspector", "justices", "lady", "lawyer",
    "leader", "lieutenant", "lord", "lt", "maj", "mayor", "mep", "messrs", "midfielder", "minister",
    "miss", "mla", "mme", "mp", "mps", "mr", "mrs", "ms", "msp", "officer", "otunba", "pastor",
    "pc", "pm", "premier", "presenter", "president", "principal", "prof", "professor", "prosecutor",
    "pte", "publisher", "quarterback", "rabbi", "ratu", "rep", "representative", "rev", "reverend",
    "secretary", "secretary-general", "sen", "senator", "sergeant", "sgt", "shaikh", "sheriff",
    "shri", "sir", "skipper", "smt", "solicitor", "speaker", "spokesman", "spokesperson",
    "spokeswoman", "striker", "substitute", "superintendent", "supervisor", "supt", "surgeon",
    "treasurer", "undersecretary", "vice-chancellor", "vice-president", "whip", "winger",
];

#[rustfmt::skip]
const TITLES_OR_NAMES: &[&str] = &[
    "bishop", "cardinal", "coach", "constable", "dean", "father", "judge", "justice", "major",
    "marshal", "sister",
];

#[rustfmt::skip]
const AFTER_TITLES: &[&str] = &[
    "general", "seri",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_no_names_and_titles_lead_to_them() {
        let lists = [NEVER, TITLES, TITLES_OR_NAMES, AFTER_TITLES];
        let words: usize = lists.iter().map(|list| list.len()).sum();
        assert_eq!(USES.len(), words);
        for (term, meaning) in [
            ("we're", Use::Never),
            ("don't", Use::Never),
            ("o'brien", Use::Any),
            ("sen", Use::Title),
            ("judge", Use::TitleOrName),
            ("general", Use::AfterTitle),
            ("grote", Use::Any),
        ] {
            assert_eq!(Use::of(term), meaning, "{term}");
        }
    }
}
