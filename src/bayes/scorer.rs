//! Scores a term vector: `score_c` = `bias_c` + Σ over terms t of min(`n_t`, `max_count`) · `w_tc`.

use ndarray::Array2;

use super::{is_usable, table::Table};
use crate::{
    features::{TermCount, TermId, TermVector},
    label::AxisKind,
};

/// How a weight is stored; sums are always f64.
pub trait Weight: Copy + Default + PartialEq + Send + Sync + 'static {
    /// The weight, exactly.
    fn to_f64(self) -> f64;
}

impl Weight for f64 {
    fn to_f64(self) -> f64 {
        self
    }
}

impl Weight for f32 {
    fn to_f64(self) -> f64 {
        self.into()
    }
}

/// A fitted linear scorer. Terms are summed in the order of the vocabulary, one at a time, so
/// the same counts give the same bits everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct NaiveBayes<W: Weight> {
    bias: Vec<f64>,
    table: Table<W>,
    max_count: u32,
}

impl<W: Weight> NaiveBayes<W> {
    /// A scorer from its parts, `weights` of shape (terms, columns) row by row.
    ///
    /// Returns `None` when the shapes do not fit or a number is not finite, or is beyond reason.
    #[must_use]
    pub fn from_parts(bias: Vec<f64>, weights: Vec<W>, max_count: u32) -> Option<Self> {
        let fits = !bias.is_empty() && weights.len().is_multiple_of(bias.len()) && max_count > 0;
        let usable =
            bias.iter().all(|&b| is_usable(b)) && weights.iter().all(|w| is_usable(w.to_f64()));
        (fits && usable).then(|| Self::of_rows(bias, weights, max_count))
    }

    fn of_rows(bias: Vec<f64>, weights: Vec<W>, max_count: u32) -> Self {
        Self {
            table: Table::new(weights, bias.len()),
            bias,
            max_count,
        }
    }

    /// The same scorer with its weights in another table.
    #[must_use]
    pub(super) fn with_table(self, table: Table<W>) -> Self {
        Self { table, ..self }
    }

    /// The weights of shape (terms, columns).
    #[must_use]
    pub fn table(&self) -> &Table<W> {
        &self.table
    }

    /// Number of scores: classes or labels.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.bias.len()
    }

    /// Number of terms.
    #[must_use]
    pub fn terms(&self) -> usize {
        self.table.terms()
    }

    /// Scores of an article without known terms.
    #[must_use]
    pub fn bias(&self) -> &[f64] {
        &self.bias
    }

    /// Occurrences of a term beyond this count nothing.
    #[must_use]
    pub fn max_count(&self) -> u32 {
        self.max_count
    }

    /// The weights of one term, one a column.
    #[must_use]
    pub fn row(&self, term: TermId) -> &[W] {
        self.table.row(term)
    }

    /// How often a term that occurs `count` times is counted.
    #[must_use]
    pub fn effective_count(&self, count: u32) -> u32 {
        count.min(self.max_count)
    }

    /// Number of counted term occurrences: the length that calibration knows an article by.
    #[must_use]
    pub fn length(&self, vector: &TermVector) -> u64 {
        self.length_of(vector.entries())
    }

    fn length_of(&self, entries: &[TermCount]) -> u64 {
        let counts = entries.iter();
        counts
            .map(|e| u64::from(self.effective_count(e.count)))
            .sum()
    }

    /// One score a column. The vector must come from the vocabulary this was fitted on.
    #[must_use]
    pub fn scores(&self, vector: &TermVector) -> Vec<f64> {
        let mut sum = self.nothing();
        self.add(&mut sum, vector.entries());
        sum.scores
    }

    /// What an article without known terms scores.
    #[must_use]
    pub fn nothing(&self) -> Sum {
        Sum {
            scores: self.bias.clone(),
            length: 0,
        }
    }

    /// Adds terms that are not part of the sum.
    pub fn add(&self, sum: &mut Sum, entries: &[TermCount]) {
        self.add_times(1.0, sum, entries);
        sum.length += self.length_of(entries);
    }

    /// Takes terms away that are part of the sum, as often as they were added.
    pub fn take_away(&self, sum: &mut Sum, entries: &[TermCount]) {
        self.add_times(-1.0, sum, entries);
        sum.length = sum.length.saturating_sub(self.length_of(entries));
    }

    fn add_times(&self, sign: f64, sum: &mut Sum, entries: &[TermCount]) {
        for entry in entries {
            let count = sign * f64::from(self.effective_count(entry.count));
            for (score, weight) in sum.scores.iter_mut().zip(self.row(entry.term)) {
                *score += count * weight.to_f64();
            }
        }
    }
}

/// Raw scores and how many counted terms made them.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// One a column.
    pub scores: Vec<f64>,
    /// The length that calibration knows the terms by.
    pub length: u64,
}

impl NaiveBayes<f64> {
    /// A scorer from a bias a class and weights of shape (classes, terms).
    #[must_use]
    pub fn new(bias: Vec<f64>, weights: &Array2<f64>, max_count: u32) -> Self {
        let weights = weights.t().iter().copied().collect();
        Self::of_rows(bias, weights, max_count)
    }

    /// A scorer from weights of shape (terms, columns), row by row.
    pub(super) fn from_rows(bias: Vec<f64>, weights: Vec<f64>, max_count: u32) -> Self {
        Self::of_rows(bias, weights, max_count)
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
        let weights = self.table.rows().flat_map(to_log_odds);
        Self::of_rows(to_log_odds(&self.bias), weights.collect(), self.max_count)
    }

    /// A scorer of one column that says nothing about any term.
    #[must_use]
    pub fn silent(terms: usize, max_count: u32) -> Self {
        Self::of_rows(vec![0.0], vec![0.0; terms], max_count)
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
        let weights = self.table.rows().flat_map(spread);
        Self::of_rows(spread(&self.bias), weights.collect(), self.max_count)
    }

    /// All weights and biases times `factor`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let times = |values: &[f64]| values.iter().map(|v| v * factor).collect::<Vec<_>>();
        let weights = self.table.rows().flat_map(times);
        Self::of_rows(times(&self.bias), weights.collect(), self.max_count)
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
            Self::of_rows(bias, rows.flat_map(row).collect(), first.max_count)
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
        let rows = self.table.rows().zip(other.table.rows());
        let bias = add((&self.bias, &other.bias));
        Self::of_rows(bias, rows.flat_map(add).collect(), self.max_count)
    }

    /// The same scorer with weights rounded to the precision that model files store.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "rounding is the purpose")]
    pub fn rounded(&self) -> NaiveBayes<f32> {
        let weights = self.table.rows().flatten().map(|&weight| weight as f32);
        NaiveBayes::of_rows(self.bias.clone(), weights.collect(), self.max_count)
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

/// Positions of `scores` from the highest to the lowest; equal scores keep their order, so ties
/// break by the order of the labels.
#[must_use]
pub fn ranking(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bayes::softmax::{sigmoid, softmax};
    use ndarray::array;

    #[test]
    fn ties_break_by_label_order() {
        assert_eq!(ranking(&[1.0, 3.0, 1.0, 3.0]), [1, 3, 0, 2]);
    }

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

    #[test]
    fn ill_shaped_or_infinite_tables_are_refused() {
        assert!(NaiveBayes::from_parts(vec![0.0; 2], vec![0f32; 4], 1).is_some());
        assert!(NaiveBayes::from_parts(vec![0.0; 2], vec![0f32; 3], 1).is_none());
        assert!(NaiveBayes::from_parts(vec![0.0], vec![f32::NAN], 1).is_none());
        assert!(NaiveBayes::from_parts(vec![f64::INFINITY], vec![0f32], 1).is_none());
        assert!(NaiveBayes::<f32>::from_parts(vec![], vec![], 1).is_none());
    }
}
