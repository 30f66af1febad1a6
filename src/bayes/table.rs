//! Tables of weights, a row a term. Tables over the same terms can share their rows, so that all
//! that is known of a term lies in neighbouring cache lines.
//!
//! A weight is an integer, its *level*; a [`Scorer`](super::Scorer) knows what a level is worth.

use std::{ops::Range, sync::Arc};

use super::levels::{Block, Columns, LANES};
use crate::features::{TermCount, TermId};

/// Levels of shape (terms, columns), or some columns of a wider table.
#[derive(Debug, Clone)]
pub struct Table {
    rows: Arc<Rows>,
    /// The columns that are its own.
    place: Range<usize>,
    max_count: u32,
}

/// Whole rows, padded with zeros to a multiple of [`LANES`] columns.
#[derive(Debug)]
struct Rows {
    terms: usize,
    /// Blocks of a row.
    stride: usize,
    blocks: Vec<Block>,
    /// How many occurrences of a term each column counts, at least 1.
    limits: Vec<Block>,
}

impl Table {
    /// The most occurrences of a term that a table can count.
    pub const MAX_COUNT: u32 = i16::MAX as u32;

    /// A table of `columns` columns from its levels, row by row, that counts a term at most
    /// `max_count` times, 1 to [`Self::MAX_COUNT`].
    #[must_use]
    pub fn new(levels: &[i16], columns: usize, max_count: u32) -> Self {
        let max_count = max_count.clamp(1, Self::MAX_COUNT);
        let mut rows = Rows::zero(levels.len() / columns.max(1), columns);
        rows.put(0..columns, levels.chunks_exact(columns.max(1)), max_count);
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

    /// All rows in order.
    pub fn rows(&self) -> impl Iterator<Item = &[i16]> {
        let rows = self.rows.blocks.chunks_exact(self.rows.stride);
        rows.map(|row| &row.as_flattened()[self.place.clone()])
    }

    /// The levels of a column by term.
    #[inline]
    pub fn column(&self, column: usize) -> impl Fn(TermId) -> i16 {
        let levels = self.rows.blocks.as_flattened();
        let (width, first) = (self.rows.stride * LANES, self.place.start + column);
        move |term| levels[term as usize * width + first]
    }

    /// One sum of levels a column, each term as often as it is counted: exact, in any order.
    #[must_use]
    pub fn sums(&self, entries: &[TermCount]) -> Vec<i64> {
        self.rows.sums(self.place.clone(), entries)
    }

    /// Adds the levels of terms that count once each to one sum a column; gives back how many terms
    /// they were. For few columns and short lists.
    #[inline]
    pub fn add_each(&self, sums: &mut [i64], terms: impl Iterator<Item = TermId>) -> u64 {
        let [a, b, c] = sums else {
            return self.add_rows(sums, terms);
        };
        // The number of labels that most axes by target have: known here, so the loop unrolls.
        let mut three = [*a, *b, *c];
        let added = self.add_rows(&mut three, terms);
        [*a, *b, *c] = three;
        added
    }

    #[inline]
    fn add_rows(&self, sums: &mut [i64], terms: impl Iterator<Item = TermId>) -> u64 {
        let levels = self.rows.blocks.as_flattened();
        let width = self.rows.stride * LANES;
        let mut added = 0;
        for term in terms {
            let row = &levels[term as usize * width + self.place.start..][..sums.len()];
            for (sum, level) in sums.iter_mut().zip(row) {
                *sum += i64::from(*level);
            }
            added += 1;
        }
        added
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
        let width = tables.iter().map(|table| table.columns()).sum();
        let mut rows = Rows::zero(terms, width);
        let mut places = Vec::new();
        let mut end = 0;
        for table in tables {
            let place = end..end + table.columns();
            end = place.end;
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
        let stride = columns.div_ceil(LANES).max(1);
        Self {
            terms,
            stride,
            blocks: vec![[0; LANES]; terms * stride],
            limits: vec![[1; LANES]; stride],
        }
    }

    /// Fills some columns, which count a term at most `max_count` times.
    fn put<'r>(
        &mut self,
        place: Range<usize>,
        rows: impl Iterator<Item = &'r [i16]>,
        max_count: u32,
    ) {
        let limit = i16::try_from(max_count).unwrap_or(i16::MAX);
        self.limits.as_flattened_mut()[place.clone()].fill(limit);
        for (to, from) in self.blocks.chunks_exact_mut(self.stride).zip(rows) {
            to.as_flattened_mut()[place.clone()].copy_from_slice(from);
        }
    }

    fn sums(&self, columns: Range<usize>, entries: &[TermCount]) -> Vec<i64> {
        let blocks = columns.start / LANES..columns.end.div_ceil(LANES);
        let columns_of = Columns {
            blocks: &self.blocks,
            stride: self.stride,
            first: blocks.start,
            limits: &self.limits[blocks],
        };
        let mut sums = columns_of.sums(entries).into_flattened();
        sums.drain(..columns.start % LANES);
        sums.truncate(columns.len());
        sums
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.columns() == other.columns()
            && self.max_count == other.max_count
            && self.rows().eq(other.rows())
    }
}
