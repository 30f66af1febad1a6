//! From class counts to the weights of a [`NaiveBayes`] scorer.

use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

use super::{ClassCounts, FitError, NaiveBayes, Smoothing, fit::log_likelihoods};

/// How weights follow from counts.
///
/// | name | weight of term t for class c | source |
/// | --- | --- | --- |
/// | `multinomial` | ln p(t given c) | Manning, Raghavan and Schütze 2008, ch. 13 |
/// | `complement` | -ln p(t given not c) | Rennie et al. 2003, sec. 3.1 |
/// | `normalized_complement` | the same, divided by its sum of absolute values over t and multiplied by the number of terms | Rennie et al. 2003, sec. 3.2 |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    /// The classical model.
    #[default]
    Multinomial,
    /// Learns a class from all the others; better where classes differ in size.
    Complement,
    /// Complement weights of equal length for every class.
    NormalizedComplement,
}

/// What a fit needs besides counts, as it is written down.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FitParams {
    /// How weights follow from counts.
    #[serde(default)]
    pub estimator: Estimator,
    /// The prior of the terms.
    pub smoothing: Smoothing,
}

impl FitParams {
    /// Fits a scorer on counts whose rows are the classes.
    ///
    /// # Errors
    /// When a parameter is out of range or a class has no documents.
    pub fn fit(&self, counts: &ClassCounts, max_count: u32) -> Result<NaiveBayes, FitError> {
        self.check()?;
        if let Some(class) = counts.documents().iter().position(|&n| n == 0) {
            return Err(FitError::EmptyClass { class });
        }
        let observed = counts.terms().mapv(as_f64);
        let prior = self.smoothing.pseudo_counts(observed.view());
        let weights = match self.estimator {
            Estimator::Multinomial => log_likelihoods((observed + &prior).view())?,
            Estimator::Complement => complement(&observed, &prior)?,
            Estimator::NormalizedComplement => normalized(complement(&observed, &prior)?),
        };
        Ok(NaiveBayes::new(log_priors(counts), &weights, max_count))
    }

    /// Whether it can be fitted with.
    ///
    /// # Errors
    /// Names the parameter that is out of bounds.
    pub fn check(&self) -> Result<(), FitError> {
        let (name, value) = self.smoothing.parameter();
        let (min, max) = (1e-9, 1e9);
        if (min..=max).contains(&value) {
            return Ok(());
        }
        Err(FitError::Parameter {
            name,
            value,
            min,
            max,
        })
    }
}

fn log_priors(counts: &ClassCounts) -> Vec<f64> {
    let total: u64 = counts.documents().iter().sum();
    let share = |&n: &u64| libm::log(as_f64(n) / as_f64(total));
    counts.documents().iter().map(share).collect()
}

fn complement(observed: &Array2<f64>, prior: &Array1<f64>) -> Result<Array2<f64>, FitError> {
    let all = observed.sum_axis(Axis(0));
    let others = &all - observed + prior;
    Ok(-log_likelihoods(others.view())?)
}

fn normalized(mut weights: Array2<f64>) -> Array2<f64> {
    for mut row in weights.rows_mut() {
        let mean = row.mapv(f64::abs).mean().unwrap_or_default();
        // The only term of a vocabulary weighs nothing.
        if mean > 0.0 {
            row /= mean;
        }
    }
    weights
}

/// Counts stay far below 2^53, where every integer has an exact f64.
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Featurizer, FeaturizerConfig, TermVector, Vocabulary};
    use linfa::prelude::*;
    use linfa_bayes::{MultinomialNb, NaiveBayes as _};
    use proptest::prelude::*;

    fn featurizer(terms: usize) -> Featurizer {
        let mut terms: Vec<Box<str>> = (0..terms).map(|t| format!("t{t}").into()).collect();
        terms.sort_unstable();
        let vocabulary = Vocabulary::from_sorted(terms).unwrap();
        Featurizer::new(FeaturizerConfig::default(), vocabulary)
    }

    fn vector(featurizer: &Featurizer, counts: &[u32]) -> TermVector {
        let terms = featurizer.vocabulary().iter().zip(counts);
        let text: String = terms
            .map(|(term, &n)| format!("{term} ").repeat(n as usize))
            .collect();
        featurizer.transform(&[&text])
    }

    /// Documents of (class, term counts); the first three are one of each class.
    fn documents() -> impl Strategy<Value = Vec<(usize, Vec<u32>)>> {
        let document = prop::collection::vec(0u32..6, 7);
        prop::collection::vec((0usize..3, document), 3..20).prop_map(|mut documents| {
            for (class, document) in documents.iter_mut().take(3).enumerate() {
                document.0 = class;
            }
            documents
        })
    }

    proptest! {
        /// Our counts, smoothing and sparse sums against linfa on one row a document.
        #[test]
        fn scores_equal_linfas(
            documents in documents(),
            alpha in 0.01f64..3.0,
            query in prop::collection::vec(0u32..20, 7),
        ) {
            let featurizer = featurizer(7);
            let mut counts = ClassCounts::zero(3, 7);
            for (class, document) in &documents {
                counts.add(*class, &vector(&featurizer, document), u32::MAX);
            }
            let params = FitParams {
                estimator: Estimator::Multinomial,
                smoothing: Smoothing::Lidstone { alpha },
            };
            let ours = params.fit(&counts, u32::MAX).unwrap();
            let ours = ours.scores(&vector(&featurizer, &query));

            let rows = documents.iter().flat_map(|(_, d)| d.iter().map(|&n| f64::from(n)));
            let records = Array2::from_shape_vec((documents.len(), 7), rows.collect()).unwrap();
            let classes = documents.iter().map(|(class, _)| *class).collect::<Array1<_>>();
            let linfas = MultinomialNb::params()
                .alpha(alpha)
                .fit(&Dataset::new(records, classes))
                .unwrap();
            let query = Array2::from_shape_fn((1, 7), |(_, t)| f64::from(query[t]));
            let linfas = linfas.joint_log_likelihood(query.view());
            for (class, score) in ours.iter().enumerate() {
                let expected = linfas[&class][0];
                prop_assert!((score - expected).abs() <= 1e-9 * expected.abs().max(1.0));
            }
        }
    }

    #[test]
    fn complement_weights_follow_their_formula() {
        let observed = ndarray::array![[2.0, 0.0], [1.0, 1.0], [0.0, 3.0]];
        let prior = ndarray::array![1.0, 1.0];
        let weights = complement(&observed, &prior).unwrap();
        assert!((weights[[0, 0]] - -f64::ln(2.0 / 7.0)).abs() < 1e-12);
        let normal = normalized(weights);
        for row in normal.rows() {
            assert!((row.mapv(f64::abs).sum() - 2.0).abs() < 1e-12);
        }
        let only = complement(&ndarray::array![[2.0], [1.0]], &ndarray::array![1.0]).unwrap();
        assert_eq!(normalized(only), ndarray::array![[0.0], [0.0]]);
    }

    #[test]
    fn unusable_parameters_and_classes_are_refused() {
        let mut counts = ClassCounts::zero(2, 7);
        let fit = |alpha: f64, counts: &ClassCounts| {
            let params = FitParams {
                estimator: Estimator::Multinomial,
                smoothing: Smoothing::Lidstone { alpha },
            };
            params.fit(counts, 1)
        };
        for alpha in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let refused = fit(alpha, &counts);
            assert!(
                matches!(refused, Err(FitError::Parameter { name: "alpha", .. })),
                "{alpha}"
            );
        }
        counts.add(0, &TermVector::default(), 1);
        assert!(matches!(
            fit(1.0, &counts),
            Err(FitError::EmptyClass { class: 1 })
        ));
    }
}
