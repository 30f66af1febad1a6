//! `newstance serve --check-config`: everything but the listening.

use std::{fs, io::Write};

use super::{super::CliError, effective::Effective, models};
use crate::server::{ServeError, auth::Tokens, config::Security, tls::Certificates};

/// Reads what the server would read, and prints the options in force.
pub fn run(effective: &Effective) -> Result<(), CliError> {
    let settings = &effective.settings;
    models::load(settings.model.as_deref(), &settings.packs)?;
    let config = settings.config();
    check_security(&config.security).map_err(|error| CliError::Serve(Box::new(error)))?;
    if let Some(folder) = config.reload.folder {
        fs::read_dir(&folder).map_err(|source| CliError::Open {
            path: folder,
            source,
        })?;
    }
    std::io::stdout().write_all(effective.to_toml().as_bytes())?;
    Ok(())
}

fn check_security(security: &Security) -> Result<(), ServeError<CliError>> {
    security.tls.as_ref().map(Certificates::read).transpose()?;
    security.tokens.as_deref().map(Tokens::read).transpose()?;
    Ok(())
}
