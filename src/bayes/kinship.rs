//! Words of like company weigh alike: what the words of a [`regression`](super::regression) share.
//!
//! > `w_tc` = `o_tc` + `share` · `v_t` · `u_c`
//!
//! with `o_tc` a term's own weight, `v_t` the vector of its word and one `u_c` for each label.
//! Under one ridge on both this is a prior by which the weights of two words covary as their
//! vectors are alike, 1 + `share`² `v_s` · `v_t` over the ridge (a Gaussian process; Rasmussen and
//! Williams 2006, section 2.1). Terms of several words, and words without a vector, have their own
//! weights alone. Scores and evidence need the sum only.

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
    pub fn new(vectors: &'v WordVectors, words: Vec<(TermId, WordId)>) -> Self {
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
