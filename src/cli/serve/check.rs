//! `newstance serve --check-config`: everything but the listening.

use std::io::Write;

use super::{super::CliError, effective::Effective, models, runtime};
use crate::server::prepared::Prepared;

/// Reads what the server would read, and prints the options in force.
pub fn run(effective: &Effective) -> Result<(), CliError> {
    let settings = &effective.settings;
    models::load(settings.model.as_deref(), &settings.packs)?;
    let runtime = runtime()?;
    let _in_runtime = runtime.enter();
    let prepared = Prepared::read(&settings.config());
    prepared.map_err(|error| CliError::Serve(Box::new(error)))?;
    std::io::stdout().write_all(effective.to_toml().as_bytes())?;
    Ok(())
}
