//! Requests and answers of the Open Inference Protocol.

use newstance::server::{
    inference::bytes,
    pb::inference::{
        InferTensorContents, ModelInferRequest, ModelInferResponse,
        grpc_inference_service_client::GrpcInferenceServiceClient,
        model_infer_request::{InferInputTensor, InferRequestedOutputTensor},
        model_infer_response::InferOutputTensor,
    },
};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;

use super::TestServer;

/// Fiction: a long article, one without a title, and one that is too short to answer.
pub const ARTICLES: [(&str, &str); 3] = [
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

pub async fn client(server: &TestServer) -> GrpcInferenceServiceClient<Channel> {
    GrpcInferenceServiceClient::new(server.channel().await).max_encoding_message_size(64 << 20)
}

pub fn input(name: &str, count: usize) -> InferInputTensor {
    InferInputTensor {
        name: name.into(),
        datatype: "BYTES".into(),
        shape: vec![i64::try_from(count).unwrap()],
        ..InferInputTensor::default()
    }
}

pub fn typed_input(name: &str, texts: &[&str]) -> InferInputTensor {
    let contents = InferTensorContents {
        bytes_contents: texts.iter().map(|text| text.as_bytes().to_vec()).collect(),
        ..InferTensorContents::default()
    };
    InferInputTensor {
        contents: Some(contents),
        ..input(name, texts.len())
    }
}

pub fn raw_texts(texts: &[&str]) -> Vec<u8> {
    let mut raw = Vec::new();
    texts
        .iter()
        .for_each(|text| bytes::push(&mut raw, text.as_bytes()));
    raw
}

/// The articles as two typed inputs.
pub fn typed(articles: &[(&str, &str)]) -> ModelInferRequest {
    let (titles, bodies): (Vec<_>, Vec<_>) = articles.iter().copied().unzip();
    ModelInferRequest {
        id: "request-7".into(),
        inputs: vec![typed_input("body", &bodies), typed_input("title", &titles)],
        ..ModelInferRequest::default()
    }
}

/// The same as raw inputs.
pub fn raw(articles: &[(&str, &str)]) -> ModelInferRequest {
    let (titles, bodies): (Vec<_>, Vec<_>) = articles.iter().copied().unzip();
    let count = articles.len();
    ModelInferRequest {
        inputs: vec![input("title", count), input("body", count)],
        raw_input_contents: vec![raw_texts(&titles).into(), raw_texts(&bodies).into()],
        ..typed(articles)
    }
}

pub fn bodies(texts: &[&str]) -> ModelInferRequest {
    ModelInferRequest {
        inputs: vec![typed_input("body", texts)],
        ..ModelInferRequest::default()
    }
}

pub fn wanted(name: &str) -> InferRequestedOutputTensor {
    InferRequestedOutputTensor {
        name: name.into(),
        ..InferRequestedOutputTensor::default()
    }
}

pub async fn infer(
    server: &TestServer,
    request: ModelInferRequest,
) -> Result<ModelInferResponse, Status> {
    let response = client(server).await.model_infer(request).await?;
    Ok(response.into_inner())
}

pub fn output<'r>(response: &'r ModelInferResponse, name: &str) -> (usize, &'r InferOutputTensor) {
    let mut outputs = response.outputs.iter().enumerate();
    outputs.find(|(_, output)| output.name == name).unwrap()
}

pub fn texts(response: &ModelInferResponse, name: &str) -> Vec<String> {
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

pub fn numbers(response: &ModelInferResponse, name: &str) -> Vec<f64> {
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
pub fn told(status: &Status) -> (Code, String, String) {
    let details = status.get_error_details();
    let info = details.error_info().expect("an ErrorInfo");
    let request = details.bad_request();
    let field = request.map(|r| r.field_violations[0].field.clone());
    let reason = info.reason.clone();
    (status.code(), reason, field.unwrap_or_default())
}
