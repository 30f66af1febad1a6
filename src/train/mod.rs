//! From a [`Recipe`] and corpora to a [`Model`], the same bytes every time.
//!
//! The corpora are streamed four times: to know the held-out articles ([`holdout`]), twice to
//! choose the vocabulary, and once to learn, when every axis's [`learner`] sums terms by class and
//! fold ([`counting`]) or keeps a bounded sample ([`documents`]). Where axes share weights, their
//! [`words`] are read before that. A last look at the calibration corpora scores their articles by
//! tables that were fitted without them ([`tuning`]).

pub mod axis_recipe;
mod check;
pub mod counting;
pub mod documents;
mod error;
pub mod expert;
pub mod folds;
pub mod holdout;
pub mod learner;
mod measure;
pub mod recipe;
pub mod stance;
pub mod stream;
pub mod tally;
mod target_learner;
pub mod tuning;
pub mod vicinity;
pub mod words;

pub use error::TrainError;
pub use recipe::{Recipe, RecipeError};
pub use stance::StanceDefinition;
pub use stream::{Observer, Source};

use std::collections::{BTreeMap, HashSet};

use crate::{
    bayes::{
        Kinship,
        calibrate::{Sample, calibrate},
    },
    corpus::Record,
    features::{
        Featurizer, TermVector, Vocabulary,
        selection::{DocumentFrequencies, Sketch},
    },
    label::Axis,
    model::{Card, Classifier, CorpusCard, Digest, MetricCard, Model, STANCE},
};
use holdout::{Fingerprint, Holdout};
use learner::{Learner, Tables};
use measure::{check_measured, cross_validation, measure};
use recipe::CorpusRecipe;
use stance::train_stance;
use stream::Stream;
use tally::Tally;

/// An article as training sees it.
struct Example {
    id: String,
    /// What it is known by in any corpus.
    identity: Fingerprint,
    outlet: String,
    labels: BTreeMap<String, Vec<String>>,
    vector: TermVector,
}

fn check_names(axes: &[Axis], stance: Option<&StanceDefinition>) -> Result<(), TrainError> {
    let wrong = |name: &str, expected| {
        Err(TrainError::AxisName {
            name: name.into(),
            expected,
        })
    };
    let mut names = HashSet::new();
    for name in axes.iter().map(Axis::name) {
        if name == STANCE {
            return wrong(
                name,
                "this name is that of the axis that is asked by target",
            );
        }
        if !names.insert(name) {
            return wrong(name, "two axes have this name");
        }
    }
    match stance.map(|stance| stance.axis.name()) {
        Some(name) if name != STANCE => wrong(name, "the axis asked by target is called stance"),
        _ => Ok(()),
    }
}

fn check_options(recipe: &Recipe, axes: &[Axis]) -> Result<(), TrainError> {
    for (of_recipe, axis) in recipe.axes.iter().zip(axes) {
        if let Some(option) = of_recipe.idle_option(axis.kind()) {
            return Err(TrainError::IdleOption {
                axis: axis.name().into(),
                option,
            });
        }
    }
    Ok(())
}

/// Trains the model of a recipe.
///
/// # Errors
/// When a corpus cannot be read or an axis cannot be fitted; see [`TrainError`].
pub fn train(
    recipe: &Recipe,
    axes: &[Axis],
    stance: Option<&StanceDefinition>,
    source: &dyn Source,
    observer: &dyn Observer,
) -> Result<Model, TrainError> {
    check_names(axes, stance)?;
    check_options(recipe, axes)?;
    let stream = Stream { source, observer };
    check_measured(recipe, axes, stance, &stream)?;
    let holdout = Holdout::of(recipe, &stream)?;
    let vocabulary = select_vocabulary(recipe, &stream, &holdout)?;
    let featurizer = Featurizer::new(recipe.featurizer, vocabulary);
    let space = words::find(recipe, &stream, &holdout)?;
    let space = space.as_ref();
    let kinship = space.map(|space| space.kinship(featurizer.vocabulary()));
    let kinship = kinship.as_ref();
    let (learners, mut corpora) = learn(recipe, axes, &stream, &holdout, &featurizer, kinship)?;
    let mut classifiers = Vec::new();
    let mut metrics = Vec::new();
    for learner in learners {
        let (classifier, figures) = fit(recipe, &learner, &stream, &holdout, &featurizer)?;
        classifiers.push(classifier);
        metrics.extend(figures);
    }
    let mut stance_model = None;
    if let (Some(by_target), Some(definition)) = (&recipe.stance, stance) {
        let trained = train_stance(recipe, by_target, definition, space, &stream, &holdout)?;
        metrics.extend(trained.metrics);
        credit(&mut corpora, &trained.articles);
        stance_model = Some(trained.model);
    }
    let card = card(recipe, corpora, metrics);
    let model = Model::new(card, featurizer, recipe.abstention, classifiers);
    measure(recipe, model.with_stance(stance_model), &stream)
}

/// Chooses the terms by their document frequency in the recipe's vocabulary corpora.
fn select_vocabulary(
    recipe: &Recipe,
    stream: &Stream<'_>,
    holdout: &Holdout,
) -> Result<Vocabulary, TrainError> {
    let (config, params) = (recipe.featurizer, recipe.vocabulary.selection);
    let (sketch, articles) = sketch(recipe, stream, holdout)?;
    let mut frequencies = DocumentFrequencies::default();
    for corpus in recipe.vocabulary_corpora() {
        stream.training(
            "choosing terms",
            corpus,
            holdout,
            |record| sketch.candidates(&config, &params, &[&record.title, &record.body]),
            |candidates| {
                frequencies.add(candidates);
                Ok(())
            },
        )?;
    }
    let vocabulary = frequencies.into_vocabulary(&params);
    vocabulary.map_err(|error| TrainError::of_terms(error, VOCABULARY.into(), articles, &params))
}

/// What errors call the choice of terms.
const VOCABULARY: &str = "vocabulary";

/// Which terms may be frequent enough, and the number of articles.
fn sketch(
    recipe: &Recipe,
    stream: &Stream<'_>,
    holdout: &Holdout,
) -> Result<(Sketch, u64), TrainError> {
    let config = recipe.featurizer;
    let mut sketch = Sketch::default();
    let mut tally = Tally::default();
    for corpus in recipe.vocabulary_corpora() {
        let (_, read) = stream.training(
            "sketching",
            corpus,
            holdout,
            |record| Sketch::slots(&config, &[&record.title, &record.body]),
            |slots| {
                sketch.add(&slots);
                Ok(())
            },
        )?;
        tally += read;
    }
    if tally.kept() == 0 {
        let of = VOCABULARY.into();
        return Err(TrainError::NoArticles { of, tally });
    }
    Ok((sketch, tally.kept()))
}

/// Shows every axis what concerns it, and describes each corpus on the way.
fn learn<'r>(
    recipe: &'r Recipe,
    axes: &'r [Axis],
    stream: &Stream<'_>,
    holdout: &Holdout,
    featurizer: &Featurizer,
    kinship: Option<&'r Kinship<'r>>,
) -> Result<(Vec<Learner<'r>>, Vec<CorpusCard>), TrainError> {
    let terms = featurizer.vocabulary().len();
    let new = |(recipe, axis)| Learner::new(recipe, axis, terms, kinship);
    let mut learners: Vec<_> = recipe.axes.iter().zip(axes).map(new).collect();
    let mut read = Vec::new();
    for corpus in &recipe.corpora {
        let mut seen = vec![0; learners.len()];
        let (digest, tally) = stream.training(
            "learning",
            corpus,
            holdout,
            |record| example(featurizer, record),
            |example| {
                for (learner, seen) in learners.iter_mut().zip(&mut seen) {
                    *seen += u64::from(learner.add(&corpus.name, &example)?);
                }
                Ok(())
            },
        )?;
        read.push(ReadCorpus {
            corpus,
            seen,
            digest,
            tally,
        });
    }
    check_taught(&learners, &read)?;
    // A sample of several corpora may have dropped what it kept of the first.
    let corpora = read.into_iter().map(|read| read.card(&learners));
    let corpora = corpora.collect();
    Ok((learners, corpora))
}

/// A corpus that every axis was shown.
struct ReadCorpus<'r> {
    corpus: &'r CorpusRecipe,
    /// By axis: articles that it took.
    seen: Vec<u64>,
    digest: Digest,
    tally: Tally,
}

impl ReadCorpus<'_> {
    fn card(self, learners: &[Learner<'_>]) -> CorpusCard {
        let used = learners.iter().zip(self.seen);
        let used = used.map(|(learner, seen)| learner.used(&self.corpus.name, seen));
        CorpusCard {
            name: self.corpus.name.clone(),
            license: self.corpus.license.clone(),
            source: self.corpus.source.clone(),
            // Axes share articles: the one that uses most tells how many.
            training_articles: used.max().unwrap_or(0),
            digest: self.digest,
        }
    }
}

fn check_taught(learners: &[Learner<'_>], read: &[ReadCorpus<'_>]) -> Result<(), TrainError> {
    for (index, learner) in learners.iter().enumerate() {
        let learns = |name: &str| learner.recipe.corpora().any(|own| own == name);
        let (mut seen, mut tally) = (0, Tally::default());
        for read in read.iter().filter(|read| learns(&read.corpus.name)) {
            seen += read.seen[index];
            tally += read.tally;
        }
        if seen == 0 {
            return Err(TrainError::NoArticles {
                of: format!("axis {}", learner.axis.name()),
                tally: tally.without_labels(),
            });
        }
    }
    Ok(())
}

fn example(featurizer: &Featurizer, record: Record) -> Example {
    Example {
        vector: featurizer.transform(&[&record.title, &record.body]),
        identity: holdout::identity(&record),
        id: record.id,
        outlet: record.outlet.unwrap_or_default(),
        labels: record.labels,
    }
}

/// Of axes that share articles the one that uses most tells how many.
fn credit(corpora: &mut [CorpusCard], articles: &BTreeMap<String, u64>) {
    for corpus in corpora {
        let used = articles.get(&corpus.name).copied();
        corpus.training_articles = corpus.training_articles.max(used.unwrap_or(0));
    }
}

/// Fits an axis, and measures it by cross-validation.
fn fit(
    recipe: &Recipe,
    learner: &Learner<'_>,
    stream: &Stream<'_>,
    holdout: &Holdout,
    featurizer: &Featurizer,
) -> Result<(Classifier, Vec<MetricCard>), TrainError> {
    let stage = format!("fitting {}", learner.axis.name());
    stream.observer.stage(&stage);
    let tables = learner.fit()?;
    let samples = out_of_fold(recipe, learner, &tables, stream, holdout, featurizer)?;
    let classifier = classifier(learner, &tables, &samples)?;
    let metrics = cross_validation(learner, &classifier, &samples);
    Ok((classifier, metrics))
}

/// Scores of the calibration corpora, each article's by tables that were fitted without it.
fn out_of_fold(
    recipe: &Recipe,
    learner: &Learner<'_>,
    tables: &Tables,
    stream: &Stream<'_>,
    holdout: &Holdout,
    featurizer: &Featurizer,
) -> Result<Vec<Sample>, TrainError> {
    let mut samples = Vec::new();
    let names = learner.recipe.calibrate_on.iter();
    for corpus in names.filter_map(|name| recipe.corpus(name)) {
        stream.training(
            "scoring held-out folds of",
            corpus,
            holdout,
            |record| example(featurizer, record),
            |example| {
                samples.extend(learner.sample(&corpus.name, &example, tables)?);
                Ok(())
            },
        )?;
    }
    Ok(samples)
}

fn classifier(
    learner: &Learner<'_>,
    tables: &Tables,
    samples: &[Sample],
) -> Result<Classifier, TrainError> {
    let kind = learner.axis.kind();
    let scorer = tables.full.rounded();
    let full_length = learner.recipe.full_length;
    let calibration = calibrate(kind, scorer.columns(), full_length, samples);
    let rule = tuning::decision_rule(learner.recipe, kind, &calibration, samples);
    Ok(Classifier::new(
        learner.axis.clone(),
        scorer,
        calibration,
        rule,
    )?)
}

fn card(recipe: &Recipe, corpora: Vec<CorpusCard>, metrics: Vec<MetricCard>) -> Card {
    Card {
        name: recipe.name.clone(),
        version: recipe.version.clone(),
        created: recipe.created.clone(),
        languages: recipe.languages.clone(),
        description: recipe.description.clone(),
        corpora,
        metrics,
        recipe: recipe.text.clone(),
    }
}
