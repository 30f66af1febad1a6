//! Exact sums of rows of levels: the loop that an article spends most of its scoring in.
//!
//! A row is added as often as its term counts. Rows are fetched in batches and added in panels of
//! bytes whose sums stay in registers.
//!
//! A level is three digits of four bits ([`packing`](super::packing)). Digits are summed, not
//! levels: so few as a batch has fit into a byte, nothing has to be widened, and every processor
//! adds sixteen of them with one instruction. The sums of the digits are put together at the end.

use std::ops::Range;

use super::packing::{DIGITS, RAISE, first_byte, row_bytes};
use crate::features::TermCount;

/// Bytes of a cache line.
pub const LINE: usize = 64;

/// Rows that are fetched together: as many digits as surely fit into a byte.
const BATCH: usize = 16;
/// Bytes whose digits' sums fit into the sixteen registers of the smallest processor.
pub const PANEL: usize = 64;
/// Rows whose digits' sums surely fit into 16 bits.
const MOST_ROWS: usize = 4096;

/// Some columns of a table.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'t> {
    /// Row by row, and at least [`PANEL`] bytes after the last one.
    pub bytes: &'t [u8],
    /// Bytes of a row.
    pub stride: usize,
    /// The first column, an even one: its digits begin with a byte.
    pub first: usize,
    /// How many occurrences of a term each column counts, at least 1.
    pub limits: &'t [i16],
}

impl<'t> Columns<'t> {
    /// The sums of the rows of terms, all of which the table has.
    #[must_use]
    pub fn sums(self, entries: &[TermCount]) -> Vec<i64> {
        let mut sums = vec![0; self.limits.len()];
        if entries.is_empty() {
            return sums;
        }
        // Those of the lower halves of the bytes and of the upper ones.
        let mut digits = vec![[0; 2]; self.span().len() + PANEL];
        self.add(entries, 1, &mut digits, &mut sums);
        let most = self.limits.iter().copied().max();
        let again = entries.iter().filter(|entry| entry.count > 1);
        let mut left: Vec<TermCount> = again.copied().collect();
        for time in 2..=most.unwrap_or(0) {
            if left.is_empty() {
                break;
            }
            self.add(&left, time, &mut digits, &mut sums);
            left.retain(|entry| entry.count > time.unsigned_abs().into());
        }
        sums
    }

    /// Adds the rows of terms that occur at least `time` times to the columns that count so many.
    fn add(self, entries: &[TermCount], time: i16, digits: &mut [[u16; 2]], sums: &mut [i64]) {
        let width = self.span().len();
        for terms in entries.chunks(MOST_ROWS) {
            let mut at = 0;
            while at < width {
                // The smallest panel that holds what is left, or the largest one.
                let digits = &mut digits[at..];
                at += match width - at {
                    33.. => self.add_panel::<PANEL>(terms, at, digits),
                    17.. => self.add_panel::<32>(terms, at, digits),
                    9.. => self.add_panel::<16>(terms, at, digits),
                    _ => self.add_panel::<8>(terms, at, digits),
                };
            }
            // At most MOST_ROWS.
            let rows = u16::try_from(terms.len()).unwrap_or(u16::MAX);
            let raised = i64::from(rows) * i64::from(RAISE);
            let columns = digits.as_flattened().as_chunks::<DIGITS>().0;
            for ((sum, digits), &limit) in sums.iter_mut().zip(columns).zip(self.limits) {
                if limit >= time {
                    let [low, middle, high] = digits.map(i64::from);
                    *sum += low + (middle << 4) + (high << 8) - raised;
                }
            }
        }
    }

    /// The bytes of a row that hold the columns.
    fn span(self) -> Range<usize> {
        first_byte(self.first)..row_bytes(self.first + self.limits.len())
    }

    /// Sums N bytes from a byte on, and says how many. What follows the columns in them, if only
    /// after the last row, is of no use.
    fn add_panel<const N: usize>(
        self,
        entries: &[TermCount],
        at: usize,
        digits: &mut [[u16; 2]],
    ) -> usize {
        let [lower, upper] = self.digit_sums::<N>(entries, at);
        for ((digits, lower), upper) in digits.iter_mut().zip(lower).zip(upper) {
            *digits = [lower, upper];
        }
        N
    }

    /// The sums of the lower and the upper digits of N bytes of at most [`MOST_ROWS`] rows. Apart
    /// from what is done with them, so that the compiler sees nothing but small numbers.
    #[inline(never)]
    fn digit_sums<const N: usize>(self, entries: &[TermCount], at: usize) -> [[u16; N]; 2] {
        let (mut lower, mut upper) = ([0u16; N], [0u16; N]);
        for batch in entries.chunks(BATCH) {
            if at == 0 {
                self.fetch(batch);
            }
            let (mut low, mut high) = ([0u8; N], [0u8; N]);
            for row in self.panels::<N>(batch, at) {
                for lane in 0..N {
                    low[lane] = low[lane].wrapping_add(row[lane] & 0xF);
                    high[lane] = high[lane].wrapping_add(row[lane] >> 4);
                }
            }
            for lane in 0..N {
                lower[lane] = lower[lane].wrapping_add(low[lane].into());
                upper[lane] = upper[lane].wrapping_add(high[lane].into());
            }
        }
        [lower, upper]
    }

    /// N bytes of each row, from one of the columns' own on.
    #[inline]
    fn panels<const N: usize>(
        self,
        entries: &[TermCount],
        at: usize,
    ) -> impl Iterator<Item = &'t [u8; N]> {
        let start = self.span().start + at;
        let panel = move |entry: &TermCount| {
            self.bytes
                .get(entry.term as usize * self.stride + start..)?
                .first_chunk()
        };
        entries.iter().filter_map(panel)
    }

    /// Reads a byte of each cache line of the rows. A table is larger than the nearest caches;
    /// loads that nothing waits for overlap, while those between additions come one by one.
    #[inline]
    fn fetch(self, entries: &[TermCount]) {
        let mut read = 0;
        let Range { start, end } = self.span();
        for line in (start / LINE * LINE..end).step_by(LINE) {
            for [byte] in self.panels(entries, line.saturating_sub(start)) {
                read ^= byte;
            }
        }
        std::hint::black_box(read);
    }
}
