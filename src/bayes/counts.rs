//! Term counts by class: all that naive Bayes learns from documents.

use ndarray::Array2;

use crate::features::TermVector;

/// Sums of documents and of term counts, one row a class.
///
/// All numbers are integers, so adding a document and taking it away again leaves no trace, and
/// the sum of two parts of a corpus is exactly the counts of the whole, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassCounts {
    documents: Vec<u64>,
    /// Shape: (classes, terms).
    terms: Array2<u64>,
}

impl ClassCounts {
    /// Zero counts of `classes` classes over `terms` terms.
    #[must_use]
    pub fn zero(classes: usize, terms: usize) -> Self {
        Self {
            documents: vec![0; classes],
            terms: Array2::zeros((classes, terms)),
        }
    }

    /// Counts a document of class `class`, each term at most `max_count` times.
    ///
    /// # Panics
    /// When the class or a term is out of range.
    pub fn add(&mut self, class: usize, vector: &TermVector, max_count: u32) {
        self.documents[class] += 1;
        for entry in vector.entries() {
            self.terms[[class, entry.term as usize]] += u64::from(entry.count.min(max_count));
        }
    }

    /// Adds the counts of another part of the corpus, of the same shape.
    pub fn merge(&mut self, other: &Self) {
        for (documents, more) in self.documents.iter_mut().zip(&other.documents) {
            *documents += more;
        }
        self.terms += &other.terms;
    }

    /// These counts without those of `part`, or `None` where `part` was not part of them.
    #[must_use]
    pub fn without(&self, part: &Self) -> Option<Self> {
        if self.terms.dim() != part.terms.dim() {
            return None;
        }
        let documents = self.documents.iter().zip(&part.documents);
        let documents = documents.map(|(all, part)| all.checked_sub(*part));
        let terms = self.terms.iter().zip(&part.terms);
        let terms: Option<Vec<u64>> = terms.map(|(all, part)| all.checked_sub(*part)).collect();
        Some(Self {
            documents: documents.collect::<Option<_>>()?,
            terms: Array2::from_shape_vec(self.terms.dim(), terms?).ok()?,
        })
    }

    /// Documents by class.
    #[must_use]
    pub fn documents(&self) -> &[u64] {
        &self.documents
    }

    /// Term counts of shape (classes, terms).
    #[must_use]
    pub fn terms(&self) -> &Array2<u64> {
        &self.terms
    }

    /// The counts of these classes alone, in this order.
    #[must_use]
    pub fn rows(&self, classes: &[usize]) -> Self {
        Self {
            documents: classes.iter().map(|&class| self.documents[class]).collect(),
            terms: self.terms.select(ndarray::Axis(0), classes),
        }
    }

    /// The counts of a yes-or-no decision out of those of a multi-label axis, whose last row
    /// counts all documents: row 0 has the documents without label `label`, row 1 those with it.
    #[must_use]
    pub fn binary(&self, label: usize) -> Self {
        let all = self.documents.len() - 1;
        let mut terms = Array2::zeros((2, self.terms.ncols()));
        terms
            .row_mut(0)
            .assign(&(&self.terms.row(all) - &self.terms.row(label)));
        terms.row_mut(1).assign(&self.terms.row(label));
        Self {
            documents: vec![
                self.documents[all] - self.documents[label],
                self.documents[label],
            ],
            terms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Featurizer, FeaturizerConfig, Vocabulary};

    fn vector(text: &str) -> TermVector {
        let terms = ["a", "b", "c"].map(Into::into).to_vec();
        let vocabulary = Vocabulary::from_sorted(terms).unwrap();
        Featurizer::new(FeaturizerConfig::default(), vocabulary).transform(&[text])
    }

    #[test]
    fn counts_are_capped_merged_and_taken_away() {
        let mut left = ClassCounts::zero(2, 3);
        left.add(0, &vector("a a a b"), 2);
        let mut right = ClassCounts::zero(2, 3);
        right.add(1, &vector("c"), 2);
        let mut both = left.clone();
        both.merge(&right);
        assert_eq!(both.documents(), [1, 1]);
        assert_eq!(
            both.terms().row(0).to_vec(),
            [2, 1, 0],
            "a is capped at two"
        );
        assert_eq!(both.without(&right), Some(left.clone()));
        assert_eq!(
            left.without(&right),
            None,
            "right was never counted in left"
        );
    }

    #[test]
    fn a_binary_decision_splits_all_documents() {
        let mut counts = ClassCounts::zero(3, 3);
        for (class, text) in [(0, "a b"), (2, "a b"), (2, "c")] {
            counts.add(class, &vector(text), 9);
        }
        let binary = counts.binary(0);
        assert_eq!(binary.documents(), [1, 1]);
        assert_eq!(binary.terms().row(0).to_vec(), [0, 0, 1]);
        assert_eq!(binary.terms().row(1).to_vec(), [1, 1, 0]);
    }
}
