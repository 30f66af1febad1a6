//! Labelled articles on disk: JSON lines, plain or compressed with zstd, read as a stream.

pub mod compression;
pub mod reader;
pub mod record;

pub use compression::{compression_of, decompressed};
pub use reader::{CorpusError, Records};
pub use record::Record;
