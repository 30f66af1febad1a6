//! Training of the axis that is answered by target: every target of a record is an example.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use compact_str::CompactString;

use super::{
    Example, TrainError,
    axis_recipe::{AroundRecipe, AxisRecipe, StanceRecipe},
    classifier,
    holdout::{Holdout, identity},
    measure::cross_validation,
    recipe::{CorpusRecipe, Recipe},
    stream::Stream,
    tally::Tally,
    target_learner::{Fitted, Learners, Target},
    words::WordSpace,
};
use crate::{
    bayes::calibrate::Sample,
    corpus::Record,
    features::{
        Lexicon, TargetFeaturizer, TargetVocabulary, Vocabulary, Words, for_each_target_term,
        selection::DocumentFrequencies,
    },
    label::Axis,
    model::{Classifier, MetricCard, StanceModel},
    tagger::given::mentions_in,
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
    space: Option<&WordSpace>,
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
    let words = stance.words.zip(space);
    let around = words.map(|(_, space)| space.around()).transpose()?;
    let vocabulary = TargetVocabulary::from(task.vocabulary()?).with_around(around);
    let featurizer = TargetFeaturizer::new(vocabulary, definition.lexicon.clone());
    let apart = stance.longer.as_ref();
    let lengths = apart.map_or(Lengths::All, |_| Lengths::Short);
    let train = |recipe, lengths| task.train(&featurizer, words, recipe, lengths);
    let mut trained = train(&stance.axis, lengths)?;
    let longer = apart.map(|recipe| train(recipe, Lengths::Long));
    let longer = longer.transpose()?.map(|longer| trained.absorb(longer));
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

impl Trained {
    /// Takes over the figures and articles of another table, of which the classifier is left.
    fn absorb(&mut self, other: Self) -> Classifier {
        self.metrics.extend(other.metrics);
        for (corpus, articles) in other.articles {
            *self.articles.entry(corpus).or_default() += articles;
        }
        other.classifier
    }
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
        words: Option<(AroundRecipe, &WordSpace)>,
        recipe: &AxisRecipe,
        lengths: Lengths,
    ) -> Result<Trained, TrainError> {
        let axis = &self.definition.axis;
        let terms = featurizer.vocabulary().terms().len();
        let mut learners = Learners::new(recipe, axis, terms, words);
        let articles = self.learn(featurizer, &mut learners, lengths)?;
        self.stream.observer.stage("fitting stance");
        let fitted = learners.fit()?;
        let samples = self.out_of_fold(featurizer, &learners, &fitted, lengths)?;
        let classifier = classifier(&learners.terms, &fitted.terms, &samples)?;
        let vicinity = fitted.vicinity.map(|tables| tables.full);
        let classifier = classifier.with_vicinity(vicinity)?;
        let mut metrics = cross_validation(&learners.terms, &classifier, &samples);
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
        let (mut named, mut tally) = (0, Tally::default());
        for corpus in self.corpora() {
            let (_, read) = self.stream.training(
                "choosing stance terms of",
                corpus,
                self.holdout,
                |record| target_terms(&self.definition.lexicon, &record),
                |targets| {
                    named += targets.iter().filter(|terms| !terms.is_empty()).count() as u64;
                    targets.into_iter().for_each(|t| frequencies.add(t));
                    Ok(())
                },
            )?;
            tally += read;
        }
        if named == 0 {
            return Err(self.no_articles(Lengths::All, tally));
        }
        let params = &self.stance.vocabulary;
        let of = format!("axis {}", self.definition.axis.name());
        let vocabulary = frequencies.into_vocabulary(params);
        vocabulary.map_err(|error| TrainError::of_terms(error, of, named, params))
    }

    fn no_articles(&self, lengths: Lengths, tally: Tally) -> TrainError {
        TrainError::NoArticles {
            of: format!("axis {}{}", self.definition.axis.name(), lengths.note()),
            tally: tally.without_labels(),
        }
    }

    /// Visits every target of every training record.
    fn each(
        &self,
        stage: &str,
        featurizer: &TargetFeaturizer,
        lengths: Lengths,
        mut visit: impl FnMut(&str, &Target) -> Result<(), TrainError>,
    ) -> Result<Tally, TrainError> {
        let axis = self.definition.axis.name();
        let mut tally = Tally::default();
        for corpus in self.corpora() {
            let (_, read) = self.stream.training(
                stage,
                corpus,
                self.holdout,
                |record| targets(featurizer, axis, &record, lengths),
                |targets| targets.iter().try_for_each(|t| visit(&corpus.name, t)),
            )?;
            tally += read;
        }
        Ok(tally)
    }

    /// Shows the learner every target; returns the articles that taught it, by corpus.
    fn learn(
        &self,
        featurizer: &TargetFeaturizer,
        learners: &mut Learners<'_>,
        lengths: Lengths,
    ) -> Result<BTreeMap<String, u64>, TrainError> {
        let mut articles: BTreeMap<String, u64> = BTreeMap::new();
        let mut last = String::new();
        let tally = self.each(
            "learning stance from",
            featurizer,
            lengths,
            |corpus, target| {
                // The targets of an article follow each other.
                if learners.add(corpus, target)? && last != target.example.id {
                    last.clone_from(&target.example.id);
                    *articles.entry(corpus.into()).or_default() += 1;
                }
                Ok(())
            },
        )?;
        if articles.is_empty() {
            return Err(self.no_articles(lengths, tally));
        }
        Ok(articles)
    }

    fn out_of_fold(
        &self,
        featurizer: &TargetFeaturizer,
        learners: &Learners<'_>,
        fitted: &Fitted,
        lengths: Lengths,
    ) -> Result<Vec<Sample>, TrainError> {
        let mut samples = Vec::new();
        let calibration = &learners.terms.recipe.calibrate_on;
        self.each(
            "scoring held-out folds of",
            featurizer,
            lengths,
            |corpus, target| {
                if calibration.iter().any(|name| name == corpus) {
                    samples.extend(learners.sample(corpus, target, fitted)?);
                }
                Ok(())
            },
        )?;
        Ok(samples)
    }
}

/// The targets that a text names.
fn targets(
    featurizer: &TargetFeaturizer,
    axis: &str,
    record: &Record,
    lengths: Lengths,
) -> Vec<Target> {
    if record.stances.is_empty() {
        return Vec::new();
    }
    let zones = [record.title.as_str(), &record.body];
    let words = Words::read(&zones, u32::MAX);
    if !lengths.hold(&words) {
        return Vec::new();
    }
    let mentions_of = mentions_in(&words, &zones);
    let reading = featurizer.read(&words);
    let identity = identity(record);
    let stances = record.stances.iter().filter_map(|stance| {
        let mentions = mentions_of(&stance.target);
        let target = |(vector, vicinity)| Target {
            example: Example {
                identity,
                id: record.id.clone(),
                outlet: record.outlet.clone().unwrap_or_default(),
                labels: BTreeMap::from([(axis.to_owned(), vec![stance.label.clone()])]),
                vector,
            },
            vicinity,
        };
        (!mentions.is_empty()).then(|| target(reading.transform(&mentions)))
    });
    stances.collect()
}

/// The distinct terms around each target.
fn target_terms(lexicon: &Lexicon, record: &Record) -> Vec<Vec<CompactString>> {
    if record.stances.is_empty() {
        return Vec::new();
    }
    let zones = [record.title.as_str(), &record.body];
    let words = Words::read(&zones, u32::MAX);
    let mentions_of = mentions_in(&words, &zones);
    let terms = record.stances.iter().map(|stance| {
        let mut terms: HashSet<CompactString> = HashSet::new();
        let mentions = mentions_of(&stance.target);
        for_each_target_term(lexicon, &words, &mentions, |term, _| {
            if !terms.contains(term) {
                terms.insert(term.into());
            }
        });
        terms.into_iter().collect()
    });
    terms.collect()
}
