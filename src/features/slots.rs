//! A hash table that holds only positions, four bytes each, so that it stays in the cache.
//!
//! What is at a position is kept elsewhere and compared by the caller. The bits of an entry that
//! its position leaves free hold bits of its hash, so that nearly every miss is told without a
//! look there. Open addressing with linear probing (Knuth, volume 3, section 6.4), at most half
//! full.

/// A search that has begun: where, for what, and the first entry.
#[derive(Debug, Clone, Copy, Default)]
pub struct Probe {
    at: usize,
    tag: u32,
    entry: u32,
}

/// The table.
#[derive(Debug, Clone)]
pub struct Slots {
    /// Hash bits above, position + 1 below; 0 is empty. The length is a power of two.
    entries: Vec<u32>,
    /// Bits of a hash below those that choose the entry.
    shift: u32,
    /// The bits of a position.
    mask: u32,
}

impl Slots {
    /// An empty table with room for positions below `capacity`.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let length = (2 * capacity).next_power_of_two().max(2);
        Self {
            entries: vec![0; length],
            shift: u64::BITS - length.trailing_zeros(),
            mask: u32::try_from(length / 2).map_or(u32::MAX, |half| half | (half - 1)),
        }
    }

    /// A table of the positions below `count`, as large as they need.
    #[must_use]
    pub fn filled(count: usize, hash: impl Fn(usize) -> u64) -> Self {
        let mut slots = Self::new(count);
        (0..count).for_each(|position| slots.insert(hash(position), position));
        slots
    }

    /// Inserts a position that is not in the table.
    pub fn insert(&mut self, hash: u64, position: usize) {
        let last = self.entries.len() - 1;
        let mut at = self.start(hash);
        while self.entries[at] != 0 {
            at = (at + 1) & last;
        }
        let position = u32::try_from(position + 1).unwrap_or(u32::MAX);
        self.entries[at] = self.tag(hash) | (position & self.mask);
    }

    /// Begins to search for a hash; a loop of nothing but this waits for memory only once.
    #[inline]
    #[must_use]
    pub fn probe(&self, hash: u64) -> Probe {
        let at = self.start(hash);
        Probe {
            at,
            tag: self.tag(hash),
            entry: self.entries[at],
        }
    }

    /// The position that `is_it` accepts.
    #[inline]
    pub fn find(&self, probe: Probe, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let Probe {
            mut at,
            tag,
            mut entry,
        } = probe;
        while entry != 0 {
            let position = (entry & self.mask).wrapping_sub(1);
            if entry & !self.mask == tag && is_it(position) {
                return Some(position);
            }
            at = (at + 1) & (self.entries.len() - 1);
            entry = self.entries[at];
        }
        None
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the table is that large")]
    fn start(&self, hash: u64) -> usize {
        (hash >> self.shift) as usize
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the lower bits are wanted")]
    fn tag(&self, hash: u64) -> u32 {
        hash as u32 & !self.mask
    }
}

/// A hash of two numbers for [`Slots`].
#[inline]
#[must_use]
pub fn pair_hash(one: u32, other: u32) -> u64 {
    let pair = (u64::from(one) << 32) | u64::from(other);
    let product = pair.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (product ^ (product >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_inserted_is_found_and_nothing_else(
            values in prop::collection::btree_set(any::<u64>(), 0..200),
            others in prop::collection::vec(any::<u64>(), 0..50),
            bits in 1u32..64,
        ) {
            let values: Vec<u64> = values.into_iter().collect();
            // Few bits make hashes collide.
            let hash = |value: u64| (value >> (64 - bits)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mut roomy = Slots::new(1000);
            for (position, &value) in values.iter().enumerate() {
                roomy.insert(hash(value), position);
            }
            let filled = Slots::filled(values.len(), |at| hash(values[at]));
            for table in [roomy, filled] {
                for value in values.iter().chain(&others) {
                    let found = table.find(table.probe(hash(*value)), |at| values[at as usize] == *value);
                    let expected = values.iter().position(|v| v == value);
                    prop_assert_eq!(found.map(|at| at as usize), expected);
                }
            }
        }
    }
}
