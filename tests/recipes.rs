//! Holds `docs/recipes.md` to what it describes: its example is run, and serde is asked for the
//! keys.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

use newstance::{
    corpus::{Record, record::RecordedStance},
    label::AxisParts,
    train::Recipe,
};
use toml::Value;

const PAGE: &str = include_str!("../docs/recipes.md");

/// Sets of names by the table that they belong to.
type Names = BTreeMap<String, BTreeSet<String>>;

/// The part of the page under a heading, up to the next one.
fn section(heading: &str) -> &'static str {
    let line = format!("\n{heading}\n");
    let (_, text) = PAGE.split_once(&line).unwrap_or_else(|| {
        panic!("docs/recipes.md is without {heading:?}");
    });
    text.split("\n#").next().unwrap()
}

/// The code blocks of a language.
fn blocks<'p>(text: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("```{language}\n");
    let opened = text.split(&fence).skip(1);
    opened
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

/// Names of the rows of a section's first table.
fn rows(section: &str) -> BTreeSet<String> {
    let lines = section.lines().skip_while(|line| !line.starts_with('|'));
    let table = lines.take_while(|line| line.starts_with('|'));
    let names = table.filter_map(|row| row.strip_prefix("| `")?.split_once('`'));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// The names in backticks.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(ToOwned::to_owned)
}

/// Where a value stands: keys, and positions in arrays.
#[derive(Clone)]
enum Step {
    Key(String),
    At(usize),
}

/// Every place under a value, itself first.
fn places(value: &Value, here: &[Step], all: &mut Vec<Vec<Step>>) {
    all.push(here.to_vec());
    let children: Vec<(Step, &Value)> = match value {
        Value::Table(table) => {
            let entries = table.iter();
            entries
                .map(|(key, value)| (Step::Key(key.clone()), value))
                .collect()
        }
        Value::Array(array) => {
            let entries = array.iter().enumerate();
            entries.map(|(at, value)| (Step::At(at), value)).collect()
        }
        _ => Vec::new(),
    };
    for (step, child) in children {
        places(child, &[here, &[step]].concat(), all);
    }
}

fn at<'v>(value: &'v mut Value, place: &[Step]) -> &'v mut Value {
    place.iter().fold(value, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::At(at) => &mut value[*at],
    })
}

/// The name of a table. An axis is one whether it is asked by article or by target.
fn name(place: &[Step]) -> String {
    let keys = place.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::At(_) => None,
    });
    let path = keys.collect::<Vec<_>>().join(".");
    let path = path.replace("stance.axis", "axes");
    path.replace("stance.longer", "axes")
}

/// What serde says that it expects instead of something that it does not know.
fn expected(error: &str, fault: &str) -> Option<BTreeSet<String>> {
    let (_, rest) = error.split_once(&format!("{fault} `{STRANGE}`, expected "))?;
    Some(quoted(rest.lines().next()?).collect())
}

const STRANGE: &str = "no_such_thing";

/// The keys of each table of a document, and the words that its keys take, by asking for strange
/// ones. The document must have every table, and every key, at least once.
fn known(document: &str, fault_of: impl Fn(&str) -> Option<String>) -> [Names; 2] {
    assert_eq!(fault_of(document), None);
    let document = Value::Table(document.parse().unwrap());
    let (mut written, mut keys, mut words) = (Names::new(), Names::new(), Names::new());
    let mut all = Vec::new();
    places(&document, &[], &mut all);
    for place in all {
        let mut asking = document.clone();
        let (fault, table, names) = match at(&mut asking, &place) {
            Value::Table(table) => {
                let own = written.entry(name(&place)).or_default();
                own.extend(table.keys().cloned());
                table.insert(STRANGE.into(), Value::Integer(0));
                ("unknown field", name(&place), &mut keys)
            }
            Value::String(text) => {
                STRANGE.clone_into(text);
                let table = name(&place[..place.len() - 1]);
                ("unknown variant", table, &mut words)
            }
            _ => continue,
        };
        let error = fault_of(&toml::to_string(&asking).unwrap()).unwrap_or_default();
        match expected(&error, fault) {
            Some(told) => names.entry(table).or_default().extend(told),
            None => assert_eq!(fault, "unknown variant", "[{table}]: {error}"),
        }
    }
    for (table, keys) in &mut keys {
        let unseen: Vec<_> = keys.difference(&written[table]).collect();
        assert!(unseen.is_empty(), "[{table}] is without {unseen:?}");
        // Serde does not list a tag, nor what is taken out before it reads.
        keys.extend(written[table].iter().cloned());
    }
    [keys, words]
}

fn recipe_fault(text: &str) -> Option<String> {
    Recipe::parse(text).err().map(|error| error.to_string())
}

fn axis_fault(text: &str) -> Option<String> {
    let parts = toml::from_str::<AxisParts>(text);
    parts.err().map(|error| error.to_string())
}

/// Asserts that the sections list these names and no others.
fn assert_listed(heading_of: impl Fn(&str) -> &'static str, [keys, words]: [Names; 2]) {
    for (table, keys) in keys {
        assert_eq!(
            rows(heading_of(&table)),
            keys,
            "[{table}] in docs/recipes.md"
        );
    }
    for (table, words) in words {
        let told: BTreeSet<String> = quoted(heading_of(&table)).collect();
        let bare = told.iter().map(|word| word.trim_matches('"'));
        let bare: BTreeSet<&str> = bare.collect();
        for word in words {
            assert!(bare.contains(word.as_str()), "{word} of [{table}]");
        }
    }
}

#[test]
fn every_key_of_a_recipe_is_told() {
    let whole = blocks(section("## Every key at once"), "toml")[0];
    let known = known(whole, recipe_fault);
    for key in taken_keys() {
        let written = known[0].values().any(|keys| keys.contains(&key));
        assert!(written, "{key} is not in the recipe with every key");
    }
    let heading = |table: &str| match table {
        "" => section("## The recipe"),
        _ if PAGE.contains(&format!("\n### `[[{table}]]`\n")) => {
            section(&format!("### `[[{table}]]`"))
        }
        _ => section(&format!("### `[{table}]`")),
    };
    assert_listed(heading, known);
}

/// Keys that recipes take out of a table before serde reads the rest.
fn taken_keys() -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/train");
    let files = std::fs::read_dir(directory).unwrap();
    let code: Vec<String> = files
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let calls = code
        .iter()
        .flat_map(|code| code.split("take(&mut table, \"").skip(1));
    let keys = calls.map(|call| call.split('"').next().unwrap().to_owned());
    let keys: Vec<String> = keys.collect();
    assert!(keys.len() >= 4, "{keys:?}");
    keys
}

#[test]
fn refused_recipes_are_told_as_the_page_says() {
    let whole = blocks(section("## Every key at once"), "toml")[0];
    let words =
        "[words]\ncorpora = [\"notes\", \"reports\"]\nmax_words = 30000\ndimensions = 304\n";
    let by_target =
        "[stance.axis.regression]\nridge = 1.0\nsources = [{ corpora = [\"notes\"] }]\n";
    let expert = "corpora = [\"notes\"]\nsmoothing = { kind = \"lidstone\", alpha = 1.0 }\n";
    let fits_both = &format!("[[axes.experts]]\n{expert}\n[axes.regression]");
    let counts = &format!("[[stance.axis.experts]]\n{expert}");
    let measured = "[stance.longer]\nmeasure = [{ corpus = \"reports\", split = \"dev\" }]";
    let cases: [&[(&str, &str)]; 20] = [
        &[("version = \"0.1.0\"", "version = \"1.0\"")],
        &[("2026-11-27T00:00:00Z", "2026-11-27")],
        &[("[\"en\"]", "[\"eng\"]")],
        &[(
            "[[axes.experts]]\ncorpora = [\"reports\"]",
            "[[axes.experts]]\nweight = 0\ncorpora = [\"reports\"]",
        )],
        &[("name = \"reports\"", "name = \"notes\"")],
        &[(
            "corpora = [\"notes\", \"reports\"]",
            "corpora = [\"notes\", \"notes\"]",
        )],
        &[(
            "[[axes.regression.sources]]\ncorpora = [\"reports\"]",
            "[[axes.regression.sources]]\ncorpora = [\"notes\"]",
        )],
        &[("max_count = 2", "max_count = 0")],
        &[(
            "[[axes.experts]]\ncorpora = [\"reports\"]",
            "[[axes.experts]]\ncorpora = [\"other\"]",
        )],
        &[("[axes.regression]", fits_both)],
        &[("calibrate_on = \"notes\"", "calibrate_on = \"reports\"")],
        &[("max_count = 3", "max_count = 3\ncount_for = \"all\"")],
        &[("sources = [{ corpora = [\"notes\"] }]", "sources = []")],
        &[(words, "")],
        &[("words = 0.4\n", ""), ("words = { ridge = 7.0 }\n", "")],
        &[(words, ""), ("words = 0.4\n", "")],
        &[(by_target, counts)],
        &[(
            "[stance.axis.regression]",
            "[stance.axis.regression]\nwords = 0.3",
        )],
        &[(
            "[stance.longer]\ndefinition = \"axes/stance.toml\"",
            "[stance.longer]\ndefinition = \"axes/x.toml\"",
        )],
        &[("[stance.longer]", measured)],
    ];
    for edits in cases {
        let bad = edits.iter().fold(whole.to_owned(), |text, (good, bad)| {
            assert!(text.contains(good), "{good}");
            text.replacen(good, bad, 1)
        });
        let message = recipe_fault(&bad).unwrap();
        assert!(PAGE.contains(&format!(" `{message}`")), "{message}");
    }
}

#[test]
fn every_key_of_an_axis_file_is_told() {
    let whole = blocks(section("## The smallest recipe"), "toml")[0];
    let heading = |table: &str| match table {
        "" => section("## Axis files"),
        _ => section("### `[[labels]]`"),
    };
    assert_listed(heading, known(whole, axis_fault));
}

#[test]
fn every_field_of_a_record_is_told() {
    let fields = |of: String| -> BTreeSet<String> {
        let lines = of.lines().filter_map(|line| line.strip_prefix("    "));
        let names = lines.filter_map(|line| line.split_once(':'));
        names.map(|(name, _)| name.to_owned()).collect()
    };
    let record = fields(format!("{:#?}", Record::default()));
    assert_eq!(rows(section("## Records")), record);
    let stance = fields(format!("{:#?}", RecordedStance::default()));
    assert_eq!(rows(section("### `stances`")), stance);
}

#[test]
fn the_smallest_recipe_gives_what_the_page_shows() {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in smallest() {
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    let session = blocks(section("## The smallest recipe"), "console")[0];
    for step in session.split("$ ").skip(1) {
        let (command, output) = step.split_once('\n').unwrap();
        let printed = shell(directory.path(), command);
        assert_eq!(printed.trim_end(), output.trim_end(), "{command}");
    }
}

/// The files of the smallest recipe.
fn smallest() -> [(&'static str, &'static str); 3] {
    let section = section("## The smallest recipe");
    let [axis, recipe] = blocks(section, "toml")[..] else {
        panic!("an axis and a recipe");
    };
    let corpus = blocks(section, "json")[0];
    [
        ("service.toml", axis),
        ("ferry.toml", recipe),
        ("ferry.jsonl", corpus),
    ]
}

#[test]
fn refused_trainings_are_told_as_the_page_says() {
    let expert = "[[axes.experts]]\ncorpora = [\"ferry\"]\n\
                  smoothing = { kind = \"lidstone\", alpha = 0.5 }\n";
    let regression = |more: &str| {
        format!("[axes.regression]\nridge = 1.0\nsources = [{{ corpora = [\"ferry\"] }}]\n{more}")
    };
    let words = "[words]\ncorpora = [\"ferry\"]\nmax_words = 50\ndimensions = 64\n[[axes]]";
    let by_outlet = ("max_count = 1", "max_count = 1\nfold_by = \"outlet\"");
    let bad = |line: &str| line.replace("worse", "bad");
    let first = r#"a strike.", "labels": {"service": ["service:worse"]}"#;
    let measured = r#"late.", "split": "dev", "labels": {"service": ["service:worse"]}"#;
    let last = r#"time.", "split": "dev", "labels": {"service": ["service:better"]}}"#;
    let after_last = format!("{last}\n{{\"id\": 5}}");
    let cases: [&[(&str, &str)]; 15] = [
        &[(measured, &bad(measured))],
        &[("The engine failed in the storms and all were late.", "")],
        &[(r#"split = "dev""#, r#"split = "test""#)],
        &[(last, &after_last)],
        &[(first, &bad(first))],
        &[
            (r#"measure = [{ corpus = "ferry", split = "dev" }]"#, ""),
            (r#".", "labels""#, r#".", "split": "dev", "labels""#),
        ],
        &[(r#".", "labels": {"service""#, r#".", "labels": {"other""#)],
        &[("min_document_frequency = 2", "min_document_frequency = 50")],
        &[("alpha = 0.5", "alpha = 0")],
        &[(r#"["service:better"]"#, r#"["service:worse"]"#)],
        &[by_outlet],
        &[by_outlet, (expert, &regression(""))],
        &[("[[axes]]", words), (expert, &regression("words = 0.4\n"))],
        &[
            (r#"kind = "single""#, r#"kind = "multi""#),
            ("max_count = 1", "max_count = 1\nmaximise = \"macro_f1\""),
        ],
        &[(r#"name = "service""#, r#"name = "stance""#)],
    ];
    for edits in cases {
        let message = refused_training(edits);
        assert!(PAGE.contains(&format!("`{message}`")), "{message}");
    }
}

/// What training by the smallest recipe says after these changes of its files.
fn refused_training(edits: &[(&str, &str)]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let mut changed = BTreeSet::new();
    for (name, text) in smallest() {
        let text = edits.iter().fold(text.to_owned(), |text, (good, bad)| {
            if text.contains(good) {
                changed.insert(*good);
            }
            text.replace(good, bad)
        });
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    assert_eq!(changed.len(), edits.len(), "{edits:?}");
    let output = Command::new(env!("CARGO_BIN_EXE_newstance"))
        .args("train --recipe ferry.toml --data . --out ferry.safetensors".split(' '))
        .current_dir(directory.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{edits:?}");
    let message = String::from_utf8(output.stderr).unwrap();
    let message = message.trim_start_matches("newstance: ").trim_end();
    message.trim_start_matches("./").to_owned()
}

/// What a command prints in a folder.
fn shell(directory: &Path, command: &str) -> String {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_newstance"));
    let own = program.parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(directory)
        .env("PATH", format!("{own}:{path}"))
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && errors.is_empty(),
        "{command}: {errors}"
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn links_within_the_page_lead_somewhere() {
    let headings = PAGE.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| -> String {
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = text.replace(' ', "-");
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || *c == '-');
        kept.collect()
    };
    let anchors: BTreeSet<String> = headings.map(anchor).collect();
    for link in PAGE.split("](#").skip(1) {
        let (target, _) = link.split_once(')').unwrap();
        assert!(anchors.contains(target), "{target} is no heading");
    }
}
