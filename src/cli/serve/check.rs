//! `newstance serve --check-config`: everything but the listening.

use std::io::Write;

use super::{
    super::{CliError, read_to_string},
    effective::Effective,
    models,
};

/// Reads what the server would read, and prints the options in force.
pub fn run(effective: &Effective) -> Result<(), CliError> {
    let settings = &effective.settings;
    models::load(settings.model.as_deref(), &settings.packs)?;
    let security = &settings.rest.security;
    for file in [
        &settings.tls_cert,
        &settings.tls_key,
        &settings.tls_client_ca,
        &security.tokens,
    ] {
        file.as_deref().map(read_to_string).transpose()?;
    }
    if let Some(folder) = &settings.rest.reload.folder {
        std::fs::read_dir(folder).map_err(|source| CliError::Open {
            path: folder.clone(),
            source,
        })?;
    }
    std::io::stdout().write_all(effective.to_toml().as_bytes())?;
    Ok(())
}
