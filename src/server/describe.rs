//! How a model describes itself on the wire.

use super::{
    config::Config,
    convert::request::{MAX_AXES, MAX_EVIDENCE, MAX_LABELS},
    pb,
};
use crate::{
    label::{Axis, AxisKind},
    model::{CorpusCard, MetricCard, Model},
};

/// Resource name of a model.
#[must_use]
pub fn resource_name(model: &Model) -> String {
    format!("models/{}", model.card().name)
}

/// The model that an answer names.
#[must_use]
pub fn version(model: &Model) -> pb::ModelVersion {
    pb::ModelVersion {
        name: resource_name(model),
        version: model.card().version.clone(),
        digest: model.digest().into(),
    }
}

/// All that `GetModel` tells.
#[must_use]
pub fn model(model: &Model) -> pb::Model {
    let card = model.card();
    pb::Model {
        name: resource_name(model),
        version: card.version.clone(),
        digest: model.digest().into(),
        create_time: timestamp(&card.created),
        language_codes: card.languages.clone(),
        vocabulary_size: u32::try_from(model.featurizer().vocabulary().len()).unwrap_or(u32::MAX),
        axes: model.all_classifiers().map(|c| axis(c.axis())).collect(),
        corpora: card.corpora.iter().map(corpus).collect(),
        metrics: card.metrics.iter().map(metric).collect(),
        description: card.description.clone(),
    }
}

fn timestamp(created: &str) -> Option<pbjson_types::Timestamp> {
    let parsed: prost_types::Timestamp = created.parse().ok()?;
    Some(pbjson_types::Timestamp {
        seconds: parsed.seconds,
        nanos: parsed.nanos,
    })
}

fn axis(axis: &Axis) -> pb::Axis {
    let kind = match axis.kind() {
        AxisKind::Single => pb::AxisKind::SingleLabel,
        AxisKind::Multi => pb::AxisKind::MultiLabel,
    };
    let labels = axis.labels().iter().map(|label| pb::Label {
        code: label.code.clone(),
        name: label.name.clone(),
        definition: label.definition.clone(),
    });
    pb::Axis {
        name: axis.name().into(),
        kind: kind.into(),
        labels: labels.collect(),
        definition: axis.definition().into(),
    }
}

fn corpus(corpus: &CorpusCard) -> pb::Corpus {
    let CorpusCard {
        name,
        license,
        source,
        training_articles,
        digest,
    } = corpus.clone();
    pb::Corpus {
        name,
        license,
        source,
        training_articles,
        digest,
    }
}

fn metric(metric: &MetricCard) -> pb::Metric {
    let MetricCard {
        axis,
        name,
        value,
        corpus,
        split,
        articles,
    } = metric.clone();
    pb::Metric {
        axis,
        name,
        value,
        corpus,
        split,
        articles,
    }
}

/// What the server accepts.
#[must_use]
pub fn limits(model: &Model, config: &Config) -> pb::ServerLimits {
    let requests = &config.requests;
    let article = &requests.article;
    let admission = &config.admission;
    pb::ServerLimits {
        max_request_bytes: requests.request_bytes as u64,
        max_answer_bytes: requests.answer_bytes as u64,
        max_title_bytes: article.title_bytes,
        max_body_bytes: article.body_bytes,
        max_name_bytes: article.name_bytes,
        max_targets: article.targets,
        max_tokens: model.featurizer().config().max_tokens(),
        max_axes: MAX_AXES,
        max_evidence: MAX_EVIDENCE,
        max_labels: MAX_LABELS,
        max_batch_articles: requests.batch_articles.get(),
        max_articles_in_flight: admission.articles.get().saturating_add(admission.queue),
    }
}
