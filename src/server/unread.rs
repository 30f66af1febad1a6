//! Answers that wait for their clients to read them. A body is asked for next to nothing while the
//! client makes no room for it, so nobody would notice what is held; an answer is therefore put into
//! its bytes as soon as it is there, and these are counted until they are sent.

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

use super::{frames::each, memory::Share, status::last};

/// What is sent of a long answer is noticed in such steps, in bytes.
const PIECE: usize = 64 * 1024;

/// The whole answer of a call that has one. It takes the place of what the share held.
///
/// # Errors
/// Where it is larger than that, and there is no room for it.
pub async fn held(response: Response<Body>, share: Arc<Share>) -> Result<Response<Body>, Status> {
    if response.body().is_end_stream() {
        return Ok(response);
    }
    let (head, mut body) = response.into_parts();
    let (mut frames, mut size) = (Vec::new(), 0);
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        match frame?.into_data() {
            Ok(bytes) => {
                size += bytes.len();
                let pieces = pieces(bytes).map(|piece| share.clone().piece(piece, true));
                frames.extend(pieces.map(Frame::data));
            }
            Err(trailers) => frames.push(trailers),
        }
    }
    share.hold(size)?;
    let frames = frames.into_iter();
    Ok(Response::from_parts(head, Body::new(Unread { frames })))
}

fn pieces(mut bytes: Bytes) -> impl Iterator<Item = Bytes> {
    std::iter::from_fn(move || {
        let piece = bytes.split_to(bytes.len().min(PIECE));
        (!piece.is_empty()).then_some(piece)
    })
}

/// The answers of a stream, each counted from when it is asked for, by a share beside that of the
/// requests. A client may take its time with them.
#[must_use]
pub fn counted(body: Body, requests: Arc<Share>) -> Body {
    each(body, move |frame| match frame.into_data() {
        Ok(bytes) => {
            let share = requests.another();
            match share.take(bytes.len()) {
                Ok(()) => Ok(Frame::data(share.piece(bytes, false))),
                Err(error) => last(error),
            }
        }
        Err(trailers) => Ok(trailers),
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

    #[tokio::test]
    async fn answers_of_a_stream_are_counted_until_they_are_sent() {
        let memory = Memory::new(10, 10);
        let frames = ["first", "other", "third"].map(|text| Frame::data(text.into()));
        let frames = Vec::from(frames).into_iter();
        let mut body = counted(Body::new(Unread { frames }), memory.share());
        let mut next = async || poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        let mut sent = Vec::new();
        for _ in 0..2 {
            sent.push(next().await.unwrap().unwrap().into_data().unwrap());
        }
        let refused = next().await.unwrap().unwrap().into_trailers().unwrap();
        let refused = Status::from_header_map(&refused).unwrap();
        assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
        assert!(next().await.is_none());
        drop(sent);
        memory.share().take(10).unwrap();
    }

    fn http_body(bytes: Bytes) -> Unread {
        let frames = vec![Frame::data(bytes), Frame::trailers(http::HeaderMap::new())];
        Unread {
            frames: frames.into_iter(),
        }
    }
}
