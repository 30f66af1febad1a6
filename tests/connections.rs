//! Connections that never begin, grow old, flood or break, and the end of a server under load.

mod common;

use std::{net::SocketAddr, num::NonZeroU32, time::Duration};

use common::{TestServer, by_hand, http_request};
use newstance::{
    model::Model,
    server::{
        Stop,
        config::{Config, Web},
        pb::{self, tagging_service_client::TaggingServiceClient},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    time::{Instant, sleep, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_types::StatusExt;

const PATIENCE: Duration = Duration::from_secs(20);

fn tiny() -> Model {
    Model::from_bytes(&common::fixture()).unwrap()
}

fn article() -> pb::Article {
    pb::Article {
        article_id: "a".into(),
        body: "The judge spoke in court.".into(),
        ..pb::Article::default()
    }
}

fn one() -> pb::TagArticleRequest {
    pb::TagArticleRequest {
        article: Some(article()),
        ..Default::default()
    }
}

fn next() -> pb::StreamTagArticlesRequest {
    pb::StreamTagArticlesRequest {
        article: Some(article()),
        ..Default::default()
    }
}

/// Whether the server still answers on a connection of its own.
async fn expect_alive(server: &TestServer) {
    let mut client = TaggingServiceClient::new(server.channel().await);
    let answer = timeout(PATIENCE, client.tag_article(one())).await;
    answer.expect("in time").unwrap();
}

/// Waits until the server has hung up.
async fn expect_hung_up(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let ended = timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    // Hanging up may look like an end or like a reset.
    let _ = ended.expect("in time");
}

#[tokio::test]
async fn half_open_connections_make_room_for_others() {
    let mut config = common::patient();
    config.connections.connections = NonZeroU32::new(2).unwrap();
    config.connections.handshake = Duration::from_millis(200);
    let server = TestServer::with(config, tiny).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let mut hesitant = TcpStream::connect(server.address).await.unwrap();
    hesitant.write_all(b"PRI * HTTP/2.0").await.unwrap();
    // Both places are taken; this one waits in the backlog until they are given up.
    expect_alive(&server).await;
    expect_hung_up(&mut silent).await;
    expect_hung_up(&mut hesitant).await;
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_answer_pings_is_let_go() {
    let mut config = common::patient();
    config.connections.keepalive = Some(Duration::from_millis(100));
    config.connections.keepalive_timeout = Duration::from_millis(100);
    let server = TestServer::with(config, tiny).await;
    let mut dead = TcpStream::connect(server.address).await.unwrap();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    dead.write_all(preface).await.unwrap();
    expect_hung_up(&mut dead).await;
    server.stop().await;
}

#[tokio::test]
async fn an_old_connection_is_asked_to_go_and_its_streams_end_cleanly() {
    let mut config = common::patient();
    config.connections.age = Some(Duration::from_millis(300));
    let server = TestServer::with(config, tiny).await;
    let mut client = TaggingServiceClient::new(server.channel().await);
    let (sender, requests) = mpsc::channel(1);
    let answers = client
        .stream_tag_articles(ReceiverStream::new(requests))
        .await;
    let mut answers = answers.unwrap().into_inner();
    sender.send(next()).await.unwrap();
    assert!(answers.message().await.unwrap().is_some());
    let ended = timeout(PATIENCE, answers.message())
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(ended.code(), Code::Unavailable);
    let details = ended.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "CLOSING");
    assert!(details.retry_info().is_some());
    // The client connects anew, again and again, and no call is lost.
    let started = Instant::now();
    let mut answered = 0;
    while started.elapsed() < Duration::from_millis(900) {
        match client.tag_article(one()).await {
            Ok(_) => answered += 1,
            Err(status) => assert!(would_be_sent_again(&status), "{status:?}"),
        }
    }
    assert!(answered > 100);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_resets_is_survived() {
    let server = TestServer::start(tiny).await;
    for _ in 0..3 {
        let mut sender = by_hand(server.address).await;
        for _ in 0..5000 {
            let Ok(ready) = sender.clone().ready().await else {
                break; // The server has had enough of this connection, and may.
            };
            sender = ready;
            let Ok((_, mut stream)) = sender.send_request(http_request(server.address), false)
            else {
                break;
            };
            stream.send_reset(h2::Reason::CANCEL);
        }
    }
    expect_alive(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn frames_and_headers_over_the_limits_are_survived() {
    let server = TestServer::start(tiny).await;
    // A frame that claims 16 MiB.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\xff\xff\xff\0\0\0\0\0\x01";
    stream.write_all(preface).await.unwrap();
    expect_hung_up(&mut stream).await;
    // Headers of 1 MiB.
    let mut sender = by_hand(server.address).await;
    let mut request = http_request(server.address);
    let value = "x".repeat(1 << 20).parse().unwrap();
    request.headers_mut().insert("x-much", value);
    if let Ok((answer, _)) = sender.send_request(request, true) {
        let answer = timeout(PATIENCE, answer).await.unwrap();
        assert!(answer.is_err() || answer.unwrap().status().is_client_error());
    }
    expect_alive(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn clients_that_die_in_mid_stream_leave_nothing_behind() {
    let mut config = common::patient();
    config.admission.streams = NonZeroU32::new(4).unwrap();
    let server = TestServer::with(config, tiny).await;
    for _ in 0..40 {
        let channel = server.channel().await;
        let mut client = TaggingServiceClient::new(channel);
        let (sender, requests) = mpsc::channel(1);
        let opened = async {
            loop {
                let requests = tokio_stream::iter([next()]);
                if let Ok(answers) = client.stream_tag_articles(requests).await {
                    return answers;
                }
                sleep(Duration::from_millis(5)).await;
            }
        };
        let answers = timeout(PATIENCE, opened).await.expect("a place gets free");
        drop((
            sender,
            answers,
            ReceiverStream::new(requests) as ReceiverStream<()>,
        ));
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_tiny_calls_are_all_answered() {
    let server = TestServer::start(tiny).await;
    let channel = server.channel().await;
    let mut tasks = Vec::new();
    for _ in 0..64 {
        let mut client = TaggingServiceClient::new(channel.clone());
        tasks.push(tokio::spawn(async move {
            for _ in 0..100_000 / 64 {
                client.tag_article(one()).await.unwrap();
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    server.stop().await;
}

/// A server that is told to stop as an operator's system would tell it.
struct Planned {
    address: SocketAddr,
    channel: Channel,
    stop: mpsc::UnboundedSender<Stop>,
    serving: tokio::task::JoinHandle<()>,
}

async fn planned(config: Config) -> Planned {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stops) = mpsc::unbounded_channel();
    let (ready, is_ready) = oneshot::channel();
    let serving = tokio::spawn(async move {
        let load = || Ok::<_, std::convert::Infallible>(tiny().into());
        let ready = |_: &_| ready.send(()).unwrap();
        newstance::server::serve(listener, config, load, ready, stops)
            .await
            .unwrap();
    });
    is_ready.await.unwrap();
    let channel = Channel::from_shared(format!("http://{address}")).unwrap();
    Planned {
        address,
        channel: channel.connect().await.unwrap(),
        stop,
        serving,
    }
}

#[tokio::test]
async fn a_planned_stop_says_so_goes_on_for_a_while_and_ends_streams() {
    let mut config = common::patient();
    config.drain.pause = Duration::from_millis(400);
    let Planned {
        channel,
        stop,
        serving,
        ..
    } = planned(config).await;
    let mut client = TaggingServiceClient::new(channel.clone());
    let (sender, requests) = mpsc::channel(1);
    let answers = client
        .stream_tag_articles(ReceiverStream::new(requests))
        .await;
    let mut answers = answers.unwrap().into_inner();
    stop.send(Stop::Planned).unwrap();

    let mut health = HealthClient::new(channel);
    let said = async {
        loop {
            let answer = health.check(HealthCheckRequest::default()).await.unwrap();
            if answer.into_inner().status() == ServingStatus::NotServing {
                return;
            }
        }
    };
    timeout(Duration::from_millis(300), said)
        .await
        .expect("before the pause is over");
    client
        .tag_article(one())
        .await
        .expect("calls are answered during the pause");
    sender.send(next()).await.unwrap();
    assert!(answers.message().await.unwrap().is_some());
    let ended = timeout(PATIENCE, answers.message())
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(ended.code(), Code::Unavailable);
    timeout(PATIENCE, serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn calls_that_do_not_end_are_cut_off_in_the_end() {
    let mut config = common::patient();
    config.drain.pause = Duration::ZERO;
    config.drain.timeout = Duration::from_millis(200);
    let Planned {
        address,
        stop,
        serving,
        ..
    } = planned(config).await;
    let _call = endless_call(address).await;
    stop.send(Stop::Planned).unwrap();
    timeout(PATIENCE, serving)
        .await
        .expect("in spite of the call")
        .unwrap();
}

/// A call whose request never ends.
async fn endless_call(
    address: SocketAddr,
) -> (h2::client::ResponseFuture, h2::SendStream<bytes::Bytes>) {
    let mut sender = by_hand(address).await.ready().await.unwrap();
    let request = http_request(address);
    let (answer, mut body) = sender.send_request(request, false).unwrap();
    body.send_data(vec![0].into(), false).unwrap();
    sleep(Duration::from_millis(100)).await;
    (answer, body)
}

#[tokio::test]
async fn who_asks_twice_waits_no_longer() {
    for (first, pause) in [
        (Stop::Now, Duration::ZERO),
        (Stop::Planned, Duration::ZERO),
        (Stop::Planned, 10 * PATIENCE),
    ] {
        let mut config = common::patient();
        config.drain.pause = pause;
        config.drain.timeout = 10 * PATIENCE;
        let Planned {
            address,
            stop,
            serving,
            ..
        } = planned(config).await;
        let (answer, _body) = endless_call(address).await;
        stop.send(first).unwrap();
        sleep(Duration::from_millis(100)).await;
        assert!(!serving.is_finished());
        stop.send(Stop::Now).unwrap();
        timeout(PATIENCE, serving).await.expect("at once").unwrap();
        answer.await.expect_err("it is cut off");
    }
}

#[tokio::test]
async fn connections_without_a_call_hold_up_no_stop() {
    let begun = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    for web in [None, Some(Web::default())] {
        let mut config = common::patient();
        config.drain.pause = Duration::ZERO;
        config.drain.timeout = 10 * PATIENCE;
        config.connections.handshake = 10 * PATIENCE;
        config.web = web;
        let Planned {
            address,
            stop,
            serving,
            ..
        } = planned(config).await;
        let mut idle = Vec::new();
        for said in [
            &b""[..],
            &begun[..14],
            begun,
            b"GET / HTTP/1.1\r\nHost: somebody",
        ] {
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(said).await.unwrap();
            idle.push(client);
        }
        sleep(Duration::from_millis(100)).await;
        stop.send(Stop::Now).unwrap();
        let ended = timeout(Duration::from_secs(5), serving).await;
        ended.expect("at once").unwrap();
    }
}

#[tokio::test]
async fn who_watches_health_is_told_of_the_end_and_holds_up_nobody() {
    let mut config = common::patient();
    config.drain.pause = Duration::ZERO;
    config.drain.timeout = 10 * PATIENCE;
    let Planned {
        channel,
        stop,
        serving,
        ..
    } = planned(config).await;
    let mut health = HealthClient::new(channel);
    let watched = health.watch(HealthCheckRequest::default()).await.unwrap();
    let mut watched = watched.into_inner();
    let mut next = async || watched.message().await;
    let said = next().await.unwrap().unwrap();
    assert_eq!(said.status(), ServingStatus::Serving);
    stop.send(Stop::Planned).unwrap();
    let said = next().await.unwrap().unwrap();
    assert_eq!(said.status(), ServingStatus::NotServing);
    assert_eq!(next().await.unwrap_err().code(), Code::Unavailable);
    timeout(PATIENCE, serving).await.unwrap().unwrap();
}

/// What a client with retries sends to another server: UNAVAILABLE and, since this client leaves it
/// to its caller, what it could not send any more or what the server said it would not begin.
fn would_be_sent_again(status: &Status) -> bool {
    let said = format!("{status:?}");
    let unsent = ["hyper::Error(Canceled", "GoAway(b\"\", NO_ERROR, Remote)"];
    status.code() == Code::Unavailable || unsent.iter().any(|unsent| said.contains(unsent))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_under_load_fails_no_call_of_a_client_that_retries() {
    let mut config = common::patient();
    config.drain.pause = Duration::from_millis(100);
    let Planned {
        channel,
        stop,
        serving,
        ..
    } = planned(config).await;
    let mut tasks = Vec::new();
    for _ in 0..16 {
        let mut client = TaggingServiceClient::new(channel.clone());
        tasks.push(tokio::spawn(async move {
            loop {
                match client.tag_article(one()).await {
                    Ok(_) => {}
                    Err(status) if would_be_sent_again(&status) => return,
                    Err(status) => panic!("{status:?}"),
                }
            }
        }));
    }
    sleep(Duration::from_millis(200)).await;
    stop.send(Stop::Planned).unwrap();
    timeout(PATIENCE, serving).await.unwrap().unwrap();
    for task in tasks {
        timeout(PATIENCE, task).await.unwrap().unwrap();
    }
}
