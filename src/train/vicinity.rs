//! What the words around targets teach an axis, beside its [`super::learner`].

use super::{
    TrainError,
    axis_recipe::{AroundRecipe, AxisRecipe, RegressionRecipe},
    folds::Fits,
    words::WordSpace,
};
use crate::{
    bayes::{FitError, RegressionParams, SharedFit, Surrounded, VicinityScorer},
    features::Vicinity,
    label::Axis,
};

/// The targets of an axis with the words around them.
pub struct VicinityLearner<'r> {
    regression: &'r RegressionRecipe,
    axis: &'r Axis,
    around: AroundRecipe,
    space: &'r WordSpace,
    /// With their folds.
    targets: Vec<(usize, Surrounded)>,
}

impl<'r> VicinityLearner<'r> {
    /// Nothing learnt yet; `None` for an axis that is not fitted by a regression.
    #[must_use]
    pub fn new(
        recipe: &'r AxisRecipe,
        axis: &'r Axis,
        around: AroundRecipe,
        space: &'r WordSpace,
    ) -> Option<Self> {
        Some(Self {
            regression: recipe.regression.as_ref()?,
            axis,
            around,
            space,
            targets: Vec::new(),
        })
    }

    /// Learns a target of `corpus`.
    pub fn add(&mut self, corpus: &str, fold: usize, truth: usize, vicinity: &Vicinity) {
        let sources = self.regression.sources.iter();
        for (source, recipe) in sources.enumerate() {
            if recipe.corpora.iter().any(|name| name == corpus) {
                let target = Surrounded {
                    vicinity: vicinity.clone(),
                    truth,
                    source,
                };
                self.targets.push((fold, target));
            }
        }
    }

    /// Fits the axis on everything, and once without each of so many folds.
    pub(super) fn fit(&self, folds: usize) -> Result<Fits<VicinityScorer>, TrainError> {
        Fits::of(self.axis, folds, |fold| self.fit_without(fold))
    }

    fn fit_without(&self, fold: Option<usize>) -> Result<VicinityScorer, FitError> {
        let sources = &self.regression.sources;
        let weights: Vec<f64> = sources.iter().map(|source| source.weight).collect();
        let fit = SharedFit {
            params: RegressionParams {
                ridge: self.around.ridge,
                ..self.regression.params
            },
            labels: self.axis.labels().len(),
            source_weights: &weights,
            vectors: &self.space.vectors,
        };
        let kept = self.targets.iter().filter(|(own, _)| Some(*own) != fold);
        fit.fit(&kept.map(|(_, target)| target).collect::<Vec<_>>())
    }
}
