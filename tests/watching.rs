//! Files that change while the server runs: what is tried again, what is refused, and what keeps
//! nobody waiting.

mod common;

use std::{fs, path::Path, time::Duration};

use common::{TestServer, written::Written};
use http::{HeaderMap, header::AUTHORIZATION};
use newstance::{
    model::Model,
    server::{
        config::{Config, LogFormat},
        models::Models,
        pb::{self, model_service_client::ModelServiceClient, model_service_server::ModelService},
        prepared::Prepared,
        reload::Reloads,
        services::Shared,
        telemetry::log,
    },
};
use tokio::time::{sleep, timeout};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

const PATIENCE: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(10);

fn tiny() -> Model {
    Model::from_bytes(&common::fixture()).unwrap()
}

fn watching() -> Config {
    let mut config = common::patient();
    config.reload.interval = Some(LOOK);
    config
}

fn tokens(token: &str) -> String {
    format!("[[tokens]]\nname = \"a\"\ntoken = \"{token}\"\nscopes = [\"tag\"]\n")
}

async fn until(mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            sleep(LOOK).await;
        }
    };
    timeout(PATIENCE, waiting).await.expect("it comes to be so");
}

fn load(file: &str) -> pb::LoadModelRequest {
    pb::LoadModelRequest {
        file: file.into(),
        activate: true,
    }
}

fn is_unsound(status: &Status, fault: &str) -> bool {
    let details = status.get_error_details();
    details.error_info().unwrap().reason == "MODEL_UNSOUND" && status.message().contains(fault)
}

#[tokio::test]
async fn an_unsound_file_is_told_once_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens");
    fs::write(&file, tokens("0123456789abcdef")).unwrap();
    let written = Written::default();
    let (subscriber, _flushed) = log::subscriber(LogFormat::Off, written.clone());
    let _installed = tracing::subscriber::set_default(subscriber);
    let mut config = watching();
    config.security.tokens = Some(file.clone());
    let server = TestServer::with(config, tiny).await;
    let told = |what: &str| written.text().matches(what).count();

    fs::write(&file, tokens("too short")).unwrap();
    until(|| told("did not reload the tokens") > 0).await;
    sleep(LOOK * 20).await;
    assert_eq!(told("shorter than 16 bytes"), 1, "{}", written.text());
    fs::write(&file, tokens("0123456789abcdefg")).unwrap();
    until(|| told("reloaded the tokens") > 0).await;
    server.stop().await;
}

#[tokio::test]
async fn a_file_replaces_no_model_but_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pack");
    fs::write(&file, common::pack().to_bytes().unwrap()).unwrap();
    let written = Written::default();
    let (subscriber, _flushed) = log::subscriber(LogFormat::Off, written.clone());
    let _installed = tracing::subscriber::set_default(subscriber);
    let mut config = watching();
    config.reload.models_in_use = vec![file.clone()];
    let held = file.clone();
    let read = move || {
        let models = Models::from(tiny()).with_pack(common::pack()).unwrap();
        models.read_from(&held, "border")
    };
    let server = TestServer::with(config, read).await;
    let mut client = ModelServiceClient::new(server.channel().await);
    let mut listed = async || {
        let list = client.list_models(pb::ListModelsRequest::default()).await;
        let models = list.unwrap().into_inner().models;
        let versions = models.into_iter().map(|model| (model.name, model.digest));
        versions.collect::<Vec<_>>()
    };
    let before = listed().await;
    // Another version of the default model comes in the place of the pack.
    let other = common::train_tiny(1).with_metrics(Vec::new());
    fs::write(&file, other.to_bytes().unwrap()).unwrap();
    until(|| written.text().contains("expected models/border")).await;
    assert_eq!(listed().await, before);
    server.stop().await;
}

#[tokio::test]
async fn models_that_take_long_hold_up_no_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let [model, file] = ["model", "tokens"].map(|name| folder.path().join(name));
    fs::write(&model, common::fixture()).unwrap();
    fs::write(&file, tokens("0123456789abcdef")).unwrap();
    let mut config = watching();
    config.reload.models_in_use = vec![model.clone()];
    config.security.tokens = Some(file.clone());
    let Prepared {
        files,
        tokens: good,
        telemetry,
        ..
    } = Prepared::read::<std::io::Error>(&config).unwrap();
    let good = good.unwrap();
    let shared = Shared::new(config, telemetry);
    let reloads = Reloads {
        shared: shared.clone(),
        files,
        certificates: None,
        tokens: Some(good.clone()),
    };
    // Another model is being read, and never comes to an end.
    let _hangs = shared.loading().take().await.unwrap();
    let reloading = tokio::spawn(reloads.run::<()>());
    fs::write(&model, "rubbish").unwrap();
    sleep(LOOK * 5).await;
    fs::write(&file, tokens("fedcba9876543210")).unwrap();
    let bearer = "Bearer 0123456789abcdef".parse().unwrap();
    let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
    until(|| {
        good.check("/newstance.v1.ModelService/GetModel", &headers)
            .is_err()
    })
    .await;
    reloading.abort();
}

#[tokio::test]
async fn one_model_is_loaded_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rubbish"), "rubbish").unwrap();
    let mut config = watching();
    config.reload.folder = Some(folder.path().into());
    let shared = Shared::new(config, newstance::server::telemetry::Telemetry::default());
    let load = || shared.load_model(Request::new(load("rubbish")));
    // The first models are not to be joined by others.
    assert_eq!(load().await.unwrap_err().code(), Code::Unavailable);
    shared.store().start(Models::from(tiny()).into());
    let first = shared.loading().take().await.unwrap();
    assert!(timeout(LOOK * 5, load()).await.is_err(), "it waits");
    drop(first);
    let told = timeout(PATIENCE, load()).await.unwrap().unwrap_err();
    assert!(is_unsound(&told, "not a model file"), "{told}");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_of_a_model_is_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let made = std::process::Command::new("mkfifo")
        .arg(path("pipe"))
        .status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink(Path::new("/dev/zero"), path("zero")).unwrap();
    fs::create_dir(path("folder")).unwrap();
    fs::File::create(path("huge"))
        .unwrap()
        .set_len(1 << 35)
        .unwrap();
    let mut config = watching();
    config.reload.folder = Some(folder.path().into());
    let server = TestServer::with(config, tiny).await;
    let mut client = ModelServiceClient::new(server.channel().await);
    for (file, fault) in [
        ("pipe", "expected a regular file"),
        ("zero", "expected a regular file"),
        ("folder", "is a directory"),
        (
            "huge",
            "has 34359738368 bytes or more: expected at most 1073741824",
        ),
    ] {
        let told = timeout(PATIENCE, client.load_model(load(file))).await;
        let told = told.unwrap().unwrap_err();
        assert!(is_unsound(&told, fault), "{told}");
    }
    server.stop().await;
}
