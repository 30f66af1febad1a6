//! [`Call`]: one call while it is observed. It ends once, however it ends.

use std::time::{Instant, SystemTime};

use http::{HeaderMap, Request};
use opentelemetry::Context;
use tonic::Code;

use super::{CallRecord, Cut, Peer, Telemetry, codes, log, methods::Method, traces};
use crate::server::status::Reason;

/// A call that has begun. Dropped before its status is known, it was cancelled.
#[derive(Debug)]
pub struct Call {
    telemetry: Telemetry,
    method: Method,
    started: Instant,
    record: CallRecord,
    reason: Option<String>,
    cut: Option<Cut>,
    /// What log and traces need beyond that.
    origin: Option<Box<Origin>>,
    ended: bool,
}

/// Where a call comes from.
#[derive(Debug)]
struct Origin {
    at: SystemTime,
    peer: Option<Peer>,
    parent: Context,
}

/// All that is known about a call that has ended.
#[derive(Debug)]
pub struct Ended<'a> {
    /// `package.Service/Method`.
    pub method: &'a str,
    /// How it ended.
    pub code: Code,
    /// The reason of an error of this server.
    pub reason: Option<&'a str>,
    /// When it began.
    pub at: SystemTime,
    /// How long it took.
    pub took: std::time::Duration,
    /// The other end of the connection.
    pub peer: Option<Peer>,
    /// What the services say.
    pub record: &'a CallRecord,
}

impl Call {
    /// Begins with the arrival of `request`, and leaves it a record to fill in.
    pub fn begin<B>(telemetry: &Telemetry, request: &mut Request<B>) -> Self {
        let method = telemetry.0.methods.of(request.uri().path());
        let mut record = CallRecord::default();
        let origin = telemetry.tells_calls().then(|| {
            record = CallRecord::wanted();
            request.extensions_mut().insert(record.clone());
            Box::new(Origin {
                at: SystemTime::now(),
                peer: request.extensions().get().copied(),
                parent: traces::parent(request.headers()),
            })
        });
        Self {
            telemetry: telemetry.clone(),
            method,
            started: Instant::now(),
            record,
            reason: None,
            cut: request.extensions().get().cloned(),
            origin,
            ended: false,
        }
    }

    /// Ends as these headers or trailers say; whether they do.
    pub fn end_as_told(&mut self, told: &HeaderMap) -> bool {
        let Some(code) = codes::of(told) else {
            return false;
        };
        if code != Code::Ok {
            self.reason = codes::reason(told);
        }
        self.end(code);
        true
    }

    /// Ends with this status, unless the server has cut the connection before it was told.
    pub fn end(&mut self, mut code: Code) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        if self.cut.as_ref().is_some_and(Cut::is_made) {
            code = Code::Unavailable;
            self.reason = Some(Reason::Closing.name().to_owned());
        }
        let took = self.started.elapsed();
        let inner = &*self.telemetry.0;
        if let Some(metrics) = &inner.metrics {
            metrics.calls().ended(self.method, code, took);
            if let Some(reason) = &self.reason {
                metrics.failed(reason);
            }
        }
        if let Some(origin) = self.origin.take() {
            let ended = Ended {
                method: inner.methods.name(self.method),
                code,
                reason: self.reason.as_deref(),
                at: origin.at,
                took,
                peer: origin.peer,
                record: &self.record,
            };
            tell(&self.telemetry, &ended, &origin.parent);
        }
    }
}

fn tell(telemetry: &Telemetry, ended: &Ended<'_>, parent: &Context) {
    let inner = &*telemetry.0;
    let trace = match &inner.traces {
        Some(traces) => traces.span(ended, parent),
        None => traces::trace_of(parent),
    };
    if inner.logs_calls {
        log::call(ended, trace);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end(Code::Cancelled);
    }
}

impl Ended<'_> {
    /// Name of the status.
    pub fn status(&self) -> &'static str {
        codes::name(self.code)
    }
}
