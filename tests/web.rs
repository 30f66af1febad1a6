//! Calls from browsers: gRPC-Web in both framings over plain HTTP/1.1, and CORS.

mod common;

use std::collections::HashMap;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD as BASE64, STANDARD_NO_PAD},
};
use common::TestServer;
use newstance::{
    model::Model,
    server::{
        config::{Config, Security, Web},
        pb,
    },
};
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const PATH: &str = "/newstance.v1.TaggingService/TagArticle";
const PAGE: &str = "https://news.example";
/// Bit of a frame's first byte: it holds trailers, not a message.
const TRAILERS: u8 = 0x80;

fn tiny() -> Model {
    Model::from_bytes(&common::fixture()).unwrap()
}

async fn server(origins: &[&str]) -> TestServer {
    let origins = origins.iter().map(ToString::to_string).collect();
    let config = Config {
        web: Some(Web { origins }),
        ..Config::default()
    };
    TestServer::with(config, tiny).await
}

/// An answer of HTTP/1.1.
struct Answer {
    status: u16,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn parse(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = str::from_utf8(&answer[..end]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        };
        let mut answer = Self {
            status: status.parse().unwrap(),
            headers: lines.map(header).collect(),
            body: answer[end + 4..].to_vec(),
        };
        if answer.header("transfer-encoding") == "chunked" {
            answer.body = unchunked(&answer.body);
        }
        answer
    }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|w| w == b"\r\n").unwrap();
        let size = str::from_utf8(&body[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.extend(&body[end + 2..end + 2 + size]);
        body = &body[end + 2 + size + 2..];
    }
}

/// One request of HTTP/1.1 on a connection of its own.
async fn send(server: &TestServer, method: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut lines = vec![
        format!("{method} {PATH} HTTP/1.1"),
        "host: localhost".into(),
        "connection: close".into(),
        format!("content-length: {}", body.len()),
    ];
    lines.extend(
        headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    let head = lines.join("\r\n") + "\r\n\r\n";
    let mut connection = TcpStream::connect(server.address).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    Answer::parse(&answer)
}

fn request(body: &str) -> Vec<u8> {
    let article = pb::Article {
        article_id: "web-1".into(),
        body: body.into(),
        ..pb::Article::default()
    };
    let request = pb::TagArticleRequest {
        article: Some(article),
        ..pb::TagArticleRequest::default()
    };
    frame(&request.encode_to_vec())
}

fn frame(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[..], message].concat()
}

/// First byte and content of each frame.
fn frames(mut body: &[u8]) -> Vec<(u8, &[u8])> {
    let mut frames = Vec::new();
    while let Some((head, rest)) = body.split_first_chunk::<5>() {
        let [kind, length @ ..] = *head;
        let (content, rest) = rest.split_at(u32::from_be_bytes(length) as usize);
        frames.push((kind, content));
        body = rest;
    }
    frames
}

/// The text form may be padded wherever a chunk ended.
fn from_base64(text: &[u8]) -> Vec<u8> {
    let groups = text.chunks(4);
    groups
        .flat_map(|group| BASE64.decode(group).unwrap())
        .collect()
}

fn expect_tagging(body: &[u8]) {
    let [(0, message), (TRAILERS, trailers)] = frames(body)[..] else {
        panic!("{:?}", frames(body));
    };
    let answer = pb::TagArticleResponse::decode(message).unwrap();
    let tagging = answer.tagging.unwrap();
    assert_eq!(tagging.article_id, "web-1");
    assert!(!tagging.axes.is_empty());
    let trailers = str::from_utf8(trailers).unwrap();
    assert!(trailers.contains("grpc-status:0"), "{trailers}");
}

#[tokio::test]
async fn a_page_calls_in_both_framings() {
    let server = server(&[]).await;
    let message = request("The army left the town.");
    for kind in ["application/grpc-web", "application/grpc-web+proto"] {
        let headers = [
            ("content-type", kind),
            ("origin", PAGE),
            ("x-grpc-web", "1"),
        ];
        let answer = send(&server, "POST", &headers, &message).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/grpc-web+proto");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let exposed = answer.header("access-control-expose-headers");
        for header in ["grpc-status", "grpc-message", "grpc-status-details-bin"] {
            assert!(exposed.contains(header), "{exposed}");
        }
        expect_tagging(&answer.body);
    }

    let kind = "application/grpc-web-text";
    let headers = [("content-type", kind), ("accept", kind), ("origin", PAGE)];
    let text = BASE64.encode(&message);
    let answer = send(&server, "POST", &headers, text.as_bytes()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with(kind));
    expect_tagging(&from_base64(&answer.body));
    server.stop().await;
}

#[tokio::test]
async fn a_page_reads_rich_errors() {
    let server = server(&[]).await;
    let headers = [("content-type", "application/grpc-web"), ("origin", PAGE)];
    let answer = send(&server, "POST", &headers, &request(" ")).await;
    assert_eq!((answer.status, answer.header("grpc-status")), (200, "3"));
    assert!(answer.header("grpc-message").starts_with("article.title"));
    assert!(!answer.header("grpc-status-details-bin").is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_text_that_is_no_base64_is_a_malformed_request() {
    let server = server(&[]).await;
    let whole = BASE64.encode(request("Rain"));
    for text in ["!!!!", &whole[..whole.len() - 1], &whole.replace('A', "*")] {
        let headers = [("content-type", "application/grpc-web-text")];
        let answer = send(&server, "POST", &headers, text.as_bytes()).await;
        assert_eq!(answer.header("grpc-status"), "3", "{text}");
        let details = answer.header("grpc-status-details-bin");
        let details = STANDARD_NO_PAD
            .decode(details.trim_end_matches('='))
            .unwrap();
        let reason = b"MALFORMED_REQUEST";
        assert!(details.windows(reason.len()).any(|part| part == reason));
    }
    server.stop().await;
}

#[tokio::test]
async fn a_browser_asks_first() {
    let server = server(&[PAGE]).await;
    let asked = "authorization,content-type,x-grpc-web,grpc-timeout";
    let preflight = |origin| {
        [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", asked),
        ]
    };
    let answer = send(&server, "OPTIONS", &preflight(PAGE), b"").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), PAGE);
    assert_eq!(answer.header("access-control-allow-methods"), "POST");
    assert_eq!(answer.header("access-control-allow-headers"), asked);
    assert_eq!(answer.header("access-control-max-age"), "3600");
    assert!(answer.header("vary").contains("origin"));
    server.stop().await;
}

#[tokio::test]
async fn a_page_of_another_origin_gets_no_permission() {
    let server = server(&[PAGE]).await;
    for origin in ["https://evil.example", "http://news.example", "null"] {
        let asked = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
        ];
        let call = [("content-type", "application/grpc-web"), ("origin", origin)];
        for (method, headers) in [("OPTIONS", asked), ("POST", call)] {
            let answer = send(&server, method, &headers, &request("Rain")).await;
            assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_browser_may_ask_without_a_token_and_not_call() {
    let tokens = tempfile::NamedTempFile::new().unwrap();
    let token = "name = \"page\"\ntoken = \"0123456789abcdef\"\nscopes = [\"tag\"]\n";
    std::fs::write(tokens.path(), format!("[[tokens]]\n{token}")).unwrap();
    let config = Config {
        web: Some(Web::default()),
        security: Security {
            tokens: Some(tokens.path().into()),
            ..Security::default()
        },
        ..Config::default()
    };
    let server = TestServer::with(config, tiny).await;
    let asked = [("origin", PAGE), ("access-control-request-method", "POST")];
    assert_eq!(send(&server, "OPTIONS", &asked, b"").await.status, 200);
    let mut headers = vec![("content-type", "application/grpc-web"), ("origin", PAGE)];
    let answer = send(&server, "POST", &headers, &request("Rain")).await;
    assert_eq!(answer.header("grpc-status"), "16");
    headers.push(("authorization", "Bearer 0123456789abcdef"));
    let answer = send(&server, "POST", &headers, &request("Rain")).await;
    expect_tagging(&answer.body);
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_grpc_web_is_no_call() {
    let server = server(&[]).await;
    for kind in ["application/json", "application/grpc", "text/plain"] {
        let answer = send(&server, "POST", &[("content-type", kind)], b"{}").await;
        assert!(
            (400..500).contains(&answer.status),
            "{kind}: {}",
            answer.status
        );
    }
    let answer = send(
        &server,
        "GET",
        &[("content-type", "application/grpc-web")],
        b"",
    )
    .await;
    assert_eq!(answer.status, 405);
    server.stop().await;
}

#[tokio::test]
async fn it_is_off_unless_it_is_wanted() {
    let server = TestServer::start(tiny).await;
    let mut connection = TcpStream::connect(server.address).await.unwrap();
    let call = format!("POST {PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
    connection.write_all(call.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // It hangs up, with or without a word of HTTP/2.
    let _ = connection.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    server.stop().await;
}
