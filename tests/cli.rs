//! The program as a user calls it.

mod common;

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use common::program::{fails, file, ok};

const ARTICLE: &str = "Storm reaches Orlan\n\nA storm brought rain, wind and flooding to the coast. \
    Police told people to leave their homes, and schools were closed on Tuesday.\n";

#[test]
fn tag_prints_for_eyes_and_for_programs() {
    let text = ok(&["tag"], ARTICLE.as_bytes());
    for expected in [
        "Storm reaches Orlan",
        "topic",
        "frame",
        "genre",
        "weather",
        "%",
    ] {
        assert!(text.contains(expected), "{expected:?} in {text}");
    }
    assert!(!text.contains('\u{1b}'), "no colour in a pipe");
    let explained = ok(&["tag", "--explain", "--axes", "topic"], ARTICLE.as_bytes());
    assert!(
        explained.contains("[flooding]") && explained.contains("log-odds"),
        "{explained}"
    );

    let json = ok(
        &["tag", "--format", "json", "--axes", "genre,topic"],
        ARTICLE.as_bytes(),
    );
    assert_eq!(json.lines().count(), 1);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let axes = json["tagging"]["axes"].as_array().unwrap();
    assert_eq!(axes.len(), 2);
    assert_eq!(axes[0]["decision"], "DECISION_ASSIGNED");
    assert!(axes[0]["labels"][0]["logOdds"].is_f64());
    assert!(
        axes[0].get("abstainReason").is_none(),
        "defaults are left out, as grpcurl does"
    );
}

#[test]
fn tag_reads_records_and_reports_bad_ones() {
    let records = "{\"id\":\"a\",\"body\":\"Rain fell on the coast all day.\"}\nnonsense\n\
                   {\"id\":\"b\",\"title\":\"\"}\n{\"id\":\"c\",\"title\":\"Snow on the hills\"}\n";
    let arguments = ["tag", "--format", "json", "--input", "jsonl"];
    let out = fails(
        &arguments,
        records.as_bytes(),
        1,
        "-: line 2: not valid JSON",
    );
    let ids: Vec<String> = out
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|answer| answer["tagging"]["articleId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["a", "c"], "the good ones are answered in order");
    fails(
        &arguments,
        records.as_bytes(),
        1,
        "-: line 3: article.title and article.body",
    );
    fails(
        &arguments,
        records.as_bytes(),
        1,
        "2 of 4 articles could not be labelled",
    );
}

#[test]
fn compressed_records_are_read_on_any_number_of_threads() {
    let plain = std::fs::read(common::path("data/tiny.jsonl")).unwrap();
    let packed = ruzstd::encoding::compress_to_vec(
        plain.as_slice(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tiny.jsonl.zst");
    std::fs::write(&path, packed).unwrap();
    let path = path.display().to_string();
    let tag = |file: &str, threads| {
        let options = [
            "tag",
            "--format",
            "json",
            "--explain",
            "--threads",
            threads,
            file,
        ];
        ok(&options, b"")
    };
    let expected = tag(&file("data/tiny.jsonl"), "1");
    assert_eq!(expected.lines().count(), 33);
    assert!(tag(&path, "1") == expected && tag(&path, "3") == expected);
}

#[test]
fn what_is_compressed_otherwise_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let packed = ruzstd::encoding::compress_to_vec(
        ARTICLE.as_bytes(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    let gzip = [&[0x1F, 0x8B, 8, 0][..], &[10; 99]].concat();
    for (name, bytes) in [("a.zst", &packed), ("a.gz", &gzip), ("tiny.jsonl", &gzip)] {
        std::fs::write(path(name), bytes).unwrap();
    }
    let expected = "compressed with gzip; expected plain text";
    let (recipe, data) = (file("data/tiny.toml"), path("tiny.jsonl"));
    let out = path("out.jsonl");
    for arguments in [
        &["tag", &path("a.gz")][..],
        &["tag", &data],
        &["evaluate", "--axis", "topic", "--data", &data],
        &[
            "train",
            "--recipe",
            &recipe,
            "--data",
            &path("."),
            "--out",
            &out,
        ],
        &["import", "newsmtsc", &data, &out],
        &["import", "annotations", &data, &out],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_newstance"))
            .args(arguments)
            .output()
            .unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        let named = errors.contains("a.gz: ") || errors.contains("tiny.jsonl: ");
        assert!(named && errors.contains(expected), "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
    fails(
        &["tag", &path("a.zst")],
        b"",
        1,
        "compressed with zstd; expected plain text, or --input",
    );
    let marked = "\u{FEFF}{\"id\":\"a\",\"body\":\"Rain fell on the coast all day.\"}\n";
    let answer = ok(
        &["tag", "--input", "jsonl", "--format", "json"],
        marked.as_bytes(),
    );
    assert!(answer.contains("\"articleId\":\"a\""), "{answer}");
}

#[test]
fn a_corpus_that_is_missing_is_told_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (recipe, data, out) = (file("data/tiny.toml"), path("data"), path("out"));
    let arguments = ["train", "--recipe", &recipe, "--data", &data, "--out", &out];
    let message = format!(
        "newstance: {}: cannot read: No such file",
        path("data/tiny.jsonl")
    );
    fails(&arguments, b"", 1, &message);
}

#[test]
fn inspect_shows_card_and_terms() {
    let model = file("data/model-v3.safetensors");
    let text = ok(&["inspect", "--model", &model], b"");
    for expected in [
        "tiny 1.0.0",
        "courier",
        "30 articles",
        "striker",
        "beat:weather",
    ] {
        assert!(text.contains(expected), "{expected:?} in {text}");
    }
    let axis = ok(
        &[
            "inspect", "--model", &model, "--axis", "angle", "--terms", "1",
        ],
        b"",
    );
    assert!(
        axis.contains("angle:money") && !axis.contains("beat:"),
        "{axis}"
    );
    assert!(ok(&["inspect", "--axis", "topic"], b"").contains("medtop:15000000"));
}

#[test]
fn train_writes_the_committed_fixture() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory
        .path()
        .join("tiny.safetensors")
        .display()
        .to_string();
    let (recipe, data) = (file("data/tiny.toml"), file("data"));
    let arguments = ["train", "--recipe", &recipe, "--data", &data, "--out", &out];
    ok(&arguments, b"");
    assert!(std::fs::read(&out).unwrap() == common::fixture());
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "no partial file is left");
}

#[test]
fn a_corpus_may_lie_beside_its_recipe() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| {
        folder
            .path()
            .join("courier")
            .join(name)
            .display()
            .to_string()
    };
    std::fs::create_dir_all(path("data")).unwrap();
    let data = common::path("data");
    for name in ["tiny.toml", "tiny.jsonl"] {
        std::fs::copy(data.join(name), path(name)).unwrap();
    }
    let recipe = std::fs::read_to_string(path("tiny.toml")).unwrap();
    let axes = data.join("axes").display().to_string();
    let recipe = recipe.replace("axes/", &format!("{axes}/"));
    let out = path("model.safetensors");
    let (toml, empty) = (path("tiny.toml"), path("data"));
    let arguments = ["train", "--recipe", &toml, "--data", &empty, "--out", &out];
    std::fs::write(&toml, &recipe).unwrap();
    let message = "data/tiny.jsonl: cannot read";
    fails(&arguments, b"", 1, message);
    for beside in ["./tiny.jsonl", "../courier/tiny.jsonl"] {
        let recipe = recipe.replace("\"tiny.jsonl", &format!("\"{beside}"));
        std::fs::write(&toml, recipe).unwrap();
        ok(&arguments, b"");
    }
    let corpus = path("tiny.jsonl");
    let arguments = [
        "train", "--recipe", &toml, "--data", &empty, "--out", &corpus,
    ];
    let message = "tiny.jsonl: is to be read and to be written";
    fails(&arguments, b"", 1, message);
}

#[test]
fn what_is_read_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::create_dir(path("axes")).unwrap();
    let names = [
        "harbour.toml",
        "harbour.jsonl",
        "lexicon.tsv",
        "axes/mood.toml",
        "axes/stance.toml",
    ];
    for name in names {
        std::fs::copy(common::path("data").join(name), path(name)).unwrap();
    }
    std::fs::copy(common::path("data/model-v3.safetensors"), path("model")).unwrap();
    let kept = |name: &str| {
        let original = match name {
            "model" => common::path("data/model-v3.safetensors"),
            name => common::path("data").join(name),
        };
        assert!(
            std::fs::read(path(name)).unwrap() == std::fs::read(original).unwrap(),
            "{name}"
        );
    };
    let (recipe, data, model) = (path("harbour.toml"), path("harbour.jsonl"), path("model"));
    let train = ["train", "--recipe", &recipe, "--data", &path("."), "--out"];
    for name in names {
        let message = format!("{name}: is to be read and to be written");
        fails(&[&train[..], &[&path(name)]].concat(), b"", 1, &message);
        kept(name);
    }
    let evaluate = [
        "evaluate", "--axis", "beat", "--model", &model, "--data", &data, "--report",
    ];
    for name in ["harbour.jsonl", "model"] {
        let message = format!("{name}: is to be read and to be written");
        fails(&[&evaluate[..], &[&path(name)]].concat(), b"", 1, &message);
        kept(name);
    }
}

#[test]
fn serve_prints_a_line_for_each_model() {
    let directory = tempfile::tempdir().unwrap();
    let pack = directory.path().join("border").display().to_string();
    let (recipe, data) = (file("data/border.toml"), file("data"));
    let train = [
        "train", "--recipe", &recipe, "--data", &data, "--out", &pack,
    ];
    ok(&train, b"");
    let model = file("data/model-v3.safetensors");
    let mut server = Command::new(env!("CARGO_BIN_EXE_newstance"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(["--pack", &pack, "--model", &model])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let lines: Vec<String> = lines.take(3).map(Result::unwrap).collect();
    server.kill().unwrap();
    server.wait().unwrap();
    for (line, start) in lines.iter().zip([
        "newstance: listening on 127.0.0.1:",
        "newstance: serving models/tiny 1.0.0 (sha256 ",
        "newstance: serving models/border 0.1.0 (sha256 ",
    ]) {
        assert!(line.starts_with(start), "{lines:?}");
    }
    assert_eq!(lines.len(), 3);
}

#[test]
fn two_models_of_one_name_are_refused_with_both_files() {
    let model = file("data/model-v3.safetensors");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--pack"];
    let twice = format!("models/tiny stands for two models: {model} and {model}; serve one");
    let packs = [&serve[..], &[&model, "--pack", &model]].concat();
    fails(&packs, b"", 1, &twice);
    let default = [&serve[..], &[&model, "--model", &model]].concat();
    fails(&default, b"", 1, &twice);
    let embedded = file("../models/newstance-en.safetensors");
    let binary = [&serve[..], &[&embedded]].concat();
    let named = "models/newstance-en stands for two models: the model in the binary and ";
    fails(&binary, b"", 1, named);
}

#[test]
fn failures_are_one_clear_line() {
    let recipe = file("data/tiny.toml");
    for (arguments, code, message) in [
        (&["tag", "/nowhere.txt"][..], 1, "newstance: /nowhere.txt: "),
        (
            &["tag", "--axes", "mood"],
            1,
            "unknown axis \"mood\"; this model has topic, frame, genre",
        ),
        (&["tag", "--model", &recipe], 1, "not a model file"),
        (&["serve", "--model", "/nowhere"], 1, "/nowhere"),
        (
            &["serve", "--listen", "127.0.0.1:0", "--pack", "/nowhere"],
            1,
            "newstance: /nowhere: ",
        ),
        (&["serve", "--listen", "nonsense"], 2, "--listen"),
        (
            &[
                "train",
                "--recipe",
                &recipe,
                "--data",
                "/nowhere",
                "--out",
                "/nowhere/x",
            ],
            1,
            "/nowhere/x: ",
        ),
        (&["tag", "--max-evidence", "3"], 2, "--explain"),
        (&["tag", "--threads", "1025"], 2, "1025 is not in 0..=1024"),
        (
            &["train", "--threads", "100000"],
            2,
            "'--threads <N>': 100000 is not in 0..=1024",
        ),
        (&["frobnicate"], 2, "unrecognized subcommand"),
        (&[], 2, "Usage"),
    ] {
        fails(arguments, ARTICLE.as_bytes(), code, message);
    }
    fails(
        &["tag"],
        b" \n ",
        1,
        "article.title and article.body: both are empty",
    );
    fails(
        &["tag"],
        b"\xff\xfe",
        1,
        "-: stream did not contain valid UTF-8",
    );
    // A cut through a letter of two bytes is not what is wrong with a text that is too long.
    let long = format!("a{}", "\u{416}".repeat(3 << 20));
    let message = "article.body: 4210687 bytes exceed the limit of 2097152 bytes";
    fails(&["tag"], long.as_bytes(), 1, message);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_newstance"))
        .args(["inspect"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
