//! Scores the words around a target by their regions:
//!
//! > `s_c` = √L · Σ over regions r of 1/√`n_r` · Σ over words w in r of `weight_rwc`
//!
//! with `n_r` the known words of the region. L is the counted terms of the target, whose scores
//! these are added to: calibration divides by its root, and so the words of a region weigh the
//! same in every text.

use super::{LevelSum, Scorer, Sum};
use crate::features::{Region, TermCount, Vicinity, WordId};

/// Weights of words by region and label.
#[derive(Debug, Clone, PartialEq)]
pub struct VicinityScorer {
    /// One a region, over the same words and with one column a label; no bias.
    regions: Vec<Scorer>,
}

/// What one word around a target adds to one raw score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordShare {
    /// The word.
    pub word: WordId,
    /// How often it stands near a mention, or 1 where it stands in the text alone.
    pub count: u32,
    /// What it adds.
    pub score: f64,
}

impl VicinityScorer {
    /// A scorer from one a region; `None` where their shapes differ.
    #[must_use]
    pub fn new(regions: Vec<Scorer>) -> Option<Self> {
        let shape = |scorer: &Scorer| (scorer.terms(), scorer.columns());
        let same = regions.windows(2).all(|w| shape(&w[0]) == shape(&w[1]));
        (same && regions.len() == Region::ALL.len()).then(|| Self {
            regions: Scorer::joined(regions),
        })
    }

    /// One scorer a region.
    #[must_use]
    pub fn regions(&self) -> &[Scorer] {
        &self.regions
    }

    /// Number of words.
    #[must_use]
    pub fn words(&self) -> usize {
        self.regions[0].terms()
    }

    /// Number of labels.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.regions[0].columns()
    }

    /// Adds the scores of words to those of the terms of a target.
    pub fn add(&self, sum: &mut Sum, vicinity: &Vicinity) {
        let mut regions = self.nothing();
        for (region, words) in named(vicinity) {
            self.add_words(&mut regions, region, &words.iter().map(|entry| entry.term));
        }
        self.add_regions(sum, &regions);
    }

    /// The sums of no words, one a region.
    #[must_use]
    pub fn nothing(&self) -> Vec<LevelSum> {
        self.regions.iter().map(Scorer::nothing).collect()
    }

    /// Adds words of a region to its sum.
    pub fn add_words(
        &self,
        regions: &mut [LevelSum],
        region: Region,
        words: &(impl Iterator<Item = WordId> + Clone),
    ) {
        let region = region as usize;
        self.regions[region].add_each(&mut regions[region], words);
    }

    /// The levels of the words of a text as a whole, which its targets share but for what they hide.
    #[must_use]
    pub fn text(&self, words: &[TermCount]) -> LevelSum {
        self.regions[Region::Text as usize].add_up(words)
    }

    /// The same as [`Self::add`] with the words of each region summed before.
    pub fn add_regions(&self, sum: &mut Sum, regions: &[LevelSum]) {
        for (scorer, levels) in self.regions.iter().zip(regions) {
            let part = scorer.weigh(levels);
            let factor = factor(sum.length, part.length);
            for (score, more) in sum.scores.iter_mut().zip(part.scores) {
                *score += factor * more;
            }
        }
    }

    /// What each word adds to the score of a label, by rising word.
    #[must_use]
    pub fn shares(&self, length: u64, vicinity: &Vicinity, label: usize) -> Vec<WordShare> {
        let regions = self.regions.iter().zip(named(vicinity));
        // A word above and the place of its share below, which rises with the regions: sorted as one
        // number.
        let mut order: Vec<u64> = Vec::new();
        let mut shares = Vec::new();
        for (scorer, (region, words)) in regions {
            let factor = factor(length, words.len() as u64);
            let (near, level) = (u32::from(region == Region::Near), scorer.column(label));
            let scale = scorer.scales()[label];
            for word in words.iter().map(|entry| entry.term) {
                order.push(u64::from(word) << 32 | shares.len() as u64);
                shares.push((near, factor * (scale * f64::from(level(word)))));
            }
        }
        order.sort_unstable();
        let of_word = order.chunk_by(|a, b| upper(*a) == upper(*b));
        let sum = |of_word: &[u64]| {
            let shares = of_word.iter().map(|&at| shares[lower(at) as usize]);
            WordShare {
                word: upper(of_word[0]),
                count: shares.clone().map(|(near, _)| near).sum::<u32>().max(1),
                score: shares.map(|(_, score)| score).sum(),
            }
        };
        of_word.map(sum).collect()
    }
}

fn upper(both: u64) -> u32 {
    (both >> 32) as u32
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
fn lower(both: u64) -> u32 {
    both as u32
}

fn named(vicinity: &Vicinity) -> impl Iterator<Item = (Region, &[TermCount])> {
    Region::ALL.into_iter().zip(vicinity.regions())
}

/// √(L / `n_r`).
fn factor(length: u64, words: u64) -> f64 {
    (length.max(1) as f64 / words.max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Words, find_mentions, vicinity::read_vicinity};

    fn scorer() -> VicinityScorer {
        let region = |region: usize| {
            let weights = (0..8).map(|at| ((at * 7 + region * 5) % 11) as f64 - 5.0);
            Scorer::rounded(vec![0.0; 2], &weights.collect::<Vec<_>>(), 1)
        };
        VicinityScorer::new((0..Region::ALL.len()).map(region).collect()).unwrap()
    }

    #[test]
    fn shares_add_up_to_the_score() {
        let text = "Bb Orla aa bb bb cc. Bb Orla dd. ".repeat(9);
        let words = Words::read(&[&text], 1000);
        let known = |number: u32| match words.terms()[number as usize].as_str() {
            "aa" => Some(0),
            "bb" => Some(1),
            "cc" => Some(2),
            "dd" => Some(3),
            _ => None,
        };
        let vicinity = read_vicinity(&words, &find_mentions(&words, "Orla"), known);
        let (scores, length) = (vec![0.5, -1.0], 9);
        let mut sum = Sum { scores, length };
        scorer().add(&mut sum, &vicinity);
        for (label, start) in [(0, 0.5), (1, -1.0)] {
            let shares = scorer().shares(length, &vicinity, label);
            let words: Vec<_> = shares.iter().map(|s| (s.word, s.count)).collect();
            // Eight mentions are read.
            assert_eq!(words, [(0, 4), (1, 16), (2, 4), (3, 4)]);
            let total = start + shares.iter().map(|share| share.score).sum::<f64>();
            assert!((total - sum.scores[label]).abs() < 1e-9, "{label}");
        }
    }

    #[test]
    fn regions_are_of_one_shape() {
        let one = |columns| Scorer::rounded(vec![0.0; columns], &[0.0; 6], 1);
        let many = Region::ALL.len();
        assert!(VicinityScorer::new(vec![one(2); many]).is_some());
        assert!(VicinityScorer::new(vec![one(2); many - 1]).is_none());
        let uneven = [vec![one(2); many - 1], vec![one(3)]].concat();
        assert!(VicinityScorer::new(uneven).is_none());
    }
}
