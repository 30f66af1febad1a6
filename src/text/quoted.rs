//! What a client or a file wrote, as an error shows it.

/// The most characters that are shown.
const SHOWN_CHARS: usize = 64;

/// A word in quotation marks, since it may hold anything, and cut, since it may be long; what is
/// cut off leaves an ellipsis behind the marks.
#[must_use]
pub fn quoted(word: &str) -> String {
    match word.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{:?}\u{2026}", &word[..end]),
        None => format!("{word:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_and_cut_between_characters() {
        assert_eq!(quoted("a\n\u{e9}"), "\"a\\n\u{e9}\"");
        let most = "\u{e9}".repeat(64);
        assert_eq!(quoted(&most), format!("\"{most}\""));
        assert_eq!(quoted(&format!("{most}b")), format!("\"{most}\"\u{2026}"));
    }
}
