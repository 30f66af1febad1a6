//! Dashboard, alerts and their documentation name metrics that a server really has.

mod common;

use std::{collections::BTreeSet, fs, path::Path};

use common::{
    TestServer,
    scrape::{free_port, get},
};
use newstance::{
    model::Model,
    server::{
        config::Config,
        pb::{self, tagging_service_client::TaggingServiceClient},
    },
};

const NAMED_IN: [&str; 3] = [
    "deploy/grafana/newstance.json",
    "deploy/prometheus/alerts.yaml",
    "docs/telemetry.md",
];
/// What the names of metrics begin with.
const PREFIXES: [&str; 3] = ["newstance_", "rpc_server_", "process_"];

/// Names of all series of a server that has answered a call.
async fn exported() -> BTreeSet<String> {
    let mut config = Config::default();
    let address = free_port();
    config.telemetry.metrics = Some(address);
    let load = || Model::from_bytes(&common::fixture()).unwrap();
    let server = TestServer::with(config, load).await;
    let mut client = TaggingServiceClient::new(server.channel().await);
    let request = pb::TagArticleRequest {
        article: Some(pb::Article {
            body: "The army left.".into(),
            ..pb::Article::default()
        }),
        ..pb::TagArticleRequest::default()
    };
    client.tag_article(request).await.unwrap();
    let (_, text) = get(address, "/metrics", "*/*").await;
    server.stop().await;
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let names = samples.filter_map(|line| line.split(['{', ' ']).next());
    names.map(str::to_owned).collect()
}

fn named_in(file: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = text.split(|c| !is_part(c));
    let is_metric = |word: &&str| PREFIXES.iter().any(|prefix| word.starts_with(prefix));
    words.filter(is_metric).map(str::to_owned).collect()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn every_metric_that_is_named_is_exported() {
    let exported = exported().await;
    for file in NAMED_IN {
        let named = named_in(file);
        assert!(named.len() > 4, "{file} names {named:?}");
        for name in named {
            // A histogram is told as three series.
            let is_one = |e: &String| *e == name || *e == format!("{name}_bucket");
            assert!(
                exported.iter().any(is_one),
                "{file} names {name}: {exported:?}"
            );
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn every_metric_is_documented() {
    let documented = named_in("docs/telemetry.md");
    for name in exported().await {
        let histogram = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|s| name.strip_suffix(s));
        let is_known = documented.contains(&name)
            || histogram.is_some_and(|histogram| documented.contains(histogram));
        assert!(is_known, "{name} is not in docs/telemetry.md");
    }
}
