//! Metrics, by the names of `docs/telemetry.md`.

mod calls;
mod models;
mod process;
mod state;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};

pub use models::ModelSeries;
pub use process::Process;
pub use state::State;

use calls::CallMetrics;
use models::ModelMetrics;

use crate::server::status::Reason;

/// What is read again while serving.
const RELOADED: [&str; 3] = ["model", "certificates", "tokens"];
const OK: &str = "ok";
const ERROR: &str = "error";

/// Everything that is counted where it happens. What is merely looked up when it is asked for is
/// in [`State`] and [`Process`].
#[derive(Debug)]
pub struct Metrics {
    calls: CallMetrics,
    models: ModelMetrics,
    overloaded: Counter,
    too_many_streams: Counter,
    reloads: Family<ReloadLabels, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ShedLabels {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReloadLabels {
    what: &'static str,
    result: &'static str,
}

impl Metrics {
    /// Metrics of calls of these methods, of models and of files, known to the registry.
    pub fn new(methods: &[String], registry: &mut Registry) -> Self {
        let shed = Family::<ShedLabels, Counter>::default();
        let of = |reason: Reason| {
            let reason = reason.name();
            shed.get_or_create_owned(&ShedLabels { reason })
        };
        let metrics = Self {
            calls: CallMetrics::new(methods, registry),
            models: ModelMetrics::new(registry),
            overloaded: of(Reason::Overloaded),
            too_many_streams: of(Reason::TooManyStreams),
            reloads: Family::default(),
        };
        for what in RELOADED {
            // A series that begins with its first failure would show no increase.
            for result in [OK, ERROR] {
                let labels = ReloadLabels { what, result };
                drop(metrics.reloads.get_or_create(&labels));
            }
        }
        registry.register("newstance_shed", "Calls turned away for want of room", shed);
        registry.register(
            "newstance_reloads",
            "Files that were read again while serving",
            metrics.reloads.clone(),
        );
        metrics
    }

    /// Calls.
    pub(super) fn calls(&self) -> &CallMetrics {
        &self.calls
    }

    /// What models say.
    pub(super) fn models(&self) -> &ModelMetrics {
        &self.models
    }

    /// Counts a call that failed for this reason, where that was for want of room.
    pub(super) fn failed(&self, reason: &str) {
        for (counted, counter) in [
            (Reason::Overloaded, &self.overloaded),
            (Reason::TooManyStreams, &self.too_many_streams),
        ] {
            if counted.name() == reason {
                counter.inc();
            }
        }
    }

    /// Counts the reload of a file.
    pub(super) fn reloaded(&self, what: &'static str, succeeded: bool) {
        let result = if succeeded { OK } else { ERROR };
        let labels = ReloadLabels { what, result };
        self.reloads.get_or_create_owned(&labels).inc();
    }
}
