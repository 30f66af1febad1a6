//! What one axis learns: the articles that concern it, handed to naive Bayes experts or to a
//! regression, with held-out scores for calibration.

use super::{
    Example, TrainError,
    axis_recipe::AxisRecipe,
    counting::ExpertCounts,
    documents::Documents,
    folds::{Fits, Folds},
};
use crate::{
    bayes::{FitError, Kinship, NaiveBayes, calibrate::Sample},
    label::{Axis, AxisKind},
};

/// One axis while it is trained.
pub struct Learner<'r> {
    /// How it is trained.
    pub recipe: &'r AxisRecipe,
    /// The axis.
    pub axis: &'r Axis,
    /// Which articles are held out together.
    pub folds: Folds,
    method: Method<'r>,
}

enum Method<'r> {
    Experts(ExpertCounts<'r>),
    Regression(Documents<'r>),
}

/// The tables of an axis.
pub type Tables = Fits<NaiveBayes>;

impl<'r> Learner<'r> {
    /// Nothing learnt yet, of so many terms; some may be words of known company.
    #[must_use]
    pub fn new(
        recipe: &'r AxisRecipe,
        axis: &'r Axis,
        terms: usize,
        kinship: Option<&'r Kinship<'r>>,
    ) -> Self {
        let max_count = recipe.max_count;
        let method = match &recipe.regression {
            Some(regression) => {
                Method::Regression(Documents::new(regression, max_count, terms, kinship))
            }
            None => Method::Experts(ExpertCounts::new(&recipe.experts, axis, max_count, terms)),
        };
        Self {
            recipe,
            axis,
            folds: Folds::new(recipe.fold_by),
            method,
        }
    }

    /// Learns an example of `corpus` where it is labelled for this axis; says whether it was used.
    pub(super) fn add(&mut self, corpus: &str, example: &Example) -> Result<bool, TrainError> {
        if !self.recipe.corpora().any(|name| name == corpus) {
            return Ok(false);
        }
        let Some(truth) = self.truth(corpus, example)? else {
            return Ok(false);
        };
        let fold = self.folds.assign(example);
        let vector = &example.vector;
        Ok(match &mut self.method {
            Method::Experts(counts) => {
                let labels = self.recipe.count_for.select(self.axis.kind(), &truth);
                counts.add(corpus, fold, labels, vector)
            }
            Method::Regression(documents) => {
                documents.add(corpus, &example.id, fold, &truth, vector)
            }
        })
    }

    /// How many of `seen` examples of a corpus the axis learns from in the end.
    #[must_use]
    pub fn used(&self, corpus: &str, seen: u64) -> u64 {
        match &self.method {
            Method::Experts(_) => seen,
            Method::Regression(documents) => documents.used(corpus),
        }
    }

    /// Positions of the example's labels; `None` where it is not labelled for this axis.
    pub(super) fn truth(
        &self,
        corpus: &str,
        example: &Example,
    ) -> Result<Option<Vec<usize>>, TrainError> {
        let Some(codes) = example.labels.get(self.axis.name()) else {
            return Ok(None);
        };
        let mut truth = Vec::new();
        for code in codes.iter().filter(|code| !self.recipe.ignores(code)) {
            let unknown = || TrainError::UnknownLabel {
                corpus: corpus.into(),
                id: example.id.clone(),
                axis: self.axis.name().into(),
                code: code.clone(),
            };
            let label = self.axis.index_of(code).ok_or_else(unknown)?;
            // A label that is given twice is given.
            if !truth.contains(&label) {
                truth.push(label);
            }
        }
        let answered = self.axis.kind() == AxisKind::Multi || !truth.is_empty();
        Ok(answered.then_some(truth))
    }

    /// Fits the axis on everything, and once without each fold.
    pub(super) fn fit(&self) -> Result<Tables, TrainError> {
        Fits::of(self.axis, self.folds.count(), |fold| self.fit_without(fold))
    }

    fn fit_without(&self, fold: Option<usize>) -> Result<NaiveBayes, FitError> {
        match &self.method {
            Method::Experts(counts) => counts.fit_without(fold),
            Method::Regression(documents) => documents.fit_without(self.axis, fold),
        }
    }

    /// The score of an example by the table that was fitted without its fold.
    pub(super) fn sample(
        &self,
        corpus: &str,
        example: &Example,
        tables: &Tables,
    ) -> Result<Option<Sample>, TrainError> {
        let Some(truth) = self.truth(corpus, example)? else {
            return Ok(None);
        };
        let table = tables.without(self.folds.of(example));
        Ok(table.map(|table| Sample {
            scores: table.scores(&example.vector),
            length: table.length(&example.vector),
            truth,
        }))
    }
}
