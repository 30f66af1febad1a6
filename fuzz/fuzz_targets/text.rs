//! Any Unicode: tokens in order, on character boundaries, with every letter in one of them; offsets
//! that agree in all three units; a scanner that reads what the tokens fold to.

#![no_main]

use libfuzzer_sys::fuzz_target;
use newstance::text::{OffsetEncoding, OffsetTable, Scanner, WordKey, fold::fold_into, tokenize};

fuzz_target!(|text: &str| {
    let utf8 = OffsetTable::new(text, OffsetEncoding::Utf8);
    let utf16 = OffsetTable::new(text, OffsetEncoding::Utf16);
    let utf32 = OffsetTable::new(text, OffsetEncoding::Utf32);
    let (mut scanner, mut term, mut end) = (Scanner::new(text), String::new(), 0);
    for span in tokenize(text) {
        let scanned = scanner.scan().expect("a token");
        assert_eq!(scanned.start..scanned.end, span);
        fold_into(&text[span.clone()], &mut term);
        assert_eq!(scanned.key, WordKey::of(&term));
        assert!(scanned.key.is_some() || scanner.folded() == term);
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
    assert_eq!(scanner.scan(), None);
});
