//! [`Call`]: one call while it is observed. It ends once, however it ends.

use std::{
    error::Error,
    time::{Instant, SystemTime},
};

use http::{Request, Response};
use opentelemetry::Context;
use tonic::{Code, Status};

use super::{CallRecord, Peer, Telemetry, codes, log, methods::Method, traces};
use crate::server::status::{ApiError, Reason};

/// A call that has begun. Dropped before its status is known, it was cancelled.
#[derive(Debug)]
pub struct Call {
    telemetry: Telemetry,
    method: Method,
    started: Instant,
    record: CallRecord,
    reason: Option<Reason>,
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
    pub reason: Option<&'static str>,
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
            origin,
            ended: false,
        }
    }

    /// Notes why a call was refused, where its answer says so.
    pub fn answered<B>(&mut self, response: &Response<B>) {
        // tonic leaves the status in the response that it makes of it. Of a body that ended with an
        // error it wraps the status in others.
        let status = response.extensions().get::<Status>();
        let first = status.and_then(Error::source);
        let mut sources = std::iter::successors(first, |&error| error.source());
        let error = sources.find_map(|error| error.downcast_ref::<ApiError>());
        self.reason = error.map(|error| error.kind().1);
    }

    /// Ends with this status.
    pub fn end(&mut self, code: Code) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let took = self.started.elapsed();
        let inner = &*self.telemetry.0;
        if let Some(metrics) = &inner.metrics {
            metrics.calls().ended(self.method, code, took);
            if let Some(reason) = self.reason {
                metrics.failed(reason);
            }
        }
        if let Some(origin) = self.origin.take() {
            let ended = Ended {
                method: inner.methods.name(self.method),
                code,
                reason: self.reason.map(Reason::name),
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
