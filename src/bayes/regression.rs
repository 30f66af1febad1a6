//! Weights that are fitted together instead of one by one: the log-linear model of naive Bayes,
//! trained to tell labels apart rather than to describe their words.
//!
//! A naive Bayes table is one point of the log-linear models p(c given d) ∝ exp(`b_c` + Σ `x_dt`
//! `w_tc`). Maximum likelihood with a ridge finds the point that predicts best (logistic
//! regression; Ng and Jordan 2002 compare the two). The table scores by the same sparse sums and
//! explains itself the same way; it cannot learn by counting.
//!
//! > `x_dt` = min(`n_dt`, `max_count`) · `idf_t` / √`L_d`
//!
//! with `L_d` the counted terms of the document and `idf_t` = ln((N + 1) / (`df_t` + 1)), or 1.
//! The ridge pulls weights towards 0, or towards those of naive Bayes times a factor. The division
//! by √L is the calibration's length exponent of 1/2, so it is not in the table.
//!
//! Sources (corpora of unlike kind) share the weights, but each has intercepts of its own, and a
//! label that a source never uses is not an alternative there: so weights learn what tells labels
//! apart within a source and not which source has which label.

use serde::{Deserialize, Serialize};

use super::{FitError, Kinship, NaiveBayes, likelihood::Likelihood};
use crate::{features::TermVector, label::AxisKind};

/// How a table is fitted.
///
/// | name | default | purpose | range |
/// | --- | --- | --- | --- |
/// | `ridge` | | strength of the pull of every weight | 1e-9 to 1e9 |
/// | `class_balance` | 0 | 0 counts every document alike, 1 every label of a source alike | 0 to 1 |
/// | `idf` | true | whether rare terms are allowed larger weights | |
/// | `naive_bayes` | 0 | weights are pulled towards those of naive Bayes times this | 0 to 10 |
/// | `words` | 0 | how much words of like company share ([`super::kinship`]) | 0 to 10 |
/// | `steps` | 60 | most steps of the search | 1 to 10000 |
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegressionParams {
    /// Strength of the pull.
    pub ridge: f64,
    /// Exponent of the inverse frequency that documents of a label weigh by.
    #[serde(default)]
    pub class_balance: f64,
    /// Whether counts are multiplied by the inverse document frequency.
    #[serde(default = "yes")]
    pub idf: bool,
    /// Factor of the naive Bayes weights that the ridge pulls towards.
    #[serde(default)]
    pub naive_bayes: f64,
    /// Standard deviation of what words of like company share, in that of a term's own weight.
    #[serde(default)]
    pub words: f64,
    /// Most steps of the search.
    #[serde(default = "sixty")]
    pub steps: u32,
}

fn yes() -> bool {
    true
}

fn sixty() -> u32 {
    60
}

/// A labelled document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its terms.
    pub vector: TermVector,
    /// Positions of its labels; of a single-label axis the first one counts.
    pub truth: Vec<usize>,
    /// Position of its source.
    pub source: usize,
}

/// Shape of the table and weight of each source.
#[derive(Debug, Clone)]
pub struct Problem<'p> {
    /// Single-label (softmax) or multi-label (one sigmoid a label).
    pub kind: AxisKind,
    /// Number of labels.
    pub labels: usize,
    /// Number of terms.
    pub terms: usize,
    /// Occurrences of a term beyond this count nothing.
    pub max_count: u32,
    /// Weight of a document of each source.
    pub source_weights: &'p [f64],
    /// The terms that are words of known company.
    pub kinship: Option<&'p Kinship<'p>>,
}

impl RegressionParams {
    /// Fits a table of log-odds to documents.
    ///
    /// # Errors
    /// When a parameter is out of range or there are no documents.
    pub fn fit(
        &self,
        problem: &Problem<'_>,
        documents: &[&Document],
    ) -> Result<NaiveBayes, FitError> {
        self.check()?;
        if documents.is_empty() {
            return Err(FitError::NoDocuments);
        }
        Ok(Likelihood::new(self, problem, documents).maximum())
    }

    /// Whether the parameters are in their ranges.
    ///
    /// # Errors
    /// The first one that is not.
    pub fn check(&self) -> Result<(), FitError> {
        let ranges = [
            ("ridge", self.ridge, 1e-9, 1e9),
            ("class_balance", self.class_balance, 0.0, 1.0),
            ("naive_bayes", self.naive_bayes, 0.0, 10.0),
            ("words", self.words, 0.0, 10.0),
            ("steps", f64::from(self.steps), 1.0, 10_000.0),
        ];
        for (name, value, min, max) in ranges {
            if !(min..=max).contains(&value) {
                return Err(FitError::Parameter {
                    name,
                    value,
                    min,
                    max,
                });
            }
        }
        Ok(())
    }
}

/// Weights of labels, times `factor`, against the mean of the others, as in every single-label
/// table.
#[must_use]
pub fn contrasts(row: &[f64], factor: f64) -> Vec<f64> {
    let mean = row.iter().sum::<f64>() / row.len() as f64;
    let others = (row.len().max(2) - 1) as f64;
    let contrast = |weight| factor * (weight - mean) * (others + 1.0) / others;
    row.iter().map(contrast).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::features::{Featurizer, FeaturizerConfig, Vocabulary};

    /// A table by its own terms alone.
    pub const PLAIN: RegressionParams = RegressionParams {
        ridge: 0.1,
        class_balance: 0.0,
        idf: false,
        naive_bayes: 0.0,
        words: 0.0,
        steps: 200,
    };

    pub fn documents(texts: &[(&str, &[usize], usize)]) -> Vec<Document> {
        let terms = ["a", "b", "c", "d"].map(Into::into).to_vec();
        let vocabulary = Vocabulary::from_sorted(terms).unwrap();
        let featurizer = Featurizer::new(FeaturizerConfig::default(), vocabulary);
        let document = |(text, truth, source): &(&str, &[usize], usize)| Document {
            vector: featurizer.transform(&[text]),
            truth: truth.to_vec(),
            source: *source,
        };
        texts.iter().map(document).collect()
    }

    fn fit(kind: AxisKind, labels: usize, weights: &[f64], texts: &[Document]) -> NaiveBayes {
        let problem = Problem {
            kind,
            labels,
            terms: 4,
            max_count: 3,
            source_weights: weights,
            kinship: None,
        };
        PLAIN
            .fit(&problem, &texts.iter().collect::<Vec<_>>())
            .unwrap()
    }

    #[test]
    fn words_that_tell_labels_apart_get_the_weight() {
        let texts = documents(&[("a c", &[0], 0), ("a c", &[0], 0), ("b c", &[1], 0)]);
        let single = fit(AxisKind::Single, 2, &[1.0], &texts);
        assert!(single.row(0)[0] > 0.1 && single.row(1)[1] > 0.1);
        assert!(single.row(2)[0].abs() < single.row(0)[0] / 2.0);
        let multi = fit(AxisKind::Multi, 2, &[1.0], &texts);
        assert!(multi.row(0)[0] > 0.1 && multi.row(0)[1] < -0.1);
    }

    #[test]
    fn a_source_teaches_nothing_by_the_labels_it_lacks() {
        // In source 1 every text has `d` and label 0, the only one it uses.
        let texts = documents(&[
            ("a", &[0], 0),
            ("b", &[1], 0),
            ("d", &[0], 1),
            ("d d", &[0], 1),
        ]);
        let table = fit(AxisKind::Single, 2, &[1.0, 1.0], &texts);
        assert!(table.row(3)[0].abs() < 1e-9, "{:?}", table.row(3));
    }

    #[test]
    fn parameters_have_ranges() {
        let good = PLAIN;
        assert!(good.check().is_ok());
        for ridge in [0.0, f64::NAN, f64::INFINITY] {
            assert!(RegressionParams { ridge, ..good }.check().is_err());
        }
        let class_balance = 1.5;
        assert!(
            RegressionParams {
                class_balance,
                ..good
            }
            .check()
            .is_err()
        );
        assert!(RegressionParams { steps: 0, ..good }.check().is_err());
        for words in [-0.1, 10.1] {
            assert!(RegressionParams { words, ..good }.check().is_err());
        }
    }
}
