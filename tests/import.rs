//! `newstance import` as a user calls it, on files of our own fiction; and, where they are present
//! beside the repository, on samples of the publishers'.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use newstance::corpus::{Records, decompressed};

fn import(arguments: &[&Path], format: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_newstance"))
        .arg("import")
        .arg(format)
        .args(arguments)
        .output()
        .unwrap()
}

fn ok(format: &str, arguments: &[&Path]) -> String {
    let output = import(arguments, format);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{format}: {errors}");
    assert_eq!(errors, "", "a success is silent on standard error");
    String::from_utf8(output.stdout).unwrap()
}

const ARTICLE: &str = r#"{"title":"Ferry returns","content_original":"The ferry returned.\n\nNobody was hurt.","topic":"trade","bias":1,"source":"Orlan Courier","date":"2031-02-03"}"#;

#[test]
fn a_directory_becomes_a_corpus_plain_or_compressed() {
    let directory = tempfile::tempdir().unwrap();
    let raw = directory.path().join("jsons");
    fs::create_dir_all(raw.join("more")).unwrap();
    fs::write(raw.join("b.json"), ARTICLE).unwrap();
    fs::write(raw.join("more/a.json"), ARTICLE.replace("hurt", "late")).unwrap();
    fs::write(raw.join("README.md"), "not an article").unwrap();
    let plain = directory.path().join("out.jsonl");
    let packed = directory.path().join("out.jsonl.zst");
    assert_eq!(ok("allsides", &[&raw, &plain]), "2 records\n");
    ok("allsides", &[&raw, &packed]);
    let text = fs::read_to_string(&plain).unwrap();
    assert!(text.starts_with("{\"id\":\"allsides-b\",\"title\":\"Ferry returns\""));
    let bytes = fs::read(&packed).unwrap();
    let unpacked = std::io::read_to_string(decompressed(bytes.as_slice()).unwrap()).unwrap();
    assert_eq!(unpacked, text);
    assert_eq!(
        fs::read_dir(directory.path()).unwrap().count(),
        3,
        "no partial file is left"
    );
}

#[test]
fn labels_join_the_texts_they_were_made_for() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let record = |id: &str, body: &str| {
        let record = r#"{"id":"ID","title":"Ferry","body":"BODY","lang":"en","source":"newstance-annotated","split":"dev","labels":{"topic":["t:a"],"frame":["f:a"],"primary_frame":["f:a"],"genre":["g:a"]}}"#;
        record.replace("ID", id).replace("BODY", body) + "\n"
    };
    let all = record("a", "It sails.") + &record("b", "It sinks.") + &record("c", "It waits.");
    fs::write(file("all.jsonl"), &all).unwrap();
    ok("annotations", &[&file("all.jsonl"), &file("labels.jsonl")]);
    assert!(
        !fs::read_to_string(file("labels.jsonl"))
            .unwrap()
            .contains("sails")
    );
    let texts = record("b", "It sank.") + &record("a", "It sails.");
    fs::write(file("texts.jsonl"), texts).unwrap();
    assert_eq!(
        ok(
            "annotated",
            &[
                &file("labels.jsonl"),
                &file("texts.jsonl"),
                &file("out.jsonl")
            ]
        ),
        "1 records; left out: 1 whose text is in none of the corpora, \
         1 whose text is not the one that was labelled\n"
    );
    assert_eq!(
        fs::read_to_string(file("out.jsonl")).unwrap(),
        record("a", "It sails.")
    );
}

#[test]
fn a_failure_is_one_line_and_leaves_the_old_file() {
    let directory = tempfile::tempdir().unwrap();
    let raw = directory.path().join("train.jsonl");
    let out = directory.path().join("out.jsonl");
    fs::write(&raw, "{\"sentence_normalized\": 1}").unwrap();
    fs::write(&out, "old").unwrap();
    let overwrite = Path::new("--overwrite");
    let output = import(&[overwrite, &raw, &out], "newsmtsc");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors.ends_with("train.jsonl: row 1: a field has the wrong type (line 1, column 25)\n"),
        "{errors}"
    );
    assert_eq!(fs::read_to_string(&out).unwrap(), "old");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    fs::create_dir(directory.path().join("empty")).unwrap();
    for (format, arguments, code, message) in [
        (
            "newsmtsc",
            &[directory.path().join("nowhere"), out.clone()][..],
            1,
            "nowhere",
        ),
        (
            "newsmtsc",
            std::slice::from_ref(&raw),
            2,
            "2 values required",
        ),
        ("gazette", &[raw.clone(), out.clone()], 2, "huffpost"),
        (
            "newsmtsc",
            &[raw.clone(), raw.clone()],
            1,
            "to be read and to be written",
        ),
        (
            "ag-news",
            &[raw.clone(), directory.path().join("test.csv")],
            1,
            "ends in .jsonl or .jsonl.zst",
        ),
        (
            "allsides",
            &[directory.path().join("empty"), out.clone()],
            1,
            "holds no file of this format",
        ),
    ] {
        let arguments: Vec<&Path> = arguments.iter().map(PathBuf::as_path).collect();
        let output = import(&arguments, format);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(code) && errors.contains(message),
            "{errors}"
        );
    }
}

/// Whoever forgets OUT must not lose the last of the files to read.
#[test]
fn a_file_that_exists_is_replaced_when_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    fs::write(file("a.json"), ARTICLE).unwrap();
    fs::write(file("b.jsonl"), "of the publisher").unwrap();
    let output = import(&[&file("a.json"), &file("b.jsonl")], "allsides");
    let errors = String::from_utf8(output.stderr).unwrap();
    let message = "b.jsonl: the last file is the one to write, and exists already; --overwrite";
    assert!(errors.contains(message), "{errors}");
    let text = || fs::read_to_string(file("b.jsonl")).unwrap();
    assert_eq!(
        (output.status.code(), text().as_str()),
        (Some(1), "of the publisher")
    );
    let overwrite = Path::new("--overwrite");
    ok("allsides", &[&file("a.json"), &file("b.jsonl"), overwrite]);
    assert!(text().starts_with("{\"id\":\"allsides-a\""));
}

/// Where the samples and corpora are, if they are here.
fn shared(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../shared").join(name);
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

fn lines(path: &Path) -> Vec<String> {
    let file = fs::File::open(path).unwrap();
    let text = std::io::read_to_string(decompressed(file).unwrap()).unwrap();
    text.lines().map(Into::into).collect()
}

fn id(line: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    value["id"].as_str().unwrap().into()
}

/// Publishers' samples whose records are the committed corpora's, byte for byte.
#[test]
fn samples_become_the_records_that_we_train_on() {
    for (format, corpora, equal) in [
        ("ag-news", &["ag-news"][..], 10),
        ("allsides", &["allsides-1", "allsides-2"], 3),
        ("fakes-syria", &["fakes-syria"], 2),
        ("huffpost", &["huffpost-headlines"], 10),
        ("newsmtsc", &["newsmtsc"], 24),
    ] {
        let Some(raw) = shared(&format!("raw/{format}")) else {
            return;
        };
        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("out.jsonl");
        let raw = whole_rows(format, raw, directory.path());
        ok(format, &[&raw, &out]);
        let mut known = HashMap::new();
        for corpus in corpora {
            let path = shared(&format!("data/{corpus}.jsonl.zst")).unwrap();
            known.extend(lines(&path).into_iter().map(|line| (id(&line), line)));
        }
        let made = lines(&out);
        let same = made
            .iter()
            .filter(|line| known.get(&id(line)) == Some(line));
        assert_eq!(same.count(), equal, "{format}: of {}", made.len());
    }
}

/// The sample of FA-KES ends within its third row.
fn whole_rows(format: &str, raw: PathBuf, directory: &Path) -> PathBuf {
    if format != "fakes-syria" {
        return raw;
    }
    let sample = lines(&raw.join("FA-KES-Dataset.sample.csv"));
    let whole = directory.join("whole.csv");
    fs::write(&whole, sample[..3].join("\n")).unwrap();
    whole
}

/// The number in an identifier counts all days before; the sample is one day.
#[test]
fn a_day_of_current_events_becomes_the_records_that_we_train_on() {
    let Some(raw) = shared("raw/wikipedia-current-events") else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out.jsonl");
    ok("wikipedia-current-events", &[&raw, &out]);
    let without_id = |line: &String| line.split_once("\"title\"").unwrap().1.to_owned();
    let corpus = shared("data/wikipedia-current-events.jsonl.zst").unwrap();
    let known = lines(&corpus)
        .into_iter()
        .filter(|line| line.contains("2010-01-05"));
    let known: Vec<_> = known.map(|line| without_id(&line)).collect();
    let made: Vec<_> = lines(&out).iter().map(without_id).collect();
    assert_eq!(made, known);
}

fn annotations() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/annotations/annotated.jsonl")
}

#[test]
fn the_committed_annotations_are_those_of_the_corpus() {
    let Some(corpus) = shared("data/annotated.jsonl.zst") else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out.jsonl");
    ok("annotations", &[&corpus, &out]);
    assert!(fs::read(&out).unwrap() == fs::read(annotations()).unwrap());
    // With the texts at hand, the very corpus comes back.
    let joined = directory.path().join("joined.jsonl");
    ok("annotated", &[&annotations(), &corpus, &joined]);
    assert!(lines(&joined) == lines(&corpus));
}

#[test]
fn the_committed_annotations_hold_no_text() {
    let file = fs::File::open(annotations()).unwrap();
    let records = Records::new("annotations", decompressed(file).unwrap());
    let mut count = 0;
    for record in records {
        let record = record.unwrap();
        assert!(record.title.is_empty() && record.body.is_empty());
        assert!(
            record
                .stances
                .iter()
                .all(|stance| stance.target.len() <= 80)
        );
        count += 1;
    }
    assert_eq!(count, 5801);
}
