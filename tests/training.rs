//! Training is deterministic, and what it makes answers.

mod common;

use newstance::{
    article::{Article, ArticleLimits, ArticleParts},
    tagger::{AbstainReason, Decision, TagOptions, Tagger},
};

#[test]
fn threads_change_nothing_and_the_committed_fixture_is_rebuilt() {
    let one = common::train_tiny(1).to_bytes().unwrap();
    let four = common::train_tiny(4).to_bytes().unwrap();
    assert!(one == four, "the same bytes on one thread and on four");
    if std::env::var_os("NEWSTANCE_BLESS").is_some() {
        std::fs::write(common::path("data/model-v2.safetensors"), &one).unwrap();
    }
    assert!(
        one == common::fixture(),
        "training no longer gives the committed fixture; if the change is meant and old files are \
         still read, keep the old fixture and write a new one"
    );
}

#[test]
fn a_trained_model_labels_what_it_has_not_seen() {
    let tagger = Tagger::new(common::train_tiny(1));
    let tag = |body: &str| {
        let parts = ArticleParts {
            body: body.into(),
            ..ArticleParts::default()
        };
        let article = Article::new(parts, &ArticleLimits::default()).unwrap();
        let tagging = tagger.tag(&article, &TagOptions::default()).unwrap();
        let assigned = tagging.axes.iter().map(|axis| {
            let labels = axis.labels.iter().filter(|label| label.assigned);
            let codes = labels.map(|label| label.label.code.clone());
            (axis.decision, codes.collect::<Vec<_>>())
        });
        assigned.collect::<Vec<_>>()
    };
    let storm = tag("A storm brought rain and flooding; the wind injured two people on the coast.");
    assert_eq!(storm[0], (Decision::Assigned, vec!["beat:weather".into()]));
    assert_eq!(storm[1], (Decision::Assigned, vec!["angle:danger".into()]));

    let unknown = tag("Zyx qwv plork, mernd vlip oxo tarn quibbet.");
    let abstained = Decision::Abstained(AbstainReason::UnknownWords);
    assert_eq!(unknown[0], (abstained, vec![]));
    let short = tag("Rain");
    assert_eq!(short[0].0, Decision::Abstained(AbstainReason::TooShort));
}

#[test]
fn axes_of_one_name_are_refused() {
    let recipe = std::fs::read_to_string(common::path("data/border.toml")).unwrap();
    let (_, axis) = recipe.split_once("[[axes]]").unwrap();
    let error = common::train_text(&format!("{recipe}\n[[axes]]{axis}"), 1).unwrap_err();
    assert_eq!(error.to_string(), "axis side: two axes have this name");

    let recipe = std::fs::read_to_string(common::path("data/harbour.toml")).unwrap();
    let misnamed = recipe.replace("axes/stance.toml", "axes/side.toml");
    assert_ne!(recipe, misnamed);
    let error = common::train_text(&misnamed, 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "axis side: the axis asked by target is called stance"
    );
}

#[test]
fn an_option_that_would_have_no_effect_is_refused() {
    let recipe = std::fs::read_to_string(common::path("data/tiny.toml")).unwrap();
    let angle = "definition = \"axes/angle.toml\"";
    for option in ["maximise = \"macro_f1\"", "min_probability = 0.9"] {
        let idle = recipe.replace(angle, &format!("{angle}\n{option}"));
        let error = common::train_text(&idle, 1).unwrap_err().to_string();
        let (name, _) = option.split_once(' ').unwrap();
        let expected = format!("axis angle: {name} has no effect");
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn measured_articles_are_not_trained_on() {
    let model = common::train_tiny(1);
    let corpus = &model.card().corpora[0];
    assert_eq!(corpus.training_articles, 30);
    assert_eq!(corpus.digest.len(), 64);
    let dev = model
        .card()
        .metrics
        .iter()
        .filter(|metric| metric.split == "dev");
    assert!(dev.clone().count() > 0 && dev.clone().all(|metric| metric.articles == 3));
}

#[test]
fn words_of_documents_share_weights() {
    let recipe = std::fs::read_to_string(common::path("data/harbour.toml")).unwrap();
    let shared = recipe.replace("[axes.regression]", "[axes.regression]\nwords = 0.5");
    let speaking = |recipe: &str| {
        let model = common::train_text(recipe, 1).unwrap();
        let levels: Vec<i16> = model.classifiers()[0].scorer().levels().collect();
        let rows = levels.chunks(model.classifiers()[0].scorer().columns());
        rows.filter(|row| row.iter().any(|&level| level != 0))
            .count()
    };
    let bytes = |threads| {
        let model = common::train_text(&shared, threads).unwrap();
        model.to_bytes().unwrap()
    };
    assert_eq!(bytes(1), bytes(2));
    // The axis learns from 15 articles; words of the others speak by their company.
    let (alone, together) = (speaking(&recipe), speaking(&shared));
    assert!(alone < together, "{alone} {together}");

    let (before, words) = shared.split_once("[words]").unwrap();
    let (_, stance) = words.split_once("[stance]").unwrap();
    let wordless = format!("{before}[stance]{stance}").replace("words = { ridge = 1.0 }", "");
    let error = newstance::train::Recipe::parse(&wordless).unwrap_err();
    let expected = "axes[0].regression.words = \"0.5\": 0, or words in the recipe";
    assert_eq!(error.to_string(), expected);
}
