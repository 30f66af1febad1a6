//! Shared by the integration tests: the tiny model, trained on fiction, and a server around it.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod program;
pub mod scrape;
pub mod tensors;
pub mod written;

use std::{
    fs::File,
    io::{self, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
};

use newstance::{
    features::Lexicon,
    label::{Axis, AxisParts},
    model::Model,
    server::{self, Stop, config::Config, models::Models},
    train::{Recipe, Source, StanceDefinition, TrainError, train},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tonic::transport::Channel;

/// A file under `tests/`.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

struct Data;

impl Source for Data {
    fn open(&self, file: &str) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(path("data").join(file))?))
    }
}

/// Trains the tiny model on so many threads.
pub fn train_tiny(threads: usize) -> Model {
    train_recipe("data/tiny.toml", threads)
}

/// Trains the pack that has an axis of its own, and reads it back as a server would.
pub fn pack() -> Model {
    let trained = train_recipe("data/border.toml", 1);
    Model::from_bytes(&trained.to_bytes().unwrap()).unwrap()
}

/// Trains the model that judges targets, and reads it back as a server would.
pub fn judge_of_targets(threads: usize) -> Model {
    let trained = train_recipe("data/harbour.toml", threads);
    Model::from_bytes(&trained.to_bytes().unwrap()).unwrap()
}

/// Trains by a recipe under `tests/` on so many threads.
fn train_recipe(file: &str, threads: usize) -> Model {
    let text = std::fs::read_to_string(path(file)).unwrap();
    train_text(&text, threads).unwrap()
}

/// Trains by a recipe with these words, its files under `tests/data`.
pub fn train_text(text: &str, threads: usize) -> Result<Model, TrainError> {
    train_on(text, &Data, threads)
}

/// The same with corpora from elsewhere.
pub fn train_on(
    text: &str,
    data: &(dyn Source + Sync),
    threads: usize,
) -> Result<Model, TrainError> {
    let recipe = Recipe::parse(text).unwrap();
    let read_axis = |file: &str| {
        let text = std::fs::read_to_string(path("data").join(file)).unwrap();
        Axis::try_from(toml::from_str::<AxisParts>(&text).unwrap()).unwrap()
    };
    let axes: Vec<Axis> = recipe
        .axes
        .iter()
        .map(|a| read_axis(&a.definition))
        .collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let pool = pool.build().unwrap();
    let stance = recipe.stance.as_ref().map(|stance| {
        let lexicon = std::fs::read_to_string(path("data").join(&stance.lexicon)).unwrap();
        StanceDefinition {
            axis: read_axis(&stance.axis.definition),
            lexicon: Lexicon::parse(&lexicon).unwrap(),
        }
    });
    pool.install(|| train(&recipe, &axes, stance.as_ref(), data, &()))
}

/// The committed model file of the format that is written.
pub fn fixture() -> Vec<u8> {
    std::fs::read(path("data/model-v3.safetensors")).unwrap()
}

/// A server on a free port; it stops when this is dropped.
pub struct TestServer {
    pub address: SocketAddr,
    stop: mpsc::UnboundedSender<Stop>,
    serving: JoinHandle<()>,
}

/// The defaults of a server, but for one that turns no call away because it is slow: tests run on
/// busy machines.
pub fn patient() -> Config {
    let mut config = Config::default();
    config.admission.wait = std::time::Duration::from_secs(60);
    config
}

impl TestServer {
    /// Starts a server and waits until it is ready.
    pub async fn start<M: Into<Models>>(load: impl FnOnce() -> M + Send + 'static) -> Self {
        Self::with(patient(), load).await
    }

    /// Starts a server with these settings and waits until it is ready.
    pub async fn with<M: Into<Models>>(
        config: Config,
        load: impl FnOnce() -> M + Send + 'static,
    ) -> Self {
        let (ready, is_ready) = oneshot::channel();
        let server = Self::start_loading(config, load, move || ready.send(()).unwrap()).await;
        is_ready.await.unwrap();
        server
    }

    /// Starts a server and does not wait.
    pub async fn start_loading<M: Into<Models>>(
        config: Config,
        load: impl FnOnce() -> M + Send + 'static,
        ready: impl FnOnce() + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stops) = mpsc::unbounded_channel();
        let serving = tokio::spawn(async move {
            let load = || Ok::<_, std::convert::Infallible>(load().into());
            server::serve(listener, config, load, |_| ready(), stops)
                .await
                .unwrap();
        });
        Self {
            address,
            stop,
            serving,
        }
    }

    pub async fn channel(&self) -> Channel {
        let endpoint = Channel::from_shared(format!("http://{}", self.address)).unwrap();
        endpoint.connect().await.unwrap()
    }

    /// Asks the server to stop and waits until it has.
    pub async fn stop(mut self) {
        self.stop.send(Stop::Now).unwrap();
        (&mut self.serving).await.unwrap();
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.stop.send(Stop::Now);
    }
}

/// A connection that speaks HTTP/2 by hand.
pub async fn by_hand(address: SocketAddr) -> h2::client::SendRequest<bytes::Bytes> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (sender, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// The headers of a `TagArticle` call.
pub fn http_request(address: SocketAddr) -> http::Request<()> {
    http_call(address, "TagArticle")
}

/// The headers of a call of the `TaggingService`.
pub fn http_call(address: SocketAddr, method: &str) -> http::Request<()> {
    let uri = format!("http://{address}/newstance.v1.TaggingService/{method}");
    let request = http::Request::post(uri).header("content-type", "application/grpc");
    request.header("te", "trailers").body(()).unwrap()
}
