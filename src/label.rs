//! Axes and their labels, as data: a question about an article and its possible answers.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How many labels an answer on an axis has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AxisKind {
    /// Exactly one label; probabilities sum to 1.
    Single,
    /// Any number of labels, each decided on its own.
    Multi,
}

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Stable code, such as `medtop:16000000`.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// When the label applies.
    #[serde(default)]
    pub definition: String,
}

/// An axis as it is written down, before any check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisParts {
    /// Name, such as `topic`.
    pub name: String,
    /// How many labels an answer has.
    pub kind: AxisKind,
    /// What is asked.
    #[serde(default)]
    pub definition: String,
    /// The possible answers; their order breaks ties.
    pub labels: Vec<Label>,
}

/// Why an axis was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AxisError {
    /// The name is not of the form `[a-z][a-z0-9_]*`.
    #[error(
        "axis name {0:?}: expected a lower-case letter followed by letters, digits or underscores"
    )]
    Name(String),
    /// Too few or too many labels.
    #[error("axis {axis}: {actual} labels; expected {min} to {max}")]
    LabelCount {
        /// Name of the axis.
        axis: String,
        /// How many labels it has.
        actual: usize,
        /// The fewest that make sense for its kind.
        min: usize,
        /// The most that are supported.
        max: usize,
    },
    /// A label code is empty or stands twice.
    #[error("axis {axis}: label code {code:?} is empty or stands twice")]
    Code {
        /// Name of the axis.
        axis: String,
        /// The code.
        code: String,
    },
}

/// A checked axis: a valid name and distinct labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AxisParts", into = "AxisParts")]
pub struct Axis(AxisParts);

impl Axis {
    /// The most labels an axis may have.
    pub const MAX_LABELS: usize = 1000;

    /// Name, such as `topic`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// How many labels an answer has.
    #[must_use]
    pub fn kind(&self) -> AxisKind {
        self.0.kind
    }

    /// What is asked.
    #[must_use]
    pub fn definition(&self) -> &str {
        &self.0.definition
    }

    /// The possible answers in the order that breaks ties.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.0.labels
    }

    /// Position of the label with this code. The scheme may be left out: `04000000` finds
    /// `medtop:04000000`, as some corpora write it.
    #[must_use]
    pub fn index_of(&self, code: &str) -> Option<usize> {
        let labels = self.0.labels.iter();
        let mut codes = labels.map(|label| label.code.as_str());
        let exact = codes.clone().position(|known| known == code);
        exact.or_else(|| codes.position(|known| without_scheme(known) == code))
    }
}

fn without_scheme(code: &str) -> &str {
    code.split_once(':').map_or(code, |(_, local)| local)
}

impl TryFrom<AxisParts> for Axis {
    type Error = AxisError;

    fn try_from(parts: AxisParts) -> Result<Self, AxisError> {
        let axis = &parts.name;
        let well_named = axis.starts_with(|c: char| c.is_ascii_lowercase())
            && axis
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !well_named {
            return Err(AxisError::Name(axis.clone()));
        }
        let min = match parts.kind {
            AxisKind::Single => 2,
            AxisKind::Multi => 1,
        };
        if !(min..=Self::MAX_LABELS).contains(&parts.labels.len()) {
            return Err(AxisError::LabelCount {
                axis: axis.clone(),
                actual: parts.labels.len(),
                min,
                max: Self::MAX_LABELS,
            });
        }
        for (index, label) in parts.labels.iter().enumerate() {
            let repeated = parts.labels[..index].iter().any(|l| l.code == label.code);
            if label.code.is_empty() || repeated {
                return Err(AxisError::Code {
                    axis: axis.clone(),
                    code: label.code.clone(),
                });
            }
        }
        Ok(Self(parts))
    }
}

impl From<Axis> for AxisParts {
    fn from(axis: Axis) -> Self {
        axis.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(name: &str, kind: AxisKind, codes: &[&str]) -> Result<Axis, AxisError> {
        let labels = codes
            .iter()
            .map(|code| Label {
                code: (*code).into(),
                name: String::new(),
                definition: String::new(),
            })
            .collect();
        Axis::try_from(AxisParts {
            name: name.into(),
            kind,
            definition: String::new(),
            labels,
        })
    }

    #[test]
    fn a_good_axis_finds_its_labels() {
        let axis = axis("genre", AxisKind::Single, &["g:news", "g:opinion"]).unwrap();
        assert_eq!(axis.index_of("g:opinion"), Some(1));
        assert_eq!(axis.index_of("opinion"), Some(1));
        assert_eq!(axis.index_of("g:other"), None);
    }

    #[test]
    fn faults_are_named() {
        let single = AxisKind::Single;
        assert!(matches!(
            axis("Genre", single, &["a", "b"]),
            Err(AxisError::Name(_))
        ));
        assert!(matches!(
            axis("", single, &["a", "b"]),
            Err(AxisError::Name(_))
        ));
        assert!(matches!(
            axis("genre", single, &["a"]),
            Err(AxisError::LabelCount { min: 2, .. })
        ));
        assert!(matches!(
            axis("genre", AxisKind::Multi, &[]),
            Err(AxisError::LabelCount { min: 1, .. })
        ));
        assert!(matches!(
            axis("genre", single, &["a", "a"]),
            Err(AxisError::Code { .. })
        ));
    }
}
