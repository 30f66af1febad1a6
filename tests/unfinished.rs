//! Calls that are not finished: what they hold, and for how long.

mod common;

use std::time::Duration;

use common::{TestServer, by_hand, http_request};
use newstance::{
    model::Model,
    server::pb::{self, tagging_service_client::TaggingServiceClient},
};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

const PATIENCE: Duration = Duration::from_secs(20);

fn tiny() -> Model {
    Model::from_bytes(&common::fixture()).unwrap()
}

fn article() -> pb::Article {
    pb::Article {
        body: "The council of Orlan met on the harbour. ".repeat(20),
        ..pb::Article::default()
    }
}

fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    details.error_info().expect("an ErrorInfo").reason.clone()
}

#[tokio::test]
async fn parts_of_requests_take_no_more_than_their_room() {
    let mut config = common::patient();
    config.admission.bytes = 4096;
    let server = TestServer::with(config, tiny).await;
    let mut client = TaggingServiceClient::new(server.channel().await);
    let request = pb::TagArticleRequest {
        article: Some(article()),
        ..pb::TagArticleRequest::default()
    };
    client.tag_article(request.clone()).await.unwrap();

    // A call announces 4,000 bytes and stops before the last one.
    let mut sender = by_hand(server.address).await.ready().await.unwrap();
    let started = sender.send_request(http_request(server.address), false);
    let (_answer, mut body) = started.unwrap();
    let mut most = vec![0, 0, 0, 0x0f, 0xa0];
    most.resize(4000, 0);
    body.send_data(most.into(), false).unwrap();
    let refused = async {
        loop {
            if let Err(status) = client.tag_article(request.clone()).await {
                return status;
            }
        }
    };
    let status = timeout(PATIENCE, refused).await.unwrap();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(reason(&status), "OVERLOADED");

    body.send_reset(h2::Reason::CANCEL);
    let answered = async { while client.tag_article(request.clone()).await.is_err() {} };
    timeout(PATIENCE, answered).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_stream_gives_back_what_it_has_answered() {
    let mut config = common::patient();
    config.admission.bytes = 4096;
    let server = TestServer::with(config, tiny).await;
    let mut client = TaggingServiceClient::new(server.channel().await);
    let (sender, requests) = mpsc::channel(1);
    let answers = client.stream_tag_articles(ReceiverStream::new(requests));
    let mut answers = answers.await.unwrap().into_inner();
    for _ in 0..50 {
        let request = pb::StreamTagArticlesRequest {
            article: Some(article()),
            ..pb::StreamTagArticlesRequest::default()
        };
        sender.send(request).await.unwrap();
        assert!(answers.message().await.unwrap().is_some());
    }
    server.stop().await;
}

#[tokio::test]
async fn a_stream_ends_when_its_clients_time_is_over() {
    let server = TestServer::start(tiny).await;
    let mut client = TaggingServiceClient::new(server.channel().await);
    let (_sender, requests) = mpsc::channel::<pb::StreamTagArticlesRequest>(1);
    let mut call = Request::new(ReceiverStream::new(requests));
    call.set_timeout(Duration::from_millis(200));
    let answers = client.stream_tag_articles(call).await;
    let mut answers = answers.unwrap().into_inner();
    let status = timeout(PATIENCE, answers.message()).await.unwrap();
    assert_eq!(reason(&status.unwrap_err()), "DEADLINE_EXCEEDED");
    server.stop().await;
}
