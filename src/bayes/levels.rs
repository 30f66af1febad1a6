//! Exact sums of rows of levels: the loop that an article spends most of its scoring in.
//!
//! A row is added as often as its term counts. Rows are added in batches that are fetched together,
//! and in panels of columns whose sums stay in registers.
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
/// Terms that are added together.
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
            let mut partial = Partial::of(self, time);
            for terms in left.chunks(MOST_ROWS) {
                partial.add(terms);
                partial.move_to(&mut sums);
            }
            let more = |entry: &&TermCount| entry.count > time.unsigned_abs().into();
            again = left.iter().filter(more).copied().collect();
            if again.is_empty() {
                break;
            }
            left = &again;
        }
        sums
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

fn pairs(block: Block) -> Pairs {
    let pair = |at: usize| {
        let (lower, upper) = (block[at].cast_unsigned(), block[at + 1].cast_unsigned());
        u32::from(lower) | (u32::from(upper) << 16)
    };
    [pair(0), pair(2)]
}

/// What is added to the lower of two levels, which flips its highest bit.
const RAISE: u32 = 1 << 15;

/// The upper of two levels.
fn upper(pair: u32) -> i32 {
    pair.cast_signed() >> 16
}

/// Sums of at most [`MOST_ROWS`] rows.
struct Partial<'t> {
    columns: Columns<'t>,
    /// Which columns are summed.
    mask: Vec<Pairs>,
    both: Vec<Pairs>,
    upper: Vec<Pairs>,
    rows: u32,
}

impl<'t> Partial<'t> {
    /// Zero, to sum the columns that count a term so many times.
    fn of(columns: Columns<'t>, times: i16) -> Self {
        let mask = |limit: i16| if limit >= times { -1 } else { 0 };
        let mask = |limits: &Block| pairs(limits.map(mask));
        Self {
            columns,
            mask: columns.limits.iter().map(mask).collect(),
            both: vec![[0; 2]; columns.limits.len()],
            upper: vec![[0; 2]; columns.limits.len()],
            rows: 0,
        }
    }

    fn add(&mut self, entries: &[TermCount]) {
        for batch in entries.chunks(BATCH) {
            self.rows += u32::try_from(batch.len()).unwrap_or(0);
            self.columns.fetch(batch);
            let at = self.add_panels::<PANEL>(batch, 0);
            let at = self.add_panels::<2>(batch, at);
            self.add_panels::<1>(batch, at);
        }
    }

    /// Adds as many panels of N blocks as there are from a block on; gives back where they end.
    fn add_panels<const N: usize>(&mut self, batch: &[TermCount], mut at: usize) -> usize {
        while let (Some(mask), Some(both), Some(upper)) = (
            self.mask[at..].first_chunk::<N>(),
            self.both[at..].first_chunk_mut::<N>(),
            self.upper[at..].first_chunk_mut::<N>(),
        ) {
            add_panel(both, upper, mask, self.columns.panels(batch, at));
            at += N;
        }
        at
    }

    /// Moves the sums of the levels.
    fn move_to(&mut self, sums: &mut [BlockSum]) {
        for ((sums, both), uppers) in sums.iter_mut().zip(&mut self.both).zip(&mut self.upper) {
            for ((sums, both), upper) in sums.chunks_exact_mut(2).zip(both).zip(uppers) {
                let lower = both.wrapping_sub(*upper << 16);
                sums[0] += i64::from(lower) - i64::from(self.rows * RAISE);
                sums[1] += i64::from(upper.cast_signed());
                (*both, *upper) = (0, 0);
            }
        }
        self.rows = 0;
    }
}

#[inline]
fn add_panel<'r, const N: usize>(
    both: &mut [Pairs; N],
    uppers: &mut [Pairs; N],
    mask: &[Pairs; N],
    rows: impl Iterator<Item = &'r [Block; N]>,
) {
    let (mut all, mut high) = (*both, *uppers);
    for row in rows {
        for block in 0..N {
            let pairs = pairs(row[block]);
            for lane in 0..LANES / 2 {
                let pair = (pairs[lane] & mask[block][lane]) ^ RAISE;
                all[block][lane] = all[block][lane].wrapping_add(pair);
                high[block][lane] = high[block][lane].wrapping_add(upper(pair).cast_unsigned());
            }
        }
    }
    (*both, *uppers) = (all, high);
}
