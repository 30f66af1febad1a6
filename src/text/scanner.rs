//! Tokens and their folded words in one pass over the bytes.
//!
//! Most words of a news text are plain letters before a space or a comma. Those are told and
//! folded eight bytes at a time, within a register ("SIMD within a register", Lamport 1975);
//! most others are plain words with an apostrophe, a hyphen or digits and are read byte by byte.
//! Everything else (prices, acronyms, letters outside of ASCII) goes to the
//! [`tokenizer`](super::tokenizer) and to [`fold_into`], which stay the
//! definition of what a word is. A property test holds all roads together.

use super::{
    bytes::{ends, skip},
    fold::fold_into,
    joined::joined_word,
    tokenizer::{Tokens, token_end},
};

/// A folded word of at most [`WordKey::MAX_BYTES`] bytes, padded with zeros: two numbers that are
/// compared and hashed at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordKey {
    low: u64,
    high: u64,
}

impl WordKey {
    /// The longest word that fits.
    pub const MAX_BYTES: usize = 16;

    /// The key of a word, if it fits. There is none for a text with a zero byte, which no token
    /// has, nor with a space, which is more than one word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let unfit = |byte| byte == b'\0' || byte == b' ';
        if word.len() > Self::MAX_BYTES || word.bytes().any(unfit) {
            return None;
        }
        let mut bytes = [0; Self::MAX_BYTES];
        bytes[..word.len()].copy_from_slice(word.as_bytes());
        Some(Self::of_bytes(bytes))
    }

    /// The key of a word that is padded with zeros.
    pub(super) fn of_bytes(bytes: [u8; Self::MAX_BYTES]) -> Self {
        let both = u128::from_le_bytes(bytes);
        #[expect(clippy::cast_possible_truncation, reason = "the halves are wanted")]
        let (low, high) = (both as u64, (both >> 64) as u64);
        Self { low, high }
    }

    /// The bytes of the word and how many they are.
    #[must_use]
    pub fn bytes(self) -> ([u8; Self::MAX_BYTES], usize) {
        let both = u128::from(self.low) | (u128::from(self.high) << 64);
        let length = Self::MAX_BYTES - (both.leading_zeros() / 8) as usize;
        (both.to_le_bytes(), length)
    }

    /// A hash whose upper bits are the good ones.
    #[must_use]
    pub fn hash(self) -> u64 {
        let mixed = self.low
            ^ self
                .high
                .wrapping_mul(0x9FB2_1C65_1E98_DF25)
                .rotate_left(29);
        let product = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (product ^ (product >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93)
    }
}

/// A token and the key of its folded word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Its first byte.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// `None` of a long word: [`Scanner::folded`] has it.
    pub key: Option<WordKey>,
}

/// Reads the tokens of a text one after another.
#[derive(Debug)]
pub struct Scanner<'t> {
    text: &'t str,
    position: usize,
    folded: String,
}

impl<'t> Scanner<'t> {
    /// Starts at the beginning of a text.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            position: 0,
            folded: String::new(),
        }
    }

    /// The folded word of the last token, if it had no key.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The next token.
    #[inline]
    pub fn scan(&mut self) -> Option<Scanned> {
        let bytes = self.text.as_bytes();
        let start = skip(bytes, self.position);
        match plain_word(bytes, start) {
            Some((length, key)) => Some(self.found(start, length, key)),
            None => self.scan_joined(start),
        }
    }

    fn found(&mut self, start: usize, length: usize, key: WordKey) -> Scanned {
        self.position = start + length;
        Scanned {
            start,
            end: self.position,
            key: Some(key),
        }
    }

    #[inline(never)]
    fn scan_joined(&mut self, start: usize) -> Option<Scanned> {
        match joined_word(&self.text.as_bytes()[start..]) {
            Some((length, key)) => Some(self.found(start, length, key)),
            None => self.scan_any(start),
        }
    }

    #[cold]
    fn scan_any(&mut self, from: usize) -> Option<Scanned> {
        let start = Tokens::at(self.text, from).find_start()?;
        let end = token_end(self.text, start);
        self.position = end;
        fold_into(&self.text[start..end], &mut self.folded);
        let key = WordKey::of(&self.folded);
        Some(Scanned { start, end, key })
    }
}

/// Length and key of a word of plain letters that certainly ends, if one starts here. `None`
/// decides nothing.
#[inline]
fn plain_word(bytes: &[u8], start: usize) -> Option<(usize, WordKey)> {
    let (chunks, _) = bytes.get(start..start + 24)?.as_chunks::<8>();
    let (first, second) = (u64::from_le_bytes(chunks[0]), u64::from_le_bytes(chunks[1]));
    let mut length = leading_letters(first);
    let mut key = WordKey {
        low: lower(first, length),
        high: 0,
    };
    if length == 8 {
        let more = leading_letters(second);
        key.high = lower(second, more);
        length += more;
    }
    // The country is not the pronoun.
    let country = length == 2 && chunks[0].starts_with(b"US");
    let length = length as usize;
    let ends = length > 0 && length < 16 && ends(bytes, start + length, length);
    (ends && !country).then_some((length, key))
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;
const CASE: u64 = 0x20 * ONES;

/// How many of the eight bytes, from the lowest on, are letters of ASCII.
#[inline]
fn leading_letters(chunk: u64) -> u32 {
    let low = (chunk | CASE) & !HIGH;
    let from_a = low + (0x80 - u64::from(b'a')) * ONES;
    let past_z = low + (0x80 - u64::from(b'z') - 1) * ONES;
    let letters = from_a & !past_z & !chunk & HIGH;
    (letters ^ HIGH).trailing_zeros() / 8
}

/// The first `length` bytes in lower case, zeros above; all of them are letters.
#[inline]
fn lower(chunk: u64, length: u32) -> u64 {
    let unwanted = u64::BITS - 8 * length;
    let mask = u64::MAX.checked_shr(unwanted).unwrap_or(0);
    (chunk | CASE) & mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;
    use proptest::prelude::*;

    fn scanned(text: &str) -> Vec<(usize, usize, Option<WordKey>, String)> {
        let mut scanner = Scanner::new(text);
        let mut all = Vec::new();
        while let Some(Scanned { start, end, key }) = scanner.scan() {
            let long = if key.is_none() { scanner.folded() } else { "" };
            all.push((start, end, key, long.to_owned()));
        }
        all
    }

    fn by_definition(text: &str) -> Vec<(usize, usize, Option<WordKey>, String)> {
        let mut term = String::new();
        let word = |span: crate::text::Span| {
            fold_into(&text[span.clone()], &mut term);
            let key = WordKey::of(&term);
            let long = if key.is_none() { term.as_str() } else { "" };
            (span.start, span.end, key, long.to_owned())
        };
        tokenize(text).map(word).collect()
    }

    #[test]
    fn every_pair_of_marks_ends_a_word_as_it_should() {
        for word in [
            "a",
            "I",
            "US",
            "us",
            "bed",
            "Bed",
            "BED",
            "eightlet",
            "sixteenletterswo",
            "9",
            "a-b",
            "it's",
        ] {
            let after = || (0..128).map(char::from).chain(MARKS);
            for (one, other) in after().flat_map(|one| after().map(move |other| (one, other))) {
                let text = format!("{word}{one}{other} and then some more of the words");
                assert_eq!(scanned(&text), by_definition(&text), "{text:?}");
            }
        }
    }

    /// Marks around words that are not of ASCII, and what is next to them in Unicode.
    const MARKS: [char; 16] = [
        '\u{AD}', '\u{E9}', '\u{2BC}', '\u{301}', '\u{660}', '\u{200D}', '\u{2010}', '\u{2011}',
        '\u{2012}', '\u{2014}', '\u{2019}', '\u{201C}', '\u{201D}', '\u{2026}', '\u{2027}',
        '\u{20AC}',
    ];

    #[test]
    fn keys_keep_their_word() {
        for word in ["", "a", "caf\u{E9}", "eightlet", "sixteenletterswo"] {
            let (bytes, length) = WordKey::of(word).unwrap().bytes();
            assert_eq!(&bytes[..length], word.as_bytes());
        }
    }

    #[test]
    fn keys_tell_words_apart() {
        assert_eq!(WordKey::of("seventeen letters"), None);
        assert_eq!(WordKey::of("a\0"), None);
        assert_ne!(WordKey::of("a"), WordKey::of(""));
        assert_eq!(WordKey::of("two words"), None);
        assert_ne!(WordKey::of("twelve-chars"), WordKey::of("twelve-char"));
    }

    proptest! {
        #[test]
        fn any_text_is_scanned_as_it_is_tokenized(text in any::<String>()) {
            prop_assert_eq!(scanned(&text), by_definition(&text));
        }

        #[test]
        fn news_is_scanned_as_it_is_tokenized(
            text in "([A-Za-z]{1,18}|[0-9]{1,4}|US|US's|U\\.S\\.|[a-c]{1,3}['\u{2019}-][a-s0-9]{1,3}|[\u{C0}-\u{17F}\u{300}-\u{304}\u{345}\u{4E00}\u{E01}\u{AD}\u{FDFA}\u{FB01}]{1,3}|[ .,'$%&/_-]{1,2}|\u{2019}|\u{2019}s|'s|\u{2014}|\u{201D}){0,60}",
        ) {
            prop_assert_eq!(scanned(&text), by_definition(&text));
        }
    }
}
