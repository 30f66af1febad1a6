//! Sums that are not weighed yet: what was added can be taken away.

/// Levels that are summed, and how many counted terms made them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelSum {
    /// One a column.
    pub(super) levels: Vec<i64>,
    pub(super) length: u64,
}

impl LevelSum {
    /// Adds terms that are not part of the sum.
    pub fn add(&mut self, terms: &Self) {
        for (sum, levels) in self.levels.iter_mut().zip(&terms.levels) {
            *sum += levels;
        }
        self.length += terms.length;
    }

    /// Takes terms away that are part of the sum, as often as they were added.
    pub fn take_away(&mut self, terms: &Self) {
        for (sum, levels) in self.levels.iter_mut().zip(&terms.levels) {
            *sum -= levels;
        }
        self.length = self.length.saturating_sub(terms.length);
    }
}
