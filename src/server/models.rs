//! [`Models`]: the models that a server answers with, each under its own name.

use std::{
    collections::BTreeMap,
    iter, mem,
    ops::Bound,
    path::{Path, PathBuf},
    sync::Arc,
};

use thiserror::Error;

use crate::{
    article::{Article, ArticleLimits, ArticleParts},
    model::Model,
    tagger::{TagOptions, Tagger},
};

/// Two models of one name: requests could not tell them apart.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there are two models named {name:?}")]
pub struct DuplicateModel {
    /// Their name, without `models/`.
    pub name: String,
}

/// The default model and the packs beside it.
///
/// Immutable: another set of models is another `Models`, so that a server can swap the whole
/// value and no request ever sees half of a change. A clone shares the models.
#[derive(Debug, Clone)]
pub struct Models {
    default: Arc<Tagger>,
    packs: BTreeMap<String, Arc<Tagger>>,
    files: BTreeMap<PathBuf, String>,
}

/// The only model is the default.
impl From<Model> for Models {
    fn from(model: Model) -> Self {
        Self {
            default: Arc::new(Tagger::new(model)),
            packs: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }
}

impl Models {
    /// These models and one more.
    ///
    /// # Errors
    /// When one of them has the same name.
    pub fn with_pack(mut self, pack: Model) -> Result<Self, DuplicateModel> {
        let name = pack.card().name.clone();
        if self.get(&name).is_some() {
            return Err(DuplicateModel { name });
        }
        self.packs.insert(name, Arc::new(Tagger::new(pack)));
        Ok(self)
    }

    /// These models, where the one of this name was read from `file`: a model that the file holds
    /// later on may take its place, and no other's.
    #[must_use]
    pub fn read_from(mut self, file: &Path, name: &str) -> Self {
        self.files.insert(file.into(), name.into());
        self
    }

    /// Name of the model that was read from `file`.
    #[must_use]
    pub fn held_by(&self, file: &Path) -> Option<&str> {
        self.files.get(file).map(String::as_str)
    }

    /// These models with another one in service under its name, and the one that it replaces.
    /// Where `make_default` is set, it also becomes the default.
    #[must_use]
    pub fn with_active(
        &self,
        tagger: Arc<Tagger>,
        make_default: bool,
    ) -> (Self, Option<Arc<Tagger>>) {
        let mut models = self.clone();
        let name = name_of(&tagger).to_owned();
        if name == name_of(&models.default) {
            let replaced = mem::replace(&mut models.default, tagger);
            return (models, Some(replaced));
        }
        if !make_default {
            let replaced = models.packs.insert(name, tagger);
            return (models, replaced);
        }
        let replaced = models.packs.remove(&name);
        let pack = mem::replace(&mut models.default, tagger);
        models.packs.insert(name_of(&pack).to_owned(), pack);
        (models, replaced)
    }

    /// The model that answers a request that names none.
    #[must_use]
    pub fn default_model(&self) -> &Arc<Tagger> {
        &self.default
    }

    /// The model of this name, which is without `models/`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Tagger>> {
        if name == name_of(&self.default) {
            return Some(&self.default);
        }
        self.packs.get(name)
    }

    /// All models: the default first, then the packs by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Tagger>> {
        iter::once(&self.default).chain(self.packs.values())
    }

    /// At most `size` models in the order of [`Self::iter`], and the name that the next page
    /// starts from. The first page starts from `None`.
    #[must_use]
    pub fn page(&self, from: Option<&str>, size: usize) -> (Vec<&Arc<Tagger>>, Option<&str>) {
        // A page starts from a name, not a number, so that it stays right when models come or go.
        let packs = self
            .packs
            .range::<str, _>((Bound::Included(from.unwrap_or_default()), Bound::Unbounded));
        let default = from.is_none().then_some(&self.default);
        let mut rest = default.into_iter().chain(packs.map(|(_, pack)| pack));
        let page = rest.by_ref().take(size).collect();
        (page, rest.next().map(|next| name_of(next)))
    }

    /// Warms every model.
    pub fn warm(&self) {
        self.iter().for_each(|tagger| warm(tagger));
    }
}

/// Touches the tables of a model once, so that its first call is as fast as the next.
pub fn warm(tagger: &Tagger) {
    let parts = ArticleParts {
        title: "Government and police meet the company over the new law".into(),
        ..ArticleParts::default()
    };
    let options = TagOptions {
        max_evidence: Some(1),
        ..TagOptions::default()
    };
    if let Ok(article) = Article::new(parts, &ArticleLimits::default()) {
        // Only the touching matters, not the answer.
        let _ = tagger.tag(&article, &options);
    }
}

/// Name of a tagger's model, without `models/`.
#[must_use]
pub fn name_of(tagger: &Tagger) -> &str {
    &tagger.model().card().name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        features::{Featurizer, FeaturizerConfig, Vocabulary},
        model::{AbstentionPolicy, Card},
    };

    fn model(name: &str) -> Model {
        let card = Card {
            name: name.into(),
            ..Card::default()
        };
        let vocabulary = Vocabulary::from_sorted(vec!["rain".into()]).unwrap();
        let featurizer = Featurizer::new(FeaturizerConfig::default(), vocabulary);
        let abstention = AbstentionPolicy {
            min_known_tokens: 1,
            min_known_share: 0.0,
        };
        Model::new(card, featurizer, abstention, Vec::new())
    }

    fn models() -> Models {
        let mut models = Models::from(model("m"));
        for pack in ["z", "a", "n"] {
            models = models.with_pack(model(pack)).unwrap();
        }
        models
    }

    fn names<'m>(taggers: impl IntoIterator<Item = &'m Arc<Tagger>>) -> Vec<&'m str> {
        taggers.into_iter().map(|tagger| name_of(tagger)).collect()
    }

    #[test]
    fn the_default_comes_first_and_packs_by_name() {
        assert_eq!(names(models().iter()), ["m", "a", "n", "z"]);
        assert_eq!(name_of(models().default_model()), "m");
    }

    #[test]
    fn every_model_is_found_by_its_name() {
        let models = models();
        for name in ["m", "a", "n", "z"] {
            assert_eq!(models.get(name).map(|found| name_of(found)), Some(name));
        }
        for name in ["", "b", "A", "models/a"] {
            assert!(models.get(name).is_none(), "{name:?}");
        }
    }

    #[test]
    fn a_name_is_taken_once() {
        for name in ["m", "n"] {
            let error = models().with_pack(model(name)).unwrap_err();
            assert_eq!(error.name, name);
        }
    }

    #[test]
    fn pages_of_any_size_hold_every_model_once() {
        let models = models();
        for size in 1..6 {
            let (mut seen, mut from) = (Vec::new(), None);
            loop {
                let (page, next) = models.page(from, size);
                assert!(page.len() == size || next.is_none());
                seen.extend(names(page));
                if next.is_none() {
                    break;
                }
                from = next;
            }
            assert_eq!(seen, ["m", "a", "n", "z"], "pages of {size}");
        }
    }

    #[test]
    fn a_page_may_start_from_a_model_that_is_gone() {
        let models = models();
        assert_eq!(names(models.page(Some("b"), 9).0), ["n", "z"]);
        assert!(models.page(Some("zz"), 9).0.is_empty());
    }

    #[test]
    fn a_clone_shares_its_models() {
        let models = models();
        let more = models.clone().with_pack(model("b")).unwrap();
        assert!(Arc::ptr_eq(models.default_model(), more.default_model()));
        assert!(models.get("b").is_none() && more.get("b").is_some());
    }

    #[test]
    fn a_model_takes_the_place_of_its_namesake() {
        let tagger = |name| Arc::new(Tagger::new(model(name)));
        for (name, make_default, order) in [
            ("m", false, ["m", "a", "n", "z"].as_slice()),
            ("n", false, &["m", "a", "n", "z"]),
            ("n", true, &["n", "a", "m", "z"]),
            ("new", false, &["m", "a", "n", "new", "z"]),
            ("new", true, &["new", "a", "m", "n", "z"]),
        ] {
            let (before, new) = (models(), tagger(name));
            let (after, replaced) = before.with_active(new.clone(), make_default);
            assert_eq!(names(after.iter()), order);
            assert!(Arc::ptr_eq(after.get(name).unwrap(), &new));
            let old = before.get(name).map(Arc::as_ptr);
            assert_eq!(replaced.as_ref().map(Arc::as_ptr), old);
        }
    }
}
