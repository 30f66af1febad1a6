//! The gRPC service: everything of tonic, prost and tokio.
//!
//! A call comes in on one of the [`connections`], passes `calls_alone`, which refuses what is none,
//! and the rules for all [`calls`] (its token, its deadline, the load, the bytes that are held for
//! it), is decoded by [`codec`], checked by [`convert`] and [`resource`], answered by [`services`]
//! with one of the [`models`] of the [`store`] and, where it fails, explained by [`status`]. What is
//! to be labelled passes [`admission`]; long work runs on the [`pool`]. What the configuration names
//! is [`prepared`] before the first call, and looked at again by [`reload`]. [`telemetry`] tells of
//! it all. [`inference`] speaks to clients that know tensors and no news. From outside, [`probe`]
//! asks a server whether it serves.

pub mod admission;
pub mod auth;
pub mod calls;
mod calls_alone;
pub mod codec;
pub mod config;
pub mod connections;
pub mod convert;
mod deadline;
pub mod describe;
mod files;
mod frames;
mod framing;
pub mod inference;
mod lag;
mod loading;
pub mod malformed;
pub mod memory;
pub mod models;
mod open_ended;
pub mod pb;
pub mod pool;
pub mod prepared;
pub mod probe;
pub mod reload;
pub mod resource;
mod routes;
pub mod services;
pub mod status;
pub mod store;
pub mod telemetry;
pub mod tls;
mod unread;

use std::{future::pending, io, path::PathBuf, sync::Arc, time::Duration};

use prometheus_client::registry::Registry;
use tokio::{
    net::TcpListener,
    sync::mpsc::UnboundedReceiver,
    task::{JoinHandle, spawn_blocking},
    time::{sleep, timeout},
};
use tonic_health::{ServingStatus, server::HealthReporter};

use auth::TokensError;
use config::Config;
use connections::Connections;
use models::Models;
use prepared::Prepared;
use reload::Reloads;
use services::Shared;
use telemetry::{
    admin::{self, Admin, AdminError},
    metrics::{Process, State},
    traces::TracesError,
};
use tls::TlsError;

/// What health knows: the server as a whole and each service.
const HEALTH_KEYS: [&str; 4] = [
    "",
    "newstance.v1.TaggingService",
    "newstance.v1.ModelService",
    "inference.GRPCInferenceService",
];
/// How long connections may take to notice that they are cut.
const CUT_TIME: Duration = Duration::from_secs(1);

/// Why a server stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError<E> {
    /// A model could not be loaded.
    #[error(transparent)]
    Model(E),
    /// The loader panicked or was cancelled.
    #[error("loading the models was interrupted")]
    Interrupted,
    /// The certificates cannot be used.
    #[error("TLS: {0}")]
    Tls(#[from] TlsError),
    /// The tokens cannot be used.
    #[error("tokens: {0}")]
    Tokens(#[from] TokensError),
    /// The folder of models cannot be read.
    #[error("model_dir: {}: {source}", folder.display())]
    Folder {
        /// Path of the folder.
        folder: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The port for metrics cannot be opened.
    #[error("metrics: {0}")]
    Metrics(#[from] AdminError),
    /// Traces cannot be sent.
    #[error("traces: {0}")]
    Traces(#[from] TracesError),
    /// Reflection could not be set up.
    #[error("cannot describe the services: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Who asks the server to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// An operator's system: load balancers are given time to notice.
    Planned,
    /// A person who waits for it.
    Now,
}

/// Serves on `listener` until the first of `stops`, then finishes the calls in flight; with the
/// second one it cuts those that are left.
///
/// The port answers at once and says NOT_SERVING; `load` runs meanwhile on a thread of its own.
/// When every model is warm, health turns to SERVING and `ready` is told.
///
/// # Errors
/// When a model cannot be loaded, or something that the configuration names cannot be used.
pub async fn serve<E: Send + 'static>(
    listener: TcpListener,
    config: Config,
    load: impl FnOnce() -> Result<Models, E> + Send + 'static,
    ready: impl FnOnce(&Models) + Send + 'static,
    mut stops: UnboundedReceiver<Stop>,
) -> Result<(), ServeError<E>> {
    let reading = spawn_blocking(|| Prepared::read(&config).map(|prepared| (config, prepared)));
    let read = tokio::select! {
        read = reading => read.map_err(|_| ServeError::Interrupted)?,
        _ = next(&mut stops) => return Ok(()),
    };
    let (config, prepared) = read?;
    let Open {
        shared,
        health,
        connections,
        accepting,
        reloads,
        _metrics,
    } = open(listener, config, prepared).await?;
    let running = async {
        start(&shared, &health, load, ready).await?;
        reloads.run().await
    };
    let stopped = tokio::select! {
        failed = running => failed.map(|never| match never {}),
        stop = next(&mut stops) => Ok(stop),
    };
    shared.stopping();
    set_health(&health, ServingStatus::NotServing).await;
    let pause = matches!(stopped, Ok(Stop::Planned)).then_some(shared.config().drain.pause);
    let drained = tokio::select! {
        drained = drain(&shared, &connections, accepting, pause) => drained,
        _ = next(&mut stops) => false,
    };
    end(&shared, connections, drained).await;
    stopped.map(|_| ())
}

/// A server that answers, and has no models yet.
struct Open {
    shared: Shared,
    health: HealthReporter,
    connections: Connections,
    accepting: JoinHandle<()>,
    reloads: Reloads,
    _metrics: Option<admin::Answering>,
}

async fn open<E>(
    listener: TcpListener,
    config: Config,
    prepared: Prepared,
) -> Result<Open, ServeError<E>> {
    let Prepared {
        files,
        tokens,
        certificates,
        telemetry,
        registry,
    } = prepared;
    let shared = Shared::new(config, telemetry);
    let (health, health_service) = tonic_health::server::health_reporter();
    set_health(&health, ServingStatus::NotServing).await;

    let service = routes::service(&shared, tokens.clone(), health_service)?;
    let memory = shared.memory().clone();
    let connections = Connections::new(shared.config(), certificates.clone(), memory);
    let metrics = open_metrics(&shared, &connections, registry).await?;
    Ok(Open {
        reloads: Reloads {
            shared: shared.clone(),
            files,
            certificates,
            tokens,
        },
        accepting: tokio::spawn(connections.clone().accept(listener, service)),
        shared,
        health,
        connections,
        _metrics: metrics,
    })
}

/// The next that is asked for; never where nobody is left to ask.
async fn next(stops: &mut UnboundedReceiver<Stop>) -> Stop {
    match stops.recv().await {
        Some(stop) => stop,
        None => pending().await,
    }
}

/// Opens the port for metrics, where there is to be one.
async fn open_metrics(
    shared: &Shared,
    connections: &Connections,
    mut registry: Registry,
) -> Result<Option<admin::Answering>, AdminError> {
    let Some(address) = shared.config().telemetry.metrics else {
        return Ok(None);
    };
    registry.register_collector(Box::new(State {
        shared: shared.clone(),
        connections: connections.open.clone(),
    }));
    registry.register_collector(Box::new(Process::starting_now()));
    let admin = Admin {
        shared: shared.clone(),
        registry,
    };
    admin::start(address, admin).await.map(Some)
}

/// Loads and warms the models, and puts them in service.
async fn start<E: Send + 'static>(
    shared: &Shared,
    health: &HealthReporter,
    load: impl FnOnce() -> Result<Models, E> + Send + 'static,
    ready: impl FnOnce(&Models) + Send + 'static,
) -> Result<(), ServeError<E>> {
    let loaded = spawn_blocking(|| load().inspect(Models::warm)).await;
    let models = loaded.map_err(|_| ServeError::Interrupted)?;
    let models = Arc::new(models.map_err(ServeError::Model)?);
    shared.store().start(models.clone());
    set_health(health, ServingStatus::Serving).await;
    ready(&models);
    Ok(())
}

/// Asks every connection to go, after a pause where there is to be one; whether all went in time.
async fn drain(
    shared: &Shared,
    connections: &Connections,
    accepting: JoinHandle<()>,
    pause: Option<Duration>,
) -> bool {
    if let Some(pause) = pause {
        sleep(pause).await;
    }
    connections.closing.cancel();
    // It ends by itself now, and with it the listener.
    let _ = accepting.await;
    connections.open.close();
    let gone = timeout(shared.config().drain.timeout, connections.open.wait());
    gone.await.is_ok()
}

/// Cuts the connections that did not go, and tells the last of it.
async fn end(shared: &Shared, connections: Connections, drained: bool) {
    let Connections {
        open, calls, cut, ..
    } = connections;
    if !drained {
        let left = open.len();
        if left > 0 {
            tracing::warn!("{left} connections were cut off");
        }
        connections.closing.cancel();
        cut.cancel();
    }
    open.close();
    calls.close();
    let _ = timeout(CUT_TIME, async { tokio::join!(open.wait(), calls.wait()) }).await;
    shared.telemetry().flush().await;
}

async fn set_health(health: &HealthReporter, status: ServingStatus) {
    for key in HEALTH_KEYS {
        health.set_service_status(key, status).await;
    }
}
