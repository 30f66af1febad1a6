//! Exact sums of rows of levels: the loop that an article spends most of its scoring in.
//!
//! A row is added as often as its term counts. Rows are fetched in batches and added in panels of
//! columns whose sums stay in registers.
//!
//! Two levels of 16 bits make a number of 32. The sum of such numbers and that of their upper
//! halves, both modulo 2³², give both sums of levels: no level has to be widened, and every
//! processor adds eight of them with a few instructions. The lower level is raised by 2¹⁵ so that
//! it borrows nothing from the upper one.

use crate::features::TermCount;

/// Columns of a block.
pub const LANES: usize = 4;
/// The levels of some columns of one term.
pub type Block = [i16; LANES];
/// The sums of as many columns.
pub type BlockSum = [i64; LANES];

/// Blocks in a cache line.
const LINE: usize = 64 / size_of::<Block>();
/// Rows that are fetched together.
const BATCH: usize = 16;
/// Blocks whose sums fit into the sixteen registers of the smallest processor.
const PANEL: usize = 10;
/// The sums of so many levels, raised or not, surely stay below 2³¹.
const MOST_ROWS: usize = 1 << 15;

/// Some columns of a table.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'t> {
    /// Row by row.
    pub blocks: &'t [Block],
    /// Blocks of a row.
    pub stride: usize,
    /// Those of the columns.
    pub first: usize,
    /// How many occurrences of a term each column counts, at least 1.
    pub limits: &'t [Block],
}

impl<'t> Columns<'t> {
    /// The sums of the rows of terms.
    #[must_use]
    pub fn sums(self, entries: &[TermCount]) -> Vec<BlockSum> {
        let mut sums = vec![[0; LANES]; self.limits.len()];
        self.add(entries, 1, &mut sums);
        let most = self.limits.as_flattened().iter().copied().max();
        let again = entries.iter().filter(|entry| entry.count > 1);
        let mut left: Vec<TermCount> = again.copied().collect();
        for time in 2..=most.unwrap_or(0) {
            if left.is_empty() {
                break;
            }
            self.add(&left, time, &mut sums);
            left.retain(|entry| entry.count > time.unsigned_abs().into());
        }
        sums
    }

    /// Adds the rows of terms that occur at least `time` times, in the columns that count so many.
    fn add(self, entries: &[TermCount], time: i16, sums: &mut [BlockSum]) {
        for terms in entries.chunks(MOST_ROWS) {
            let at = self.add_panels::<PANEL>(terms, time, sums, 0);
            let at = self.add_panels::<2>(terms, time, sums, at);
            self.add_panels::<1>(terms, time, sums, at);
        }
    }

    /// Adds as many panels of N blocks as there are from a block on; gives back where they end.
    fn add_panels<const N: usize>(
        self,
        entries: &[TermCount],
        time: i16,
        sums: &mut [BlockSum],
        mut at: usize,
    ) -> usize {
        while let (Some(limits), Some(sums)) = (
            self.limits[at..].first_chunk::<N>(),
            sums[at..].first_chunk_mut::<N>(),
        ) {
            // The columns that count a term so many times.
            let counting = |limit: i16| if limit >= time { -1 } else { 0 };
            let mask = limits.map(|limits| pairs(limits.map(counting)));
            let ([both, uppers], rows) = self.add_panel(entries, at, &mask);
            let raised = rows * i64::from(RAISE);
            for ((sums, both), uppers) in sums.iter_mut().zip(both).zip(uppers) {
                for ((sums, both), upper) in sums.chunks_exact_mut(2).zip(both).zip(uppers) {
                    sums[0] += i64::from(both.wrapping_sub(upper << 16)) - raised;
                    sums[1] += i64::from(upper.cast_signed());
                }
            }
            at += N;
        }
        at
    }

    /// The sums of the pairs of at most [`MOST_ROWS`] rows, those of their upper levels, and how
    /// many rows they are. Apart from what is done with them, so that the compiler sees nothing but
    /// numbers of 32 bits.
    #[inline(never)]
    fn add_panel<const N: usize>(
        self,
        entries: &[TermCount],
        at: usize,
        mask: &[Pairs; N],
    ) -> ([[Pairs; N]; 2], i64) {
        let (mut both, mut uppers): ([Pairs; N], [Pairs; N]) = ([[0; 2]; N], [[0; 2]; N]);
        let mut rows = 0;
        for batch in entries.chunks(BATCH) {
            if at == 0 {
                self.fetch(batch);
            }
            for row in self.panels::<N>(batch, at) {
                rows += 1;
                for block in 0..N {
                    for (lane, pair) in pairs(row[block]).into_iter().enumerate() {
                        let pair = (pair & mask[block][lane]) ^ RAISE;
                        let upper = (pair.cast_signed() >> 16).cast_unsigned();
                        both[block][lane] = both[block][lane].wrapping_add(pair);
                        uppers[block][lane] = uppers[block][lane].wrapping_add(upper);
                    }
                }
            }
        }
        ([both, uppers], rows)
    }

    /// N blocks of each row, from one of the columns' own on.
    #[inline]
    fn panels<const N: usize>(
        self,
        entries: &[TermCount],
        at: usize,
    ) -> impl Iterator<Item = &'t [Block; N]> {
        let place = move |entry: &TermCount| entry.term as usize * self.stride + self.first + at;
        let panel = move |entry| self.blocks.get(place(entry)..)?.first_chunk();
        entries.iter().filter_map(panel)
    }

    /// Reads a level of each cache line of the rows. A table is larger than the nearest caches;
    /// loads that nothing waits for overlap, while those between additions come one by one.
    #[inline]
    fn fetch(self, entries: &[TermCount]) {
        let mut read = 0;
        for line in (0..self.limits.len()).step_by(LINE) {
            for [[level, ..]] in self.panels(entries, line) {
                read ^= level;
            }
        }
        std::hint::black_box(read);
    }
}

/// Two columns in each number.
type Pairs = [u32; LANES / 2];

#[inline]
fn pairs(block: Block) -> Pairs {
    let pair = |at: usize| {
        let (lower, upper) = (block[at].cast_unsigned(), block[at + 1].cast_unsigned());
        u32::from(lower) | (u32::from(upper) << 16)
    };
    [pair(0), pair(2)]
}

/// What is added to the lower of two levels, which flips its highest bit.
const RAISE: u32 = 1 << 15;
