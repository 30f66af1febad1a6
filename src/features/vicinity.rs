//! The words around the mentions of a target by the region that they stand in.
//!
//! [`super::target`] makes a term of a region and a word, with a weight of its own. Here they stay
//! apart, so that words of like meaning can share what is learnt of a region.

use super::TermCount;
#[cfg(test)]
use super::{
    Lexicon, Mention, Words,
    surroundings::{Extent, Surroundings},
    target_terms::Written,
    tones::Tones,
};

/// Number of a word among those that are known.
pub type WordId = u32;

/// Where a word stands, seen from the mentions of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// In the sentence of a mention, at most 25 words away; counted once a sentence.
    Near,
    /// At most 12 words before a mention.
    Before,
    /// At most 4 words before it.
    JustBefore,
    /// Right before it.
    NextBefore,
    /// At most 12 words after it.
    After,
    /// At most 4 words after it.
    JustAfter,
    /// Right after it.
    NextAfter,
    /// Before or after it with nothing but spaces between.
    Clause,
    /// In a text of more than 60 words, anywhere in the first 2,000; counted once.
    Text,
}

impl Region {
    /// All regions, in the order of model files.
    pub const ALL: [Self; 9] = [
        Self::Near,
        Self::Before,
        Self::JustBefore,
        Self::NextBefore,
        Self::After,
        Self::JustAfter,
        Self::NextAfter,
        Self::Clause,
        Self::Text,
    ];
}

/// The known words of each region. A mention hides its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vicinity([Vec<TermCount>; Region::ALL.len()]);

impl Vicinity {
    /// Adds words to a region.
    pub(super) fn extend(&mut self, region: Region, words: impl Iterator<Item = WordId>) {
        let words = words.map(|term| TermCount { term, count: 1 });
        self.0[region as usize].extend(words);
    }

    /// The known words of a region, as they are read.
    #[must_use]
    pub fn words(&self, region: Region) -> &[TermCount] {
        &self.0[region as usize]
    }

    /// Every region with its words.
    pub fn regions(&self) -> impl Iterator<Item = &[TermCount]> {
        self.0.iter().map(Vec::as_slice)
    }
}

/// The regions of a target; `known` numbers the known ones among the terms of a text.
#[cfg(test)]
pub fn read_vicinity(
    words: &Words,
    mentions: &[Mention],
    known: impl Fn(u32) -> Option<WordId>,
) -> Vicinity {
    let mut vicinity = Vicinity::default();
    let tones = Tones::by(&Lexicon::default(), words);
    let terms = Written::new(words, |_, _| {});
    Surroundings::visit(
        words,
        &tones,
        mentions,
        Extent::All,
        terms,
        |region, run| {
            let numbers = words.all()[run].iter().map(|word| word.number);
            vicinity.extend(region, numbers.filter_map(&known));
        },
    );
    vicinity
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::find_mentions;
    use proptest::prelude::*;

    /// The words of a region.
    fn words_of(text: &str, region: Region) -> String {
        let words = Words::read(&[text], 1000);
        let mentions = find_mentions(&words, "Orla Brandt");
        let vicinity = read_vicinity(&words, &mentions, Some);
        let terms = vicinity.words(region).iter();
        let terms: Vec<&str> = terms
            .map(|entry| words.terms()[entry.term as usize].as_str())
            .collect();
        terms.join(" ")
    }

    #[test]
    fn words_are_told_by_region() {
        let text = "Rain fell. After a year of drought, critics praised Orla Brandt again, and \
            Brandt smiled.";
        let near = "after a year of drought critics praised again and smiled";
        for (region, words) in [
            (Region::Near, near),
            (
                Region::Before,
                "after a year of drought critics praised after a year of drought critics praised \
                 again and",
            ),
            (Region::JustBefore, "of drought critics praised again and"),
            (Region::NextBefore, "praised and"),
            (Region::After, "again and smiled smiled"),
            (Region::JustAfter, "again and smiled smiled"),
            (Region::NextAfter, "again smiled"),
            (Region::Clause, "critics praised again and smiled"),
            (Region::Text, ""),
        ] {
            assert_eq!(words_of(text, region), words, "{region:?}");
        }
        let long = format!("{text} {}", "It rained all day here. ".repeat(13));
        let text = "rain fell after a year of drought critics praised again and smiled it rained \
            all day here";
        assert_eq!(words_of(&long, Region::Text), text);
        assert_eq!(words_of("Rain fell.", Region::Near), "");
    }

    proptest! {
        #[test]
        fn places_lie_in_the_text_and_are_no_mentions(
            text in "(Orla|[a-c]{1,2}|[A-C])([ .,] ?(Orla|[a-c]{1,2}|[A-C])){0,90}",
        ) {
            let words = Words::read(&[&text], 1000);
            let mentions = find_mentions(&words, "Orla");
            let tones = Tones::by(&Lexicon::default(), &words);
            let terms = Written::new(&words, |_, _| {});
            Surroundings::visit(&words, &tones, &mentions, Extent::All, terms, |_, run| {
                assert!(!run.is_empty() && run.end <= words.all().len());
                let mut run = run;
                assert!(run.all(|at| mentions.iter().all(|mention| !mention.contains(&at))));
            });
        }
    }
}
