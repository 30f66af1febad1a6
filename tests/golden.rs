//! The wire, byte for byte: what clients have stored must stay readable, and what they compare
//! must stay equal. `NEWSTANCE_BLESS=1 cargo test` writes the files anew.

mod common;

use std::collections::HashSet;

use newstance::{
    article::ArticleLimits,
    corpus::Records,
    features::Words,
    model::{Model, file::hex},
    server::{
        convert::{self, TagRequest},
        describe, pb,
    },
    tagger::{Tagger, given::mentions_in},
};
use prost::Message;
use sha2::{Digest as _, Sha256};

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

#[test]
fn the_committed_model_learnt_from_the_committed_texts() {
    let readme = include_str!("../models/invented/README.md");
    for (corpus, file, told) in [
        ("invented", "invented.jsonl", "short news texts"),
        ("invented-stances", "stances.jsonl", "more, 100,000 words"),
    ] {
        let path = common::path(&format!("../models/invented/{file}"));
        let texts = std::fs::read(&path).unwrap();
        let model = newstance::model::embedded::default_model().unwrap();
        let corpora = model.card().corpora.iter();
        let card = corpora.filter(|card| card.name == corpus);
        let digests: Vec<&str> = card.map(|card| card.digest.as_str()).collect();
        assert_eq!(digests, [hex(&Sha256::digest(&texts))]);
        let count = checked(&model, corpus, &texts).to_string();
        let split = count.len().saturating_sub(3);
        let count = match count.split_at(split) {
            ("", count) => count.to_owned(),
            (thousands, rest) => format!("{thousands},{rest}"),
        };
        assert!(readme.contains(&format!("{count} {told}")), "{count}");
    }
}

/// How many texts a corpus has, all of which are as they should be.
fn checked(model: &Model, corpus: &str, texts: &[u8]) -> usize {
    let mut ids = HashSet::new();
    let (mut targets, mut missed) = (0, 0);
    for record in Records::new(corpus, texts) {
        let record = record.unwrap();
        let id = record.id.clone();
        assert!(ids.insert(id.clone()), "{id} twice");
        assert!(
            id.starts_with("invented-") && record.split == "train",
            "{id}"
        );
        let zones = [record.title.as_str(), &record.body];
        let words = Words::read(&zones, u32::MAX);
        let mentions_of = mentions_in(&words, &zones);
        for stance in &record.stances {
            targets += 1;
            // Such as a name that is half of a compound.
            missed += usize::from(mentions_of(&stance.target).is_empty());
            for &(start, end) in &stance.mentions {
                assert_eq!(record.body.get(start..end), Some(&*stance.target), "{id}");
            }
        }
        for (axis, codes) in &record.labels {
            let known = model.all_classifiers().find(|c| c.axis().name() == axis);
            let known = known.unwrap().axis();
            let strange = |code: &&String| known.index_of(code).is_none() && *code != "frame:other";
            assert_eq!(codes.iter().find(strange), None, "{id}");
        }
        record
            .clone()
            .into_article(&ArticleLimits::default())
            .unwrap();
    }
    assert!(
        100 * missed < targets,
        "{missed} of {targets} targets missed"
    );
    ids.len()
}
