//! Splits news text into words the way a reader would.
//!
//! A token is a run of letters, digits and combining marks. A few characters join two runs into
//! one token, and a few belong to the token they touch:
//!
//! | text | token | rule |
//! | --- | --- | --- |
//! | `don't`, `Syria’s`, `O'Brien` | whole | an apostrophe before a letter joins |
//! | `COVID-19`, `al-Assad`, `U.S.-led` | whole | a single hyphen before a letter or digit joins |
//! | `U.S.`, `a.m.` | whole, last dot included | dots between single letters join |
//! | `1,000`, `4.5`, `9/11` | whole | comma, dot and slash join digits |
//! | `AT&T` | whole | an ampersand joins capitals |
//! | `$4.5bn`, `€3`, `12%` | whole | currency before and percent after digits belong |
//! | `東京` | one token a character | scripts without spaces between words |

use unicode_normalization::char::is_combining_mark;

use super::Span;

/// Tokens of `text` as byte spans, in reading order, never overlapping.
#[must_use]
pub fn tokenize(text: &str) -> Tokens<'_> {
    Tokens { text, position: 0 }
}

/// Iterator of [`tokenize`].
#[derive(Debug, Clone)]
pub struct Tokens<'t> {
    text: &'t str,
    position: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let start = self.find_start()?;
        let end = token_end(self.text, start);
        self.position = end;
        Some(start..end)
    }
}

/// The end of the token that starts at `start`.
pub(super) fn token_end(text: &str, start: usize) -> usize {
    TokenScan::new(text, start).run()
}

impl<'t> Tokens<'t> {
    /// The tokens from a place between tokens on.
    pub(super) fn at(text: &'t str, position: usize) -> Self {
        Self { text, position }
    }

    /// Where the next token starts.
    pub(super) fn find_start(&self) -> Option<usize> {
        let mut rest = self.text[self.position..].char_indices().peekable();
        while let Some((offset, c)) = rest.next() {
            let priced = is_currency(c) && rest.peek().is_some_and(|(_, next)| next.is_numeric());
            if priced || c.is_alphanumeric() {
                return Some(self.position + offset);
            }
        }
        None
    }
}

/// The state of extending one token to the right.
struct TokenScan<'t> {
    text: &'t str,
    end: usize,
    /// The last character that is not a combining mark.
    last: char,
    /// Letters and digits since the start or the last joiner.
    run: usize,
    /// Whether the token so far is single letters with dots between them.
    acronym: bool,
}

impl<'t> TokenScan<'t> {
    fn new(text: &'t str, start: usize) -> Self {
        let first = text[start..].chars().next().unwrap_or_default();
        Self {
            text,
            end: start + first.len_utf8(),
            last: first,
            run: 1,
            acronym: false,
        }
    }

    fn run(mut self) -> usize {
        if is_ideograph(self.last) {
            return self.end;
        }
        while let Some(c) = self.peek(0) {
            if is_combining_mark(c) || is_invisible(c) {
                self.end += c.len_utf8();
            } else if c.is_alphanumeric() && !is_ideograph(c) {
                self.push(c);
                self.run += 1;
            } else if self.joins(c) {
                self.acronym = c == '.' && self.last.is_alphabetic();
                self.push(c);
                self.run = 0;
            } else {
                break;
            }
        }
        if self.last.is_numeric() && self.peek(0) == Some('%') {
            self.end += 1;
        }
        self.end
    }

    /// The character `skip` places after the token.
    fn peek(&self, skip: usize) -> Option<char> {
        self.text[self.end..].chars().nth(skip)
    }

    fn push(&mut self, c: char) {
        self.end += c.len_utf8();
        self.last = c;
    }

    /// Whether `c`, which follows the token, joins it to what comes next.
    fn joins(&self, c: char) -> bool {
        let next = self.peek(1);
        let next_is = |test: fn(char) -> bool| next.is_some_and(test);
        match c {
            _ if is_apostrophe(c) => next_is(char::is_alphabetic),
            _ if is_hyphen(c) => next_is(|next| next.is_alphanumeric() && !is_ideograph(next)),
            '.' if self.last.is_numeric() => next_is(char::is_numeric),
            '.' => self.dot_joins(next),
            ',' | '/' => self.last.is_numeric() && next_is(char::is_numeric),
            '&' => self.last.is_uppercase() && next_is(char::is_uppercase),
            _ => false,
        }
    }

    /// A dot joins after a single letter when another single letter follows, and it closes an
    /// acronym.
    fn dot_joins(&self, next: Option<char>) -> bool {
        if self.run != 1 || !self.last.is_alphabetic() {
            return false;
        }
        let letter_follows = next.is_some_and(char::is_alphabetic);
        let single = !self.text[self.end..]
            .chars()
            .filter(|&c| !is_combining_mark(c))
            .nth(2)
            .is_some_and(char::is_alphanumeric);
        if letter_follows { single } else { self.acronym }
    }
}

/// Apostrophes as writers and typesetters put them inside words.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{02BC}')
}

/// Hyphens inside words; dashes between words are not among them.
pub(super) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}')
}

/// Characters without a shape of their own: soft hyphen, zero-width joiners, variation selectors.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}'
    )
}

fn is_currency(c: char) -> bool {
    matches!(c, '$' | '\u{A3}' | '\u{A5}' | '\u{20A0}'..='\u{20CF}')
}

/// Characters of scripts that put no space between words.
fn is_ideograph(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<&str> {
        tokenize(text).map(|span| &text[span]).collect()
    }

    #[test]
    fn splits_as_a_reader_would() {
        let cases: &[(&str, &[&str])] = &[
            ("The U.S. don't", &["The", "U.S.", "don't"]),
            ("COVID-19 and al-Assad", &["COVID-19", "and", "al-Assad"]),
            ("$4.5bn (12%)", &["$4.5bn", "12%"]),
            ("the U.S.-led coalition", &["the", "U.S.-led", "coalition"]),
            ("the U.S.'s ally", &["the", "U.S.'s", "ally"]),
            ("It ended. Then", &["It", "ended", "Then"]),
            (
                "ended.Then example.com",
                &["ended", "Then", "example", "com"],
            ),
            (
                "J. Edgar at 5 p.m. today",
                &["J", "Edgar", "at", "5", "p.m.", "today"],
            ),
            ("1,000 on 9/11, 2001", &["1,000", "on", "9/11", "2001"]),
            ("AT&T and R & D", &["AT&T", "and", "R", "D"]),
            ("war\u{2014}peace--truce", &["war", "peace", "truce"]),
            (
                "Syria\u{2019}s \u{2018}war\u{2019}",
                &["Syria\u{2019}s", "war"],
            ),
            ("-dash- 'quote'", &["dash", "quote"]),
            ("cafe\u{301} na\u{EF}ve", &["cafe\u{301}", "na\u{EF}ve"]),
            ("\u{6771}\u{4EAC} GDP", &["\u{6771}", "\u{4EAC}", "GDP"]),
            (
                "\u{20AC}3 $ 5 100%-owned",
                &["\u{20AC}3", "5", "100%", "owned"],
            ),
            ("", &[]),
            (" ... \n", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(&words(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn spans_are_ordered_nonempty_and_on_character_boundaries(text in any::<String>()) {
            let mut end = 0;
            for span in tokenize(&text) {
                prop_assert!(span.start >= end && span.end > span.start);
                prop_assert!(text.get(span.clone()).is_some());
                end = span.end;
            }
        }

        #[test]
        fn every_letter_and_digit_is_in_a_token(text in any::<String>()) {
            let spans: Vec<_> = tokenize(&text).collect();
            for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
                prop_assert!(spans.iter().any(|span| span.contains(&at)), "{c:?} at {at}");
            }
        }
    }
}
