//! What telemetry costs a call: `cargo bench --bench telemetry`.
//!
//! Calls to a service that does nothing, and articles that are counted, in nanoseconds each.

#[path = "common/allocator.rs"]
mod allocator;

use std::{
    convert::Infallible,
    future::{Ready, poll_fn, ready},
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use http::{HeaderMap, Request, Response};
use hyper::body::{Body as HttpBody, Bytes, Frame};
use newstance::{
    article::{Article, ArticleLimits, ArticleParts},
    model::embedded::default_model,
    server::{
        config::{self, LogFormat, Traces},
        telemetry::{CallRecord, Telemetry, log},
    },
    tagger::{TagOptions, Tagger},
};
use tonic::{Status, body::Body};
use tower::{Layer, Service};

/// The fastest of so many runs counts: others may use the machine too.
const RUNS: u32 = 40;
const ROUNDS: u32 = 5_000;
const METHOD: &str = "/newstance.v1.TaggingService/TagArticle";
const TEXT: &str = "The defence ministers of Orlan and Veshta met on Monday to discuss the war. The \
    army said that troops had fought near the town and that twelve soldiers were killed. The \
    president called for a ceasefire and for new sanctions against the government.";

/// An answer of one message.
struct Answer(u8);

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.0 += 1;
        Poll::Ready(match self.0 {
            1 => Some(Ok(Frame::data(Bytes::from_static(b"message")))),
            2 => {
                let mut trailers = HeaderMap::new();
                trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
                Some(Ok(Frame::trailers(trailers)))
            }
            _ => None,
        })
    }
}

#[derive(Clone)]
struct Nothing;

impl Service<Request<Body>> for Nothing {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        ready(Ok(Response::new(Body::new(Answer(0)))))
    }
}

async fn calls<S>(mut service: S) -> f64
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let mut fastest = f64::INFINITY;
    for _ in 0..RUNS {
        let started = Instant::now();
        for _ in 0..ROUNDS {
            call(&mut service).await;
        }
        fastest = fastest.min(per_round(started));
    }
    fastest
}

fn per_round(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS)
}

async fn call<S>(service: &mut S)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = http::Uri::from_static(METHOD);
    let Ok(response) = service.call(request).await;
    let mut body = response.into_body();
    while poll_fn(|cx| Pin::new(&mut body).poll_frame(cx))
        .await
        .is_some()
    {}
}

fn settings(metrics: bool, log: LogFormat, traces: Option<f64>) -> config::Telemetry {
    config::Telemetry {
        metrics: metrics.then(|| SocketAddr::from(([127, 0, 0, 1], 0))),
        log,
        traces: traces.map(|ratio| Traces {
            // Nobody is there: the cost of the call is what counts.
            endpoint: "http://127.0.0.1:1".into(),
            ratio,
        }),
    }
}

fn articles(settings: &config::Telemetry) -> f64 {
    let (telemetry, _registry) = Telemetry::new(settings).expect("sound settings");
    let tagger = Arc::new(Tagger::new(default_model().expect("a sound model")));
    let parts = ArticleParts {
        body: TEXT.into(),
        ..ArticleParts::default()
    };
    let article = Article::new(parts, &ArticleLimits::default()).expect("an article");
    let tagging = tagger
        .tag(&article, &TagOptions::default())
        .expect("labels");
    let started = Instant::now();
    for _ in 0..ROUNDS {
        telemetry
            .watch(&tagger, &CallRecord::default())
            .labelled(&tagging);
    }
    started.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (subscriber, _flushed) = log::subscriber(LogFormat::Json, io::sink());
    let _installed = tracing::subscriber::set_default(subscriber);
    for (name, metrics) in [("all off", false), ("metrics", true)] {
        let article = articles(&settings(metrics, LogFormat::Off, None));
        println!("{name:<34}{article:>+8.0} ns an article");
    }
    calls(Nothing).await;
    let bare = calls(Nothing).await;
    println!("{:<34}{bare:>8.0} ns", "a call without any layer");
    for (name, settings) in [
        ("all off", settings(false, LogFormat::Off, None)),
        ("metrics", settings(true, LogFormat::Off, None)),
        (
            "metrics and JSON log",
            settings(true, LogFormat::Json, None),
        ),
        (
            "metrics and traces, none kept",
            settings(true, LogFormat::Off, Some(0.0)),
        ),
        (
            "metrics and traces, all kept",
            settings(true, LogFormat::Off, Some(1.0)),
        ),
    ] {
        let (telemetry, _registry) = Telemetry::new(&settings).expect("sound settings");
        let call = calls(telemetry.layer(Nothing)).await - bare;
        println!("{name:<34}{call:>+8.0} ns a call");
    }
}
