//! From tensors to articles.

use prost::bytes::Bytes;

use super::{Datatype, Form, Input, bytes::elements};
use crate::{
    article::ArticleParts,
    server::{config::RequestLimits, pb::inference as pb, status::ApiError},
    text::quoted,
};

use pb::model_infer_request::{InferInputTensor, InferRequestedOutputTensor};

/// A request whose tensors are sound; its articles are still to be checked.
#[derive(Debug, Clone, PartialEq)]
pub struct InferRequest {
    /// Name of the model, possibly empty.
    pub model_name: String,
    /// Version of the model, possibly empty.
    pub model_version: String,
    /// The caller's identifier.
    pub id: String,
    /// What the tensors hold.
    pub articles: Vec<ArticleParts>,
    /// Names of the outputs that are asked for; none for all.
    pub outputs: Vec<String>,
    /// How the answer is to be sent: as the request was.
    pub form: Form,
}

impl InferRequest {
    /// Reads the tensors.
    ///
    /// # Errors
    /// The first fault, naming its field.
    pub fn new(request: pb::ModelInferRequest, limits: &RequestLimits) -> Result<Self, ApiError> {
        let pb::ModelInferRequest {
            model_name,
            model_version,
            id,
            parameters: _,
            inputs,
            outputs,
            raw_input_contents,
        } = request;
        let max_id = limits.article.name_bytes;
        if id.len() > max_id as usize {
            return fault(
                "id",
                format!("{} bytes", id.len()),
                at_most(max_id, "bytes"),
            );
        }
        let form = form(&inputs, &raw_input_contents)?;
        Ok(Self {
            model_name,
            model_version,
            id,
            articles: articles(inputs, &raw_input_contents, limits.batch_articles.get())?,
            outputs: requested(outputs)?,
            form,
        })
    }
}

/// Either every input has its elements beside it, or none has.
fn form(inputs: &[InferInputTensor], raw: &[Bytes]) -> Result<Form, ApiError> {
    if raw.is_empty() {
        return Ok(Form::Typed);
    }
    if raw.len() != inputs.len() {
        let expected = format!("one for each of {} inputs", inputs.len());
        return fault(
            "raw_input_contents",
            format!("{} entries", raw.len()),
            expected,
        );
    }
    match inputs.iter().position(|input| input.contents.is_some()) {
        None => Ok(Form::Raw),
        Some(index) => fault(
            format!("inputs[{index}].contents"),
            "set",
            "none beside raw_input_contents",
        ),
    }
}

fn articles(
    inputs: Vec<InferInputTensor>,
    raw: &[Bytes],
    max: u32,
) -> Result<Vec<ArticleParts>, ApiError> {
    let (mut bodies, mut titles) = (None, None);
    for (index, input) in inputs.into_iter().enumerate() {
        let texts = match named(index, &input)? {
            Input::Body => &mut bodies,
            Input::Title => &mut titles,
        };
        if texts.is_some() {
            return fault(
                format!("inputs[{index}].name"),
                quoted(&input.name),
                "each input once",
            );
        }
        *texts = Some(Tensor::check(index, &input, max)?.texts(input, raw.get(index))?);
    }
    let Some(bodies) = bodies else {
        return fault("inputs", "no body", "body and, if wanted, title");
    };
    let titles = titles.unwrap_or_else(|| vec![String::new(); bodies.len()]);
    if titles.len() != bodies.len() {
        let (titles, bodies) = (titles.len(), bodies.len());
        return fault(
            "inputs",
            format!("{titles} titles"),
            format!("{bodies}, one for each body"),
        );
    }
    let parts = titles.into_iter().zip(bodies);
    let parts = parts.map(|(title, body)| ArticleParts {
        title,
        body,
        ..ArticleParts::default()
    });
    Ok(parts.collect())
}

fn named(index: usize, input: &InferInputTensor) -> Result<Input, ApiError> {
    let known = Input::ALL
        .into_iter()
        .find(|known| known.name() == input.name);
    known.map_or_else(
        || {
            fault(
                format!("inputs[{index}].name"),
                quoted(&input.name),
                "body or title",
            )
        },
        Ok,
    )
}

/// An input of sound type and shape.
struct Tensor {
    index: usize,
    /// How many elements it has.
    count: usize,
}

impl Tensor {
    fn check(index: usize, input: &InferInputTensor, max: u32) -> Result<Self, ApiError> {
        if input.datatype != Datatype::Bytes.name() {
            let field = format!("inputs[{index}].datatype");
            return fault(field, quoted(&input.datatype), Datatype::Bytes.name());
        }
        let count = match input.shape[..] {
            [n] | [n, 1] => usize::try_from(n).ok(),
            _ => None,
        };
        let in_range = |n: &usize| (1..=max as usize).contains(n);
        let Some(count) = count.filter(in_range) else {
            let shown = &input.shape[..input.shape.len().min(8)];
            let expected = format!("[n] or [n, 1] with n from 1 to {max}");
            return fault(
                format!("inputs[{index}].shape"),
                format!("{shown:?}"),
                expected,
            );
        };
        Ok(Self { index, count })
    }

    fn texts(self, input: InferInputTensor, raw: Option<&Bytes>) -> Result<Vec<String>, ApiError> {
        match raw {
            Some(raw) => self.raw_texts(raw),
            None => self.typed_texts(input.contents.unwrap_or_default().bytes_contents),
        }
    }

    fn typed_texts(&self, texts: Vec<Vec<u8>>) -> Result<Vec<String>, ApiError> {
        let field = format!("inputs[{}].contents.bytes_contents", self.index);
        if texts.len() != self.count {
            return fault(field, format!("{} elements", texts.len()), self.by_shape());
        }
        let texts = texts.into_iter().enumerate();
        let text = |(at, text)| String::from_utf8(text).or_else(|_| not_utf8(&field, at));
        texts.map(text).collect()
    }

    fn raw_texts(&self, raw: &[u8]) -> Result<Vec<String>, ApiError> {
        let field = format!("raw_input_contents[{}]", self.index);
        let mut texts = Vec::with_capacity(self.count);
        // One more than there should be is enough to know that there are too many.
        for (at, element) in elements(raw).take(self.count + 1).enumerate() {
            let element =
                element.or_else(|cut| fault(&*field, cut.to_string(), self.by_shape()))?;
            let text = str::from_utf8(element).or_else(|_| not_utf8(&field, at))?;
            texts.push(text.to_owned());
        }
        match texts.len() {
            n if n == self.count => Ok(texts),
            n if n > self.count => fault(field, "more elements", self.by_shape()),
            n => fault(field, format!("{n} elements"), self.by_shape()),
        }
    }

    fn by_shape(&self) -> String {
        format!("{}, by the shape of the input", self.count)
    }
}

fn requested(outputs: Vec<InferRequestedOutputTensor>) -> Result<Vec<String>, ApiError> {
    let name = |(index, output): (usize, InferRequestedOutputTensor)| {
        if output.parameters.is_empty() {
            return Ok(output.name);
        }
        // What they ask for would change the answer, so they cannot be ignored.
        let number = format!("{} parameters", output.parameters.len());
        fault(format!("outputs[{index}].parameters"), number, "none")
    };
    outputs.into_iter().enumerate().map(name).collect()
}

fn not_utf8<T>(field: &str, index: usize) -> Result<T, ApiError> {
    fault(field, format!("element {index} is not UTF-8"), "UTF-8")
}

fn at_most(limit: u32, unit: &str) -> String {
    format!("at most {limit} {unit}")
}

pub(super) fn fault<T>(
    field: impl Into<String>,
    value: impl Into<String>,
    expected: impl Into<String>,
) -> Result<T, ApiError> {
    Err(ApiError::Part {
        field: field.into(),
        value: value.into(),
        expected: expected.into(),
    })
}
