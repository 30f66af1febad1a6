//! The Open Inference Protocol: a [`request`] of tensors in, tensors of [`outputs`] back, so that
//! clients of KServe and Triton work unchanged. Articles take the way of every batch.

pub mod bytes;
pub mod outputs;
pub mod request;
pub mod rows;

use super::{pb::inference as pb, status::ApiError};
use crate::{model::Model, tagger::Tagger, text::quoted};
use outputs::Output;

/// What is in front of the models' files, in the protocol's words.
const PLATFORM: &str = "newstance_safetensors";
/// The number of articles, in shapes that do not know it.
const ANY: i64 = -1;

/// How the elements of tensors are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In the field for their type.
    Typed,
    /// As bytes, beside the tensors.
    Raw,
}

/// What the elements of a tensor are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datatype {
    /// Texts.
    Bytes,
    /// Numbers of 64 bits.
    Fp64,
}

impl Datatype {
    /// Name in the protocol.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "BYTES",
            Self::Fp64 => "FP64",
        }
    }
}

/// An input of every model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Running texts; required.
    Body,
    /// Headlines.
    Title,
}

impl Input {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Body, Self::Title];

    /// Name of the tensor.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Title => "title",
        }
    }
}

/// What a model takes and gives.
#[must_use]
pub fn metadata(model: &Model) -> pb::ModelMetadataResponse {
    use pb::model_metadata_response::TensorMetadata;
    let inputs = Input::ALL.map(|input| TensorMetadata {
        name: input.name().into(),
        datatype: Datatype::Bytes.name().into(),
        shape: vec![ANY],
    });
    let outputs = Output::all(model).map(|output| TensorMetadata {
        name: output.name(model),
        datatype: output.datatype().name().into(),
        shape: output.shape(model, ANY),
    });
    pb::ModelMetadataResponse {
        name: model.card().name.clone(),
        versions: vec![model.card().version.clone()],
        platform: PLATFORM.into(),
        inputs: inputs.into(),
        outputs: outputs.collect(),
    }
}

/// Refuses a version that is not the one in service.
///
/// # Errors
/// When `version` is neither empty nor the model's.
pub fn check_version(tagger: &Tagger, field: &'static str, version: &str) -> Result<(), ApiError> {
    let card = tagger.model().card();
    if version.is_empty() || version == card.version {
        return Ok(());
    }
    Err(ApiError::VersionNotFound {
        field,
        name: card.name.clone(),
        asked: quoted(version),
        served: card.version.clone(),
    })
}
