//! Training is deterministic, and what it makes answers.

mod common;

use std::io::{self, Read};

use newstance::{
    article::{Article, ArticleLimits, ArticleParts},
    tagger::{AbstainReason, Decision, TagOptions, Tagger},
    train::Source,
};

/// One corpus in memory.
struct Lines(String);

impl Source for Lines {
    fn name(&self, file: &str) -> String {
        format!("data/{file}")
    }

    fn open(&self, _: &str) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::Cursor::new(self.0.clone())))
    }
}

/// What training by the recipe of a fixture says to its corpus after a change.
fn refused(name: &str, recipe: impl Fn(&str) -> String, change: impl Fn(&str) -> String) -> String {
    let text = |ending| std::fs::read_to_string(common::path(&format!("data/{name}.{ending}")));
    let (recipe, lines) = (recipe(&text("toml").unwrap()), text("jsonl").unwrap());
    let lines: Vec<String> = lines.lines().map(change).collect();
    let trained = common::train_on(&recipe, &Lines(lines.join("\n")), 2);
    trained.unwrap_err().to_string()
}

#[test]
fn what_cannot_be_measured_is_told_before_anything_is_fitted() {
    let same = |text: &str| text.to_owned();
    let in_dev = |line: &str, good: &str, bad: &str| {
        let dev = line.contains("\"split\": \"dev\"");
        line.replace(good, if dev { bad } else { good })
    };
    let unknown = refused("tiny", same, |line| {
        in_dev(line, "beat:weather", "beat:opera")
    });
    let expected = "\"beat:opera\" is not a label of axis beat; list it under `ignore`";
    assert!(unknown.contains(expected), "{unknown}");
    let by_target = refused("harbour", same, |line| {
        in_dev(line, "stance:favor", "stance:pro")
    });
    let expected = "\"stance:pro\" is not a label of axis stance; list it under `ignore`";
    assert!(by_target.contains(expected), "{by_target}");

    let none = refused(
        "tiny",
        |text| text.replace("split = \"dev\"", "split = \"dve\""),
        same,
    );
    let expected = "axis beat: no record of corpus courier is labelled for it in split \"dve\"";
    assert_eq!(none, expected);
    let unlabelled = refused("tiny", same, |line| in_dev(line, "\"beat\"", "\"tone\""));
    assert_eq!(unlabelled, expected.replace("dve", "dev"));

    let empty = refused("tiny", same, |line| {
        let line = in_dev(line, "\"title\"", "\"headline\"");
        in_dev(&line, "\"body\"", "\"text\"")
    });
    assert!(
        empty.starts_with("data/tiny.jsonl: line 31: article \""),
        "{empty}"
    );
    assert!(
        empty.contains("article.title and article.body: both are empty"),
        "{empty}"
    );
}

#[test]
fn nothing_to_train_on_is_told_with_its_reasons() {
    let same = |text: &str| text.to_owned();
    let unmeasured = |text: &str| text.replace("measure = ", "# ");
    let other_split = refused("tiny", unmeasured, |line| {
        line.replace("\"train\"", "\"test\"")
    });
    assert_eq!(
        other_split,
        "vocabulary: no article to train on: 33 records read; left out: 33 not in split \"train\""
    );
    let source = "source = \"written for this test\"";
    let methods = |text: &str| text.replace(source, &format!("{source}\nmethods = [\"hand\"]"));
    assert_eq!(
        refused("tiny", |text| unmeasured(&methods(text)), same),
        "vocabulary: no article to train on: 33 records read; left out: 3 not in split \"train\", \
         30 of a method that is not listed"
    );
    let rare =
        |text: &str| text.replace("min_document_frequency = 2", "min_document_frequency = 99");
    assert_eq!(
        refused("tiny", rare, same),
        "vocabulary: no term occurs in 99 of 30 articles; see min_document_frequency"
    );
    assert_eq!(
        refused("tiny", unmeasured, |line| line
            .replace("\"beat\"", "\"tone\"")),
        "axis beat: no article to train on: 33 records read; left out: 3 not in split \"train\", \
         30 without a label or target for it"
    );
    let one_label = |line: &str| {
        let line = line.replace("beat:weather", "beat:courts");
        line.replace("beat:sport", "beat:courts")
    };
    let one = refused("tiny", unmeasured, one_label);
    let expected = "axis beat: two labels or more need articles to train on; \"beat:";
    assert!(
        one.starts_with(expected) && one.ends_with("\" has none"),
        "{one}"
    );
    let unmeasured = |text: &str| {
        let (before, after) = text.split_once("measure = ").unwrap();
        format!("{before}# {after}")
    };
    assert_eq!(
        refused("harbour", unmeasured, |line| line
            .replace("\"stances\"", "\"targets\"")),
        "axis stance: no article to train on: 24 records read; left out: 3 not in split \"train\", \
         21 without a label or target for it"
    );
}

#[test]
fn threads_change_nothing_and_the_committed_fixture_is_rebuilt() {
    let one = common::train_tiny(1).to_bytes().unwrap();
    let four = common::train_tiny(4).to_bytes().unwrap();
    assert!(one == four, "the same bytes on one thread and on four");
    if std::env::var_os("NEWSTANCE_BLESS").is_some() {
        std::fs::write(common::path("data/model-v3.safetensors"), &one).unwrap();
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
    let expected = "axes[0].regression.words = 0.5: 0, or words in the recipe";
    assert_eq!(error.to_string(), expected);
}
