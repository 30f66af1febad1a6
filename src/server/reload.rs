//! Files that are looked at again while the server runs: models, certificates, tokens.

use std::{convert::Infallible, future::Future, path::PathBuf, pin::Pin, time::Duration};

use futures_util::future::join_all;
use tokio::time::sleep;

use super::{
    auth::Tokens,
    config::{Config, Tls},
    describe,
    files::{Watched, apart},
    models::name_of,
    services::Shared,
    telemetry::Telemetry,
    tls::Certificates,
};

/// The files that can change, each kind as it was before it was read.
#[derive(Debug)]
pub struct Files {
    models: Vec<(PathBuf, Watched)>,
    certificates: Option<(Tls, Watched)>,
    tokens: Option<(PathBuf, Watched)>,
}

impl Files {
    /// Begins to watch the files as they are now.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let watch = |file: &PathBuf| (file.clone(), Watched::new(vec![file.clone()]));
        let security = &config.security;
        Self {
            models: config.reload.models_in_use.iter().map(watch).collect(),
            certificates: security.tls.as_ref().map(|files| {
                let Tls {
                    certificate,
                    key,
                    client_roots,
                } = files.clone();
                let watched = [certificate, key].into_iter().chain(client_roots);
                (files.clone(), Watched::new(watched.collect()))
            }),
            tokens: security.tokens.as_ref().map(watch),
        }
    }
}

/// Everything that can change.
#[derive(Debug)]
pub struct Reloads {
    /// The models in service.
    pub shared: Shared,
    /// The files.
    pub files: Files,
    /// What new connections are greeted with.
    pub certificates: Option<Certificates>,
    /// The tokens that are good.
    pub tokens: Option<Tokens>,
}

type Following = Pin<Box<dyn Future<Output = Infallible> + Send>>;

impl Reloads {
    /// Looks at the files from time to time, for ever. A file that is unsound changes nothing, and
    /// is tried again. Each goes by itself: one that hangs, as where a network is gone, keeps no
    /// other waiting, but for models among themselves, which are read one at a time.
    ///
    /// # Errors
    /// Never.
    pub async fn run<E>(self) -> Result<Infallible, E> {
        join_all(self.all()).await;
        std::future::pending().await
    }

    fn all(self) -> Vec<Following> {
        let Self {
            shared,
            files,
            certificates,
            tokens,
        } = self;
        let Some(interval) = shared.config().reload.interval else {
            return Vec::new();
        };
        let follow = |what, name| Follow {
            telemetry: shared.telemetry().clone(),
            interval,
            what,
            name,
        };
        let mut all: Vec<Following> = Vec::new();
        for (file, watched) in files.models {
            let shared = shared.clone();
            let follow = follow("model", file.display().to_string());
            let reload = move || replace_model(shared.clone(), file.clone());
            all.push(Box::pin(follow.run(watched, reload)));
        }
        if let Some((certificates, (files, watched))) = certificates.zip(files.certificates) {
            let follow = follow("certificates", "the certificates".into());
            let reload = move || read(certificates.clone(), files.clone(), Certificates::reload);
            all.push(Box::pin(follow.run(watched, reload)));
        }
        if let Some((tokens, (file, watched))) = tokens.zip(files.tokens) {
            let follow = follow("tokens", "the tokens".into());
            let reload = move || read(tokens.clone(), file.clone(), |t, file| t.reload(file));
            all.push(Box::pin(follow.run(watched, reload)));
        }
        all
    }
}

/// How one kind of files is followed; `name` is what the log calls it.
struct Follow {
    telemetry: Telemetry,
    interval: Duration,
    what: &'static str,
    name: String,
}

impl Follow {
    async fn run<R>(self, mut watched: Watched, reload: impl Fn() -> R) -> Infallible
    where
        R: Future<Output = Result<String, String>>,
    {
        let name = &self.name;
        loop {
            sleep(self.interval).await;
            let Some(seen) = watched.look().await else {
                continue;
            };
            let reloaded = reload().await;
            self.telemetry.reloaded(self.what, reloaded.is_ok());
            match reloaded {
                Ok(more) => {
                    watched.take_in(seen);
                    tracing::info!("reloaded {name}{more}");
                }
                Err(fault) if watched.fail(seen, &fault) => {
                    tracing::error!("did not reload {name}: {fault}");
                }
                Err(_) => {}
            }
        }
    }
}

/// Lets `reload` read files where it may wait for them.
async fn read<T: Send + 'static, F: Send + 'static, E: ToString + Send + 'static>(
    target: T,
    files: F,
    reload: fn(&T, &F) -> Result<(), E>,
) -> Result<String, String> {
    let reloaded = apart(move || reload(&target, &files)).await?;
    reloaded
        .map(|()| String::new())
        .map_err(|fault| fault.to_string())
}

/// Puts the model of a changed file in service, in place of the one that the file held before.
async fn replace_model(shared: Shared, file: PathBuf) -> Result<String, String> {
    let (model, _place) = shared.loading().read(file.clone()).await?;
    let store = shared.store();
    let models = store.serving().map_err(|error| error.to_string())?;
    let name = &model.card().name;
    let held = models.held_by(&file).ok_or("no model was read from it")?;
    if held != name {
        return Err(format!("it holds models/{name}: expected models/{held}"));
    }
    let tagger = store.add(model).map_err(|error| error.to_string())?;
    let replaced = store.activate(&tagger, false);
    replaced.map_err(|error| error.to_string())?;
    let version = describe::version(tagger.model());
    let name = name_of(&tagger);
    Ok(format!(
        ": models/{name} (sha256 {}) in service",
        version.digest
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn what_fails_is_tried_again_until_it_is_taken_in() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let watched = Watched::new(vec![file.path().into()]);
        std::fs::write(file.path(), "new").unwrap();
        let follow = Follow {
            telemetry: Telemetry::default(),
            interval: Duration::from_millis(1),
            what: "tokens",
            name: "the tokens".into(),
        };
        let tries = AtomicU32::new(0);
        // As where no file descriptor is left for a moment.
        let reload = async || match tries.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Err("no file descriptor left".into()),
            _ => Ok(String::new()),
        };
        let taken_in = async {
            while tries.load(Ordering::Relaxed) < 3 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        tokio::select! {
            _ = follow.run(watched, reload) => {}
            taken_in = tokio::time::timeout(Duration::from_secs(20), taken_in) => taken_in.unwrap(),
        }
        assert_eq!(tries.load(Ordering::Relaxed), 3);
    }
}
