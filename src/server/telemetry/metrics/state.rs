//! What is looked up when somebody asks for it: the state of the server.

use std::{fmt, sync::Arc};

use prometheus_client::{collector::Collector, encoding::DescriptorEncoder, metrics::MetricType};
use tokio_util::task::TaskTracker;

use crate::server::services::Shared;

/// The server, as its gauges show it.
#[derive(Debug)]
pub struct State {
    /// Its models and its door.
    pub shared: Shared,
    /// Its open connections.
    pub connections: TaskTracker,
}

impl Collector for State {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let in_flight = i64::from(self.shared.admission().in_flight());
        let help = "Articles that are being labelled or wait for it";
        encoder
            .encode_descriptor(
                "newstance_articles_in_flight",
                help,
                None,
                MetricType::Gauge,
            )?
            .encode_gauge(&in_flight)?;
        let connections = i64::try_from(self.connections.len()).unwrap_or(i64::MAX);
        encoder
            .encode_descriptor(
                "newstance_connections",
                "Open connections",
                None,
                MetricType::Gauge,
            )?
            .encode_gauge(&connections)?;
        self.encode_models(encoder)
    }
}

impl State {
    fn encode_models(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let Ok(models) = self.shared.store().serving() else {
            return Ok(());
        };
        let help = "1 for each model in service";
        let mut info =
            encoder.encode_descriptor("newstance_model_info", help, None, MetricType::Gauge)?;
        let default = models.default_model();
        for tagger in models.iter() {
            let model = tagger.model();
            let is_default = Arc::ptr_eq(tagger, default).to_string();
            info.encode_family(&[
                ("model", model.card().name.as_str()),
                ("version", &model.card().version),
                ("digest", model.digest()),
                ("default", &is_default),
            ])?
            .encode_gauge(&1i64)?;
        }
        Ok(())
    }
}
