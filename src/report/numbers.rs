//! Numbers and their names as people read them.

/// Digits in groups of three: 11,414.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share in percent, with a space that does not break.
pub fn percent(share: f64) -> String {
    format!("{:.1}\u{A0}%", 100.0 * share)
}

/// A figure between 0 and 1 that is no share.
pub fn figure(value: f64) -> String {
    format!("{value:.3}")
}

/// A word of ours that starts a title.
pub fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at_checked(1).unwrap_or_default();
    first.to_uppercase() + rest
}

/// At most so many characters; what is cut off leaves a mark.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.into();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept.trim_end().to_owned() + "\u{2026}"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        for (number, written) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(count(number), written);
        }
        assert_eq!(percent(0.8152), "81.5\u{A0}%");
        assert_eq!(figure(0.06285), "0.063");
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        assert_eq!(shortened("caf\u{E9}", 4), "caf\u{E9}");
        assert_eq!(shortened("caf\u{E9}s and bars", 6), "caf\u{E9}s\u{2026}");
        assert_eq!(shortened("abc", 0), "\u{2026}");
    }
}
