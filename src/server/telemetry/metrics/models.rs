//! What models say: articles, assigned labels, abstentions and how much of the text they know.
//! Their shares over time show drift.

use std::{
    ptr,
    sync::{Arc, Weak},
};

use arc_swap::ArcSwap;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};

use crate::{
    label::{Axis, Label},
    model::Classifier,
    tagger::{AbstainReason, Decision, LabelScore, STANCE, Tagger, Tagging},
};

/// Every reason with its name, in the order of [`index`].
const REASONS: [&str; 6] = [
    "TOO_SHORT",
    "UNKNOWN_WORDS",
    "LANGUAGE",
    "UNCERTAIN",
    "UNSUPPORTED",
    "TARGET_NOT_FOUND",
];

fn index(reason: AbstainReason) -> usize {
    match reason {
        AbstainReason::TooShort => 0,
        AbstainReason::UnknownWords => 1,
        AbstainReason::Language => 2,
        AbstainReason::Uncertain => 3,
        AbstainReason::Unsupported => 4,
        AbstainReason::TargetNotFound => 5,
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModelLabels {
    model: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AssignedLabels {
    model: String,
    axis: String,
    label: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AbstainedLabels {
    model: String,
    axis: String,
    reason: &'static str,
}

/// The series of all models.
#[derive(Debug)]
pub struct ModelMetrics {
    families: Families,
    /// By the address of the model, which the weak reference keeps from being used again. There
    /// are few models, and a search is faster than a hash of their names.
    known: ArcSwap<Vec<(Weak<Tagger>, Arc<ModelSeries>)>>,
}

#[derive(Debug)]
struct Families {
    articles: Family<ModelLabels, Counter>,
    labels: Family<AssignedLabels, Counter>,
    abstentions: Family<AbstainedLabels, Counter>,
    known_terms: Family<ModelLabels, Histogram, fn() -> Histogram>,
}

/// The series of one model, so that no name is hashed when an article is labelled.
#[derive(Debug)]
pub struct ModelSeries {
    articles: Counter,
    known_terms: Histogram,
    axes: Vec<AxisSeries>,
}

#[derive(Debug)]
struct AxisSeries {
    name: String,
    /// By the address of the label, which stays where it is as long as its model.
    labels: Vec<(usize, Counter)>,
    abstentions: [Counter; REASONS.len()],
}

impl ModelMetrics {
    pub fn new(registry: &mut Registry) -> Self {
        let tenths: fn() -> Histogram = || Histogram::new((1..=10).map(|n| f64::from(n) / 10.0));
        let families = Families {
            articles: Family::default(),
            labels: Family::default(),
            abstentions: Family::default(),
            known_terms: Family::new_with_constructor(tenths),
        };
        registry.register(
            "newstance_articles",
            "Articles that were labelled",
            families.articles.clone(),
        );
        registry.register(
            "newstance_labels",
            "Labels that were assigned, to articles or to their targets",
            families.labels.clone(),
        );
        registry.register(
            "newstance_abstentions",
            "Questions about articles or their targets that were not answered",
            families.abstentions.clone(),
        );
        registry.register_with_unit(
            "newstance_known_term",
            "Share of an article's tokens that the model knows",
            Unit::Other("ratio".into()),
            families.known_terms.clone(),
        );
        Self {
            families,
            known: ArcSwap::default(),
        }
    }

    /// The series of a model. Versions of one name share them.
    pub fn of(&self, tagger: &Arc<Tagger>) -> Arc<ModelSeries> {
        let is_it = |(known, _): &&(Weak<Tagger>, _)| ptr::eq(known.as_ptr(), Arc::as_ptr(tagger));
        if let Some((_, series)) = self.known.load().iter().find(is_it) {
            return series.clone();
        }
        let series = Arc::new(self.families.series(tagger));
        self.known.rcu(|known| {
            let in_use = known.iter().filter(|(tagger, _)| tagger.strong_count() > 0);
            let mut known: Vec<_> = in_use.cloned().collect();
            known.push((Arc::downgrade(tagger), series.clone()));
            known
        });
        series
    }
}

impl Families {
    fn series(&self, tagger: &Tagger) -> ModelSeries {
        let name = &tagger.model().card().name;
        let labels = ModelLabels {
            model: name.clone(),
        };
        let axes = tagger.model().all_classifiers().map(Classifier::axis);
        let mut axes: Vec<_> = axes.map(|axis| self.axis(name, axis)).collect();
        if tagger.model().stance().is_none() {
            // Targets may be asked for all the same; there is no label to be had.
            axes.push(self.questions(name, STANCE, Vec::new()));
        }
        ModelSeries {
            articles: self.articles.get_or_create_owned(&labels),
            known_terms: self.known_terms.get_or_create_owned(&labels),
            axes,
        }
    }

    fn axis(&self, model: &str, axis: &Axis) -> AxisSeries {
        let labels = axis.labels().iter().map(|label| {
            let counter = self.labels.get_or_create_owned(&AssignedLabels {
                model: model.into(),
                axis: axis.name().into(),
                label: label.code.clone(),
            });
            (address(label), counter)
        });
        self.questions(model, axis.name(), labels.collect())
    }

    fn questions(&self, model: &str, axis: &str, labels: Vec<(usize, Counter)>) -> AxisSeries {
        let abstentions = REASONS.map(|reason| {
            self.abstentions.get_or_create_owned(&AbstainedLabels {
                model: model.into(),
                axis: axis.into(),
                reason,
            })
        });
        AxisSeries {
            name: axis.into(),
            labels,
            abstentions,
        }
    }
}

impl ModelSeries {
    /// Counts what the model said about an article.
    pub fn count(&self, tagging: &Tagging<'_>) {
        self.articles.inc();
        let text = &tagging.text;
        if text.tokens > 0 {
            let ratio = f64::from(text.known_tokens) / f64::from(text.tokens);
            self.known_terms.observe(ratio);
        }
        for answer in &tagging.axes {
            if let Some(series) = self.axis(answer.axis.name()) {
                series.count(answer.decision, &answer.labels);
            }
        }
        if tagging.stances.is_empty() {
            return;
        }
        if let Some(series) = self.axis(STANCE) {
            for answer in &tagging.stances {
                series.count(answer.decision, &answer.labels);
            }
        }
    }

    fn axis(&self, name: &str) -> Option<&AxisSeries> {
        self.axes.iter().find(|axis| axis.name == name)
    }
}

impl AxisSeries {
    fn count(&self, decision: Decision, scores: &[LabelScore<'_>]) {
        if let Decision::Abstained(reason) = decision {
            self.abstentions[index(reason)].inc();
            return;
        }
        for score in scores.iter().filter(|score| score.assigned) {
            let wanted = address(score.label);
            let found = self.labels.iter().find(|(label, _)| *label == wanted);
            if let Some((_, counter)) = found {
                counter.inc();
            }
        }
    }
}

fn address(label: &Label) -> usize {
    ptr::from_ref(label).addr()
}
