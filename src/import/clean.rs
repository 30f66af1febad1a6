//! White space.

/// What the corpora were made with counts these as white space: all that Unicode does, and the
/// four ASCII separators.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// One space for every run of white space, and none at the ends.
pub fn squeeze(text: &str) -> String {
    let words = text.split(is_space).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// The text without white space at its ends.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The lines that have text, squeezed.
pub fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    text.split('\n')
        .map(squeeze)
        .filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_squeezed() {
        assert_eq!(squeeze(" a\u{a0}\t b\n\nc\x1d"), "a b c");
        assert_eq!(trim("\x1c a  b\r\n"), "a  b");
        assert_eq!(squeeze(" \n "), "");
        let lines: Vec<_> = paragraphs("One  line.\r\n\n  \nAnother.").collect();
        assert_eq!(lines, ["One line.", "Another."]);
    }
}
