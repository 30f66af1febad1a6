//! Documents of one axis for a regression: a sample of each source, so that memory is bounded by
//! the recipe and not by the corpora.

use sha2::{Digest as _, Sha256};

use super::axis_recipe::RegressionRecipe;
use crate::{
    bayes::{Document, FitError, Kinship, NaiveBayes, Problem},
    features::TermVector,
    label::Axis,
};

/// What is kept of the sources of a regression.
pub struct Documents<'r> {
    recipe: &'r RegressionRecipe,
    max_count: u32,
    terms: usize,
    kinship: Option<&'r Kinship<'r>>,
    sources: Vec<Sample>,
}

/// The articles of lowest rank: a sample that does not depend on their order.
#[derive(Default)]
struct Sample(Vec<Kept>);

struct Kept {
    rank: u64,
    /// Position of its corpus in the source.
    corpus: usize,
    fold: usize,
    document: Document,
}

impl<'r> Documents<'r> {
    /// Nothing kept yet.
    #[must_use]
    pub fn new(
        recipe: &'r RegressionRecipe,
        max_count: u32,
        terms: usize,
        kinship: Option<&'r Kinship<'r>>,
    ) -> Self {
        Self {
            recipe,
            max_count,
            terms,
            kinship,
            sources: recipe.sources.iter().map(|_| Sample::default()).collect(),
        }
    }

    /// Keeps an article of `corpus` for the sources that want it; says whether one did.
    pub fn add(
        &mut self,
        corpus: &str,
        id: &str,
        fold: usize,
        truth: &[usize],
        vector: &TermVector,
    ) -> bool {
        let mut used = false;
        for (source, recipe) in self.recipe.sources.iter().enumerate() {
            if let Some(corpus) = recipe.corpora.iter().position(|name| name == corpus) {
                used = true;
                let document = Document {
                    vector: vector.clone(),
                    truth: truth.to_vec(),
                    source,
                };
                let kept = Kept {
                    rank: rank(id),
                    corpus,
                    fold,
                    document,
                };
                self.sources[source].keep(kept, recipe.max_articles);
            }
        }
        used
    }

    /// How many documents of a corpus are used.
    #[must_use]
    pub fn used(&self, corpus: &str) -> u64 {
        let sources = self.recipe.sources.iter().zip(&self.sources);
        let used = sources.map(|(recipe, sample)| {
            let is_its = |kept: &&Kept| recipe.corpora[kept.corpus] == corpus;
            sample.lowest(recipe.max_articles).filter(is_its).count() as u64
        });
        used.sum()
    }

    /// The table of all documents but those of one fold.
    ///
    /// # Errors
    /// When nothing can be fitted.
    pub fn fit_without(&self, axis: &Axis, fold: Option<usize>) -> Result<NaiveBayes, FitError> {
        let sources = self.recipe.sources.iter().zip(&self.sources);
        let kept = sources.flat_map(|(recipe, sample)| sample.lowest(recipe.max_articles));
        let kept = kept.filter(|kept| fold != Some(kept.fold));
        let documents: Vec<&Document> = kept.map(|kept| &kept.document).collect();
        let weights: Vec<f64> = self.recipe.sources.iter().map(|s| s.weight).collect();
        let problem = Problem {
            kind: axis.kind(),
            labels: axis.labels().len(),
            terms: self.terms,
            max_count: self.max_count,
            source_weights: &weights,
            kinship: self.kinship,
        };
        self.recipe.params.fit(&problem, &documents)
    }
}

impl Sample {
    /// Keeps an article among the `most` of lowest rank, give or take as many again.
    fn keep(&mut self, kept: Kept, most: usize) {
        self.0.push(kept);
        if self.0.len() >= most.saturating_mul(2) {
            self.0.sort_by_key(|kept| kept.rank);
            self.0.truncate(most);
        }
    }

    fn lowest(&self, most: usize) -> impl Iterator<Item = &Kept> {
        let mut all: Vec<&Kept> = self.0.iter().collect();
        all.sort_by_key(|kept| kept.rank);
        all.into_iter().take(most)
    }
}

/// Where an article stands among those to choose from: by chance, but the same in every run. A hash
/// that carries the end of ids that count upwards to its first bits would choose runs of them.
fn rank(id: &str) -> u64 {
    let digest = Sha256::digest(id);
    u64::from_be_bytes(std::array::from_fn(|at| digest[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_does_not_depend_on_the_order() {
        let sample = |order: &mut dyn Iterator<Item = u32>| {
            let mut sample = Sample::default();
            for article in order {
                let document = Document {
                    vector: TermVector::default(),
                    truth: vec![article as usize],
                    source: 0,
                };
                let kept = Kept {
                    rank: rank(&article.to_string()),
                    corpus: 0,
                    fold: 0,
                    document,
                };
                sample.keep(kept, 10);
            }
            let lowest = sample.lowest(10).map(|kept| kept.document.truth[0]);
            lowest.collect::<Vec<_>>()
        };
        let forward = sample(&mut (0..95));
        assert_eq!(forward.len(), 10);
        assert_eq!(forward, sample(&mut (0..95).rev()));
    }

    #[test]
    fn a_sample_of_ids_that_count_upwards_is_spread_over_them() {
        let mut ids: Vec<u32> = (0..10_000).collect();
        ids.sort_by_key(|id| rank(&format!("agtrain-{id}")));
        for part in 0..10 {
            let here = ids[..1000].iter().filter(|&&id| id / 1000 == part);
            let share = here.count();
            assert!((60..140).contains(&share), "{share} of part {part}");
        }
    }
}
