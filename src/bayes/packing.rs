//! Levels of 12 bits, two in three bytes.
//!
//! Few enough bits that a row of all document axes of the default model, 37 labels, lies in one
//! cache line; more than answers can tell.
//!
//! A level is stored raised by [`RAISE`], so that it is not negative, as three digits of four bits,
//! the lowest first. Digit *d* of a row stands in byte ⌊d / 2⌋, in its lower half where d is even.

/// The largest level, up or down, that weights are rounded to.
pub const MAX_LEVEL: i16 = RAISE - 1;
/// What a stored level is raised by.
pub const RAISE: i16 = 1 << 11;
/// Digits of a level.
pub const DIGITS: usize = 3;

/// How many bytes so many columns take.
#[must_use]
pub fn row_bytes(columns: usize) -> usize {
    (DIGITS * columns).div_ceil(2)
}

/// Rows of so many levels each.
#[must_use]
pub fn pack(levels: &[i16], columns: usize) -> Vec<u8> {
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
pub fn byte(column: usize) -> usize {
    DIGITS * column / 2
}

/// The bits below a level in the two bytes from [`byte`] on.
#[inline]
#[must_use]
pub fn shift(column: usize) -> u32 {
    if column.is_multiple_of(2) { 0 } else { 4 }
}

/// The level in the lower bits of a number.
#[inline]
#[must_use]
pub fn level(digits: u16) -> i16 {
    (digits & 0xFFF).cast_signed() - RAISE
}

/// The level of a column of a row.
#[inline]
#[must_use]
pub fn get(row: &[u8], column: usize) -> i16 {
    let two = u16::from_le_bytes([row[byte(column)], row[byte(column) + 1]]);
    level(two >> shift(column))
}

/// Puts a level into a column that is zeros.
fn put(row: &mut [u8], column: usize, level: i16) {
    let [lower, upper] = (((level + RAISE) & 0xFFF) << shift(column)).to_le_bytes();
    row[byte(column)] |= lower;
    row[byte(column) + 1] |= upper;
}

/// Puts a row of so many columns into a wider one of zeros, from an even column on.
pub fn put_row(row: &mut [u8], column: usize, from: &[u8], columns: usize) {
    let whole = DIGITS * columns / 2;
    let to = &mut row[byte(column)..];
    to[..whole].copy_from_slice(&from[..whole]);
    // The half that no level needs is left, whatever a file has there.
    if columns % 2 == 1 {
        to[whole] = from[whole] & 0xF;
    }
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
            pairs in 0usize..10,
        ) {
            for levels in levels.chunks_exact(columns) {
                let mut packed = pack(levels, columns);
                let all = |row: &[u8], from: usize| -> Vec<i16> {
                    (from..from + columns).map(|column| get(row, column)).collect()
                };
                prop_assert_eq!(all(&packed, 0), levels);
                // Whatever a file has in the half that no level needs.
                if columns % 2 == 1 {
                    *packed.last_mut().unwrap() |= 0xF0;
                }
                let first = 2 * pairs;
                let mut wider = vec![0; row_bytes(first + columns)];
                put_row(&mut wider, first, &packed, columns);
                prop_assert_eq!(all(&wider, first), levels);
                let others = (0..first).filter(|&column| get(&wider, column) != -RAISE);
                prop_assert_eq!(others.count(), 0);
            }
        }
    }
}
