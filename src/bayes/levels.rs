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

/// Columns that the processor adds at once.
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
/// As many levels of 15 bits surely stay below 2³¹.
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
        let most = self.limits.as_flattened().iter().copied().max();
        let mut again: Vec<TermCount>;
        let mut left = entries;
        for time in 1..=most.unwrap_or(0) {
            for terms in left.chunks(MOST_ROWS) {
                let at = self.add_panels::<PANEL>(terms, time, &mut sums, 0);
                let at = self.add_panels::<2>(terms, time, &mut sums, at);
                self.add_panels::<1>(terms, time, &mut sums, at);
            }
            let more = |entry: &&TermCount| entry.count > time.unsigned_abs().into();
            let mut more_often = Vec::with_capacity(left.len());
            more_often.extend(left.iter().filter(more).copied());
            again = more_often;
            if again.is_empty() {
                break;
            }
            left = &again;
        }
        sums
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
            let [both, uppers] = self.add_panel(entries, at, &mask);
            // What was added to the lower levels, at most 2³⁰.
            let raised = i64::try_from(entries.len()).unwrap_or(0) * i64::from(RAISE);
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

    /// The sums of the pairs of at most [`MOST_ROWS`] rows, and those of their upper levels. Apart
    /// from what is done with them, so that the compiler sees nothing but numbers of 32 bits.
    #[inline(never)]
    fn add_panel<const N: usize>(
        self,
        entries: &[TermCount],
        at: usize,
        mask: &[Pairs; N],
    ) -> [[Pairs; N]; 2] {
        let (mut both, mut uppers) = ([[0u32; 2]; N], [[0u32; 2]; N]);
        for batch in entries.chunks(BATCH) {
            if at == 0 {
                self.fetch(batch);
            }
            for row in self.panels::<N>(batch, at) {
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
        [both, uppers]
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
