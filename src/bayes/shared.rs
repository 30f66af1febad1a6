//! Fits a [`VicinityScorer`] whose words share weights: those of like company weigh alike.
//!
//! > `weight_rwc` = `v_w` · `u_rc`
//!
//! with `v_w` the vector of a word. Only the `u_rc`, a vector for each region and label, are fitted,
//! by maximum likelihood with a ridge as in [`super::regression`]; so a word that no labelled text
//! has weighs as its neighbours do.

use super::{
    FitError, RegressionParams, Scorer, Table, VicinityScorer, WordVectors,
    label_shares::LabelShares,
    lbfgs,
    regression::contrasts,
    word_vectors::{dot, plus},
};
use crate::{
    features::{Region, Vicinity},
    label::AxisKind,
};

/// A labelled target.
#[derive(Debug, Clone)]
pub struct Surrounded {
    /// The words around it.
    pub vicinity: Vicinity,
    /// Position of its label.
    pub truth: usize,
    /// Position of its source.
    pub source: usize,
}

/// What is fitted to targets.
#[derive(Debug, Clone, Copy)]
pub struct SharedFit<'p> {
    /// How; `idf`, `naive_bayes` and `words` play no part.
    pub params: RegressionParams,
    /// Number of labels.
    pub labels: usize,
    /// Weight of a target of each source.
    pub source_weights: &'p [f64],
    /// The words.
    pub vectors: &'p WordVectors,
}

impl SharedFit<'_> {
    /// Fits the scorer.
    ///
    /// # Errors
    /// When a parameter is out of range or there are no targets.
    pub fn fit(&self, targets: &[&Surrounded]) -> Result<VicinityScorer, FitError> {
        self.params.check()?;
        if targets.is_empty() {
            return Err(FitError::NoDocuments);
        }
        let task = Task::new(self, targets);
        let theta = lbfgs::minimise(task.start(), self.params.steps, |theta, gradient| {
            task.evaluate(theta, gradient)
        });
        let regions = (0..Region::ALL.len()).map(|region| task.scorer(&theta, region));
        VicinityScorer::new(regions.collect()).ok_or(FitError::NoDocuments)
    }

    /// Coordinates of all regions.
    fn width(&self) -> usize {
        self.vectors.dimensions() * Region::ALL.len()
    }

    /// The mean vector of each region, times the root of its number of words.
    fn input(&self, vicinity: &Vicinity) -> Vec<f32> {
        let mut input = vec![0.0; self.width()];
        let parts = input.chunks_exact_mut(self.vectors.dimensions());
        for (part, words) in parts.zip(vicinity.regions()) {
            let scale = 1.0 / (words.len().max(1) as f32).sqrt();
            for entry in words {
                plus(part, scale, self.vectors.vector(entry.term));
            }
        }
        input
    }
}

/// One fit. Parameters are the vectors `u`, label by label and region by region, then the
/// intercepts, source by source.
struct Task<'t> {
    fit: &'t SharedFit<'t>,
    targets: &'t [&'t Surrounded],
    inputs: Vec<Vec<f32>>,
    sources: Vec<LabelShares>,
}

impl<'t> Task<'t> {
    fn new(fit: &'t SharedFit<'t>, targets: &'t [&'t Surrounded]) -> Self {
        let shares = |source| {
            let own = targets.iter().filter(|target| target.source == source);
            let truths = own.map(|target| std::slice::from_ref(&target.truth));
            LabelShares::of(&fit.params, AxisKind::Single, fit.labels, truths)
        };
        Self {
            fit,
            targets,
            inputs: targets.iter().map(|t| fit.input(&t.vicinity)).collect(),
            sources: (0..fit.source_weights.len()).map(shares).collect(),
        }
    }

    fn start(&self) -> Vec<f64> {
        let intercepts = self.sources.iter().flat_map(|s| &s.intercepts);
        let vectors = vec![0.0; self.fit.labels * self.fit.width()];
        let intercepts = intercepts.map(|intercept| intercept.unwrap_or(0.0));
        vectors.into_iter().chain(intercepts).collect()
    }

    fn evaluate(&self, theta: &[f64], gradient: &mut [f64]) -> f64 {
        let (labels, width) = (self.fit.labels, self.fit.width());
        let (vectors, intercepts) = theta.split_at(labels * width);
        let (to_vectors, to_intercepts) = gradient.split_at_mut(labels * width);
        let mut loss = 0.0;
        for (to, u) in to_vectors.iter_mut().zip(vectors) {
            *to = self.fit.params.ridge * u;
            loss += 0.5 * self.fit.params.ridge * u * u;
        }
        to_intercepts.fill(0.0);
        let mut errors = vec![0.0; labels];
        for (input, target) in self.inputs.iter().zip(self.targets) {
            let own = target.source * labels..(target.source + 1) * labels;
            errors.copy_from_slice(&intercepts[own.clone()]);
            for (score, vector) in errors.iter_mut().zip(vectors.chunks_exact(width)) {
                *score += dot(input, vector);
            }
            let weight = self.fit.source_weights[target.source];
            let source = &self.sources[target.source];
            loss += source.judge_single(weight, &[target.truth], &mut errors);
            for (to, error) in to_intercepts[own].iter_mut().zip(&errors) {
                *to += error;
            }
            for (to, error) in to_vectors.chunks_exact_mut(width).zip(&errors) {
                plus(to, *error, input);
            }
        }
        loss
    }

    /// The weights of all words in a region, of each label against the mean of the others.
    fn scorer(&self, theta: &[f64], region: usize) -> Scorer {
        let (labels, vectors) = (self.fit.labels, self.fit.vectors);
        let start = |label| label * self.fit.width() + region * vectors.dimensions();
        let weights = vectors.iter().flat_map(|vector| {
            let raw = |label| dot(vector, &theta[start(label)..][..vector.len()]);
            contrasts(&(0..labels).map(raw).collect::<Vec<_>>(), 1.0)
        });
        Scorer::rounded(
            vec![0.0; labels],
            &weights.collect::<Vec<_>>(),
            Table::MAX_COUNT,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bayes::regression::tests::PLAIN,
        features::{Words, find_mentions, vicinity::read_vicinity},
    };

    fn vicinity(text: &str) -> Vicinity {
        let words = Words::read(&[text], 1000);
        let mentions = find_mentions(&words, "Orla");
        let id = |number: u32| match words.terms()[number as usize].as_str() {
            "good" => Some(0),
            "fine" => Some(1),
            "bad" => Some(2),
            _ => None,
        };
        read_vicinity(&words, &mentions, id)
    }

    fn target(text: &str, truth: usize) -> Surrounded {
        Surrounded {
            vicinity: vicinity(text),
            truth,
            source: 0,
        }
    }

    #[test]
    fn words_of_like_vectors_weigh_alike() {
        let vectors = [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]].concat();
        let vectors = WordVectors::from_cells(2, vectors);
        let fit = SharedFit {
            params: PLAIN,
            labels: 2,
            source_weights: &[1.0],
            vectors: &vectors,
        };
        let targets = [target("good Orla", 0), target("bad Orla", 1)];
        let scorer = fit.fit(&targets.iter().collect::<Vec<_>>()).unwrap();
        let score = |text: &str| {
            let shares = scorer.shares(1, &vicinity(text), 0);
            shares.iter().map(|share| share.score).sum::<f64>()
        };
        // No target taught "fine".
        assert!(score("fine Orla") > 0.5 && score("bad Orla") < -0.5);
        assert!(fit.fit(&[]).is_err());
    }

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        let vectors = WordVectors::from_cells(2, vec![1.0, 0.2, -0.3, 0.8, 0.5, -0.7]);
        let fit = SharedFit {
            params: RegressionParams {
                class_balance: 0.5,
                ..PLAIN
            },
            labels: 3,
            source_weights: &[1.0, 0.4],
            vectors: &vectors,
        };
        let mut targets = [
            target("good Orla fine", 0),
            target("Orla bad", 1),
            target("fine good Orla", 2),
            target("bad Orla fine", 0),
        ];
        targets[3].source = 1;
        let targets: Vec<&Surrounded> = targets.iter().collect();
        let task = Task::new(&fit, &targets);
        lbfgs::assert_gradient(task.start(), |theta, to| task.evaluate(theta, to));
    }
}
