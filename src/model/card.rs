//! Where a model comes from and how well it does.

use serde::{Deserialize, Serialize};

/// The part of a model file that is meant for people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Short name, such as `newstance-en`.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// When the recipe was fixed, RFC 3339.
    pub created: String,
    /// ISO 639-1 codes of the languages it was trained on.
    pub languages: Vec<String>,
    /// Purpose, limits and known failures.
    pub description: String,
    /// What it was trained on.
    pub corpora: Vec<CorpusCard>,
    /// How well it does.
    pub metrics: Vec<MetricCard>,
    /// The training recipe, in full.
    pub recipe: String,
}

/// A corpus that a model was trained on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusCard {
    /// Its name.
    pub name: String,
    /// Licence as its source states it.
    pub license: String,
    /// Where it comes from.
    pub source: String,
    /// Articles used for training.
    pub training_articles: u64,
    /// SHA-256 of the corpus file.
    pub digest: String,
}

/// One measured figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricCard {
    /// Axis that was measured.
    pub axis: String,
    /// Name of the figure.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Corpus that it was measured on.
    pub corpus: String,
    /// Split of the corpus.
    pub split: String,
    /// Articles measured.
    pub articles: u64,
}

impl Card {
    /// Whether `name` can name a model: 1 to 63 lower-case letters, digits, dots and hyphens,
    /// the first one a letter.
    #[must_use]
    pub fn is_valid_name(name: &str) -> bool {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
        (1..=63).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(allowed)
    }

    /// Whether `version` is one by Semantic Versioning 2.0.0.
    #[must_use]
    pub fn is_valid_version(version: &str) -> bool {
        let (version, build) = split_suffix(version, '+');
        let (core, before) = split_suffix(version, '-');
        let core: Vec<&str> = core.split('.').collect();
        let is_part = |part: &str| {
            let alphanumeric = |c: char| c.is_ascii_alphanumeric() || c == '-';
            !part.is_empty() && part.chars().all(alphanumeric)
        };
        core.len() == 3
            && core.into_iter().all(is_number)
            && before.is_none_or(|before| {
                let mut parts = before.split('.');
                parts.all(|part| is_part(part) && (is_number(part) || !is_numeric(part)))
            })
            && build.is_none_or(|build| build.split('.').all(is_part))
    }
}

fn split_suffix(text: &str, mark: char) -> (&str, Option<&str>) {
    let parts = text.split_once(mark);
    parts.map_or((text, None), |(before, after)| (before, Some(after)))
}

fn is_numeric(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether digits have no zero before them.
fn is_number(text: &str) -> bool {
    is_numeric(text) && (text == "0" || !text.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_a_resource_path() {
        for good in ["newstance-en", "a", "v1.2"] {
            assert!(Card::is_valid_name(good), "{good:?}");
        }
        for bad in ["", "A", "1a", "a/b", "a b", &"a".repeat(64)] {
            assert!(!Card::is_valid_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn versions_are_semantic() {
        for good in [
            "0.1.0",
            "10.20.30",
            "1.0.0-rc.1",
            "1.0.0-0a.x-y+01.b",
            "1.0.0+a-b",
        ] {
            assert!(Card::is_valid_version(good), "{good:?}");
        }
        for bad in [
            "", "1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+",
        ] {
            assert!(!Card::is_valid_version(bad), "{bad:?}");
        }
    }
}
