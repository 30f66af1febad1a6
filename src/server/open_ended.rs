//! Calls that last as long as their connection: they end when it is asked to go, so that nobody
//! waits for them.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use hyper::body::{Body as HttpBody, Bytes, Frame};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::{Status, body::Body};

use super::{
    frames::each,
    memory::Share,
    status::{ApiError, last},
};

/// Whether a call of this path has no end of its own and does not see to it itself.
#[must_use]
pub fn is_open_ended(path: &str) -> bool {
    path == "/grpc.health.v1.Health/Watch" || path.starts_with("/grpc.reflection.")
}

/// The answer, until the connection is asked to go; then a status that says so. With each message
/// of it, what was asked so far is no longer held.
#[must_use]
pub fn until(closing: CancellationToken, body: Body, held: Arc<Share>) -> Body {
    let body = each(body, move |frame| {
        held.give_back();
        Ok(frame)
    });
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
            return Poll::Ready(Some(last(ApiError::Closing)));
        }
        polled
    }

    /// A refusal is over with its headers, and has to say so.
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::memory::Memory;
    use std::future::poll_fn;

    #[tokio::test]
    async fn what_was_asked_is_held_until_it_is_answered() {
        let share = Memory::new(10, 10).share();
        share.take(10).unwrap();
        let answer = Body::new("answer".to_owned());
        let mut body = until(CancellationToken::new(), answer, share.clone());
        assert!(share.take(1).is_err());
        poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        share.take(10).unwrap();
    }
}
