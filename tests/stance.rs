//! Stance towards targets: trained on fiction, stored, loaded and asked over a real gRPC
//! connection.

mod common;

use common::{TestServer, judge_of_targets};
use newstance::server::pb::{self, tagging_service_client::TaggingServiceClient};

const BODY: &str = "Mara Vale came to the harbour on Friday. Critics praised Mara Vale for a \
    brilliant plan. Teachers thanked Vale. The council of Orlan blamed Tomas Brook for the \
    terrible failure, and farmers in Orlan accused Tomas Brook as well.";

async fn tag(server: &TestServer, targets: &[&str], axes: &[&str]) -> pb::Tagging {
    let article = pb::Article {
        body: BODY.into(),
        language_code: "en".into(),
        targets: targets.iter().map(|&target| target.into()).collect(),
        ..pb::Article::default()
    };
    let request = pb::TagArticleRequest {
        article: Some(article),
        options: Some(pb::TagOptions {
            axes: axes.iter().map(|&axis| axis.into()).collect(),
            explain: true,
            max_evidence: 3,
            ..pb::TagOptions::default()
        }),
        ..pb::TagArticleRequest::default()
    };
    let mut client = TaggingServiceClient::new(server.channel().await);
    let response = client.tag_article(request).await.unwrap();
    response.into_inner().tagging.unwrap()
}

fn assigned(stance: &pb::TargetStance) -> &str {
    let mut labels = stance.labels.iter().filter(|label| label.assigned);
    labels.next().map_or("", |label| &label.code)
}

#[tokio::test]
async fn targets_of_the_caller_are_judged_with_evidence() {
    let server = TestServer::start(|| judge_of_targets(1)).await;
    let tagging = tag(
        &server,
        &["Mara Vale", "Tomas Brook", "Atlantis"],
        &["mood"],
    )
    .await;
    let [vale, brook, atlantis] = &tagging.stances[..] else {
        panic!("{} stances", tagging.stances.len());
    };
    assert_eq!((assigned(vale), vale.mentions.len()), ("stance:favor", 3));
    assert_eq!(
        (assigned(brook), brook.mentions.len()),
        ("stance:against", 2)
    );
    assert!(!vale.found && atlantis.mentions.is_empty());
    let reason = pb::AbstainReason::TargetNotFound;
    assert_eq!(
        (atlantis.decision(), atlantis.abstain_reason()),
        (pb::Decision::Abstained, reason)
    );
    let label = vale.labels.iter().find(|label| label.assigned).unwrap();
    let evidence = vale.evidence.iter().filter(|e| e.label_code == label.code);
    let listed: f64 = evidence.map(|e| e.log_odds).sum();
    let sum = label.bias + label.unlisted_log_odds + listed;
    assert!((sum - label.log_odds).abs() < 1e-9 * label.log_odds.abs().max(1.0));
    for span in vale.evidence.iter().flat_map(|e| &e.spans) {
        assert!(BODY.get(span.start as usize..span.end as usize).is_some());
    }
    server.stop().await;
}

#[tokio::test]
async fn targets_are_found_where_none_are_named() {
    let server = TestServer::start(|| judge_of_targets(1)).await;
    let tagging = tag(&server, &[], &[]).await;
    let found: Vec<_> = tagging
        .stances
        .iter()
        .map(|s| (s.target.as_str(), s.found))
        .collect();
    // Most mentions first; of equals the one that comes first.
    let expected = ["Mara Vale", "Orlan", "Tomas Brook"].map(|name| (name, true));
    assert_eq!(found, expected);
    assert!(tagging.warnings.is_empty(), "{:?}", tagging.warnings);
    let unasked = tag(&server, &[], &["mood"]).await;
    assert!(unasked.stances.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_model_that_cannot_judge_lists_mentions_and_warns() {
    let tiny = || newstance::model::Model::from_bytes(&common::fixture()).unwrap();
    let server = TestServer::start(tiny).await;
    let tagging = tag(&server, &["Mara Vale"], &[]).await;
    let [vale] = &tagging.stances[..] else {
        panic!("{} stances", tagging.stances.len());
    };
    assert_eq!(vale.abstain_reason(), pb::AbstainReason::Unsupported);
    assert!(vale.mentions.len() == 3 && vale.labels.is_empty());
    let code = tagging.warnings[0].code();
    assert_eq!(code, pb::WarningCode::StanceUnsupported);
    server.stop().await;
}

#[test]
fn threads_change_nothing_and_the_card_knows_the_axis() {
    let one = judge_of_targets(1);
    let two = judge_of_targets(2);
    assert_eq!(one.digest(), two.digest());
    let measured = one
        .card()
        .metrics
        .iter()
        .any(|m| m.axis == "stance" && m.split == "dev");
    assert!(measured && one.classifier("stance").is_some());
}

#[test]
fn a_damaged_table_of_targets_is_refused() {
    let model = judge_of_targets(1);
    let mut bytes = model.to_bytes().unwrap();
    for at in (0..bytes.len()).step_by(997) {
        bytes[at] ^= 1;
        assert!(
            newstance::model::Model::from_bytes(&bytes).is_err(),
            "byte {at}"
        );
        bytes[at] ^= 1;
    }
}
