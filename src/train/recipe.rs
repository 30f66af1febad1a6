//! How a model is made, as a TOML file that is committed beside it.

use serde::Deserialize;
use thiserror::Error;

use super::axis_recipe::{AxisRecipe, CountFor, StanceRecipe, WordsRecipe, take};
use crate::{
    bayes::{FitError, Table, WordVectors},
    features::{FeaturizerConfig, selection::SelectionParams},
    model::{AbstentionPolicy, Card},
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
    /// Its file in the data directory.
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
    #[error("{field} = {value:?}: {expected}")]
    Value {
        /// Path of the field.
        field: String,
        /// Its value.
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

    fn check(&self) -> Result<(), RecipeError> {
        let name = Card::is_valid_name(&self.name);
        let expected = "lower-case letters, digits, dots and hyphens";
        require(name, "name", &self.name, expected)?;
        let created = self.created.parse::<toml::value::Datetime>();
        let expected = "a date and time by RFC 3339";
        require(created.is_ok(), "created", &self.created, expected)?;
        let share = self.abstention.min_known_share;
        let field = "abstention.min_known_share";
        require(self.abstention.is_valid(), field, &share, "0 to 1")?;
        self.check_corpora("vocabulary.corpora", &self.vocabulary.corpora)?;
        require(!self.axes.is_empty(), "axes", &"", "at least one")?;
        let mut axes = self.axes.iter().enumerate();
        axes.try_for_each(|(index, axis)| self.check_axis(&format!("axes[{index}]"), axis))?;
        let mut stance = self.stance.iter();
        stance.try_for_each(|stance| self.check_stance(stance))?;
        let mut words = self.words.iter();
        words.try_for_each(|words| self.check_words(words))
    }

    fn check_stance(&self, stance: &StanceRecipe) -> Result<(), RecipeError> {
        self.check_axis_by_target(stance, "stance.axis", &stance.axis)?;
        if let Some(around) = &stance.words {
            let (field, ridge) = ("stance.words.ridge", around.ridge);
            let known = self.words.is_some();
            require(known, field, &ridge, "words in the recipe")?;
            let possible = (1e-9..=1e9).contains(&ridge);
            require(possible, field, &ridge, "1e-9 to 1e9")?;
        }
        let Some(longer) = &stance.longer else {
            return Ok(());
        };
        let (field, value) = ("stance.longer.definition", &longer.definition);
        let same = *value == stance.axis.definition;
        require(same, field, value, "the same as that of stance.axis")?;
        let (field, measured) = ("stance.longer.measure", longer.measure.len());
        require(measured == 0, field, &measured, "none; see stance.axis")?;
        self.check_axis_by_target(stance, "stance.longer", longer)
    }

    fn check_axis_by_target(
        &self,
        stance: &StanceRecipe,
        path: &str,
        axis: &AxisRecipe,
    ) -> Result<(), RecipeError> {
        self.check_axis(path, axis)?;
        let fitted = stance.words.is_none() || axis.regression.is_some();
        let expected = "axes that are fitted by a regression";
        require(fitted, "stance.words", &path, expected)?;
        let (field, words) = (format!("{path}.regression.words"), axis.words());
        require(words <= 0.0, &field, &words, "0; see stance.words")
    }

    fn check_words(&self, words: &WordsRecipe) -> Result<(), RecipeError> {
        self.check_corpora("words.corpora", &words.corpora)?;
        let some = !words.corpora.is_empty();
        require(some, "words.corpora", &"", "at least one corpus")?;
        let (count, dimensions) = (words.max_words, words.dimensions);
        let possible = (1..=1_000_000).contains(&count);
        require(possible, "words.max_words", &count, "1 to 1000000")?;
        let possible = (1..=WordVectors::MAX_DIMENSIONS).contains(&dimensions);
        require(possible, "words.dimensions", &dimensions, "1 to 1024")?;
        let by_target = self.stance.as_ref().is_some_and(|s| s.words.is_some());
        let used = by_target || self.axes.iter().any(|axis| axis.words() > 0.0);
        require(used, "words", &"", "an axis that shares weights of words")
    }

    fn check_axis(&self, path: &str, axis: &AxisRecipe) -> Result<(), RecipeError> {
        let field = |name: &str| format!("{path}.{name}");
        let count = axis.max_count;
        let countable = (1..=Table::MAX_COUNT).contains(&count);
        require(countable, &field("max_count"), &count, "1 to 32767")?;
        let minimum = axis.min_probability;
        let probable = (0.0..=1.0).contains(&minimum);
        require(probable, &field("min_probability"), &minimum, "0 to 1")?;
        self.check_calibration(&field("calibrate_on"), &axis.calibrate_on)?;
        let experts = &axis.experts;
        let one = experts.is_empty() != axis.regression.is_none();
        let expected = "one or more, or else a regression";
        require(one, &field("experts"), &experts.len(), expected)?;
        let counted = axis.regression.is_none() || axis.count_for == CountFor::Main;
        let expected = "main, as a regression learns the first label";
        require(counted, &field("count_for"), &"all", expected)?;
        self.check_regression(axis, &field("regression"))?;
        for expert in experts {
            self.check_corpora(&field("experts.corpora"), &expert.corpora)?;
            let weight = expert.weight;
            let finite = weight.is_finite();
            require(finite, &field("experts.weight"), &weight, "a finite number")?;
        }
        for name in &axis.calibrate_on {
            let learnt = axis.corpora().any(|corpus| corpus == name);
            let expected = "a corpus that the axis learns from";
            require(learnt, &field("calibrate_on"), name, expected)?;
        }
        let measured = axis.measure.iter().map(|m| m.corpus.clone());
        self.check_corpora(&field("measure.corpus"), &measured.collect::<Vec<_>>())
    }

    fn check_calibration(&self, field: &str, names: &[String]) -> Result<(), RecipeError> {
        self.check_corpora(field, names)?;
        for (at, name) in names.iter().enumerate() {
            let first = !names[..at].contains(name);
            require(first, field, name, "each corpus once")?;
        }
        require(!names.is_empty(), field, &"", "at least one corpus")
    }

    fn check_regression(&self, axis: &AxisRecipe, path: &str) -> Result<(), RecipeError> {
        if let Some(regression) = &axis.regression {
            let checked = regression.params.check();
            checked.map_err(|source| RecipeError::Fit {
                path: path.into(),
                source,
            })?;
            let words = regression.params.words;
            let known = self.words.is_some() || words <= 0.0;
            let expected = "0, or words in the recipe";
            require(known, &format!("{path}.words"), &words, expected)?;
            let some = regression
                .sources
                .iter()
                .any(|source| source.max_articles > 0);
            let sources = regression.sources.len();
            let expected = "one or more with max_articles above 0";
            require(some, &format!("{path}.sources"), &sources, expected)?;
        }
        for source in axis.regression.iter().flat_map(|r| &r.sources) {
            let sources = format!("{path}.sources");
            self.check_corpora(&format!("{sources}.corpora"), &source.corpora)?;
            let weight = source.weight;
            let fits = weight.is_finite() && weight >= 0.0;
            let expected = "a finite number, 0 or more";
            require(fits, &format!("{sources}.weight"), &weight, expected)?;
        }
        Ok(())
    }

    fn check_corpora(&self, field: &str, names: &[String]) -> Result<(), RecipeError> {
        for name in names {
            require(
                self.corpus(name).is_some(),
                field,
                name,
                "the name of one of the corpora",
            )?;
        }
        Ok(())
    }
}

fn require(
    holds: bool,
    field: &str,
    value: &impl ToString,
    expected: &'static str,
) -> Result<(), RecipeError> {
    if holds {
        return Ok(());
    }
    Err(RecipeError::Value {
        field: field.into(),
        value: value.to_string(),
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
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
                "axes[0].max_count = \"0\"",
            ),
            (
                "min_known_share = 0.1",
                "min_known_share = 1.5",
                "min_known_share = \"1.5\"",
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
