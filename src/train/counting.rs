//! Term counts of one axis: by expert, and by fold so that held-out scores need no second count.

use super::{Example, TrainError, expert::fit_expert, recipe::AxisRecipe};
use crate::{
    bayes::{ClassCounts, NaiveBayes, calibrate::Sample},
    label::{Axis, AxisKind},
};

/// Folds of the cross-validation behind calibration and thresholds.
pub const FOLDS: usize = 5;

/// All that is counted for one axis.
pub struct AxisCounts<'r> {
    /// How it is trained.
    pub recipe: &'r AxisRecipe,
    /// The axis.
    pub axis: &'r Axis,
    /// By expert, then by fold.
    experts: Vec<Vec<ClassCounts>>,
}

impl<'r> AxisCounts<'r> {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(recipe: &'r AxisRecipe, axis: &'r Axis, terms: usize) -> Self {
        let rows = match axis.kind() {
            AxisKind::Single => axis.labels().len(),
            AxisKind::Multi => axis.labels().len() + 1,
        };
        let folds = || vec![ClassCounts::zero(rows, terms); FOLDS];
        Self {
            recipe,
            axis,
            experts: recipe.experts.iter().map(|_| folds()).collect(),
        }
    }

    /// Counts an example of `corpus` for the experts that learn from it; says whether one did.
    pub(super) fn add(&mut self, corpus: &str, example: &Example) -> Result<bool, TrainError> {
        let Some(truth) = self.truth(corpus, example)? else {
            return Ok(false);
        };
        let kind = self.axis.kind();
        let mut rows = self.recipe.count_for.select(kind, &truth).to_vec();
        if kind == AxisKind::Multi {
            rows.push(self.axis.labels().len());
        }
        let fold = fold_of(&example.id);
        let mut used = false;
        for (expert, folds) in self.recipe.experts.iter().zip(&mut self.experts) {
            if expert.corpora.iter().any(|name| name == corpus) {
                used = true;
                for &row in &rows {
                    folds[fold].add(row, &example.vector, self.recipe.max_count);
                }
            }
        }
        Ok(used)
    }

    /// Positions of the example's labels; `None` where it is not labelled for this axis.
    fn truth(&self, corpus: &str, example: &Example) -> Result<Option<Vec<usize>>, TrainError> {
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
            truth.push(self.axis.index_of(code).ok_or_else(unknown)?);
        }
        let answered = self.axis.kind() == AxisKind::Multi || !truth.is_empty();
        Ok(answered.then_some(truth))
    }

    /// The scorer of all that was counted.
    pub(super) fn fit(&self) -> Result<NaiveBayes<f64>, TrainError> {
        self.fit_without(None)
    }

    /// One scorer a fold, each fitted without it.
    pub(super) fn leave_one_fold_out(&self) -> Result<Vec<NaiveBayes<f64>>, TrainError> {
        (0..FOLDS)
            .map(|fold| self.fit_without(Some(fold)))
            .collect()
    }

    fn fit_without(&self, fold: Option<usize>) -> Result<NaiveBayes<f64>, TrainError> {
        let mut sum: Option<NaiveBayes<f64>> = None;
        for (recipe, folds) in self.recipe.experts.iter().zip(&self.experts) {
            let counts = merged(folds, fold);
            let kind = self.axis.kind();
            let fitted = fit_expert(kind, &counts, &recipe.fit, self.recipe.max_count);
            let fitted = fitted.map_err(|source| TrainError::Fit {
                axis: self.axis.name().into(),
                source,
            })?;
            let base = sum.unwrap_or_else(|| fitted.scaled(0.0));
            sum = Some(base.plus(recipe.weight, &fitted));
        }
        // A checked recipe has at least one expert.
        Ok(sum.unwrap_or_else(|| NaiveBayes::silent(0, self.recipe.max_count)))
    }

    /// The held-out score of an example, by the table that was fitted without its fold.
    pub(super) fn sample(
        &self,
        corpus: &str,
        example: &Example,
        tables: &[NaiveBayes<f64>],
    ) -> Result<Option<Sample>, TrainError> {
        let table = &tables[fold_of(&example.id)];
        Ok(self.truth(corpus, example)?.map(|truth| Sample {
            scores: table.scores(&example.vector),
            length: table.length(&example.vector),
            truth,
        }))
    }
}

fn merged(folds: &[ClassCounts], without: Option<usize>) -> ClassCounts {
    let mut sum = folds[0].clone();
    folds[1..].iter().for_each(|fold| sum.merge(fold));
    without
        .and_then(|fold| sum.without(&folds[fold]))
        .unwrap_or(sum)
}

/// The fold of an article by FNV-1a of its id, so that an article that two corpora share is held
/// out of both at once.
fn fold_of(id: &str) -> usize {
    let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325, fnv);
    ((hash >> 32) % FOLDS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_about_equal() {
        let mut sizes = [0; FOLDS];
        for article in 0..5000 {
            sizes[fold_of(&format!("article-{article}"))] += 1;
        }
        assert!(
            sizes.iter().all(|size| (900..1100).contains(size)),
            "{sizes:?}"
        );
    }
}
