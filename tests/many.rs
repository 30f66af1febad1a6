//! Batches and streams over real gRPC: order, faults of single articles, limits, and clients that
//! misbehave.

mod common;

use std::{num::NonZeroU32, time::Duration};

use common::TestServer;
use newstance::{
    model::{Model, embedded::default_model},
    server::pb::{self, tag_article_result::Outcome, tagging_service_client::TaggingServiceClient},
};
use prost::Message;
use tokio::sync::mpsc;
use tokio_stream::{StreamExt, wrappers::ReceiverStream};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;

fn tiny() -> Model {
    Model::from_bytes(&common::fixture()).unwrap()
}

async fn client(server: &TestServer) -> TaggingServiceClient<Channel> {
    TaggingServiceClient::new(server.channel().await)
}

fn article(id: &str, body: &str) -> pb::Article {
    pb::Article {
        article_id: id.into(),
        body: body.into(),
        ..pb::Article::default()
    }
}

fn batch(articles: Vec<pb::Article>) -> pb::BatchTagArticlesRequest {
    pb::BatchTagArticlesRequest {
        articles,
        ..pb::BatchTagArticlesRequest::default()
    }
}

fn next(id: &str, body: &str) -> pb::StreamTagArticlesRequest {
    pb::StreamTagArticlesRequest {
        article: Some(article(id, body)),
        ..pb::StreamTagArticlesRequest::default()
    }
}

/// A text of about so many bytes.
fn long(bytes: usize) -> String {
    "The council of Orlan met on the harbour and the judge spoke. ".repeat(bytes / 62 + 1)
}

fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    details.error_info().expect("an ErrorInfo").reason.clone()
}

#[tokio::test]
async fn a_batch_answers_in_order_and_one_bad_article_fails_alone() {
    let server = TestServer::start(tiny).await;
    let mut client = client(&server).await;
    let articles = vec![
        article("a", "The judge spoke in court."),
        article("b", " "),
        article("c", "The team won the match."),
    ];
    let single = pb::TagArticleRequest {
        article: Some(articles[2].clone()),
        ..Default::default()
    };
    let results = client.batch_tag_articles(batch(articles)).await.unwrap();
    let results = results.into_inner().results;
    let ids: Vec<_> = results.iter().map(|r| r.article_id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c"]);

    let Some(Outcome::Error(error)) = &results[1].outcome else {
        panic!("{:?}", results[1]);
    };
    assert_eq!(error.code, i32::from(Code::InvalidArgument));
    assert_eq!(error.details.len(), 2, "ErrorInfo and BadRequest");

    // What a batch says of an article is what a call of its own says.
    let alone = client.tag_article(single).await.unwrap().into_inner();
    let Some(Outcome::Tagging(tagging)) = &results[2].outcome else {
        panic!("{:?}", results[2]);
    };
    assert_eq!(Some(tagging), alone.tagging.as_ref());
    server.stop().await;
}

#[tokio::test]
async fn a_batch_is_refused_as_a_whole_for_its_size_or_options() {
    let mut config = common::patient();
    config.requests.batch_articles = NonZeroU32::new(2).unwrap();
    let server = TestServer::with(config, tiny).await;
    let mut client = client(&server).await;
    for count in [0, 3] {
        let articles = vec![article("a", "Rain"); count];
        let status = client
            .batch_tag_articles(batch(articles))
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(
            status.message(),
            format!("articles: {count} articles: expected 1 to 2")
        );
    }
    let unknown = pb::BatchTagArticlesRequest {
        model: "models/absent".into(),
        ..batch(vec![article("a", "Rain")])
    };
    let status = client.batch_tag_articles(unknown).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::NotFound, "MODEL_NOT_FOUND")
    );
    let unknown = pb::BatchTagArticlesRequest {
        options: Some(pb::TagOptions {
            axes: vec!["mood".into()],
            ..pb::TagOptions::default()
        }),
        ..batch(vec![article("a", "Rain")])
    };
    let status = client.batch_tag_articles(unknown).await.unwrap_err();
    assert_eq!(reason(&status), "AXIS_UNKNOWN");
    server.stop().await;
}

#[tokio::test]
async fn answers_stay_within_what_clients_accept() {
    let model = || default_model().unwrap();
    let explained = |count: usize| pb::BatchTagArticlesRequest {
        options: Some(pb::TagOptions {
            max_evidence: 100,
            ..pb::TagOptions::default()
        }),
        ..batch(vec![article("a", &long(4000)); count])
    };
    let server = TestServer::start(model).await;
    let mut unlimited = client(&server).await;
    let answer = unlimited.batch_tag_articles(explained(20)).await.unwrap();
    let whole = answer.into_inner();
    assert!(
        whole
            .results
            .iter()
            .all(|r| matches!(r.outcome, Some(Outcome::Tagging(_))))
    );
    server.stop().await;

    let mut config = common::patient();
    config.requests.answer_bytes = whole.encoded_len() / 2;
    let server = TestServer::with(config, model).await;
    let mut client = client(&server).await;
    let answer = client.batch_tag_articles(explained(20)).await.unwrap();
    let half = answer.into_inner();
    assert!(half.encoded_len() <= whole.encoded_len() / 2);
    let fits = |r: &&pb::TagArticleResult| matches!(r.outcome, Some(Outcome::Tagging(_)));
    let fitting = half.results.iter().take_while(fits).count();
    assert!((4..10).contains(&fitting), "{fitting}");
    assert_eq!(half.results[..fitting], whole.results[..fitting]);
    for result in &half.results[fitting..] {
        let Some(Outcome::Error(error)) = &result.outcome else {
            panic!("{result:?}");
        };
        assert_eq!(error.code, i32::from(Code::ResourceExhausted));
        assert!(error.message.starts_with("answer: "), "{}", error.message);
    }
    server.stop().await;

    let mut config = common::patient();
    config.requests.answer_bytes = 1000;
    let server = TestServer::with(config, model).await;
    let mut client = self::client(&server).await;
    let status = client.batch_tag_articles(explained(20)).await.unwrap_err();
    assert_eq!(reason(&status), "ANSWER_TOO_LARGE");
    let request = pb::TagArticleRequest {
        article: Some(article("a", &long(4000))),
        ..pb::TagArticleRequest::default()
    };
    let status = client.tag_article(request).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::ResourceExhausted, "ANSWER_TOO_LARGE")
    );
    server.stop().await;
}

#[tokio::test]
async fn a_stream_answers_each_request_with_its_own_id() {
    let server = TestServer::start(tiny).await;
    let requests = vec![
        next("a", "The judge spoke in court."),
        next("b", ""),
        pb::StreamTagArticlesRequest::default(),
        next(&"x".repeat(300), "Rain"),
        next("c", "The team won the match."),
    ];
    let answers = client(&server)
        .await
        .stream_tag_articles(tokio_stream::iter(requests))
        .await
        .unwrap()
        .into_inner();
    let told: Vec<(String, Option<i32>)> = answers
        .map(|answer| {
            let result = answer.unwrap().result.unwrap();
            let error = match result.outcome.unwrap() {
                Outcome::Tagging(tagging) => {
                    assert_eq!(tagging.article_id, result.article_id);
                    None
                }
                Outcome::Error(error) => Some(error.code),
            };
            (result.article_id, error)
        })
        .collect()
        .await;
    let refused = Some(i32::from(Code::InvalidArgument));
    let expected = [
        ("a", None),
        ("b", refused),
        ("", refused),
        ("", refused),
        ("c", None),
    ];
    let told: Vec<_> = told.iter().map(|(id, code)| (id.as_str(), *code)).collect();
    assert_eq!(told, expected);
    server.stop().await;
}

#[tokio::test]
async fn a_message_over_the_limit_ends_the_stream_with_its_size() {
    let mut config = common::patient();
    config.requests.request_bytes = 2048;
    let server = TestServer::with(config, tiny).await;
    let requests = vec![next("a", "Rain"), next("b", &long(4096))];
    let mut client = client(&server).await;
    let answers = client
        .stream_tag_articles(tokio_stream::iter(requests))
        .await;
    let mut answers = answers.unwrap().into_inner();
    assert!(answers.message().await.unwrap().is_some());
    let status = answers.message().await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(reason(&status), "REQUEST_TOO_LARGE");
    server.stop().await;
}

#[tokio::test]
async fn more_streams_than_the_limit_are_told_to_come_back() {
    let mut config = common::patient();
    config.admission.streams = NonZeroU32::MIN;
    let server = TestServer::with(config, tiny).await;
    let mut client = client(&server).await;
    let (first, requests) = mpsc::channel(1);
    let open = client
        .stream_tag_articles(ReceiverStream::new(requests))
        .await
        .unwrap();
    let second = tokio_stream::iter(Vec::new());
    let status = client.stream_tag_articles(second).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::ResourceExhausted, "TOO_MANY_STREAMS")
    );
    assert!(status.get_error_details().retry_info().is_some());

    // A client that dies makes room.
    drop((first, open));
    let again = async {
        while client
            .stream_tag_articles(tokio_stream::iter(Vec::new()))
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), again)
        .await
        .unwrap();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn past_the_limits_calls_are_refused_at_once_and_health_answers() {
    let mut config = common::patient();
    config.admission.articles = NonZeroU32::MIN;
    config.admission.queue = 0;
    let server = TestServer::with(config, || default_model().unwrap()).await;
    let channel = server.channel().await;
    let mut client = TaggingServiceClient::new(channel.clone());
    let mut busy = client.clone();
    let articles = vec![article("a", &long(16 * 1024)); 60];
    let labelling = tokio::spawn(async move {
        loop {
            let _ = busy.batch_tag_articles(batch(articles.clone())).await;
        }
    });

    let one = pb::TagArticleRequest {
        article: Some(article("b", "Rain")),
        ..Default::default()
    };
    let refused = async {
        loop {
            match client.tag_article(one.clone()).await {
                Err(status) => return status,
                Ok(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    };
    let status = tokio::time::timeout(Duration::from_secs(20), refused)
        .await
        .unwrap();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::ResourceExhausted, "OVERLOADED")
    );
    assert!(status.get_error_details().retry_info().is_some());
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel);
    health
        .check(tonic_health::pb::HealthCheckRequest::default())
        .await
        .unwrap();

    labelling.abort();
    let recovered = async {
        while client.tag_article(one.clone()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), recovered)
        .await
        .unwrap();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_slows_its_own_sending() {
    let server = TestServer::start(tiny).await;
    let mut client = client(&server).await;
    let (sender, requests) = mpsc::channel(1);
    let answers = client
        .stream_tag_articles(ReceiverStream::new(requests))
        .await
        .unwrap();
    let request = pb::StreamTagArticlesRequest {
        options: Some(pb::TagOptions {
            explain: true,
            ..Default::default()
        }),
        ..next("a", &long(20_000))
    };
    let mut sent: u32 = 0;
    // Nobody reads the answers: sooner or later nothing more is taken.
    while tokio::time::timeout(Duration::from_secs(2), sender.send(request.clone()))
        .await
        .is_ok()
    {
        sent += 1;
        assert!(sent < 2000, "the server swallows everything");
    }
    // Whoever reads again gets every answer.
    drop(sender);
    let mut answers = answers.into_inner();
    let mut received: u32 = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        assert!(answer.result.is_some());
        received += 1;
    }
    assert_eq!(received, sent);
    server.stop().await;
}
