//! The words around the mentions of a target by the region that they stand in.
//!
//! [`super::target`] makes a term of a region and a word, with a weight of its own. Here they stay
//! apart, so that words of like meaning can share what is learnt of a region.

use super::{
    TermCount,
    surroundings::{Extent, JUST, READ_MENTIONS, READ_WORDS, SIDE, window},
    words::{Mention, Words},
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
    /// At most 12 words after it.
    After,
    /// At most 4 words after it.
    JustAfter,
    /// Before or after it with nothing but spaces between.
    Clause,
    /// In a text of more than 60 words, anywhere in the first 2,000; counted once.
    Text,
}

impl Region {
    /// All regions, in the order of model files.
    pub const ALL: [Self; 7] = [
        Self::Near,
        Self::Before,
        Self::JustBefore,
        Self::After,
        Self::JustAfter,
        Self::Clause,
        Self::Text,
    ];
}

/// The known words of each region. A mention hides its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vicinity([Vec<TermCount>; Region::ALL.len()]);

impl Vicinity {
    /// Reads the regions of a target; `known` numbers the known ones among the terms of a text.
    #[must_use]
    pub fn read(
        words: &Words,
        mentions: &[Mention],
        extent: Extent,
        known: impl Fn(u32) -> Option<WordId>,
    ) -> Self {
        let mut vicinity = Self::default();
        for_each_place(words, mentions, extent, |region, at| {
            let word = known(words.all()[at].number);
            let once = |term| TermCount { term, count: 1 };
            vicinity.0[region as usize].extend(word.map(once));
        });
        vicinity
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

/// Visits the places of the regions of a target: all of them, or those around its mentions.
pub fn for_each_place(
    words: &Words,
    mentions: &[Mention],
    extent: Extent,
    visit: impl FnMut(Region, usize),
) {
    let mut masked = vec![false; words.all().len()];
    for mention in mentions {
        masked[mention.clone()].fill(true);
    }
    let mut places = Places {
        words,
        masked,
        visit,
    };
    let mut last = 0..0;
    for mention in mentions.iter().take(READ_MENTIONS) {
        let window = window(words.all(), mention);
        if window != last {
            places.put(Region::Near, window.clone());
        }
        places.sides(&window, mention);
        last = window;
    }
    if extent == Extent::All && !mentions.is_empty() && words.are_many() {
        places.text();
    }
}

struct Places<'w, V> {
    words: &'w Words,
    masked: Vec<bool>,
    visit: V,
}

impl<V: FnMut(Region, usize)> Places<'_, V> {
    fn put(&mut self, region: Region, places: Mention) {
        for at in places.filter(|&at| !self.masked[at]) {
            (self.visit)(region, at);
        }
    }

    fn sides(&mut self, window: &Mention, mention: &Mention) {
        let before = |most| window.start.max(mention.start.saturating_sub(most))..mention.start;
        let after = |most| mention.end..window.end.min(mention.end + most);
        self.put(Region::Before, before(SIDE));
        self.put(Region::JustBefore, before(JUST));
        self.put(Region::After, after(SIDE));
        self.put(Region::JustAfter, after(JUST));
        let all = self.words.all();
        let start = (window.start..mention.start).rev();
        let start = start.take_while(|at| all[at + 1].follows).last();
        let end = after(usize::MAX - mention.end).take_while(|&at| all[at].follows);
        self.put(
            Region::Clause,
            start.unwrap_or(mention.start)..mention.start,
        );
        self.put(Region::Clause, mention.end..mention.end + end.count());
    }

    fn text(&mut self) {
        let all = self.words.all();
        let mut seen = vec![false; self.words.terms().len()];
        for at in (0..all.len().min(READ_WORDS)).filter(|&at| !self.masked[at]) {
            if !std::mem::replace(&mut seen[all[at].number as usize], true) {
                (self.visit)(Region::Text, at);
            }
        }
    }
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
        let vicinity = Vicinity::read(&words, &mentions, Extent::All, Some);
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
            (Region::After, "again and smiled smiled"),
            (Region::JustAfter, "again and smiled smiled"),
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
            for_each_place(&words, &mentions, Extent::All, |_, at| {
                assert!(at < words.all().len());
                assert!(mentions.iter().all(|mention| !mention.contains(&at)));
            });
        }
    }
}
