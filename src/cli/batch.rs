//! Records that are worked on together, with the lines that they stand in.

use std::io::BufRead;

use crate::corpus::{CorpusError, Record, Records};

/// Records, or what is wrong with them, by line.
pub type Batch = Vec<(u64, Result<Record, CorpusError>)>;

/// The next records, at most so many; none at the end.
pub fn next_batch(records: &mut Records<impl BufRead>, most: usize) -> Batch {
    let mut batch = Vec::with_capacity(most);
    while batch.len() < most
        && let Some(record) = records.next()
    {
        batch.push((records.line(), record));
    }
    batch
}
