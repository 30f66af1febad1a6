//! Requests of the Open Inference Protocol that are refused, and bytes that are no tensors.

mod common;

use std::num::NonZeroU32;

use common::{
    TestServer,
    tensors::{ARTICLES, infer, input, raw, raw_texts, told, typed, typed_input, wanted},
};
use newstance::{
    article::ArticleLimits,
    model::Model,
    server::{
        config::{Config, RequestLimits},
        inference::request::InferRequest,
        pb::inference::{
            InferParameter, InferTensorContents, ModelInferRequest,
            infer_parameter::ParameterChoice,
        },
    },
};
use proptest::prelude::*;
use tonic::Code;

fn model() -> Model {
    newstance::model::embedded::default_model().unwrap()
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
