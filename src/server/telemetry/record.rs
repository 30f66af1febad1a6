//! What only the services know about a call, on its way to whoever tells of it.

use std::{
    net::SocketAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
};

use http::Extensions;

use super::metrics::ModelSeries;
use crate::{
    article::Article,
    model::Model,
    tagger::{TagError, TagOptions, Tagger, Tagging},
};

/// In every request: the other end of its connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// In every request: whether the server has cut its connection, so that no answer arrives any more.
#[derive(Debug, Clone, Default)]
pub struct Cut(Arc<AtomicBool>);

impl Cut {
    /// Cuts it.
    pub fn make(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_made(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Facts about one call. Where nobody wants them it holds nothing and costs nothing; a clone
/// fills the same record.
#[derive(Debug, Clone, Default)]
pub struct CallRecord(Option<Arc<Facts>>);

#[derive(Debug, Default)]
struct Facts {
    tagger: OnceLock<Arc<Tagger>>,
    articles: AtomicU32,
    tokens: AtomicU64,
}

impl CallRecord {
    /// An empty record that will be read.
    pub(super) fn wanted() -> Self {
        Self(Some(Arc::default()))
    }

    /// The record of a request.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get().cloned().unwrap_or_default()
    }

    /// Notes the model; of several in one stream, the first.
    pub(super) fn answered_by(&self, tagger: &Arc<Tagger>) {
        if let Some(facts) = &self.0 {
            facts.tagger.get_or_init(|| tagger.clone());
        }
    }

    fn labelled(&self, tokens: u32) {
        if let Some(facts) = &self.0 {
            facts.articles.fetch_add(1, Ordering::Relaxed);
            facts.tokens.fetch_add(tokens.into(), Ordering::Relaxed);
        }
    }

    /// The model that answered.
    pub(super) fn tagger(&self) -> Option<&Tagger> {
        self.0.as_ref()?.tagger.get().map(|tagger| &**tagger)
    }

    /// Articles that were labelled, where a model was asked at all.
    pub(super) fn articles(&self) -> Option<u32> {
        let facts = self.0.as_ref()?;
        facts.tagger.get()?;
        Some(facts.articles.load(Ordering::Relaxed))
    }

    /// Tokens of those articles.
    pub(super) fn tokens(&self) -> Option<u64> {
        let facts = self.0.as_ref()?;
        facts.tagger.get()?;
        Some(facts.tokens.load(Ordering::Relaxed))
    }
}

/// A tagger that tells what it says.
#[derive(Debug, Clone)]
pub struct WatchedTagger {
    pub(super) tagger: Arc<Tagger>,
    pub(super) series: Option<Arc<ModelSeries>>,
    pub(super) record: CallRecord,
}

impl WatchedTagger {
    /// The model that answers.
    #[must_use]
    pub fn model(&self) -> &Model {
        self.tagger.model()
    }

    /// Labels one article, and tells of it.
    ///
    /// # Errors
    /// When an axis is asked for that the model does not have.
    pub fn tag(&self, article: &Article, options: &TagOptions) -> Result<Tagging<'_>, TagError> {
        let tagging = self.tagger.tag(article, options)?;
        self.labelled(&tagging);
        Ok(tagging)
    }

    /// Tells that an article was labelled.
    pub fn labelled(&self, tagging: &Tagging<'_>) {
        self.record.labelled(tagging.text.tokens);
        if let Some(series) = &self.series {
            series.count(tagging);
        }
    }
}
