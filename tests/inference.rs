//! The Open Inference Protocol over a real gRPC connection.

mod common;

use std::{num::NonZeroU32, sync::mpsc};

use common::TestServer;
use newstance::{
    article::ArticleLimits,
    model::{Model, embedded::default_model},
    server::{
        config::{Config, RequestLimits},
        inference::{bytes, request::InferRequest},
        pb::{
            self,
            inference::{
                InferParameter, InferTensorContents, ModelInferRequest, ModelInferResponse,
                ModelMetadataRequest, ModelReadyRequest, ServerLiveRequest, ServerMetadataRequest,
                ServerReadyRequest,
                grpc_inference_service_client::GrpcInferenceServiceClient,
                infer_parameter::ParameterChoice,
                model_infer_request::{InferInputTensor, InferRequestedOutputTensor},
                model_infer_response::InferOutputTensor,
                model_metadata_response::TensorMetadata,
            },
            tagging_service_client::TaggingServiceClient,
        },
    },
};
use proptest::prelude::*;
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;

/// Fiction: a long article, one without a title, and one that is too short to answer.
const ARTICLES: [(&str, &str); 3] = [
    (
        "Ministers of Orlan and Veshta meet \u{2014} talks on the border war",
        "The defence ministers met on Monday to discuss the war against armed groups. The army \
         said that troops had fought near the town \u{1F4A5} and that twelve soldiers were \
         killed. The government asked the United Nations to send observers to the border.",
    ),
    (
        "",
        "Shares of the bank fell after it reported lower profits for the third quarter, and the \
         central bank of Orlan said that it would raise interest rates to bring inflation down.",
    ),
    ("Rain", ""),
];

fn model() -> Model {
    default_model().unwrap()
}

async fn client(server: &TestServer) -> GrpcInferenceServiceClient<Channel> {
    GrpcInferenceServiceClient::new(server.channel().await).max_encoding_message_size(64 << 20)
}

fn input(name: &str, count: usize) -> InferInputTensor {
    InferInputTensor {
        name: name.into(),
        datatype: "BYTES".into(),
        shape: vec![i64::try_from(count).unwrap()],
        ..InferInputTensor::default()
    }
}

fn typed_input(name: &str, texts: &[&str]) -> InferInputTensor {
    let contents = InferTensorContents {
        bytes_contents: texts.iter().map(|text| text.as_bytes().to_vec()).collect(),
        ..InferTensorContents::default()
    };
    InferInputTensor {
        contents: Some(contents),
        ..input(name, texts.len())
    }
}

fn raw_texts(texts: &[&str]) -> Vec<u8> {
    let mut raw = Vec::new();
    texts
        .iter()
        .for_each(|text| bytes::push(&mut raw, text.as_bytes()));
    raw
}

/// The articles as two typed inputs.
fn typed(articles: &[(&str, &str)]) -> ModelInferRequest {
    let (titles, bodies): (Vec<_>, Vec<_>) = articles.iter().copied().unzip();
    ModelInferRequest {
        id: "request-7".into(),
        inputs: vec![typed_input("body", &bodies), typed_input("title", &titles)],
        ..ModelInferRequest::default()
    }
}

/// The same as raw inputs.
fn raw(articles: &[(&str, &str)]) -> ModelInferRequest {
    let (titles, bodies): (Vec<_>, Vec<_>) = articles.iter().copied().unzip();
    let count = articles.len();
    ModelInferRequest {
        inputs: vec![input("title", count), input("body", count)],
        raw_input_contents: vec![raw_texts(&titles).into(), raw_texts(&bodies).into()],
        ..typed(articles)
    }
}

fn bodies(texts: &[&str]) -> ModelInferRequest {
    ModelInferRequest {
        inputs: vec![typed_input("body", texts)],
        ..ModelInferRequest::default()
    }
}

fn wanted(name: &str) -> InferRequestedOutputTensor {
    InferRequestedOutputTensor {
        name: name.into(),
        ..InferRequestedOutputTensor::default()
    }
}

async fn infer(
    server: &TestServer,
    request: ModelInferRequest,
) -> Result<ModelInferResponse, Status> {
    let response = client(server).await.model_infer(request).await?;
    Ok(response.into_inner())
}

fn output<'r>(response: &'r ModelInferResponse, name: &str) -> (usize, &'r InferOutputTensor) {
    let mut outputs = response.outputs.iter().enumerate();
    outputs.find(|(_, output)| output.name == name).unwrap()
}

fn texts(response: &ModelInferResponse, name: &str) -> Vec<String> {
    let (index, output) = output(response, name);
    assert_eq!(output.datatype, "BYTES");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    match &output.contents {
        Some(contents) => contents.bytes_contents.iter().map(|e| text(e)).collect(),
        None => bytes::elements(&response.raw_output_contents[index])
            .map(|element| text(element.unwrap()))
            .collect(),
    }
}

fn numbers(response: &ModelInferResponse, name: &str) -> Vec<f64> {
    let (index, output) = output(response, name);
    assert_eq!(output.datatype, "FP64");
    if let Some(contents) = &output.contents {
        return contents.fp64_contents.clone();
    }
    let (numbers, rest) = response.raw_output_contents[index].as_chunks();
    assert!(rest.is_empty());
    numbers.iter().map(|&n| f64::from_le_bytes(n)).collect()
}

/// Code, reason and first violated field.
fn told(status: &Status) -> (Code, String, String) {
    let details = status.get_error_details();
    let info = details.error_info().expect("an ErrorInfo");
    let request = details.bad_request();
    let field = request.map(|r| r.field_violations[0].field.clone());
    let reason = info.reason.clone();
    (status.code(), reason, field.unwrap_or_default())
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

/// A request with one thing changed.
fn broken(change: impl FnOnce(&mut ModelInferRequest)) -> ModelInferRequest {
    let mut request = typed(&ARTICLES[..2]);
    change(&mut request);
    request
}

/// The same of a raw request, whose first input is the title.
fn broken_raw(change: impl FnOnce(&mut ModelInferRequest)) -> ModelInferRequest {
    let mut request = raw(&ARTICLES[..2]);
    change(&mut request);
    request
}

fn unsound_inputs() -> Vec<(ModelInferRequest, &'static str)> {
    let contents = |change: fn(&mut InferTensorContents)| {
        broken(|r| change(r.inputs[0].contents.as_mut().unwrap()))
    };
    vec![
        (broken(|r| r.id = "i".repeat(257)), "id"),
        (ModelInferRequest::default(), "inputs"),
        (broken(|r| drop(r.inputs.remove(0))), "inputs"),
        (
            broken(|r| r.inputs[1] = typed_input("title", &["one"])),
            "inputs",
        ),
        (
            broken(|r| r.inputs[1].name = "lead".into()),
            "inputs[1].name",
        ),
        (
            broken(|r| r.inputs[1].name = "body".into()),
            "inputs[1].name",
        ),
        (
            broken(|r| r.inputs[0].datatype = "FP32".into()),
            "inputs[0].datatype",
        ),
        (broken(|r| r.inputs[0].shape = vec![]), "inputs[0].shape"),
        (broken(|r| r.inputs[0].shape = vec![0]), "inputs[0].shape"),
        (broken(|r| r.inputs[0].shape = vec![-1]), "inputs[0].shape"),
        (
            broken(|r| r.inputs[0].shape = vec![1, 2]),
            "inputs[0].shape",
        ),
        (broken(|r| r.inputs[0].shape = vec![5]), "inputs[0].shape"),
        (
            broken(|r| r.inputs[0].shape = vec![3]),
            "inputs[0].contents.bytes_contents",
        ),
        (
            broken(|r| r.inputs[0].contents = None),
            "inputs[0].contents.bytes_contents",
        ),
        (
            contents(|c| c.bytes_contents[1] = b"rain \xff".to_vec()),
            "inputs[0].contents.bytes_contents",
        ),
    ]
}

fn unsound_raw_inputs() -> Vec<(ModelInferRequest, &'static str)> {
    let with = |raw: Vec<u8>| broken_raw(|r| r.raw_input_contents[1] = raw.into());
    vec![
        (
            broken_raw(|r| drop(r.raw_input_contents.pop())),
            "raw_input_contents",
        ),
        (
            broken_raw(|r| r.inputs[0].contents = Some(InferTensorContents::default())),
            "inputs[0].contents",
        ),
        (with(raw_texts(&["one"])), "raw_input_contents[1]"),
        (with(raw_texts(&["rain"; 3])), "raw_input_contents[1]"),
        (with(vec![0xff; 9]), "raw_input_contents[1]"),
        (
            with(b"\x05\0\0\0rain \x02\0\0\0\xc3\x28".into()),
            "raw_input_contents[1]",
        ),
    ]
}

fn unsound_outputs() -> Vec<(ModelInferRequest, &'static str)> {
    let ask = |names: &[&str]| broken(|r| r.outputs = names.iter().copied().map(wanted).collect());
    let mut classified = ask(&["topic"]);
    let count = InferParameter {
        parameter_choice: Some(ParameterChoice::Int64Param(3)),
    };
    classified.outputs[0]
        .parameters
        .insert("classification".into(), count);
    vec![
        (ask(&["topic", "mood"]), "outputs[1].name"),
        (ask(&["topic.evidence"]), "outputs[0].name"),
        (ask(&["stance"]), "outputs[0].name"),
        (ask(&[""]), "outputs[0].name"),
        (ask(&["topic", "genre", "topic"]), "outputs[2].name"),
        (classified, "outputs[0].parameters"),
    ]
}

#[tokio::test]
async fn what_is_unsound_is_named() {
    let mut config = Config::default();
    config.requests.batch_articles = NonZeroU32::new(4).unwrap();
    let server = TestServer::with(config, model).await;
    let cases = [unsound_inputs(), unsound_raw_inputs(), unsound_outputs()];
    for (request, field) in cases.into_iter().flatten() {
        let status = infer(&server, request).await.unwrap_err();
        let expected = (Code::InvalidArgument, "FIELD_INVALID".into(), field.into());
        assert_eq!(told(&status), expected, "{status:?}");
        assert!(!status.message().contains("rain"), "{status:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn one_bad_article_fails_the_request_and_is_named() {
    let mut config = Config::default();
    config.requests.article = ArticleLimits {
        title_bytes: 100,
        ..ArticleLimits::default()
    };
    let server = TestServer::with(config, model).await;
    let long = "rain ".repeat(30);
    for (bad, reason, field) in [
        ((" ", "\n"), "ARTICLE_EMPTY", "body[1]"),
        ((&*long, ""), "FIELD_TOO_LARGE", "title[1]"),
    ] {
        let articles = [ARTICLES[0], bad, ARTICLES[1]];
        for request in [typed(&articles), raw(&articles)] {
            let status = infer(&server, request).await.unwrap_err();
            let expected = (Code::InvalidArgument, reason.into(), field.into());
            assert_eq!(told(&status), expected);
            assert!(status.message().starts_with("article 1: "), "{status:?}");
            assert!(!status.message().contains("rain"));
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn models_are_found_by_name_and_version() {
    let load = || {
        newstance::server::models::Models::from(model())
            .with_pack(common::pack())
            .unwrap()
    };
    let server = TestServer::with(Config::default(), load).await;
    let mut client = client(&server).await;
    let get = |name: &str, version: &str| ModelMetadataRequest {
        name: name.into(),
        version: version.into(),
    };
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

proptest! {
    #[test]
    fn raw_tensors_of_any_bytes_are_read_or_refused(raw: Vec<u8>, count in 1_usize..4) {
        let request = ModelInferRequest {
            inputs: vec![input("body", count)],
            raw_input_contents: vec![raw.into()],
            ..ModelInferRequest::default()
        };
        if let Ok(request) = InferRequest::new(request, &RequestLimits::default()) {
            prop_assert_eq!(request.articles.len(), count);
        }
    }

    #[test]
    fn raw_texts_arrive_as_they_were_sent(texts in prop::collection::vec(".*", 1..9)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let request = ModelInferRequest {
            inputs: vec![input("body", texts.len())],
            raw_input_contents: vec![raw_texts(&texts).into()],
            ..ModelInferRequest::default()
        };
        let read = InferRequest::new(request, &RequestLimits::default()).unwrap();
        let bodies: Vec<_> = read.articles.iter().map(|article| &*article.body).collect();
        prop_assert_eq!(bodies, texts);
    }
}
