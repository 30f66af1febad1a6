//! Why records are not trained on, for whoever wonders where they are.

use std::{fmt, ops::AddAssign};

/// Records of corpora, and how many are left out for which reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All that were read.
    pub read: u64,
    /// Those of another split than `train`.
    pub other_split: u64,
    /// Those of a `method` that the recipe does not list.
    pub other_method: u64,
    /// Those that another split has as well.
    pub held_out: u64,
    /// Those that are left and teach nothing here.
    pub unlabelled: u64,
}

impl Tally {
    /// How many are left.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.read - self.other_split - self.other_method - self.held_out - self.unlabelled
    }

    /// The same where none of those that are left teaches anything.
    #[must_use]
    pub fn without_labels(self) -> Self {
        Self {
            unlabelled: self.unlabelled + self.kept(),
            ..self
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.other_split += other.other_split;
        self.other_method += other.other_method;
        self.held_out += other.held_out;
        self.unlabelled += other.unlabelled;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} records read", self.read)?;
        let reasons = [
            (self.other_split, "not in split \"train\""),
            (self.other_method, "of a method that is not listed"),
            (self.held_out, "held out, as another split has them too"),
            (self.unlabelled, "without a label or target for it"),
        ];
        let reasons = reasons.into_iter().filter(|&(records, _)| records > 0);
        for (place, (records, reason)) in reasons.enumerate() {
            let before = if place == 0 { "; left out: " } else { ", " };
            write!(f, "{before}{records} {reason}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_that_left_nothing_out_are_not_named() {
        let mut tally = Tally {
            read: 7,
            other_split: 2,
            ..Tally::default()
        };
        tally += Tally {
            read: 3,
            held_out: 3,
            ..Tally::default()
        };
        assert_eq!(tally.kept(), 5);
        assert_eq!(
            tally.without_labels().to_string(),
            "10 records read; left out: 2 not in split \"train\", 3 held out, as another split \
             has them too, 5 without a label or target for it"
        );
        assert_eq!(Tally::default().to_string(), "0 records read");
    }
}
