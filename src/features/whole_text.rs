//! The terms of a longer text as a whole: the same for each of its targets, but for the words that
//! stand nowhere outside of a target's mentions.

use super::{
    TermCount, TermId,
    surroundings::READ_WORDS,
    words::{Mention, Word, Words},
};

/// The terms of a text.
#[derive(Debug, Default)]
pub struct WholeText {
    /// Each counted once.
    entries: Vec<TermCount>,
    /// Of each number of a term among the words that are read.
    terms: Vec<Option<TermId>>,
    /// How many of those words have that number.
    counts: Vec<u32>,
}

impl WholeText {
    /// Looks the terms of a text up: `term` gives that of a number, `any` stands for all texts that
    /// are long enough.
    #[must_use]
    pub fn new(words: &Words, term: impl Fn(u32) -> Option<TermId>, any: Option<TermId>) -> Self {
        if !words.are_many() {
            return Self::default();
        }
        let mut counts = words.counts().to_vec();
        for word in &words.all()[read(words).len()..] {
            counts[word.number as usize] -= 1;
        }
        // Numbers rise with the first places of their terms.
        counts.truncate(counts.partition_point(|&count| count > 0));
        let terms: Vec<_> = (0..).take(counts.len()).map(term).collect();
        let mut entries = Vec::with_capacity(terms.len() + 1);
        entries.extend(terms.iter().copied().flatten().map(once));
        entries.extend(any.map(once));
        Self {
            entries,
            terms,
            counts,
        }
    }

    /// All terms.
    #[must_use]
    pub fn entries(&self) -> &[TermCount] {
        &self.entries
    }

    /// The terms that stand nowhere but in these mentions.
    #[must_use]
    pub fn only_in(&self, words: &Words, mentions: &[Mention]) -> Vec<TermCount> {
        let read = read(words);
        let mut numbers: Vec<usize> = mentions
            .iter()
            .filter_map(|mention| read.get(mention.start..mention.end.min(read.len())))
            .flatten()
            .map(|word| word.number as usize)
            .collect();
        numbers.sort_unstable();
        let of_one = numbers.chunk_by(|a, b| a == b);
        let all = |of_one: &&[usize]| {
            let count = self.counts.get(of_one[0]);
            count.is_some_and(|&count| count as usize == of_one.len())
        };
        let hidden = of_one.filter(all);
        hidden
            .filter_map(|of_one| self.terms[of_one[0]])
            .map(once)
            .collect()
    }
}

fn read(words: &Words) -> &[Word] {
    &words.all()[..words.all().len().min(READ_WORDS)]
}

fn once(term: TermId) -> TermCount {
    TermCount { term, count: 1 }
}
