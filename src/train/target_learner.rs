//! What one table of an axis by target learns: the terms around targets and, where they share
//! weights, the words.

use super::{
    Example, TrainError,
    axis_recipe::{AroundRecipe, AxisRecipe},
    folds::Fits,
    learner::{Learner, Tables},
    vicinity::VicinityLearner,
    words::WordSpace,
};
use crate::{
    bayes::{Sum, VicinityScorer, calibrate::Sample},
    features::Vicinity,
    label::Axis,
};

/// A target as training sees it.
pub(super) struct Target {
    pub example: Example,
    pub vicinity: Vicinity,
}

/// What one table learns from: the terms around targets and, where they share weights, the words.
pub(super) struct Learners<'r> {
    pub terms: Learner<'r>,
    vicinity: Option<VicinityLearner<'r>>,
}

/// What they were taught.
pub(super) struct Fitted {
    pub terms: Tables,
    pub vicinity: Option<Fits<VicinityScorer>>,
}

impl<'r> Learners<'r> {
    /// Nothing learnt yet, of so many terms.
    pub fn new(
        recipe: &'r AxisRecipe,
        axis: &'r Axis,
        terms: usize,
        words: Option<(AroundRecipe, &'r WordSpace)>,
    ) -> Self {
        let vicinity =
            words.map(|(around, space)| VicinityLearner::new(recipe, axis, around, space));
        Self {
            terms: Learner::new(recipe, axis, terms, None),
            vicinity: vicinity.flatten(),
        }
    }

    /// Learns a target; says whether it was used.
    pub fn add(&mut self, corpus: &str, target: &Target) -> Result<bool, TrainError> {
        let used = self.terms.add(corpus, &target.example)?;
        if let (true, Some(vicinity)) = (used, &mut self.vicinity)
            && let Some(truth) = self.terms.truth(corpus, &target.example)?
            && let Some(&truth) = truth.first()
        {
            let fold = self.terms.folds.of(&target.example);
            vicinity.add(corpus, fold, truth, &target.vicinity);
        }
        Ok(used)
    }

    /// Fits both on everything, and once without each fold.
    pub fn fit(&self) -> Result<Fitted, TrainError> {
        let folds = self.terms.folds.count();
        let vicinity = self.vicinity.as_ref().map(|learner| learner.fit(folds));
        Ok(Fitted {
            terms: self.terms.fit()?,
            vicinity: vicinity.transpose()?,
        })
    }

    /// The score of a target by the tables that were fitted without its fold.
    pub fn sample(
        &self,
        corpus: &str,
        target: &Target,
        fitted: &Fitted,
    ) -> Result<Option<Sample>, TrainError> {
        let sample = self.terms.sample(corpus, &target.example, &fitted.terms)?;
        Ok(sample.map(|sample| {
            let fold = self.terms.folds.of(&target.example);
            let tables = fitted.vicinity.iter();
            let tables = tables.filter_map(|tables| tables.without(fold));
            let (scores, length) = (sample.scores, sample.length);
            let mut sum = Sum { scores, length };
            tables.for_each(|table| table.add(&mut sum, &target.vicinity));
            Sample {
                scores: sum.scores,
                ..sample
            }
        }))
    }
}
