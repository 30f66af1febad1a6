//! The gRPC services: check, ask the tagger, convert.

mod inference;
mod models;
mod room;
mod stream;
mod tagging;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{
    admission::Admission, config::Config, loading::Loading, memory::Memory, models::Models,
    resource::ModelName, status::ApiError, store::ModelStore, telemetry::Telemetry,
};
use crate::tagger::Tagger;

/// What all services share.
#[derive(Debug, Clone)]
pub struct Shared(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    store: ModelStore,
    loading: Loading,
    admission: Admission,
    memory: Memory,
    is_stopping: AtomicBool,
    telemetry: Telemetry,
}

impl Shared {
    /// Services without models: they answer UNAVAILABLE until [`ModelStore::start`].
    #[must_use]
    pub fn new(config: Config, telemetry: Telemetry) -> Self {
        Self(Arc::new(Inner {
            store: ModelStore::new(config.reload.models),
            loading: Loading::default(),
            admission: Admission::new(&config.admission),
            memory: config.memory(),
            is_stopping: AtomicBool::new(false),
            config,
            telemetry,
        }))
    }

    /// All settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The models.
    #[must_use]
    pub fn store(&self) -> &ModelStore {
        &self.0.store
    }

    /// Where further models are read.
    #[must_use]
    pub fn loading(&self) -> &Loading {
        &self.0.loading
    }

    /// The door.
    #[must_use]
    pub fn admission(&self) -> &Admission {
        &self.0.admission
    }

    /// The bytes that are held.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.0.memory
    }

    /// Who hears of what happens.
    #[must_use]
    pub fn telemetry(&self) -> &Telemetry {
        &self.0.telemetry
    }

    /// Whether calls are welcome: the models are loaded, and the server is not about to stop.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.0.is_stopping.load(Ordering::Relaxed) && self.store().serving().is_ok()
    }

    /// The server is about to stop. It answers calls all the same.
    pub fn stopping(&self) {
        self.0.is_stopping.store(true, Ordering::Relaxed);
    }
}

/// The model that `field` of a request names, or the default.
fn find<'m>(
    models: &'m Models,
    field: &'static str,
    name: Option<&ModelName>,
) -> Result<&'m Arc<Tagger>, ApiError> {
    let Some(name) = name else {
        return Ok(models.default_model());
    };
    let found = models.get(name.as_str());
    found.ok_or_else(|| ApiError::ModelNotFound {
        field,
        name: name.to_string(),
    })
}
