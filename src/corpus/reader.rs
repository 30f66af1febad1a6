//! Streams records from anything that can be read, one line in memory at a time.

use std::io::{self, BufRead, Read};

use thiserror::Error;

use super::Record;

/// The longest line, in bytes: room for an article of the greatest size with every character
/// escaped.
pub const MAX_LINE_BYTES: u64 = 32 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Why a corpus cannot be read on.
#[derive(Debug, Error)]
pub enum CorpusError {
    /// There is nothing to read.
    #[error("{corpus}: cannot read: {source}")]
    Open {
        /// Name of the corpus.
        corpus: String,
        /// What went wrong.
        source: io::Error,
    },
    /// Reading or decompressing failed.
    #[error("{corpus}: line {line}: cannot read: {source}")]
    Read {
        /// Name of the corpus.
        corpus: String,
        /// Number of the line, from 1.
        line: u64,
        /// What went wrong.
        source: io::Error,
    },
    /// A line is longer than [`MAX_LINE_BYTES`].
    #[error("{corpus}: line {line} is longer than {MAX_LINE_BYTES} bytes")]
    LineTooLong {
        /// Name of the corpus.
        corpus: String,
        /// Number of the line, from 1.
        line: u64,
    },
    /// A line is not a record.
    #[error("{corpus}: line {line}: {message}")]
    Record {
        /// Name of the corpus.
        corpus: String,
        /// Number of the line, from 1.
        line: u64,
        /// What is wrong, without the text.
        message: String,
    },
}

/// Iterator over the records of a corpus; it ends after the first error of reading.
pub struct Records<R> {
    corpus: String,
    reader: R,
    line: u64,
    failed: bool,
}

impl<R: BufRead> Records<R> {
    /// Reads JSON lines. `corpus` names them in errors.
    pub fn new(corpus: impl Into<String>, reader: R) -> Self {
        Self {
            corpus: corpus.into(),
            reader,
            line: 0,
            failed: false,
        }
    }

    /// Number of the last line that was read, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, CorpusError> {
        let mut bytes = Vec::new();
        self.line += 1;
        let mut limited = (&mut self.reader).take(MAX_LINE_BYTES + 1);
        limited
            .read_until(b'\n', &mut bytes)
            .map_err(|source| CorpusError::Read {
                corpus: self.corpus.clone(),
                line: self.line,
                source,
            })?;
        if bytes.len() as u64 > MAX_LINE_BYTES {
            return Err(CorpusError::LineTooLong {
                corpus: self.corpus.clone(),
                line: self.line,
            });
        }
        Ok((!bytes.is_empty()).then_some(bytes))
    }

    fn parse(&self, bytes: &[u8]) -> Result<Record, CorpusError> {
        serde_json::from_slice(bytes).map_err(|error| CorpusError::Record {
            corpus: self.corpus.clone(),
            line: self.line,
            message: describe(&error),
        })
    }
}

/// The kind and place of a JSON error; serde's own message may quote the text.
fn describe(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Data => "a field has the wrong type",
        serde_json::error::Category::Eof => "the JSON object ends too early",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not valid JSON",
    };
    format!("{kind} (column {})", error.column())
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Record, CorpusError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            match self.next_line() {
                Ok(Some(bytes)) => {
                    let line = without_mark(self.line, &bytes);
                    if !line.iter().all(u8::is_ascii_whitespace) {
                        return Some(self.parse(line));
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

/// A line by its number, without the byte order mark that the first one may start with.
#[must_use]
pub fn without_mark(number: u64, line: &[u8]) -> &[u8] {
    let marked = line.strip_prefix(BYTE_ORDER_MARK);
    marked.filter(|_| number == 1).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{compression::ZSTD_MAGIC, decompressed};
    use proptest::prelude::*;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    fn read(bytes: &[u8]) -> Vec<Result<String, String>> {
        let records = Records::new("sample", decompressed(bytes).unwrap());
        let ids = records.map(|r| r.map(|r| r.id).map_err(|e| e.to_string()));
        ids.collect()
    }

    fn ok(ids: &[&str]) -> Vec<Result<String, String>> {
        ids.iter().map(|id| Ok((*id).into())).collect()
    }

    #[test]
    fn plain_and_compressed_lines_are_the_same() {
        let first = b"{\"id\":\"a\"}\n\n{\"id\":\"b\"}\n";
        let last = b"{\"id\":\"c\"}";
        let plain = [&first[..], last].concat();
        assert_eq!(read(&plain), ok(&["a", "b", "c"]));
        let pack = |bytes: &[u8]| compress_to_vec(bytes, CompressionLevel::Fastest);
        assert_eq!(
            read(&[pack(first), pack(last)].concat()),
            ok(&["a", "b", "c"]),
            "frames are read one after another"
        );
        assert_eq!(read(b""), ok(&[]));
    }

    #[test]
    fn frames_without_content_are_passed_over() {
        let packed = compress_to_vec(&b"{\"id\":\"a\"}\n"[..], CompressionLevel::Fastest);
        let empty = [0x53, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 7, 7];
        let frames = [&empty[..], &packed, &empty, &packed, &empty].concat();
        assert_eq!(read(&frames), ok(&["a", "a"]));
        let cut = &frames[..frames.len() - 1];
        assert!(read(cut).pop().unwrap().is_err());
    }

    #[test]
    fn a_byte_order_mark_is_skipped_at_the_start_alone() {
        let plain = b"\xEF\xBB\xBF{\"id\":\"a\"}\n\xEF\xBB\xBF{\"id\":\"b\"}\n";
        for bytes in [
            &plain[..],
            &compress_to_vec(&plain[..], CompressionLevel::Fastest),
        ] {
            let read = read(bytes);
            assert_eq!(read[0], Ok("a".into()));
            assert!(read[1].is_err() && read.len() == 2, "{read:?}");
        }
        assert_eq!(read(b"\xEF\xBB\xBF\n{\"id\":\"a\"}"), ok(&["a"]));
    }

    #[test]
    fn a_pipe_may_give_a_byte_at_a_time() {
        struct Slow<'b>(&'b [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let most = buffer.len().min(1);
                self.0.read(&mut buffer[..most])
            }
        }
        let packed = compress_to_vec(&b"{\"id\":\"a\"}\n"[..], CompressionLevel::Fastest);
        let mut records = Records::new("pipe", decompressed(Slow(&packed)).unwrap());
        assert_eq!(records.next().unwrap().unwrap().id, "a");
    }

    #[test]
    fn a_frame_that_is_not_what_was_packed_is_an_error() {
        let mut packed = compress_to_vec(&b"{\"id\":\"a\"}\n"[..], CompressionLevel::Fastest);
        assert_eq!(read(&packed), ok(&["a"]));
        // The end of a frame is its checksum.
        *packed.last_mut().unwrap() ^= 1;
        let last = read(&packed).pop().unwrap().unwrap_err();
        assert!(last.contains("the checksum does not match"), "{last}");
    }

    #[test]
    fn a_bad_line_is_told_by_number_and_without_its_text() {
        let read = read(b"{\"id\":\"a\"}\n{\"id\": secret}\n{\"id\":\"c\"}\n");
        assert_eq!(read[0], Ok("a".into()));
        assert_eq!(
            read[1],
            Err("sample: line 2: not valid JSON (column 8)".into())
        );
        assert_eq!(read[2], Ok("c".into()), "the next line is read");
    }

    #[test]
    fn a_cut_stream_is_an_error_and_ends() {
        let plain = b"{\"id\":\"a\"}\n".repeat(99);
        let mut packed = compress_to_vec(&plain[..], CompressionLevel::Fastest);
        packed.truncate(packed.len() - 3);
        assert!(read(&packed).last().is_some_and(Result::is_err));
    }

    proptest! {
        #[test]
        fn rubbish_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), zstd in any::<bool>()) {
            let magic: &[u8] = if zstd { &ZSTD_MAGIC } else { &[] };
            let bytes = [magic, &bytes].concat();
            if decompressed(bytes.as_slice()).is_ok() {
                read(&bytes);
            }
        }
    }
}
