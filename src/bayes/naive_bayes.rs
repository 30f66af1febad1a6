//! A table of naive Bayes as it is fitted: `score_c` = `bias_c` + Σ over terms t of
//! min(`n_t`, `max_count`) · `w_tc`. [`Scorer`] is what becomes of it when it is done.

use ndarray::Array2;

use super::Scorer;
use crate::{
    features::{TermId, TermVector},
    label::AxisKind,
};

/// A fitted linear scorer in full precision, its parts still to be put together.
#[derive(Debug, Clone, PartialEq)]
pub struct NaiveBayes {
    bias: Vec<f64>,
    /// Shape: (terms, columns), row by row.
    weights: Vec<f64>,
    max_count: u32,
}

impl NaiveBayes {
    /// A scorer from a bias a class and weights of shape (classes, terms).
    #[must_use]
    pub fn new(bias: Vec<f64>, weights: &Array2<f64>, max_count: u32) -> Self {
        Self::from_rows(bias, weights.t().iter().copied().collect(), max_count)
    }

    /// A scorer from weights of shape (terms, columns), row by row.
    pub(super) fn from_rows(bias: Vec<f64>, weights: Vec<f64>, max_count: u32) -> Self {
        Self {
            bias,
            weights,
            max_count,
        }
    }

    /// Number of scores: classes or labels.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.bias.len()
    }

    /// Number of terms.
    #[must_use]
    pub fn terms(&self) -> usize {
        self.weights.len() / self.columns()
    }

    /// Scores of an article without known terms.
    #[must_use]
    pub fn bias(&self) -> &[f64] {
        &self.bias
    }

    /// The weights of one term, one a column.
    #[must_use]
    pub fn row(&self, term: TermId) -> &[f64] {
        &self.weights[term as usize * self.columns()..][..self.columns()]
    }

    fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.weights.chunks_exact(self.columns())
    }

    /// One score a column. The vector must come from the vocabulary this was fitted on.
    #[must_use]
    pub fn scores(&self, vector: &TermVector) -> Vec<f64> {
        let mut scores = self.bias.clone();
        for entry in vector.entries() {
            let count = f64::from(entry.count.min(self.max_count));
            for (score, weight) in scores.iter_mut().zip(self.row(entry.term)) {
                *score += count * weight;
            }
        }
        scores
    }

    /// Number of counted term occurrences: the length that calibration knows an article by.
    #[must_use]
    pub fn length(&self, vector: &TermVector) -> u64 {
        let counts = vector.entries().iter().map(|e| e.count.min(self.max_count));
        counts.map(u64::from).sum()
    }

    /// Rewrites class scores as log-odds.
    ///
    /// Single-label: of each class against the geometric mean of the others,
    /// `s_c` - mean of `s_c'`, c' ≠ c; for two classes that is the logit. Multi-label takes a scorer
    /// of the two classes *without* and *with* and keeps one column, their difference.
    #[must_use]
    pub fn into_log_odds(self, kind: AxisKind) -> Self {
        let to_log_odds = match kind {
            AxisKind::Single => against_the_others,
            AxisKind::Multi => with_against_without,
        };
        let weights = self.rows().flat_map(to_log_odds);
        Self::from_rows(to_log_odds(&self.bias), weights.collect(), self.max_count)
    }

    /// A scorer of one column that says nothing about any term.
    #[must_use]
    pub fn silent(terms: usize, max_count: u32) -> Self {
        Self::from_rows(vec![0.0], vec![0.0; terms], max_count)
    }

    /// The same columns at the positions `places` among `columns`, zeros elsewhere.
    #[must_use]
    pub fn spread(&self, places: &[usize], columns: usize) -> Self {
        let spread = |row: &[f64]| {
            let mut wide = vec![0.0; columns];
            for (&place, &value) in places.iter().zip(row) {
                wide[place] = value;
            }
            wide
        };
        let weights = self.rows().flat_map(spread);
        Self::from_rows(spread(&self.bias), weights.collect(), self.max_count)
    }

    /// All weights and biases times `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let times = |values: &[f64]| values.iter().map(|v| v * factor).collect::<Vec<_>>();
        let weights = self.rows().flat_map(times);
        Self::from_rows(times(&self.bias), weights.collect(), self.max_count)
    }

    /// Puts the columns of several scorers over the same terms side by side.
    #[must_use]
    pub fn side_by_side(parts: &[Self]) -> Option<Self> {
        let first = parts.first()?;
        let same = parts
            .iter()
            .all(|p| p.terms() == first.terms() && p.max_count == first.max_count);
        let rows = 0..TermId::try_from(first.terms()).ok()?;
        same.then(|| {
            let bias = parts.iter().flat_map(|p| p.bias.iter().copied()).collect();
            let row = |term| parts.iter().flat_map(move |p| p.row(term).iter().copied());
            Self::from_rows(bias, rows.flat_map(row).collect(), first.max_count)
        })
    }

    /// Adds `factor` times another scorer of the same shape: experts whose log-odds add up.
    ///
    /// # Panics
    /// When the shapes differ.
    #[must_use]
    pub fn plus(self, factor: f64, other: &Self) -> Self {
        assert_eq!(self.terms(), other.terms(), "same shape");
        assert_eq!(self.columns(), other.columns(), "same shape");
        let add = |(one, more): (&[f64], &[f64])| {
            let pairs = one.iter().zip(more);
            pairs.map(|(a, b)| a + factor * b).collect::<Vec<_>>()
        };
        let rows = self.rows().zip(other.rows());
        let bias = add((&self.bias, &other.bias));
        Self::from_rows(bias, rows.flat_map(add).collect(), self.max_count)
    }

    /// The scorer that models store and serve, its weights rounded to 12 bits.
    #[must_use]
    pub fn rounded(&self) -> Scorer {
        Scorer::rounded(self.bias.clone(), &self.weights, self.max_count)
    }
}

fn against_the_others(scores: &[f64]) -> Vec<f64> {
    let others = f64::from(u32::try_from(scores.len() - 1).unwrap_or(u32::MAX));
    let sum: f64 = scores.iter().sum();
    let log_odds = scores.iter().map(|score| score - (sum - score) / others);
    log_odds.collect()
}

fn with_against_without(scores: &[f64]) -> Vec<f64> {
    vec![scores[1] - scores[0]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bayes::softmax::{sigmoid, softmax};
    use ndarray::array;

    #[test]
    fn log_odds_keep_the_posterior() {
        let scores = [-700.0, -702.0, -701.0];
        let log_odds = against_the_others(&scores);
        let back: Vec<f64> = log_odds.iter().map(|l| l * 2.0 / 3.0).collect();
        for (a, b) in softmax(&scores).iter().zip(softmax(&back)) {
            assert!((a - b).abs() < 1e-12);
        }
        let two = against_the_others(&scores[..2]);
        assert!((sigmoid(two[0]) - softmax(&scores[..2])[0]).abs() < 1e-12);
    }

    #[test]
    fn experts_add_up_and_stand_side_by_side() {
        let one = NaiveBayes::new(vec![1.0], &array![[1.0, 2.0]], 1);
        let two = NaiveBayes::new(vec![2.0], &array![[5.0, 7.0]], 1);
        assert_eq!(
            one.clone().plus(0.5, &two),
            NaiveBayes::new(vec![2.0], &array![[3.5, 5.5]], 1)
        );
        assert_eq!(
            NaiveBayes::side_by_side(&[one, two]),
            Some(NaiveBayes::new(
                vec![1.0, 2.0],
                &array![[1.0, 2.0], [5.0, 7.0]],
                1
            ))
        );
    }
}
