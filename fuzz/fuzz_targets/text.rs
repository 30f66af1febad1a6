//! Any Unicode: tokens in order, on character boundaries, with every letter in one of them; offsets
//! that agree in all three units.

#![no_main]

use libfuzzer_sys::fuzz_target;
use newstance::text::{OffsetEncoding, OffsetTable, tokenize};

fuzz_target!(|text: &str| {
    let utf8 = OffsetTable::new(text, OffsetEncoding::Utf8);
    let utf16 = OffsetTable::new(text, OffsetEncoding::Utf16);
    let utf32 = OffsetTable::new(text, OffsetEncoding::Utf32);
    let mut end = 0;
    for span in tokenize(text) {
        assert!(end <= span.start && span.start < span.end);
        let between = &text[end..span.start];
        assert!(!between.contains(char::is_alphanumeric), "{between:?}");
        let token = &text[span.clone()];
        let length = |table: &OffsetTable<'_>| table.convert(span.end) - table.convert(span.start);
        assert_eq!(length(&utf8), token.len());
        assert_eq!(length(&utf16), token.encode_utf16().count());
        assert_eq!(length(&utf32), token.chars().count());
        end = span.end;
    }
    assert!(!text[end..].contains(char::is_alphanumeric));
});
