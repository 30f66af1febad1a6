//! `newstance serve`: one configuration from flags, variables and a file, and the server run by it.
//!
//! [`options`] is the table of everything that can be set. [`flags`] and [`file`] read it from
//! outside, [`effective`] holds what came out with where it came from, and [`rules`] refuses what
//! makes no sense together.

mod check;
mod descriptors;
mod docs;
mod effective;
mod error;
mod file;
mod flags;
mod models;
mod options;
mod rules;
mod settings;
mod signals;
mod slot;
mod value;

use std::{
    ffi::OsString,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::builder::{OsStringValueParser, TypedValueParser};
use tokio::{
    net::TcpListener,
    runtime::{self, Runtime},
};

use super::CliError;
use crate::server::{self, ServeError, models::Models, telemetry::log};
use effective::Effective;
use flags::Flags;
use settings::Settings;

pub use docs::options_table;
pub use error::ConfigError;
pub use settings::DEFAULT_LISTEN;

/// How long a thread that loaded a model waits for another. Few are ever loaded, and the memory that
/// loading took goes back to the system when its thread ends.
const LOADING_THREAD_KEPT: Duration = Duration::from_secs(1);

/// How long a file may still be read when all else has ended.
const READING_TIME: Duration = Duration::from_secs(1);

#[derive(Debug, clap::Args)]
pub struct Args {
    /// File of options in TOML, such as `max_targets = 10`; variables and flags go before it.
    #[arg(
        long,
        value_name = "FILE",
        env = "NEWSTANCE_CONFIG",
        value_parser = OsStringValueParser::new().try_map(named)
    )]
    config: Option<PathBuf>,
    /// Check configuration, models, certificates and tokens, print the options in force, and end.
    #[arg(long)]
    check_config: bool,
    #[command(flatten)]
    flags: Flags,
}

/// A path that is not empty, as a variable may be that is set from another one.
fn named(path: OsString) -> Result<PathBuf, &'static str> {
    if path.is_empty() {
        return Err("expected a file; without one, leave NEWSTANCE_CONFIG unset");
    }
    Ok(path.into())
}

/// Checks the text of a configuration file and nothing that it names.
///
/// # Errors
/// The first option that is unknown, has a value that it cannot have, or does not go with another,
/// in words.
pub fn check_options(text: &str) -> Result<(), String> {
    let check = || -> Result<(), ConfigError> {
        let mut effective = Effective::default();
        for given in file::parse("configuration".as_ref(), text)? {
            effective.take(given)?;
        }
        rules::check(&effective)
    };
    check().map_err(|error| error.to_string())
}

impl Args {
    pub fn run(self) -> Result<(), CliError> {
        let check = self.check_config;
        let effective = self.resolve()?;
        if check {
            return check::run(&effective);
        }
        serve(effective.settings)
    }

    /// Flag before variable before file before default.
    fn resolve(self) -> Result<Effective, ConfigError> {
        flags::refuse_unknown_variables()?;
        let mut effective = Effective::default();
        let file = self.config.as_deref().map(file::read).transpose()?;
        for given in file.into_iter().flatten().chain(self.flags.0) {
            effective.take(given)?;
        }
        rules::check(&effective)?;
        Ok(effective)
    }
}

fn serve(settings: Settings) -> Result<(), CliError> {
    let started = Instant::now();
    let runtime = runtime()?;
    let served = runtime.block_on(answer_calls(settings, started));
    // A file that never ends, such as one of a network that is gone, does not keep the program.
    runtime.shutdown_timeout(READING_TIME);
    served
}

fn runtime() -> Result<Runtime, CliError> {
    let mut builder = runtime::Builder::new_multi_thread();
    let builder = builder.enable_all().thread_keep_alive(LOADING_THREAD_KEPT);
    builder.build().map_err(CliError::Runtime)
}

async fn answer_calls(settings: Settings, started: Instant) -> Result<(), CliError> {
    let config = settings.config();
    let _log = log::to_standard_error(config.telemetry.log);
    // From here on no signal ends the program by itself.
    let stops = signals::stops(config.reload.interval).map_err(CliError::Signals)?;
    let listen = settings.listen;
    let cannot_listen = |source| CliError::Listen { listen, source };
    let listener = TcpListener::bind(listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    log::tell(format_args!("listening on {address}"));
    descriptors::provide(config.connections.connections);
    let ready = move |served: &Models| models::announce(served, started);
    let load = move || models::load(settings.model.as_deref(), &settings.packs);
    let served = server::serve(listener, config, load, ready, stops).await;
    served.map_err(|error| match error {
        ServeError::Model(error) => error,
        error => CliError::Serve(Box::new(error)),
    })
}
