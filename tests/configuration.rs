//! How `newstance serve` is configured, and `newstance health`, as an operator meets them.

mod common;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

/// The program in an environment without any of our variables.
fn newstance(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_newstance"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("NEWSTANCE_") {
            command.env_remove(name);
        }
    }
    command.args(arguments);
    command
}

/// `serve --check-config` with variables and flags.
fn check(variables: &[(&str, &str)], flags: &[&str]) -> Output {
    let mut command = newstance(&["serve", "--check-config"]);
    let command = command.args(["--model", &model()]).args(flags);
    command.envs(variables.iter().copied()).output().unwrap()
}

/// The options in force.
fn in_force(variables: &[(&str, &str)], flags: &[&str]) -> String {
    let output = check(variables, flags);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""));
    String::from_utf8(output.stdout).unwrap()
}

fn refuses(variables: &[(&str, &str)], flags: &[&str], code: i32, message: &str) {
    let output = check(variables, flags);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{errors}");
    assert!(errors.contains(message), "{message:?} in {errors:?}");
    assert!(output.stdout.is_empty());
}

fn model() -> String {
    let path = common::path("data/model-v3.safetensors");
    path.display().to_string()
}

fn write(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn the_documentation_lists_every_option() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, _) = page.split_once("src/cli/serve/options.rs. -->\n").unwrap();
    let table = newstance::cli::options_table();
    let expected = format!("{before}src/cli/serve/options.rs. -->\n\n{table}");
    if std::env::var_os("NEWSTANCE_BLESS").is_some() {
        std::fs::write(&path, &expected).unwrap();
        return;
    }
    assert!(page == expected, "docs/configuration.md is not the table");
}

#[test]
fn a_flag_goes_before_a_variable_before_the_file_before_the_default() {
    let directory = tempfile::tempdir().unwrap();
    let text = "\nmax_targets = 1\nmax_batch_articles = 1\nmax_request_bytes = 1024\n";
    let file = write(directory.path(), "c.toml", text);
    let variables = [
        ("NEWSTANCE_CONFIG", file.as_str()),
        ("NEWSTANCE_MAX_TARGETS", "2"),
        ("NEWSTANCE_MAX_BATCH_ARTICLES", "2"),
    ];
    let printed = in_force(&variables, &["--max-targets", "3"]);
    for line in [
        "max_targets = 3 # command line",
        "max_batch_articles = 2 # environment",
        &format!("max_request_bytes = \"1KiB\" # {file}:4"),
        "max_body_bytes = \"2MiB\" # default",
    ] {
        assert!(printed.lines().any(|l| l == line), "{line:?} in {printed}");
    }
}

#[test]
fn lists_and_switches_can_be_set_and_unset() {
    let directory = tempfile::tempdir().unwrap();
    let text = "grpc_web = true\ncors_origin = ['https://a.org', 'https://b.org']";
    let file = write(directory.path(), "c.toml", text);
    let config = ("NEWSTANCE_CONFIG", file.as_str());
    let origins = "NEWSTANCE_CORS_ORIGIN";
    for (variables, flags, expected) in [
        (
            vec![config],
            vec![],
            r#"["https://a.org", "https://b.org"]"#,
        ),
        (
            vec![config, (origins, "https://C.org:443,https://d.org")],
            vec![],
            r#"["https://c.org", "https://d.org"]"#,
        ),
        (vec![config, (origins, "")], vec!["--grpc-web=false"], "[]"),
        (
            vec![(origins, "https://c.org")],
            vec![
                "--grpc-web",
                "--cors-origin",
                "https://e.org",
                "--cors-origin=https://f.org",
            ],
            r#"["https://e.org", "https://f.org"]"#,
        ),
        (
            vec![(origins, "https://c.org"), ("NEWSTANCE_GRPC_WEB", "true")],
            vec![],
            r#"["https://c.org"]"#,
        ),
    ] {
        let printed = in_force(&variables, &flags);
        let line = format!("cors_origin = {expected} #");
        assert!(printed.contains(&line), "{line:?} in {printed}");
    }
}

#[test]
fn what_is_printed_configures_the_same_server() {
    let directory = tempfile::tempdir().unwrap();
    let flags = [
        "--listen=[::1]:7",
        "--max-connection-age=0s",
        "--request-timeout=90s",
        "--max-body-bytes=1001",
        "--otlp-endpoint=http://localhost:4317",
        "--trace-ratio=1",
        "--log=json",
        "--metrics-listen=0.0.0.0:9090",
    ];
    let values = |printed: &str| -> toml::Table { toml::from_str(printed).unwrap() };
    let first = in_force(&[], &flags);
    let file = write(directory.path(), "c.toml", &first);
    let second = in_force(&[], &["--config", &file]);
    assert_eq!(values(&first), values(&second));
    assert_eq!(values(&first)["max_connection_age"].as_str(), Some("0s"));
    assert_eq!(values(&first)["request_timeout"].as_str(), Some("1m 30s"));
}

#[test]
fn what_is_not_understood_is_refused_by_name_and_place() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| write(directory.path(), name, text);
    let unknown = file("unknown.toml", "\n\nmax_targtes = 1");
    let typed = file("typed.toml", "max_targets = '1'");
    let range = file("range.toml", "# articles\nmax_batch_articles = 10001");
    let syntax = file("syntax.toml", "max_targets");
    let web = ["--cors-origin", "https://a.org"];
    for (variables, flags, message) in [
        (
            vec![],
            vec!["--config", &unknown],
            format!("{unknown}:3: there is no option \"max_targtes\""),
        ),
        (
            vec![],
            vec!["--config", &typed],
            format!("{typed}:1: max_targets = \"1\" does not do"),
        ),
        (
            vec![],
            vec!["--config", &range],
            format!(
                "{range}:2: max_batch_articles = 10001 does not do; it takes a whole number: 1 to 10000"
            ),
        ),
        (
            vec![("NEWSTANCE_CONFIG", syntax.as_str())],
            vec![],
            syntax.clone(),
        ),
        (
            vec![("NEWSTANCE_CONFIG", "/nowhere")],
            vec![],
            "configuration file /nowhere: ".into(),
        ),
        (
            vec![("NEWSTANCE_CONFIG", "")],
            vec![],
            "leave NEWSTANCE_CONFIG unset".into(),
        ),
        (
            vec![],
            vec!["--otlp-endpoint=http://[::1"],
            "--otlp-endpoint = \"http://[::1\" does not do; it takes a URL".into(),
        ),
        (
            vec![],
            vec!["--listen=127.0.0.1:7", "--metrics-listen=0.0.0.0:7"],
            "--metrics-listen is what listen takes".into(),
        ),
        (
            vec![("NEWSTANCE_LISTN", "")],
            vec![],
            "there is no option NEWSTANCE_LISTN".into(),
        ),
        (
            vec![("NEWSTANCE_DRAIN_PAUSE", "3")],
            vec![],
            "environment: NEWSTANCE_DRAIN_PAUSE = \"3\"".into(),
        ),
        (
            vec![],
            vec!["--trace-ratio", "1.5"],
            "--trace-ratio = 1.5 does not do; it takes a number: 0 to 1".into(),
        ),
        (
            vec![],
            vec!["--max-request-bytes", "1023"],
            "1KiB to 64MiB".into(),
        ),
        (vec![], web.to_vec(), "--cors-origin lets pages call".into()),
        (
            vec![("NEWSTANCE_TLS_CERT", "c")],
            vec![],
            "NEWSTANCE_TLS_CERT is without its key".into(),
        ),
        (
            vec![],
            vec!["--listen=0.0.0.0:0"],
            "--listen = 0.0.0.0:0 would answer other machines".into(),
        ),
    ] {
        refuses(&variables, &flags, 2, &message);
    }
}

#[test]
fn files_that_cannot_be_used_are_found_before_serving() {
    let directory = tempfile::tempdir().unwrap();
    let rubbish = write(directory.path(), "rubbish", "rubbish");
    let option = |name: &str, file: &str| format!("--{name}={file}");
    let pack = option("pack", &rubbish);
    let tokens = option("tokens", &rubbish);
    let (cert, key) = (option("tls-cert", &rubbish), option("tls-key", &rubbish));
    for (flags, message) in [
        (vec!["--pack=/nowhere"], "newstance: /nowhere: "),
        (
            vec!["--model-dir=/nowhere"],
            "newstance: model_dir: /nowhere: ",
        ),
        (
            vec!["--tls-cert=/nowhere", &key],
            "newstance: TLS: /nowhere: ",
        ),
        (vec!["--tokens=/nowhere"], "newstance: tokens: "),
        (vec![&pack], &rubbish),
        (vec![&tokens], "not a file of tokens"),
        (vec![&cert, &key], &rubbish),
    ] {
        refuses(&[], &flags, 1, message);
        // What the check finds keeps the server from starting, and says the same.
        let mut serve = newstance(&["serve", "--listen=127.0.0.1:0", "--model", &model()]);
        let output = serve.args(&flags).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{errors}");
        assert!(errors.contains(message), "{message:?} in {errors:?}");
    }
}

#[test]
fn kubernetes_may_name_our_own_service() {
    let links = [
        ("NEWSTANCE_SERVICE_HOST", "10.0.0.1"),
        ("NEWSTANCE_PORT", "tcp://10.0.0.1:1"),
    ];
    in_force(&links, &[]);
}

/// A server as a process of its own; it ends with this.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(flags: &[&str]) -> Self {
        let model = model();
        let mut command = newstance(&["serve", "--listen=127.0.0.1:0", "--model", &model]);
        let mut child = command.args(flags).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.next().unwrap().unwrap();
        let address = address.rsplit_once(' ').unwrap().1.to_owned();
        let ready = lines.next().unwrap().unwrap();
        assert!(ready.contains("serving"), "{ready}");
        Self { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn health(variables: &[(&str, &str)], flags: &[&str]) -> (Option<i32>, String, String) {
    let mut command = newstance(&["health"]);
    let output = command.args(flags).envs(variables.iter().copied());
    let output = output.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn health_asks_a_server_and_its_services() {
    let server = Server::start(&[]);
    let serving = (Some(0), "SERVING\n".to_owned(), String::new());
    let everywhere = server.address.replace("127.0.0.1", "0.0.0.0");
    for address in [&server.address, &everywhere] {
        assert_eq!(health(&[("NEWSTANCE_LISTEN", address)], &[]), serving);
        assert_eq!(health(&[], &["--address", address]), serving);
    }
    let address = ["--address", server.address.as_str()];
    let ask = |service| health(&[], &[&address[..], &["--service", service]].concat());
    assert_eq!(ask("newstance.v1.TaggingService"), serving);
    let (code, _, errors) = ask("newstance.v1.Nothing");
    assert_eq!(code, Some(1));
    assert!(
        errors.contains("no service \"newstance.v1.Nothing\""),
        "{errors}"
    );
}

#[test]
fn health_tells_a_server_that_is_about_to_stop() {
    let server = Server::start(&["--drain-pause=30s"]);
    let id = server.child.id().to_string();
    assert!(Command::new("kill").arg(&id).status().unwrap().success());
    let address = ["--address", server.address.as_str()];
    let stopping = (Some(1), "NOT_SERVING\n".to_owned(), String::new());
    let started = std::time::Instant::now();
    while health(&[], &address) != stopping {
        assert!(
            started.elapsed().as_secs() < 20,
            "{:?}",
            health(&[], &address)
        );
    }
}

#[test]
fn health_speaks_tls_and_shows_a_certificate() {
    let directory = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["news.example".to_owned()]).unwrap();
    let cert = write(directory.path(), "cert", &made.cert.pem());
    let key = write(directory.path(), "key", &made.signing_key.serialize_pem());
    let pair = ["--tls-cert", &cert, "--tls-key", &key];
    let server = Server::start(&[&pair[..], &["--tls-client-ca", &cert]].concat());
    let name = ["--tls-ca", &cert, "--tls-name", "news.example"];
    let ask = |flags: &[&[&str]]| {
        let address = ["--address", server.address.as_str()];
        health(&[], &[&address, flags.concat().as_slice()].concat())
    };
    let (code, answer, errors) = ask(&[&name, &pair]);
    assert_eq!((code, answer.as_str()), (Some(0), "SERVING\n"), "{errors}");
    let no_certificate = ask(&[&name]);
    let other_name = ask(&[&["--tls-ca", &cert], &pair]);
    let plaintext = ask(&[]);
    for (code, answer, errors) in [no_certificate, other_name, plaintext] {
        assert_eq!((code, answer.as_str()), (Some(1), ""), "{errors}");
    }
}

#[test]
fn health_says_what_is_wrong() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = unused.local_addr().unwrap().to_string();
    let silent = health(&[], &["--address", &address, "--timeout", "100ms"]);
    assert_eq!(silent.0, Some(1));
    assert!(silent.2.contains("no answer within 100ms"), "{silent:?}");
    drop(unused);
    let (code, _, errors) = health(&[], &["--address", &address]);
    assert_eq!(code, Some(1));
    // Whoever hangs up may have been asked first.
    let told = ["Connection refused", "connection reset"];
    assert!(told.iter().any(|told| errors.contains(told)), "{errors}");
    assert_eq!(health(&[], &["--address", "nonsense"]).0, Some(2));
    assert_eq!(health(&[], &["--tls-name", "a.org"]).0, Some(2));
}
