//! Between tables and the tensors of a model file.

use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use super::ModelFileError;
use crate::{
    bayes::{Scorer, VicinityScorer, packing::row_bytes},
    features::Vocabulary,
    label::Axis,
};

pub fn weights_name(axis: &Axis) -> String {
    format!("weights.{}", axis.name())
}

/// A tensor to be written.
pub struct Tensor {
    pub name: String,
    dtype: Dtype,
    shape: Vec<usize>,
    data: Vec<u8>,
}

impl Tensor {
    /// As it goes into the file.
    pub fn view(&self) -> Result<(&str, TensorView<'_>), ModelFileError> {
        let view = TensorView::new(self.dtype, self.shape.clone(), &self.data)?;
        Ok((&self.name, view))
    }
}

/// The levels of a scorer.
pub fn weights_tensor(name: impl Into<String>, scorer: &Scorer) -> Tensor {
    Tensor {
        name: name.into(),
        dtype: Dtype::U8,
        shape: vec![scorer.terms(), row_bytes(scorer.columns())],
        data: scorer.packed(),
    }
}

/// The levels of the words around targets, region by region.
pub fn vicinity_tensor(name: impl Into<String>, scorer: &VicinityScorer) -> Tensor {
    let regions = scorer.regions();
    Tensor {
        name: name.into(),
        dtype: Dtype::U8,
        shape: vec![regions.len(), scorer.words(), row_bytes(scorer.columns())],
        data: regions.iter().flat_map(Scorer::packed).collect(),
    }
}

/// The two tensors of a vocabulary: text and ends.
pub fn vocabulary_tensors(prefix: &str, vocabulary: &Vocabulary) -> [Tensor; 2] {
    let mut text = Vec::new();
    let mut ends = Vec::new();
    for term in vocabulary.iter() {
        text.extend_from_slice(term.as_bytes());
        // A vocabulary has at most 4,000,000 terms of 96 bytes, far below u32::MAX.
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        ends.extend_from_slice(&end.to_le_bytes());
    }
    [
        Tensor {
            name: format!("{prefix}.text"),
            dtype: Dtype::U8,
            shape: vec![text.len()],
            data: text,
        },
        Tensor {
            name: format!("{prefix}.ends"),
            dtype: Dtype::U32,
            shape: vec![vocabulary.len()],
            data: ends,
        },
    ]
}

/// Reads the vocabulary whose tensors have this prefix.
pub fn read_vocabulary(
    tensors: &SafeTensors<'_>,
    prefix: &str,
) -> Result<Vocabulary, ModelFileError> {
    let (text_name, ends_name) = (format!("{prefix}.text"), format!("{prefix}.ends"));
    let text = read_tensor(tensors, &text_name, Dtype::U8, None)?;
    let text = str::from_utf8(text).map_err(|_| wrong_tensor(&text_name, "UTF-8"))?;
    let ends = read_tensor(tensors, &ends_name, Dtype::U32, None)?;
    let mut start = 0;
    let mut next = |end: &[u8; 4]| {
        let end = u32::from_le_bytes(*end) as usize;
        let term = text.get(start..end)?;
        start = end;
        Some(term)
    };
    let terms: Option<Vec<&str>> = ends.as_chunks().0.iter().map(&mut next).collect();
    let terms = terms.filter(|_| start == text.len());
    let terms = terms.ok_or_else(|| wrong_tensor(&ends_name, "rising ends of terms"))?;
    Ok(Vocabulary::from_terms(terms.into_iter())?)
}

/// The packed levels of a tensor of rows of so many columns; `rows` is the shape without them.
pub fn read_levels<'d>(
    tensors: &SafeTensors<'d>,
    name: &str,
    rows: &[usize],
    columns: usize,
) -> Result<&'d [u8], ModelFileError> {
    let shape = [rows, &[row_bytes(columns)]].concat();
    read_tensor(tensors, name, Dtype::U8, Some(&shape))
}

/// The bytes of a tensor of this type and, where given, this shape; otherwise of one dimension.
fn read_tensor<'d>(
    tensors: &SafeTensors<'d>,
    name: &str,
    dtype: Dtype,
    shape: Option<&[usize]>,
) -> Result<&'d [u8], ModelFileError> {
    let view = tensors.tensor(name)?;
    let shaped = match shape {
        Some(shape) => view.shape() == shape,
        None => view.shape().len() == 1,
    };
    if view.dtype() != dtype || !shaped {
        let shape = shape.map_or_else(|| "(n)".into(), |shape| format!("{shape:?}"));
        return Err(wrong_tensor(name, &format!("{dtype:?} of shape {shape}")));
    }
    Ok(view.data())
}

pub fn wrong_tensor(name: &str, expected: &str) -> ModelFileError {
    ModelFileError::Tensor {
        name: name.into(),
        expected: expected.into(),
    }
}
