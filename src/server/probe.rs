//! Asks a running server for its health, as load balancers and containers do.

use std::{error::Error, iter, time::Duration};

use tonic::{
    Code, Status,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

/// A question for the health of a server.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Host and port, such as `127.0.0.1:50051`.
    pub address: String,
    /// Full name of the service that is asked about; empty for the server as a whole.
    pub service: String,
    /// How long connection and answer may take together.
    pub timeout: Duration,
    /// How to speak TLS; without it the question goes in plaintext.
    pub tls: Option<ProbeTls>,
}

/// What a probe needs to speak TLS. Certificates and keys are in PEM form.
#[derive(Clone)]
pub struct ProbeTls {
    /// Roots of the certificate that the server shows.
    pub roots: Vec<u8>,
    /// Name in that certificate, where it is not the host of the address.
    pub name: Option<String>,
    /// Certificate and key to show, where the server asks for them.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
}

/// Without the key.
impl std::fmt::Debug for ProbeTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProbeTls")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Why a probe got no answer.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The server cannot be reached.
    #[error("{}", with_causes(.0))]
    Transport(#[from] tonic::transport::Error),
    /// It does not have the service.
    #[error("there is no service {0:?}")]
    UnknownService(String),
    /// It refused to answer.
    #[error("{}", in_words(.0))]
    Refused(Box<Status>),
    /// It took too long.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
}

impl Probe {
    /// Whether the server says SERVING.
    ///
    /// # Errors
    /// When it says nothing at all: it is out of reach, too slow, or has no such service.
    pub async fn is_serving(&self) -> Result<bool, ProbeError> {
        let asked = tokio::time::timeout(self.timeout, self.ask()).await;
        asked.unwrap_or(Err(ProbeError::Timeout(self.timeout)))
    }

    async fn ask(&self) -> Result<bool, ProbeError> {
        let mut client = HealthClient::new(self.connect().await?);
        let request = HealthCheckRequest {
            service: self.service.clone(),
        };
        match client.check(request).await {
            Ok(answer) => Ok(answer.into_inner().status() == ServingStatus::Serving),
            Err(status) if status.code() == Code::NotFound => {
                Err(ProbeError::UnknownService(self.service.clone()))
            }
            Err(status) => Err(ProbeError::Refused(Box::new(status))),
        }
    }

    async fn connect(&self) -> Result<Channel, tonic::transport::Error> {
        let Some(tls) = &self.tls else {
            let endpoint = Endpoint::from_shared(format!("http://{}", self.address))?;
            return endpoint.connect().await;
        };
        let mut config = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&tls.roots));
        if let Some(name) = &tls.name {
            config = config.domain_name(name);
        }
        if let Some((certificate, key)) = &tls.identity {
            config = config.identity(Identity::from_pem(certificate, key));
        }
        let endpoint = Endpoint::from_shared(format!("https://{}", self.address))?;
        endpoint.tls_config(config)?.connect().await
    }
}

/// The status that a server sent, or what kept it from sending one.
fn in_words(status: &Status) -> String {
    match status.source() {
        Some(fault) => with_causes(fault),
        None => format!("{:?}: {}", status.code(), status.message()),
    }
}

/// tonic's own message says no more than "transport error".
fn with_causes(error: &dyn Error) -> String {
    let causes = iter::successors(Some(error), |&error| error.source());
    let mut causes: Vec<String> = causes.map(ToString::to_string).collect();
    // Wrappers repeat what they wrap.
    causes.dedup();
    causes.join(": ")
}
