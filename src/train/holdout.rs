//! Keeps articles that figures are measured on out of training, also where another corpus has
//! them under another name.
//!
//! AllSides articles recur in other corpora under the same id, headlines recur lower-cased, and
//! wire reports recur under another headline. A training record is dropped when its id, its
//! folded title or the folded opening of its body is that of a record of another split.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use super::{Recipe, TrainError, stream::Stream};
use crate::{
    corpus::Record,
    text::{fold::fold_into, tokenize},
};

/// Titles of fewer words ("Thunderstorm Wind") recur by chance.
const MIN_TITLE_WORDS: usize = 4;
/// Words of a body that make it the same article.
const OPENING_WORDS: usize = 12;

pub(super) type Fingerprint = [u8; 16];

/// Fingerprints of all records that must not be trained on.
#[derive(Debug, Default)]
pub struct Holdout {
    fingerprints: HashSet<Fingerprint>,
}

impl Holdout {
    /// Reads the corpora of a recipe and remembers every record that is not for training.
    ///
    /// # Errors
    /// When a corpus cannot be read.
    pub fn of(recipe: &Recipe, stream: &Stream<'_>) -> Result<Self, TrainError> {
        let mut holdout = Self::default();
        for corpus in &recipe.corpora {
            stream.each(
                "holding out from",
                corpus,
                |record| record.split() != "train",
                |_, record| fingerprints(&record),
                |found| {
                    holdout.fingerprints.extend(found);
                    Ok(())
                },
            )?;
        }
        Ok(holdout)
    }

    /// Whether a training record is one of the held-out ones.
    #[must_use]
    pub fn contains(&self, record: &Record) -> bool {
        fingerprints(record)
            .iter()
            .any(|fingerprint| self.fingerprints.contains(fingerprint))
    }
}

fn fingerprints(record: &Record) -> Vec<Fingerprint> {
    let texts = text_fingerprints(record);
    id_fingerprint(record).into_iter().chain(texts).collect()
}

/// What tells an article from others, whatever corpus it is in: its headline, or else its opening,
/// or else its id.
pub(super) fn identity(record: &Record) -> Fingerprint {
    let mut texts = text_fingerprints(record);
    texts
        .next()
        .or_else(|| id_fingerprint(record))
        .unwrap_or_default()
}

fn id_fingerprint(record: &Record) -> Option<Fingerprint> {
    (!record.id.is_empty()).then(|| fingerprint("id", [record.id.as_str()]))
}

/// Of the title and of the body, where they are long enough.
fn text_fingerprints(record: &Record) -> impl Iterator<Item = Fingerprint> {
    let title = words(&record.title, OPENING_WORDS);
    let body = words(&record.body, OPENING_WORDS);
    let title = (title.len() >= MIN_TITLE_WORDS).then_some(title);
    let body = (body.len() == OPENING_WORDS).then_some(body);
    let texts = [title, body].into_iter().flatten();
    texts.map(|words| fingerprint("words", words.iter().map(String::as_str)))
}

fn words(text: &str, limit: usize) -> Vec<String> {
    let words = tokenize(text).take(limit).map(|span| {
        let mut word = String::new();
        fold_into(&text[span], &mut word);
        word
    });
    words.collect()
}

fn fingerprint<'w>(kind: &str, parts: impl IntoIterator<Item = &'w str>) -> Fingerprint {
    let mut hash = Sha256::new_with_prefix(kind);
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    let mut first = Fingerprint::default();
    first.copy_from_slice(&hash.finalize()[..16]);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, title: &str, body: &str) -> Record {
        Record {
            id: id.into(),
            title: title.into(),
            body: body.into(),
            ..Record::default()
        }
    }

    #[test]
    fn one_text_under_two_ids_is_one_article() {
        let opening = "One two three four five six seven eight nine ten eleven twelve";
        let known = |id, title, body| identity(&record(id, title, body));
        let headline = known("a", "Rain Falls on the City", "");
        assert_eq!(headline, known("b", "rain falls on the city", opening));
        assert_eq!(known("a", "", opening), known("b", "Rain", opening));
        assert_ne!(known("a", "Rain", "Rain."), known("b", "Rain", "Rain."));
    }

    #[test]
    fn an_article_is_known_by_id_title_or_opening() {
        let opening = "One two three four five six seven eight nine ten eleven twelve";
        let held_out = record(
            "a",
            "Rain Falls on the City",
            &format!("{opening} and more."),
        );
        let holdout = Holdout {
            fingerprints: fingerprints(&held_out).into_iter().collect(),
        };
        assert!(holdout.contains(&record("a", "", "")));
        assert!(holdout.contains(&record("b", "rain falls on the city", "")));
        assert!(holdout.contains(&record("b", "", &format!("{opening}, but otherwise"))));
        assert!(!holdout.contains(&record("b", "Rain falls", "One two three")));
    }

    #[test]
    fn short_titles_recur_by_chance() {
        let storm = record("a", "Thunderstorm Wind", "");
        assert_eq!(fingerprints(&storm).len(), 1, "the id alone");
    }
}
