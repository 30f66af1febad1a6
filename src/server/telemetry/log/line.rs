//! The form of a line.

use std::{
    fmt::{self, Write},
    time::SystemTime,
};

use prost_types::Timestamp;
use serde_json::{Map, Value};
use tracing::{
    Event,
    field::{Field, Visit},
};

use super::CALLS;

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people: `newstance: MESSAGE`, or the facts of a call.
    Text,
    /// For programs: one JSON object.
    Json,
}

impl Form {
    /// The line of an event, with its end.
    pub fn line(self, event: &Event<'_>) -> String {
        let mut line = match self {
            Self::Json => json(event),
            Self::Text => text(event),
        };
        line.push('\n');
        line
    }
}

fn json(event: &Event<'_>) -> String {
    let metadata = event.metadata();
    let mut fields = Fields(Map::new());
    fields.put("time", now().into());
    fields.put("level", metadata.level().as_str().into());
    event.record(&mut fields);
    Value::Object(fields.0).to_string()
}

/// A line is a line, whatever a message holds.
fn text(event: &Event<'_>) -> String {
    let mut fields = Fields(Map::new());
    event.record(&mut fields);
    let mut line = if event.metadata().target() == CALLS {
        call(&fields)
    } else {
        format!("newstance: {}", fields.word("message"))
    };
    if line.contains(char::is_control) {
        line = line.replace(char::is_control, " ");
    }
    line
}

/// `TIME METHOD STATUS DURATION` and what else is known, as `name=value`.
fn call(fields: &Fields) -> String {
    let [method, status] = ["method", "status"].map(|name| fields.word(name));
    let seconds = fields.0.get("duration_seconds").and_then(Value::as_f64);
    let milliseconds = seconds.unwrap_or_default() * 1e3;
    let mut line = format!("{} {method} {status} {milliseconds:.3}ms", now());
    for name in [
        "reason", "model", "digest", "articles", "tokens", "trace_id", "peer",
    ] {
        if fields.0.contains_key(name) {
            // A string takes all that it is given.
            let _ = write!(line, " {name}={}", fields.word(name));
        }
    }
    line
}

/// By RFC 3339, in UTC and to the microsecond.
fn now() -> String {
    let mut now = Timestamp::from(SystemTime::now());
    now.nanos -= now.nanos % 1000;
    now.to_string()
}

/// The fields of an event.
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.into(), value);
    }

    fn word(&self, name: &str) -> String {
        match self.0.get(name) {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}").into());
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value.into());
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value.into());
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value.into());
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value.into());
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value.into());
    }
}
