//! The command line: opens files, shows progress, and calls the library.
//!
//! Answers go to standard output, everything else to standard error. Exit codes: 0 success, 1
//! failure, 2 wrong usage. A closed pipe ends the program quietly.

mod batch;
mod evaluate;
mod health;
mod import;
mod inspect;
mod partial;
mod passed_over;
mod progress;
mod render;
mod serve;
mod tag;
mod threads;
mod train;

use std::{
    fs::File,
    io::{self, BufRead, Read},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand, ValueEnum};
use thiserror::Error;

pub use serve::{check_options, options_table};

use crate::{
    article::ArticleError,
    corpus::{CorpusError, decompressed},
    evaluate::EvaluateError,
    features::LexiconError,
    import::ImportError,
    label::AxisError,
    model::{Model, ModelFileError, embedded::default_model},
    report::ReportError,
    server::{ServeError, probe::ProbeError},
    tagger::TagError,
    train::{RecipeError, TrainError},
};

/// Labels news articles: topic, frames, genre and stance, with probabilities and the words that decided.
#[derive(Debug, Parser)]
#[command(name = "newstance", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer over gRPC.
    Serve(serve::Args),
    /// Ask a running server whether it serves.
    Health(health::Args),
    /// Label articles from a file or standard input.
    Tag(tag::Args),
    /// Turn publishers' files into a corpus.
    Import(import::Args),
    /// Train a model by a recipe.
    Train(train::Args),
    /// Measure a model on labelled articles.
    Evaluate(evaluate::Args),
    /// Show what a model is made of.
    Inspect(inspect::Args),
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What ends the program with exit code 1, or 2 where the usage is wrong.
#[derive(Debug, Error)]
enum CliError {
    #[error("{}: {source}", path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("{}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot write the answer: {0}")]
    Output(#[from] io::Error),
    #[error("{model}: {source}")]
    Model {
        model: String,
        source: ModelFileError,
    },
    #[error("models/{name} stands for two models: {first} and {second}; serve one of them")]
    DuplicateModel {
        name: String,
        first: String,
        second: String,
    },
    #[error("{0}")]
    Corpus(#[from] CorpusError),
    #[error("{0}")]
    Import(#[from] ImportError),
    #[error("{0}")]
    Article(#[from] ArticleError),
    #[error("{0}")]
    Tag(#[from] TagError),
    #[error("{}: line {line}: {source}", path.display())]
    Evaluate {
        path: PathBuf,
        line: u64,
        source: EvaluateError,
    },
    #[error("{}: {source}", path.display())]
    Recipe { path: PathBuf, source: RecipeError },
    #[error("{}: {source}", path.display())]
    AxisFile {
        path: PathBuf,
        source: toml::de::Error,
    },
    #[error("{}: {source}", path.display())]
    Lexicon { path: PathBuf, source: LexiconError },
    #[error("{}: {source}", path.display())]
    Axis { path: PathBuf, source: AxisError },
    #[error("{0}")]
    Train(#[from] TrainError),
    #[error("the model has no axis {name:?}; it has {known}")]
    NoAxis { name: String, known: String },
    #[error("{0}")]
    Report(#[from] ReportError),
    #[error("no record is labelled for {axis}{}", split.as_ref().map(|split| format!(" in split {split:?}")).unwrap_or_default())]
    NothingMeasured { axis: String, split: Option<String> },
    #[error("{}: the last file is the one to write, and ends in .jsonl or .jsonl.zst", .0.display())]
    NotACorpus(PathBuf),
    #[error("{}: is to be read and to be written", .0.display())]
    SameFile(PathBuf),
    #[error("{}: the last file is the one to write, and exists already; --overwrite replaces it", .0.display())]
    Exists(PathBuf),
    #[error("{}: holds no file of this format", .0.display())]
    NoFiles(PathBuf),
    #[error("{failed} of {all} articles could not be labelled")]
    Incomplete { failed: u64, all: u64 },
    #[error("{listen}: {source}")]
    Listen {
        listen: std::net::SocketAddr,
        source: io::Error,
    },
    #[error("{0}")]
    Serve(Box<ServeError<CliError>>),
    #[error("{0}")]
    Config(#[from] serve::ConfigError),
    #[error("{address}: {source}")]
    Probe { address: String, source: ProbeError },
    /// This is an answer, and has been printed as one.
    #[error("NOT_SERVING")]
    NotServing,
    #[error("no threads: {0}")]
    Runtime(#[source] io::Error),
    #[error("no signals: {0}")]
    Signals(#[source] io::Error),
    #[error("no threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

impl CliError {
    /// A reader that went away is no failure of ours.
    fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// Runs the program with the process's arguments.
#[must_use]
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve(args) => args.run(),
        Command::Health(args) => args.run(),
        Command::Tag(args) => args.run(),
        Command::Import(args) => args.run(),
        Command::Train(args) => args.run(),
        Command::Evaluate(args) => args.run(),
        Command::Inspect(args) => args.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(CliError::NotServing) => ExitCode::FAILURE,
        Err(error) => {
            anstream::eprintln!("newstance: {error}");
            error.exit_code()
        }
    }
}

fn open(path: &Path) -> Result<File, CliError> {
    let cannot = |source| CliError::Open {
        path: path.into(),
        source,
    };
    let file = File::open(path).map_err(cannot)?;
    if file.metadata().map_err(cannot)?.is_dir() {
        return Err(cannot(io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

/// What a file of records holds, plain or compressed.
fn unpacked(
    path: &Path,
    file: impl Read + Send + 'static,
) -> Result<Box<dyn BufRead + Send>, CliError> {
    decompressed(file).map_err(|source| CliError::Open {
        path: path.into(),
        source,
    })
}

fn read_to_string(path: &Path) -> Result<String, CliError> {
    io::read_to_string(open(path)?).map_err(|source| CliError::Open {
        path: path.into(),
        source,
    })
}

/// The model of a file, or the one in the binary.
fn load_model(path: Option<&Path>) -> Result<Model, CliError> {
    let loaded = match path {
        Some(path) => Model::open(path),
        None => default_model(),
    };
    loaded.map_err(|source| CliError::Model {
        model: model_source(path),
        source,
    })
}

/// Where [`load_model`] takes a model from, for messages.
fn model_source(path: Option<&Path>) -> String {
    path.map_or("the model in the binary".into(), |path| {
        path.display().to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
