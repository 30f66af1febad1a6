//! The one map from errors to `google.rpc.Status`.
//!
//! Every status carries an `ErrorInfo` of domain `newstance` with one of the [`Reason`]s, and an
//! invalid argument a `BadRequest` that names the field. None carries text of an article.

use std::{collections::HashMap, time::Duration};

use thiserror::Error;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::{article::ArticleError, tagger::TagError};

/// Domain of every `ErrorInfo`.
pub const DOMAIN: &str = "newstance";

/// What a client may ask for again after this long.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// The fixed list of reasons; clients may rely on their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The request is not a valid protobuf message; a string may not be UTF-8.
    MalformedRequest,
    /// The encoded request is too large.
    RequestTooLarge,
    /// The article has no text.
    ArticleEmpty,
    /// A field is larger than its limit.
    FieldTooLarge,
    /// A field has a value that it cannot have.
    FieldInvalid,
    /// The model has no such axis.
    AxisUnknown,
    /// There is no such model.
    ModelNotFound,
    /// The model is still loading.
    ModelNotReady,
}

impl Reason {
    /// Name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MalformedRequest => "MALFORMED_REQUEST",
            Self::RequestTooLarge => "REQUEST_TOO_LARGE",
            Self::ArticleEmpty => "ARTICLE_EMPTY",
            Self::FieldTooLarge => "FIELD_TOO_LARGE",
            Self::FieldInvalid => "FIELD_INVALID",
            Self::AxisUnknown => "AXIS_UNKNOWN",
            Self::ModelNotFound => "MODEL_NOT_FOUND",
            Self::ModelNotReady => "MODEL_NOT_READY",
        }
    }
}

/// Everything that a call can fail with.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ApiError {
    /// The bytes are no message.
    #[error("{}", .0.to_string().trim_start_matches("failed to decode Protobuf message: "))]
    Malformed(prost::DecodeError),
    /// The encoded request is too large.
    #[error("request: {actual} bytes exceed the limit of {limit} bytes")]
    RequestTooLarge {
        /// Its size.
        actual: u64,
        /// The limit.
        limit: u64,
    },
    /// A field is missing or has an impossible value.
    #[error("{field}: {value}: expected {expected}")]
    Field {
        /// Path of the field.
        field: &'static str,
        /// Its value; never text of an article.
        value: String,
        /// What it may be.
        expected: String,
    },
    /// The article was refused.
    #[error(transparent)]
    Article(#[from] ArticleError),
    /// What was asked for does not exist.
    #[error(transparent)]
    Tag(#[from] TagError),
    /// There is no such model.
    #[error("{field}: there is no model {name:?}")]
    ModelNotFound {
        /// Path of the field that names it.
        field: &'static str,
        /// Its resource name, which is well-formed and so of bounded length.
        name: String,
    },
    /// The model is still loading.
    #[error("the model is still loading; try again")]
    ModelNotReady,
}

impl ApiError {
    /// Status code and reason: what a client decides by.
    #[must_use]
    pub fn kind(&self) -> (Code, Reason) {
        match self {
            Self::Malformed(_) => (Code::InvalidArgument, Reason::MalformedRequest),
            Self::RequestTooLarge { .. } => (Code::ResourceExhausted, Reason::RequestTooLarge),
            Self::Field { .. } | Self::Article(ArticleError::EmptyTarget { .. }) => {
                (Code::InvalidArgument, Reason::FieldInvalid)
            }
            Self::Article(ArticleError::Empty) => (Code::InvalidArgument, Reason::ArticleEmpty),
            Self::Article(ArticleError::TooLong { .. } | ArticleError::TooManyTargets { .. }) => {
                (Code::InvalidArgument, Reason::FieldTooLarge)
            }
            Self::Tag(TagError::UnknownAxis { .. }) => (Code::InvalidArgument, Reason::AxisUnknown),
            Self::ModelNotFound { .. } => (Code::NotFound, Reason::ModelNotFound),
            Self::ModelNotReady => (Code::Unavailable, Reason::ModelNotReady),
        }
    }

    /// Path of the offending field in the request, where there is one.
    fn field(&self) -> Option<String> {
        match self {
            Self::Malformed(error) => malformed_field(&error.to_string()),
            Self::Field { field, .. } | Self::ModelNotFound { field, .. } => Some((*field).into()),
            Self::Article(error) => Some(error.field()),
            Self::Tag(TagError::UnknownAxis { index, .. }) => {
                Some(format!("options.axes[{index}]"))
            }
            Self::RequestTooLarge { .. } | Self::ModelNotReady => None,
        }
    }

    /// What `ErrorInfo.metadata` tells beside the reason.
    fn metadata(&self) -> HashMap<String, String> {
        match self {
            Self::ModelNotFound { name, .. } => HashMap::from([("model".into(), name.clone())]),
            _ => HashMap::new(),
        }
    }
}

impl From<ApiError> for Status {
    fn from(error: ApiError) -> Self {
        let (code, reason) = error.kind();
        let message = error.to_string();
        let mut details = ErrorDetails::new();
        details.set_error_info(reason.name(), DOMAIN, error.metadata());
        if let Some(field) = error.field() {
            details.add_bad_request_violation(field, message.clone());
        }
        if error == ApiError::ModelNotReady {
            details.set_retry_info(Some(RETRY_AFTER));
        }
        Self::with_error_details(code, message, details)
    }
}

/// The path of the field that prost failed at, which it names from the inside out: of
/// `...: Article.body: TagArticleRequest.article: invalid string value` it is `article.body`.
fn malformed_field(message: &str) -> Option<String> {
    let names = message.split(": ").filter_map(|part| {
        let (message, field) = part.split_once('.')?;
        let named = message.starts_with(|c: char| c.is_ascii_uppercase());
        (named && !field.contains(' ')).then_some(field)
    });
    let mut names: Vec<_> = names.collect();
    names.reverse();
    let path = names.join(".");
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::pb;
    use prost::Message;

    #[test]
    fn a_string_that_is_no_utf8_names_its_field() {
        let bytes = [0x0a, 0x03, 0x1a, 0x01, 0xff];
        let error = pb::TagArticleRequest::decode(&bytes[..]).unwrap_err();
        let status = Status::from(ApiError::Malformed(error));
        assert_eq!(status.code(), Code::InvalidArgument);
        let details = status.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        assert_eq!(violations[0].field, "article.body");
        assert_eq!(details.error_info().unwrap().reason, "MALFORMED_REQUEST");
    }

    #[test]
    fn loading_is_to_be_tried_again() {
        let status = Status::from(ApiError::ModelNotReady);
        assert_eq!(status.code(), Code::Unavailable);
        assert!(status.get_error_details().retry_info().is_some());
    }
}
