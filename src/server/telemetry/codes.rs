//! Status codes of gRPC by the names that metrics, log and traces use.

use http::HeaderMap;
use tonic::{Code, Status};

/// How many codes there are.
pub const CODES: usize = 17;

/// Name of a code, as the gRPC protocol writes it.
pub fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// Whether the server, and not the client, is to blame: what makes a span an error.
pub fn is_fault_of_server(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

/// The status in headers or trailers, where there is one.
pub fn of(headers: &HeaderMap) -> Option<Code> {
    let status = headers.get(Status::GRPC_STATUS)?;
    Some(Code::from_bytes(status.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own() {
        let codes = (0i32..).take(CODES).map(Code::from);
        let mut names: Vec<_> = codes.map(name).collect();
        assert_eq!((names[0], names[16]), ("OK", "UNAUTHENTICATED"));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CODES);
    }

    #[test]
    fn a_status_is_read_from_headers() {
        let headers =
            |value: &str| HeaderMap::from_iter([(Status::GRPC_STATUS, value.parse().unwrap())]);
        assert_eq!(of(&headers("0")), Some(Code::Ok));
        assert_eq!(of(&headers("8")), Some(Code::ResourceExhausted));
        assert_eq!(of(&headers("rubbish")), Some(Code::Unknown));
        assert_eq!(of(&HeaderMap::new()), None);
    }
}
