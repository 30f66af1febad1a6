//! Folds a token to the term that it stands for, so that spellings of one word meet.
//!
//! `Syria’s` and `SYRIA` become `syria`, `Erdoğan` becomes `erdogan`, `U.N.` and `UN` become `un`,
//! `1,000` becomes `1000`. The country is told from the pronoun: `U.S.` and `US` become `u.s.`,
//! `us` stays `us`.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

use super::tokenizer::{is_apostrophe, is_hyphen, is_invisible};

/// Replaces the content of `term` by the folded form of `token`.
///
/// Compatibility decomposition, removal of diacritics, full Unicode case folding and
/// recomposition; possessive `'s`, dots of acronyms and separators of thousands are dropped.
/// Texts that differ only in Unicode normalisation fold alike.
pub fn fold_into(token: &str, term: &mut String) {
    term.clear();
    if token.is_ascii() {
        term.push_str(token);
        term.make_ascii_lowercase();
    } else {
        let plain = token.chars().nfkd().filter(|&c| !is_dropped(c));
        term.extend(plain.map(plain_joiner).default_case_fold().nfkc());
    }
    term.truncate(without_possessive(term).len());
    drop_separators(term);
    if term == "us" && (token.starts_with("U.S") || without_possessive(token) == "US") {
        term.clear();
        term.push_str("u.s.");
    }
}

/// A token without possessive `'s`, in any case and by any apostrophe.
#[must_use]
pub fn without_possessive(token: &str) -> &str {
    let owner = token.strip_suffix(['s', 'S']);
    let owner = owner.and_then(|token| token.strip_suffix(is_apostrophe));
    owner.filter(|owner| !owner.is_empty()).unwrap_or(token)
}

fn is_dropped(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}') || is_invisible(c)
}

fn plain_joiner(c: char) -> char {
    match c {
        _ if is_apostrophe(c) => '\'',
        _ if is_hyphen(c) => '-',
        _ => c,
    }
}

/// Drops dots next to letters (acronyms) and commas (thousands); decimal points stay.
fn drop_separators(term: &mut String) {
    if !term.contains(['.', ',']) {
        return;
    }
    let mut last = ' ';
    term.retain(|c| {
        let keep = c != ',' && (c != '.' || last.is_numeric());
        last = c;
        keep
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fold(token: &str) -> String {
        let mut term = String::new();
        fold_into(token, &mut term);
        term
    }

    #[test]
    fn possessives_are_told_as_they_are_folded() {
        for (token, owner) in [
            ("Orlan's", "Orlan"),
            ("ORLAN'S", "ORLAN"),
            ("Orlan\u{2019}s", "Orlan"),
            ("Orlan\u{2BC}s", "Orlan"),
            ("Orlans'", "Orlans'"),
            ("'s", "'s"),
            ("", ""),
        ] {
            assert_eq!(without_possessive(token), owner);
        }
    }

    #[test]
    fn spellings_of_one_word_meet() {
        let cases = [
            ("SYRIA", "syria"),
            ("Syria's", "syria"),
            ("Syria\u{2019}s", "syria"),
            ("US\u{2BC}s", "u.s."),
            ("don\u{2019}t", "don't"),
            ("Erdo\u{11F}an", "erdogan"),
            ("Stra\u{DF}e", "strasse"),
            ("U.N.", "un"),
            ("UN", "un"),
            ("U.S.", "u.s."),
            ("US", "u.s."),
            ("us", "us"),
            ("U.S.-led", "us-led"),
            ("a.m.", "am"),
            ("1,000", "1000"),
            ("$4.5bn", "$4.5bn"),
            ("COVID\u{2011}19", "covid-19"),
            ("al-Assad's", "al-assad"),
            ("\u{FB01}nance", "finance"),
            ("co\u{AD}operate", "cooperate"),
        ];
        for (token, term) in cases {
            assert_eq!(fold(token), term, "{token:?}");
        }
    }

    proptest! {
        #[test]
        fn normalisation_forms_fold_alike(token in "[A-Za-z\u{C0}-\u{17F}\u{370}-\u{3FF}\u{400}-\u{4FF}]{1,12}") {
            let composed: String = token.nfc().collect();
            let decomposed: String = token.nfd().collect();
            prop_assert_eq!(fold(&composed), fold(&decomposed));
        }
    }
}
