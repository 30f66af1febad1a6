//! Metrics of a running server, and the port that tells them.
#![allow(clippy::float_cmp, reason = "counts have an exact f64")]

mod common;

use std::{fs, net::SocketAddr, num::NonZeroU32, sync::mpsc, time::Duration};

use common::{
    TestServer,
    scrape::{self, exchange, free_port, get, scrape},
    tensors,
};
use newstance::{
    model::Model,
    server::{
        config::Config,
        models::Models,
        pb::{self, inference::ModelInferRequest, tagging_service_client::TaggingServiceClient},
    },
};
use tokio::net::TcpStream;
use tonic::{Code, transport::Channel};

const CALLS: &str = "rpc_server_call_duration_seconds_count";

fn tiny() -> Model {
    Model::from_bytes(&common::fixture()).unwrap()
}

fn config() -> (Config, SocketAddr) {
    let mut config = Config::default();
    let address = free_port();
    config.telemetry.metrics = Some(address);
    (config, address)
}

fn article(body: &str) -> pb::Article {
    pb::Article {
        body: body.into(),
        ..pb::Article::default()
    }
}

fn request(body: &str) -> pb::TagArticleRequest {
    pb::TagArticleRequest {
        article: Some(article(body)),
        ..pb::TagArticleRequest::default()
    }
}

async fn client(server: &TestServer) -> TaggingServiceClient<Channel> {
    TaggingServiceClient::new(server.channel().await)
}

fn of<'a>(method: &'a str, code: &'a str) -> [&'a str; 2] {
    [method, code]
}

#[tokio::test]
async fn calls_of_every_kind_are_counted() {
    let (config, metrics) = config();
    let server = TestServer::with(config, tiny).await;
    let mut client = client(&server).await;
    for _ in 0..3 {
        client.tag_article(request("The army left.")).await.unwrap();
    }
    client.tag_article(request(" ")).await.unwrap_err();
    let batch = pb::BatchTagArticlesRequest {
        articles: vec![article("The army left."), article(" "), article("It won.")],
        ..pb::BatchTagArticlesRequest::default()
    };
    client.batch_tag_articles(batch).await.unwrap();
    let messages = ["The army left.", " "].map(|body| pb::StreamTagArticlesRequest {
        article: Some(article(body)),
        ..pb::StreamTagArticlesRequest::default()
    });
    let answers = client.stream_tag_articles(tokio_stream::iter(messages));
    let mut answers = answers.await.unwrap().into_inner();
    while answers.message().await.unwrap().is_some() {}

    let samples = scrape(metrics).await;
    let count = |method, code| samples.sum(CALLS, &of(method, code));
    assert_eq!(count("/TagArticle\"", "\"OK\""), 3.0);
    assert_eq!(count("/TagArticle\"", "\"INVALID_ARGUMENT\""), 1.0);
    assert_eq!(count("/BatchTagArticles\"", "\"OK\""), 1.0);
    assert_eq!(count("/StreamTagArticles\"", "\"OK\""), 1.0);
    let seconds = samples.sum("rpc_server_call_duration_seconds_sum", &[]);
    assert!(seconds > 0.0 && seconds < 10.0, "{seconds}");

    let model = ["model=\"tiny\""];
    assert_eq!(samples.sum("newstance_articles_total", &model), 6.0);
    assert_eq!(samples.sum("newstance_known_term_ratio_count", &model), 6.0);
    // These texts are too short to be labelled: each axis of each article says so.
    let labels = samples.sum("newstance_labels_total", &model);
    let abstentions = samples.sum("newstance_abstentions_total", &model);
    assert!(labels + abstentions >= 6.0, "{labels} {abstentions}");
    assert_eq!(
        samples.sum("newstance_model_info", &["default=\"true\""]),
        1.0
    );
    assert_eq!(samples.sum("newstance_articles_in_flight", &[]), 0.0);
    assert_eq!(samples.sum("newstance_connections", &[]), 1.0);
    server.stop().await;
}

#[tokio::test]
async fn assigned_labels_are_counted_one_by_one() {
    let (config, metrics) = config();
    let server = TestServer::with(config, common::pack).await;
    let text = "The patrol held two smugglers at the frontier.";
    let answer = client(&server)
        .await
        .tag_article(request(text))
        .await
        .unwrap();
    let tagging = answer.into_inner().tagging.unwrap();
    let samples = scrape(metrics).await;
    let mut assigned = 0.0;
    for axis in &tagging.axes {
        for label in &axis.labels {
            let labels = [
                format!("axis=\"{}\"", axis.axis),
                format!("label=\"{}\"", label.code),
            ];
            let counted = samples.sum("newstance_labels_total", &[&labels[0], &labels[1]]);
            assert_eq!(counted, f64::from(u8::from(label.assigned)), "{label:?}");
            assigned += counted;
        }
    }
    assert!(assigned > 0.0, "{tagging:?}");
    let ratio = samples.sum("newstance_known_term_ratio_sum", &[]);
    let text = tagging.text.unwrap();
    assert!((ratio - f64::from(text.known_tokens) / f64::from(text.tokens)).abs() < 1e-9);
    server.stop().await;
}

#[tokio::test]
async fn clients_of_the_inference_protocol_count_too() {
    let (config, metrics) = config();
    let server = TestServer::with(config, tiny).await;
    let request = ModelInferRequest {
        model_name: "tiny".into(),
        inputs: vec![tensors::typed_input("body", &["The army left.", "It won."])],
        ..ModelInferRequest::default()
    };
    let mut client = tensors::client(&server).await;
    client.model_infer(request).await.unwrap();
    let samples = scrape(metrics).await;
    assert_eq!(samples.sum(CALLS, &of("/ModelInfer\"", "\"OK\"")), 1.0);
    let articles = samples.sum("newstance_articles_total", &["model=\"tiny\""]);
    assert_eq!(articles, 2.0);
    server.stop().await;
}

#[tokio::test]
async fn a_client_cannot_make_up_series() {
    let (config, metrics) = config();
    let server = TestServer::with(config, tiny).await;
    let mut client = tonic::client::Grpc::new(server.channel().await);
    for n in 0..20 {
        client.ready().await.unwrap();
        let path = format!("/newstance.v1.TaggingService/Method{n}")
            .parse()
            .unwrap();
        let codec = tonic_prost::ProstCodec::<(), ()>::default();
        let refused = client.unary(tonic::Request::new(()), path, codec).await;
        assert_eq!(refused.unwrap_err().code(), Code::Unimplemented);
    }
    let samples = scrape(metrics).await;
    assert_eq!(
        samples.sum(CALLS, &of("\"_OTHER\"", "\"UNIMPLEMENTED\"")),
        20.0
    );
    assert_eq!(samples.names().filter(|name| *name == CALLS).count(), 1);
    server.stop().await;
}

#[tokio::test]
async fn what_is_turned_away_is_counted_by_its_reason() {
    let (mut config, metrics) = config();
    config.admission.streams = NonZeroU32::MIN;
    config.admission.wait = Duration::ZERO;
    let server = TestServer::with(config, tiny).await;
    let mut client = client(&server).await;
    for _ in 0..3 {
        // No call gets a thread in no time at all.
        let refused = client.tag_article(request("The army left.")).await;
        assert_eq!(refused.unwrap_err().code(), Code::ResourceExhausted);
    }
    let samples = scrape(metrics).await;
    let shed = |reason| samples.sum("newstance_shed_total", &[reason]);
    assert_eq!((shed("OVERLOADED"), shed("TOO_MANY_STREAMS")), (3.0, 0.0));
    server.stop().await;
}

#[tokio::test]
async fn a_request_without_room_for_its_bytes_is_counted_too() {
    let (mut config, metrics) = config();
    config.admission.bytes = 16;
    let server = TestServer::with(config, tiny).await;
    let mut client = client(&server).await;
    let refused = client.tag_article(request("The army left.")).await;
    assert_eq!(refused.unwrap_err().code(), Code::ResourceExhausted);
    let samples = scrape(metrics).await;
    let shed = samples.sum("newstance_shed_total", &["OVERLOADED"]);
    assert!((shed - 1.0).abs() < f64::EPSILON, "{shed}");
    server.stop().await;
}

#[tokio::test]
async fn a_stream_that_finds_no_room_on_its_way_is_counted_too() {
    let (mut config, metrics) = config();
    config.admission.bytes = 4000;
    let server = TestServer::with(config, tiny).await;
    let request = |body: &str| pb::StreamTagArticlesRequest {
        article: Some(article(body)),
        ..pb::StreamTagArticlesRequest::default()
    };
    let (sender, requests) = tokio::sync::mpsc::channel(1);
    let requests = tokio_stream::wrappers::ReceiverStream::new(requests);
    let mut client = client(&server).await;
    let answers = client.stream_tag_articles(requests).await;
    let mut answers = answers.unwrap().into_inner();
    sender.send(request("The army left.")).await.unwrap();
    assert!(answers.message().await.unwrap().is_some());
    let large = request(&"The army left. ".repeat(400));
    sender.send(large).await.unwrap();
    let refused = answers.message().await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    let samples = scrape(metrics).await;
    assert_eq!(samples.sum("newstance_shed_total", &["OVERLOADED"]), 1.0);
    server.stop().await;
}

#[tokio::test]
async fn a_stream_beyond_the_limit_is_counted_and_a_cancelled_one_too() {
    let (mut config, metrics) = config();
    config.admission.streams = NonZeroU32::MIN;
    let server = TestServer::with(config, tiny).await;
    // A client that can be killed: it has threads of its own.
    let elsewhere = tokio::runtime::Runtime::new().unwrap();
    let endpoint = format!("http://{}", server.address);
    let calls = elsewhere.spawn(async move {
        let endpoint = Channel::from_shared(endpoint).unwrap();
        let mut client = TaggingServiceClient::new(endpoint.connect().await.unwrap());
        let open = client.stream_tag_articles(tokio_stream::pending()).await;
        let refused = client.stream_tag_articles(tokio_stream::empty()).await;
        (open, refused.unwrap_err().code())
    });
    let (open, refused) = calls.await.unwrap();
    assert_eq!(refused, Code::ResourceExhausted);
    let shed = "newstance_shed_total";
    assert_eq!(scrape(metrics).await.sum(shed, &["TOO_MANY_STREAMS"]), 1.0);
    elsewhere.shutdown_background();
    let cancelled = of("/StreamTagArticles\"", "\"CANCELLED\"");
    while scrape(metrics).await.sum(CALLS, &cancelled) < 1.0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(open);
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_call_is_refused_in_the_terms_of_http_and_not_counted() {
    let (config, metrics) = config();
    let server = TestServer::with(config, tiny).await;
    let mut sender = common::by_hand(server.address).await;
    let (post, grpc) = (http::Method::POST, Some("application/grpc"));
    for (method, content_type, status) in [
        (post.clone(), Some("application/json"), 415),
        (post.clone(), Some("application/grpc-web+proto"), 415),
        (post.clone(), None, 415),
        (http::Method::PUT, grpc, 405),
        (http::Method::GET, grpc, 405),
        (post.clone(), Some("application/grpc+proto"), 200),
        (post, grpc, 200),
    ] {
        let mut request = common::http_request(server.address);
        *request.method_mut() = method.clone();
        request.headers_mut().remove("content-type");
        if let Some(value) = content_type {
            let value = value.parse().unwrap();
            request.headers_mut().insert("content-type", value);
        }
        sender = sender.ready().await.unwrap();
        let (answer, mut body) = sender.send_request(request, false).unwrap();
        // It may have been refused before.
        let _ = body.send_data(vec![0, 0, 0, 0, 0].into(), true);
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), status, "{method} {content_type:?}");
        assert_eq!(answer.headers().contains_key("grpc-status"), status == 200);
        assert_eq!(answer.headers().contains_key("allow"), status == 405);
    }
    assert_eq!(scrape(metrics).await.sum(CALLS, &[]), 2.0);
    server.stop().await;
}

#[tokio::test]
async fn reloads_are_counted_by_their_result() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.safetensors");
    fs::write(&file, common::fixture()).unwrap();
    let (mut config, metrics) = config();
    config.reload.models_in_use = vec![file.clone()];
    config.reload.interval = Some(Duration::from_millis(10));
    let held = file.clone();
    let read = move || Models::from(tiny()).read_from(&held, "tiny");
    let server = TestServer::with(config, read).await;
    for (bytes, result) in [(b"rubbish".to_vec(), "error"), (common::fixture(), "ok")] {
        fs::write(&file, bytes).unwrap();
        let label = format!("result=\"{result}\"");
        let labels = ["what=\"model\"", &label];
        while scrape(metrics)
            .await
            .sum("newstance_reloads_total", &labels)
            < 1.0
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn ready_is_what_health_says() {
    let (release, wait) = mpsc::channel::<()>();
    let (ready, is_ready) = tokio::sync::oneshot::channel();
    let (config, metrics) = config();
    let load = move || {
        wait.recv().unwrap();
        tiny()
    };
    let server = TestServer::start_loading(config, load, move || ready.send(()).unwrap()).await;
    // It listens before it is ready.
    while TcpStream::connect(metrics).await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let status = async |path| get(metrics, path, "*/*").await.0[9..12].to_owned();
    assert_eq!(status("/livez").await, "200");
    assert_eq!(status("/readyz").await, "503");
    release.send(()).unwrap();
    is_ready.await.unwrap();
    assert_eq!(status("/readyz").await, "200");
    assert_eq!(status("/").await, "404");
    assert_eq!(status("/metrics/").await, "404");
    server.stop().await;
    let gone = TcpStream::connect(metrics).await;
    assert!(gone.is_err(), "the port is still open");
}

#[tokio::test]
async fn each_form_has_its_type() {
    let (config, metrics) = config();
    let server = TestServer::with(config, tiny).await;
    let open = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let prometheus = format!("{open};q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
    let (head, body) = get(metrics, "/metrics", &prometheus).await;
    assert!(
        head.contains(&format!("content-type: {open}\r\n")),
        "{head}"
    );
    assert!(body.ends_with("# EOF\n"));
    scrape::Samples::parse(&body);
    let (head, body) = get(metrics, "/metrics", "text/html").await;
    assert!(head.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    assert!(!body.contains("# EOF"));
    for name in ["process_start_time_seconds", "newstance_connections"] {
        assert!(body.contains(&format!("# TYPE {name} gauge\n")), "{name}");
    }
    server.stop().await;
}

#[tokio::test]
async fn rubbish_on_the_port_harms_nobody() {
    let (config, metrics) = config();
    let server = TestServer::with(config, tiny).await;
    let long = [b"GET /".to_vec(), vec![b'a'; 100_000]].concat();
    let mut idle = Vec::new();
    for _ in 0..8 {
        idle.push(tokio::net::TcpStream::connect(metrics).await.unwrap());
    }
    for (bytes, statuses) in [
        (&b"\0\x01\x02\r\n\r\n"[..], &["400", ""][..]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &["400", "505", ""]),
        (b"GET /metrics HTTP/1.1\r\nHost test\r\n\r\n", &["400"]),
        (&long, &["414", "431", "400"]),
        (
            b"POST /metrics HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n",
            &["405"],
        ),
        (b"GET /../../etc/passwd HTTP/1.1\r\n\r\n", &["404"]),
        (b"GET http://other/metrics HTTP/1.1\r\n\r\n", &["200"]),
        (b"HEAD /metrics HTTP/1.1\r\n\r\n", &["200"]),
        (b"GET /metrics HTTP/1.0\r\n\r\n", &["200"]),
    ] {
        let answer = exchange(metrics, bytes).await;
        let status = answer.get(9..12).unwrap_or_default();
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        assert!(statuses.contains(&status), "{shown:?}: {status:?}");
    }
    client(&server)
        .await
        .tag_article(request("The army left."))
        .await
        .unwrap();
    drop(idle);
    server.stop().await;
}

#[tokio::test]
async fn silence_on_the_port_ends() {
    let (config, metrics) = config();
    let server = TestServer::with(config, tiny).await;
    let started = std::time::Instant::now();
    let answer = exchange(metrics, b"GET /metrics HT").await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
        "{answer}"
    );
    assert!(started.elapsed() < Duration::from_secs(8));
    server.stop().await;
}

#[tokio::test]
async fn a_port_that_is_taken_ends_the_server() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = Config::default();
    config.telemetry.metrics = taken.local_addr().ok();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let load = || Ok::<_, std::convert::Infallible>(tiny().into());
    let (_, never) = tokio::sync::mpsc::unbounded_channel();
    let ended = newstance::server::serve(listener, config, load, |_| {}, never).await;
    let error = ended.unwrap_err().to_string();
    assert!(
        error.starts_with("metrics: cannot listen on 127.0.0.1:"),
        "{error}"
    );
}
