//! How one axis is made, as part of a [`Recipe`](super::Recipe).

use std::{collections::BTreeSet, num::NonZeroU32};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned},
};

use super::folds::FoldBy;
use crate::{
    bayes::{FitParams, RegressionParams, calibration::always_full},
    features::selection::SelectionParams,
    label::AxisKind,
};

/// An axis to train.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisRecipe {
    /// File with name, kind and labels, relative to the recipe.
    pub definition: String,
    /// Occurrences of a term beyond this count nothing; 1 counts presence.
    pub max_count: u32,
    /// Of a single-label axis by experts: which labels of an article it is counted for.
    #[serde(default)]
    pub count_for: CountFor,
    /// Codes in the corpora that are no labels of the axis and are passed over.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Corpora whose held-out folds calibrate the axis: one name or a list.
    #[serde(deserialize_with = "one_or_more")]
    pub calibrate_on: Vec<String>,
    /// Texts of fewer counted terms take the offsets of calibration in proportion: what the corpora
    /// of calibration have more of need not be true of them. Where it is not given, every text takes
    /// them whole.
    #[serde(default = "always_full")]
    pub full_length: NonZeroU32,
    /// Single-label: the axis abstains under this probability.
    #[serde(default)]
    pub min_probability: f64,
    /// Single-label: what the answer aims at.
    #[serde(default)]
    pub maximise: Objective,
    /// What is measured for the card.
    #[serde(default)]
    pub measure: Vec<Measurement>,
    /// What cross-validation holds out together.
    #[serde(default)]
    pub fold_by: FoldBy,
    /// Scorers whose log-odds are added. An axis has either these or a regression.
    #[serde(default)]
    pub experts: Vec<ExpertRecipe>,
    /// Weights that are fitted together.
    #[serde(default)]
    pub regression: Option<RegressionRecipe>,
}

/// What the answer of a single-label axis aims at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// To be right: the most probable label.
    #[default]
    Accuracy,
    /// To find every label alike: rare labels weigh more.
    MacroF1,
}

/// Training of the axis that is answered by target.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StanceRecipe {
    /// File with `word TAB valence` lines, relative to the recipe.
    pub lexicon: String,
    /// Which terms around targets are kept.
    pub vocabulary: SelectionParams,
    /// How the axis is trained; its examples are the targets of records.
    pub axis: AxisRecipe,
    /// How it is trained for texts of more than 60 words; without it all texts are judged alike.
    #[serde(default)]
    pub longer: Option<AxisRecipe>,
    /// Words around targets that share weights, those of the recipe's `words`.
    #[serde(default)]
    pub words: Option<AroundRecipe>,
}

/// Words that are known by the company they keep, in texts with labels and without.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordsRecipe {
    /// Names of the corpora that are read.
    pub corpora: Vec<String>,
    /// How many words, the most frequent ones.
    pub max_words: usize,
    /// Coordinates of their vectors, rounded up to a multiple of eight.
    pub dimensions: usize,
}

/// How words around targets share weights.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AroundRecipe {
    /// Strength of the pull of what they share; the rest is that of the axis.
    pub ridge: f64,
}

/// A table that is fitted discriminatively.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "toml::Table")]
pub struct RegressionRecipe {
    /// How.
    pub params: RegressionParams,
    /// Corpora of unlike kind, each with intercepts of its own.
    pub sources: Vec<SourceRecipe>,
}

impl TryFrom<toml::Table> for RegressionRecipe {
    type Error = toml::de::Error;

    fn try_from(mut table: toml::Table) -> Result<Self, toml::de::Error> {
        Ok(Self {
            sources: take(&mut table, "sources")?.ok_or_else(|| missing("sources"))?,
            params: table.try_into()?,
        })
    }
}

/// Corpora of one kind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRecipe {
    /// Names of the corpora.
    pub corpora: Vec<String>,
    /// Weight of an article.
    #[serde(default = "one")]
    pub weight: f64,
    /// The most articles that are used, a sample by hash.
    #[serde(default = "many")]
    pub max_articles: usize,
}

fn many() -> usize {
    100_000
}

/// Which labels of an article with several are learnt on a single-label axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountFor {
    /// The first one.
    #[default]
    Main,
    /// Every one.
    All,
}

/// Figures for the card.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// Name of the corpus.
    pub corpus: String,
    /// Its split.
    pub split: String,
}

/// A scorer fitted on some of the corpora.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "toml::Table")]
pub struct ExpertRecipe {
    /// Names of the corpora whose counts are summed.
    pub corpora: Vec<String>,
    /// Factor of its log-odds; 1 where it is not given.
    pub weight: f64,
    /// How it is fitted.
    pub fit: FitParams,
}

impl TryFrom<toml::Table> for ExpertRecipe {
    type Error = toml::de::Error;

    fn try_from(mut table: toml::Table) -> Result<Self, toml::de::Error> {
        Ok(Self {
            corpora: take(&mut table, "corpora")?.ok_or_else(|| missing("corpora"))?,
            weight: take(&mut table, "weight")?.unwrap_or_else(one),
            fit: table.try_into()?,
        })
    }
}

/// Takes a key out of a table, so that what is left can be read as something that knows no others:
/// serde's `flatten` would let unknown keys pass.
pub(super) fn take<T: DeserializeOwned>(
    table: &mut toml::Table,
    key: &str,
) -> Result<Option<T>, toml::de::Error> {
    table.remove(key).map(toml::Value::try_into).transpose()
}

fn missing(key: &str) -> toml::de::Error {
    de::Error::custom(format_args!("missing field `{key}`"))
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMore {
        One(String),
        More(Vec<String>),
    }
    Ok(match OneOrMore::deserialize(deserializer)? {
        OneOrMore::One(name) => vec![name],
        OneOrMore::More(names) => names,
    })
}

fn one() -> f64 {
    1.0
}

impl AxisRecipe {
    /// The corpora that the axis learns from, each once.
    pub fn corpora(&self) -> impl Iterator<Item = &str> {
        let experts = self.experts.iter().flat_map(|expert| &expert.corpora);
        let sources = self.regression.iter().flat_map(|r| &r.sources);
        let all: BTreeSet<&str> = experts
            .chain(sources.flat_map(|source| &source.corpora))
            .map(String::as_str)
            .collect();
        all.into_iter()
    }

    /// An option that is given and would have no effect on an axis of this kind.
    #[must_use]
    pub fn idle_option(&self, kind: AxisKind) -> Option<&'static str> {
        let of_one_label = [
            ("count_for", self.count_for != CountFor::default()),
            ("maximise", self.maximise != Objective::default()),
            ("min_probability", self.min_probability > 0.0),
        ];
        let mut idle = of_one_label.into_iter().filter(|&(_, given)| given);
        let (name, _) = idle.next().filter(|_| kind == AxisKind::Multi)?;
        Some(name)
    }

    /// How much words of like company share.
    #[must_use]
    pub fn words(&self) -> f64 {
        self.regression.as_ref().map_or(0.0, |r| r.params.words)
    }

    /// Whether this code is known not to be a label.
    #[must_use]
    pub fn ignores(&self, code: &str) -> bool {
        self.ignore.iter().any(|ignored| ignored == code)
    }
}

impl CountFor {
    /// The positions of an article's labels that it is counted for.
    #[must_use]
    pub fn select(self, kind: AxisKind, truth: &[usize]) -> &[usize] {
        match (kind, self) {
            (AxisKind::Single, Self::Main) => &truth[..truth.len().min(1)],
            _ => truth,
        }
    }
}
