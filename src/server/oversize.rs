//! Gives requests over the size limit the same rich error as every other fault.
//!
//! tonic refuses them before any service sees them, with a bare OUT_OF_RANGE whose message holds
//! the figures.

use tonic::{Code, Status, body::Body};

use super::status::ApiError;

const REFUSAL: &str = "Error, decoded message length too large";

/// Rewrites tonic's refusal and leaves every other response alone.
#[must_use]
pub fn explain_oversize(response: http::Response<Body>) -> http::Response<Body> {
    match Status::from_header_map(response.headers()).and_then(|status| oversize(&status)) {
        Some(error) => Status::from(error).into_http(),
        None => response,
    }
}

/// The same for a request of a stream.
#[must_use]
pub fn explained(status: Status) -> Status {
    oversize(&status).map_or(status, Status::from)
}

fn oversize(status: &Status) -> Option<ApiError> {
    if status.code() != Code::OutOfRange || !status.message().starts_with(REFUSAL) {
        return None;
    }
    let words = status.message().split(|c: char| !c.is_ascii_digit());
    let mut numbers = words.filter_map(|word| word.parse().ok());
    Some(ApiError::RequestTooLarge {
        actual: numbers.next()?,
        limit: numbers.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_refusal_is_rewritten() {
        let refusal =
            "Error, decoded message length too large: found 9 bytes, the limit is: 4 bytes";
        assert_eq!(
            oversize(&Status::out_of_range(refusal)),
            Some(ApiError::RequestTooLarge {
                actual: 9,
                limit: 4
            })
        );
        assert_eq!(oversize(&Status::out_of_range("page 9 of 4")), None);
        assert_eq!(oversize(&Status::internal(refusal)), None);
    }
}
