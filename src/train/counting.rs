//! Term counts of one axis: by expert, and by fold so that held-out scores need no second count.

use super::{axis_recipe::ExpertRecipe, expert::fit_expert};
use crate::{
    bayes::{ClassCounts, FitError, NaiveBayes},
    features::TermVector,
    label::{Axis, AxisKind},
};

/// All that is counted for one axis.
pub struct ExpertCounts<'r> {
    experts: &'r [ExpertRecipe],
    kind: AxisKind,
    max_count: u32,
    /// Shape of the counts of a fold: (rows, terms).
    shape: (usize, usize),
    /// By expert, then by fold.
    counts: Vec<Vec<ClassCounts>>,
}

impl<'r> ExpertCounts<'r> {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(experts: &'r [ExpertRecipe], axis: &Axis, max_count: u32, terms: usize) -> Self {
        let rows = match axis.kind() {
            AxisKind::Single => axis.labels().len(),
            AxisKind::Multi => axis.labels().len() + 1,
        };
        Self {
            experts,
            kind: axis.kind(),
            max_count,
            shape: (rows, terms),
            counts: experts.iter().map(|_| Vec::new()).collect(),
        }
    }

    /// Counts an article of `corpus` and these labels for the experts that learn from it; says
    /// whether one did.
    pub fn add(
        &mut self,
        corpus: &str,
        fold: usize,
        labels: &[usize],
        vector: &TermVector,
    ) -> bool {
        let (rows, terms) = self.shape;
        let all = (self.kind == AxisKind::Multi).then_some(rows - 1);
        let mut used = false;
        for (expert, folds) in self.experts.iter().zip(&mut self.counts) {
            if expert.corpora.iter().any(|name| name == corpus) {
                used = true;
                while folds.len() <= fold {
                    folds.push(ClassCounts::zero(rows, terms));
                }
                for &row in labels.iter().chain(&all) {
                    folds[fold].add(row, vector, self.max_count);
                }
            }
        }
        used
    }

    /// The sum of all experts, fitted on all folds but one.
    ///
    /// # Errors
    /// When nothing can be fitted.
    pub fn fit_without(&self, fold: Option<usize>) -> Result<NaiveBayes, FitError> {
        let mut sum: Option<NaiveBayes> = None;
        for (recipe, folds) in self.experts.iter().zip(&self.counts) {
            let counts = self.merged(folds, fold);
            let fitted = fit_expert(self.kind, &counts, &recipe.fit, self.max_count)?;
            let base = sum.unwrap_or_else(|| fitted.scaled(0.0));
            sum = Some(base.plus(recipe.weight, &fitted));
        }
        // A checked recipe has at least one expert.
        Ok(sum.unwrap_or_else(|| NaiveBayes::silent(0, self.max_count)))
    }

    fn merged(&self, folds: &[ClassCounts], without: Option<usize>) -> ClassCounts {
        let mut sum = ClassCounts::zero(self.shape.0, self.shape.1);
        folds.iter().for_each(|fold| sum.merge(fold));
        let part = without.and_then(|fold| folds.get(fold));
        part.and_then(|part| sum.without(part)).unwrap_or(sum)
    }
}
