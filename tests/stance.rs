//! Stance towards targets: trained on fiction, stored, loaded and asked over a real gRPC
//! connection.

mod common;

use common::{TestServer, judge_of_targets};
use newstance::{
    article::{Article, ArticleLimits, ArticleParts},
    bayes::Scorer,
    label::{Axis, AxisParts},
    model::{Classifier, Model, StanceModel},
    server::pb::{self, tagging_service_client::TaggingServiceClient},
    tagger::{TagOptions, Tagger},
};

const BODY: &str = "Mara Vale came to the harbour on Friday. Critics praised Mara Vale for a \
    brilliant plan. Teachers thanked Vale. The council of Orlan blamed Tomas Brook for the \
    terrible failure, and farmers of Orlan accused Tomas Brook as well.";

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
fn words_around_a_target_are_evidence() {
    let tagger = Tagger::new(judge_of_targets(1));
    let parts = ArticleParts {
        body: BODY.into(),
        language: "en".into(),
        targets: vec!["Mara Vale".into()],
        ..ArticleParts::default()
    };
    let article = Article::new(parts, &ArticleLimits::default()).unwrap();
    for max in [2, 1000] {
        let options = TagOptions {
            max_evidence: Some(max),
            ..TagOptions::default()
        };
        let tagging = tagger.tag(&article, &options).unwrap();
        let label = &tagging.stances[0].labels[0];
        let parts = label.explanation.as_ref().unwrap();
        let listed: f64 = parts.evidence.iter().map(|e| e.log_odds).sum();
        let sum = parts.bias + listed + parts.unlisted_log_odds;
        assert!((sum - label.log_odds).abs() < 1e-9);
        let around = parts.evidence.iter();
        let around: Vec<_> = around
            .filter_map(|e| Some((e.term.strip_prefix("around:")?, e)))
            .collect();
        assert!(max == 2 || around.len() > 3, "{around:?}");
        for (word, evidence) in around {
            assert_eq!(evidence.spans.len(), evidence.count as usize, "{word}");
            for (_, span) in &evidence.spans {
                assert_eq!(BODY[span.clone()].to_lowercase(), word);
            }
        }
    }
}

#[test]
fn words_are_chosen_within_limits() {
    let recipe = include_str!("data/harbour.toml");
    let told = |from: &str, to: &str| {
        let recipe = recipe.replacen(from, to, 1);
        newstance::train::Recipe::parse(&recipe)
            .unwrap_err()
            .to_string()
    };
    let dimensions = told("dimensions = 8", "dimensions = 2000");
    assert_eq!(dimensions, "words.dimensions = 2000: 1 to 1024");
    let corpora = told("words]\ncorpora = [\"harbour\"]", "words]\ncorpora = []");
    assert_eq!(corpora, "words.corpora = \"\": at least one corpus");
    let unused = told("words = { ridge = 1.0 }\n", "");
    let expected = "words = \"\": an axis that shares weights of words";
    assert_eq!(unused, expected);
    let (before, rest) = recipe.split_once("[words]").unwrap();
    let (_, stance) = rest.split_once("[stance]").unwrap();
    let wordless = newstance::train::Recipe::parse(&format!("{before}[stance]{stance}"));
    let expected = "stance.words.ridge = 1.0: words in the recipe";
    assert_eq!(wordless.unwrap_err().to_string(), expected);
    let twice = told("idf = false", "words = 0.5");
    let expected = "stance.axis.regression.words = 0.5: 0; see stance.words";
    assert_eq!(twice, expected);
    let many = recipe.replacen("dimensions = 8", "dimensions = 900", 1);
    let error = common::train_text(&many, 1).unwrap_err().to_string();
    assert!(error.contains("900 dimensions"), "{error}");
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

/// A model that says the opposite of longer texts, as `change` makes it.
fn contrary(change: impl Fn(&Classifier) -> Classifier) -> Vec<u8> {
    let model = judge_of_targets(1);
    let stance = model.stance().unwrap().clone();
    let longer = Some(change(&stance.classifier));
    let stance = StanceModel { longer, ..stance };
    model.with_stance(Some(stance)).to_bytes().unwrap()
}

fn opposite(classifier: &Classifier) -> Classifier {
    let scorer = classifier.scorer();
    let levels: Vec<i16> = scorer.levels().map(|level| -level).collect();
    let (bias, scales) = (scorer.bias().to_vec(), scorer.scales().to_vec());
    let scorer = Scorer::from_parts(bias, scales, &levels, scorer.max_count()).unwrap();
    let (axis, rule) = (classifier.axis().clone(), classifier.rule().clone());
    Classifier::new(axis, scorer, classifier.calibration().clone(), rule).unwrap()
}

#[test]
fn longer_texts_have_a_table_of_their_own() {
    let model = Model::from_bytes(&contrary(opposite)).unwrap();
    let tagger = Tagger::new(model);
    let best = |filler: usize| {
        let body = format!("{BODY} {}", "The rain went on. ".repeat(filler));
        let parts = ArticleParts {
            body,
            language: "en".into(),
            targets: vec!["Mara Vale".into()],
            ..ArticleParts::default()
        };
        let article = Article::new(parts, &ArticleLimits::default()).unwrap();
        let tagging = tagger.tag(&article, &TagOptions::default()).unwrap();
        let mut labels = tagging.stances[0].labels.clone();
        labels.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        labels[0].label.code.clone()
    };
    // The text has 38 words of its own.
    assert_eq!(best(5), "stance:favor");
    assert_ne!(best(6), "stance:favor");
}

#[test]
fn a_table_of_longer_texts_for_another_axis_is_refused() {
    let axis = include_str!("data/axes/stance.toml").replacen("\"stance\"", "\"other\"", 1);
    let axis = Axis::try_from(toml::from_str::<AxisParts>(&axis).unwrap()).unwrap();
    let bytes = contrary(|classifier| {
        let (scorer, rule) = (classifier.scorer().clone(), classifier.rule().clone());
        let calibration = classifier.calibration().clone();
        Classifier::new(axis.clone(), scorer, calibration, rule).unwrap()
    });
    let error = Model::from_bytes(&bytes).unwrap_err().to_string();
    assert!(error.contains("stance.longer.axis"), "{error}");
}

#[test]
fn a_table_of_longer_texts_wants_longer_texts() {
    let recipe = include_str!("data/harbour.toml");
    let start = recipe.find("[stance.axis]").unwrap();
    let end = recipe.find("[[axes]]").unwrap();
    let part = recipe[start..end].replace("stance.axis", "stance.longer");
    let measure = "measure = [{ corpus = \"harbour\", split = \"dev\" }]\n";
    let measured = format!("{}{part}{}", &recipe[..end], &recipe[end..]);
    let error = newstance::train::Recipe::parse(&measured).unwrap_err();
    let told = "stance.longer.measure = 1: none; see stance.axis";
    assert_eq!(error.to_string(), told);
    let part = part.replace(measure, "");
    let longer = format!("{}{part}{}", &recipe[..end], &recipe[end..]);
    let error = common::train_text(&longer, 1).unwrap_err().to_string();
    let told = "axis stance, longer texts: no article to train on: 24 records read";
    assert!(error.starts_with(told), "{error}");
    let other = longer.replacen("axes/stance.toml", "axes/other.toml", 1);
    let error = newstance::train::Recipe::parse(&other).unwrap_err();
    let told = "stance.longer.definition = \"axes/stance.toml\": the same as that of stance.axis";
    assert_eq!(error.to_string(), told);
}
