//! The port for operators: `/metrics` for Prometheus, `/livez` and `/readyz` for probes.
//!
//! Plain HTTP/1.1, one request a connection. It has nothing to do with the port of the service:
//! whatever happens here happens to its own few connections.

use std::{convert::Infallible, fmt, net::SocketAddr, sync::Arc, time::Duration};

use http::{
    Method, Request, Response, StatusCode,
    header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::{
    encoding::{prometheus_text, text},
    registry::Registry,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};

use crate::server::services::Shared;

/// Connections at once; further ones wait in the backlog of the operating system.
const CONNECTIONS: usize = 16;
/// How long a request may take to arrive.
const HEADER_TIME: Duration = Duration::from_secs(3);
/// How long a connection may last.
const CONNECTION_TIME: Duration = Duration::from_secs(10);
/// Bytes of the head of a request.
const HEADER_BYTES: usize = 16 * 1024;
/// How long to leave the listener alone when it cannot give a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// The port cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct AdminError {
    address: SocketAddr,
    source: std::io::Error,
}

/// What the port answers with.
#[derive(Debug)]
pub struct Admin {
    /// The server.
    pub shared: Shared,
    /// All metrics.
    pub registry: Registry,
}

/// Opens the port and answers on it as a task of its own, which ends when the handle is dropped.
///
/// # Errors
/// When it cannot be opened.
pub async fn start(address: SocketAddr, admin: Admin) -> Result<Answering, AdminError> {
    let cannot = |source| AdminError { address, source };
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    tracing::info!("metrics on http://{address}/metrics");
    Ok(Answering(tokio::spawn(accept(listener, Arc::new(admin)))))
}

/// The port while it is open.
#[derive(Debug)]
pub struct Answering(tokio::task::JoinHandle<()>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn accept(listener: TcpListener, admin: Arc<Admin>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let place = room.clone().acquire_owned().await;
        let Ok((stream, _)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let admin = admin.clone();
        tokio::spawn(async move {
            let _place = place;
            // What a client does wrong is the client's to know.
            let _ = timeout(CONNECTION_TIME, serve(stream, admin)).await;
        });
    }
}

async fn serve(stream: TcpStream, admin: Arc<Admin>) -> hyper::Result<()> {
    let answer = service_fn(move |request: Request<Incoming>| {
        let response = admin.answer(&request);
        async { Ok::<_, Infallible>(response) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(HEADER_BYTES)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer)
        .await
}

impl Admin {
    fn answer<B>(&self, request: &Request<B>) -> Response<String> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
            let allowed = http::HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allowed);
            return response;
        }
        match request.uri().path() {
            "/metrics" => self.metrics(request),
            "/livez" => plain(StatusCode::OK, "ok\n"),
            "/readyz" if self.shared.is_ready() => plain(StatusCode::OK, "ok\n"),
            "/readyz" => plain(StatusCode::SERVICE_UNAVAILABLE, "not serving\n"),
            _ => plain(
                StatusCode::NOT_FOUND,
                "not found: /metrics, /livez and /readyz are\n",
            ),
        }
    }

    /// In the form that the client prefers: Prometheus asks for OpenMetrics, a browser does not.
    fn metrics<B>(&self, request: &Request<B>) -> Response<String> {
        let accepted = request
            .headers()
            .get(ACCEPT)
            .and_then(|value| value.to_str().ok());
        let wants_open =
            accepted.is_some_and(|types| types.contains("application/openmetrics-text"));
        let mut body = String::new();
        let (kind, encoded): (_, fmt::Result) = if wants_open {
            (OPEN_METRICS, text::encode(&mut body, &self.registry))
        } else {
            (
                prometheus_text::CONTENT_TYPE,
                prometheus_text::encode(&mut body, &self.registry),
            )
        };
        match encoded {
            Ok(()) => typed(StatusCode::OK, kind, body),
            Err(_) => plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "metrics cannot be written\n",
            ),
        }
    }
}

fn plain(status: StatusCode, text: &str) -> Response<String> {
    typed(status, PLAIN, text.into())
}

fn typed(status: StatusCode, kind: &'static str, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    response
}
