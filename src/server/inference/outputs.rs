//! The tensors that a model answers with.

use rustc_hash::FxHashSet;

use super::{Datatype, request::fault};
use crate::{label::Axis, model::Model, server::status::ApiError, text::quoted};

/// What a tensor tells about an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The code of the assigned label; of several, joined by commas.
    Assigned,
    /// All codes.
    Labels,
    /// Their probabilities.
    Probabilities,
    /// Why the axis was not answered.
    AbstainReason,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Assigned,
        Self::Labels,
        Self::Probabilities,
        Self::AbstainReason,
    ];

    /// What follows the name of the axis.
    fn suffix(self) -> &'static str {
        match self {
            Self::Assigned => "",
            Self::Labels => ".labels",
            Self::Probabilities => ".probabilities",
            Self::AbstainReason => ".abstain_reason",
        }
    }
}

/// One tensor of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Output {
    /// Position of the axis among the model's classifiers.
    pub axis: usize,
    /// What it tells about it.
    pub part: Part,
}

impl Output {
    /// All outputs of a model, axis by axis.
    pub fn all(model: &Model) -> impl Iterator<Item = Self> {
        let axes = 0..model.classifiers().len();
        axes.flat_map(|axis| Part::ALL.map(|part| Self { axis, part }))
    }

    /// The outputs of these names, in their order; all of them for no names.
    ///
    /// # Errors
    /// When there is no such output, or one is named twice.
    pub fn named(model: &Model, names: &[String]) -> Result<Vec<Self>, ApiError> {
        if names.is_empty() {
            return Ok(Self::all(model).collect());
        }
        let mut seen = FxHashSet::default();
        let find = |(index, name): (usize, &String)| {
            let field = || format!("outputs[{index}].name");
            let Some(output) = Self::find(model, name) else {
                return fault(field(), quoted(name), "an output that ModelMetadata lists");
            };
            if !seen.insert(output) {
                return fault(field(), quoted(name), "each output once");
            }
            Ok(output)
        };
        names.iter().enumerate().map(find).collect()
    }

    fn find(model: &Model, name: &str) -> Option<Self> {
        // A name of an axis has no dot.
        let (axis, suffix) = name.split_at(name.find('.').unwrap_or(name.len()));
        let mut classifiers = model.classifiers().iter();
        Some(Self {
            axis: classifiers.position(|known| known.axis().name() == axis)?,
            part: Part::ALL.into_iter().find(|part| part.suffix() == suffix)?,
        })
    }

    /// The axis that it tells about.
    #[must_use]
    pub fn axis(self, model: &Model) -> &Axis {
        model.classifiers()[self.axis].axis()
    }

    /// Name of the tensor.
    #[must_use]
    pub fn name(self, model: &Model) -> String {
        format!("{}{}", self.axis(model).name(), self.part.suffix())
    }

    /// What its elements are.
    #[must_use]
    pub fn datatype(self) -> Datatype {
        match self.part {
            Part::Probabilities => Datatype::Fp64,
            Part::Assigned | Part::Labels | Part::AbstainReason => Datatype::Bytes,
        }
    }

    /// Its dimensions for so many articles.
    #[must_use]
    pub fn shape(self, model: &Model, articles: i64) -> Vec<i64> {
        match self.part {
            Part::Assigned | Part::AbstainReason => vec![articles],
            Part::Labels | Part::Probabilities => {
                let labels = self.axis(model).labels().len();
                vec![articles, i64::try_from(labels).unwrap_or(i64::MAX)]
            }
        }
    }
}
