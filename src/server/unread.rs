//! Answers that wait for their clients to read them. HTTP/2 asks a body for nothing that the client
//! has made no room for, so nobody would notice what is held for it; an answer is therefore put into
//! its bytes at once, and these are counted until they are sent.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    vec,
};

use http::Response;
use hyper::body::{Body as HttpBody, Bytes, Frame};
use tonic::{Status, body::Body};

use super::memory::Share;

/// What is sent of a long answer is noticed in such steps, in bytes.
const PIECE: usize = 64 * 1024;

/// The whole answer of a call that has one. The share holds nothing else any more.
///
/// # Errors
/// Where there is no room for it.
pub async fn held(response: Response<Body>, share: Arc<Share>) -> Result<Response<Body>, Status> {
    if response.body().is_end_stream() {
        return Ok(response);
    }
    let (head, mut body) = response.into_parts();
    let mut frames = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        match frame?.into_data() {
            Ok(bytes) => {
                share.take(bytes.len())?;
                let pieces = pieces(bytes).map(|piece| share.clone().piece(piece));
                frames.extend(pieces.map(Frame::data));
            }
            Err(trailers) => frames.push(trailers),
        }
    }
    let frames = frames.into_iter();
    Ok(Response::from_parts(head, Body::new(Unread { frames })))
}

fn pieces(mut bytes: Bytes) -> impl Iterator<Item = Bytes> {
    std::iter::from_fn(move || {
        let piece = bytes.split_to(bytes.len().min(PIECE));
        (!piece.is_empty()).then_some(piece)
    })
}

struct Unread {
    frames: vec::IntoIter<Frame<Bytes>>,
}

impl HttpBody for Unread {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Poll::Ready(self.frames.next().map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.frames.as_slice().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::memory::Memory;

    #[tokio::test]
    async fn an_answer_stays_as_it_is() {
        let bytes = Bytes::from(vec![7; 2 * PIECE + 1]);
        let memory = Memory::new(bytes.len(), bytes.len());
        let answer = || Response::new(Body::new(http_body(bytes.clone())));
        let held_answer = held(answer(), memory.share()).await.unwrap();
        let refused = held(answer(), memory.share()).await.unwrap_err();
        assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
        let mut body = held_answer.into_body();
        let (mut read, mut trailers) = (Vec::new(), 0);
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            match frame.unwrap().into_data() {
                Ok(piece) => read.extend_from_slice(&piece),
                Err(_) => trailers += 1,
            }
        }
        assert_eq!((read, trailers), (bytes.to_vec(), 1));
        assert!(body.is_end_stream());
        drop(body);
        held(answer(), memory.share()).await.unwrap();
    }

    fn http_body(bytes: Bytes) -> Unread {
        let frames = vec![Frame::data(bytes), Frame::trailers(http::HeaderMap::new())];
        Unread {
            frames: frames.into_iter(),
        }
    }
}
