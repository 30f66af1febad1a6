//! Status codes of gRPC by the names that metrics, log and traces use, and how an answer tells them.

use http::HeaderMap;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::server::status::DOMAIN;

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

/// The reason of an error of this server in headers or trailers, where there is one.
pub fn reason(headers: &HeaderMap) -> Option<String> {
    let info = Status::from_header_map(headers)?.get_details_error_info()?;
    (info.domain == DOMAIN).then_some(info.reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::status::ApiError;
    use tonic_types::ErrorDetails;

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

    #[test]
    fn the_reason_of_an_error_is_read_where_it_is_ours() {
        let read = |status: Status| reason(status.into_http::<()>().headers());
        let ours = read(ApiError::Closing.into());
        assert_eq!(ours.as_deref(), Some("CLOSING"));
        let details = ErrorDetails::with_error_info("CLOSING", "elsewhere", []);
        let others = Status::with_error_details(Code::Unavailable, "", details);
        assert_eq!(read(others), None);
        assert_eq!(read(Status::unimplemented("no such method")), None);
        assert_eq!(
            read(Status::with_details(Code::Internal, "", vec![0xff].into())),
            None
        );
        assert_eq!(reason(&HeaderMap::new()), None);
    }
}
