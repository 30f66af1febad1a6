//! The table of options: the one place that an option is written down.
//!
//! From it come the flags, the variables, the keys of the file, the help text, the documentation
//! and the checks. Defaults are not in it: they are what [`Settings::default`] holds.

use std::{sync::LazyLock, time::Duration};

use super::{
    settings::Settings,
    slot::{LOG_FORMATS, Slot},
    value::Kind,
};

/// Options under a heading of the help text.
pub struct Group {
    pub title: &'static str,
    pub options: &'static [Opt],
}

/// One option.
#[derive(Debug)]
pub struct Opt {
    /// As a flag, without the dashes.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it is for, without a full stop.
    pub purpose: &'static str,
    /// Where its value is.
    pub slot: fn(&mut Settings) -> &mut dyn Slot,
}

impl Opt {
    /// Its key in the file.
    pub fn key(&self) -> String {
        self.name.replace('-', "_")
    }

    /// Its environment variable.
    pub fn variable(&self) -> String {
        format!("{VARIABLES}{}", self.key().to_uppercase())
    }

    /// Its value as TOML; `None` if it is not set.
    pub fn value(&self, settings: &Settings) -> Option<toml::Value> {
        // A slot is a place to write to, so one is borrowed from a copy.
        let value = (self.slot)(&mut settings.clone()).get();
        self.kind.write(value)
    }

    /// Its value in the settings that nobody has touched.
    pub fn default(&self) -> Option<toml::Value> {
        static DEFAULTS: LazyLock<Settings> = LazyLock::new(Settings::default);
        self.value(&DEFAULTS)
    }
}

/// What every variable of the program begins with.
pub const VARIABLES: &str = "NEWSTANCE_";

/// All options.
pub fn options() -> impl Iterator<Item = &'static Opt> {
    GROUPS.iter().flat_map(|group| group.options)
}

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const MILLION: u64 = 1_000_000;
const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Every option, in the order of the documentation.
pub static GROUPS: &[Group] = &[
    Group {
        title: "Address and models",
        options: &[
            Opt {
                name: "listen",
                kind: Kind::Address,
                purpose: "Address and port to listen on; port 0 takes a free one",
                slot: |s| &mut s.listen,
            },
            Opt {
                name: "plaintext",
                kind: Kind::Switch,
                purpose: "Answer without TLS on an address that other machines reach",
                slot: |s| &mut s.plaintext,
            },
            Opt {
                name: "model",
                kind: Kind::File,
                purpose: "Model file to answer with instead of the one in the binary: the default model",
                slot: |s| &mut s.model,
            },
            Opt {
                name: "pack",
                kind: Kind::Files,
                purpose: "Model files to serve beside the default model, for requests that name them",
                slot: |s| &mut s.packs,
            },
            Opt {
                name: "model-dir",
                kind: Kind::Folder,
                purpose: "Folder of the model files that LoadModel may name; without one LoadModel is off",
                slot: |s| &mut s.rest.reload.folder,
            },
            Opt {
                name: "reload-interval",
                kind: Kind::TimeOrNever(MILLISECOND..=DAY),
                purpose: "How often the files in use (models, certificates, tokens) are looked at for changes",
                slot: |s| &mut s.rest.reload.interval,
            },
            Opt {
                name: "max-loaded-models",
                kind: Kind::Count(1..=1000),
                purpose: "Models that are kept loaded, those in service included",
                slot: |s| &mut s.rest.reload.models,
            },
        ],
    },
    Group {
        title: "One request",
        options: &[
            Opt {
                name: "max-request-bytes",
                kind: Kind::Bytes(KIB..=64 * MIB),
                purpose: "Greatest size of an encoded request",
                slot: |s| &mut s.rest.requests.request_bytes,
            },
            Opt {
                name: "max-answer-bytes",
                kind: Kind::Bytes(64 * KIB..=64 * MIB),
                purpose: "Greatest size of an encoded answer of TaggingService; most clients accept 4MiB unless they are told otherwise",
                slot: |s| &mut s.rest.requests.answer_bytes,
            },
            Opt {
                name: "max-title-bytes",
                kind: Kind::Bytes(1..=MIB),
                purpose: "Greatest size of an article's title",
                slot: |s| &mut s.rest.requests.article.title_bytes,
            },
            Opt {
                name: "max-body-bytes",
                kind: Kind::Bytes(1..=64 * MIB),
                purpose: "Greatest size of an article's body",
                slot: |s| &mut s.rest.requests.article.body_bytes,
            },
            Opt {
                name: "max-targets",
                kind: Kind::Count(0..=1000),
                purpose: "Greatest number of targets that a request may name for an article",
                slot: |s| &mut s.rest.requests.article.targets,
            },
            Opt {
                name: "max-batch-articles",
                kind: Kind::Count(1..=10_000),
                purpose: "Greatest number of articles in a batch",
                slot: |s| &mut s.rest.requests.batch_articles,
            },
            Opt {
                name: "request-timeout",
                kind: Kind::Time(MILLISECOND..=HOUR),
                purpose: "How long a call of one request may take, a message of a stream may be on its way, and a client may read none of its answers; a client's shorter deadline is honoured",
                slot: |s| &mut s.rest.requests.timeout,
            },
        ],
    },
    Group {
        title: "Load",
        options: &[
            Opt {
                name: "max-articles-in-flight",
                kind: Kind::Count(1..=MILLION),
                purpose: "Articles that are labelled at once; one counts once for every 64 KiB begun",
                slot: |s| &mut s.rest.admission.articles,
            },
            Opt {
                name: "max-queued-articles",
                kind: Kind::Count(0..=MILLION),
                purpose: "Articles that may wait for that",
                slot: |s| &mut s.rest.admission.queue,
            },
            Opt {
                name: "max-queue-wait",
                kind: Kind::Time(MILLISECOND..=MINUTE),
                purpose: "How long a call may wait before it is turned away",
                slot: |s| &mut s.rest.admission.wait,
            },
            Opt {
                name: "max-bytes-in-flight",
                kind: Kind::Bytes(MIB..=4096 * MIB),
                purpose: "Bytes of requests and unread answers that are held at once, all calls together; one connection may hold half, or one request with its answer",
                slot: |s| &mut s.rest.admission.bytes,
            },
            Opt {
                name: "max-tagging-streams",
                kind: Kind::Count(1..=MILLION),
                purpose: "Open StreamTagArticles calls",
                slot: |s| &mut s.rest.admission.streams,
            },
        ],
    },
    Group {
        title: "Connections",
        options: &[
            Opt {
                name: "max-connections",
                kind: Kind::Count(1..=MILLION),
                purpose: "Open connections; further ones wait in the operating system",
                slot: |s| &mut s.rest.connections.connections,
            },
            Opt {
                name: "max-calls-per-connection",
                kind: Kind::Count(1..=MILLION),
                purpose: "Open calls on one connection; further ones wait in the client",
                slot: |s| &mut s.rest.connections.calls,
            },
            Opt {
                name: "handshake-timeout",
                kind: Kind::Time(MILLISECOND..=HOUR),
                purpose: "How long TLS and HTTP/2 may take to begin",
                slot: |s| &mut s.rest.connections.handshake,
            },
            Opt {
                name: "max-connection-age",
                kind: Kind::TimeOrNever(SECOND..=DAY),
                purpose: "Age at which a connection is asked to go, plus or minus a tenth",
                slot: |s| &mut s.rest.connections.age,
            },
            Opt {
                name: "max-connection-age-grace",
                kind: Kind::Time(Duration::ZERO..=DAY),
                purpose: "How long its calls may go on after that",
                slot: |s| &mut s.rest.connections.age_grace,
            },
            Opt {
                name: "keepalive-interval",
                kind: Kind::TimeOrNever(SECOND..=DAY),
                purpose: "Silence after which a client is asked for a sign of life",
                slot: |s| &mut s.rest.connections.keepalive,
            },
            Opt {
                name: "keepalive-timeout",
                kind: Kind::Time(MILLISECOND..=HOUR),
                purpose: "How long its answer may take",
                slot: |s| &mut s.rest.connections.keepalive_timeout,
            },
        ],
    },
    Group {
        title: "Stopping",
        options: &[
            Opt {
                name: "drain-pause",
                kind: Kind::Time(Duration::ZERO..=HOUR),
                purpose: "How long the server goes on after it has said NOT_SERVING, so that load balancers notice",
                slot: |s| &mut s.rest.drain.pause,
            },
            Opt {
                name: "drain-timeout",
                kind: Kind::Time(Duration::ZERO..=HOUR),
                purpose: "How long calls may then take to finish before they are cut off",
                slot: |s| &mut s.rest.drain.timeout,
            },
        ],
    },
    Group {
        title: "Security",
        options: &[
            Opt {
                name: "tls-cert",
                kind: Kind::File,
                purpose: "The server's certificate in PEM form, followed by those up to its root; turns TLS on",
                slot: |s| &mut s.tls_cert,
            },
            Opt {
                name: "tls-key",
                kind: Kind::File,
                purpose: "The private key of that certificate, in PEM form",
                slot: |s| &mut s.tls_key,
            },
            Opt {
                name: "tls-client-ca",
                kind: Kind::File,
                purpose: "Roots of the certificates that clients must show, in PEM form; without them none is asked for",
                slot: |s| &mut s.tls_client_ca,
            },
            Opt {
                name: "tokens",
                kind: Kind::File,
                purpose: "File of bearer tokens; without one everybody may call",
                slot: |s| &mut s.rest.security.tokens,
            },
        ],
    },
    Group {
        title: "Browsers",
        options: &[
            Opt {
                name: "grpc-web",
                kind: Kind::Switch,
                purpose: "Answer calls from browsers: gRPC-Web and CORS",
                slot: |s| &mut s.grpc_web,
            },
            Opt {
                name: "cors-origin",
                kind: Kind::Origins,
                purpose: "Origins whose pages may call; without one all may",
                slot: |s| &mut s.cors_origins,
            },
        ],
    },
    Group {
        title: "Telemetry",
        options: &[
            Opt {
                name: "metrics-listen",
                kind: Kind::Address,
                purpose: "Address and port of /metrics for Prometheus, with /livez and /readyz beside it",
                slot: |s| &mut s.rest.telemetry.metrics,
            },
            Opt {
                name: "log",
                kind: Kind::Word(LOG_FORMATS),
                purpose: "Whether and how calls are logged on standard error, one line each; never the text",
                slot: |s| &mut s.rest.telemetry.log,
            },
            Opt {
                name: "otlp-endpoint",
                kind: Kind::Endpoint,
                purpose: "Where traces go: an OTLP receiver over gRPC",
                slot: |s| &mut s.otlp_endpoint,
            },
            Opt {
                name: "trace-ratio",
                kind: Kind::Share,
                purpose: "Share of calls that are traced where the caller does not say",
                slot: |s| &mut s.trace_ratio,
            },
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value_of_its_option() {
        for option in options() {
            let Some(default) = option.default() else {
                continue;
            };
            let value = option.kind.read(&default).expect(option.name);
            let mut settings = Settings::default();
            let put = (option.slot)(&mut settings).put(value);
            assert!(put.is_some(), "{} does not fit its place", option.name);
            assert_eq!(settings, Settings::default(), "{}", option.name);
        }
    }

    #[test]
    fn every_option_is_a_name_and_a_place_of_its_own() {
        for option in options() {
            let place = |option: &Opt| {
                let mut settings = Settings::default();
                std::ptr::from_mut((option.slot)(&mut settings)).addr()
                    - std::ptr::from_mut(&mut settings).addr()
            };
            let same = options()
                .filter(|other| other.name == option.name || place(other) == place(option));
            assert_eq!(same.count(), 1, "{}", option.name);
        }
    }
}
