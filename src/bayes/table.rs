//! Tables of weights, a row a term. Tables over the same terms can share their rows, so that all
//! that is known of a term lies in one place, and in one cache line where it fits.
//!
//! A weight is an integer, its *level*; a [`Scorer`](super::Scorer) knows what a level is worth.

use std::{ops::Range, sync::Arc};

use super::{
    levels::{Columns, LINE, PANEL},
    packing::{self, RAISE},
};
use crate::features::{TermCount, TermId};

/// Columns whose levels eight bytes hold, with room for sums.
const GROUP: usize = 4;

/// Levels of shape (terms, columns), or some columns of a wider table. It is asked of terms that
/// it has; of others its answers mean nothing.
#[derive(Debug, Clone)]
pub struct Table {
    rows: Arc<Rows>,
    /// The columns that are its own, from an even one on.
    place: Range<usize>,
    max_count: u32,
}

/// Whole rows, padded with zeros so that none lies in more cache lines than it has to.
#[derive(Debug)]
struct Rows {
    terms: usize,
    /// Bytes of a row.
    stride: usize,
    bytes: Vec<u8>,
    /// Where the first row starts, at a cache line.
    start: usize,
    /// How many occurrences of a term each column counts, at least 1.
    limits: Vec<i16>,
}

impl Table {
    /// The most occurrences of a term that a table can count.
    pub const MAX_COUNT: u32 = i16::MAX as u32;

    /// A table of `columns` columns from its packed rows, that counts a term at most `max_count`
    /// times, 1 to [`Self::MAX_COUNT`].
    #[must_use]
    pub fn new(packed: &[u8], columns: usize, max_count: u32) -> Self {
        let max_count = max_count.clamp(1, Self::MAX_COUNT);
        let width = packing::row_bytes(columns).max(1);
        let mut rows = Rows::zero(packed.len() / width, columns);
        rows.put(0..columns, packed.chunks_exact(width), max_count);
        Self {
            rows: Arc::new(rows),
            place: 0..columns,
            max_count,
        }
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.place.len()
    }

    /// Number of terms.
    #[must_use]
    pub fn terms(&self) -> usize {
        self.rows.terms
    }

    /// Occurrences of a term beyond this count nothing.
    #[must_use]
    pub fn max_count(&self) -> u32 {
        self.max_count
    }

    /// All rows in order, packed as [`Self::new`] takes them.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        let width = packing::row_bytes(self.columns());
        let span = packing::first_byte(self.place.start)..;
        let rows = self.rows.all().chunks_exact(self.rows.stride);
        rows.take(self.terms())
            .map(move |row| &row[span.clone()][..width])
    }

    /// All levels, row by row.
    pub fn levels(&self) -> impl Iterator<Item = i16> {
        self.rows()
            .flat_map(|row| (0..self.columns()).map(|column| packing::get(row, column)))
    }

    /// The levels of a column by term.
    #[inline]
    pub fn column(&self, column: usize) -> impl Fn(TermId) -> i16 {
        let column = self.place.start + column;
        let (rows, stride) = (
            &self.rows.all()[packing::first_byte(column)..],
            self.rows.stride,
        );
        let shift = packing::shift(column);
        move |term| {
            let two = rows[term as usize * stride..].first_chunk();
            packing::level(two.map_or(0, |&two| u16::from_le_bytes(two)) >> shift)
        }
    }

    /// One sum of levels a column, each term as often as it is counted: exact, in any order.
    #[must_use]
    pub fn sums(&self, entries: &[TermCount]) -> Vec<i64> {
        self.rows.sums(self.place.clone(), entries)
    }

    /// Adds the levels of terms that count once each to one sum a column; gives back how many terms
    /// they were. For few columns and short lists.
    #[inline]
    pub fn add_each(
        &self,
        sums: &mut [i64],
        terms: &(impl Iterator<Item = TermId> + Clone),
    ) -> u64 {
        let mut added = 0;
        let groups = (self.place.start..).step_by(GROUP);
        for (first, sums) in groups.zip(sums.chunks_mut(GROUP)) {
            added = self.add_group(sums, first, terms.clone());
        }
        added
    }

    /// The same of at most [`GROUP`] columns from one on that begins at a byte. Levels stand 24 bits
    /// apart in two numbers, half of the bits free for sums.
    #[inline]
    fn add_group(
        &self,
        sums: &mut [i64],
        first: usize,
        mut terms: impl Iterator<Item = TermId>,
    ) -> u64 {
        const LEVELS: u64 = 0xFFF | (0xFFF << 24);
        const MOST_TERMS: u16 = 1 << 12;
        let (rows, stride) = (
            &self.rows.all()[packing::first_byte(first)..],
            self.rows.stride,
        );
        let mut added = 0;
        loop {
            let (mut every_other, mut rest, mut terms_now) = (0, 0, 0);
            for term in terms.by_ref().take(MOST_TERMS.into()) {
                let eight = rows[term as usize * stride..].first_chunk();
                let digits = eight.map_or(0, |&eight| u64::from_le_bytes(eight));
                every_other += digits & LEVELS;
                rest += (digits >> 12) & LEVELS;
                terms_now += 1;
            }
            for (sums, shift) in sums.chunks_mut(2).zip([0, 24]) {
                for (sum, levels) in sums.iter_mut().zip([every_other, rest]) {
                    let raised = i64::from(terms_now) * i64::from(RAISE);
                    *sum += ((levels >> shift) & 0xFF_FFFF).cast_signed() - raised;
                }
            }
            added += u64::from(terms_now);
            if terms_now < MOST_TERMS {
                return added;
            }
        }
    }

    /// The same of several tables. Those that are [joined](Self::joined) are summed together: a
    /// term then costs one place in memory, not one a table.
    #[must_use]
    pub fn sums_of(tables: &[&Self], entries: &[TermCount]) -> Vec<Vec<i64>> {
        let joined = |pair: &[&Self]| Arc::ptr_eq(&pair[0].rows, &pair[1].rows);
        let (Some(first), true) = (tables.first(), tables.windows(2).all(joined)) else {
            return tables.iter().map(|table| table.sums(entries)).collect();
        };
        let start = tables.iter().map(|table| table.place.start).min();
        let end = tables.iter().map(|table| table.place.end).max();
        let span = start.unwrap_or(0)..end.unwrap_or(0);
        let sums = first.rows.sums(span.clone(), entries);
        let own = |table: &&Self| {
            sums[table.place.start - span.start..table.place.end - span.start].to_vec()
        };
        tables.iter().map(own).collect()
    }

    /// The same tables with their rows joined. `None` where their numbers of terms differ.
    #[must_use]
    pub fn joined(tables: &[&Self]) -> Option<Vec<Self>> {
        let terms = tables.first()?.terms();
        if tables.iter().any(|table| table.terms() != terms) {
            return None;
        }
        // Each begins at a byte.
        let width = |table: &&Self| table.columns().next_multiple_of(2);
        let mut rows = Rows::zero(terms, tables.iter().map(width).sum());
        let mut places = Vec::new();
        let mut end = 0;
        for table in tables {
            let place = end..end + table.columns();
            end += width(table);
            rows.put(place.clone(), table.rows(), table.max_count);
            places.push((place, table.max_count));
        }
        let rows = Arc::new(rows);
        let part = |(place, max_count)| Self {
            rows: Arc::clone(&rows),
            place,
            max_count,
        };
        Some(places.into_iter().map(part).collect())
    }
}

impl Rows {
    fn zero(terms: usize, columns: usize) -> Self {
        let width = packing::row_bytes(columns);
        // A row lies in as few cache lines as it can, and eight bytes of a short one in one.
        let stride = if width > LINE {
            width.next_multiple_of(LINE)
        } else {
            width.next_power_of_two().max(8)
        };
        let bytes = vec![0; terms * stride + LINE + PANEL];
        Self {
            terms,
            stride,
            start: bytes.as_ptr().align_offset(LINE).min(LINE),
            bytes,
            limits: vec![1; columns],
        }
    }

    /// All rows, and at least [`PANEL`] bytes more.
    #[inline]
    fn all(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Fills some columns, which count a term at most `max_count` times, with packed rows.
    fn put<'r>(
        &mut self,
        place: Range<usize>,
        rows: impl Iterator<Item = &'r [u8]>,
        max_count: u32,
    ) {
        let first = packing::first_byte(place.start);
        let to = self.bytes[self.start..].chunks_exact_mut(self.stride);
        for (to, from) in to.zip(rows) {
            to[first..first + from.len()].copy_from_slice(from);
        }
        self.limits[place].fill(i16::try_from(max_count).unwrap_or(i16::MAX));
    }

    fn sums(&self, columns: Range<usize>, entries: &[TermCount]) -> Vec<i64> {
        let columns = Columns {
            bytes: self.all(),
            stride: self.stride,
            first: columns.start,
            limits: &self.limits[columns],
        };
        columns.sums(entries)
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.columns() == other.columns()
            && self.max_count == other.max_count
            && self.levels().eq(other.levels())
    }
}
