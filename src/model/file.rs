//! Model files: `safetensors` with all that is not a table as JSON in its metadata.
//!
//! | tensor | type | shape | holds |
//! | --- | --- | --- | --- |
//! | `vocabulary.text` | u8 | (bytes) | all terms, one after another |
//! | `vocabulary.ends` | u32 | (terms) | where each term ends in it |
//! | `weights.AXIS` | u8 | (terms, bytes of a row) | log-odds of one occurrence, as multiples of the labels' `scales` in the manifest, of 12 bits each: [`packing`](crate::bayes::packing) |
//!
//! A model that has an axis by target has, with the same types:
//!
//! | tensor | shape | holds |
//! | --- | --- | --- |
//! | `target.vocabulary.text`, `.ends` | | the terms around a target |
//! | `weights.stance`, `weights.stance.longer` | (terms, bytes of a row) | their log-odds, of short texts and, if told apart, of longer ones |
//! | `around.vocabulary.text`, `.ends` | | the words that share weights, if there are some |
//! | `around.stance`, `around.stance.longer` | (regions, words, bytes of a row) | their log-odds, a table a [`Region`](crate::features::Region) |
//!
//! The metadata has one entry, `newstance`: the manifest below. Its digest is the SHA-256 of the whole
//! file with the digest's own 64 digits replaced by zeros, so no bit of the file is unprotected.
//! A reader needs nothing but `safetensors` and JSON; nothing in the file is code.

use std::{
    collections::HashMap,
    io::{self, Read},
};

use safetensors::{SafeTensorError, SafeTensors};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::{
    AbstentionPolicy, Card, Classifier, ClassifierError, DecisionRule, Digest, Model, StanceModel,
    canary::Canary,
    stance::STANCE,
    stance_file::{StanceManifest, stance_tensors},
    tensors::{
        Tensor, read_levels, read_vocabulary, vocabulary_tensors, weights_name, weights_tensor,
        wrong_tensor,
    },
};
use crate::{
    bayes::{Calibration, Scorer},
    features::{Featurizer, FeaturizerConfig, VocabularyError},
    label::Axis,
};

/// The format that this code writes, and the only one that it reads.
pub const FORMAT_VERSION: u32 = 3;

/// Larger files are refused unread.
pub const MAX_FILE_BYTES: u64 = 1 << 30;

const FORMAT: &str = "newstance-model";
const METADATA_KEY: &str = "newstance";
const NO_DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Why a file is not a usable model.
#[derive(Debug, Error)]
pub enum ModelFileError {
    /// Reading failed.
    #[error("cannot read the model: {0}")]
    Read(#[from] io::Error),
    /// A pipe, a socket or a device.
    #[error("cannot read the model: it is a pipe, a socket or a device; expected a regular file")]
    NotAFile,
    /// Larger than [`MAX_FILE_BYTES`].
    #[error("the model has {bytes} bytes or more: expected at most {MAX_FILE_BYTES}")]
    TooLarge {
        /// How many it has at least.
        bytes: u64,
    },
    /// Not a safetensors file, or a damaged one.
    #[error("not a model file: {0}")]
    SafeTensors(#[from] SafeTensorError),
    /// A safetensors file of something else.
    #[error("not a model file: no {METADATA_KEY:?} in its metadata")]
    NoManifest,
    /// The manifest is not understood.
    #[error("model manifest: {0}")]
    Manifest(#[from] serde_json::Error),
    /// Another format, or another version of this one.
    #[error(
        "model format {format:?} version {version}; this program reads {FORMAT:?} version {FORMAT_VERSION}"
    )]
    Version {
        /// The format found.
        format: String,
        /// Its version.
        version: u32,
    },
    /// The content does not match its digest.
    #[error("model digest does not match: the file is damaged or was changed")]
    Digest,
    /// A tensor has another type or shape than its role asks for.
    #[error("model tensor {name:?}: expected {expected}")]
    Tensor {
        /// Its name.
        name: String,
        /// What was expected.
        expected: String,
    },
    /// The vocabulary is out of order.
    #[error("model {0}")]
    Vocabulary(#[from] VocabularyError),
    /// Parts of an axis do not fit together.
    #[error("model {0}")]
    Classifier(#[from] ClassifierError),
    /// A value of the manifest is out of range.
    #[error("model manifest: {0} is out of range")]
    Value(&'static str),
    /// The featurizer no longer reads text as it did when the model was trained.
    #[error(
        "model canary {0} failed: this program reads text differently from the one that trained the model; train it again"
    )]
    Canary(usize),
    /// The same around a target.
    #[error(
        "model canary of targets failed: this program reads text differently from the one that trained the model; train it again"
    )]
    TargetCanary,
}

/// Everything of a model but its tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: String,
    format_version: u32,
    digest: Digest,
    card: Card,
    featurizer: FeaturizerConfig,
    abstention: AbstentionPolicy,
    axes: Vec<AxisManifest>,
    canaries: Vec<Canary>,
    /// Absent in a model without an axis by target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stance: Option<StanceManifest>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AxisManifest {
    pub(super) axis: Axis,
    max_count: u32,
    bias: Vec<f64>,
    /// One a label: what a level of 1 is worth.
    scales: Vec<f64>,
    calibration: Calibration,
    rule: DecisionRule,
}

/// What is read first, to tell an unknown version from a damaged file.
#[derive(Deserialize)]
struct Magic {
    format: String,
    format_version: u32,
}

impl Model {
    /// Reads a model file, whatever brings its bytes; see [`Self::open`] for one on disk.
    ///
    /// # Errors
    /// When it cannot be read or is not a sound model; see [`ModelFileError`].
    pub fn read(reader: impl Read) -> Result<Self, ModelFileError> {
        let mut bytes = Vec::new();
        reader.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        let read = bytes.len() as u64;
        if read > MAX_FILE_BYTES {
            return Err(ModelFileError::TooLarge { bytes: read });
        }
        Self::from_bytes(&bytes)
    }

    /// Reads a model from memory. Nothing is allocated that the bytes do not fill.
    ///
    /// # Errors
    /// When it is not a sound model; see [`ModelFileError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let (header_bytes, header) = SafeTensors::read_metadata(bytes)?;
        let metadata = header.metadata().as_ref();
        let manifest = metadata
            .and_then(|metadata| metadata.get(METADATA_KEY))
            .ok_or(ModelFileError::NoManifest)?;
        let magic: Magic = serde_json::from_str(manifest)?;
        if (magic.format.as_str(), magic.format_version) != (FORMAT, FORMAT_VERSION) {
            return Err(ModelFileError::Version {
                format: magic.format,
                version: magic.format_version,
            });
        }
        let manifest: Manifest = serde_json::from_str(manifest)?;
        let place = find_digest(bytes, header_bytes, &manifest.digest)?;
        if digest_of(bytes, place) != manifest.digest {
            return Err(ModelFileError::Digest);
        }
        manifest.into_model(&SafeTensors::deserialize(bytes)?)
    }

    /// The bytes of the model's file; the same model always gives the same bytes.
    ///
    /// # Errors
    /// When a table is too large for the format.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelFileError> {
        let manifest = serde_json::to_string(&Manifest::of(self))?;
        let mut tensors = Vec::from(vocabulary_tensors(
            "vocabulary",
            self.featurizer().vocabulary(),
        ));
        let classifiers = self.classifiers().iter();
        tensors.extend(classifiers.map(|c| weights_tensor(weights_name(c.axis()), c.scorer())));
        tensors.extend(self.stance().into_iter().flat_map(stance_tensors));
        let views = tensors.iter().map(Tensor::view);
        let views: Vec<_> = views.collect::<Result<_, _>>()?;
        let metadata = HashMap::from([(METADATA_KEY.to_owned(), manifest)]);
        let mut bytes = safetensors::serialize(views, Some(metadata))?;
        let (header_bytes, _) = SafeTensors::read_metadata(&bytes)?;
        let place = find_digest(&bytes, header_bytes, NO_DIGEST)?;
        let digest = digest_of(&bytes, place);
        bytes[place..place + NO_DIGEST.len()].copy_from_slice(digest.as_bytes());
        Ok(bytes)
    }
}

impl Manifest {
    fn of(model: &Model) -> Self {
        Self {
            format: FORMAT.into(),
            format_version: FORMAT_VERSION,
            digest: NO_DIGEST.into(),
            card: model.card.clone(),
            featurizer: *model.featurizer.config(),
            abstention: model.abstention,
            axes: model.classifiers.iter().map(AxisManifest::of).collect(),
            canaries: Canary::all(&model.featurizer),
            stance: model.stance.as_ref().map(StanceManifest::of),
        }
    }

    fn into_model(self, tensors: &SafeTensors<'_>) -> Result<Model, ModelFileError> {
        if !Card::is_valid_name(&self.card.name) {
            return Err(ModelFileError::Value("card.name"));
        }
        if !self.abstention.is_valid() {
            return Err(ModelFileError::Value("abstention.min_known_share"));
        }
        let featurizer = Featurizer::new(self.featurizer, read_vocabulary(tensors, "vocabulary")?);
        let terms = featurizer.vocabulary().len();
        let classifiers = self.axes.into_iter().map(|axis| {
            let name = weights_name(&axis.axis);
            axis.read(tensors, &name, terms)
        });
        let classifiers: Vec<Classifier> = classifiers.collect::<Result<_, _>>()?;
        let distinct = |(at, c): (usize, &Classifier)| {
            let name = c.axis().name();
            let before = &classifiers[..at];
            name != STANCE && before.iter().all(|other| other.axis().name() != name)
        };
        if classifiers.is_empty() || !classifiers.iter().enumerate().all(distinct) {
            return Err(ModelFileError::Value("axes"));
        }
        let dead = self.canaries.iter().position(|c| !c.is_alive(&featurizer));
        if let Some(index) = dead {
            return Err(ModelFileError::Canary(index));
        }
        let stance = self.stance.map(|stance| stance.read(tensors)).transpose()?;
        let misnamed = |s: &StanceModel| s.classifier.axis().name() != STANCE;
        if stance.as_ref().is_some_and(misnamed) {
            return Err(ModelFileError::Value("stance.axis"));
        }
        let model = Model::new(self.card, featurizer, self.abstention, classifiers);
        let mut model = model.with_stance(stance);
        model.digest = self.digest;
        Ok(model)
    }
}

impl AxisManifest {
    pub(super) fn of(classifier: &Classifier) -> Self {
        Self {
            axis: classifier.axis().clone(),
            max_count: classifier.scorer().max_count(),
            bias: classifier.scorer().bias().to_vec(),
            scales: classifier.scorer().scales().to_vec(),
            calibration: classifier.calibration().clone(),
            rule: classifier.rule().clone(),
        }
    }

    pub(super) fn read(
        self,
        tensors: &SafeTensors<'_>,
        name: &str,
        terms: usize,
    ) -> Result<Classifier, ModelFileError> {
        let labels = self.axis.labels().len();
        let levels = read_levels(tensors, name, &[terms], labels)?;
        let scorer = Scorer::from_packed(self.bias, self.scales, levels, self.max_count)
            .filter(|scorer| scorer.columns() == labels)
            .ok_or_else(|| wrong_tensor(name, "usable numbers, a bias and a scale a label"))?;
        Ok(Classifier::new(
            self.axis,
            scorer,
            self.calibration,
            self.rule,
        )?)
    }
}

/// Where the digest stands in the file's header: exactly once.
fn find_digest(bytes: &[u8], header_bytes: usize, digest: &str) -> Result<usize, ModelFileError> {
    let header = bytes.get(8..8 + header_bytes).unwrap_or_default();
    let is_digest = digest.len() == NO_DIGEST.len();
    let mut places = header
        .windows(NO_DIGEST.len())
        .enumerate()
        .filter(|(_, window)| is_digest && *window == digest.as_bytes());
    match (places.next(), places.next()) {
        (Some((place, _)), None) => Ok(8 + place),
        _ => Err(ModelFileError::Digest),
    }
}

/// SHA-256 of the file with zeros at `place`.
fn digest_of(bytes: &[u8], place: usize) -> Digest {
    let hash = Sha256::new()
        .chain_update(&bytes[..place])
        .chain_update(NO_DIGEST)
        .chain_update(&bytes[place + NO_DIGEST.len()..])
        .finalize();
    hex(&hash)
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
