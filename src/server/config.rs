//! How the service is run: every setting with its default, as checked values.
//!
//! The command line fills this in; see `docs/configuration.md`.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use super::memory::Memory;
use crate::article::ArticleLimits;

/// All settings of a server but for its models.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// What one request may hold.
    pub requests: RequestLimits,
    /// How much work is taken on at once.
    pub admission: AdmissionLimits,
    /// What one connection may do.
    pub connections: ConnectionLimits,
    /// How the server stops.
    pub drain: Drain,
    /// Who may call, and how it is encrypted.
    pub security: Security,
    /// Calls from browsers; `None` turns them away.
    pub web: Option<Web>,
    /// Models that change while the server runs.
    pub reload: Reload,
    /// What the server tells about itself.
    pub telemetry: Telemetry,
}

impl Config {
    /// The bytes that are held for clients. One connection leaves half of them to the others, where
    /// that is enough for a whole request with its answer.
    #[must_use]
    pub(super) fn memory(&self) -> Memory {
        let RequestLimits {
            request_bytes,
            answer_bytes,
            ..
        } = self.requests;
        let all = self.admission.bytes;
        let call = request_bytes.saturating_add(answer_bytes);
        Memory::new(all, call.max(all / 2).min(all))
    }
}

/// What one request may hold and ask for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RequestLimits {
    /// Greatest size of an encoded request, in bytes.
    pub request_bytes: usize,
    /// Greatest size of an encoded answer, in bytes.
    pub answer_bytes: usize,
    /// Greatest number of articles in a batch.
    pub batch_articles: NonZeroU32,
    /// Greatest sizes within an article.
    pub article: ArticleLimits,
    /// How long a call of one request may take, its arrival included; a client's own deadline is
    /// honoured where it is shorter.
    pub timeout: Duration,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            request_bytes: 4 * 1024 * 1024,
            // What clients accept unless they are told otherwise.
            answer_bytes: 4 * 1024 * 1024,
            batch_articles: NonZeroU32::new(1000).unwrap_or(NonZeroU32::MIN),
            article: ArticleLimits::default(),
            timeout: Duration::from_secs(30),
        }
    }
}

/// How much work is taken on at once, counted in articles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdmissionLimits {
    /// Articles that are labelled at once.
    pub articles: NonZeroU32,
    /// Articles that wait for that.
    pub queue: u32,
    /// How long a call may wait before it is turned away.
    pub wait: Duration,
    /// Bytes of requests and unread answers that are held at once, all calls together.
    pub bytes: usize,
    /// Open `StreamTagArticles` calls.
    pub streams: NonZeroU32,
}

impl Default for AdmissionLimits {
    fn default() -> Self {
        let number = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            articles: number(1024),
            queue: 1024,
            wait: Duration::from_millis(20),
            bytes: 64 * 1024 * 1024,
            streams: number(256),
        }
    }
}

/// What one connection may do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConnectionLimits {
    /// Open connections; further ones wait in the backlog of the operating system.
    pub connections: NonZeroU32,
    /// Open calls on one connection; further ones wait in the client.
    pub calls: NonZeroU32,
    /// How long TLS and HTTP/2 may take to begin.
    pub handshake: Duration,
    /// Age at which a connection is asked to go, plus or minus a tenth; `None` for never.
    pub age: Option<Duration>,
    /// How long calls may go on after that.
    pub age_grace: Duration,
    /// Silence after which the client is asked for a sign of life; `None` for never.
    pub keepalive: Option<Duration>,
    /// How long it may take to answer.
    pub keepalive_timeout: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        let number = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            connections: number(1024),
            calls: number(128),
            handshake: Duration::from_secs(10),
            age: Some(Duration::from_secs(30 * 60)),
            age_grace: Duration::from_secs(60),
            keepalive: Some(Duration::from_secs(60)),
            keepalive_timeout: Duration::from_secs(20),
        }
    }
}

/// How the server stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drain {
    /// How long it goes on after it has said NOT_SERVING, so that load balancers notice.
    pub pause: Duration,
    /// How long calls may then take to finish before they are cut off.
    pub timeout: Duration,
}

impl Default for Drain {
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(3),
            timeout: Duration::from_secs(20),
        }
    }
}

/// Who may call, and how it is encrypted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Security {
    /// Certificates, where the server speaks TLS.
    pub tls: Option<Tls>,
    /// File of bearer tokens; without one everybody may call.
    pub tokens: Option<PathBuf>,
}

/// Files in PEM form.
#[derive(Debug, Clone, PartialEq)]
pub struct Tls {
    /// The server's certificate, followed by those up to its root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Roots of the certificates that clients must show; without one none is asked for.
    pub client_roots: Option<PathBuf>,
}

/// Calls from browsers: gRPC-Web and CORS.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Web {
    /// Origins whose pages may call, such as `https://example.com`; empty for all.
    pub origins: Vec<String>,
}

/// Models and files that change while the server runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Reload {
    /// The model files in use, which are read again when they change.
    pub models_in_use: Vec<PathBuf>,
    /// Folder of the files that `LoadModel` may name; without one it is off.
    pub folder: Option<PathBuf>,
    /// How often the files in use (models, certificates, tokens) are looked at; `None` for never.
    pub interval: Option<Duration>,
    /// Models that are kept loaded, those in service included.
    pub models: NonZeroU32,
}

impl Default for Reload {
    fn default() -> Self {
        Self {
            models_in_use: Vec::new(),
            folder: None,
            interval: Some(Duration::from_secs(10)),
            models: NonZeroU32::new(16).unwrap_or(NonZeroU32::MIN),
        }
    }
}

/// What the server tells about itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Telemetry {
    /// Where Prometheus finds `/metrics`, with `/livez` and `/readyz` beside it; `None` for nowhere.
    pub metrics: Option<SocketAddr>,
    /// Whether and how calls are logged on standard error.
    pub log: LogFormat,
    /// Traces; `None` for none.
    pub traces: Option<Traces>,
}

/// How calls are logged, one line each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Not at all; only what concerns the server as a whole.
    #[default]
    Off,
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Where traces go.
#[derive(Debug, Clone, PartialEq)]
pub struct Traces {
    /// An OTLP receiver over gRPC, such as `http://localhost:4317`.
    pub endpoint: String,
    /// Share of calls that are traced where the caller does not say, 0 to 1.
    pub ratio: f64,
}
