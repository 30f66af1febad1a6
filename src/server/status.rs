//! The one map from errors to `google.rpc.Status`.
//!
//! Every status carries an `ErrorInfo` of domain `newstance` with one of the [`Reason`]s, and an
//! invalid argument a `BadRequest` that names the field. None carries text of an article.

use std::{collections::HashMap, time::Duration};

use http::HeaderMap;
use hyper::body::{Bytes, Frame};
use prost::Message;
use thiserror::Error;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::malformed::Malformed;
use crate::{article::ArticleError, tagger::TagError};

/// Domain of every `ErrorInfo`.
pub const DOMAIN: &str = "newstance";

/// The fixed list of reasons; clients may rely on their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The request is not a valid protobuf message; a string may not be UTF-8.
    MalformedRequest,
    /// The encoded request is too large.
    RequestTooLarge,
    /// The encoded answer would be too large.
    AnswerTooLarge,
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
    /// No loaded model has this name and digest.
    ModelNotLoaded,
    /// The file is no sound model.
    ModelUnsound,
    /// As many models are loaded as may be.
    TooManyModels,
    /// The server was started without a folder to load models from.
    LoadingDisabled,
    /// There is more work than the server takes on.
    Overloaded,
    /// As many streams are open as may be.
    TooManyStreams,
    /// The time for the call is over.
    DeadlineExceeded,
    /// The server is about to stop, or the connection to close.
    Closing,
    /// The call brings no token, or an unknown one.
    TokenInvalid,
    /// The token does not allow this call.
    ScopeMissing,
    /// A fault of the server.
    Internal,
}

impl Reason {
    /// Name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MalformedRequest => "MALFORMED_REQUEST",
            Self::RequestTooLarge => "REQUEST_TOO_LARGE",
            Self::AnswerTooLarge => "ANSWER_TOO_LARGE",
            Self::ArticleEmpty => "ARTICLE_EMPTY",
            Self::FieldTooLarge => "FIELD_TOO_LARGE",
            Self::FieldInvalid => "FIELD_INVALID",
            Self::AxisUnknown => "AXIS_UNKNOWN",
            Self::ModelNotFound => "MODEL_NOT_FOUND",
            Self::ModelNotReady => "MODEL_NOT_READY",
            Self::ModelNotLoaded => "MODEL_NOT_LOADED",
            Self::ModelUnsound => "MODEL_UNSOUND",
            Self::TooManyModels => "TOO_MANY_MODELS",
            Self::LoadingDisabled => "LOADING_DISABLED",
            Self::Overloaded => "OVERLOADED",
            Self::TooManyStreams => "TOO_MANY_STREAMS",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::Closing => "CLOSING",
            Self::TokenInvalid => "TOKEN_INVALID",
            Self::ScopeMissing => "SCOPE_MISSING",
            Self::Internal => "INTERNAL",
        }
    }
}

/// Everything that a call can fail with.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ApiError {
    /// The bytes are no message.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The encoded request is too large.
    #[error("request: {actual} bytes exceed the limit of {limit} bytes")]
    RequestTooLarge {
        /// Its size.
        actual: u64,
        /// The limit.
        limit: u64,
    },
    /// The encoded answer would be larger than clients accept.
    #[error(
        "answer: {actual} bytes exceed the limit of {limit} bytes; ask for fewer labels, less \
         evidence or fewer articles"
    )]
    AnswerTooLarge {
        /// Its size, in a batch with that of the answers before it.
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
    /// The same for a field in a list.
    #[error("{field}: {value}: expected {expected}")]
    Part {
        /// Path of the field.
        field: String,
        /// Its value; never text of an article.
        value: String,
        /// What it may be.
        expected: String,
    },
    /// One article among many was refused, and the request with it.
    #[error("article {index}: {error}")]
    ArticleAt {
        /// Its position.
        index: usize,
        /// What is wrong with it.
        error: ArticleError,
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
    /// The model is served in another version.
    #[error("{field}: {name} has no version {asked} in service, but {served}")]
    VersionNotFound {
        /// Path of the field that names it.
        field: &'static str,
        /// Name of the model.
        name: String,
        /// The version asked for, in quotation marks and of bounded length.
        asked: String,
        /// The version in service.
        served: String,
    },
    /// The model is still loading.
    #[error("the model is still loading; try again")]
    ModelNotReady,
    /// No loaded model has this name and digest.
    #[error("digest: {name} with digest {digest} is not loaded; LoadModel loads it")]
    ModelNotLoaded {
        /// Its resource name.
        name: String,
        /// Its digest.
        digest: String,
    },
    /// The file is no sound model; what is served is unchanged.
    #[error("file: {file}: {fault}")]
    ModelUnsound {
        /// Name of the file.
        file: String,
        /// What is wrong with it.
        fault: String,
    },
    /// As many models are loaded as may be, and all of them are in service.
    #[error("{limit} models are in service, which is the limit")]
    TooManyModels {
        /// The limit.
        limit: u32,
    },
    /// The server was started without a folder to load models from.
    #[error("the server has no folder to load models from; see the option model-dir")]
    LoadingDisabled,
    /// There is more work than the server takes on.
    #[error("the server has as much work as it takes on; try again later")]
    Overloaded,
    /// As many streams are open as may be.
    #[error("{limit} streams are open, which is the limit; try again later")]
    TooManyStreams {
        /// The limit.
        limit: u32,
    },
    /// The time for the call is over.
    #[error("the call took longer than {0:?}")]
    DeadlineExceeded(Duration),
    /// The server is about to stop, or the connection to close.
    #[error("this connection is about to close; go on with another one")]
    Closing,
    /// The call brings no token, or an unknown one.
    #[error("the call needs a known token: authorization: Bearer TOKEN")]
    TokenInvalid,
    /// The token does not allow this call.
    #[error("the token lacks the scope {scope}")]
    ScopeMissing {
        /// What it lacks.
        scope: &'static str,
    },
    /// A fault of the server.
    #[error("the server failed at this call; it is a bug")]
    Internal,
}

impl ApiError {
    /// A required field is missing.
    pub(super) fn missing(field: &'static str, expected: &str) -> Self {
        Self::Field {
            field,
            value: "missing".into(),
            expected: expected.into(),
        }
    }

    /// Status code and reason: what a client decides by.
    #[must_use]
    pub fn kind(&self) -> (Code, Reason) {
        match self {
            Self::Malformed(_) => (Code::InvalidArgument, Reason::MalformedRequest),
            Self::RequestTooLarge { .. } => (Code::ResourceExhausted, Reason::RequestTooLarge),
            Self::AnswerTooLarge { .. } | Self::Tag(TagError::TooManyPlaces { .. }) => {
                (Code::ResourceExhausted, Reason::AnswerTooLarge)
            }
            Self::Field { .. } | Self::Part { .. } => (Code::InvalidArgument, Reason::FieldInvalid),
            Self::Article(error) | Self::ArticleAt { error, .. } => {
                (Code::InvalidArgument, article_reason(error))
            }
            Self::Tag(TagError::UnknownAxis { .. }) => (Code::InvalidArgument, Reason::AxisUnknown),
            Self::ModelNotFound { .. } | Self::VersionNotFound { .. } => {
                (Code::NotFound, Reason::ModelNotFound)
            }
            Self::ModelNotReady => (Code::Unavailable, Reason::ModelNotReady),
            Self::ModelNotLoaded { .. } => (Code::NotFound, Reason::ModelNotLoaded),
            Self::ModelUnsound { .. } => (Code::FailedPrecondition, Reason::ModelUnsound),
            Self::TooManyModels { .. } => (Code::ResourceExhausted, Reason::TooManyModels),
            Self::LoadingDisabled => (Code::FailedPrecondition, Reason::LoadingDisabled),
            Self::Overloaded => (Code::ResourceExhausted, Reason::Overloaded),
            Self::TooManyStreams { .. } => (Code::ResourceExhausted, Reason::TooManyStreams),
            Self::DeadlineExceeded(_) => (Code::DeadlineExceeded, Reason::DeadlineExceeded),
            Self::Closing => (Code::Unavailable, Reason::Closing),
            Self::TokenInvalid => (Code::Unauthenticated, Reason::TokenInvalid),
            Self::ScopeMissing { .. } => (Code::PermissionDenied, Reason::ScopeMissing),
            Self::Internal => (Code::Internal, Reason::Internal),
        }
    }

    /// Path of the offending field in the request, where there is one.
    fn field(&self) -> Option<String> {
        match self {
            Self::Malformed(malformed) => malformed.field(),
            Self::Field { field, .. }
            | Self::ModelNotFound { field, .. }
            | Self::VersionNotFound { field, .. } => Some((*field).into()),
            Self::Part { field, .. } => Some(field.clone()),
            Self::ArticleAt { index, error } => {
                let field = error.field();
                let name = field.strip_prefix("article.").unwrap_or(&field);
                Some(format!("{name}[{index}]"))
            }
            Self::Article(error) => Some(error.field()),
            Self::Tag(TagError::UnknownAxis { index, .. }) => {
                Some(format!("options.axes[{index}]"))
            }
            Self::ModelNotLoaded { .. } => Some("digest".into()),
            Self::ModelUnsound { .. } => Some("file".into()),
            _ => None,
        }
    }

    /// When the same call may succeed, where that is a matter of time.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::ModelNotReady => Some(Duration::from_millis(500)),
            Self::Overloaded => Some(Duration::from_millis(100)),
            Self::TooManyStreams { .. } => Some(Duration::from_secs(1)),
            Self::Closing => Some(Duration::ZERO),
            _ => None,
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

fn article_reason(error: &ArticleError) -> Reason {
    match error {
        ArticleError::Empty => Reason::ArticleEmpty,
        ArticleError::TooLong { .. } | ArticleError::TooManyTargets { .. } => Reason::FieldTooLarge,
        ArticleError::EmptyTarget { .. } => Reason::FieldInvalid,
    }
}

impl From<ApiError> for Status {
    fn from(error: ApiError) -> Self {
        let (code, reason) = error.kind();
        let message = shortened(error.to_string());
        let mut details = ErrorDetails::new();
        details.set_error_info(reason.name(), DOMAIN, error.metadata());
        if let Some(field) = error.field() {
            details.add_bad_request_violation(field, message.clone());
        }
        if let Some(delay) = error.retry_after() {
            details.set_retry_info(Some(delay));
        }
        Self::with_error_details(code, message, details)
    }
}

/// The same within a message.
impl From<ApiError> for tonic_types::Status {
    fn from(error: ApiError) -> Self {
        let status = Status::from(error);
        // The details of a status are this message in bytes.
        Self::decode(status.details()).unwrap_or_else(|_| Self {
            code: status.code().into(),
            message: status.message().into(),
            details: Vec::new(),
        })
    }
}

/// Details travel in headers, twice and in base64, and some clients take no more than 8 KiB of
/// them: a message is long enough at this many characters.
const MAX_MESSAGE_CHARS: usize = 500;

/// The last frame of an answer that fails after its headers.
///
/// # Errors
/// When the error cannot be told, itself.
pub fn last(error: ApiError) -> Result<Frame<Bytes>, Status> {
    let mut trailers = HeaderMap::new();
    let told = Status::from(error).add_header(&mut trailers);
    told.map(|()| Frame::trailers(trailers))
}

fn shortened(message: String) -> String {
    match message.char_indices().nth(MAX_MESSAGE_CHARS) {
        Some((end, _)) => format!("{}...", &message[..end]),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loading_is_to_be_tried_again() {
        let status = Status::from(ApiError::ModelNotReady);
        assert_eq!(status.code(), Code::Unavailable);
        assert!(status.get_error_details().retry_info().is_some());
    }
}
