//! Which articles are held out together when an axis is cross-validated.

use rayon::prelude::*;
use serde::Deserialize;

use super::{Example, TrainError, holdout::Fingerprint};
use crate::{bayes::FitError, label::Axis};

/// Folds of a cross-validation by article.
pub const FOLDS: usize = 5;

/// What must not be torn apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoldBy {
    /// An article: [`FOLDS`] folds of about equal size.
    #[default]
    Article,
    /// An outlet: one fold each, so that every article is judged by a table that has seen nothing
    /// of its outlet.
    Outlet,
}

/// Gives every article its fold.
#[derive(Debug, Default)]
pub struct Folds {
    by: FoldBy,
    /// In the order of their first article.
    outlets: Vec<String>,
}

impl Folds {
    /// No outlet known yet.
    #[must_use]
    pub fn new(by: FoldBy) -> Self {
        Self {
            by,
            outlets: Vec::new(),
        }
    }

    /// The fold of an article, a new one for a new outlet.
    pub(super) fn assign(&mut self, example: &Example) -> usize {
        if self.by == FoldBy::Outlet && !self.outlets.contains(&example.outlet) {
            self.outlets.push(example.outlet.clone());
        }
        self.of(example)
    }

    /// The fold of an article that was assigned one before.
    pub(super) fn of(&self, example: &Example) -> usize {
        match self.by {
            FoldBy::Article => fold_of(&example.identity),
            FoldBy::Outlet => {
                let known = self.outlets.iter().position(|o| *o == example.outlet);
                known.unwrap_or_default()
            }
        }
    }

    /// How many folds there are.
    #[must_use]
    pub fn count(&self) -> usize {
        match self.by {
            FoldBy::Article => FOLDS,
            FoldBy::Outlet => self.outlets.len(),
        }
    }

    /// How figures of these folds are called.
    #[must_use]
    pub fn name(&self) -> String {
        match self.by {
            FoldBy::Article => format!("train, {FOLDS}-fold cross-validation"),
            FoldBy::Outlet => "train, leave-one-outlet-out".into(),
        }
    }
}

/// What is fitted on everything, and once without each fold.
pub struct Fits<T> {
    /// On everything.
    pub full: T,
    held_out: Vec<T>,
}

impl<T: Send> Fits<T> {
    /// Fits an axis with so many folds; `fit` leaves one out, or none.
    pub(super) fn of(
        axis: &Axis,
        folds: usize,
        fit: impl Fn(Option<usize>) -> Result<T, FitError> + Send + Sync,
    ) -> Result<Self, TrainError> {
        let parts = std::iter::once(None).chain((0..folds).map(Some));
        let parts: Vec<_> = parts.collect();
        let fits = parts.into_par_iter().map(|fold| (fold, fit(fold)));
        // The first fault in this order is told, whichever was found first.
        let fits: Vec<(Option<usize>, Result<T, FitError>)> = fits.collect();
        let fitted = |(fold, fit): (_, Result<T, _>)| {
            fit.map_err(|source| TrainError::of_fit(axis, fold, source))
        };
        let fits = fits.into_iter().map(fitted);
        let mut fits: Vec<T> = fits.collect::<Result<_, _>>()?;
        let held_out = fits.split_off(1);
        Ok(Self {
            full: fits.swap_remove(0),
            held_out,
        })
    }

    /// What was fitted without a fold.
    #[must_use]
    pub fn without(&self, fold: usize) -> Option<&T> {
        self.held_out.get(fold)
    }
}

/// The fold of an article by what it says, so that one that two corpora share, or that one has
/// twice, is held out of all at once.
fn fold_of(identity: &Fingerprint) -> usize {
    let [a, b, c, d, ..] = *identity;
    u32::from_le_bytes([a, b, c, d]) as usize % FOLDS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(id: &str, outlet: &str) -> Example {
        let record = crate::corpus::Record {
            id: id.into(),
            ..crate::corpus::Record::default()
        };
        Example {
            identity: crate::train::holdout::identity(&record),
            id: id.into(),
            outlet: outlet.into(),
            labels: std::collections::BTreeMap::new(),
            vector: crate::features::TermVector::default(),
        }
    }

    #[test]
    fn folds_of_articles_are_about_equal() {
        let mut sizes = [0; FOLDS];
        let mut folds = Folds::new(FoldBy::Article);
        for article in 0..5000 {
            sizes[folds.assign(&example(&format!("article-{article}"), ""))] += 1;
        }
        assert!(
            sizes.iter().all(|size| (900..1100).contains(size)),
            "{sizes:?}"
        );
    }

    #[test]
    fn an_outlet_is_a_fold() {
        let mut folds = Folds::new(FoldBy::Outlet);
        let outlets = ["x", "y", "x", "z"].map(|outlet| folds.assign(&example("1", outlet)));
        assert_eq!((outlets, folds.count()), ([0, 1, 0, 2], 3));
        assert_eq!(folds.of(&example("2", "y")), 1);
    }
}
