//! Calls that are not finished: what they hold, and for how long.

mod common;

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use common::{TestServer, by_hand, http_call, http_request};
use newstance::{
    model::Model,
    server::pb::{self, tagging_service_client::TaggingServiceClient},
};
use prost::Message;
use tokio::{net::TcpStream, sync::mpsc, time::timeout};
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

#[tokio::test]
async fn a_stream_whose_message_never_ends_is_ended() {
    let mut config = common::patient();
    config.requests.timeout = Duration::from_millis(300);
    let server = TestServer::with(config, tiny).await;
    let mut sender = by_hand(server.address).await.ready().await.unwrap();
    let call = http_call(server.address, "StreamTagArticles");
    let (answer, mut body) = sender.send_request(call, false).unwrap();
    body.send_data(vec![0, 0, 0, 0x0f, 0xa0, 1, 2].into(), false)
        .unwrap();
    let mut answer = answer.await.unwrap().into_body();
    let trailers = timeout(PATIENCE, answer.trailers()).await.unwrap();
    let status = Status::from_header_map(&trailers.unwrap().unwrap()).unwrap();
    assert_eq!(reason(&status), "DEADLINE_EXCEEDED");
    server.stop().await;
}

#[tokio::test]
async fn an_idle_stream_outlives_every_single_call() {
    let mut config = common::patient();
    config.requests.timeout = Duration::from_millis(500);
    let server = TestServer::with(config, tiny).await;
    let mut client = TaggingServiceClient::new(server.channel().await);
    let (sender, requests) = mpsc::channel(1);
    let answers = client.stream_tag_articles(ReceiverStream::new(requests));
    let mut answers = answers.await.unwrap().into_inner();
    for _ in 0..2 {
        let request = pb::StreamTagArticlesRequest {
            article: Some(article()),
            ..pb::StreamTagArticlesRequest::default()
        };
        sender.send(request).await.unwrap();
        assert!(answers.message().await.unwrap().is_some());
        tokio::time::sleep(Duration::from_millis(1200)).await;
    }
    server.stop().await;
}

/// A request in its frame.
fn framed(request: &pb::TagArticleRequest) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(request.encoded_len()).unwrap());
    request.encode(&mut frame).unwrap();
    frame.freeze()
}

#[tokio::test]
async fn answers_that_nobody_reads_take_no_more_than_their_room_and_end_their_connection() {
    let mut config = common::patient();
    config.requests.timeout = Duration::from_secs(5);
    config.requests.request_bytes = 8192;
    config.requests.answer_bytes = 8192;
    config.admission.bytes = 32768;
    let server = TestServer::with(config, tiny).await;
    let request = pb::TagArticleRequest {
        article: Some(article()),
        ..pb::TagArticleRequest::default()
    };

    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut deaf = h2::client::Builder::new();
    let handshake = deaf.initial_window_size(0).handshake(stream);
    let (mut sender, connection) = handshake.await.unwrap();
    let connection = tokio::spawn(connection);
    let (mut unread, mut refused) = (Vec::new(), 0);
    while refused == 0 {
        sender = sender.ready().await.unwrap();
        let (answer, mut body) = sender
            .send_request(http_request(server.address), false)
            .unwrap();
        body.send_data(framed(&request), true).unwrap();
        let answer = timeout(PATIENCE, answer).await.unwrap().unwrap();
        match Status::from_header_map(answer.headers()) {
            Some(status) => refused += usize::from(reason(&status) == "OVERLOADED"),
            None => unread.push(answer),
        }
    }
    assert!(unread.len() > 1, "{}", unread.len());

    // Others have the other half.
    let mut client = TaggingServiceClient::new(server.channel().await);
    client.tag_article(request).await.unwrap();
    timeout(PATIENCE, connection).await.expect("it is cut").ok();
    server.stop().await;
}
