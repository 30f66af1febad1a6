//! What is done with each frame of a body on its way.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use hyper::body::{Body as HttpBody, Bytes, Frame};
use tonic::{Status, body::Body};

/// The body with `act` done to each of its frames. It ends with trailers or an error.
#[must_use]
pub fn each<F>(body: Body, act: F) -> Body
where
    F: FnMut(Frame<Bytes>) -> Result<Frame<Bytes>, Status> + Send + Unpin + 'static,
{
    Body::new(Each {
        body,
        act,
        ended: false,
    })
}

struct Each<F> {
    body: Body,
    act: F,
    ended: bool,
}

impl<F> HttpBody for Each<F>
where
    F: FnMut(Frame<Bytes>) -> Result<Frame<Bytes>, Status> + Unpin,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        if this.ended {
            return Poll::Ready(None);
        }
        Pin::new(&mut this.body).poll_frame(cx).map(|frame| {
            let frame = frame?.and_then(&mut this.act);
            this.ended = !frame.as_ref().is_ok_and(Frame::is_data);
            Some(frame)
        })
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
