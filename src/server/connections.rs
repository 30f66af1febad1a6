//! Connections: how many, how they begin, how old they get, and how they end.

use std::{
    convert::Infallible,
    future::pending,
    hash::{BuildHasher, RandomState},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use http::{Request, Response};
use hyper::{body::Incoming, rt::Executor};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::{io::InspectReader, sync::CancellationToken, task::TaskTracker};
use tonic::body::Body;
use tower::{Service, ServiceExt};

use super::{
    config::{Config, ConnectionLimits},
    memory::Memory,
    telemetry::{Cut, Peer},
    tls::Certificates,
};

/// How long to leave the listener alone when it cannot give a connection, as when the process has
/// no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long it is not told again that there are none.
const ACCEPT_SILENCE: Duration = Duration::from_secs(1);
/// What a connection may send before anybody reads it, in bytes: nobody else counts these.
const WINDOW: u32 = 256 * 1024;
/// What a client of HTTP/2 sends first, in bytes.
const PREFACE_BYTES: usize = 24;
/// How long a client that has not called yet may take to go when it is asked to.
const FAREWELL: Duration = Duration::from_millis(500);

/// In every request: cancelled when its connection is asked to go.
#[derive(Debug, Clone)]
pub struct Closing(pub CancellationToken);

/// Accepts connections and lets each of them be served.
#[derive(Debug, Clone)]
pub struct Connections {
    /// What one connection may do.
    pub limits: ConnectionLimits,
    /// Whether HTTP/1.1 is spoken too, for gRPC-Web.
    pub http1: bool,
    /// The longest that a client may read nothing while answers wait for it.
    pub reading: Duration,
    /// The bytes that are held for clients.
    pub memory: Memory,
    /// TLS, where it is spoken.
    pub certificates: Option<Certificates>,
    /// Cancelled when connections are asked to go and no more are accepted.
    pub closing: CancellationToken,
    /// Cancelled when connections are cut.
    pub cut: CancellationToken,
    /// The connections that are open.
    pub open: TaskTracker,
    /// The calls on those of HTTP/2, which end a moment after them.
    pub calls: TaskTracker,
}

impl Connections {
    /// None yet.
    #[must_use]
    pub fn new(config: &Config, certificates: Option<Certificates>, memory: Memory) -> Self {
        Self {
            limits: config.connections,
            http1: config.web.is_some(),
            reading: config.requests.timeout,
            memory,
            certificates,
            closing: CancellationToken::new(),
            cut: CancellationToken::new(),
            open: TaskTracker::new(),
            calls: TaskTracker::new(),
        }
    }

    /// Accepts until [`Self::closing`] is cancelled.
    pub async fn accept<S>(self, listener: TcpListener, service: S)
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
        S: Clone + Send + 'static,
        S::Future: Send,
    {
        let room = Arc::new(Semaphore::new(self.limits.connections.get() as usize));
        let mut told: Option<Instant> = None;
        loop {
            let next = async {
                // Without room, connections wait in the backlog of the operating system.
                let place = room.clone().acquire_owned().await;
                (place, listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                () = self.closing.cancelled() => return,
                next = next => next,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let (this, service) = (self.clone(), service.clone());
                    self.open.spawn(async move {
                        let _place = place;
                        this.greet(stream, Peer(peer), service).await;
                    });
                }
                Err(error) => {
                    if told.is_none_or(|at| at.elapsed() >= ACCEPT_SILENCE) {
                        tracing::warn!("cannot accept a connection: {error}");
                        told = Some(Instant::now());
                    }
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Speaks TLS where it is configured, then HTTP.
    async fn greet<S>(self, stream: TcpStream, peer: Peer, service: S)
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
        S: Clone + Send + 'static,
        S::Future: Send,
    {
        // Answers are small and wanted at once; without this they are merely later.
        let _ = stream.set_nodelay(true);
        let Some(certificates) = self.certificates.clone() else {
            return self.serve(stream, peer, service).await;
        };
        let handshake = certificates.acceptor().accept(stream);
        let greeted = tokio::select! {
            () = self.closing.cancelled() => return,
            greeted = timeout(self.limits.handshake, handshake) => greeted,
        };
        match greeted {
            Ok(Ok(stream)) => self.serve(stream, peer, service).await,
            Ok(Err(error)) => tracing::debug!("TLS handshake failed: {error}"),
            Err(_) => tracing::debug!("TLS handshake took too long"),
        }
    }

    async fn serve<S, I>(self, stream: I, peer: Peer, service: S)
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
        S: Clone + Send + 'static,
        S::Future: Send,
    {
        let closing = self.closing.child_token();
        let memory = self.memory.of_connection();
        let (heard, cut): (Arc<Heard>, Cut) = Default::default();
        let told = (Closing(closing.clone()), memory.clone(), cut.clone(), peer);
        let introduce = introduction(told, heard.clone());
        let stream = TokioIo::new(counted(stream, heard.clone()));
        let builder = self.http();
        let service = TowerToHyperService::new(service.map_request(introduce));
        let mut connection = pin!(builder.serve_connection(stream, service));
        let mut begun = pin!(sleep(self.limits.handshake));
        let mut asked_to_go = pin!(self.asked_to_go(&closing));
        let mut ended = pin!(self.ends(&closing, &heard));
        let mut stalled = pin!(memory.is_stalled(self.reading));
        let (mut is_begun, mut is_closing) = (false, false);
        loop {
            tokio::select! {
                _ = connection.as_mut() => return,
                () = &mut begun, if !is_begun => {
                    if !heard.has_begun() {
                        return;
                    }
                    is_begun = true;
                }
                () = &mut asked_to_go, if !is_closing => {
                    is_closing = true;
                    closing.cancel();
                    connection.as_mut().graceful_shutdown();
                }
                () = &mut ended => return cut.make(),
                () = &mut stalled => return tracing::debug!("a client read none of its answers"),
            }
        }
    }

    fn http(&self) -> auto::Builder<Tasks> {
        let limits = &self.limits;
        let mut builder = auto::Builder::new(Tasks(self.calls.clone()));
        if !self.http1 {
            builder = builder.http2_only();
        }
        builder.http1().timer(TokioTimer::new());
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.calls.get())
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .keep_alive_interval(limits.keepalive)
            .keep_alive_timeout(limits.keepalive_timeout);
        builder
    }

    /// Completes when the server is about to end or a connection is old. A tenth more or less keeps
    /// those that began together from coming back together.
    async fn asked_to_go(&self, closing: &CancellationToken) {
        match self.limits.age {
            None => closing.cancelled().await,
            Some(age) => {
                let age = age.mul_f64(0.9 + 0.2 * random());
                // Whether it is the one or the other makes no difference.
                let _ = timeout(age, closing.cancelled()).await;
            }
        }
    }

    /// Completes when a connection is to be cut: some time after it was asked to go by its age, or
    /// when the server ends; at once where nobody has called on it.
    async fn ends(&self, closing: &CancellationToken, heard: &Heard) {
        let late = async {
            closing.cancelled().await;
            if self.closing.is_cancelled() {
                // The server is about to end; it says itself when that is.
                return pending().await;
            }
            sleep(self.limits.age_grace).await;
        };
        let unused = async {
            closing.cancelled().await;
            if heard.has_begun() {
                // A call may be on its way, and who listens goes by himself.
                sleep(FAREWELL).await;
            }
            if heard.called.load(Ordering::Relaxed) {
                pending::<()>().await;
            }
        };
        tokio::select! {
            () = self.cut.cancelled() => {}
            () = late => {}
            () = unused => {}
        }
    }
}

/// What a client has said on its connection.
#[derive(Debug, Default)]
struct Heard {
    bytes: AtomicUsize,
    called: AtomicBool,
}

impl Heard {
    fn has_begun(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) >= PREFACE_BYTES || self.called.load(Ordering::Relaxed)
    }
}

/// A stream whose bytes are counted as they are read.
fn counted<I: AsyncRead>(stream: I, heard: Arc<Heard>) -> InspectReader<I, impl FnMut(&[u8])> {
    InspectReader::new(stream, move |bytes: &[u8]| {
        heard.bytes.fetch_add(bytes.len(), Ordering::Relaxed);
    })
}

/// Tells each request of its connection, and the connection of it.
fn introduction(
    told: (Closing, Memory, Cut, Peer),
    heard: Arc<Heard>,
) -> impl Fn(Request<Incoming>) -> Request<Body> + Clone {
    move |mut request| {
        heard.called.store(true, Ordering::Relaxed);
        let (closing, memory, cut, peer) = told.clone();
        let extensions = request.extensions_mut();
        extensions.insert(closing);
        extensions.insert(memory);
        extensions.insert(cut);
        extensions.insert(peer);
        request.map(Body::new)
    }
}

/// Runs the calls of HTTP/2 where they are counted.
#[derive(Debug, Clone)]
struct Tasks(TaskTracker);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Tasks {
    fn execute(&self, call: F) {
        self.0.spawn(call);
    }
}

/// A number from 0 to 1, as random as hash maps are.
fn random() -> f64 {
    let bits = RandomState::new().hash_one(0) >> 11;
    bits as f64 / (1u64 << 53) as f64
}
