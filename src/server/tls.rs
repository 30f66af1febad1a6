//! TLS and mutual TLS, with certificates that change while the server runs.

use std::sync::Arc;

use arc_swap::ArcSwap;
use thiserror::Error;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, RootCertStore, ServerConfig,
        crypto::ring,
        pki_types::{
            CertificateDer, PrivateKeyDer,
            pem::{self, PemObject},
        },
        server::{VerifierBuilderError, WebPkiClientVerifier},
    },
};

use super::config::Tls;

/// Why certificates were refused.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file cannot be read or holds nothing of the kind.
    #[error("{file}: {fault}")]
    File {
        /// Path of the file.
        file: String,
        /// What is wrong.
        fault: pem::Error,
    },
    /// Certificate and key do not fit, or are of an unknown kind.
    #[error("the certificate and its key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// The roots of clients cannot be used.
    #[error("the roots of clients cannot be used: {0}")]
    Roots(#[from] VerifierBuilderError),
}

/// What new connections are greeted with.
#[derive(Debug, Clone)]
pub struct Certificates(Arc<ArcSwap<ServerConfig>>);

impl Certificates {
    /// Reads certificate, key and roots.
    ///
    /// # Errors
    /// When they cannot be used together.
    pub fn read(files: &Tls) -> Result<Self, TlsError> {
        Ok(Self(Arc::new(ArcSwap::from_pointee(server_config(files)?))))
    }

    /// Reads the files again, for connections to come; unsound files change nothing.
    ///
    /// # Errors
    /// When they cannot be used together.
    pub fn reload(&self, files: &Tls) -> Result<(), TlsError> {
        self.0.store(Arc::new(server_config(files)?));
        Ok(())
    }

    /// Greets one connection.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.0.load_full())
    }
}

fn server_config(files: &Tls) -> Result<ServerConfig, TlsError> {
    let Tls {
        certificate,
        key,
        client_roots,
    } = files;
    let chain = certificates(certificate)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|fault| in_file(key, fault))?;
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?;
    let builder = match client_roots {
        None => builder.with_no_client_auth(),
        Some(file) => {
            let mut roots = RootCertStore::empty();
            for root in certificates(file)? {
                roots.add(root)?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            builder.with_client_cert_verifier(verifier.build()?)
        }
    };
    let mut config = builder.with_single_cert(chain, key)?;
    // HTTP/1.1 is for gRPC-Web, and refused by the connection where that is off.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(file: &std::path::Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found =
        CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match found {
        Ok(found) if found.is_empty() => Err(in_file(file, pem::Error::NoItemsFound)),
        Ok(found) => Ok(found),
        Err(fault) => Err(in_file(file, fault)),
    }
}

fn in_file(file: &std::path::Path, fault: pem::Error) -> TlsError {
    TlsError::File {
        file: file.display().to_string(),
        fault,
    }
}
