//! The models to serve: loaded, told apart, and announced.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::Instant,
};

use super::super::{CliError, load_model, model_source};
use crate::server::{
    describe::resource_name,
    models::{DuplicateModel, Models},
    telemetry::log,
};

/// The default model and the packs beside it.
pub fn load(default: Option<&Path>, packs: &[PathBuf]) -> Result<Models, CliError> {
    let model = load_model(default)?;
    let name = model.card().name.clone();
    let mut models = Models::from(model);
    if let Some(path) = default {
        models = models.read_from(path, &name);
    }
    let mut sources = HashMap::from([(name, model_source(default))]);
    for path in packs {
        let pack = load_model(Some(path))?;
        let source = model_source(Some(path));
        let name = pack.card().name.clone();
        let added = models.with_pack(pack);
        let added = added.map_err(|DuplicateModel { name }| CliError::DuplicateModel {
            first: sources.remove(&name).unwrap_or_default(),
            second: source.clone(),
            name,
        })?;
        models = added.read_from(path, &name);
        sources.insert(name, source);
    }
    Ok(models)
}

/// One line a model, the default first.
pub fn announce(models: &Models, started: Instant) {
    let milliseconds = started.elapsed().as_millis();
    for tagger in models.iter() {
        let model = tagger.model();
        log::tell(format_args!(
            "serving {} {} (sha256 {}), ready after {milliseconds} ms",
            resource_name(model),
            model.card().version,
            model.digest(),
        ));
    }
}
