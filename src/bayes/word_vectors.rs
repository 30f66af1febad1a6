//! Words as vectors: those of like company point in like directions.
//!
//! The space is that of the largest singular values of [`Company`], found by subspace iteration
//! (Halko, Martinsson and Tropp 2011, algorithm 4.4).

use linfa_linalg::{
    cholesky::CholeskyInplace,
    triangular::{SolveTriangularInplace, UPLO},
};
use ndarray::Array2;
use rayon::prelude::*;

use super::{FitError, company::Company};
use crate::features::WordId;

/// Coordinates that are worked on at a time: those of all words fit a processor's cache.
const LANES: usize = 8;
type Lanes = [f32; LANES];

/// Rounds of the iteration. Directions of small singular values stay mixed, which is no matter
/// where all of them are used alike.
const ROUNDS: usize = 6;

/// A vector for each word.
#[derive(Debug, Clone, PartialEq)]
pub struct WordVectors {
    dimensions: usize,
    /// Word by word.
    cells: Vec<f32>,
}

impl WordVectors {
    /// The most coordinates.
    pub const MAX_DIMENSIONS: usize = 1024;

    /// Finds unit vectors of `dimensions` coordinates, rounded up to a multiple of eight.
    ///
    /// # Errors
    /// When the company has too little in it for so many.
    pub fn of(company: &Company, dimensions: usize) -> Result<Self, FitError> {
        let blocks = dimensions.div_ceil(LANES);
        let words = company.rows().len();
        let mut basis: Vec<Vec<Lanes>> = (0..blocks).map(|b| scattered(b, words)).collect();
        for _ in 0..ROUNDS {
            basis
                .par_iter_mut()
                .for_each(|block| *block = multiply(company, block));
            basis = orthonormal(&basis).ok_or(FitError::Dimensions { dimensions, words })?;
        }
        Ok(Self::from_cells(blocks * LANES, unit_rows(&basis, words)))
    }

    pub(super) fn from_cells(dimensions: usize, cells: Vec<f32>) -> Self {
        Self { dimensions, cells }
    }

    /// The same vectors, each times a factor.
    #[must_use]
    pub fn scaled(mut self, factors: &[f32]) -> Self {
        let vectors = self.cells.chunks_exact_mut(self.dimensions);
        for (vector, factor) in vectors.zip(factors) {
            vector.iter_mut().for_each(|x| *x *= factor);
        }
        self
    }

    /// Number of coordinates.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// All vectors in order.
    pub fn iter(&self) -> impl Iterator<Item = &[f32]> {
        self.cells.chunks_exact(self.dimensions)
    }

    /// The vector of a word.
    #[must_use]
    pub fn vector(&self, word: WordId) -> &[f32] {
        &self.cells[word as usize * self.dimensions..][..self.dimensions]
    }
}

/// Rounds to the precision of vectors.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "rounding is the purpose")]
pub fn single(number: f64) -> f32 {
    number as f32
}

/// The inner product, summed by coordinate modulo eight: the same bits everywhere.
#[must_use]
pub fn dot(x: &[f32], u: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    for (x, u) in x.chunks(LANES).zip(u.chunks(LANES)) {
        for ((sum, x), u) in sums.iter_mut().zip(x).zip(u) {
            *sum += f64::from(*x) * u;
        }
    }
    sums.iter().sum()
}

/// Adds `factor` times a vector.
pub fn plus<T: Copy + From<f32> + std::ops::AddAssign + std::ops::Mul<Output = T>>(
    to: &mut [T],
    factor: T,
    vector: &[f32],
) {
    for (to, x) in to.iter_mut().zip(vector) {
        *to += factor * T::from(*x);
    }
}

/// A block of the basis times the matrix of information.
fn multiply(company: &Company, block: &[Lanes]) -> Vec<Lanes> {
    let rows = company.rows().iter().map(|row| {
        let mut sum = [0.0; LANES];
        for &(other, information) in row {
            for (sum, lane) in sum.iter_mut().zip(&block[other as usize]) {
                *sum += information * lane;
            }
        }
        sum
    });
    rows.collect()
}

/// Coordinates to begin with, of no pattern but the same every time (splitmix64; Steele, Lea and
/// Flood 2014).
fn scattered(block: usize, words: usize) -> Vec<Lanes> {
    let mut state = block as u64;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    // Each block has its own place in the sequence, far from the others'.
    (0..block * 977).for_each(|_| {
        next();
    });
    let lanes = |_| std::array::from_fn(|_| next());
    (0..words).map(lanes).collect()
}

/// The same span by an orthonormal basis, by Cholesky's decomposition of the inner products;
/// `None` where the span has fewer dimensions than the basis.
fn orthonormal(basis: &[Vec<Lanes>]) -> Option<Vec<Vec<Lanes>>> {
    let size = basis.len() * LANES;
    let rows: Vec<Vec<[f64; LANES * LANES]>> = (0..basis.len())
        .into_par_iter()
        .map(|row| {
            let columns = basis[..=row].iter();
            columns.map(|column| inner(&basis[row], column)).collect()
        })
        .collect();
    let products = Array2::from_shape_fn((size, size), |(i, j)| {
        let (i, j) = (i.max(j), i.min(j));
        rows[i / LANES][j / LANES][i % LANES * LANES + j % LANES]
    });
    let lower = products.cholesky_into().ok()?;
    let inverse = lower.solve_triangular_into(Array2::eye(size), UPLO::Lower);
    let inverse = inverse.ok()?;
    let columns = (0..basis.len()).into_par_iter();
    Some(
        columns
            .map(|block| combine(basis, &inverse, block))
            .collect(),
    )
}

fn inner(a: &[Lanes], b: &[Lanes]) -> [f64; LANES * LANES] {
    let mut sums = [0.0; LANES * LANES];
    for (a, b) in a.iter().zip(b) {
        for (row, a) in sums.chunks_mut(LANES).zip(a) {
            for (sum, b) in row.iter_mut().zip(b) {
                *sum += f64::from(*a) * f64::from(*b);
            }
        }
    }
    sums
}

/// One block of the basis times the transpose of a lower triangle.
fn combine(basis: &[Vec<Lanes>], triangle: &Array2<f64>, block: usize) -> Vec<Lanes> {
    let mut sums = vec![[0.0f32; LANES]; basis[0].len()];
    for (at, from) in basis[..=block].iter().enumerate() {
        let factor = |i: usize, j: usize| single(triangle[(block * LANES + j, at * LANES + i)]);
        let factors: [Lanes; LANES] =
            std::array::from_fn(|i| std::array::from_fn(|j| factor(i, j)));
        for (sum, lanes) in sums.iter_mut().zip(from) {
            for (lane, factors) in lanes.iter().zip(&factors) {
                for (sum, factor) in sum.iter_mut().zip(factors) {
                    *sum += lane * factor;
                }
            }
        }
    }
    sums
}

fn unit_rows(basis: &[Vec<Lanes>], terms: usize) -> Vec<f32> {
    let rows = (0..terms).flat_map(|term| {
        let row = basis.iter().flat_map(move |block| block[term]);
        let length = row.clone().map(|x| x * x).sum::<f32>().sqrt();
        let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
        row.map(move |x| x * scale)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two topics of twenty words each, which never meet; the words of a topic meet each other.
    fn company() -> Company {
        let mut state = 7u64;
        let mut word = |topic: WordId| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            topic * 20 + ((state >> 40) % 20) as WordId
        };
        let mut text = Vec::new();
        for sentence in 0..4000 {
            text.extend((0..5).map(|_| word(sentence % 2)));
            text.extend([Company::GAP; Company::REACH]);
        }
        Company::of(&text, 40)
    }

    #[test]
    fn words_of_like_company_point_the_same_way() {
        let vectors = WordVectors::of(&company(), 8).unwrap();
        let like = |a: WordId, b: WordId| {
            let b: Vec<f64> = vectors.vector(b).iter().map(|&x| x.into()).collect();
            dot(vectors.vector(a), &b)
        };
        assert!((0..40).all(|word| (like(word, word) - 1.0).abs() < 1e-5));
        let mean =
            |of: &dyn Fn(WordId) -> WordId| (0..20).map(|w| like(w, of(w))).sum::<f64>() / 20.0;
        let (same, other) = (mean(&|w| (w + 7) % 20), mean(&|w| w + 20));
        assert!(same > other + 0.1, "{same} {other}");
        let scaled = vectors.clone().scaled(&[0.5; 40]);
        assert!((scaled.vector(3)[1] - vectors.vector(3)[1] / 2.0).abs() < 1e-7);
    }

    #[test]
    fn a_basis_is_made_orthonormal() {
        let basis = [scattered(0, 50), scattered(1, 50)];
        let made = orthonormal(&basis).unwrap();
        for (i, one) in made.iter().enumerate() {
            for (j, other) in made.iter().enumerate() {
                for (at, product) in inner(one, other).into_iter().enumerate() {
                    let expected = f64::from(i == j && at / LANES == at % LANES);
                    assert!((product - expected).abs() < 1e-5, "{i} {j} {at}");
                }
            }
        }
        assert!(orthonormal(&[scattered(0, 4)]).is_none());
    }
}
