//! How a model is made, as a TOML file that is committed beside it.

use serde::Deserialize;
use thiserror::Error;

use super::axis_recipe::{AxisRecipe, StanceRecipe, WordsRecipe, take};
use crate::{
    bayes::FitError,
    features::{FeaturizerConfig, selection::SelectionParams},
    model::AbstentionPolicy,
};

/// Everything that decides what a model becomes, besides the corpora themselves.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Name of the model.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// When the recipe was fixed, RFC 3339. Written down, not taken from the clock, so that
    /// training again gives the same file.
    pub created: String,
    /// ISO 639-1 codes of the languages of the corpora.
    pub languages: Vec<String>,
    /// Purpose, limits and known failures.
    pub description: String,
    /// How text is read.
    #[serde(default)]
    pub featurizer: FeaturizerConfig,
    /// Which terms are kept.
    pub vocabulary: VocabularyRecipe,
    /// When the model declines to answer.
    pub abstention: AbstentionPolicy,
    /// The corpora.
    pub corpora: Vec<CorpusRecipe>,
    /// Words in which axes share weights.
    #[serde(default)]
    pub words: Option<WordsRecipe>,
    /// The axes.
    pub axes: Vec<AxisRecipe>,
    /// The axis that is answered by target.
    #[serde(default)]
    pub stance: Option<StanceRecipe>,
    /// The recipe's own text.
    #[serde(skip)]
    pub text: String,
}

/// Which terms are kept.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "toml::Table")]
pub struct VocabularyRecipe {
    /// Names of the corpora that terms are taken from; empty means all.
    pub corpora: Vec<String>,
    /// By which rule.
    pub selection: SelectionParams,
}

impl TryFrom<toml::Table> for VocabularyRecipe {
    type Error = toml::de::Error;

    fn try_from(mut table: toml::Table) -> Result<Self, toml::de::Error> {
        Ok(Self {
            corpora: take(&mut table, "corpora")?.unwrap_or_default(),
            selection: table.try_into()?,
        })
    }
}

/// A corpus to learn from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusRecipe {
    /// Its name.
    pub name: String,
    /// Its file, as a [`Source`](super::Source) knows it.
    pub file: String,
    /// Licence as its source states it.
    pub license: String,
    /// Where it comes from.
    pub source: String,
    /// If not empty, only records whose `method` is one of these are used.
    #[serde(default)]
    pub methods: Vec<String>,
}

/// Why a recipe is refused.
#[derive(Debug, Error)]
pub enum RecipeError {
    /// Not TOML, or not a recipe.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A parameter of a regression is out of range.
    #[error("{path}.{source}")]
    Fit {
        /// Path of the regression.
        path: String,
        /// What is wrong.
        source: FitError,
    },
    /// A value is out of range or names nothing.
    #[error("{field} = {value}: {expected}")]
    Value {
        /// Path of the field.
        field: String,
        /// Its value; a text in quotation marks.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
}

impl Recipe {
    /// Reads and checks a recipe.
    ///
    /// # Errors
    /// When it is malformed, names an unknown corpus, or has a value out of range.
    pub fn parse(text: &str) -> Result<Self, RecipeError> {
        let mut recipe: Self = toml::from_str(text)?;
        text.clone_into(&mut recipe.text);
        recipe.check()?;
        Ok(recipe)
    }

    /// The corpus of this name.
    #[must_use]
    pub fn corpus(&self, name: &str) -> Option<&CorpusRecipe> {
        self.corpora.iter().find(|corpus| corpus.name == name)
    }

    /// The corpora that terms are taken from.
    pub fn vocabulary_corpora(&self) -> impl Iterator<Item = &CorpusRecipe> {
        let named = &self.vocabulary.corpora;
        let wanted = move |c: &&CorpusRecipe| named.is_empty() || named.contains(&c.name);
        self.corpora.iter().filter(wanted)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub const GOOD: &str = r#"
        name = "tiny"
        version = "1.0.0"
        created = "2026-01-02T00:00:00Z"
        languages = ["en"]
        description = "A test."
        vocabulary = { min_document_frequency = 1 }
        abstention = { min_known_tokens = 1, min_known_share = 0.1 }
        [[corpora]]
        name = "own"
        file = "own.jsonl"
        license = "MIT"
        source = "written for this test"
        [[axes]]
        definition = "genre.toml"
        max_count = 1
        calibrate_on = "own"
        [[axes.experts]]
        corpora = ["own"]
        smoothing = { kind = "lidstone", alpha = 0.5 }
    "#;

    #[test]
    fn a_good_recipe_is_read() {
        let recipe = Recipe::parse(GOOD).unwrap();
        assert_eq!(recipe.vocabulary.selection.min_document_frequency, 1);
        assert!((recipe.axes[0].experts[0].weight - 1.0).abs() < 1e-12);
        assert_eq!(recipe.vocabulary_corpora().count(), 1);
    }

    #[test]
    fn faults_name_field_value_and_range() {
        for (good, bad, message) in [
            ("\"tiny\"", "\"Tiny\"", "name = \"Tiny\""),
            (
                "2026-01-02T00:00:00Z",
                "yesterday",
                "created = \"yesterday\"",
            ),
            (
                "corpora = [\"own\"]",
                "corpora = [\"other\"]",
                "axes[0].experts.corpora = \"other\"",
            ),
            (
                "max_count = 1",
                "max_count = 0",
                "axes[0].max_count = 0: 1 to 32767",
            ),
            (
                "min_known_share = 0.1",
                "min_known_share = 1.5",
                "min_known_share = 1.5: 0 to 1",
            ),
            ("version", "vresion", "unknown field `vresion`"),
            (
                "min_document_frequency",
                "min_frequency",
                "unknown field `min_frequency`",
            ),
            (
                "smoothing = { kind",
                "wieght = 2\nsmoothing = { kind",
                "unknown field `wieght`",
            ),
            (
                "[[axes.experts]]\n        corpora",
                "[[axes.experts]]\n        corpus",
                "missing field `corpora`",
            ),
        ] {
            let error = Recipe::parse(&GOOD.replacen(good, bad, 1)).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}
