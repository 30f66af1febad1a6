//! The answer of a call, observed to its end.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use tonic::{Code, Status, body::Body};

use super::call::Call;

/// Passes everything on, and ends the call with the status in the trailers.
#[derive(Debug)]
pub struct ObservedBody {
    inner: Body,
    call: Call,
}

impl ObservedBody {
    pub fn new(inner: Body, call: Call) -> Self {
        Self { inner, call }
    }
}

impl HttpBody for ObservedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(trailers) = frame.trailers_ref()
                    && !self.call.end_as_told(trailers)
                {
                    self.call.end(Code::Unknown);
                }
            }
            Poll::Ready(Some(Err(status))) => self.call.end(status.code()),
            // An answer without trailers told its status in its headers, or not at all.
            Poll::Ready(None) => self.call.end(Code::Unknown),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
