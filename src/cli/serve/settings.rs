//! [`Settings`]: every option of `newstance serve` with its value, one place for each.

use std::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    path::PathBuf,
};

use crate::server::config::{Config, Tls, Traces, Web};

/// Where a server listens, and a probe asks, unless told otherwise.
pub const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 50051));

/// The server's configuration as its options see it.
///
/// Where [`Config`] holds several values as one, such as a certificate with its key, they have
/// places of their own here, since each comes from an option of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub listen: SocketAddr,
    pub plaintext: bool,
    pub model: Option<PathBuf>,
    pub packs: Vec<PathBuf>,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub tls_client_ca: Option<PathBuf>,
    pub grpc_web: bool,
    pub cors_origins: Vec<String>,
    pub otlp_endpoint: Option<String>,
    pub trace_ratio: f64,
    /// Everything else.
    pub rest: Config,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: DEFAULT_LISTEN,
            plaintext: false,
            model: None,
            packs: Vec::new(),
            tls_cert: None,
            tls_key: None,
            tls_client_ca: None,
            grpc_web: false,
            cors_origins: Vec::new(),
            otlp_endpoint: None,
            trace_ratio: 0.01,
            rest: Config::default(),
        }
    }
}

impl Settings {
    /// What the server is to be run with, but for address and models.
    ///
    /// Half of a pair counts as none: [`super::rules`] has refused it before.
    pub fn config(&self) -> Config {
        let mut config = self.rest.clone();
        config.reload.models_in_use = self.model.iter().chain(&self.packs).cloned().collect();
        let pair = self.tls_cert.clone().zip(self.tls_key.clone());
        config.security.tls = pair.map(|(certificate, key)| Tls {
            certificate,
            key,
            client_roots: self.tls_client_ca.clone(),
        });
        config.web = self.grpc_web.then(|| Web {
            origins: self.cors_origins.clone(),
        });
        let endpoint = self.otlp_endpoint.clone();
        config.telemetry.traces = endpoint.map(|endpoint| Traces {
            endpoint,
            ratio: self.trace_ratio,
        });
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_is_the_servers_default() {
        assert_eq!(Settings::default().config(), Config::default());
    }

    #[test]
    fn what_belongs_together_is_put_together() {
        let settings = Settings {
            tls_cert: Some("c".into()),
            tls_key: Some("k".into()),
            tls_client_ca: Some("r".into()),
            grpc_web: true,
            cors_origins: vec!["https://a.org".into()],
            otlp_endpoint: Some("http://o".into()),
            ..Settings::default()
        };
        let config = settings.config();
        let tls = config.security.tls.unwrap();
        assert_eq!(
            (tls.certificate, tls.key, tls.client_roots),
            ("c".into(), "k".into(), Some("r".into()))
        );
        assert_eq!(config.web.unwrap().origins, ["https://a.org"]);
        assert_eq!(config.telemetry.traces.unwrap().endpoint, "http://o");
    }
}
