//! The gRPC service: everything of tonic, prost and tokio.
//!
//! A request is decoded by [`codec`], checked and converted by [`convert`] and [`resource`],
//! answered by [`services`] with one of the [`models`] and, where it fails, explained by
//! [`status`].

pub mod codec;
pub mod config;
pub mod convert;
pub mod describe;
pub mod models;
pub mod oversize;
pub mod pb;
pub mod probe;
pub mod resource;
pub mod services;
pub mod status;

use std::{future::Future, sync::Arc};

use tokio::net::TcpListener;
use tonic::{
    body::Body,
    transport::{
        Server,
        server::{Router, TcpIncoming},
    },
};
use tonic_health::{ServingStatus, server::HealthReporter};
use tower::{
    layer::util::{Identity, Stack},
    util::MapResponseLayer,
};

use models::Models;
use pb::{model_service_server::ModelServiceServer, tagging_service_server::TaggingServiceServer};
use services::Shared;

/// The largest encoded request.
pub const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// What health knows: the server as a whole and each service.
const HEALTH_KEYS: [&str; 3] = [
    "",
    "newstance.v1.TaggingService",
    "newstance.v1.ModelService",
];

/// Why a server stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError<E> {
    /// A model could not be loaded.
    #[error(transparent)]
    Model(E),
    /// The loader panicked or was cancelled.
    #[error("loading the models was interrupted")]
    Interrupted,
    /// The network failed.
    #[error("cannot serve: {0}")]
    Transport(#[from] tonic::transport::Error),
    /// Reflection could not be set up.
    #[error("cannot describe the services: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Serves on `listener` until `shutdown` completes, then finishes the calls in flight.
///
/// The port answers at once and says NOT_SERVING; `load` runs meanwhile on a thread of its own.
/// When every model is warm, health turns to SERVING and `ready` is told.
///
/// # Errors
/// When a model cannot be loaded or the network fails.
pub async fn serve<E: Send + 'static>(
    listener: TcpListener,
    load: impl FnOnce() -> Result<Models, E> + Send + 'static,
    ready: impl FnOnce(&Models) + Send + 'static,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError<E>> {
    let shared = Shared::default();
    let (health, health_service) = tonic_health::server::health_reporter();
    set_health(&health, ServingStatus::NotServing).await;

    let stopping = health.clone();
    let shutdown = async move {
        shutdown.await;
        set_health(&stopping, ServingStatus::NotServing).await;
    };
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let serving = router(&shared)?
        .add_service(health_service)
        .serve_with_incoming_shutdown(incoming, shutdown);

    let loading = async {
        let loaded = tokio::task::spawn_blocking(|| load().inspect(Models::warm)).await;
        let models = loaded.map_err(|_| ServeError::Interrupted)?;
        let models = Arc::new(models.map_err(ServeError::Model)?);
        shared.set_models(models.clone());
        set_health(&health, ServingStatus::Serving).await;
        ready(&models);
        Ok::<_, ServeError<E>>(())
    };
    tokio::pin!(serving);
    tokio::select! {
        served = &mut serving => return Ok(served?),
        loaded = loading => loaded?,
    }
    Ok(serving.await?)
}

/// Our services and reflection.
fn router(shared: &Shared) -> Result<AnswerRouter, tonic_reflection::server::Error> {
    let tagging = TaggingServiceServer::new(shared.clone());
    let models = ModelServiceServer::new(shared.clone());
    let explain: ExplainOversize = oversize::explain_oversize;
    Ok(Server::builder()
        .layer(MapResponseLayer::new(explain))
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .add_service(tagging.max_decoding_message_size(MAX_REQUEST_BYTES))
        .add_service(models.max_decoding_message_size(MAX_REQUEST_BYTES)))
}

type ExplainOversize = fn(http::Response<Body>) -> http::Response<Body>;
type AnswerRouter = Router<Stack<MapResponseLayer<ExplainOversize>, Identity>>;

async fn set_health(health: &HealthReporter, status: ServingStatus) {
    for key in HEALTH_KEYS {
        health.set_service_status(key, status).await;
    }
}

/// Descriptors of everything that is served, and of the error details.
fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(pb::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
}
