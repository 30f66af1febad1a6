//! Options that are sound alone and make no sense together.

use std::net::{IpAddr, SocketAddr};

use super::{effective::Effective, error::ConfigError, settings::Settings};

type Rule = (&'static str, fn(&Settings) -> bool, &'static str);

/// The option to blame, when to, and what for.
const RULES: &[Rule] = &[
    (
        "tls-cert",
        |s| s.tls_cert.is_some() && s.tls_key.is_none(),
        "is without its key: set tls_key too",
    ),
    (
        "tls-key",
        |s| s.tls_key.is_some() && s.tls_cert.is_none(),
        "is without its certificate: set tls_cert too",
    ),
    (
        "tls-client-ca",
        |s| s.tls_client_ca.is_some() && s.tls_cert.is_none(),
        "asks for certificates of clients, but there is no TLS: set tls_cert and tls_key too",
    ),
    (
        "plaintext",
        |s| s.plaintext && s.tls_cert.is_some(),
        "is for a server without TLS, but tls_cert is set: leave one of them out",
    ),
    (
        "metrics-listen",
        |s| {
            let metrics = s.rest.telemetry.metrics;
            metrics.is_some_and(|metrics| is_taken_by(metrics, s.listen))
        },
        "is what listen takes: give it a port of its own",
    ),
    (
        "max-bytes-in-flight",
        |s| {
            let requests = &s.rest.requests;
            let call = requests.request_bytes.saturating_add(requests.answer_bytes);
            s.rest.admission.bytes < call
        },
        "has no room for one request of max_request_bytes with its answer of max_answer_bytes: \
         raise it, or lower those",
    ),
    (
        "cors-origin",
        |s| !s.cors_origins.is_empty() && !s.grpc_web,
        "lets pages call, but browsers are turned away: set grpc_web = true too",
    ),
];

/// Refuses settings that contradict themselves.
pub fn check(effective: &Effective) -> Result<(), ConfigError> {
    let settings = &effective.settings;
    for (option, broken, conflict) in RULES {
        if broken(settings) {
            let (origin, name) = effective.origin(option);
            return Err(ConfigError::Conflict {
                origin,
                name,
                conflict,
            });
        }
    }
    check_models(effective)?;
    check_exposure(effective)
}

fn check_models(effective: &Effective) -> Result<(), ConfigError> {
    let settings = &effective.settings;
    let limit = settings.rest.reload.models.get();
    let from_files = settings.model.is_some() || !settings.packs.is_empty();
    // A changed file is loaded before the model that it replaces goes.
    let replacing = from_files && settings.rest.reload.interval.is_some();
    let models = 1 + settings.packs.len() + usize::from(replacing);
    if models <= limit as usize {
        return Ok(());
    }
    let (origin, name) = effective.origin("max-loaded-models");
    Err(ConfigError::TooManyModels {
        origin,
        name,
        limit,
        models,
    })
}

/// Whether who listens at one of these addresses keeps others from the other one. Port 0 is another
/// port each time; an address for all of IPv6 is one for all of IPv4 too.
fn is_taken_by(one: SocketAddr, other: SocketAddr) -> bool {
    let covers = |a: IpAddr, b: IpAddr| a.is_unspecified() && (a.is_ipv6() || b.is_ipv4());
    let (a, b) = (one.ip(), other.ip());
    one.port() == other.port() && one.port() != 0 && (a == b || covers(a, b) || covers(b, a))
}

/// Nobody should find out later that tokens and articles went over the network in the clear.
fn check_exposure(effective: &Effective) -> Result<(), ConfigError> {
    let settings = &effective.settings;
    let listen = settings.listen;
    if listen.ip().is_loopback() || settings.plaintext || settings.tls_cert.is_some() {
        return Ok(());
    }
    let (origin, name) = effective.origin("listen");
    Err(ConfigError::Exposed {
        origin,
        name,
        listen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::serve::file;

    #[test]
    fn what_makes_no_sense_names_its_line() {
        let web = "\ncors_origin = ['https://a.org']\n";
        for (text, expected) in [
            ("tls_cert = 'c'", "f.toml:1: tls_cert is without its key"),
            (
                "\ntls_key = 'k'",
                "f.toml:2: tls_key is without its certificate",
            ),
            ("tls_client_ca = 'r'", "f.toml:1: tls_client_ca asks for"),
            (
                "tls_cert = 'c'\ntls_key = 'k'\nplaintext = true",
                "f.toml:3: plaintext is for",
            ),
            (web, "f.toml:2: cors_origin lets pages call"),
            (
                "max_loaded_models = 3\npack = ['a', 'b']",
                "f.toml:1: max_loaded_models = 3 is less than the 4",
            ),
            (
                "max_loaded_models = 2\npack = ['a', 'b']\nreload_interval = '0s'",
                "f.toml:1: max_loaded_models = 2 is less than the 3",
            ),
            (
                "listen = '[::1]:1'\nmetrics_listen = '[::1]:1'",
                "f.toml:2: metrics_listen is what listen takes",
            ),
            (
                "metrics_listen = '0.0.0.0:50051'",
                "f.toml:1: metrics_listen is what listen takes",
            ),
            (
                "metrics_listen = '[::]:50051'",
                "f.toml:1: metrics_listen is what listen takes",
            ),
            (
                "max_request_bytes = '8MiB'\nmax_bytes_in_flight = '11MiB'",
                "f.toml:2: max_bytes_in_flight has no room for one request",
            ),
            (
                "max_answer_bytes = '8MiB'\nmax_bytes_in_flight = '11MiB'",
                "f.toml:2: max_bytes_in_flight has no room for one request",
            ),
            (
                "listen = '0.0.0.0:1'",
                "f.toml:1: listen = 0.0.0.0:1 would answer",
            ),
            (
                "listen = '[::]:1'",
                "f.toml:1: listen = [::]:1 would answer",
            ),
        ] {
            let error = checked(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn what_makes_sense_passes() {
        for text in [
            "",
            "listen = '[::1]:1'",
            "listen = '0.0.0.0:1'\nplaintext = true\ntokens = 't'",
            "listen = '0.0.0.0:1'\ntls_cert = 'c'\ntls_key = 'k'\ntls_client_ca = 'r'",
            "grpc_web = true\ncors_origin = ['https://a.org']",
            "grpc_web = true",
            "max_loaded_models = 2\npack = ['a']\nreload_interval = '0s'",
            "max_loaded_models = 1",
            "listen = '127.0.0.1:0'\nmetrics_listen = '127.0.0.1:0'",
            "metrics_listen = '127.0.0.2:50051'",
            "metrics_listen = '[::1]:50051'",
            "listen = '[::1]:1'\nmetrics_listen = '0.0.0.0:1'",
        ] {
            checked(text).unwrap();
        }
    }

    fn checked(text: &str) -> Result<(), ConfigError> {
        let mut effective = Effective::default();
        for given in file::parse("f.toml".as_ref(), text)? {
            effective.take(given)?;
        }
        check(&effective)
    }
}
