//! Which words keep which company: positive pointwise mutual information of neighbouring words
//! (Church and Hanks 1990; Levy, Goldberg and Dagan 2015).

use rayon::prelude::*;

use super::word_vectors::single;
use crate::features::WordId;

/// Positive pointwise mutual information of words, row by row; symmetric.
#[derive(Debug)]
pub struct Company {
    /// (other word, information) by rising word.
    rows: Vec<Vec<(WordId, f32)>>,
}

impl Company {
    /// Words to each side that keep a word company.
    pub const REACH: usize = 3;
    /// What stands in a text for a word that does not count. So many of these as a word reaches
    /// part one text from the next.
    pub const GAP: WordId = WordId::MAX;

    /// Counts the pairs of words at most [`Self::REACH`] apart in `text`, numbers below `words` or
    /// [`Self::GAP`].
    #[must_use]
    pub fn of(text: &[WordId], words: usize) -> Self {
        let mut places: Vec<(WordId, u32)> = text.iter().copied().zip(0..).collect();
        places.retain(|&(word, _)| word != Self::GAP);
        places.par_sort_unstable();
        let of_word = |word: usize| {
            let start = places.partition_point(|&(other, _)| (other as usize) < word);
            let places = &places[start..];
            &places[..places.partition_point(|&(other, _)| other as usize == word)]
        };
        let counts = (0..words).into_par_iter().map_init(
            || vec![0u32; words],
            |counts, word| count(text, of_word(word), counts),
        );
        let counts: Vec<Vec<(WordId, u32)>> = counts.collect();
        let total = |row: &Vec<(WordId, u32)>| row.iter().map(|&(_, n)| f64::from(n)).sum::<f64>();
        let totals: Vec<f64> = counts.iter().map(total).collect();
        let all: f64 = totals.iter().sum();
        let rows = counts.into_par_iter().enumerate().map(|(word, row)| {
            let information = |(other, n): (WordId, u32)| {
                let chance = totals[word] * totals[other as usize] / all;
                let information = libm::log(f64::from(n) / chance);
                (information > 0.0).then_some((other, single(information)))
            };
            row.into_iter().filter_map(information).collect()
        });
        Self {
            rows: rows.collect(),
        }
    }

    /// The words that tell of each word, with how much they do, by rising word.
    #[must_use]
    pub fn rows(&self) -> &[Vec<(WordId, f32)>] {
        &self.rows
    }
}

/// How often each other word stands near one at `places`; leaves `counts` as it was, all zeros.
fn count(text: &[WordId], places: &[(WordId, u32)], counts: &mut [u32]) -> Vec<(WordId, u32)> {
    let mut met = Vec::new();
    for &(_, place) in places {
        let place = place as usize;
        let near =
            place.saturating_sub(Company::REACH)..(place + Company::REACH + 1).min(text.len());
        for at in near {
            let other = text[at];
            if at == place || other == Company::GAP {
                continue;
            }
            if counts[other as usize] == 0 {
                met.push(other);
            }
            counts[other as usize] += 1;
        }
    }
    met.sort_unstable();
    let take = |other: WordId| (other, std::mem::take(&mut counts[other as usize]));
    met.into_iter().map(take).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_meet_more_than_by_chance_tell_of_each_other() {
        let gap = Company::GAP;
        let text = [0, 1, gap, gap, gap, 2, gap, 3, gap, gap, gap, 0, 1, 2, 3];
        let company = Company::of(&text, 4);
        // Pairs, each seen from both of its words: 01 twice, 02, 03, 12 and 13 once, 23 twice.
        let information = |word: usize, other: WordId| {
            let row = company.rows()[word].iter();
            row.clone().find(|&&(o, _)| o == other).map(|&(_, i)| i)
        };
        let expected = single(libm::log(2.0 / (4.0 * 4.0 / 16.0)));
        assert_eq!(information(0, 1), Some(expected));
        assert_eq!(information(3, 2), information(2, 3));
        assert_eq!(
            (information(2, 3), information(0, 2)),
            (Some(expected), None)
        );
    }
}
