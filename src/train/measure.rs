//! Figures for the card: of held-out folds, and of what a recipe wants measured.

use super::{
    Recipe, TrainError, axis_recipe::Measurement, learner::Learner, stream::Stream, tuning,
};
use crate::{
    bayes::calibrate::Sample,
    evaluate::{Evaluation, judge_record},
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
    let mut evaluation = Evaluation::new(axis);
    stream.split(
        "measuring on",
        corpus,
        &measurement.split,
        |record| judge_record(tagger, axis, record),
        |judgement| {
            judgement?.iter().for_each(|j| evaluation.add(j));
            Ok(())
        },
    )?;
    Ok(metric_cards(
        &evaluation,
        &measurement.corpus,
        &measurement.split,
    ))
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
