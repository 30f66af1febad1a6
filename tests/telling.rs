//! The line and the span of each call: what they hold, and that nobody depends on them.

mod common;

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use common::{TestServer, scrape, written::Written};
use newstance::{
    model::Model,
    server::{
        config::{Config, LogFormat, Traces},
        pb::{self, tagging_service_client::TaggingServiceClient},
        telemetry::log,
    },
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use tokio::sync::mpsc;
use tonic::{Request, Response, Status};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";
const TEXT: &str = "Zwetschgendatschi for the army.";

fn tiny() -> Model {
    Model::from_bytes(&common::fixture()).unwrap()
}

fn config(log: LogFormat) -> Config {
    let mut config = Config::default();
    config.telemetry.log = log;
    config
}

/// Asks for `TEXT` to be labelled, as part of a trace that is recorded or not.
fn request(body: &str, flags: &str) -> Request<pb::TagArticleRequest> {
    let mut request = Request::new(pb::TagArticleRequest {
        article: Some(pb::Article {
            body: body.into(),
            article_id: "id-of-the-article".into(),
            ..pb::Article::default()
        }),
        ..pb::TagArticleRequest::default()
    });
    let parent = format!("00-{TRACE}-{PARENT}-{flags}");
    let metadata = request.metadata_mut();
    metadata.insert("traceparent", parent.parse().unwrap());
    metadata.insert(
        "authorization",
        "Bearer hush-hush-hush-hush".parse().unwrap(),
    );
    request
}

/// The log of a server that has answered one good call, one bad one and one to nowhere.
async fn log_of(format: LogFormat) -> Vec<String> {
    let written = Written::default();
    let (subscriber, flushed) = log::subscriber(format, written.clone());
    // The server runs on the thread of the test.
    let installed = tracing::subscriber::set_default(subscriber);
    let server = TestServer::with(config(format), tiny).await;
    let mut client = TaggingServiceClient::new(server.channel().await);
    client.tag_article(request(TEXT, "01")).await.unwrap();
    client.tag_article(request(" ", "00")).await.unwrap_err();
    let batch = pb::BatchTagArticlesRequest {
        articles: vec![
            pb::Article {
                body: TEXT.into(),
                ..pb::Article::default()
            },
            pb::Article::default(),
        ],
        ..pb::BatchTagArticlesRequest::default()
    };
    client.batch_tag_articles(batch).await.unwrap();
    log::tell(format_args!("two\nlines"));
    server.stop().await;
    drop(installed);
    drop(flushed);
    let text = written.text();
    for secret in ["Zwetsch", "army", "id-of-the-article", "hush"] {
        assert!(!text.contains(secret), "{text}");
    }
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_line_of_json_tells_of_each_call() {
    let lines = log_of(LogFormat::Json).await;
    let lines = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect(line));
    let lines: Vec<serde_json::Value> = lines.collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    let good = &lines[0];
    assert_eq!(good["method"], "newstance.v1.TaggingService/TagArticle");
    assert_eq!(
        (&good["status"], &good["level"]),
        (&"OK".into(), &"INFO".into())
    );
    assert_eq!(
        (&good["model"], &good["articles"]),
        (&"tiny".into(), &1.into())
    );
    assert_eq!(
        (&good["tokens"], &good["trace_id"]),
        (&4.into(), &TRACE.into())
    );
    assert_eq!(good["digest"].as_str().unwrap().len(), 12);
    assert!(good["duration_seconds"].as_f64().unwrap() > 0.0);
    assert!(good["peer"].as_str().unwrap().parse::<SocketAddr>().is_ok());
    assert!(good["time"].as_str().unwrap().ends_with('Z'));
    assert!(good.get("reason").is_none());
    let bad = &lines[1];
    assert_eq!(
        (&bad["status"], &bad["reason"]),
        (&"INVALID_ARGUMENT".into(), &"ARTICLE_EMPTY".into())
    );
    assert!(bad.get("model").is_none() && bad.get("articles").is_none());
    let batch = &lines[2];
    assert_eq!(
        (&batch["status"], &batch["articles"]),
        (&"OK".into(), &1.into())
    );
    assert!(batch.get("trace_id").is_none());
    assert_eq!(lines[3]["message"], "two\nlines");
}

#[tokio::test]
async fn a_line_of_text_tells_of_each_call() {
    let lines = log_of(LogFormat::Text).await;
    assert_eq!(lines.len(), 4, "{lines:?}");
    let words: Vec<_> = lines[0].split(' ').collect();
    assert!(
        words[0].ends_with('Z') && words[3].ends_with("ms"),
        "{}",
        lines[0]
    );
    assert_eq!(
        words[1..3],
        ["newstance.v1.TaggingService/TagArticle", "OK"]
    );
    for word in [
        "model=tiny",
        "articles=1",
        "tokens=4",
        &format!("trace_id={TRACE}"),
    ] {
        assert!(words.contains(&word), "{}", lines[0]);
    }
    assert!(lines[1].contains(" INVALID_ARGUMENT ") && lines[1].contains(" reason=ARTICLE_EMPTY "));
    assert_eq!(lines[3], "newstance: two lines");
}

/// Status and reason of each call in a log of JSON.
fn ends_of_calls(written: &Written) -> Vec<[String; 2]> {
    let text = written.text();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let calls = lines.filter(|line: &serde_json::Value| line["message"] == "call");
    let told = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    calls
        .map(|line| [told(&line["status"]), told(&line["reason"])])
        .collect()
}

#[tokio::test]
async fn a_stream_that_fails_after_its_headers_tells_why() {
    let written = Written::default();
    let (subscriber, flushed) = log::subscriber(LogFormat::Json, written.clone());
    let installed = tracing::subscriber::set_default(subscriber);
    let server = TestServer::with(config(LogFormat::Json), tiny).await;
    let mut sender = common::by_hand(server.address).await;
    let mut open = Vec::new();
    for (first, timeout) in [
        (&[0, 0, 0, 0, 2, 0x0a, 0xff][..], "9S"),
        (&[0, 0, 0x80, 0, 0], "9S"),
        (&[], "100m"),
        (&[], "9S"),
    ] {
        let mut call = common::http_call(server.address, "StreamTagArticles");
        let headers = call.headers_mut();
        headers.insert("grpc-timeout", timeout.parse().unwrap());
        sender = sender.ready().await.unwrap();
        let (answer, mut requests) = sender.send_request(call, false).unwrap();
        requests.send_data(first.to_vec().into(), false).unwrap();
        let mut answer = answer.await.unwrap().into_body();
        if timeout == "100m" || !first.is_empty() {
            assert!(answer.trailers().await.unwrap().is_some());
        }
        open.push((requests, answer));
    }
    server.stop().await;
    drop((installed, flushed));
    let expected = [
        ["INVALID_ARGUMENT", "MALFORMED_REQUEST"],
        ["RESOURCE_EXHAUSTED", "REQUEST_TOO_LARGE"],
        ["DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"],
        ["UNAVAILABLE", "CLOSING"],
    ];
    assert_eq!(ends_of_calls(&written), expected);
}

#[tokio::test]
async fn a_call_that_the_server_cuts_is_no_cancelled_one() {
    let written = Written::default();
    let (subscriber, flushed) = log::subscriber(LogFormat::Json, written.clone());
    let installed = tracing::subscriber::set_default(subscriber);
    let mut config = config(LogFormat::Json);
    config.connections.age = Some(Duration::from_millis(1500));
    config.connections.age_grace = Duration::ZERO;
    config.drain.timeout = Duration::from_millis(100);
    let server = TestServer::with(config, tiny).await;
    for end in ["client", "age", "stop"] {
        let mut sender = common::by_hand(server.address).await.ready().await.unwrap();
        let call = common::http_request(server.address);
        let (answer, mut request) = sender.send_request(call, false).unwrap();
        request.send_data(vec![0].into(), false).unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        match end {
            "client" => request.send_reset(h2::Reason::CANCEL),
            "age" => drop(answer.await.unwrap_err()),
            _ => {
                server.stop().await;
                break;
            }
        }
    }
    drop((installed, flushed));
    let cut = ["UNAVAILABLE", "CLOSING"];
    assert_eq!(ends_of_calls(&written), [["CANCELLED", ""], cut, cut]);
}

#[tokio::test]
async fn calls_are_not_logged_unless_that_is_wanted() {
    assert_eq!(log_of(LogFormat::Off).await, ["newstance: two lines"]);
}

/// Receives traces and passes them on.
struct Receiver(mpsc::UnboundedSender<ExportTraceServiceRequest>);

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.send(request.into_inner()).unwrap();
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

async fn receiver() -> (String, mpsc::UnboundedReceiver<ExportTraceServiceRequest>) {
    let (sender, received) = mpsc::unbounded_channel();
    let address = scrape::free_port();
    let service = TraceServiceServer::new(Receiver(sender));
    tokio::spawn(
        tonic::transport::Server::builder()
            .add_service(service)
            .serve(address),
    );
    while tokio::net::TcpStream::connect(address).await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (format!("http://{address}"), received)
}

fn traced(endpoint: String, ratio: f64) -> Config {
    let mut config = Config::default();
    config.telemetry.traces = Some(Traces { endpoint, ratio });
    config
}

fn attribute(attributes: &[KeyValue], key: &str) -> Value {
    let found = attributes.iter().find(|attribute| attribute.key == key);
    found.unwrap().value.clone().unwrap().value.unwrap()
}

fn text(value: &str) -> Value {
    Value::StringValue(value.into())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn spans(requests: &[ExportTraceServiceRequest]) -> Vec<Span> {
    let resources = requests.iter().flat_map(|request| &request.resource_spans);
    let scopes = resources.flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| scope.spans.clone()).collect()
}

#[tokio::test]
async fn a_span_belongs_to_the_trace_of_its_caller() {
    let (endpoint, mut received) = receiver().await;
    let server = TestServer::with(traced(endpoint, 0.0), tiny).await;
    let mut client = TaggingServiceClient::new(server.channel().await);
    // The caller decides; the ratio is for those who do not.
    client.tag_article(request(TEXT, "01")).await.unwrap();
    client.tag_article(request(TEXT, "00")).await.unwrap();
    client.tag_article(request(" ", "01")).await.unwrap_err();
    client.tag_article(request(TEXT, "rubbish")).await.unwrap();
    server.stop().await;

    let request = received.recv().await.unwrap();
    let resource = request.resource_spans[0].resource.clone().unwrap();
    assert_eq!(
        attribute(&resource.attributes, "service.name"),
        text("newstance")
    );
    let spans = spans(&[request]);
    assert_eq!(spans.len(), 2, "{spans:?}");
    let span = &spans[0];
    assert_eq!(span.name, "newstance.v1.TaggingService/TagArticle");
    assert_eq!(
        (hex(&span.trace_id), hex(&span.parent_span_id)),
        (TRACE.into(), PARENT.into())
    );
    assert!(span.end_time_unix_nano > span.start_time_unix_nano);
    let of = |key| attribute(&span.attributes, key);
    assert_eq!(of("rpc.system.name"), text("grpc"));
    assert_eq!(
        of("rpc.method"),
        text("newstance.v1.TaggingService/TagArticle")
    );
    assert_eq!(of("rpc.response.status_code"), text("OK"));
    assert_eq!(of("newstance.model"), text("tiny"));
    assert_eq!(of("newstance.articles"), Value::IntValue(1));
    assert_eq!(of("newstance.tokens"), Value::IntValue(4));
    let told = format!("{spans:?}");
    assert!(
        !told.contains("Zwetsch") && !told.contains("hush"),
        "{told}"
    );
    let refused = attribute(&spans[1].attributes, "newstance.reason");
    assert_eq!(refused, text("ARTICLE_EMPTY"));
}

#[tokio::test]
async fn the_ratio_decides_where_the_caller_does_not() {
    for (ratio, expected) in [(1.0, 20), (0.0, 0)] {
        let (endpoint, mut received) = receiver().await;
        let server = TestServer::with(traced(endpoint, ratio), tiny).await;
        let mut client = TaggingServiceClient::new(server.channel().await);
        for _ in 0..20 {
            let request = request(TEXT, "00").into_inner();
            client.tag_article(request).await.unwrap();
        }
        server.stop().await;
        let mut requests = Vec::new();
        while let Ok(request) = received.try_recv() {
            requests.push(request);
        }
        assert_eq!(spans(&requests).len(), expected);
    }
}

#[tokio::test]
async fn a_receiver_that_is_away_or_silent_disturbs_nobody() {
    // It accepts, and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = (silent.local_addr().unwrap(), silent);
    for address in [scrape::free_port(), silent.0] {
        let server = TestServer::with(traced(format!("http://{address}"), 1.0), tiny).await;
        let mut client = TaggingServiceClient::new(server.channel().await);
        for _ in 0..3000 {
            client.tag_article(request(TEXT, "01")).await.unwrap();
        }
        let stopping = Instant::now();
        server.stop().await;
        assert!(stopping.elapsed() < Duration::from_secs(5), "{address}");
    }
}

/// Standard error that takes nothing: a full disk, and a pipe that nobody reads any more.
#[cfg(target_os = "linux")]
fn broken_outputs() -> [std::process::Stdio; 2] {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    [full.unwrap().into(), writer.into()]
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_log_that_cannot_be_written_stops_nothing() {
    for output in broken_outputs() {
        let address = scrape::free_port();
        let mut server = std::process::Command::new(env!("CARGO_BIN_EXE_newstance"))
            .args(["serve", "--log", "json", "--listen", &address.to_string()])
            .arg("--model")
            .arg(common::path("data/model-v3.safetensors"))
            .args(["--drain-pause", "0s"])
            .stderr(output)
            .spawn()
            .unwrap();
        let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{address}"));
        let mut client = TaggingServiceClient::new(endpoint.unwrap().connect_lazy());
        let mut answered = 0;
        while answered < 100 {
            assert!(server.try_wait().unwrap().is_none(), "it ended");
            match client.tag_article(request(TEXT, "01")).await {
                Ok(_) => answered += 1,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
        let process = server.id().to_string();
        std::process::Command::new("kill")
            .arg(process)
            .status()
            .unwrap();
        // The connection ends on this thread.
        let ended = tokio::task::spawn_blocking(move || server.wait()).await;
        assert!(ended.unwrap().unwrap().success());
    }
}
