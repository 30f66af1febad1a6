//! Bytes that are no request.

use thiserror::Error;

/// Why they are none.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Malformed {
    /// They are no such message; prost says where.
    #[error("{}", .0.to_string().trim_start_matches("failed to decode Protobuf message: "))]
    Message(#[from] prost::DecodeError),
    /// The message has far more fields than any request needs. Empty ones take hundreds of times
    /// their size in memory once they are decoded.
    #[error("request: more than {limit} fields")]
    TooManyFields {
        /// The limit.
        limit: usize,
    },
    /// The call does not hold one whole message.
    #[error("request: {0}")]
    Unframed(&'static str),
}

impl Malformed {
    /// Path of the field at fault, where it is known.
    #[must_use]
    pub fn field(&self) -> Option<String> {
        match self {
            Self::Message(error) => field_of(&error.to_string()),
            Self::TooManyFields { .. } | Self::Unframed(_) => None,
        }
    }
}

/// The path of the field that prost failed at, which it names from the inside out: of
/// `...: Article.body: TagArticleRequest.article: invalid string value` it is `article.body`.
fn field_of(message: &str) -> Option<String> {
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
    use crate::server::{pb, status::ApiError};
    use prost::Message;
    use tonic::{Code, Status};
    use tonic_types::StatusExt;

    #[test]
    fn a_string_that_is_no_utf8_names_its_field() {
        let bytes = [0x0a, 0x03, 0x1a, 0x01, 0xff];
        let error = pb::TagArticleRequest::decode(&bytes[..]).unwrap_err();
        let status = Status::from(ApiError::Malformed(error.into()));
        assert_eq!(status.code(), Code::InvalidArgument);
        let details = status.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        assert_eq!(violations[0].field, "article.body");
        assert_eq!(details.error_info().unwrap().reason, "MALFORMED_REQUEST");
    }
}
