//! All services of the server, behind the rules for every call.

use std::{convert::Infallible, time::Duration};

use http::{HeaderName, Request, Response};
use tokio::runtime::Handle;
use tonic::{body::Body, service::Routes};
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_web::GrpcWebLayer;
use tower::{ServiceBuilder, ServiceExt, layer::layer_fn, util::BoxCloneService};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use super::{
    auth::Tokens,
    calls::Calls,
    calls_alone::CallsAlone,
    config::Web,
    lag::Congestion,
    pb::{
        self, inference::grpc_inference_service_server::GrpcInferenceServiceServer,
        model_service_server::ModelServiceServer, tagging_service_server::TaggingServiceServer,
    },
    services::Shared,
};

/// What answers a call, whatever is in front of the services.
pub type Service = BoxCloneService<Request<Body>, Response<Body>, Infallible>;

/// How long a browser need not ask again whether a page may call.
const PREFLIGHT_AGE: Duration = Duration::from_secs(60 * 60);

/// Our services, health and reflection.
///
/// # Errors
/// When reflection cannot be set up.
pub fn service(
    shared: &Shared,
    tokens: Option<Tokens>,
    health: HealthServer<impl Health>,
) -> Result<Service, tonic_reflection::server::Error> {
    let config = shared.config();
    let limit = config.requests.request_bytes;
    let tagging = TaggingServiceServer::new(shared.clone()).max_decoding_message_size(limit);
    let models = ModelServiceServer::new(shared.clone()).max_decoding_message_size(limit);
    let inference =
        GrpcInferenceServiceServer::new(shared.clone()).max_decoding_message_size(limit);
    let routes = Routes::new(tagging)
        .add_service(models)
        .add_service(inference)
        .add_service(health)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .prepare();
    let calls = Calls {
        tokens,
        timeout: config.requests.timeout,
        congestion: Congestion::new(config.admission.wait, threads()),
        memory: shared.memory().clone(),
    };
    let service = ServiceBuilder::new()
        .layer(layer_fn(CallsAlone))
        .layer(shared.telemetry().clone())
        .layer(calls)
        .service(routes);
    Ok(match &config.web {
        None => service.boxed_clone(),
        Some(web) => ServiceBuilder::new()
            .layer(cors(web))
            .layer(GrpcWebLayer::new())
            .service(service)
            .boxed_clone(),
    })
}

/// How many threads take turns at the calls.
fn threads() -> usize {
    Handle::try_current().map_or(1, |runtime| runtime.metrics().num_workers())
}

/// Lets pages of the origins call, and read what gRPC-Web puts into headers.
fn cors(web: &Web) -> CorsLayer {
    let origins = web.origins.iter().filter_map(|origin| origin.parse().ok());
    let origins = if web.origins.is_empty() {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins)
    };
    let exposed = ["grpc-status", "grpc-message", "grpc-status-details-bin"];
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([http::Method::POST])
        // By the letter, since `*` does not stand for `authorization`.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(exposed.map(HeaderName::from_static))
        .max_age(PREFLIGHT_AGE)
}

/// Descriptors of everything that is served, and of the error details.
fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(pb::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
}
