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
}
