//! `newstance serve`.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Instant,
};

use tokio::{net::TcpListener, signal};

use super::{CliError, load_model, model_source};
use crate::server::{
    self, ServeError, Stop,
    config::Config,
    describe::resource_name,
    models::{DuplicateModel, Models},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// Model file to answer with instead of the one in the binary: the default model.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Model file to serve beside the default model, for requests that name it; may be repeated.
    #[arg(long = "pack", value_name = "FILE")]
    packs: Vec<PathBuf>,
}

impl Args {
    #[tokio::main]
    pub async fn run(self) -> Result<(), CliError> {
        let started = Instant::now();
        let Self {
            listen,
            model,
            packs,
        } = self;
        let cannot_listen = |source| CliError::Listen { listen, source };
        let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        anstream::eprintln!("newstance: listening on {address}");
        let ready = move |models: &Models| announce(models, started);
        let mut config = Config::default();
        config.reload.models_in_use = model.iter().chain(&packs).cloned().collect();
        let load = move || load_models(model.as_deref(), &packs);
        let served = server::serve(listener, config, load, ready, stop_signal()).await;
        served.map_err(|error| match error {
            ServeError::Model(error) => error,
            error => CliError::Serve(Box::new(error)),
        })
    }
}

/// The default model and the packs beside it.
fn load_models(default: Option<&Path>, packs: &[PathBuf]) -> Result<Models, CliError> {
    let model = load_model(default)?;
    let mut sources = HashMap::from([(model.card().name.clone(), model_source(default))]);
    let mut models = Models::from(model);
    for path in packs {
        let pack = load_model(Some(path))?;
        let source = model_source(Some(path));
        let name = pack.card().name.clone();
        models =
            models
                .with_pack(pack)
                .map_err(|DuplicateModel { name }| CliError::DuplicateModel {
                    first: sources.remove(&name).unwrap_or_default(),
                    second: source.clone(),
                    name,
                })?;
        sources.insert(name, source);
    }
    Ok(models)
}

/// One line a model, the default first.
fn announce(models: &Models, started: Instant) {
    let milliseconds = started.elapsed().as_millis();
    for tagger in models.iter() {
        let model = tagger.model();
        anstream::eprintln!(
            "newstance: serving {} {} (sha256 {}), ready after {milliseconds} ms",
            resource_name(model),
            model.card().version,
            model.digest(),
        );
    }
}

/// Completes on Ctrl-C and, where there is such a thing, on SIGTERM.
async fn stop_signal() -> Stop {
    #[cfg(unix)]
    {
        if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
            return tokio::select! {
                _ = signal::ctrl_c() => Stop::Now,
                _ = terminate.recv() => Stop::Planned,
            };
        }
    }
    // Without signals the server runs until it is killed.
    let _ = signal::ctrl_c().await;
    Stop::Now
}
