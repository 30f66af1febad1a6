//! Models that are read while others are served: one at a time.

use std::{path::PathBuf, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::files::apart;
use crate::model::Model;

/// The one place where models are read. Each takes several times its size meanwhile.
#[derive(Debug, Clone)]
pub struct Loading(Arc<Semaphore>);

/// That place, taken; dropping it lets the next one in.
#[derive(Debug)]
pub struct Place(#[allow(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

impl Default for Loading {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Loading {
    /// Reads a model when all who came before are done. Whoever gives up before its turn reads
    /// nothing; a file that has been begun is read to its end.
    ///
    /// The place is to be kept until the model is where it belongs.
    ///
    /// # Errors
    /// What is wrong with the file, in words.
    pub async fn read(&self, path: PathBuf) -> Result<(Model, Place), String> {
        let place = self.take().await?;
        // The place goes along: whoever gives up while it reads does not let another one in.
        let read = move || Model::open(&path).map(|model| (model, place));
        apart(read).await?.map_err(|fault| fault.to_string())
    }

    /// Waits for the place.
    ///
    /// # Errors
    /// Never: it is not closed.
    pub async fn take(&self) -> Result<Place, String> {
        let place = self.0.clone().acquire_owned().await;
        place.map(Place).map_err(|closed| closed.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn one_reads_and_the_others_wait_in_turn() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rubbish");
        std::fs::write(&file, "rubbish").unwrap();
        let loading = Loading::default();
        let first = loading.take().await.unwrap();
        let gives_up = tokio::spawn({
            let (loading, file) = (loading.clone(), file.clone());
            async move { loading.read(file).await }
        });
        tokio::task::yield_now().await;
        let mut waits = Box::pin(loading.read(file));
        assert!(waits.as_mut().now_or_never().is_none());
        gives_up.abort();
        assert!(gives_up.await.unwrap_err().is_cancelled());
        drop(first);
        let told = waits.await.unwrap_err();
        assert!(told.contains("not a model file"), "{told}");
        assert!(loading.take().now_or_never().is_some(), "the place is free");
    }
}
