//! Where each word of a text stands, and so where a name does.

use super::words::{Mention, Word, Words, is_article};

/// The longest name, in words; a longer one is never found.
pub const MAX_TARGET_WORDS: usize = 16;
/// Mentions of one target past this one are passed over.
pub const MAX_MENTIONS: usize = 1000;

/// The words of a text by their term. Looking for a name costs as much as its words occur, not as
/// the text is long.
#[derive(Debug, Clone)]
pub struct Places<'w> {
    words: &'w Words,
    /// Where the positions of each number start in `positions`.
    starts: Vec<u32>,
    positions: Vec<u32>,
}

/// The words of a name, and what stands for all of it.
struct Name<'z> {
    /// `None` of a word that the text does not have.
    numbers: Vec<Option<u32>>,
    short: ShortForms,
    /// The text, where marks between its words may not part them.
    zones: Option<&'z [&'z str]>,
}

/// The terms that stand for a name of several: the last one, and this without its article, or with
/// `al-` (`al-Assad`, `Assad`).
pub type ShortForms = [Option<u32>; 2];

impl<'w> Places<'w> {
    /// Sorts the words of a text by their terms.
    #[must_use]
    pub fn new(words: &'w Words) -> Self {
        let all = words.all();
        let mut starts = Vec::with_capacity(words.terms().len() + 1);
        starts.push(0);
        let ends = words.counts().iter().scan(0, |end, count| {
            *end += count;
            Some(*end)
        });
        starts.extend(ends);
        let mut next = starts.clone();
        let mut positions = vec![0; all.len()];
        for (at, word) in (0..).zip(all) {
            let next = &mut next[word.number as usize];
            positions[*next as usize] = at;
            *next += 1;
        }
        Self {
            words,
            starts,
            positions,
        }
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &'w Words {
        self.words
    }

    /// Where the words of a term stand.
    #[must_use]
    pub fn positions(&self, number: u32) -> &[u32] {
        let number = number as usize;
        &self.positions[self.starts[number] as usize..self.starts[number + 1] as usize]
    }

    /// Where the words of `target` follow each other, in any case and with or without possessive
    /// `'s`. The last word of a longer name stands for all of it: `Putin` for `Vladimir Putin`.
    #[must_use]
    pub fn mentions(&self, target: &Words) -> Vec<Mention> {
        let number = |word| self.words.number(target.term_of(word));
        let core = &target.all()[..core_len(target.all(), target)];
        let numbers = core.iter().map(number);
        self.find(&Name {
            numbers: numbers.collect(),
            short: self.short_forms_of(core, target),
            zones: None,
        })
    }

    /// Where the words of a place in this text stand as a name, with no mark between them that
    /// parts them. Names that a caller gives are found across marks as well.
    #[must_use]
    pub fn mentions_of(&self, name: &Mention, zones: &[&str]) -> Vec<Mention> {
        let numbers = self.words.all()[name.clone()].iter();
        self.find(&Name {
            numbers: numbers.map(|word| Some(word.number)).collect(),
            short: self.short_forms(name),
            zones: Some(zones),
        })
    }

    /// What stands for the name at a place in this text.
    #[must_use]
    pub fn short_forms(&self, name: &Mention) -> ShortForms {
        let name = &self.words.all()[name.clone()];
        self.short_forms_of(&name[..core_len(name, self.words)], self.words)
    }

    fn short_forms_of(&self, core: &[Word], of: &Words) -> ShortForms {
        let last = core.last().filter(|last| {
            let term = of.term_of(last);
            core.len() > 1 && last.capital && term.len() > 1 && !matches!(term, "ii" | "iii" | "iv")
        });
        let Some(term) = last.map(|last| of.term_of(last)) else {
            return [None; 2];
        };
        let article = term
            .split_once('-')
            .filter(|(article, _)| is_article(article));
        let other = match article {
            Some((_, bare)) => self.words.number(bare),
            None => self.words.number(&format!("al-{term}")),
        };
        [self.words.number(term), other]
    }

    fn find(&self, name: &Name<'_>) -> Vec<Mention> {
        let numbers = &name.numbers;
        if numbers.len() > MAX_TARGET_WORDS {
            return Vec::new();
        }
        let positions = |number: Option<u32>| number.map_or(&[][..], |n| self.positions(n));
        let [last, other] = name.short;
        // A word that the text lacks is nowhere, nor is the name.
        let whole = numbers.iter().all(Option::is_some);
        let first = numbers.first().copied().flatten().filter(|_| whole);
        let mut lists = [first, last, other].map(positions);
        let mut mentions = Vec::new();
        let mut end = 0;
        while mentions.len() < MAX_MENTIONS
            && let Some(at) = next_of(&mut lists)
        {
            if at < end {
                continue;
            }
            let length = if self.is_at(at, name) {
                numbers.len()
            } else {
                let word = &self.words.all()[at];
                usize::from(word.capital && name.short.contains(&Some(word.number)))
            };
            if length > 0 {
                end = at + length;
                mentions.push(at..end);
            }
        }
        mentions
    }

    fn is_at(&self, at: usize, name: &Name<'_>) -> bool {
        let numbers = &name.numbers;
        let window = self.words.all().get(at..at + numbers.len());
        window.is_some_and(|window| {
            let equal = |(word, wanted): (&Word, &Option<u32>)| Some(word.number) == *wanted;
            let joined = |zones| window.windows(2).all(|pair| are_joined(pair, zones));
            window[0].zone == window[window.len() - 1].zone
                && window.iter().zip(numbers).all(equal)
                && name.zones.is_none_or(joined)
        })
    }
}

/// Whether what stands between two words lets them be parts of one name: white space, a hyphen, an
/// apostrophe, an ampersand, or the full stop of an initial.
fn are_joined(pair: &[Word], zones: &[&str]) -> bool {
    let [one, next] = pair else {
        return true;
    };
    let gap = &zones[one.zone][one.span.end..next.span.start];
    let joins = |c: char| c.is_whitespace() || "-'\u{2019}.&".contains(c);
    next.follows || gap.chars().all(joins) && (one.sentence == next.sentence || !gap.contains('.'))
}

/// Whether this stands behind a name without being part of what it is called.
#[rustfmt::skip]
#[must_use]
pub fn is_suffix(term: &str) -> bool {
    matches!(
        term,
        "ab" | "ag" | "as" | "asa" | "bhd" | "bv" | "co" | "company" | "corp" | "corporation" | "gmbh" | "inc"
            | "jr" | "limited" | "llc" | "llp" | "ltd" | "nv" | "oy" | "plc" | "sa" | "sdn" | "se"
            | "spa" | "sr"
    )
}

/// How many words a name has without what only stands behind it: one in `Brook Ltd`.
#[must_use]
pub fn core_len(name: &[Word], of: &Words) -> usize {
    let suffix = |word: &&Word| word.capital && is_suffix(of.term_of(word));
    let suffixes = name.iter().skip(1).rev().take_while(suffix).count();
    name.len() - suffixes
}

/// The smallest of the first places of these lists, taken off.
fn next_of(lists: &mut [&[u32]; 3]) -> Option<usize> {
    let first = lists.iter_mut().filter(|list| !list.is_empty());
    let list = first.min_by_key(|list| list[0])?;
    let (&first, rest) = list.split_first()?;
    *list = rest;
    Some(first as usize)
}

/// Where one target is named; see [`Places::mentions`].
#[must_use]
pub fn find_mentions(words: &Words, target: &str) -> Vec<Mention> {
    Places::new(words).mentions(&Words::read(&[target], u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Looks at every word.
    fn by_definition(words: &Words, target: &str) -> Vec<Mention> {
        let target = Words::read(&[target], u32::MAX);
        if target.all().is_empty() {
            return Vec::new();
        }
        let all = target.all();
        let suffix = |w: &Word| w.capital && target.term_of(w) == "ltd";
        let suffixes = all.iter().skip(1).rev().take_while(|w| suffix(w)).count();
        let target_words = &all[..all.len() - suffixes];
        let terms: Vec<&str> = target_words.iter().map(|w| target.term_of(w)).collect();
        let last = terms.len() - 1;
        let short = last > 0 && target_words[last].capital && terms[last].len() > 1;
        let bare = |term: &str| term.strip_prefix("al-").unwrap_or(term).to_owned();
        let whole_at = |at: usize| {
            let window = words.all().get(at..at + terms.len());
            window.is_some_and(|window| {
                let mut pairs = window.iter().zip(&terms);
                window.iter().all(|word| word.zone == window[0].zone)
                    && pairs.all(|(word, wanted)| words.term_of(word) == *wanted)
            })
        };
        let mut mentions = Vec::new();
        let mut at = 0;
        while at < words.all().len() {
            let named = words.all()[at].capital && bare(words.term(at)) == bare(terms[last]);
            let length = if whole_at(at) {
                terms.len()
            } else {
                usize::from(short && named)
            };
            if length > 0 {
                mentions.push(at..at + length);
            }
            at += length.max(1);
        }
        mentions
    }

    #[test]
    fn mentions_are_found_in_any_case_and_by_the_last_name() {
        let zones = [
            "Orlan\u{2019}s army retreats",
            "The army of ORLAN left. Anna Orlan, of Orlandia, was silent. Then orlan fell",
        ];
        let words = Words::read(&zones, 1000);
        let found = |target: &str| -> Vec<&str> {
            let mentions = find_mentions(&words, target).into_iter();
            let text = |m: Mention| {
                let (first, last) = (&words.all()[m.start], &words.all()[m.end - 1]);
                &zones[first.zone][first.span.start..last.span.end]
            };
            mentions.map(text).collect()
        };
        assert_eq!(
            found("Orlan"),
            ["Orlan\u{2019}s", "ORLAN", "Orlan", "orlan"]
        );
        assert_eq!(found("Orlan army"), ["Orlan\u{2019}s army"]);
        assert_eq!(
            found("Anna Orlan"),
            ["Orlan\u{2019}s", "ORLAN", "Anna Orlan"]
        );
        assert!(found("...").is_empty() && found("retreats T").is_empty());
    }

    #[test]
    fn marks_part_the_words_of_a_name_of_the_text() {
        for (text, mentions) in [
            ("Ann Orlan, Ann\nOrlan and Ann  Orlan", 3),
            ("J. Orlan told J. Orlan", 2),
            ("New-Orlan and New Orlan", 1),
            ("Ann Orlan said: Ann, Orlan; Ann. Orlan! Ann (Orlan)", 1),
        ] {
            let words = Words::read(&[text], 1000);
            let whole = Places::new(&words).mentions_of(&(0..2), &[text]);
            let whole = whole.iter().filter(|mention| mention.len() == 2);
            assert_eq!(whole.count(), mentions, "{text}");
        }
        let words = Words::read(&["Ann, Orlan"], 1000);
        assert_eq!(find_mentions(&words, "Ann Orlan").first(), Some(&(0..2)));
    }

    proptest! {
        #[test]
        fn mentions_lie_in_the_text(title in any::<String>(), body in any::<String>(), target in any::<String>()) {
            let zones = [title.as_str(), body.as_str()];
            let words = Words::read(&zones, 10_000);
            for mention in find_mentions(&words, &target) {
                prop_assert!(mention.start < mention.end && mention.end <= words.all().len());
            }
        }

        #[test]
        fn no_mention_is_missed(
            title in "((Anna|Orlan|orlan|b) ){0,5}",
            body in "((Anna|Orlan|orlan|ANNA|Orlan's|al-Orlan|Ltd|b)[ .] ?){0,40}",
            target in "(Anna|Orlan|orlan|b)( (Anna|Orlan|al-Orlan|orlan|b)){0,3}( Ltd)?",
        ) {
            let words = Words::read(&[title.as_str(), body.as_str()], 10_000);
            prop_assert_eq!(find_mentions(&words, &target), by_definition(&words, &target));
        }
    }
}
