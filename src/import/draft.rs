//! A record as it is written.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap as _};
use sha2::{Digest as _, Sha256};

/// One line of a corpus to be. The order of the fields and of the labels is the order in the file:
/// the same records give the same bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Draft {
    /// Identifier, unique within the corpus.
    pub id: String,
    /// The headline.
    pub title: String,
    /// The running text.
    pub body: String,
    /// ISO 639-1 code of the language.
    pub lang: &'static str,
    /// Where the record comes from.
    pub source: &'static str,
    /// `train`, `dev`, `test` or another name.
    pub split: String,
    /// Codes by axis, the main one first.
    #[serde(serialize_with = "in_order")]
    pub labels: Vec<(String, Vec<String>)>,
    /// Stances of the text towards targets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stances: Vec<DraftStance>,
    /// Who published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlet: Option<String>,
    /// When, in the publisher's own notation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// How it was labelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<&'static str>,
}

/// The stance of a text towards one target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DraftStance {
    /// The target.
    pub target: String,
    /// Code of the stance.
    pub label: String,
    /// Byte ranges in the body.
    pub mentions: Vec<(usize, usize)>,
}

impl Draft {
    /// An English record of this source without text, labels or split.
    pub(super) fn new(source: &'static str, id: String) -> Self {
        Self {
            id,
            source,
            lang: "en",
            ..Self::default()
        }
    }

    /// Puts it into `train` (80 %), `dev` or `test` (10 % each) by its identifier alone, so that
    /// it stays there in whatever order and company it is imported.
    pub(super) fn split_by_id(mut self) -> Self {
        self.split = split_of(&self.id).into();
        self
    }

    /// Adds codes of an axis, if there are any.
    pub(super) fn label(&mut self, axis: &str, codes: impl IntoIterator<Item = String>) {
        let codes: Vec<_> = codes.into_iter().collect();
        if !codes.is_empty() {
            self.labels.push((axis.into(), codes));
        }
    }
}

fn in_order<S: Serializer>(
    labels: &[(String, Vec<String>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(labels.len()))?;
    for (axis, codes) in labels {
        map.serialize_entry(axis, codes)?;
    }
    map.end()
}

fn split_of(id: &str) -> &'static str {
    let digest = Sha256::digest(id.as_bytes());
    let first: u64 = digest
        .iter()
        .take(4)
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    // Tenths of the range of 32 bits, without rounding.
    match (first * 10) >> 32 {
        0..8 => "train",
        8 => "dev",
        _ => "test",
    }
}

/// The first 16 hexadecimal digits of the SHA-256 of title, line feed and body: tells whether a
/// text is the one that was labelled, and tells nothing else about it.
pub(super) fn fingerprint(title: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(title.as_bytes());
    hash.update(b"\n");
    hash.update(body.as_bytes());
    let mut hex = String::with_capacity(16);
    for byte in hash.finalize().iter().take(8) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_labels_keep_their_order() {
        let mut draft = Draft::new("gazette", "g-1".into()).split_by_id();
        draft.label("topic", ["t:weather".into()]);
        draft.label("nothing", []);
        draft.label("angle", ["a:money".into(), "a:law".into()]);
        draft.date = Some("2020-01-02".into());
        assert_eq!(
            serde_json::to_string(&draft).unwrap(),
            r#"{"id":"g-1","title":"","body":"","lang":"en","source":"gazette","split":"train","labels":{"topic":["t:weather"],"angle":["a:money","a:law"]},"date":"2020-01-02"}"#
        );
    }

    #[test]
    fn splits_are_tenths_of_the_hash() {
        let ids = (0..10_000).map(|n| split_of(&format!("id-{n}")));
        let mut counts = std::collections::BTreeMap::new();
        ids.for_each(|split| *counts.entry(split).or_insert(0) += 1);
        assert!((7_800..8_200).contains(&counts["train"]), "{counts:?}");
        assert!(
            (900..1_100).contains(&counts["dev"]) && counts.len() == 3,
            "{counts:?}"
        );
    }

    #[test]
    fn a_fingerprint_is_of_title_and_body() {
        assert_eq!(fingerprint("a", "b"), "7e18f737311b2dc3");
        assert_ne!(fingerprint("ab", ""), fingerprint("a", "b"));
    }
}
