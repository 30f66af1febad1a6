//! Fits one expert and adds experts up.

use crate::{
    bayes::{ClassCounts, FitError, FitParams, NaiveBayes},
    label::AxisKind,
};

/// Log-odds of all labels of an axis, learnt from counts that may lack some of them.
///
/// Counts have one row a label and, on a multi-label axis, a last row of all documents. An expert
/// is silent about a label that it has never seen: its log-odds there are 0.
///
/// # Errors
/// When nothing can be fitted.
pub fn fit_expert(
    kind: AxisKind,
    counts: &ClassCounts,
    params: &FitParams,
    max_count: u32,
) -> Result<NaiveBayes, FitError> {
    match kind {
        AxisKind::Single => fit_single(counts, params, max_count),
        AxisKind::Multi => fit_multi(counts, params, max_count),
    }
}

fn fit_single(
    counts: &ClassCounts,
    params: &FitParams,
    max_count: u32,
) -> Result<NaiveBayes, FitError> {
    let documents = counts.documents().iter().enumerate();
    let seen: Vec<usize> = documents
        .filter(|(_, n)| **n > 0)
        .map(|(row, _)| row)
        .collect();
    if seen.len() < 2 {
        let class = usize::from(seen.first() == Some(&0));
        return Err(FitError::EmptyClass { class });
    }
    let fitted = params.fit(&counts.rows(&seen), max_count)?;
    let fitted = fitted.into_log_odds(AxisKind::Single);
    Ok(fitted.spread(&seen, counts.documents().len()))
}

fn fit_multi(
    counts: &ClassCounts,
    params: &FitParams,
    max_count: u32,
) -> Result<NaiveBayes, FitError> {
    let labels = counts.documents().len() - 1;
    let columns = (0..labels).map(|label| {
        let binary = counts.binary(label);
        if binary.documents().contains(&0) {
            return Ok(NaiveBayes::silent(counts.terms().ncols(), max_count));
        }
        Ok(params
            .fit(&binary, max_count)?
            .into_log_odds(AxisKind::Multi))
    });
    let columns: Vec<_> = columns.collect::<Result<_, FitError>>()?;
    NaiveBayes::side_by_side(&columns).ok_or(FitError::EmptyClass { class: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bayes::{Estimator, Smoothing};
    use crate::features::{Featurizer, FeaturizerConfig, Vocabulary};

    fn counts(rows: usize, documents: &[(usize, &str)]) -> ClassCounts {
        let vocabulary = Vocabulary::from_sorted(["a", "b"].map(Into::into).to_vec()).unwrap();
        let featurizer = Featurizer::new(FeaturizerConfig::default(), vocabulary);
        let mut counts = ClassCounts::zero(rows, 2);
        for (row, text) in documents {
            counts.add(*row, &featurizer.transform(&[text]), 9);
        }
        counts
    }

    const PARAMS: FitParams = FitParams {
        estimator: Estimator::Multinomial,
        smoothing: Smoothing::Lidstone { alpha: 1.0 },
    };

    #[test]
    fn an_expert_is_silent_about_labels_it_has_not_seen() {
        let single = counts(3, &[(0, "a a"), (2, "b")]);
        let fitted = fit_expert(AxisKind::Single, &single, &PARAMS, 9).unwrap();
        assert!(fitted.row(0)[0] > 0.0 && fitted.row(0)[2] < 0.0);
        assert!(fitted.row(0)[1].abs() < 1e-12 && fitted.bias()[1].abs() < 1e-12);

        let multi = counts(3, &[(0, "a"), (2, "a"), (2, "b")]);
        let fitted = fit_expert(AxisKind::Multi, &multi, &PARAMS, 9).unwrap();
        assert_eq!(fitted.columns(), 2);
        assert!(fitted.row(0)[0] > 0.0);
        assert!(fitted.row(0)[1].abs() < 1e-12);
    }

    #[test]
    fn one_class_is_not_enough() {
        let only = counts(2, &[(1, "a")]);
        let refused = fit_expert(AxisKind::Single, &only, &PARAMS, 9);
        assert!(matches!(refused, Err(FitError::EmptyClass { class: 0 })));
    }
}
