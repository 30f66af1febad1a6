//! Plain data, or data compressed with zstd, told by its first bytes.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// The largest window of a compressed corpus: what `zstd --long=27` writes, and no more, so that
/// a hostile header cannot claim memory.
const MAX_WINDOW_BYTES: u64 = 128 * 1024 * 1024;

pub(super) const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// Of frames that hold nothing to read, as pzstd writes them; the first byte is one of sixteen.
const SKIPPABLE_MAGIC: [u8; 4] = [0x50, 0x2A, 0x4D, 0x18];
/// What other compressors put first; none of it starts a text.
const FOREIGN: [(&[u8], &str); 3] = [
    (&[0x1F, 0x8B], "gzip"),
    (&[0xFD, b'7', b'z', b'X'], "xz"),
    (&[b'P', b'K', 3, 4], "zip"),
];

/// Passes plain data through and decompresses zstd, told by its first bytes.
///
/// # Errors
/// When the first bytes cannot be read, or are those of another compressor.
pub fn decompressed<'r>(reader: impl Read + Send + 'r) -> io::Result<Box<dyn BufRead + Send + 'r>> {
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    // A pipe may give less at a time.
    let mut first = Vec::new();
    reader.by_ref().take(4).read_to_end(&mut first)?;
    let compression = compression_of(&first);
    let reader = Cursor::new(first).chain(reader);
    match compression {
        None => Ok(Box::new(reader)),
        Some("zstd") => Ok(Box::new(BufReader::with_capacity(
            1 << 16,
            ZstdFrames::new(reader),
        ))),
        Some(other) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("compressed with {other}; expected plain text or zstd"),
        )),
    }
}

/// What data is compressed with, told by its first four bytes.
#[must_use]
pub fn compression_of(first: &[u8]) -> Option<&'static str> {
    if first.starts_with(&ZSTD_MAGIC) || is_skippable(first) {
        return Some("zstd");
    }
    let mut foreign = FOREIGN.into_iter();
    let found = foreign.find(|(magic, _)| first.starts_with(magic));
    found.map(|(_, name)| name)
}

/// All frames of a zstd stream, one after another.
struct ZstdFrames<R: BufRead> {
    /// The decoder is `None` only while it changes hands.
    state: Option<State<R>>,
}

enum State<R: BufRead> {
    BetweenFrames(R),
    InFrame(Box<StreamingDecoder<Source<R>, FrameDecoder>>),
}

/// A frame's first bytes, which were looked at, and what follows.
type Source<R> = Chain<Cursor<Vec<u8>>, R>;

fn is_skippable(first: &[u8]) -> bool {
    first.len() >= 4 && first[0] & 0xF0 == SKIPPABLE_MAGIC[0] && first[1..4] == SKIPPABLE_MAGIC[1..]
}

/// Passes over a frame that holds nothing to read, of which the first bytes are read.
fn skip(reader: &mut impl Read) -> io::Result<()> {
    let mut length = [0; 4];
    reader.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    let skipped = io::copy(&mut reader.take(length), &mut io::sink())?;
    if skipped < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

impl<R: BufRead> ZstdFrames<R> {
    fn new(reader: R) -> Self {
        Self {
            state: Some(State::BetweenFrames(reader)),
        }
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.state.take() {
                None => return Ok(0),
                Some(State::BetweenFrames(mut reader)) => {
                    let mut first = Vec::new();
                    reader.by_ref().take(4).read_to_end(&mut first)?;
                    if first.is_empty() {
                        return Ok(0);
                    }
                    if is_skippable(&first) {
                        skip(&mut reader)?;
                        self.state = Some(State::BetweenFrames(reader));
                        continue;
                    }
                    let source = Cursor::new(first).chain(reader);
                    let decoder =
                        StreamingDecoder::new_with_max_window_size(source, MAX_WINDOW_BYTES)
                            .map_err(io::Error::other)?;
                    self.state = Some(State::InFrame(Box::new(decoder)));
                }
                Some(State::InFrame(mut decoder)) => {
                    let read = decoder.read(buffer)?;
                    self.state = Some(if read == 0 && !buffer.is_empty() {
                        check(&decoder.decoder)?;
                        let (_, reader) = decoder.into_inner().into_inner();
                        State::BetweenFrames(reader)
                    } else {
                        State::InFrame(decoder)
                    });
                    if read > 0 || buffer.is_empty() {
                        return Ok(read);
                    }
                }
            }
        }
    }
}

/// Compares the checksum of a frame, where it has one, with its content.
fn check(frame: &FrameDecoder) -> io::Result<()> {
    let expected = frame.get_checksum_from_data();
    if expected.is_some() && expected != frame.get_calculated_checksum() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the checksum does not match: the file is damaged",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_compressors_are_told_by_name() {
        for (magic, name) in FOREIGN {
            let error = decompressed([magic, &[0; 20]].concat().as_slice()).err();
            let expected = format!("compressed with {name}; expected plain text or zstd");
            assert_eq!(error.unwrap().to_string(), expected);
        }
    }
}
