//! What the bytes of a text tell for certain of where its tokens start and end.

/// Never starts a token.
const SKIPPED: u8 = 1;
/// Ends a token of letters.
const STOP: u8 = 2;
/// Ends one of more than one letter.
const DOT: u8 = 4;
/// Ends one unless a letter or digit follows.
const JOINER: u8 = 8;
/// Starts a token before a digit.
const PRICE: u8 = 16;
/// The first byte of quotation marks and dashes.
const WIDE: u8 = 32;

/// What a byte does; one of no class does nothing that is certain.
const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0u8;
    while byte < 128 {
        class[byte as usize] = match byte {
            b'$' => PRICE | STOP,
            b'.' => SKIPPED | DOT,
            b'\'' | b'-' => SKIPPED | JOINER,
            b'&' => SKIPPED,
            _ if byte.is_ascii_alphanumeric() => 0,
            _ => SKIPPED | STOP,
        };
        byte += 1;
    }
    class[0xE2] = WIDE;
    class
};

/// After the end of a text nothing follows.
#[inline]
fn class(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).map_or(STOP | SKIPPED, |&b| CLASS[b as usize])
}

/// The first place from `at` on where a token may start, or the end.
#[inline]
pub fn skip(bytes: &[u8], mut at: usize) -> usize {
    loop {
        while let Some(&byte) = bytes.get(at)
            && CLASS[byte as usize] & SKIPPED != 0
        {
            at += 1;
        }
        // U+2000 to U+203F: spaces, dashes, quotation marks.
        if bytes.get(at) != Some(&0xE2) || bytes.get(at + 1) != Some(&0x80) {
            return at;
        }
        at += 3;
    }
}

/// Whether a token of letters certainly ends at `at`, behind a run of so many.
#[inline]
pub fn ends(bytes: &[u8], at: usize, run: usize) -> bool {
    match class(bytes, at) & (STOP | DOT | JOINER | WIDE) {
        STOP => true,
        DOT => run > 1,
        JOINER => parts(bytes, at + 1),
        WIDE => ends_wide(&bytes[at..]),
        _ => false,
    }
}

/// Whether what is at `at` is certainly no part of a token.
fn parts(bytes: &[u8], at: usize) -> bool {
    class(bytes, at) & (SKIPPED | PRICE) != 0
}

/// Whether a token certainly ends before a character that is not of ASCII.
pub fn ends_wide(rest: &[u8]) -> bool {
    match rest {
        _ if is_apostrophe(rest) => parts(rest, 3),
        // U+2012 to U+2026: dashes, quotation marks, bullets and the ellipsis.
        [0xE2, 0x80, 0x92..=0xA6, ..] => true,
        _ => false,
    }
}

/// Whether a typesetter's apostrophe comes next.
pub fn is_apostrophe(bytes: &[u8]) -> bool {
    bytes.starts_with("\u{2019}".as_bytes())
}
