//! `newstance evaluate` as a user calls it, and the page that it draws.

mod common;

use common::program::{fails, file, ok, told};
use newstance::{evaluate::Evaluation, model::Model, report::Page};

#[test]
fn evaluate_reports_the_promised_keys() {
    let model = file("data/model-v3.safetensors");
    let data = file("data/tiny.jsonl");
    let common = ["evaluate", "--model", &model, "--data", &data, "--axis"];
    let angle = [&common[..], &["angle", "--format", "json"]].concat();
    let (json, errors) = told(&angle);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&report["axis"], &report["n"]),
        (&"angle".into(), &33.into())
    );
    let unit = [
        "accuracy",
        "macro_f1",
        "micro_f1",
        "ece",
        "coverage",
        "accuracy_at_80",
        "accuracy_at_50",
    ];
    for key in unit {
        assert!(
            (0.0..=1.0).contains(&report[key].as_f64().unwrap()),
            "{key}"
        );
    }
    assert_eq!(report["per_label"].as_array().unwrap().len(), 2);
    let passed_over = "labels passed over, which axis angle does not have: \"angle:other\" (";
    assert!(errors.contains(passed_over), "{errors}");
    let text = ok(&[&common[..], &["beat", "--split", "dev"]].concat(), b"");
    assert!(
        text.starts_with("beat (3 articles)") && text.contains("beat:courts"),
        "{text}"
    );
    fails(
        &[&common[..], &["mood"]].concat(),
        b"",
        1,
        "no axis \"mood\"; it has beat, angle",
    );
    fails(
        &[&common[..], &["beat", "--split", "dve"]].concat(),
        b"",
        1,
        "no record is labelled for beat in split \"dve\"",
    );
}

/// The figures are as if the records had no such labels; that they have is told.
#[test]
fn labels_that_an_axis_lacks_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data.jsonl");
    let record = |beat: &str| {
        format!("{{\"body\":\"A storm brought rain.\",\"labels\":{{\"beat\":[{beat}]}}}}\n")
    };
    let known = record("\"beat:weather\", \"beat:opera\"");
    let none = record("\"beat:chess\"") + &record("\"beat:opera\"");
    std::fs::write(&data, known + &none).unwrap();
    let (model, data) = (
        file("data/model-v3.safetensors"),
        data.display().to_string(),
    );
    let (text, errors) = told(&[
        "evaluate", "--model", &model, "--axis", "beat", "--data", &data,
    ]);
    assert!(text.starts_with("beat (1 articles)"), "{text}");
    assert_eq!(
        errors,
        "newstance: 3 labels passed over, which axis beat does not have: \"beat:opera\" (2), \
         \"beat:chess\" (1)\n"
    );
}

#[test]
fn evaluate_draws_one_page_that_needs_no_other() {
    let directory = tempfile::tempdir().unwrap();
    let (model, data) = (file("data/model-v3.safetensors"), file("data/tiny.jsonl"));
    let draw = |axis: &str, name: &str| {
        let path = directory.path().join(name).display().to_string();
        let arguments = [
            "evaluate", "--model", &model, "--data", &data, "--report", &path,
        ];
        let (text, _) = told(&[&arguments[..], &["--axis", axis]].concat());
        assert!(text.starts_with(axis), "figures are printed all the same");
        std::fs::read_to_string(path).unwrap()
    };
    for (axis, special) in [
        ("beat", "Confusion matrix of 3 labels"),
        ("angle", "True, and not given"),
    ] {
        let page = draw(axis, "a.html");
        for id in [
            "labels",
            "confusion",
            "calibration",
            "coverage",
            "terms",
            "mistakes",
        ] {
            assert!(
                page.contains(&format!("<section id=\"{id}\">")),
                "{axis}: {id}"
            );
        }
        assert!(page.contains(special), "{axis}: {special}");
        assert_eq!(
            page.matches("<svg ").count(),
            3,
            "{axis}: a chart is missing"
        );
        for foreign in [
            "http:", "https:", "//", "src=", "url(", "@import", "<script", "<link",
        ] {
            assert!(
                !page.contains(foreign),
                "{axis}: {foreign:?} asks for another file"
            );
        }
        assert!(page.contains("tiny.jsonl") && page.contains("1.0.0"));
        let home = env!("CARGO_MANIFEST_DIR");
        assert!(!page.contains(home), "{axis}: a path of this machine");
        assert!(
            page == draw(axis, "b.html"),
            "{axis}: the same input, other bytes"
        );
    }
    let left = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(left, 2, "no partial file is left");
}

#[test]
fn a_report_by_target_speaks_of_targets() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let (model, page) = (path("harbour"), path("page.html"));
    std::fs::write(&model, common::judge_of_targets(1).to_bytes().unwrap()).unwrap();
    let data = file("data/harbour.jsonl");
    let arguments = [
        "evaluate", "--axis", "stance", "--model", &model, "--data", &data, "--report", &page,
    ];
    ok(&arguments, b"");
    let page = std::fs::read_to_string(&page).unwrap();
    for expected in [
        "<dt>Targets</dt>",
        "<dd>the answer is the true label</dd>",
        "Each row holds the targets of one true label",
        "Targets: how many have this as their true label",
        "and the number of the target",
    ] {
        assert!(page.contains(expected), "{expected:?} in {page}");
    }
    assert!(!page.contains("true main label") && !page.contains("Articles"));
}

#[test]
fn a_report_takes_nothing_from_the_data_as_html() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("a&b.jsonl");
    let record = "{\"id\":\"<script>x</script>\",\"title\":\"A storm brought rain to the coast\",\
                  \"body\":\"Zebulon was there.\",\"labels\":{\"beat\":[\"beat:sport\"]}}\n";
    std::fs::write(&data, record).unwrap();
    let (data, page) = (
        data.display().to_string(),
        directory.path().join("page.html"),
    );
    let (model, out) = (
        file("data/model-v3.safetensors"),
        page.display().to_string(),
    );
    let arguments = [
        "evaluate", "--axis", "beat", "--model", &model, "--data", &data,
    ];
    ok(&[&arguments[..], &["--report", &out]].concat(), b"");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("&lt;script&gt;x&lt;/script&gt;") && !page.contains("<script"));
    assert!(page.contains("a&amp;b.jsonl"));
    assert!(
        !page.to_lowercase().contains("zebulon"),
        "text of an article is in the report"
    );
    let nowhere = "/nowhere/page.html";
    fails(
        &[&arguments[..], &["--report", nowhere]].concat(),
        b"",
        1,
        nowhere,
    );
}

#[test]
fn a_record_that_cannot_be_measured_is_told_by_its_line() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data.jsonl");
    let empty = r#"{"id":"b","labels":{"beat":["beat:sport"]}}"#;
    let stances = r#"{"id":"a","body":"Rain.","labels":{"beat":["beat:sport"]},"stances":[{"target":"","label":"stance:favor"}]}"#;
    std::fs::write(&data, format!("{stances}\n\n{empty}\n")).unwrap();
    let (model, data) = (
        file("data/model-v3.safetensors"),
        data.display().to_string(),
    );
    let arguments = [
        "evaluate", "--model", &model, "--axis", "beat", "--data", &data,
    ];
    fails(&arguments, b"", 1, "data.jsonl: line 3: article \"b\"");
}

#[test]
fn a_page_of_nothing_says_so() {
    let model = Model::from_bytes(&common::fixture()).unwrap();
    let classifier = model.classifier("beat").unwrap();
    let report = Evaluation::new(classifier.axis()).report();
    let page = Page {
        model: &model,
        classifier,
        report: &report,
        data: &[],
        split: None,
    };
    let nothing = page.html().unwrap();
    assert!(nothing.contains("there is nothing to show"), "{nothing}");
}
