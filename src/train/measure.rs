//! Figures for the card: of held-out folds, and of what a recipe wants measured.

use super::{
    Recipe, StanceDefinition, TrainError,
    axis_recipe::{AxisRecipe, Measurement},
    learner::Learner,
    stream::Stream,
    tuning,
};
use crate::{
    bayes::calibrate::Sample,
    corpus::Record,
    evaluate::{EvaluateError, Evaluation, article_of, is_labelled, judge_record, unknown_codes},
    label::Axis,
    model::{Classifier, MetricCard, Model},
    tagger::Tagger,
};

/// Figures of the held-out folds: what recipes are chosen by.
pub(super) fn cross_validation(
    learner: &Learner<'_>,
    classifier: &Classifier,
    samples: &[Sample],
) -> Vec<MetricCard> {
    let mut evaluation = Evaluation::new(classifier.axis());
    for sample in samples {
        evaluation.add(&tuning::judge_sample(classifier, sample));
    }
    let corpora = learner.recipe.calibrate_on.join(" and ");
    metric_cards(&evaluation, &corpora, &learner.folds.name())
}

/// Reads what will be measured, so that no fault of it is found after all the fitting.
pub(super) fn check_measured(
    recipe: &Recipe,
    axes: &[Axis],
    stance: Option<&StanceDefinition>,
    stream: &Stream<'_>,
) -> Result<(), TrainError> {
    let by_target = recipe.stance.iter().zip(stance);
    let by_target = by_target.map(|(recipe, definition)| (&recipe.axis, &definition.axis));
    for (of_axis, axis) in recipe.axes.iter().zip(axes).chain(by_target) {
        for measurement in &of_axis.measure {
            check_split(recipe, of_axis, measurement, axis, stream)?;
        }
    }
    Ok(())
}

fn check_split(
    recipe: &Recipe,
    of_axis: &AxisRecipe,
    measurement: &Measurement,
    axis: &Axis,
    stream: &Stream<'_>,
) -> Result<(), TrainError> {
    let Some(corpus) = recipe.corpus(&measurement.corpus) else {
        return Ok(());
    };
    let name = stream.source.name(&corpus.file);
    let mut labelled = 0;
    stream.split(
        "checking",
        corpus,
        &measurement.split,
        |line, record| {
            check_labels(of_axis, axis, &corpus.name, &record)?;
            let labelled = is_labelled(axis, &record);
            article_of(axis, record).map_err(|source| at(&name, line, source))?;
            Ok(labelled)
        },
        |one: Result<_, TrainError>| {
            labelled += u64::from(one?);
            Ok(())
        },
    )?;
    if labelled == 0 {
        return Err(nothing(axis, measurement));
    }
    Ok(())
}

fn check_labels(
    of_axis: &AxisRecipe,
    axis: &Axis,
    corpus: &str,
    record: &Record,
) -> Result<(), TrainError> {
    let mut unknown = unknown_codes(axis, record).filter(|code| !of_axis.ignores(code));
    match unknown.next() {
        None => Ok(()),
        Some(code) => Err(TrainError::UnknownLabel {
            corpus: corpus.into(),
            id: record.id.clone(),
            axis: axis.name().into(),
            code: code.into(),
        }),
    }
}

fn nothing(axis: &Axis, measurement: &Measurement) -> TrainError {
    TrainError::NothingMeasured {
        axis: axis.name().into(),
        corpus: measurement.corpus.clone(),
        split: measurement.split.clone(),
    }
}

fn at(corpus: &str, line: u64, source: EvaluateError) -> TrainError {
    TrainError::Evaluate {
        corpus: corpus.into(),
        line,
        source,
    }
}

/// Adds the recipe's figures to the model's card.
pub(super) fn measure(
    recipe: &Recipe,
    model: Model,
    stream: &Stream<'_>,
) -> Result<Model, TrainError> {
    let tagger = Tagger::new(model);
    let mut metrics = tagger.model().card().metrics.clone();
    let by_target = recipe.stance.iter().map(|stance| &stance.axis);
    let recipes = recipe.axes.iter().chain(by_target);
    for (axis_recipe, classifier) in recipes.zip(tagger.model().all_classifiers()) {
        for measurement in &axis_recipe.measure {
            let axis = classifier.axis();
            metrics.extend(measure_on(recipe, measurement, &tagger, axis, stream)?);
        }
    }
    Ok(tagger.into_model().with_metrics(metrics))
}

fn measure_on(
    recipe: &Recipe,
    measurement: &Measurement,
    tagger: &Tagger,
    axis: &Axis,
    stream: &Stream<'_>,
) -> Result<Vec<MetricCard>, TrainError> {
    let Some(corpus) = recipe.corpus(&measurement.corpus) else {
        return Ok(Vec::new());
    };
    let name = stream.source.name(&corpus.file);
    let mut evaluation = Evaluation::new(axis);
    stream.split(
        "measuring on",
        corpus,
        &measurement.split,
        |line, record| {
            let judged = judge_record(tagger, axis, record);
            judged.map_err(|source| at(&name, line, source))
        },
        |judgement| {
            judgement?.iter().for_each(|j| evaluation.add(j));
            Ok(())
        },
    )?;
    let (corpus, split) = (&measurement.corpus, &measurement.split);
    let cards = metric_cards(&evaluation, corpus, split);
    // Targets that their texts do not name are not answered.
    if cards.iter().all(|card| card.articles == 0) {
        return Err(nothing(axis, measurement));
    }
    Ok(cards)
}

fn metric_cards(evaluation: &Evaluation, corpus: &str, split: &str) -> Vec<MetricCard> {
    let report = evaluation.report();
    let metric = |(name, value): (&str, f64)| MetricCard {
        axis: report.axis.clone(),
        name: name.into(),
        value,
        corpus: corpus.into(),
        split: split.into(),
        articles: report.n,
    };
    report.figures().map(metric).into()
}
