//! Tables of weights, a row a term. Tables over the same terms can share their rows, so that all
//! that is known of a term lies in neighbouring cache lines.

use std::sync::Arc;

use super::Weight;
use crate::features::TermId;

/// Weights of shape (terms, columns), or some columns of a wider table.
#[derive(Debug, Clone)]
pub struct Table<W> {
    cells: Arc<Vec<W>>,
    /// Length of a row of `cells`.
    stride: usize,
    offset: usize,
    columns: usize,
}

impl<W: Weight> Table<W> {
    /// Shared rows are padded to a multiple of so many columns, which the processor adds at once.
    pub const BLOCK: usize = 8;

    /// A table of `columns` columns from its cells, row by row.
    #[must_use]
    pub fn new(cells: Vec<W>, columns: usize) -> Self {
        Self {
            cells: Arc::new(cells),
            stride: columns,
            offset: 0,
            columns,
        }
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Number of terms.
    #[must_use]
    pub fn terms(&self) -> usize {
        self.cells.len() / self.stride
    }

    /// The weights of one term, one a column.
    #[inline]
    #[must_use]
    pub fn row(&self, term: TermId) -> &[W] {
        let start = term as usize * self.stride + self.offset;
        &self.cells[start..start + self.columns]
    }

    /// All rows in order.
    pub fn rows(&self) -> impl Iterator<Item = &[W]> {
        let columns = self.offset..self.offset + self.columns;
        let rows = self.cells.chunks_exact(self.stride);
        rows.map(move |row| &row[columns.clone()])
    }

    /// The same tables with their rows joined. `None` where their numbers of terms differ.
    #[must_use]
    pub fn joined(tables: &[&Self]) -> Option<Vec<Self>> {
        let terms = tables.first()?.terms();
        if tables.iter().any(|table| table.terms() != terms) {
            return None;
        }
        let width: usize = tables.iter().map(|table| table.columns).sum();
        let stride = width.next_multiple_of(Self::BLOCK);
        let mut cells = vec![W::default(); terms * stride];
        let mut offset = 0;
        let mut places = Vec::new();
        for table in tables {
            for (row, joined) in table.rows().zip(cells.chunks_exact_mut(stride)) {
                joined[offset..offset + table.columns].copy_from_slice(row);
            }
            places.push((offset, table.columns));
            offset += table.columns;
        }
        let cells = Arc::new(cells);
        let part = |(offset, columns)| Self {
            cells: Arc::clone(&cells),
            stride,
            offset,
            columns,
        };
        Some(places.into_iter().map(part).collect())
    }

    /// All columns of the joined rows, if `tables` are parts of the same ones.
    #[must_use]
    pub fn whole(tables: &[&Self]) -> Option<Self> {
        let first = *tables.first()?;
        let same = |table: &&Self| Arc::ptr_eq(&table.cells, &first.cells);
        let padded = first.stride.is_multiple_of(Self::BLOCK);
        (padded && tables.iter().all(same)).then(|| Self {
            offset: 0,
            columns: first.stride,
            ..first.clone()
        })
    }

    /// Where the columns lie in the joined rows.
    #[must_use]
    pub fn place(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.columns
    }
}

impl<W: Weight + PartialEq> PartialEq for Table<W> {
    fn eq(&self, other: &Self) -> bool {
        self.columns == other.columns && self.rows().eq(other.rows())
    }
}
