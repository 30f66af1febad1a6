//! Multinomial log-likelihoods, fitted by linfa.

use std::collections::BTreeMap;

use linfa::{Dataset, prelude::Fit};
use linfa_bayes::{MultinomialNb, NaiveBayesError};
use ndarray::{Array1, Array2, ArrayView2};
use serde::Deserialize;
use thiserror::Error;

use super::quiet::with_stderr_silenced;

/// Why nothing could be fitted.
#[derive(Debug, Error)]
pub enum FitError {
    /// A parameter is not a number or out of range.
    #[error("{name} = {value}: expected {min} to {max}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The least that is allowed.
        min: f64,
        /// The most that is allowed.
        max: f64,
    },
    /// A class has no documents.
    #[error("class {class} has no training documents")]
    EmptyClass {
        /// Its position.
        class: usize,
    },
    /// linfa refused.
    #[error("linfa: {0}")]
    Linfa(#[from] NaiveBayesError),
    /// linfa's table could not be read back.
    #[error("linfa: cannot read the fitted table: {0}")]
    Table(#[from] serde_json::Error),
}

/// ln(`n_ct` / `n_c`) of positive, smoothed counts of shape (classes, terms).
///
/// linfa gets one row a class instead of one a document: naive Bayes uses documents only through
/// their sums, so the table is the same and memory stays bounded. Its own smoothing is off
/// because the counts are smoothed already.
///
/// # Errors
/// When linfa refuses the counts.
pub fn log_likelihoods(smoothed: ArrayView2<'_, f64>) -> Result<Array2<f64>, FitError> {
    let classes = Array1::from_iter(0..smoothed.nrows());
    let dataset = Dataset::new(smoothed.to_owned(), classes);
    let fitted = with_stderr_silenced(|| MultinomialNb::params().alpha(0.0).fit(&dataset))?;
    let table: FittedTable = serde_json::from_value(serde_json::to_value(&fitted)?)?;
    let mut rows = Array2::zeros(smoothed.dim());
    for (class, histogram) in table.class_info {
        rows.row_mut(class).assign(&histogram.feature_log_prob);
    }
    Ok(rows)
}

/// What linfa keeps private but serialises.
#[derive(Deserialize)]
struct FittedTable {
    class_info: BTreeMap<usize, Histogram>,
}

#[derive(Deserialize)]
struct Histogram {
    feature_log_prob: Array1<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_table_is_the_logarithm_of_relative_counts() {
        let table = log_likelihoods(array![[1.0, 3.0], [2.0, 2.0]].view()).unwrap();
        let expected = array![[0.25f64, 0.75], [0.5, 0.5]].mapv(f64::ln);
        assert!((&table - &expected).iter().all(|d| d.abs() < 1e-12));
    }
}
