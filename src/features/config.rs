//! Checked settings of the featurizer.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Settings as they are written down.
///
/// | name | default | purpose | range |
/// | --- | --- | --- | --- |
/// | `max_ngram` | 2 | longest word n-gram that is a term | 1 to 3 |
/// | `max_tokens` | 400000 | tokens of one article that are read; the rest is ignored | 1 to 4000000 |
/// | `capitals` | false | whether words that begin with a capital (of ASCII, once folded) are terms of their own beside the words: `Apple` beside `apple` | |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FeaturizerParams {
    /// Longest word n-gram.
    pub max_ngram: usize,
    /// Tokens of one article that are read.
    pub max_tokens: u32,
    /// Whether words with a capital are terms of their own. Model files say so only where they are.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub capitals: bool,
}

impl Default for FeaturizerParams {
    fn default() -> Self {
        Self {
            max_ngram: 2,
            max_tokens: 400_000,
            capitals: false,
        }
    }
}

/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name} = {value}: expected {min} to {max}")]
pub struct ConfigError {
    name: &'static str,
    value: u64,
    min: u64,
    max: u64,
}

/// Settings that passed every check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FeaturizerParams", into = "FeaturizerParams")]
pub struct FeaturizerConfig(FeaturizerParams);

impl FeaturizerConfig {
    /// The longest n-gram that is supported.
    pub const MAX_NGRAM: usize = 3;

    /// Longest word n-gram.
    #[must_use]
    pub fn max_ngram(&self) -> usize {
        self.0.max_ngram
    }

    /// Tokens of one article that are read.
    #[must_use]
    pub fn max_tokens(&self) -> u32 {
        self.0.max_tokens
    }

    /// Whether words with a capital are terms of their own.
    #[must_use]
    pub fn capitals(&self) -> bool {
        self.0.capitals
    }
}

impl TryFrom<FeaturizerParams> for FeaturizerConfig {
    type Error = ConfigError;

    fn try_from(params: FeaturizerParams) -> Result<Self, ConfigError> {
        let FeaturizerParams {
            max_ngram,
            max_tokens,
            capitals: _,
        } = params;
        check("max_ngram", max_ngram as u64, 1, Self::MAX_NGRAM as u64)?;
        check("max_tokens", max_tokens.into(), 1, 4_000_000)?;
        Ok(Self(params))
    }
}

impl From<FeaturizerConfig> for FeaturizerParams {
    fn from(config: FeaturizerConfig) -> Self {
        config.0
    }
}

fn check(name: &'static str, value: u64, min: u64, max: u64) -> Result<(), ConfigError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(ConfigError {
        name,
        value,
        min,
        max,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_enforced() {
        let with = |max_ngram, max_tokens| {
            FeaturizerConfig::try_from(FeaturizerParams {
                max_ngram,
                max_tokens,
                ..FeaturizerParams::default()
            })
            .map_err(|error| error.to_string())
        };
        assert!(with(1, 1).is_ok() && with(3, 4_000_000).is_ok());
        assert_eq!(with(4, 1), Err("max_ngram = 4: expected 1 to 3".into()));
        assert!(with(0, 1).is_err() && with(1, 0).is_err() && with(1, 4_000_001).is_err());
    }
}
