//! Holds the direction of dependencies: a module knows only those below it.

use std::{collections::BTreeSet, fs, path::Path};

/// Each module with the modules and the guarded crates that it may name.
const MAY_KNOW: &[(&str, &[&str], &[&str])] = &[
    ("article", &[], &[]),
    ("label", &[], &[]),
    ("text", &[], &[]),
    ("features", &["text"], &[]),
    (
        "bayes",
        &["features", "label"],
        &["ndarray", "linfa", "linfa_bayes", "linfa_linalg"],
    ),
    ("model", &["bayes", "features", "label"], &["safetensors"]),
    (
        "tagger",
        &["model", "bayes", "features", "text", "label", "article"],
        &[],
    ),
    ("corpus", &["article"], &[]),
    (
        "import",
        &["corpus", "text", "label"],
        &["csv", "serde_yaml_ng"],
    ),
    ("evaluate", &["corpus", "tagger", "label", "article"], &[]),
    (
        "report",
        &["evaluate", "model", "label"],
        &["plotters", "maud"],
    ),
    (
        "train",
        &[
            "evaluate", "corpus", "tagger", "model", "bayes", "features", "text", "label",
            "article",
        ],
        &[],
    ),
    (
        "server",
        &["tagger", "model", "text", "label", "article"],
        &[
            "tonic",
            "tonic_health",
            "tonic_prost",
            "tonic_reflection",
            "tonic_types",
            "prost",
            "prost_types",
            "pbjson",
            "pbjson_types",
            "tokio",
            "tower",
            "http",
            "arc_swap",
            "futures_util",
            "hyper",
            "hyper_util",
            "subtle",
            "tokio_rustls",
            "tokio_util",
            "tonic_web",
            "tower_http",
            "tracing",
            "tracing_subscriber",
            "opentelemetry",
            "opentelemetry_otlp",
            "opentelemetry_sdk",
            "prometheus_client",
        ],
    ),
    (
        "cli",
        &[
            "server", "train", "report", "evaluate", "import", "corpus", "tagger", "model",
            "bayes", "features", "text", "label", "article",
        ],
        &["tokio"],
    ),
];

/// Crates that only the modules named above may use.
fn guarded() -> BTreeSet<&'static str> {
    let crates = MAY_KNOW.iter().flat_map(|(.., crates)| *crates);
    crates.copied().collect()
}

/// Modules of the standard library that a module must not touch to stay a pure function of its
/// input.
const IMPURE_MODULES: &[&str] = &["env", "net", "process", "thread", "time"];
/// The same by what is called, wherever it comes from.
const IMPURE: &[&str] = &[
    "std::env",
    "std::time::",
    "SystemTime",
    "Instant::now",
    "thread_rng",
];
const PURE: &[&str] = &[
    "article", "label", "text", "features", "bayes", "model", "tagger", "corpus", "import",
    "evaluate", "report", "train",
];

fn sources(directory: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.push((path.display().to_string(), text));
        }
    }
}

/// Files of a module, without their tests.
fn module(name: &str) -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    if src.join(name).is_dir() {
        sources(&src.join(name), &mut files);
    } else {
        let path = src.join(format!("{name}.rs"));
        files.push((
            path.display().to_string(),
            fs::read_to_string(path).unwrap(),
        ));
    }
    for (_, text) in &mut files {
        *text = without_tests(text);
    }
    files
}

/// The lines of a file that are no comment, up to its tests: the last module by that name.
fn without_tests(text: &str) -> String {
    let code = text
        .rsplit_once("mod tests {")
        .map_or(text, |(code, _)| code);
    let code = code.lines().filter(|l| !l.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// Names that follow `crate::` or another root, also in `use crate::{a, b::c}`.
fn names_under(root: &str, code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for rest in code.split(root).skip(1) {
        let identifier = |text: &str| -> String {
            text.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        };
        let Some(group) = rest.strip_prefix('{') else {
            names.push(identifier(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && c.is_alphabetic() => {
                    names.push(identifier(&group[at..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    names
}

fn uses_crate(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        !(before.is_alphanumeric() || before == '_' || before == ':')
    })
}

#[test]
fn every_module_is_listed() {
    let lib = include_str!("../src/lib.rs");
    let modules = lib
        .lines()
        .filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'));
    let listed: Vec<_> = MAY_KNOW.iter().map(|(name, ..)| *name).collect();
    for module in modules {
        assert!(
            listed.contains(&module),
            "{module} is not in the table of this test"
        );
    }
}

#[test]
fn modules_know_only_those_below() {
    for (name, modules, crates) in MAY_KNOW {
        for (file, code) in module(name) {
            for used in names_under("crate::", &code) {
                let fine = used == *name || modules.contains(&used.as_str());
                assert!(fine, "{file}: {name} must not know {used}");
            }
            for guarded in guarded() {
                let fine = crates.contains(&guarded) || !uses_crate(&code, guarded);
                assert!(fine, "{file}: {name} must not use the crate {guarded}");
            }
        }
    }
}

#[test]
fn only_fit_knows_linfa() {
    for (file, code) in module("bayes") {
        let knows = uses_crate(&code, "linfa") || uses_crate(&code, "linfa_bayes");
        assert!(
            !knows || file.ends_with("fit.rs"),
            "{file} must not use linfa"
        );
    }
}

#[test]
fn what_can_be_pure_is() {
    for name in PURE {
        for (file, code) in module(name) {
            for used in names_under("std::", &code) {
                let fine = !IMPURE_MODULES.contains(&used.as_str());
                assert!(fine, "{file}: std::{used}");
            }
            for impure in IMPURE {
                assert!(!code.contains(impure), "{file}: {impure}");
            }
        }
    }
}

#[test]
fn files_stay_readable() {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    for (file, text) in files {
        let lines = text.lines().count();
        assert!(lines <= 400, "{file} has {lines} lines; it wants to be two");
    }
}

#[test]
fn the_test_itself_reads_imports() {
    let code = "use crate::{\n a::{b, c},\n d,\n};\nfn f() { crate::e::g() }";
    assert_eq!(names_under("crate::", code), ["a", "d", "e"]);
    let text = "#[cfg(test)]\nuse crate::a;\n// crate::b\n#[cfg(test)]\nmod tests {\n crate::c";
    assert_eq!(names_under("crate::", &without_tests(text)), ["a"]);
    assert_eq!(names_under("std::", "use std::{env, io};"), ["env", "io"]);
    assert!(uses_crate("use linfa::x;", "linfa") && !uses_crate("my_linfa::x", "linfa"));
}

/// The reasons that clients rely on are all told.
#[test]
fn every_reason_is_documented() {
    let code = include_str!("../src/server/status.rs");
    let names = code.lines().filter_map(|line| {
        let (_, name) = line.trim().strip_prefix("Self::")?.split_once(" => \"")?;
        name.strip_suffix("\",")
    });
    let names: Vec<_> = names.collect();
    assert_eq!(names.len(), 20);
    let told = include_str!("../docs/errors.md");
    for name in names {
        assert!(told.contains(&format!("| `{name}` |")), "{name}");
    }
}
