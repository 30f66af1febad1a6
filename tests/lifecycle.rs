//! Health while the model loads and after, reflection, and a clean end.

mod common;

use std::sync::mpsc;

use common::TestServer;
use newstance::{
    model::Model,
    server::{
        config::Config,
        models::Models,
        pb::{self, tagging_service_client::TaggingServiceClient},
    },
};
use tonic::{Code, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_types::StatusExt;

fn tiny() -> Model {
    Model::from_bytes(&common::fixture()).unwrap()
}

async fn health(channel: &Channel, service: &str) -> ServingStatus {
    let request = HealthCheckRequest {
        service: service.into(),
    };
    let answer = HealthClient::new(channel.clone())
        .check(request)
        .await
        .unwrap();
    answer.into_inner().status()
}

#[tokio::test]
async fn health_turns_to_serving_when_the_model_is_warm() {
    let (release, wait) = mpsc::channel::<()>();
    let (ready, is_ready) = tokio::sync::oneshot::channel();
    let load = move || {
        wait.recv().unwrap();
        tiny()
    };
    let server =
        TestServer::start_loading(Config::default(), load, move || ready.send(()).unwrap()).await;
    let channel = server.channel().await;
    let services = [
        "",
        "newstance.v1.TaggingService",
        "newstance.v1.ModelService",
        "inference.GRPCInferenceService",
    ];
    for service in services {
        assert_eq!(health(&channel, service).await, ServingStatus::NotServing);
    }
    let early = TaggingServiceClient::new(channel.clone())
        .tag_article(pb::TagArticleRequest::default())
        .await
        .unwrap_err();
    assert_eq!(early.code(), Code::Unavailable);
    assert!(early.get_error_details().retry_info().is_some());

    release.send(()).unwrap();
    is_ready.await.unwrap();
    for service in services {
        assert_eq!(health(&channel, service).await, ServingStatus::Serving);
    }
    server.stop().await;
}

/// Services that reflection lists, and whether it knows a symbol, by the protocol of `$version`.
macro_rules! reflect {
    ($version:ident, $channel:expr, $symbol:expr) => {{
        use tonic_reflection::pb::$version::{
            ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
            server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
        };
        let ask = |message| ServerReflectionRequest {
            host: String::new(),
            message_request: Some(message),
        };
        let questions = tokio_stream::iter([
            ask(MessageRequest::ListServices(String::new())),
            ask(MessageRequest::FileContainingSymbol($symbol.into())),
        ]);
        let mut client = ServerReflectionClient::new($channel.clone());
        let answers = client.server_reflection_info(questions).await.unwrap();
        let mut answers = answers.into_inner();
        let mut next = async || answers.message().await.unwrap().unwrap().message_response;
        let services = match next().await {
            Some(MessageResponse::ListServicesResponse(list)) => list.service,
            other => panic!("{other:?}"),
        };
        let found = matches!(
            next().await,
            Some(MessageResponse::FileDescriptorResponse(_))
        );
        (
            services.into_iter().map(|s| s.name).collect::<Vec<_>>(),
            found,
        )
    }};
}

#[tokio::test]
async fn reflection_describes_everything_in_both_versions() {
    let server = TestServer::start(tiny).await;
    let channel = server.channel().await;
    for symbol in [
        "newstance.v1.TaggingService.TagArticle",
        "newstance.v1.AxisTagging",
        "grpc.health.v1.Health",
        "google.rpc.ErrorInfo",
        "google.rpc.BadRequest",
    ] {
        for (services, found) in [
            reflect!(v1, channel, symbol),
            reflect!(v1alpha, channel, symbol),
        ] {
            assert!(found, "{symbol}");
            for service in ["newstance.v1.TaggingService", "newstance.v1.ModelService"] {
                assert!(services.iter().any(|name| name == service), "{services:?}");
            }
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_model_that_cannot_be_loaded_ends_the_server() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let load = || Model::from_bytes(b"rubbish").map(Models::from);
    let (_, never) = tokio::sync::mpsc::unbounded_channel();
    let ended = newstance::server::serve(listener, Config::default(), load, |_| {}, never).await;
    assert!(
        ended
            .unwrap_err()
            .to_string()
            .starts_with("not a model file")
    );
}

#[tokio::test]
async fn a_watch_of_what_is_not_served_is_refused() {
    // A refusal is one frame of headers, which ends the call: some clients find no status else.
    let server = TestServer::start(tiny).await;
    let mut sender = common::by_hand(server.address).await.ready().await.unwrap();
    let mut watch = common::http_request(server.address);
    let path = format!("http://{}/grpc.health.v1.Health/Watch", server.address);
    *watch.uri_mut() = path.parse().unwrap();
    let (answer, mut body) = sender.send_request(watch, false).unwrap();
    let mut framed = vec![0, 0, 0, 0, 9, 0x0a, 7];
    framed.extend_from_slice(b"nowhere");
    body.send_data(framed.into(), true).unwrap();
    let answer = answer.await.unwrap();
    assert_eq!(answer.headers()["grpc-status"], "5");
    assert!(answer.body().is_end_stream());
    drop((sender, body, answer));
    server.stop().await;
}

/// As docs/errors.md says.
#[tokio::test]
async fn errors_of_health_and_reflection_have_no_details() {
    use tonic_reflection::pb::v1::{
        ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
        server_reflection_request::MessageRequest,
    };
    let server = TestServer::start(tiny).await;
    let channel = server.channel().await;
    let mut client = HealthClient::new(channel.clone());
    let unknown = HealthCheckRequest {
        service: "none".into(),
    };
    let checked = client.check(unknown.clone()).await.unwrap_err();
    let watched = client.watch(unknown).await.unwrap_err();
    let question = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::FileContainingSymbol("none".into())),
    };
    let asked = ServerReflectionClient::new(channel)
        .server_reflection_info(tokio_stream::once(question))
        .await;
    let described = asked.unwrap().into_inner().message().await.unwrap_err();
    for status in [checked, watched, described] {
        assert_eq!(status.code(), Code::NotFound);
        assert!(status.details().is_empty(), "{status}");
    }
    server.stop().await;
}
