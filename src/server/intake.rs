//! How many bytes of requests the server holds at once, all calls together: a message is put
//! together before anybody can tell whether there is room for its articles.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use tonic::{Status, body::Body};

use super::status::ApiError;

/// What all calls share.
#[derive(Debug, Clone)]
pub struct Intake {
    held: Arc<AtomicUsize>,
    limit: usize,
}

/// What one call holds of it, given back with this.
#[derive(Debug)]
pub struct Share {
    intake: Intake,
    bytes: AtomicUsize,
}

/// The body of a request, counted as it comes in.
struct Counted {
    body: Body,
    share: Arc<Share>,
}

impl Intake {
    /// Nothing held, and so many bytes at most.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            held: Arc::default(),
            limit,
        }
    }

    /// A call that holds nothing yet.
    #[must_use]
    pub fn share(&self) -> Arc<Share> {
        Arc::new(Share {
            intake: self.clone(),
            bytes: AtomicUsize::new(0),
        })
    }
}

impl Share {
    /// The body of this call; it ends with an error where there is no room for more of it.
    #[must_use]
    pub fn count(self: Arc<Self>, body: Body) -> Body {
        Body::new(Counted { body, share: self })
    }

    /// What came in so far is no longer held: a stream has answered it.
    pub fn give_back(&self) {
        let bytes = self.bytes.swap(0, Ordering::Relaxed);
        self.intake.held.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn take(&self, bytes: usize) -> Result<(), ApiError> {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let held = self.intake.held.fetch_add(bytes, Ordering::Relaxed);
        if held.saturating_add(bytes) > self.intake.limit {
            return Err(ApiError::Overloaded);
        }
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(bytes) = frame.data_ref()
            && let Err(error) = self.share.take(bytes.len())
        {
            return Poll::Ready(Some(Err(error.into())));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_call_holds_is_given_back() {
        let intake = Intake::new(10);
        let (one, other) = (intake.share(), intake.share());
        one.take(6).unwrap();
        assert_eq!(other.take(5), Err(ApiError::Overloaded));
        drop(other);
        one.take(4).unwrap();
        one.give_back();
        let other = intake.share();
        other.take(10).unwrap();
        drop((one, other));
        assert_eq!(intake.held.load(Ordering::Relaxed), 0);
    }
}
