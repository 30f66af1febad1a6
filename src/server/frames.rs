//! What is done with the frames of a body on their way.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use hyper::body::{Body as HttpBody, Bytes, Frame};
use tonic::{Status, body::Body};

/// What a body gives when it is asked for its next frame.
pub type Polled = Poll<Option<Result<Frame<Bytes>, Status>>>;

/// The body with `act` done to each of its frames. It ends with trailers or an error.
#[must_use]
pub fn each<F>(body: Body, mut act: F) -> Body
where
    F: FnMut(Frame<Bytes>) -> Result<Frame<Bytes>, Status> + Send + Unpin + 'static,
{
    polled(body, move |polled, _| {
        polled.map(|frame| frame.map(|frame| frame.and_then(&mut act)))
    })
}

/// The same with whatever the body gives, also where that is nothing yet.
#[must_use]
pub fn polled<F>(body: Body, act: F) -> Body
where
    F: FnMut(Polled, &mut Context<'_>) -> Polled + Send + Unpin + 'static,
{
    Body::new(Acted {
        body,
        act,
        ended: false,
    })
}

struct Acted<F> {
    body: Body,
    act: F,
    ended: bool,
}

impl<F> HttpBody for Acted<F>
where
    F: FnMut(Polled, &mut Context<'_>) -> Polled + Unpin,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let this = &mut *self;
        if this.ended {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut this.body).poll_frame(cx);
        let polled = (this.act)(polled, cx);
        if let Poll::Ready(Some(frame)) = &polled {
            this.ended = !frame.as_ref().is_ok_and(Frame::is_data);
        }
        polled
    }

    /// A refusal is over with its headers, and has to say so.
    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    #[tokio::test]
    async fn nothing_follows_an_error() {
        let body = Body::new("some".to_owned());
        let mut body = each(body, |_| Err(Status::internal("on purpose")));
        let mut next = async || poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        assert!(next().await.unwrap().is_err());
        assert!(next().await.is_none());
        assert!(each(Body::empty(), Ok).is_end_stream());
    }
}
