//! Exact sums of rows of levels: the loop that an article spends most of its scoring in.
//!
//! Every term is added once, then what repeats once more for each further occurrence. Terms are
//! added in batches whose rows are fetched together, and in panels of columns whose sums stay in
//! registers. Nothing overflows: a batch of levels is far below 2³¹, and 2³² terms of 2¹⁵
//! occurrences of a level of 15 bits are below 2⁶³.

use crate::features::{TermCount, TermId};

/// Columns that the processor adds at once.
pub const LANES: usize = 4;
/// The levels of some columns of one term.
pub type Block = [i16; LANES];
/// The sums of as many columns.
pub type BlockSum = [i64; LANES];

/// Blocks in a cache line.
const LINE: usize = 64 / size_of::<Block>();
/// Terms that are added together.
const BATCH: usize = 16;
/// Blocks whose sums fit into the sixteen registers of the smallest processor.
const PANEL: usize = 10;

/// Adds the rows of terms to `sums`, a term at most as often as `limits` say; `row` gives that of
/// a term, and all are as long as `sums`.
pub fn add<'r>(
    sums: &mut [BlockSum],
    limits: &[Block],
    entries: &[TermCount],
    row: impl Fn(TermId) -> &'r [Block],
) {
    for batch in entries.chunks(BATCH) {
        let mut rows = [&[][..]; BATCH];
        for (place, entry) in rows.iter_mut().zip(batch) {
            *place = row(entry.term);
        }
        let rows = &rows[..batch.len()];
        fetch(rows);
        let mut panels = sums.chunks_exact_mut(PANEL);
        let mut at = 0;
        for panel in &mut panels {
            add_panel::<PANEL>(panel, rows, at);
            at += PANEL;
        }
        for block in panels.into_remainder().chunks_exact_mut(1) {
            add_panel::<1>(block, rows, at);
            at += 1;
        }
        for (row, entry) in rows.iter().zip(batch).filter(|(_, entry)| entry.count > 1) {
            add_again(sums, limits, row, entry.count);
        }
    }
}

/// Reads a level of each cache line of the rows. A table is larger than the nearest caches; loads
/// that nothing waits for overlap, while those between additions come one by one.
#[inline]
fn fetch(rows: &[&[Block]]) {
    let lines = rows.iter().flat_map(|row| row.iter().step_by(LINE));
    std::hint::black_box(lines.fold(0, |read, levels| read ^ levels[0]));
}

/// Adds the blocks from `at` on of each row.
#[inline]
fn add_panel<const N: usize>(sums: &mut [BlockSum], rows: &[&[Block]], at: usize) {
    let mut once = [[0i32; LANES]; N];
    for row in rows {
        let Some(levels) = row.get(at..).and_then(<[Block]>::first_chunk::<N>) else {
            continue;
        };
        for (sums, levels) in once.iter_mut().zip(levels) {
            for (sum, &level) in sums.iter_mut().zip(levels) {
                *sum += i32::from(level);
            }
        }
    }
    for (sums, once) in sums.iter_mut().zip(once) {
        for (sum, once) in sums.iter_mut().zip(once) {
            *sum += i64::from(once);
        }
    }
}

/// Adds a row once less than its term is counted.
fn add_again(sums: &mut [BlockSum], limits: &[Block], row: &[Block], count: u32) {
    let count = i16::try_from(count).unwrap_or(i16::MAX);
    for ((sums, levels), limits) in sums.iter_mut().zip(row).zip(limits) {
        for ((sum, &level), &limit) in sums.iter_mut().zip(levels).zip(limits) {
            *sum += i64::from(i32::from(level) * i32::from(count.min(limit) - 1));
        }
    }
}
