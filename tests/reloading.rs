//! Models that change while the server runs: by `LoadModel` and `ActivateModel`, and by new files.

mod common;

use std::{fs, path::Path, time::Duration};

use common::TestServer;
use newstance::{
    model::Model,
    server::{
        config::Config,
        models::Models,
        pb::{
            self, model_service_client::ModelServiceClient,
            tagging_service_client::TaggingServiceClient,
        },
    },
};
use tempfile::TempDir;
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;

fn tiny() -> Model {
    Model::from_bytes(&common::fixture()).unwrap()
}

/// A model of the same name as [`tiny`] and another digest.
fn other_tiny() -> Vec<u8> {
    common::train_tiny(1)
        .with_metrics(Vec::new())
        .to_bytes()
        .unwrap()
}

fn digest(bytes: &[u8]) -> String {
    Model::from_bytes(bytes).unwrap().digest().into()
}

fn with_folder(folder: &TempDir) -> Config {
    let mut config = common::patient();
    config.reload.folder = Some(folder.path().into());
    config
}

async fn client(server: &TestServer) -> ModelServiceClient<Channel> {
    ModelServiceClient::new(server.channel().await)
}

fn load(file: &str, activate: bool) -> pb::LoadModelRequest {
    pb::LoadModelRequest {
        file: file.into(),
        activate,
    }
}

async fn serving_digest(channel: Channel) -> String {
    let request = pb::TagArticleRequest {
        article: Some(pb::Article {
            body: "The judge spoke in court.".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let answer = TaggingServiceClient::new(channel)
        .tag_article(request)
        .await;
    answer
        .unwrap()
        .into_inner()
        .tagging
        .unwrap()
        .model
        .unwrap()
        .digest
}

fn told(status: &Status) -> (Code, String) {
    let details = status.get_error_details();
    (status.code(), details.error_info().unwrap().reason.clone())
}

#[tokio::test]
async fn a_model_is_loaded_activated_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let new = other_tiny();
    fs::write(folder.path().join("new.safetensors"), &new).unwrap();
    let server = TestServer::with(with_folder(&folder), tiny).await;
    let mut client = client(&server).await;
    let old = serving_digest(server.channel().await).await;

    let loaded = client
        .load_model(load("new.safetensors", false))
        .await
        .unwrap()
        .into_inner();
    assert!(!loaded.active);
    let version = loaded.version.unwrap();
    assert_eq!(version.digest, digest(&new));
    assert_eq!(
        serving_digest(server.channel().await).await,
        old,
        "loading changes nothing"
    );

    let activate = |digest: &str| pb::ActivateModelRequest {
        name: version.name.clone(),
        digest: digest.into(),
        make_default: false,
    };
    let active = client
        .activate_model(activate(&version.digest))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(active.replaced.unwrap().digest, old);
    assert_eq!(serving_digest(server.channel().await).await, version.digest);

    let back = client
        .activate_model(activate(&old))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(back.version.unwrap().digest, old);
    assert_eq!(serving_digest(server.channel().await).await, old);
    let again = client
        .activate_model(activate(&old))
        .await
        .unwrap()
        .into_inner();
    assert!(again.replaced.is_none(), "it was in service already");
    server.stop().await;
}

#[tokio::test]
async fn a_new_name_becomes_a_pack_or_the_default() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("border.safetensors"),
        common::pack().to_bytes().unwrap(),
    )
    .unwrap();
    let server = TestServer::with(with_folder(&folder), tiny).await;
    let mut client = client(&server).await;
    let loaded = client
        .load_model(load("border.safetensors", true))
        .await
        .unwrap()
        .into_inner();
    assert!(loaded.active);
    let version = loaded.version.unwrap();
    let list = client
        .list_models(pb::ListModelsRequest::default())
        .await
        .unwrap()
        .into_inner();
    let names: Vec<_> = list.models.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["models/tiny", "models/border"]);

    let request = pb::ActivateModelRequest {
        name: version.name,
        digest: version.digest,
        make_default: true,
    };
    let active = client.activate_model(request).await.unwrap().into_inner();
    assert_eq!(active.default_model, "models/border");
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_loaded_changes_nothing_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rubbish"), b"rubbish").unwrap();
    let mut cut = other_tiny();
    cut.truncate(cut.len() / 2);
    fs::write(folder.path().join("cut"), cut).unwrap();
    let server = TestServer::with(with_folder(&folder), tiny).await;
    let before = serving_digest(server.channel().await).await;
    let mut client = client(&server).await;
    for (file, code, reason, text) in [
        (
            "rubbish",
            Code::FailedPrecondition,
            "MODEL_UNSOUND",
            "not a model file",
        ),
        (
            "cut",
            Code::FailedPrecondition,
            "MODEL_UNSOUND",
            "not a model file",
        ),
        (
            "absent",
            Code::FailedPrecondition,
            "MODEL_UNSOUND",
            "cannot read the model",
        ),
        (
            "../rubbish",
            Code::InvalidArgument,
            "FIELD_INVALID",
            "file: \"../rubbish\"",
        ),
    ] {
        let status = client.load_model(load(file, true)).await.unwrap_err();
        assert_eq!(told(&status), (code, reason.into()), "{file}");
        assert!(status.message().contains(text), "{}", status.message());
    }
    let unknown = pb::ActivateModelRequest {
        name: "models/tiny".into(),
        digest: "0".repeat(64),
        make_default: false,
    };
    let status = client.activate_model(unknown).await.unwrap_err();
    assert_eq!(told(&status), (Code::NotFound, "MODEL_NOT_LOADED".into()));
    assert_eq!(serving_digest(server.channel().await).await, before);
    server.stop().await;

    let without_folder = TestServer::start(tiny).await;
    let mut client = self::client(&without_folder).await;
    let status = client.load_model(load("rubbish", false)).await.unwrap_err();
    assert_eq!(
        told(&status),
        (Code::FailedPrecondition, "LOADING_DISABLED".into())
    );
    without_folder.stop().await;
}

/// Puts a file in place as a whole.
fn replace(file: &Path, bytes: &[u8]) {
    let partial = file.with_extension("partial");
    fs::write(&partial, bytes).unwrap();
    fs::rename(&partial, file).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_file_is_served_without_a_failed_call_and_rubbish_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.safetensors");
    let (old, new) = (common::fixture(), other_tiny());
    replace(&file, &old);
    let mut config = common::patient();
    config.reload.models_in_use = vec![file.clone()];
    config.reload.interval = Some(Duration::from_millis(20));
    let held = file.clone();
    let read = move || Models::from(tiny()).read_from(&held, "tiny");
    let server = TestServer::with(config, read).await;
    let channel = server.channel().await;

    // Each answer comes from one of the two, and none fails.
    let calling = tokio::spawn({
        let (channel, old, new) = (channel.clone(), digest(&old), digest(&new));
        async move {
            let mut changes = 0;
            let mut before = old.clone();
            while changes < 4 {
                let now = serving_digest(channel.clone()).await;
                assert!([&old, &new].contains(&&now));
                changes += u32::from(now != before);
                before = now;
            }
        }
    });
    let changing = async {
        let mut turn = 0;
        while !calling.is_finished() {
            replace(&file, if turn % 2 == 0 { &new } else { &old });
            tokio::time::sleep(Duration::from_millis(100)).await;
            turn += 1;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), changing)
        .await
        .unwrap();
    calling.await.unwrap();

    replace(&file, &new);
    let is_new = async {
        while serving_digest(channel.clone()).await != digest(&new) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), is_new)
        .await
        .unwrap();
    replace(&file, b"rubbish");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(serving_digest(channel).await, digest(&new));
    server.stop().await;
}

#[tokio::test]
async fn spare_models_go_when_there_is_no_room() {
    let folder = tempfile::tempdir().unwrap();
    let border = common::pack().to_bytes().unwrap();
    let harbour = common::judge_of_targets(1).to_bytes().unwrap();
    fs::write(folder.path().join("border"), &border).unwrap();
    fs::write(folder.path().join("harbour"), &harbour).unwrap();
    let mut config = with_folder(&folder);
    config.reload.models = std::num::NonZeroU32::new(2).unwrap();
    let server = TestServer::with(config, || Models::from(tiny())).await;
    let mut client = client(&server).await;
    let border = client
        .load_model(load("border", false))
        .await
        .unwrap()
        .into_inner();
    let harbour = client
        .load_model(load("harbour", true))
        .await
        .unwrap()
        .into_inner();
    assert!(harbour.active);
    let version = border.version.unwrap();
    let gone = pb::ActivateModelRequest {
        name: version.name,
        digest: version.digest,
        make_default: false,
    };
    let status = client.activate_model(gone).await.unwrap_err();
    assert_eq!(told(&status), (Code::NotFound, "MODEL_NOT_LOADED".into()));
    let status = client.load_model(load("border", false)).await.unwrap_err();
    assert_eq!(
        told(&status),
        (Code::ResourceExhausted, "TOO_MANY_MODELS".into())
    );
    server.stop().await;
}
