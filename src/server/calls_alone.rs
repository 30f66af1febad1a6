//! Requests of HTTP that are no calls of gRPC are refused in the terms of HTTP, before anything is
//! told of calls.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use futures_util::future::Either;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE},
};
use tonic::body::Body;
use tower::Service;

const GRPC: &[u8] = b"application/grpc";

/// A service that calls alone reach.
#[derive(Debug, Clone)]
pub struct CallsAlone<S>(pub S);

impl<S> Service<Request<Body>> for CallsAlone<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Either<S::Future, Ready<Result<Response<Body>, Infallible>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match refusal(request.method(), request.headers()) {
            None => Either::Left(self.0.call(request)),
            Some(response) => Either::Right(ready(Ok(response))),
        }
    }
}

fn refusal(method: &Method, headers: &HeaderMap) -> Option<Response<Body>> {
    let status = if method != Method::POST {
        StatusCode::METHOD_NOT_ALLOWED
    } else if !headers.get(CONTENT_TYPE).is_some_and(is_grpc) {
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    } else {
        return None;
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = HeaderValue::from_static("POST");
        response.headers_mut().insert(ALLOW, allowed);
    }
    Some(response)
}

/// Whether it is gRPC, with any encoding of messages; gRPC-Web, which begins alike, is not.
fn is_grpc(content_type: &HeaderValue) -> bool {
    let Some((name, rest)) = content_type.as_bytes().split_at_checked(GRPC.len()) else {
        return false;
    };
    name.eq_ignore_ascii_case(GRPC) && matches!(rest.first(), None | Some(b'+' | b';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grpc_is_told_from_all_else() {
        for (content_type, expected) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("Application/gRPC; charset=utf-8", true),
            ("application/grpc-web", false),
            ("application/grpcish", false),
            ("application/json", false),
            ("application/grp", false),
            ("", false),
        ] {
            let value = HeaderValue::from_static(content_type);
            assert_eq!(is_grpc(&value), expected, "{content_type}");
        }
    }
}
