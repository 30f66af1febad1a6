//! `newstance serve`.

use std::{net::SocketAddr, path::PathBuf, time::Instant};

use tokio::{net::TcpListener, signal};

use super::{CliError, load_model};
use crate::{
    model::Model,
    server::{self, ServeError, describe::resource_name},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// Model file to answer with instead of the one in the binary.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
}

impl Args {
    #[tokio::main]
    pub async fn run(self) -> Result<(), CliError> {
        let started = Instant::now();
        let Self { listen, model } = self;
        let cannot_listen = |source| CliError::Listen { listen, source };
        let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        anstream::eprintln!("newstance: listening on {address}");
        let ready = move |model: &Model| {
            anstream::eprintln!(
                "newstance: serving {} {} (sha256 {}), ready after {} ms",
                resource_name(model),
                model.card().version,
                model.digest(),
                started.elapsed().as_millis()
            );
        };
        let load = move || load_model(model.as_deref());
        let served = server::serve(listener, load, ready, stop_signal()).await;
        served.map_err(|error| match error {
            ServeError::Model(error) => error,
            error => CliError::Serve(Box::new(error)),
        })
    }
}

/// Completes on Ctrl-C and, where there is such a thing, on SIGTERM.
async fn stop_signal() {
    #[cfg(unix)]
    {
        if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
            tokio::select! {
                _ = signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without signals the server runs until it is killed.
    let _ = signal::ctrl_c().await;
}
