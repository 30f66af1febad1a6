//! The service over a real gRPC connection, with the default model.

mod common;

use common::TestServer;
use newstance::{
    model::{Model, embedded::default_model},
    server::pb::{
        self, model_service_client::ModelServiceClient,
        tagging_service_client::TaggingServiceClient,
    },
};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;

/// Fiction, in the voice of a wire service; characters of one to four bytes on purpose.
const TITLE: &str = "Ministers of Orlan and Veshta meet \u{2014} talks on the border war \u{1F4F0}";
const BODY: &str = "The defence ministers of Orlan and Veshta met on Monday in the caf\u{E9} of a \
    hotel on the border to discuss the war against armed groups. The army said that troops had \
    fought terrorists near the town \u{1F4A5} and that twelve soldiers were killed. The \
    president\u{2019}s office called for a ceasefire and for new sanctions, and the government of \
    Orlan asked the United Nations to send observers to the border.";

fn model() -> Model {
    default_model().unwrap()
}

fn article() -> pb::Article {
    pb::Article {
        article_id: "orlan-1".into(),
        title: TITLE.into(),
        body: BODY.into(),
        ..pb::Article::default()
    }
}

fn request(article: pb::Article, options: pb::TagOptions) -> pb::TagArticleRequest {
    pb::TagArticleRequest {
        article: Some(article),
        options: Some(options),
        ..pb::TagArticleRequest::default()
    }
}

async fn client(server: &TestServer) -> TaggingServiceClient<Channel> {
    TaggingServiceClient::new(server.channel().await).max_encoding_message_size(64 << 20)
}

async fn tag(server: &TestServer, request: pb::TagArticleRequest) -> Result<pb::Tagging, Status> {
    let response = client(server).await.tag_article(request).await?;
    Ok(response.into_inner().tagging.unwrap())
}

/// Code, reason and first violated field.
fn told(status: &Status) -> (Code, String, String) {
    let details = status.get_error_details();
    let info = details.error_info().expect("an ErrorInfo");
    assert_eq!(info.domain, "newstance");
    let request = details.bad_request();
    let field = request.map(|r| r.field_violations[0].field.clone());
    (
        status.code(),
        info.reason.clone(),
        field.unwrap_or_default(),
    )
}

#[tokio::test]
async fn an_article_gets_its_labels() {
    let server = TestServer::start(model).await;
    let tagging = tag(&server, request(article(), pb::TagOptions::default()))
        .await
        .unwrap();
    assert_eq!(tagging.article_id, "orlan-1");
    let named = tagging.model.unwrap();
    assert_eq!(named.name, "models/newstance-en");
    assert_eq!(named.digest.len(), 64);
    let axes: Vec<_> = tagging.axes.iter().map(|axis| axis.axis.as_str()).collect();
    assert_eq!(axes, ["topic", "frame", "genre", "partisanship"]);

    let topic = &tagging.axes[0];
    assert_eq!(topic.decision(), pb::Decision::Assigned);
    assert_eq!(topic.labels.len(), 17);
    assert_eq!(topic.labels[0].code, "medtop:16000000");
    assert!(topic.labels[0].assigned && !topic.labels[1].assigned);
    let sum: f64 = topic.labels.iter().map(|label| label.probability).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    assert!(
        topic
            .labels
            .is_sorted_by(|a, b| a.probability >= b.probability)
    );

    let frames: Vec<_> = tagging.axes[1]
        .labels
        .iter()
        .filter(|l| l.assigned)
        .collect();
    assert!(
        frames
            .iter()
            .any(|frame| frame.code == "frame:security_and_defense")
    );

    let text = tagging.text.unwrap();
    assert_eq!(
        (text.detected_language.as_str(), text.truncated),
        ("en", false)
    );
    assert!(text.known_tokens > text.tokens / 2 && text.known_tokens <= text.tokens);
    assert!(tagging.warnings.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn evidence_adds_up_and_points_at_the_words_in_every_encoding() {
    let server = TestServer::start(model).await;
    let utf16 = |text: &str| text.encode_utf16().collect::<Vec<_>>();
    let mut cut: Vec<Vec<(String, String)>> = Vec::new();
    for encoding in [1, 2, 3] {
        let options = pb::TagOptions {
            explain: true,
            max_evidence: 8,
            offset_encoding: encoding,
            ..pb::TagOptions::default()
        };
        let tagging = tag(&server, request(article(), options)).await.unwrap();
        let mut words = Vec::new();
        for axis in &tagging.axes {
            for label in &axis.labels {
                let evidence = axis.evidence.iter().filter(|e| e.label_code == label.code);
                let terms: Vec<f64> = evidence.map(|e| e.log_odds).collect();
                assert!(terms.len() == 8 || terms.is_empty() && !label.assigned);
                if terms.is_empty() {
                    continue;
                }
                let sum = label.bias + label.unlisted_log_odds + terms.iter().sum::<f64>();
                assert!((sum - label.log_odds).abs() <= 1e-9 * label.log_odds.abs().max(1.0));
            }
            for evidence in &axis.evidence {
                assert_eq!(evidence.spans.len(), evidence.count as usize);
                for span in &evidence.spans {
                    let text = match span.field() {
                        pb::ArticleField::Title => TITLE,
                        pb::ArticleField::Body => BODY,
                        pb::ArticleField::Unspecified => panic!("a span without a field"),
                    };
                    let (start, end) = (span.start as usize, span.end as usize);
                    let word = match encoding {
                        1 => text[start..end].to_owned(),
                        2 => String::from_utf16(&utf16(text)[start..end]).unwrap(),
                        _ => text.chars().skip(start).take(end - start).collect(),
                    };
                    words.push((evidence.term.clone(), word));
                }
            }
        }
        assert!(words.len() > 20);
        cut.push(words);
    }
    assert!(
        cut[0] == cut[1] && cut[1] == cut[2],
        "the same words in every encoding"
    );
    server.stop().await;
}

#[tokio::test]
async fn options_are_obeyed() {
    let server = TestServer::start(model).await;
    let options = pb::TagOptions {
        axes: vec!["genre".into(), "stance".into()],
        max_labels: 2,
        ..pb::TagOptions::default()
    };
    let mut asked = article();
    asked.targets = vec!["Orlan".into(), "Atlantis".into()];
    asked.language_code = "de".into();
    let tagging = tag(&server, request(asked, options)).await.unwrap();
    assert_eq!(tagging.axes.len(), 1);
    assert_eq!(tagging.axes[0].labels.len(), 2);
    assert_eq!(
        tagging.axes[0].decision(),
        pb::Decision::Abstained,
        "German is not its language"
    );
    assert_eq!(
        tagging.axes[0].abstain_reason(),
        pb::AbstainReason::Language
    );
    assert_eq!(tagging.stances[0].mentions.len(), 3);
    assert_eq!(
        tagging.stances[0].abstain_reason(),
        pb::AbstainReason::Language
    );
    let codes: Vec<_> = tagging.warnings.iter().map(pb::Warning::code).collect();
    assert_eq!(
        codes,
        [
            pb::WarningCode::TargetNotFound,
            pb::WarningCode::LanguageMismatch
        ]
    );
    server.stop().await;
}

#[tokio::test]
async fn invalid_arguments_name_their_field() {
    let server = TestServer::start(model).await;
    let blank = pb::Article {
        body: " \n".into(),
        ..pb::Article::default()
    };
    let large = pb::Article {
        body: "rain ".repeat(500_000),
        ..pb::Article::default()
    };
    let named = |axis: &str| pb::TagOptions {
        axes: vec!["topic".into(), axis.into()],
        ..pb::TagOptions::default()
    };
    let encoded = pb::TagOptions {
        offset_encoding: 9,
        ..pb::TagOptions::default()
    };
    let default = pb::TagOptions::default;
    for (request, reason, field) in [
        (request(blank, default()), "ARTICLE_EMPTY", "article.body"),
        (request(large, default()), "FIELD_TOO_LARGE", "article.body"),
        (
            request(article(), named("mood")),
            "AXIS_UNKNOWN",
            "options.axes[1]",
        ),
        (
            request(article(), encoded),
            "FIELD_INVALID",
            "options.offset_encoding",
        ),
        (pb::TagArticleRequest::default(), "FIELD_INVALID", "article"),
    ] {
        let status = tag(&server, request).await.unwrap_err();
        let expected = (Code::InvalidArgument, reason.to_owned(), field.to_owned());
        assert_eq!(told(&status), expected);
        assert!(!status.message().contains("rain") && status.details().len() < 1024);
    }
    server.stop().await;
}

#[tokio::test]
async fn ten_megabytes_are_refused_with_size_and_limit() {
    let server = TestServer::start(model).await;
    let huge = pb::Article {
        body: "rain ".repeat(2_000_000),
        ..pb::Article::default()
    };
    let status = tag(&server, request(huge, pb::TagOptions::default()))
        .await
        .unwrap_err();
    let expected = (
        Code::ResourceExhausted,
        "REQUEST_TOO_LARGE".into(),
        String::new(),
    );
    assert_eq!(told(&status), expected);
    assert!(
        status.message().starts_with("request: 100000"),
        "{}",
        status.message()
    );
    assert!(
        status
            .message()
            .ends_with("bytes exceed the limit of 4194304 bytes")
    );
    tag(&server, request(article(), pb::TagOptions::default()))
        .await
        .expect("it still serves");
    server.stop().await;
}

/// Sends bytes that no generated client would.
async fn send_raw(server: &TestServer, bytes: Vec<u8>) -> Result<pb::TagArticleResponse, Status> {
    let mut grpc = tonic::client::Grpc::new(server.channel().await);
    grpc.ready().await.unwrap();
    let path = http::uri::PathAndQuery::from_static("/newstance.v1.TaggingService/TagArticle");
    let response = grpc
        .unary(tonic::Request::new(bytes), path, raw::RawCodec)
        .await?;
    Ok(response.into_inner())
}

mod raw {
    use newstance::server::{codec::CheckedCodec, pb};
    use tonic::{
        Status,
        codec::{Codec, EncodeBuf, Encoder},
    };

    /// Sends bytes as they are and reads an answer.
    pub struct RawCodec;

    impl Codec for RawCodec {
        type Encode = Vec<u8>;
        type Decode = pb::TagArticleResponse;
        type Encoder = Self;
        type Decoder =
            <CheckedCodec<pb::TagArticleRequest, pb::TagArticleResponse> as Codec>::Decoder;

        fn encoder(&mut self) -> Self::Encoder {
            Self
        }

        fn decoder(&mut self) -> Self::Decoder {
            CheckedCodec::<pb::TagArticleRequest, pb::TagArticleResponse>::default().decoder()
        }
    }

    impl Encoder for RawCodec {
        type Item = Vec<u8>;
        type Error = Status;

        fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
            bytes::BufMut::put_slice(buffer, &item);
            Ok(())
        }
    }
}

#[tokio::test]
async fn bytes_that_are_no_message_are_the_clients_fault() {
    let server = TestServer::start(model).await;
    let invalid_utf8 = vec![0x0a, 0x04, 0x1a, 0x02, 0xc3, 0x28];
    let status = send_raw(&server, invalid_utf8).await.unwrap_err();
    let expected = (
        Code::InvalidArgument,
        "MALFORMED_REQUEST".into(),
        "article.body".into(),
    );
    assert_eq!(told(&status), expected);
    assert!(status.message().contains("UTF-8"), "{}", status.message());

    let status = send_raw(&server, b"\xff\xff rubbish".to_vec())
        .await
        .unwrap_err();
    assert_eq!(told(&status).1, "MALFORMED_REQUEST");
    let status = send_raw(&server, Vec::new()).await.unwrap_err();
    assert_eq!(told(&status).2, "article");
    server.stop().await;
}

#[tokio::test]
async fn the_model_describes_itself() {
    let server = TestServer::start(model).await;
    let mut client = ModelServiceClient::new(server.channel().await);
    let get = |name: &str| pb::GetModelRequest { name: name.into() };
    let default = client.get_model(get("")).await.unwrap().into_inner();
    let named = client
        .get_model(get("models/newstance-en"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(default, named);
    let model = default.model.unwrap();
    assert!(model.create_time.is_some() && !model.metrics.is_empty());
    assert!(
        model
            .corpora
            .iter()
            .all(|c| !c.license.is_empty() && c.digest.len() == 64)
    );
    assert_eq!(model.axes[1].kind(), pb::AxisKind::MultiLabel);
    assert_eq!(model.axes[1].labels.len(), 14);
    let labels = model.axes.iter().flat_map(|axis| &axis.labels);
    assert!(
        labels
            .clone()
            .all(|l| !l.name.is_empty() && !l.definition.is_empty())
    );
    assert_eq!(default.limits.unwrap().max_body_bytes, 2_097_152);

    let listed = client
        .list_models(pb::ListModelsRequest::default())
        .await
        .unwrap();
    assert_eq!(listed.into_inner().models, [model]);
    let missing = client.get_model(get("models/none")).await.unwrap_err();
    assert_eq!(
        told(&missing),
        (Code::NotFound, "MODEL_NOT_FOUND".into(), "name".into())
    );
    server.stop().await;
}
