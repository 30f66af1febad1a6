//! [`ModelStore`]: the models in service, swapped as a whole, and those that are kept ready.

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwapOption;

use super::{
    models::{Models, name_of, warm},
    resource::ModelVersion,
    status::ApiError,
};
use crate::{model::Model, tagger::Tagger};

/// A call takes the models once, when it begins: it is answered by those, whatever happens
/// meanwhile.
#[derive(Debug)]
pub struct ModelStore {
    serving: ArcSwapOption<Models>,
    /// Loaded and not in service, the longest unused first. Also the lock of every change.
    spare: Mutex<Vec<Arc<Tagger>>>,
    limit: NonZeroU32,
}

impl ModelStore {
    /// A store without models that keeps at most `limit` of them.
    #[must_use]
    pub fn new(limit: NonZeroU32) -> Self {
        Self {
            serving: ArcSwapOption::empty(),
            spare: Mutex::default(),
            limit,
        }
    }

    /// Puts the first models in service.
    pub fn start(&self, models: Arc<Models>) {
        self.serving.store(Some(models));
    }

    /// The models in service.
    ///
    /// # Errors
    /// While they are still loading.
    pub fn serving(&self) -> Result<Arc<Models>, ApiError> {
        self.serving.load_full().ok_or(ApiError::ModelNotReady)
    }

    /// Whether this very model is in service.
    #[must_use]
    pub fn is_serving(&self, tagger: &Tagger) -> bool {
        self.serving().is_ok_and(|models| {
            let found = models.get(name_of(tagger));
            found.is_some_and(|found| found.model().digest() == tagger.model().digest())
        })
    }

    /// Warms a model and keeps it ready. Where there is no room, the one that was longest unused
    /// goes.
    ///
    /// # Errors
    /// When as many models are in service as may be loaded.
    pub fn add(&self, model: Model) -> Result<Arc<Tagger>, ApiError> {
        let tagger = Arc::new(Tagger::new(model));
        warm(&tagger);
        let mut spare = self.spare();
        let models = self.serving()?;
        if let Some(known) = find(models.iter().chain(spare.iter()), &tagger) {
            return Ok(known);
        }
        let limit = self.limit.get();
        let room = (limit as usize).checked_sub(models.iter().count() + 1);
        let room = room.ok_or(ApiError::TooManyModels { limit })?;
        let surplus = spare.len().saturating_sub(room);
        spare.drain(..surplus);
        spare.push(tagger.clone());
        Ok(tagger)
    }

    /// The loaded model of this name and digest.
    ///
    /// # Errors
    /// When there is none.
    pub fn loaded(&self, version: &ModelVersion) -> Result<Arc<Tagger>, ApiError> {
        let spare = self.spare();
        let models = self.serving()?;
        let mut all = models.iter().chain(spare.iter());
        let found = all.find(|tagger| version.is_of(tagger.model()));
        found.cloned().ok_or_else(|| ApiError::ModelNotLoaded {
            name: version.name.to_string(),
            digest: version.digest.clone(),
        })
    }

    /// Puts a loaded model in service under its name; gives back the one that it replaces, which
    /// stays loaded.
    ///
    /// # Errors
    /// While the first models are still loading.
    pub fn activate(
        &self,
        tagger: &Arc<Tagger>,
        make_default: bool,
    ) -> Result<Option<Arc<Tagger>>, ApiError> {
        let mut spare = self.spare();
        let models = self.serving()?;
        let (models, replaced) = models.with_active(tagger.clone(), make_default);
        self.serving.store(Some(Arc::new(models)));
        let replaced = replaced.filter(|old| old.model().digest() != tagger.model().digest());
        spare.retain(|other| other.model().digest() != tagger.model().digest());
        spare.extend(replaced.clone());
        Ok(replaced)
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Arc<Tagger>>> {
        // What is behind the lock is whole at every moment.
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<'t>(
    mut taggers: impl Iterator<Item = &'t Arc<Tagger>>,
    wanted: &Tagger,
) -> Option<Arc<Tagger>> {
    let digest = wanted.model().digest();
    let name = name_of(wanted);
    taggers
        .find(|tagger| tagger.model().digest() == digest && name_of(tagger) == name)
        .cloned()
}
