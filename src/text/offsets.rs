//! Byte offsets in the units that other programming languages count in.

/// The unit of an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OffsetEncoding {
    /// Bytes of UTF-8: Rust, Go, C.
    #[default]
    Utf8,
    /// Code units of UTF-16: Java, JavaScript, C#.
    Utf16,
    /// Code points: Python.
    Utf32,
}

impl OffsetEncoding {
    fn units(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        }
    }
}

/// Translates byte offsets of one text in constant time, after one pass over it.
#[derive(Debug, Clone)]
pub struct OffsetTable<'t> {
    text: &'t str,
    encoding: OffsetEncoding,
    /// (byte offset, units before it) about every [`BLOCK`] bytes; empty for UTF-8.
    marks: Vec<(usize, usize)>,
}

const BLOCK: usize = 256;

impl<'t> OffsetTable<'t> {
    /// Reads `text` once, unless the encoding is UTF-8.
    #[must_use]
    pub fn new(text: &'t str, encoding: OffsetEncoding) -> Self {
        let mut marks = Vec::new();
        if encoding != OffsetEncoding::Utf8 {
            let (mut at, mut units) = (0, 0);
            while at < text.len() {
                marks.push((at, units));
                let next = ceil_char_boundary(text, at + BLOCK);
                units += encoding.units(&text[at..next]);
                at = next;
            }
        }
        Self {
            text,
            encoding,
            marks,
        }
    }

    /// The number of units before byte `offset`. An offset inside a character counts as the
    /// character's start, one past the end as the end.
    #[must_use]
    pub fn convert(&self, offset: usize) -> usize {
        let offset = floor_char_boundary(self.text, offset);
        let block = self.marks.partition_point(|&(at, _)| at <= offset);
        match block.checked_sub(1).and_then(|index| self.marks.get(index)) {
            Some(&(at, units)) => units + self.encoding.units(&self.text[at..offset]),
            None => offset,
        }
    }
}

fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil_char_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_character_outside_the_basic_plane_counts_4_2_1() {
        let text = "a\u{1F600}b";
        for (encoding, end) in [
            (OffsetEncoding::Utf8, 5),
            (OffsetEncoding::Utf16, 3),
            (OffsetEncoding::Utf32, 2),
        ] {
            assert_eq!(OffsetTable::new(text, encoding).convert(5), end);
        }
    }

    proptest! {
        #[test]
        fn offsets_cut_the_same_text_in_every_encoding(
            text in prop_oneof![any::<String>(), "[a-z\u{E9}\u{1F600}]{200,900}"],
            cut in any::<prop::sample::Index>(),
        ) {
            let cut = floor_char_boundary(&text, cut.index(text.len() + 1));
            let utf16: Vec<u16> = text.encode_utf16().collect();
            let utf32: Vec<char> = text.chars().collect();
            let to = |encoding| OffsetTable::new(&text, encoding).convert(cut);
            prop_assert_eq!(to(OffsetEncoding::Utf8), cut);
            prop_assert_eq!(
                String::from_utf16(&utf16[..to(OffsetEncoding::Utf16)]).unwrap(),
                &text[..cut]
            );
            prop_assert_eq!(
                utf32[..to(OffsetEncoding::Utf32)].iter().collect::<String>(),
                &text[..cut]
            );
        }
    }
}
