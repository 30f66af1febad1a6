//! Labelled articles on disk: JSON lines, plain or compressed with zstd, read as a stream.

pub mod reader;
pub mod record;

pub use reader::{CorpusError, Records, decompressed};
pub use record::Record;
