//! Traces: a span a call, by the conventions of OpenTelemetry, sent by OTLP over gRPC.
//!
//! A span is made when its call has ended. A thread of its own collects spans and sends them; when
//! it does not keep up or nobody receives them, spans are lost and calls go on.

use std::{
    env,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use http::HeaderMap;
use opentelemetry::{
    Context, KeyValue,
    propagation::{Extractor, TextMapPropagator},
    trace::{
        Span, SpanContext, SpanKind, Status, TraceContextExt, TraceId, Tracer, TracerProvider,
    },
};
use opentelemetry_otlp::{ExporterBuildError, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracer, SdkTracerProvider, SpanData, SpanExporter},
};

use super::{Peer, call::Ended, codes};
use crate::server::config;

/// How long the end of the server waits for the last spans.
const FLUSH_TIME: Duration = Duration::from_secs(3);
/// How long one batch may take.
const EXPORT_TIME: Duration = Duration::from_secs(5);

/// Why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// Not what traces can be sent to.
    #[error("{0:?}: expected http://HOST:PORT")]
    Endpoint(String),
    /// The exporter cannot be built.
    #[error(transparent)]
    Exporter(#[from] ExporterBuildError),
}

/// Where spans go.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

impl Traces {
    /// Spans for this receiver. It need not be there yet, or ever.
    ///
    /// # Errors
    /// When the address cannot be one.
    pub fn new(settings: &config::Traces) -> Result<Self, TracesError> {
        let config::Traces { endpoint, ratio } = settings;
        if !is_endpoint(endpoint) {
            return Err(TracesError::Endpoint(endpoint.clone()));
        }
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .with_timeout(EXPORT_TIME)
            .build()?;
        let sampler = Sampler::TraceIdRatioBased(*ratio);
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(Telling::new(exporter))
            .with_sampler(Sampler::ParentBased(Box::new(sampler)))
            .with_resource(resource())
            .build();
        Ok(Self {
            tracer: provider.tracer("newstance"),
            provider,
        })
    }

    /// Sends the span of a call; its trace where that is kept.
    pub(super) fn span(&self, call: &Ended<'_>, parent: &Context) -> Option<TraceId> {
        let builder = self
            .tracer
            .span_builder(call.method.to_owned())
            .with_kind(SpanKind::Server)
            .with_start_time(call.at);
        let mut span = self.tracer.build_with_context(builder, parent);
        let context = span.span_context();
        let trace = context.is_sampled().then(|| context.trace_id());
        if span.is_recording() {
            span.set_attributes(attributes(call));
            if codes::is_fault_of_server(call.code) {
                span.set_status(Status::error(""));
            }
            span.end_with_timestamp(call.at + call.took);
        }
        trace.or_else(|| trace_of(parent))
    }

    /// Sends what is left, within a bound.
    pub(super) async fn flush(&self) {
        let provider = self.provider.clone();
        // It blocks the thread until the receiver has answered.
        let flushed =
            tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FLUSH_TIME));
        // A receiver that is away was told of before.
        let _ = tokio::time::timeout(FLUSH_TIME, flushed).await;
    }
}

/// Whether traces can be sent to this address: spans go without TLS.
#[must_use]
pub fn is_endpoint(text: &str) -> bool {
    let Ok(uri) = text.parse::<http::Uri>() else {
        return false;
    };
    uri.scheme_str() == Some("http")
        && uri.authority().is_some_and(|authority| {
            let host = authority.host();
            // A port that is out of range counts as none.
            let is_bare = authority.as_str().rsplit('@').next() == Some(host);
            !host.is_empty() && (is_bare || authority.port().is_some())
        })
}

/// Who the spans are of; the variables of OpenTelemetry may say it too.
fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let builder = Resource::builder().with_attribute(version);
    match env::var_os("OTEL_SERVICE_NAME") {
        Some(_) => builder.build(),
        None => builder.with_service_name("newstance").build(),
    }
}

fn attributes(call: &Ended<'_>) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("rpc.system.name", "grpc"),
        KeyValue::new("rpc.method", call.method.to_owned()),
        KeyValue::new("rpc.response.status_code", call.status()),
    ];
    if codes::is_fault_of_server(call.code) {
        attributes.push(KeyValue::new("error.type", call.status()));
    }
    if let Some(Peer(address)) = call.peer {
        attributes.push(KeyValue::new(
            "network.peer.address",
            address.ip().to_string(),
        ));
        attributes.push(KeyValue::new(
            "network.peer.port",
            i64::from(address.port()),
        ));
    }
    if let Some(reason) = call.reason {
        attributes.push(KeyValue::new("newstance.reason", reason.to_owned()));
    }
    if let Some(tagger) = call.record.tagger() {
        let model = tagger.model();
        attributes.push(KeyValue::new("newstance.model", model.card().name.clone()));
        attributes.push(KeyValue::new("newstance.digest", model.digest().to_owned()));
    }
    let mut count = |key, number: Option<i64>| {
        attributes.extend(number.map(|number| KeyValue::new(key, number)));
    };
    count("newstance.articles", call.record.articles().map(i64::from));
    let tokens = call.record.tokens();
    count(
        "newstance.tokens",
        tokens.and_then(|n| i64::try_from(n).ok()),
    );
    attributes
}

/// The caller's span, as W3C's `traceparent` names it.
pub(super) fn parent(headers: &HeaderMap) -> Context {
    struct Headers<'a>(&'a HeaderMap);
    impl Extractor for Headers<'_> {
        fn get(&self, key: &str) -> Option<&str> {
            self.0.get(key)?.to_str().ok()
        }
        fn keys(&self) -> Vec<&str> {
            self.0.keys().map(http::HeaderName::as_str).collect()
        }
    }
    TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers))
}

/// The caller's trace, where it has one.
pub(super) fn trace_of(parent: &Context) -> Option<TraceId> {
    let span = parent.span();
    let context: &SpanContext = span.span_context();
    context.is_valid().then(|| context.trace_id())
}

/// Tells once that traces are lost, and once that they are not any more.
#[derive(Debug)]
struct Telling<E> {
    exporter: E,
    failing: AtomicBool,
}

impl<E> Telling<E> {
    fn new(exporter: E) -> Self {
        Self {
            exporter,
            failing: AtomicBool::new(false),
        }
    }
}

impl<E: SpanExporter> SpanExporter for Telling<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let exported = self.exporter.export(batch).await;
        let failed_before = self.failing.swap(exported.is_err(), Ordering::Relaxed);
        match &exported {
            Err(error) if !failed_before => tracing::warn!("traces are lost: {error}"),
            Ok(()) if failed_before => tracing::info!("traces are sent again"),
            _ => {}
        }
        exported
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_can_be_a_receiver() {
        for wrong in [
            "",
            "localhost:4317",
            "https://localhost:4317",
            "http://",
            "http://:4317",
            "http://[::1",
            "http://a:99999999",
            "http://a b",
            "ftp://a",
        ] {
            let settings = config::Traces {
                endpoint: wrong.into(),
                ratio: 1.0,
            };
            let refused = Traces::new(&settings);
            assert!(matches!(refused, Err(TracesError::Endpoint(_))), "{wrong}");
        }
        for right in ["http://a", "http://[::1]:4317", "http://otel:4317/x"] {
            assert!(is_endpoint(right), "{right}");
        }
    }

    #[test]
    fn a_callers_trace_is_read() {
        let trace = |value: &str| {
            let headers = HeaderMap::from_iter([(
                http::HeaderName::from_static("traceparent"),
                value.parse().unwrap(),
            )]);
            trace_of(&parent(&headers)).map(|trace| trace.to_string())
        };
        let id = "0af7651916cd43dd8448eb211c80319c";
        let good = format!("00-{id}-b7ad6b7169203331-01");
        assert_eq!(trace(&good).as_deref(), Some(id));
        for wrong in [
            "",
            "rubbish",
            &good[..40],
            &good.replace(id, &"0".repeat(32)),
        ] {
            assert_eq!(trace(wrong), None, "{wrong}");
        }
    }
}
