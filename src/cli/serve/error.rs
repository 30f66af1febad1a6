//! What can be wrong with a configuration.

use std::{fmt, io, net::SocketAddr, path::PathBuf, sync::Arc};

use thiserror::Error;

use super::options::Opt;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    Flag,
    Variable,
    File { path: Arc<PathBuf>, line: usize },
}

impl Origin {
    /// The name by which that place knows an option.
    pub fn name(&self, option: &Opt) -> String {
        match self {
            Self::Flag => format!("--{}", option.name),
            Self::Variable => option.variable(),
            Self::Default | Self::File { .. } => option.key(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Flag => f.write_str("command line"),
            Self::Variable => f.write_str("environment"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
        }
    }
}

/// Why the server cannot be run as it is configured.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A value is of another kind, or out of range.
    #[error("{origin}: {name} = {value} does not do; it takes {takes}")]
    Value {
        origin: Origin,
        name: String,
        value: String,
        takes: String,
    },
    /// The file has a key that is no option.
    #[error("{origin}: there is no option {key:?}; docs/configuration.md lists them")]
    UnknownKey { origin: Origin, key: String },
    /// The environment has a variable that is no option.
    #[error(
        "environment: there is no option {0}; docs/configuration.md lists them, and all \
         NEWSTANCE_ variables must be among them"
    )]
    UnknownVariable(String),
    /// The file cannot be read.
    #[error("configuration file {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// The file is not TOML.
    #[error("{}: {source}", path.display())]
    Syntax {
        path: PathBuf,
        source: toml::de::Error,
    },
    /// Two options that do not go together, or one without another.
    #[error("{origin}: {name} {conflict}")]
    Conflict {
        origin: Origin,
        name: String,
        conflict: &'static str,
    },
    /// More models are asked for than may be loaded.
    #[error(
        "{origin}: {name} = {limit} is less than the {models} models that are asked for: the \
         default model, each pack, and one that replaces another where files are looked at again \
         (reload_interval)"
    )]
    TooManyModels {
        origin: Origin,
        name: String,
        limit: u32,
        models: usize,
    },
    /// Other machines would be answered without TLS.
    #[error(
        "{origin}: {name} = {listen} would answer other machines without encryption; set tls_cert \
         and tls_key, or plaintext = true if something in front of the server encrypts"
    )]
    Exposed {
        origin: Origin,
        name: String,
        listen: SocketAddr,
    },
}
