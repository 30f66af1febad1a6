//! The prior of the term distributions, written as pseudo-counts.

use ndarray::{Array1, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

/// How much is believed of a term before a class has been seen.
///
/// | kind | parameter | pseudo-count of term t | range |
/// | --- | --- | --- | --- |
/// | `lidstone` | `alpha` | `alpha` | 1e-9 to 1e9 |
/// | `dirichlet` | `strength` | `strength` · p(t), p the distribution of terms in all classes | 1e-9 to 1e9 |
///
/// Lidstone's rule pulls every class towards the uniform distribution (Manning, Raghavan and
/// Schütze 2008, ch. 13); the Dirichlet prior pulls it towards the language of the corpus, so a
/// rare class is not told by common words that it happens to lack (Zhai and Lafferty 2004).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Smoothing {
    /// The same pseudo-count for every term.
    Lidstone {
        /// Pseudo-count of each term.
        alpha: f64,
    },
    /// Pseudo-counts in proportion to the corpus.
    Dirichlet {
        /// Sum of all pseudo-counts.
        strength: f64,
    },
}

impl Smoothing {
    /// The parameter, whatever its name.
    #[must_use]
    pub fn parameter(self) -> (&'static str, f64) {
        match self {
            Self::Lidstone { alpha } => ("alpha", alpha),
            Self::Dirichlet { strength } => ("strength", strength),
        }
    }

    /// Pseudo-counts for counts of shape (classes, terms); shape (terms). All are positive.
    #[must_use]
    pub fn pseudo_counts(self, counts: ArrayView2<'_, f64>) -> Array1<f64> {
        match self {
            Self::Lidstone { alpha } => Array1::from_elem(counts.ncols(), alpha),
            Self::Dirichlet { strength } => {
                // One more of each term than was seen keeps unseen terms possible.
                let corpus = counts.sum_axis(Axis(0)) + 1.0;
                let total = corpus.sum();
                corpus * (strength / total)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn pseudo_counts_follow_their_formula() {
        let counts = array![[3.0, 0.0], [3.0, 0.0]];
        let lidstone = Smoothing::Lidstone { alpha: 0.5 };
        assert_eq!(lidstone.pseudo_counts(counts.view()), array![0.5, 0.5]);
        let dirichlet = Smoothing::Dirichlet { strength: 16.0 };
        assert_eq!(dirichlet.pseudo_counts(counts.view()), array![14.0, 2.0]);
    }
}
