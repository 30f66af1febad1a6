//! Several models side by side over a real gRPC connection: the tiny one as the default, and a
//! pack with an axis of its own, which no code knows.

mod common;

use common::TestServer;
use newstance::{
    model::Model,
    server::{
        models::Models,
        pb::{
            self, model_service_client::ModelServiceClient,
            tagging_service_client::TaggingServiceClient,
        },
    },
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

fn both() -> Models {
    let tiny = Model::from_bytes(&common::fixture()).unwrap();
    Models::from(tiny).with_pack(common::pack()).unwrap()
}

fn request(model: &str, axes: &[&str]) -> pb::TagArticleRequest {
    pb::TagArticleRequest {
        article: Some(pb::Article {
            title: "Smugglers flee after a storm".into(),
            body: "A patrol said that armed smugglers fled over the frontier in the storm, and \
                   that rain and wind had flooded the coast."
                .into(),
            ..pb::Article::default()
        }),
        options: Some(pb::TagOptions {
            axes: axes.iter().map(|&axis| axis.into()).collect(),
            explain: true,
            ..pb::TagOptions::default()
        }),
        model: model.into(),
    }
}

async fn tag(server: &TestServer, request: pb::TagArticleRequest) -> Result<pb::Tagging, Status> {
    let mut client = TaggingServiceClient::new(server.channel().await);
    let response = client.tag_article(request).await?;
    Ok(response.into_inner().tagging.unwrap())
}

/// Names of the model that answered and of its axes.
fn answered(tagging: &pb::Tagging) -> (&str, Vec<&str>) {
    let axes = tagging.axes.iter().map(|axis| axis.axis.as_str());
    (&tagging.model.as_ref().unwrap().name, axes.collect())
}

/// Code, reason, violated field and the metadata's model.
fn told(status: &Status) -> (Code, String, String, Option<String>) {
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    let field = &details.bad_request().unwrap().field_violations[0].field;
    let model = info.metadata.get("model").cloned();
    (status.code(), info.reason.clone(), field.clone(), model)
}

#[tokio::test]
async fn each_request_is_answered_by_the_model_that_it_names() {
    let server = TestServer::start(both).await;
    let default = tag(&server, request("", &[])).await.unwrap();
    assert_eq!(answered(&default), ("models/tiny", vec!["beat", "angle"]));
    let named = tag(&server, request("models/tiny", &[])).await.unwrap();
    assert_eq!(named, default);

    let pack = tag(&server, request("models/border", &[])).await.unwrap();
    assert_eq!(answered(&pack), ("models/border", vec!["side"]));
    let side = &pack.axes[0];
    assert_eq!(side.decision(), pb::Decision::Assigned);
    assert_eq!(side.labels[0].code, "side:orlan");
    assert!(side.evidence.iter().any(|e| e.term == "smugglers"));
    server.stop().await;
}

#[tokio::test]
async fn an_axis_belongs_to_its_model() {
    let server = TestServer::start(both).await;
    for (model, axis, known) in [
        ("", "side", "this model has beat, angle"),
        ("models/border", "beat", "this model has side"),
    ] {
        let status = tag(&server, request(model, &[axis])).await.unwrap_err();
        let field = "options.axes[0]".to_owned();
        let expected = (Code::InvalidArgument, "AXIS_UNKNOWN".into(), field, None);
        assert_eq!(told(&status), expected);
        assert!(status.message().ends_with(known), "{}", status.message());
    }
    server.stop().await;
}

#[tokio::test]
async fn a_model_that_is_not_served_is_not_found_and_no_name_is_refused() {
    let server = TestServer::start(both).await;
    let mut models = ModelServiceClient::new(server.channel().await);
    let missing = format!("models/{}", "a".repeat(63));
    let malformed = "Smugglers flee ".repeat(100);
    for (name, code, reason) in [
        ("models/none", Code::NotFound, "MODEL_NOT_FOUND"),
        (&missing, Code::NotFound, "MODEL_NOT_FOUND"),
        ("border", Code::InvalidArgument, "FIELD_INVALID"),
        ("models/Border", Code::InvalidArgument, "FIELD_INVALID"),
        (&malformed, Code::InvalidArgument, "FIELD_INVALID"),
    ] {
        let model = (code == Code::NotFound).then(|| name.to_owned());
        let status = tag(&server, request(name, &[])).await.unwrap_err();
        let expected = (code, reason.to_owned(), "model".to_owned(), model.clone());
        assert_eq!(told(&status), expected);
        assert!(status.message().len() < 256, "{}", status.message());
        let get = pb::GetModelRequest { name: name.into() };
        let status = models.get_model(get).await.unwrap_err();
        let expected = (code, reason.to_owned(), "name".to_owned(), model);
        assert_eq!(told(&status), expected);
    }
    server.stop().await;
}

#[tokio::test]
async fn every_model_describes_itself_and_says_which_is_the_default() {
    let server = TestServer::start(both).await;
    let mut models = ModelServiceClient::new(server.channel().await);
    for (name, described) in [
        ("", "models/tiny"),
        ("models/tiny", "models/tiny"),
        ("models/border", "models/border"),
    ] {
        let get = pb::GetModelRequest { name: name.into() };
        let answer = models.get_model(get).await.unwrap().into_inner();
        assert_eq!(answer.model.unwrap().name, described);
        assert_eq!(answer.default_model, "models/tiny");
        assert!(answer.limits.unwrap().max_tokens > 0);
    }
    server.stop().await;
}

#[tokio::test]
async fn pages_list_the_default_first() {
    let server = TestServer::start(both).await;
    let mut models = ModelServiceClient::new(server.channel().await);
    for (page_size, pages) in [(0, 1), (1000, 1), (2, 1), (1, 2)] {
        let mut names = Vec::new();
        let mut request = pb::ListModelsRequest {
            page_size,
            ..pb::ListModelsRequest::default()
        };
        for page in 1..=pages {
            let answer = models.list_models(request.clone()).await.unwrap();
            let answer = answer.into_inner();
            names.extend(answer.models.into_iter().map(|model| model.name));
            assert_eq!(answer.default_model, "models/tiny");
            assert_eq!(answer.next_page_token.is_empty(), page == pages);
            request.page_token = answer.next_page_token;
        }
        assert_eq!(names, ["models/tiny", "models/border"]);
    }
    let page = |page_size, page_token: &str| pb::ListModelsRequest {
        page_size,
        page_token: page_token.into(),
    };
    for (request, field) in [
        (page(-1, ""), "page_size"),
        (page(1001, ""), "page_size"),
        (page(0, "x"), "page_token"),
    ] {
        let status = models.list_models(request).await.unwrap_err();
        let reason = "FIELD_INVALID".to_owned();
        let expected = (Code::InvalidArgument, reason, field.to_owned(), None);
        assert_eq!(told(&status), expected);
    }
    server.stop().await;
}

#[tokio::test]
async fn the_readme_shows_what_the_pack_answers() {
    let server = TestServer::start(both).await;
    let mut asked = request("models/border", &[]);
    let article = asked.article.as_mut().unwrap();
    article.title.clear();
    article.body = "The patrol held two smugglers at the frontier.".into();
    let shown = format!("{:?}", article.body);
    let tagging = tag(&server, asked).await.unwrap();
    let label = &tagging.axes[0].labels[0];
    let answer = format!("# {}, {:.3}\n", label.code, label.probability);
    let readme = include_str!("../README.md");
    assert!(
        readme.contains(&shown) && readme.contains(&answer),
        "{answer}"
    );
    server.stop().await;
}
