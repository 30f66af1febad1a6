//! The log, on standard error: what concerns the server as a whole, and one line a call where
//! that is wanted. It never holds text of an article, nor a token.

mod line;
mod writer;

use std::{fmt, io};

use opentelemetry::trace::TraceId;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt};

pub use writer::Flushed;

use line::Form;
use writer::Lines;

use super::{Peer, call::Ended};
use crate::{server::config::LogFormat, tagger::Tagger};

/// Target of the lines of calls.
const CALLS: &str = "newstance::calls";
/// Digits of a digest that tell versions apart.
const DIGEST_DIGITS: usize = 12;

/// Sends the log of this process to standard error from now on. Where it has a log already, that
/// one stays. What it returns waits for the last lines when it is dropped.
#[must_use]
pub fn to_standard_error(format: LogFormat) -> Flushed {
    let (subscriber, flushed) = subscriber(format, io::stderr());
    let _ = tracing::subscriber::set_global_default(subscriber);
    flushed
}

/// A log that goes to `writer`, for whoever wants to install it another way.
#[must_use]
pub fn subscriber(
    format: LogFormat,
    writer: impl io::Write + Send + 'static,
) -> (impl Subscriber + Send + Sync, Flushed) {
    let (lines, flushed) = writer::start(writer);
    let form = match format {
        LogFormat::Json => Form::Json,
        LogFormat::Off | LogFormat::Text => Form::Text,
    };
    let log = Log { form, lines };
    (tracing_subscriber::registry().with(log), flushed)
}

/// A line about the server as a whole.
pub fn tell(message: fmt::Arguments<'_>) {
    tracing::info!("{message}");
}

/// The same about what an operator should change.
pub fn warn(message: fmt::Arguments<'_>) {
    tracing::warn!("{message}");
}

/// One line a call.
pub(super) fn call(call: &Ended<'_>, trace: Option<TraceId>) {
    let model = call.record.tagger().map(Tagger::model);
    let digest = model.and_then(|model| model.digest().get(..DIGEST_DIGITS));
    tracing::info!(
        target: CALLS,
        method = call.method,
        status = call.status(),
        reason = call.reason,
        duration_seconds = call.took.as_secs_f64(),
        model = model.map(|model| model.card().name.as_str()),
        digest,
        articles = call.record.articles(),
        tokens = call.record.tokens(),
        trace_id = trace.map(tracing::field::display),
        peer = call.peer.map(|Peer(address)| tracing::field::display(address)),
        "call"
    );
}

/// Writes events of this crate; what the libraries have to say is for their developers.
struct Log {
    form: Form,
    lines: Lines,
}

impl<S: Subscriber> Layer<S> for Log {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= Level::INFO && metadata.target().starts_with("newstance")
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.lines.write(self.form.line(event));
    }
}
