//! TLS, mutual TLS and tokens, and their change while the server runs.

mod common;

use std::{fs, path::PathBuf, time::Duration};

use common::TestServer;
use http::{HeaderMap, header::AUTHORIZATION};
use newstance::{
    model::Model,
    server::{
        auth::Tokens,
        config::{Config, Tls},
        pb::{
            self, model_service_client::ModelServiceClient,
            tagging_service_client::TaggingServiceClient,
        },
    },
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;
use tonic::{
    Code, Request, Status,
    transport::{Certificate, Channel, ClientTlsConfig, Identity},
};
use tonic_types::StatusExt;

fn tiny() -> Model {
    Model::from_bytes(&common::fixture()).unwrap()
}

/// An authority of our own.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// Certificate and key for a name.
    fn issue(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.into()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

/// Writes the server's files and configures them.
fn configured(folder: &TempDir, authority: &Authority, clients: Option<&Authority>) -> Config {
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let (certificate, key) = authority.issue("localhost");
    fs::write(path("cert.pem"), certificate).unwrap();
    fs::write(path("key.pem"), key).unwrap();
    let client_roots = clients.map(|clients| {
        fs::write(path("clients.pem"), clients.pem()).unwrap();
        path("clients.pem")
    });
    let mut config = Config::default();
    config.security.tls = Some(Tls {
        certificate: path("cert.pem"),
        key: path("key.pem"),
        client_roots,
    });
    config.reload.interval = Some(Duration::from_millis(20));
    config
}

async fn connect(
    server: &TestServer,
    roots: &Authority,
    identity: Option<(String, String)>,
) -> Result<Channel, tonic::transport::Error> {
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(roots.pem()));
    let tls = match identity {
        Some((certificate, key)) => tls.identity(Identity::from_pem(certificate, key)),
        None => tls,
    };
    let address = format!("https://localhost:{}", server.address.port());
    Channel::from_shared(address)
        .unwrap()
        .tls_config(tls)?
        .connect()
        .await
}

async fn tag(channel: Channel, token: Option<&str>) -> Result<(), Status> {
    let mut request = Request::new(pb::TagArticleRequest {
        article: Some(pb::Article {
            body: "The judge spoke in court.".into(),
            ..Default::default()
        }),
        ..Default::default()
    });
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    TaggingServiceClient::new(channel)
        .tag_article(request)
        .await
        .map(drop)
}

#[tokio::test]
async fn tls_is_spoken_and_certificates_change_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (Authority::new(), Authority::new());
    let server = TestServer::with(configured(&folder, &old, None), tiny).await;
    let channel = connect(&server, &old, None).await.unwrap();
    tag(channel.clone(), None).await.unwrap();
    assert!(connect(&server, &new, None).await.is_err());

    configured(&folder, &new, None);
    let changed = async {
        while connect(&server, &new, None).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), changed)
        .await
        .unwrap();
    // Connections that were there go on, and rubbish changes nothing.
    tag(channel, None).await.unwrap();
    fs::write(folder.path().join("cert.pem"), "rubbish").unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    tag(connect(&server, &new, None).await.unwrap(), None)
        .await
        .unwrap();
    server.stop().await;
}

#[tokio::test]
async fn who_never_begins_with_tls_holds_up_no_stop() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = configured(&folder, &Authority::new(), None);
    config.connections.handshake = Duration::from_secs(200);
    config.drain.timeout = Duration::from_secs(200);
    let server = TestServer::with(config, tiny).await;
    let _silent = tokio::net::TcpStream::connect(server.address).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), server.stop());
    stopped.await.expect("at once");
}

#[tokio::test]
async fn mutual_tls_asks_for_a_certificate_of_its_own_roots() {
    let folder = tempfile::tempdir().unwrap();
    let (servers, clients) = (Authority::new(), Authority::new());
    let config = configured(&folder, &servers, Some(&clients));
    let server = TestServer::with(config, tiny).await;
    let known = connect(&server, &servers, Some(clients.issue("reader")))
        .await
        .unwrap();
    tag(known, None).await.unwrap();
    for identity in [None, Some(servers.issue("reader"))] {
        // The fault may show when connecting or with the first call.
        let refused = match connect(&server, &servers, identity).await {
            Ok(channel) => tag(channel, None).await.is_err(),
            Err(_) => true,
        };
        assert!(refused);
    }
    server.stop().await;
}

#[tokio::test]
async fn plain_text_to_a_tls_port_and_rubbish_for_certificates_fail_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let config = configured(&folder, &authority, None);
    let server = TestServer::with(config.clone(), tiny).await;
    let plain = Channel::from_shared(format!("http://{}", server.address)).unwrap();
    let refused = match plain.connect().await {
        Ok(channel) => tag(channel, None).await.is_err(),
        Err(_) => true,
    };
    assert!(refused);
    tag(connect(&server, &authority, None).await.unwrap(), None)
        .await
        .unwrap();
    server.stop().await;

    for (file, text) in [("cert.pem", ""), ("key.pem", "rubbish")] {
        configured(&folder, &authority, None);
        fs::write(folder.path().join(file), text).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let load = || Ok::<_, std::convert::Infallible>(tiny().into());
        let (_, never) = tokio::sync::mpsc::unbounded_channel();
        let ended = newstance::server::serve(listener, config.clone(), load, |_| {}, never).await;
        let error = ended.unwrap_err().to_string();
        assert!(
            error.starts_with("TLS: ") && error.contains(file),
            "{error}"
        );
    }
}

const READER: &str = "reader-0123456789";
const OPERATOR: &str = "operator-0123456789";

#[test]
fn the_tokens_of_the_documentation_are_sound() {
    let page = include_str!("../docs/configuration.md");
    let (_, example) = page.split_once("```toml\n[[tokens]]").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), format!("[[tokens]]{example}")).unwrap();
    let tokens = Tokens::read(file.path()).unwrap();
    let labels = "/newstance.v1.TaggingService/TagArticle";
    for (token, opens) in [
        ("a-secret-of-16-bytes-or-more", true),
        ("keep-this-out-of-files", true),
        ("another-one-of-16-bytes", false),
    ] {
        let bearer = format!("Bearer {token}").parse().unwrap();
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
        assert_eq!(tokens.check(labels, &headers).is_ok(), opens, "{token}");
    }
}

#[tokio::test]
async fn tokens_open_what_they_are_for_and_health_is_open() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let entry = |token: &str, scope: &str| {
        format!("[[tokens]]\nname = \"{scope}\"\ntoken = \"{token}\"\nscopes = [\"{scope}\"]\n")
    };
    fs::write(
        file.path(),
        entry(READER, "tag") + &entry(OPERATOR, "model"),
    )
    .unwrap();
    let mut config = Config::default();
    config.security.tokens = Some(file.path().into());
    config.reload.interval = Some(Duration::from_millis(20));
    let server = TestServer::with(config, tiny).await;
    let channel = server.channel().await;

    let told = |status: Status| {
        let details = status.get_error_details();
        assert!(!status.message().contains("0123456789"));
        (status.code(), details.error_info().unwrap().reason.clone())
    };
    let invalid = || (Code::Unauthenticated, "TOKEN_INVALID".to_owned());
    let lacks = || (Code::PermissionDenied, "SCOPE_MISSING".to_owned());
    tag(channel.clone(), Some(READER)).await.unwrap();
    assert_eq!(
        told(tag(channel.clone(), None).await.unwrap_err()),
        invalid()
    );
    assert_eq!(
        told(tag(channel.clone(), Some("reader")).await.unwrap_err()),
        invalid()
    );
    assert_eq!(
        told(tag(channel.clone(), Some(OPERATOR)).await.unwrap_err()),
        lacks()
    );

    let load = |token: &str| {
        let mut request = Request::new(pb::LoadModelRequest::default());
        let value = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
        request
    };
    let mut models = ModelServiceClient::new(channel.clone());
    assert_eq!(
        told(models.load_model(load(READER)).await.unwrap_err()),
        lacks()
    );
    let allowed = models.load_model(load(OPERATOR)).await.unwrap_err();
    assert_eq!(
        told(allowed).0,
        Code::InvalidArgument,
        "only the file is missing"
    );
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    health
        .check(tonic_health::pb::HealthCheckRequest::default())
        .await
        .unwrap();

    // A token that is taken out of the file is good no longer; rubbish changes nothing.
    fs::write(file.path(), entry(OPERATOR, "model")).unwrap();
    let withdrawn = async {
        while tag(channel.clone(), Some(READER)).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), withdrawn)
        .await
        .unwrap();
    fs::write(file.path(), "rubbish").unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(
        told(models.load_model(load(READER)).await.unwrap_err()),
        invalid()
    );
    assert_eq!(
        told(models.load_model(load(OPERATOR)).await.unwrap_err()).0,
        Code::InvalidArgument
    );
    server.stop().await;
}
