//! Calls that last as long as their connection: they end when it is asked to go, so that nobody
//! waits for them.

use std::{future::Future, sync::Arc, task::Poll};

use tokio_util::sync::CancellationToken;
use tonic::body::Body;

use super::{
    frames,
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
    let mut closing = Box::pin(closing.cancelled_owned());
    frames::polled(body, move |polled, cx| match polled {
        // What is to be said goes out first, such as NOT_SERVING.
        Poll::Pending if closing.as_mut().poll(cx).is_ready() => {
            Poll::Ready(Some(last(ApiError::Closing)))
        }
        Poll::Ready(Some(_)) => {
            held.give_back();
            polled
        }
        polled => polled,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::memory::Memory;
    use hyper::body::Body as _;
    use std::{future::poll_fn, pin::Pin};

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
