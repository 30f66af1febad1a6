//! The Open Inference Protocol over a real gRPC connection.

mod common;

use std::sync::{Arc, mpsc};

use common::{
    TestServer,
    tensors::{ARTICLES, bodies, client, infer, numbers, output, raw, texts, told, typed, wanted},
};
use newstance::{
    model::{Model, embedded::default_model},
    server::{
        config::Config,
        models::Models,
        pb::{
            self,
            inference::{
                ModelInferResponse, ModelMetadataRequest, ModelReadyRequest, ServerLiveRequest,
                ServerMetadataRequest, ServerReadyRequest,
                grpc_inference_service_client::GrpcInferenceServiceClient,
                infer_parameter::ParameterChoice, model_metadata_response::TensorMetadata,
            },
            tagging_service_client::TaggingServiceClient,
        },
        services::Shared,
        telemetry::Telemetry,
    },
};
use tonic::{Code, transport::Channel};

fn model() -> Model {
    default_model().unwrap()
}

async fn taggings(server: &TestServer) -> Vec<pb::Tagging> {
    let article = |&(title, body): &(&str, &str)| pb::Article {
        title: title.into(),
        body: body.into(),
        ..pb::Article::default()
    };
    let request = pb::BatchTagArticlesRequest {
        articles: ARTICLES.iter().map(article).collect(),
        ..pb::BatchTagArticlesRequest::default()
    };
    let mut client = TaggingServiceClient::new(server.channel().await);
    let response = client.batch_tag_articles(request).await.unwrap();
    let results = response.into_inner().results.into_iter();
    results
        .map(|result| match result.outcome.unwrap() {
            pb::tag_article_result::Outcome::Tagging(tagging) => tagging,
            pb::tag_article_result::Outcome::Error(error) => panic!("{error:?}"),
        })
        .collect()
}

fn expect_same(response: &ModelInferResponse, article: usize, axis: &pb::AxisTagging) {
    let labels = axis.labels.len();
    let row = article * labels..(article + 1) * labels;
    let codes = &texts(response, &format!("{}.labels", axis.axis))[row.clone()];
    let probabilities = &numbers(response, &format!("{}.probabilities", axis.axis))[row];
    for label in &axis.labels {
        let at = codes.iter().position(|code| *code == label.code).unwrap();
        assert_eq!(probabilities[at].to_bits(), label.probability.to_bits());
    }
    let assigned = axis.labels.iter().filter(|label| label.assigned);
    let assigned: Vec<_> = assigned.map(|label| label.code.as_str()).collect();
    assert_eq!(texts(response, &axis.axis)[article], assigned.join(","));
    let reason = &texts(response, &format!("{}.abstain_reason", axis.axis))[article];
    match axis.abstain_reason() {
        pb::AbstainReason::Unspecified => assert_eq!(reason, ""),
        expected => assert_eq!(format!("ABSTAIN_REASON_{reason}"), expected.as_str_name()),
    }
}

#[tokio::test]
async fn tensors_say_what_taggings_say_in_both_forms() {
    let server = TestServer::start(model).await;
    let taggings = taggings(&server).await;
    let frames = &taggings[0].axes[1].labels;
    assert!(frames.iter().filter(|frame| frame.assigned).count() > 1);
    assert_eq!(
        taggings[2].axes[0].abstain_reason(),
        pb::AbstainReason::TooShort
    );

    for (request, is_raw) in [(typed(&ARTICLES), false), (raw(&ARTICLES), true)] {
        let response = infer(&server, request).await.unwrap();
        assert_eq!(response.raw_output_contents.is_empty(), !is_raw);
        assert_eq!(response.model_name, "newstance-en");
        assert!(!response.model_version.is_empty());
        assert_eq!(response.id, "request-7");
        let digest = response.parameters["digest"].parameter_choice.clone();
        let expected = taggings[0].model.clone().unwrap().digest;
        assert_eq!(digest, Some(ParameterChoice::StringParam(expected)));
        assert_eq!(response.outputs.len(), 4 * taggings[0].axes.len());
        for (article, tagging) in taggings.iter().enumerate() {
            for axis in &tagging.axes {
                expect_same(&response, article, axis);
            }
        }
        assert_eq!(output(&response, "topic").1.shape, [3]);
        assert_eq!(output(&response, "topic.labels").1.shape, [3, 17]);
        let per_label = output(&response, "topic.probabilities").1;
        assert_eq!(per_label.shape, [3, 17]);
    }
    server.stop().await;
}

#[tokio::test]
async fn labels_stand_in_the_order_of_the_definition() {
    let server = TestServer::start(model).await;
    let response = infer(&server, raw(&ARTICLES[..1])).await.unwrap();
    let model = model();
    for classifier in model.classifiers() {
        let axis = classifier.axis();
        let codes: Vec<_> = axis.labels().iter().map(|l| l.code.as_str()).collect();
        assert_eq!(texts(&response, &format!("{}.labels", axis.name())), codes);
    }
    server.stop().await;
}

#[tokio::test]
async fn only_the_requested_outputs_come_in_their_order() {
    let server = TestServer::start(model).await;
    let names = ["genre.probabilities", "topic", "genre"];
    for mut request in [typed(&ARTICLES), raw(&ARTICLES)] {
        let all = infer(&server, request.clone()).await.unwrap();
        request.outputs = names.map(wanted).into();
        let some = infer(&server, request).await.unwrap();
        let answered: Vec<_> = some.outputs.iter().map(|o| o.name.as_str()).collect();
        assert_eq!(answered, names);
        assert_eq!(numbers(&some, names[0]), numbers(&all, names[0]));
        assert_eq!(texts(&some, "topic"), texts(&all, "topic"));
        assert_eq!(texts(&some, "genre"), texts(&all, "genre"));
    }
    server.stop().await;
}

#[tokio::test]
async fn a_column_is_as_good_as_a_list() {
    let server = TestServer::start(model).await;
    let list = infer(&server, bodies(&[ARTICLES[0].1, ARTICLES[1].1])).await;
    let mut request = bodies(&[ARTICLES[0].1, ARTICLES[1].1]);
    request.inputs[0].shape = vec![2, 1];
    let column = infer(&server, request).await;
    assert_eq!(list.unwrap(), column.unwrap());
    server.stop().await;
}

fn get(name: &str, version: &str) -> ModelMetadataRequest {
    ModelMetadataRequest {
        name: name.into(),
        version: version.into(),
    }
}

#[tokio::test]
async fn models_are_found_by_name_and_version() {
    let load = || Models::from(model()).with_pack(common::pack()).unwrap();
    let server = TestServer::start(load).await;
    let mut client = client(&server).await;
    let default = client
        .model_metadata(get("", ""))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(default.name, "newstance-en");
    assert_eq!(default.platform, "newstance_safetensors");
    let version = default.versions[0].clone();
    let named = client.model_metadata(get("newstance-en", &version)).await;
    assert_eq!(named.unwrap().into_inner(), default);
    let tensor = |name: &str, datatype: &str, shape: &[i64]| TensorMetadata {
        name: name.into(),
        datatype: datatype.into(),
        shape: shape.into(),
    };
    let texts = |name| tensor(name, "BYTES", &[-1]);
    assert_eq!(default.inputs, [texts("body"), texts("title")]);
    assert_eq!(
        default.outputs[..4],
        [
            texts("topic"),
            tensor("topic.labels", "BYTES", &[-1, 17]),
            tensor("topic.probabilities", "FP64", &[-1, 17]),
            texts("topic.abstain_reason"),
        ]
    );
    let pack = client.model_metadata(get("border", "")).await.unwrap();
    assert_eq!(pack.into_inner().outputs.len(), 4);

    let mut request = bodies(&["The patrol held two smugglers at the frontier."]);
    request.model_name = "border".into();
    let answer = client.model_infer(request).await.unwrap().into_inner();
    assert_eq!(answer.model_name, "border");
    assert_eq!(self::texts(&answer, "side"), ["side:orlan"]);

    server.stop().await;
}

#[tokio::test]
async fn a_model_that_is_not_there_is_not_found_and_not_ready() {
    let server = TestServer::start(model).await;
    let mut client = client(&server).await;
    for (name, version, code, field) in [
        ("none", "", Code::NotFound, "name"),
        ("newstance-en", "99", Code::NotFound, "version"),
        ("models/newstance-en", "", Code::InvalidArgument, "name"),
    ] {
        let status = client.model_metadata(get(name, version)).await.unwrap_err();
        let (told_code, _, told_field) = told(&status);
        assert_eq!((told_code, &*told_field), (code, field));
        let mut request = bodies(&["Rain"]);
        (request.model_name, request.model_version) = (name.into(), version.into());
        let status = client.model_infer(request).await.unwrap_err();
        let (told_code, _, told_field) = told(&status);
        assert_eq!((told_code, told_field), (code, format!("model_{field}")));
        let asked = ModelReadyRequest {
            name: name.into(),
            version: version.into(),
        };
        let ready = client.model_ready(asked).await.unwrap().into_inner();
        assert!(!ready.ready);
    }
    server.stop().await;
}

#[test]
fn a_server_that_is_about_to_stop_is_not_ready() {
    let shared = Shared::new(Config::default(), Telemetry::default());
    assert!(!shared.is_ready());
    shared.store().start(Arc::new(model().into()));
    assert!(shared.is_ready());
    shared.stopping();
    assert!(!shared.is_ready());
}

/// Of the server and of its default model.
async fn readiness(client: &mut GrpcInferenceServiceClient<Channel>) -> (bool, bool) {
    let server = client.server_ready(ServerReadyRequest {}).await.unwrap();
    let model = client.model_ready(ModelReadyRequest::default());
    (
        server.into_inner().ready,
        model.await.unwrap().into_inner().ready,
    )
}

#[tokio::test]
async fn it_is_live_at_once_and_ready_when_the_model_is_warm() {
    let (release, wait) = mpsc::channel::<()>();
    let (ready, is_ready) = tokio::sync::oneshot::channel();
    let load = move || {
        wait.recv().unwrap();
        Model::from_bytes(&common::fixture()).unwrap()
    };
    let ready = move || ready.send(()).unwrap();
    let server = TestServer::start_loading(Config::default(), load, ready).await;
    let mut client = client(&server).await;
    let live = client.server_live(ServerLiveRequest {}).await.unwrap();
    assert!(live.into_inner().live);
    let described = client.server_metadata(ServerMetadataRequest {}).await;
    assert_eq!(described.unwrap().into_inner().name, "newstance");
    let early = client.model_infer(bodies(&["Rain"])).await.unwrap_err();
    assert_eq!(told(&early).1, "MODEL_NOT_READY");

    assert_eq!(readiness(&mut client).await, (false, false));
    release.send(()).unwrap();
    is_ready.await.unwrap();
    assert_eq!(readiness(&mut client).await, (true, true));
    server.stop().await;
}
