//! Gives requests that tonic refuses before any service sees them the same rich error as every
//! other fault.
//!
//! tonic has a bare OUT_OF_RANGE for those over the size limit, with the figures in its message,
//! and a bare INTERNAL for those that are no whole message.

use tonic::{Code, Status, body::Body};

use super::{malformed::Malformed, status::ApiError};

const TOO_LARGE: &str = "Error, decoded message length too large";

/// How tonic's words for a request that is not framed as gRPC frames it begin, and ours.
const UNFRAMED: &[(&str, &str)] = &[
    ("Missing request message", "the call has no message"),
    ("Unexpected EOF decoding stream", "the message ends early"),
    (
        "protocol error: received message with",
        "the message is compressed, which is not supported",
    ),
    ("tonic-web: ", "the body breaks off or is no base64"),
];

/// Rewrites tonic's refusal and leaves every other response alone.
#[must_use]
pub fn explain_refusal(response: http::Response<Body>) -> http::Response<Body> {
    match Status::from_header_map(response.headers()).and_then(|status| refusal(&status)) {
        Some(error) => Status::from(error).into_http(),
        None => response,
    }
}

/// The same for a request of a stream.
#[must_use]
pub fn explained(status: Status) -> Status {
    refusal(&status).map_or(status, Status::from)
}

fn refusal(status: &Status) -> Option<ApiError> {
    let message = status.message();
    match status.code() {
        Code::OutOfRange if message.starts_with(TOO_LARGE) => {
            let words = message.split(|c: char| !c.is_ascii_digit());
            let mut numbers = words.filter_map(|word| word.parse().ok());
            Some(ApiError::RequestTooLarge {
                actual: numbers.next()?,
                limit: numbers.next()?,
            })
        }
        Code::Internal => {
            let known = |(theirs, _): &&(&str, &str)| message.starts_with(theirs);
            let (_, ours) = UNFRAMED.iter().find(known)?;
            Some(ApiError::Malformed(Malformed::Unframed(ours)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_refusals_are_rewritten() {
        let large = "Error, decoded message length too large: found 9 bytes, the limit is: 4 bytes";
        assert_eq!(
            refusal(&Status::out_of_range(large)),
            Some(ApiError::RequestTooLarge {
                actual: 9,
                limit: 4
            })
        );
        let missing = refusal(&Status::internal("Missing request message."));
        assert!(matches!(missing, Some(ApiError::Malformed(_))));
        let text = refusal(&Status::internal("tonic-web: Invalid symbol 33, offset 0."));
        assert!(matches!(text, Some(ApiError::Malformed(_))));
        assert_eq!(refusal(&Status::out_of_range("page 9 of 4")), None);
        assert_eq!(refusal(&Status::internal(large)), None);
        assert_eq!(refusal(&Status::unknown("Missing request message.")), None);
    }
}
