//! Training of the axis that is answered by target: every target of a record is an example.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{
    Example, TrainError,
    axis_recipe::{AxisRecipe, StanceRecipe},
    classifier, cross_validation,
    holdout::Holdout,
    learner::{Learner, Tables},
    recipe::{CorpusRecipe, Recipe},
    stream::Stream,
};
use crate::{
    bayes::calibrate::Sample,
    corpus::Record,
    features::{
        Lexicon, TargetFeaturizer, Vocabulary, Words, find_mentions, for_each_target_term,
        selection::DocumentFrequencies,
    },
    label::Axis,
    model::{Classifier, MetricCard, StanceModel},
};

/// The axis with what its recipe names by file.
#[derive(Debug, Clone)]
pub struct StanceDefinition {
    /// Name and labels.
    pub axis: Axis,
    /// Words with a tone.
    pub lexicon: Lexicon,
}

/// What training by target gives.
pub(super) struct TrainedStance {
    /// The part of the model.
    pub model: StanceModel,
    /// Its figures by cross-validation.
    pub metrics: Vec<MetricCard>,
    /// Articles that taught it, by corpus.
    pub articles: BTreeMap<String, u64>,
}

/// Trains the axis, and measures it by cross-validation.
pub(super) fn train_stance(
    recipe: &Recipe,
    stance: &StanceRecipe,
    definition: &StanceDefinition,
    stream: &Stream<'_>,
    holdout: &Holdout,
) -> Result<TrainedStance, TrainError> {
    let task = Task {
        recipe,
        stance,
        definition,
        stream,
        holdout,
    };
    let vocabulary = task.vocabulary()?;
    let featurizer = TargetFeaturizer::new(vocabulary, definition.lexicon.clone());
    let apart = stance.longer.as_ref();
    let lengths = apart.map_or(Lengths::All, |_| Lengths::Short);
    let mut trained = task.train(&featurizer, &stance.axis, lengths)?;
    let longer = apart.map(|recipe| task.train(&featurizer, recipe, Lengths::Long));
    let longer = longer.transpose()?.map(|longer| {
        trained.metrics.extend(longer.metrics);
        for (corpus, articles) in longer.articles {
            *trained.articles.entry(corpus).or_default() += articles;
        }
        longer.classifier
    });
    Ok(TrainedStance {
        model: StanceModel {
            featurizer,
            classifier: trained.classifier,
            longer,
        },
        metrics: trained.metrics,
        articles: trained.articles,
    })
}

/// Which texts a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lengths {
    All,
    Short,
    Long,
}

/// A table for texts of some lengths.
struct Trained {
    classifier: Classifier,
    metrics: Vec<MetricCard>,
    /// Articles that taught it, by corpus.
    articles: BTreeMap<String, u64>,
}

struct Task<'t> {
    recipe: &'t Recipe,
    stance: &'t StanceRecipe,
    definition: &'t StanceDefinition,
    stream: &'t Stream<'t>,
    holdout: &'t Holdout,
}

impl Lengths {
    fn hold(self, words: &Words) -> bool {
        match self {
            Self::All => true,
            Self::Short => !words.are_many(),
            Self::Long => words.are_many(),
        }
    }

    /// What the card adds to the name of a split.
    fn note(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Short => ", up to 60 words",
            Self::Long => ", longer texts",
        }
    }
}

impl Task<'_> {
    fn train(
        &self,
        featurizer: &TargetFeaturizer,
        recipe: &AxisRecipe,
        lengths: Lengths,
    ) -> Result<Trained, TrainError> {
        let terms = featurizer.vocabulary().len();
        let mut learner = Learner::new(recipe, &self.definition.axis, terms);
        let articles = self.learn(featurizer, &mut learner, lengths)?;
        self.stream.observer.stage("fitting stance");
        let tables = learner.fit()?;
        let samples = self.out_of_fold(featurizer, &learner, &tables, lengths)?;
        let classifier = classifier(&learner, &tables, &samples)?;
        let mut metrics = cross_validation(&learner, &classifier, &samples);
        metrics
            .iter_mut()
            .for_each(|metric| metric.split.push_str(lengths.note()));
        Ok(Trained {
            classifier,
            metrics,
            articles,
        })
    }

    /// The corpora that it learns from, by recipe.
    fn corpora(&self) -> impl Iterator<Item = &CorpusRecipe> {
        let longer = self.stance.longer.iter().flat_map(AxisRecipe::corpora);
        let names: BTreeSet<&str> = self.stance.axis.corpora().chain(longer).collect();
        names
            .into_iter()
            .filter_map(|name| self.recipe.corpus(name))
    }

    /// Terms around the targets of all corpora, by the number of targets that they stand around.
    fn vocabulary(&self) -> Result<Vocabulary, TrainError> {
        let mut frequencies = DocumentFrequencies::default();
        for corpus in self.corpora() {
            self.stream.training(
                "choosing stance terms of",
                corpus,
                self.holdout,
                |record| target_terms(&self.definition.lexicon, &record),
                |targets| {
                    targets.into_iter().for_each(|t| frequencies.add(t));
                    Ok(())
                },
            )?;
        }
        Ok(frequencies.into_vocabulary(&self.stance.vocabulary)?)
    }

    /// Visits every target of every training record.
    fn each(
        &self,
        stage: &str,
        featurizer: &TargetFeaturizer,
        lengths: Lengths,
        mut visit: impl FnMut(&str, &Example) -> Result<(), TrainError>,
    ) -> Result<(), TrainError> {
        let axis = self.definition.axis.name();
        for corpus in self.corpora() {
            self.stream.training(
                stage,
                corpus,
                self.holdout,
                |record| examples(featurizer, axis, &record, lengths),
                |examples| examples.iter().try_for_each(|e| visit(&corpus.name, e)),
            )?;
        }
        Ok(())
    }

    /// Shows the learner every target; returns the articles that taught it, by corpus.
    fn learn(
        &self,
        featurizer: &TargetFeaturizer,
        learner: &mut Learner<'_>,
        lengths: Lengths,
    ) -> Result<BTreeMap<String, u64>, TrainError> {
        let mut articles: BTreeMap<String, u64> = BTreeMap::new();
        let mut last = String::new();
        self.each(
            "learning stance from",
            featurizer,
            lengths,
            |corpus, example| {
                // The targets of an article follow each other.
                if learner.add(corpus, example)? && last != example.id {
                    last.clone_from(&example.id);
                    *articles.entry(corpus.into()).or_default() += 1;
                }
                Ok(())
            },
        )?;
        Ok(articles)
    }

    fn out_of_fold(
        &self,
        featurizer: &TargetFeaturizer,
        learner: &Learner<'_>,
        tables: &Tables,
        lengths: Lengths,
    ) -> Result<Vec<Sample>, TrainError> {
        let mut samples = Vec::new();
        let calibration = &learner.recipe.calibrate_on;
        self.each(
            "scoring held-out folds of",
            featurizer,
            lengths,
            |corpus, example| {
                if calibration.iter().any(|name| name == corpus) {
                    samples.extend(learner.sample(corpus, example, tables)?);
                }
                Ok(())
            },
        )?;
        Ok(samples)
    }
}

/// One example a target that the text names.
fn examples(
    featurizer: &TargetFeaturizer,
    axis: &str,
    record: &Record,
    lengths: Lengths,
) -> Vec<Example> {
    let words = Words::read(&[&record.title, &record.body], u32::MAX);
    if !lengths.hold(&words) {
        return Vec::new();
    }
    let stances = record.stances.iter().filter_map(|stance| {
        let mentions = find_mentions(&words, &stance.target);
        (!mentions.is_empty()).then(|| Example {
            id: record.id.clone(),
            outlet: record.outlet.clone().unwrap_or_default(),
            labels: BTreeMap::from([(axis.to_owned(), vec![stance.label.clone()])]),
            vector: featurizer.transform(&words, &mentions),
        })
    });
    stances.collect()
}

/// The distinct terms around each target.
fn target_terms(lexicon: &Lexicon, record: &Record) -> Vec<Vec<Box<str>>> {
    let words = Words::read(&[&record.title, &record.body], u32::MAX);
    let terms = record.stances.iter().map(|stance| {
        let mut terms: HashSet<Box<str>> = HashSet::new();
        let mentions = find_mentions(&words, &stance.target);
        for_each_target_term(lexicon, &words, &mentions, |term, _| {
            if !terms.contains(term) {
                terms.insert(term.into());
            }
        });
        terms.into_iter().collect()
    });
    terms.collect()
}
