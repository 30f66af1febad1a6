//! Calls that last as long as their connection: they end when it is asked to go, so that nobody
//! waits for them.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http::HeaderMap;
use hyper::body::{Body as HttpBody, Bytes, Frame};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::{Status, body::Body};

use super::status::ApiError;

/// Whether a call of this path has no end of its own and does not see to it itself.
#[must_use]
pub fn is_open_ended(path: &str) -> bool {
    path == "/grpc.health.v1.Health/Watch" || path.starts_with("/grpc.reflection.")
}

/// The answer, until the connection is asked to go; then a status that says so.
#[must_use]
pub fn until(closing: CancellationToken, body: Body) -> Body {
    Body::new(Until {
        body,
        closing: Some(Box::pin(closing.cancelled_owned())),
    })
}

struct Until {
    body: Body,
    /// `None` once it has been told.
    closing: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl HttpBody for Until {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let Some(closing) = &mut this.closing else {
            return Poll::Ready(None);
        };
        // What is to be said goes out first, such as NOT_SERVING.
        let polled = Pin::new(&mut this.body).poll_frame(cx);
        if polled.is_pending() && closing.as_mut().poll(cx).is_ready() {
            this.closing = None;
            let mut trailers = HeaderMap::new();
            let told = Status::from(ApiError::Closing).add_header(&mut trailers);
            return Poll::Ready(Some(told.map(|()| Frame::trailers(trailers))));
        }
        polled
    }

    /// A refusal is over with its headers, and has to say so.
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}
