//! The protobuf codec of all services: prost's, with errors that name the field.

use std::marker::PhantomData;

use prost::{
    DecodeError, Message,
    bytes::Buf,
    encoding::{DecodeContext, decode_key, skip_field},
};
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder},
};
use tonic_prost::{ProstCodec, ProstEncoder};

use super::{malformed::Malformed, status::ApiError};

/// More fields than any request needs: a batch has at most 10,000 articles.
const MAX_FIELDS: usize = 16_384;

/// Encodes as prost does, and tells a client why its bytes are no message.
#[derive(Debug)]
pub struct CheckedCodec<T, U>(PhantomData<(T, U)>);

impl<T, U> Default for CheckedCodec<T, U> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T, U> Codec for CheckedCodec<T, U>
where
    T: Message + Send + 'static,
    U: Message + Default + Send + 'static,
{
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = CheckedDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstCodec::<T, U>::default().encoder()
    }

    fn decoder(&mut self) -> Self::Decoder {
        CheckedDecoder(PhantomData)
    }
}

/// Decodes one message.
#[derive(Debug)]
pub struct CheckedDecoder<U>(PhantomData<U>);

impl<U: Message + Default> Decoder for CheckedDecoder<U> {
    type Item = U;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        let message = decode(buffer);
        Ok(Some(message.map_err(ApiError::Malformed)?))
    }
}

fn decode<U: Message + Default>(buffer: &mut impl Buf) -> Result<U, Malformed> {
    count_fields(buffer.chunk())?;
    Ok(U::decode(buffer)?)
}

/// Walks the fields of a message, and not those within them, before memory is taken for any.
fn count_fields(mut message: &[u8]) -> Result<(), Malformed> {
    for _ in 0..=MAX_FIELDS {
        if message.is_empty() || skip(&mut message).is_err() {
            // What is wrong here prost finds too, and names.
            return Ok(());
        }
    }
    Err(Malformed::TooManyFields { limit: MAX_FIELDS })
}

fn skip(message: &mut &[u8]) -> Result<(), DecodeError> {
    let (tag, wire_type) = decode_key(message)?;
    skip_field(wire_type, tag, message, DecodeContext::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::pb;

    fn batch(articles: usize) -> Result<pb::BatchTagArticlesRequest, Malformed> {
        let empty = [0x0a, 0x00].repeat(articles);
        decode(&mut &empty[..])
    }

    #[test]
    fn fields_are_counted_before_they_take_memory() {
        assert_eq!(batch(10_000).unwrap().articles.len(), 10_000);
        let limit = MAX_FIELDS;
        assert_eq!(batch(limit + 1), Err(Malformed::TooManyFields { limit }));
    }

    #[test]
    fn what_is_no_message_is_so_for_prost_too() {
        let message = decode::<pb::TagArticleRequest>(&mut &[0x0a, 0xff][..]);
        assert!(matches!(message, Err(Malformed::Message(_))));
    }
}
