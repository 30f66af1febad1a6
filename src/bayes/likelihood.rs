//! How well weights of a [`regression`](super::regression) tell documents' labels: the likelihood
//! with its ridges, and the gradient.

use std::borrow::Cow;

use super::{
    Document, Kinship, NaiveBayes, Problem, RegressionParams, label_shares::LabelShares, lbfgs,
    ratios::Ratios, regression::contrasts,
};
use crate::{features::TermVector, label::AxisKind};

/// Intercepts are pulled towards the labels' log-odds in the source by this.
const INTERCEPT_RIDGE: f64 = 1.0;

/// One fit. Parameters are the weights, term by term, what words share, label by label, then the
/// intercepts, source by source.
pub(super) struct Likelihood<'t> {
    params: &'t RegressionParams,
    problem: &'t Problem<'t>,
    documents: &'t [&'t Document],
    idf: Vec<f64>,
    /// What the ridge pulls the weights towards.
    means: Vec<f64>,
    sources: Vec<LabelShares>,
}

impl<'t> Likelihood<'t> {
    pub fn new(
        params: &'t RegressionParams,
        problem: &'t Problem<'t>,
        documents: &'t [&'t Document],
    ) -> Self {
        let sources = 0..problem.source_weights.len();
        let shares = |source| {
            let own = documents
                .iter()
                .filter(|document| document.source == source);
            let truths = own.map(|document| document.labels(problem.kind));
            LabelShares::of(params, problem.kind, problem.labels, truths)
        };
        let ratios = Ratios::of(problem, documents);
        let idf = if params.idf {
            ratios.inverse_document_frequencies()
        } else {
            vec![1.0; problem.terms]
        };
        Self {
            params,
            problem,
            documents,
            means: ratios.means(params.naive_bayes, &idf),
            idf,
            sources: sources.map(shares).collect(),
        }
    }

    /// The table of greatest likelihood.
    pub fn maximum(&self) -> NaiveBayes {
        let theta = lbfgs::minimise(self.start(), self.params.steps, |theta, gradient| {
            self.evaluate(theta, gradient)
        });
        self.table(&theta)
    }

    /// The words that share weights.
    fn kinship(&self) -> Option<&Kinship<'t>> {
        self.problem.kinship.filter(|_| self.params.words > 0.0)
    }

    fn start(&self) -> Vec<f64> {
        let intercepts = self.sources.iter().flat_map(|s| &s.intercepts);
        let intercepts = intercepts.map(|intercept| intercept.unwrap_or(0.0));
        let shared = self.kinship().map_or(0, Kinship::dimensions) * self.problem.labels;
        let means = self.means.iter().copied();
        let start = means.chain(std::iter::repeat_n(0.0, shared));
        start.chain(intercepts).collect()
    }

    /// Weights, what words share, and intercepts.
    fn parts<'p>(&self, theta: &'p [f64]) -> [&'p [f64]; 3] {
        let (weights, rest) = theta.split_at(self.means.len());
        let (shared, intercepts) = rest.split_at(rest.len() - self.intercepts());
        [weights, shared, intercepts]
    }

    fn parts_mut<'p>(&self, gradient: &'p mut [f64]) -> [&'p mut [f64]; 3] {
        let (weights, rest) = gradient.split_at_mut(self.means.len());
        let (shared, intercepts) = rest.split_at_mut(rest.len() - self.intercepts());
        [weights, shared, intercepts]
    }

    fn intercepts(&self) -> usize {
        self.sources.len() * self.problem.labels
    }

    fn evaluate(&self, theta: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.fill(0.0);
        let [own, shared, intercepts] = self.parts(theta);
        let [to_own, to_shared, to_intercepts] = self.parts_mut(gradient);
        let mut loss = self.intercept_ridge(intercepts, to_intercepts);
        let weights = self.with_shared(own, shared);
        for document in self.documents {
            loss += self.learn(document, &weights, intercepts, to_own, to_intercepts);
        }
        if let Some(kinship) = self.kinship() {
            kinship.add_gradient(self.params.words, to_own, to_shared);
        }
        loss += self.ridge(own, self.means.iter().copied(), to_own);
        loss + self.ridge(shared, std::iter::repeat(0.0), to_shared)
    }

    /// The loss of a document; its gradient is added.
    fn learn(
        &self,
        document: &Document,
        weights: &[f64],
        intercepts: &[f64],
        to_weights: &mut [f64],
        to_intercepts: &mut [f64],
    ) -> f64 {
        let labels = self.problem.labels;
        let own = document.source * labels..(document.source + 1) * labels;
        let mut errors = intercepts[own.clone()].to_vec();
        let scale = self.scale(&document.vector);
        for entry in document.vector.entries() {
            let x = self.input(entry.term, entry.count, scale);
            let row = &weights[entry.term as usize * labels..][..labels];
            for (score, weight) in errors.iter_mut().zip(row) {
                *score += x * weight;
            }
        }
        let loss = self.judge(document, &mut errors);
        for (to, error) in to_intercepts[own].iter_mut().zip(&errors) {
            *to += error;
        }
        for entry in document.vector.entries() {
            let x = self.input(entry.term, entry.count, scale);
            let row = &mut to_weights[entry.term as usize * labels..][..labels];
            for (to, error) in row.iter_mut().zip(&errors) {
                *to += x * error;
            }
        }
        loss
    }

    /// The weights of terms, with what words share.
    fn with_shared<'w>(&self, own: &'w [f64], shared: &[f64]) -> Cow<'w, [f64]> {
        let mut weights = Cow::Borrowed(own);
        if let Some(kinship) = self.kinship() {
            kinship.add(self.params.words, shared, weights.to_mut());
        }
        weights
    }

    /// Half the squares of what numbers are away from their means, and its gradient.
    fn ridge(
        &self,
        numbers: &[f64],
        means: impl Iterator<Item = f64>,
        gradient: &mut [f64],
    ) -> f64 {
        let mut squares = 0.0;
        for ((to, number), mean) in gradient.iter_mut().zip(numbers).zip(means) {
            let away = number - mean;
            *to += self.params.ridge * away;
            squares += away * away;
        }
        0.5 * self.params.ridge * squares
    }

    fn intercept_ridge(&self, intercepts: &[f64], gradient: &mut [f64]) -> f64 {
        let starts = self.sources.iter().flat_map(|s| &s.intercepts);
        let mut squares = 0.0;
        for ((to, intercept), start) in gradient.iter_mut().zip(intercepts).zip(starts) {
            let away = intercept - start.unwrap_or(0.0);
            *to += INTERCEPT_RIDGE * away;
            squares += away * away;
        }
        0.5 * INTERCEPT_RIDGE * squares
    }

    /// Turns the scores of a document into the gradient of its loss, which is returned.
    fn judge(&self, document: &Document, scores: &mut [f64]) -> f64 {
        let source = &self.sources[document.source];
        let weight = self.problem.source_weights[document.source];
        match self.problem.kind {
            AxisKind::Single => source.judge_single(weight, &document.truth, scores),
            AxisKind::Multi => source.judge_multi(weight, &document.truth, scores),
        }
    }

    fn scale(&self, vector: &TermVector) -> f64 {
        let counted = |count: u32| u64::from(count.min(self.problem.max_count));
        let length: u64 = vector.entries().iter().map(|e| counted(e.count)).sum();
        1.0 / (length.max(1) as f64).sqrt()
    }

    fn input(&self, term: u32, count: u32, scale: f64) -> f64 {
        f64::from(count.min(self.problem.max_count)) * self.idf[term as usize] * scale
    }

    /// Weights of whole occurrences. Intercepts are left to the calibration, which knows the
    /// articles that the axis is meant for.
    fn table(&self, theta: &[f64]) -> NaiveBayes {
        let labels = self.problem.labels;
        let [own, shared, _] = self.parts(theta);
        let weights = self.with_shared(own, shared);
        let rows = weights.chunks(labels).zip(&self.idf);
        let weights = rows.flat_map(|(row, idf)| match self.problem.kind {
            AxisKind::Single => contrasts(row, *idf),
            AxisKind::Multi => row.iter().map(|weight| idf * weight).collect(),
        });
        let bias = vec![0.0; labels];
        let max_count = self.problem.max_count;
        NaiveBayes::from_rows(bias, weights.collect(), max_count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bayes::{
        WordVectors,
        regression::tests::{PLAIN, documents},
    };

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        let texts = documents(&[
            ("a b", &[0, 1], 0),
            ("b c c", &[1], 1),
            ("d", &[2], 0),
            ("a d", &[], 1),
        ]);
        let texts: Vec<&Document> = texts.iter().collect();
        let params = RegressionParams {
            ridge: 0.3,
            class_balance: 0.5,
            idf: true,
            naive_bayes: 0.4,
            words: 0.7,
            ..PLAIN
        };
        let vectors = WordVectors::from_cells(2, vec![1.0, 0.2, -0.3, 0.8]);
        let kinship = Kinship::new(&vectors, vec![(1, 0), (3, 1)]);
        for kind in [AxisKind::Single, AxisKind::Multi] {
            let problem = Problem {
                kind,
                labels: 3,
                terms: 4,
                max_count: 3,
                source_weights: &[1.0, 0.4],
                kinship: Some(&kinship),
            };
            let task = Likelihood::new(&params, &problem, &texts);
            assert_eq!(task.start().len(), 3 * (4 + 2 + 2));
            lbfgs::assert_gradient(task.start(), |theta, to| task.evaluate(theta, to));
        }
    }

    #[test]
    fn words_of_like_company_weigh_alike() {
        // No text has `d`, whose company is that of `a`.
        let texts = documents(&[("a c", &[0], 0), ("a", &[0], 0), ("b c", &[1], 0)]);
        let texts: Vec<&Document> = texts.iter().collect();
        let vectors = WordVectors::from_cells(2, vec![1.0, 0.0, 0.0, 1.0, 0.9, 0.1]);
        let kinship = Kinship::new(&vectors, vec![(0, 0), (1, 1), (3, 2)]);
        let weight = |words, idf| {
            let params = RegressionParams {
                idf,
                words,
                ..PLAIN
            };
            let problem = Problem {
                kind: AxisKind::Single,
                labels: 2,
                terms: 4,
                max_count: 3,
                source_weights: &[1.0],
                kinship: Some(&kinship),
            };
            let table = params.fit(&problem, &texts).unwrap();
            (table.row(3)[0], table.row(0)[0])
        };
        assert!(weight(0.0, false).0.abs() < 1e-9);
        let (unseen, seen) = weight(1.0, false);
        assert!(0.2 * seen < unseen && unseen < seen, "{unseen} {seen}");
        // By inverse document frequency the rarer of the two says more.
        let (unseen, seen) = weight(1.0, true);
        assert!(seen > 0.0 && unseen > seen, "{unseen} {seen}");
    }
}
