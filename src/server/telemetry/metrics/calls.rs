//! `rpc_server_call_duration_seconds`: how many calls, how they ended and how long they took.

use std::{sync::OnceLock, time::Duration};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};
use tonic::Code;

use crate::server::telemetry::{
    codes::{self, CODES},
    methods::Method,
};

/// Upper bounds in seconds: an article takes microseconds, a call at most as long as its deadline.
const BUCKETS: [f64; 19] = [
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025,
    0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// OpenTelemetry's attributes in the form of Prometheus.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
#[expect(clippy::struct_field_names, reason = "their names are given")]
struct CallLabels {
    rpc_system_name: &'static str,
    rpc_method: String,
    rpc_response_status_code: &'static str,
}

/// One histogram a method and status, made when it is first needed and found without hashing.
#[derive(Debug)]
pub struct CallMetrics {
    family: Family<CallLabels, Histogram, fn() -> Histogram>,
    methods: Vec<Series>,
}

#[derive(Debug)]
struct Series {
    method: String,
    by_code: [OnceLock<Histogram>; CODES],
}

impl CallMetrics {
    pub fn new(methods: &[String], registry: &mut Registry) -> Self {
        let constructor: fn() -> Histogram = || Histogram::new(BUCKETS);
        let family = Family::new_with_constructor(constructor);
        registry.register_with_unit(
            "rpc_server_call_duration",
            "Time from the arrival of a call to the end of its answer",
            Unit::Seconds,
            family.clone(),
        );
        let series = |method: &String| Series {
            method: method.clone(),
            by_code: Default::default(),
        };
        Self {
            family,
            methods: methods.iter().map(series).collect(),
        }
    }

    /// Counts a call that has ended.
    pub fn ended(&self, method: Method, code: Code, took: Duration) {
        let Some(series) = self.methods.get(method.0) else {
            return;
        };
        let histogram = series.by_code[code as usize].get_or_init(|| {
            self.family.get_or_create_owned(&CallLabels {
                rpc_system_name: "grpc",
                rpc_method: series.method.clone(),
                rpc_response_status_code: codes::name(code),
            })
        });
        histogram.observe(took.as_secs_f64());
    }
}
