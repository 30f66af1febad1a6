//! [`Prepared`]: what the configuration names, read before the first call.

use std::fs;

use prometheus_client::registry::Registry;

use super::{
    ServeError, auth::Tokens, config::Config, reload::Files, telemetry::Telemetry,
    tls::Certificates,
};

/// Everything but the models that may turn out not to be usable.
#[derive(Debug)]
pub struct Prepared {
    /// The files, as they were before they were read.
    pub files: Files,
    /// Who may call.
    pub tokens: Option<Tokens>,
    /// How it is encrypted.
    pub certificates: Option<Certificates>,
    /// Who hears of what happens.
    pub telemetry: Telemetry,
    /// All metrics of that.
    pub registry: Registry,
}

impl Prepared {
    /// Reads what is named. It takes a runtime, since traces are sent from one.
    ///
    /// # Errors
    /// When something cannot be used.
    pub fn read<E>(config: &Config) -> Result<Self, ServeError<E>> {
        let files = Files::of(config);
        let security = &config.security;
        let tokens = security.tokens.as_deref().map(Tokens::read).transpose()?;
        let certificates = security.tls.as_ref().map(Certificates::read).transpose()?;
        if let Some(folder) = &config.reload.folder {
            fs::read_dir(folder).map_err(|source| ServeError::Folder {
                folder: folder.clone(),
                source,
            })?;
        }
        let (telemetry, registry) = Telemetry::new(&config.telemetry)?;
        Ok(Self {
            files,
            tokens,
            certificates,
            telemetry,
            registry,
        })
    }
}
