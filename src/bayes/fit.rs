//! Multinomial log-likelihoods, fitted by linfa.

use std::collections::{BTreeMap, HashMap};

use linfa::{Dataset, prelude::Fit};
use linfa_bayes::{MultinomialNb, NaiveBayesError};
use ndarray::{Array1, Array2, ArrayView2, Axis};
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
    /// There are no documents at all.
    #[error("no training documents")]
    NoDocuments,
    /// Words keep too little company for so many coordinates.
    #[error("{dimensions} dimensions: the company of {words} words has too little in it for them")]
    Dimensions {
        /// How many were asked for.
        dimensions: usize,
        /// How many words there are.
        words: usize,
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
/// their sums, so the table is the same and memory stays bounded. Terms with equal counts in
/// every class go in as one column, since they get equal weights; most terms of a corpus are rare
/// and share theirs with many others. linfa's own smoothing is off because the counts are
/// smoothed already.
///
/// # Errors
/// When linfa refuses the counts.
pub fn log_likelihoods(smoothed: ArrayView2<'_, f64>) -> Result<Array2<f64>, FitError> {
    let columns = DistinctColumns::of(smoothed);
    let multiplicity = Array1::from_vec(columns.multiplicity);
    let rows = smoothed.select(Axis(1), &columns.first) * &multiplicity;
    let dataset = Dataset::new(rows, Array1::from_iter(0..smoothed.nrows()));
    let fitted = with_stderr_silenced(|| MultinomialNb::params().alpha(0.0).fit(&dataset))?;
    let table: FittedTable = serde_json::from_value(serde_json::to_value(&fitted)?)?;
    let shared = multiplicity.mapv(libm::log);
    let mut weights = Array2::zeros(smoothed.dim());
    for (class, histogram) in table.class_info {
        let distinct = histogram.feature_log_prob - &shared;
        weights
            .row_mut(class)
            .assign(&distinct.select(Axis(0), &columns.of_term));
    }
    Ok(weights)
}

/// The different columns of a matrix.
struct DistinctColumns {
    /// Where each of them stands first.
    first: Vec<usize>,
    /// How often it stands.
    multiplicity: Vec<f64>,
    /// For each term, which of them is its own.
    of_term: Vec<usize>,
}

impl DistinctColumns {
    fn of(matrix: ArrayView2<'_, f64>) -> Self {
        let mut known: HashMap<Vec<u64>, usize> = HashMap::new();
        let mut columns = Self {
            first: Vec::new(),
            multiplicity: Vec::new(),
            of_term: Vec::with_capacity(matrix.ncols()),
        };
        for (term, column) in matrix.columns().into_iter().enumerate() {
            let bits = column.iter().map(|count| count.to_bits()).collect();
            let index = *known.entry(bits).or_insert(columns.first.len());
            if index == columns.first.len() {
                columns.first.push(term);
                columns.multiplicity.push(0.0);
            }
            columns.multiplicity[index] += 1.0;
            columns.of_term.push(index);
        }
        columns
    }
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
        let counts = array![[1.0, 2.0, 1.0], [2.0, 6.0, 2.0]];
        let table = log_likelihoods(counts.view()).unwrap();
        let expected = array![[0.25f64, 0.5, 0.25], [0.2, 0.6, 0.2]].mapv(f64::ln);
        assert!((&table - &expected).iter().all(|d| d.abs() < 1e-12));
    }
}
