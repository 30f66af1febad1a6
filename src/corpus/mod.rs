//! Labelled articles on disk: JSON lines, plain or compressed with zstd, read as a stream.

pub mod reader;
pub mod record;

pub use reader::{CorpusError, Records, compression_of, decompressed};
pub use record::Record;
