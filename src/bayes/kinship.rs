//! Words of like company weigh alike: what the words of a [`regression`](super::regression) share.
//!
//! > `w_tc` = `o_tc` + `share` · `v_t` · `u_c`
//!
//! with `o_tc` a term's own weight, `share` the regression's `words`, `v_t` the vector of the word and
//! one `u_c` for each label. Under one ridge on both this is a prior by which the weights
//! of two different words covary as their vectors are alike, `share`² `v_s` · `v_t` over the ridge (a
//! Gaussian process; Rasmussen and Williams 2006, section 2.1). These are weights of inputs, which
//! the table multiplies by `idf_t` where there is one: a rare word says more than its frequent kin.
//! Terms of several words, and words without a vector, have their own weights alone. Scores and
//! evidence need the sum only.

use super::{
    WordVectors,
    word_vectors::{dot, plus},
};
use crate::features::{TermId, WordId};

/// The terms of a vocabulary that are words with a vector.
#[derive(Debug, Clone)]
pub struct Kinship<'v> {
    vectors: &'v WordVectors,
    /// By rising term.
    words: Vec<(TermId, WordId)>,
}

impl<'v> Kinship<'v> {
    /// Of terms and their words, each term once.
    #[must_use]
    pub(crate) fn new(vectors: &'v WordVectors, words: Vec<(TermId, WordId)>) -> Self {
        Self { vectors, words }
    }

    /// Coordinates of a vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.vectors.dimensions()
    }

    /// Adds to `weights`, term by term, what the vectors `u`, label by label, make of them.
    pub(super) fn add(&self, share: f64, u: &[f64], weights: &mut [f64]) {
        let labels = u.len() / self.dimensions();
        for &(term, word) in &self.words {
            let vector = self.vectors.vector(word);
            let row = &mut weights[term as usize * labels..][..labels];
            for (weight, u) in row.iter_mut().zip(u.chunks_exact(self.dimensions())) {
                *weight += share * dot(vector, u);
            }
        }
    }

    /// Adds to the gradient by `u` what follows from that by the weights: the transpose of
    /// [`Self::add`].
    pub(super) fn add_gradient(&self, share: f64, by_weights: &[f64], by_u: &mut [f64]) {
        let labels = by_u.len() / self.dimensions();
        for &(term, word) in &self.words {
            let vector = self.vectors.vector(word);
            let row = &by_weights[term as usize * labels..][..labels];
            for (to, by) in by_u.chunks_exact_mut(self.dimensions()).zip(row) {
                plus(to, share * by, vector);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_the_transpose_of_the_sum() {
        let vectors = WordVectors::from_cells(2, vec![1.0, 0.5, -0.25, 2.0]);
        let kinship = Kinship::new(&vectors, vec![(0, 1), (2, 0)]);
        // Two labels, three terms.
        let u = [0.3, -1.0, 2.0, 0.7];
        let by_weights = [1.0, -2.0, 5.0, 7.0, 0.5, 0.25];
        let (mut weights, mut by_u) = ([0.0; 6], [0.0; 4]);
        kinship.add(0.5, &u, &mut weights);
        kinship.add_gradient(0.5, &by_weights, &mut by_u);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        assert!((dot(&weights, &by_weights) - dot(&u, &by_u)).abs() < 1e-12);
        assert!((weights[4] - 0.5 * (0.3 - 0.5)).abs() < 1e-12);
        // The second term is no word with a vector.
        assert_eq!(weights[2..4], [0.0, 0.0]);
    }
}
