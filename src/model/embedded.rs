//! The default model, part of the binary.

use super::{Model, ModelFileError};

static DEFAULT: &[u8] = include_bytes!("../../models/newstance-en.safetensors");

/// Loads the model that is built into this library.
///
/// # Errors
/// When the committed file does not fit this version of the code; a test keeps that from release.
pub fn default_model() -> Result<Model, ModelFileError> {
    Model::from_bytes(DEFAULT)
}
