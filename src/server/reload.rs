//! Files that are looked at again while the server runs: models, certificates, tokens.

use std::{convert::Infallible, fmt::Display, path::PathBuf, time::Duration};

use tokio::time::sleep;

use super::{
    auth::Tokens,
    config::Tls,
    describe,
    files::{Watched, load_from},
    models::name_of,
    services::Shared,
    telemetry::Telemetry,
    tls::Certificates,
};

/// Everything that can change.
#[derive(Debug)]
pub struct Reloads {
    shared: Shared,
    interval: Option<Duration>,
    models: Watched,
    certificates: Option<(Certificates, Tls, Watched)>,
    tokens: Option<(Tokens, PathBuf, Watched)>,
}

impl Reloads {
    /// Begins to watch the files as they are now.
    #[must_use]
    pub fn new(
        shared: &Shared,
        certificates: Option<Certificates>,
        tokens: Option<Tokens>,
    ) -> Self {
        let config = shared.config();
        let security = &config.security;
        let certificates = certificates.zip(security.tls.clone());
        let tokens = tokens.zip(security.tokens.clone());
        Self {
            shared: shared.clone(),
            interval: config.reload.interval,
            models: Watched::new(config.reload.models_in_use.clone()),
            certificates: certificates.map(|(certificates, files)| {
                let Tls {
                    certificate,
                    key,
                    client_roots,
                } = files.clone();
                let watched = [certificate, key].into_iter().chain(client_roots);
                (certificates, files, Watched::new(watched.collect()))
            }),
            tokens: tokens.map(|(tokens, file)| {
                let watched = Watched::new(vec![file.clone()]);
                (tokens, file, watched)
            }),
        }
    }

    /// Looks at the files from time to time, for ever. A file that is unsound changes nothing.
    ///
    /// # Errors
    /// Never.
    pub async fn run<E>(mut self) -> Result<Infallible, E> {
        let Some(interval) = self.interval else {
            return std::future::pending().await;
        };
        loop {
            sleep(interval).await;
            self.look().await;
        }
    }

    async fn look(&mut self) {
        let telemetry = self.shared.telemetry().clone();
        for file in self.models.changed() {
            let name = file.display().to_string();
            let replaced = self.replace_model(file).await;
            let replaced = replaced.map(|now| format!(": {now}"));
            tell(&telemetry, "model", &name, replaced);
        }
        if let Some((certificates, files, watched)) = &mut self.certificates
            && !watched.changed().is_empty()
        {
            let reloaded = certificates.reload(files).map(|()| "");
            tell(&telemetry, "certificates", "the certificates", reloaded);
        }
        if let Some((tokens, file, watched)) = &mut self.tokens
            && !watched.changed().is_empty()
        {
            let reloaded = tokens.reload(file).map(|()| "");
            tell(&telemetry, "tokens", "the tokens", reloaded);
        }
    }

    /// Puts the model of a changed file in service, in place of the one of its name.
    async fn replace_model(&self, file: PathBuf) -> Result<String, String> {
        let model = load_from(file).await?;
        let store = self.shared.store();
        let models = store.serving().map_err(|error| error.to_string())?;
        let name = &model.card().name;
        if models.get(name).is_none() {
            return Err(format!("it holds models/{name}, which is not in service"));
        }
        let tagger = store.add(model).map_err(|error| error.to_string())?;
        let replaced = store.activate(&tagger, false);
        replaced.map_err(|error| error.to_string())?;
        let version = describe::version(tagger.model());
        let name = name_of(&tagger);
        Ok(format!(
            "models/{name} (sha256 {}) in service",
            version.digest
        ))
    }
}

/// Counts and logs what became of a file; `name` is what the log calls it.
fn tell(
    telemetry: &Telemetry,
    what: &'static str,
    name: &str,
    reloaded: Result<impl Display, impl Display>,
) {
    telemetry.reloaded(what, reloaded.is_ok());
    match reloaded {
        Ok(more) => tracing::info!("reloaded {name}{more}"),
        Err(fault) => tracing::error!("did not reload {name}: {fault}"),
    }
}
