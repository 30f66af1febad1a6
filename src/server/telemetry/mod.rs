//! What the server tells about itself: metrics, one line of the log a call, and traces.
//!
//! [`layer`] is around every call and measures it to the end of its answer; the services say
//! through the [`CallRecord`] in the request what only they know. A [`Telemetry`] says which of
//! [`metrics`], [`log`] and [`traces`] want to hear of it. See `docs/telemetry.md`.

pub mod admin;
mod body;
mod call;
mod codes;
pub mod layer;
pub mod log;
mod methods;
pub mod metrics;
mod record;
pub mod traces;

use std::sync::Arc;

pub use record::{CallRecord, Cut, Peer, WatchedTagger};

use methods::Methods;
use metrics::Metrics;
use prometheus_client::registry::Registry;
use traces::{Traces, TracesError};

use super::config::{self, LogFormat};
use crate::tagger::Tagger;

/// What is told to whom. A clone is the same one.
#[derive(Debug, Clone, Default)]
pub struct Telemetry(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    methods: Methods,
    metrics: Option<Metrics>,
    logs_calls: bool,
    traces: Option<Traces>,
}

impl Telemetry {
    /// What `settings` ask for, and the registry of its metrics.
    ///
    /// # Errors
    /// When traces cannot be sent to what is configured.
    pub fn new(settings: &config::Telemetry) -> Result<(Self, Registry), TracesError> {
        let methods = Methods::new();
        let mut registry = Registry::default();
        let metrics = settings.metrics.is_some();
        let traces = settings.traces.as_ref().map(Traces::new).transpose()?;
        let inner = Inner {
            metrics: metrics.then(|| Metrics::new(methods.names(), &mut registry)),
            methods,
            logs_calls: settings.log != LogFormat::Off,
            traces,
        };
        Ok((Self(Arc::new(inner)), registry))
    }

    /// Whether anybody wants to hear of calls.
    fn observes_calls(&self) -> bool {
        self.0.metrics.is_some() || self.tells_calls()
    }

    /// Whether anybody wants to hear of each call by itself.
    fn tells_calls(&self) -> bool {
        self.0.logs_calls || self.0.traces.is_some()
    }

    /// The same tagger, observed within one call.
    #[must_use]
    pub fn watch(&self, tagger: &Arc<Tagger>, record: &CallRecord) -> WatchedTagger {
        record.answered_by(tagger);
        let metrics = self.0.metrics.as_ref();
        WatchedTagger {
            tagger: tagger.clone(),
            series: metrics.map(|metrics| metrics.models().of(tagger)),
            record: record.clone(),
        }
    }

    /// Counts the reload of a file.
    pub fn reloaded(&self, what: &'static str, succeeded: bool) {
        if let Some(metrics) = &self.0.metrics {
            metrics.reloaded(what, succeeded);
        }
    }

    /// Sends what is left of the traces; it takes no longer than a bound.
    pub async fn flush(&self) {
        if let Some(traces) = &self.0.traces {
            traces.flush().await;
        }
    }
}
