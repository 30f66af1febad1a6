//! Levels of 12 bits, two in three bytes.
//!
//! Few enough bits that a row of all document axes of the default model, 37 labels, lies in one
//! cache line; finer than answers need.
//!
//! A level is stored raised by `RAISE`, so that it is not negative, as three digits of four bits,
//! the lowest first. Digit *d* of a row stands in byte ⌊d / 2⌋, in its lower half where d is even.

/// The largest level; the smallest is −`RAISE`.
pub(super) const MAX_LEVEL: i16 = RAISE - 1;
/// What a stored level is raised by.
pub(super) const RAISE: i16 = 1 << 11;
/// Digits of a level.
pub(super) const DIGITS: usize = 3;

/// How many bytes so many columns take.
#[must_use]
pub fn row_bytes(columns: usize) -> usize {
    (DIGITS * columns).div_ceil(2)
}

/// Rows of so many levels each, all of 12 bits.
#[must_use]
pub(super) fn pack(levels: &[i16], columns: usize) -> Vec<u8> {
    let mut packed = vec![0; levels.len() / columns * row_bytes(columns)];
    let rows = packed.chunks_exact_mut(row_bytes(columns));
    for (row, levels) in rows.zip(levels.chunks_exact(columns)) {
        for (column, &level) in levels.iter().enumerate() {
            put(row, column, level);
        }
    }
    packed
}

/// The byte of a row that the level of a column starts in.
#[inline]
#[must_use]
pub(super) fn first_byte(column: usize) -> usize {
    DIGITS * column / 2
}

/// The bits below a level in the two bytes from `first_byte` on.
#[inline]
#[must_use]
pub(super) fn shift(column: usize) -> u32 {
    if column.is_multiple_of(2) { 0 } else { 4 }
}

/// The level in the lower bits of a number.
#[inline]
#[must_use]
pub(super) fn level(digits: u16) -> i16 {
    (digits & 0xFFF).cast_signed() - RAISE
}

/// The level of a column of a row.
#[inline]
#[must_use]
pub(super) fn get(row: &[u8], column: usize) -> i16 {
    let two = u16::from_le_bytes([row[first_byte(column)], row[first_byte(column) + 1]]);
    level(two >> shift(column))
}

/// Puts a level into a column that is zeros.
fn put(row: &mut [u8], column: usize, level: i16) {
    let [lower, upper] = ((level + RAISE) << shift(column)).to_le_bytes();
    row[first_byte(column)] |= lower;
    row[first_byte(column) + 1] |= upper;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_packed_is_there(
            columns in 1usize..20,
            levels in prop::collection::vec(-RAISE..=MAX_LEVEL, 60),
        ) {
            let packed = pack(&levels, columns);
            let rows = packed.chunks_exact(row_bytes(columns));
            prop_assert_eq!(rows.len(), 60 / columns);
            for (row, levels) in rows.zip(levels.chunks_exact(columns)) {
                let read: Vec<i16> = (0..columns).map(|column| get(row, column)).collect();
                prop_assert_eq!(read, levels);
            }
        }
    }
}
