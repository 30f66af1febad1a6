//! The wire, byte for byte: what clients have stored must stay readable, and what they compare
//! must stay equal. `NEWSTANCE_BLESS=1 cargo test` writes the files anew.

mod common;

use newstance::{
    article::ArticleLimits,
    model::Model,
    server::{
        convert::{self, TagRequest},
        describe, pb,
    },
    tagger::Tagger,
};
use prost::Message;

fn golden(name: &str, actual: &[u8]) {
    let path = common::path("golden").join(name);
    if std::env::var_os("NEWSTANCE_BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read(&path).unwrap();
    assert!(actual == expected, "{name} is no longer what it was");
}

fn request() -> pb::TagArticleRequest {
    pb::TagArticleRequest {
        article: Some(pb::Article {
            article_id: "courier-1".into(),
            title: "Storm over the Caf\u{E9} \u{1F327}".into(),
            body: "A storm brought rain to the coast; the judge\u{2019}s club lost millions."
                .into(),
            language_code: "en-GB".into(),
            source: "Orlan Courier".into(),
            targets: vec!["the judge".into()],
        }),
        options: Some(pb::TagOptions {
            axes: vec!["beat".into(), "angle".into()],
            max_labels: 2,
            explain: true,
            max_evidence: 3,
            offset_encoding: pb::OffsetEncoding::Utf16.into(),
        }),
        model: "models/tiny".into(),
    }
}

fn answer() -> pb::TagArticleResponse {
    let tagger = Tagger::new(Model::from_bytes(&common::fixture()).unwrap());
    let request = TagRequest::new(request(), &ArticleLimits::default()).unwrap();
    let TagRequest { article, settings } = request;
    let tagging = tagger.tag(&article, &settings.options).unwrap();
    let model = describe::version(tagger.model());
    let tagging = convert::answer(&article, settings.encoding, model, tagging);
    pb::TagArticleResponse {
        tagging: Some(tagging),
    }
}

#[test]
fn requests_and_answers_keep_their_bytes() {
    golden("request.pb", &request().encode_to_vec());
    golden("response.pb", &answer().encode_to_vec());
}

#[test]
fn answers_keep_their_json() {
    let json = serde_json::to_string_pretty(&answer()).unwrap() + "\n";
    golden("response.json", json.as_bytes());
    let back: pb::TagArticleResponse = serde_json::from_str(&json).unwrap();
    assert_eq!(back, answer(), "JSON loses nothing");
}

#[test]
fn the_model_keeps_its_description() {
    let model = Model::from_bytes(&common::fixture()).unwrap();
    let json = serde_json::to_string_pretty(&describe::model(&model)).unwrap() + "\n";
    golden("model.json", json.as_bytes());
}

#[test]
fn the_card_is_about_the_committed_model() {
    let model = newstance::model::embedded::default_model().unwrap();
    let page = include_str!("../models/CARD.md");
    assert!(
        page.contains(model.digest()),
        "models/CARD.md names another digest"
    );
    assert!(
        page.contains(&model.card().version),
        "models/CARD.md names another version"
    );
    let readme = include_str!("../README.md");
    assert!(
        readme.contains(model.digest()),
        "the answer in README.md is another model's"
    );
    for metric in model
        .card()
        .metrics
        .iter()
        .filter(|metric| metric.split == "dev")
    {
        let figure = format!("{:.3}", metric.value);
        let figure = figure.trim_start_matches('0').trim_end_matches(".000");
        let (axis, name) = (&metric.axis, &metric.name);
        assert!(
            page.contains(figure),
            "models/CARD.md lacks {name} = {figure} of {axis}"
        );
    }
}
