//! Words of letters and digits of ASCII with apostrophes and hyphens between them: what remains
//! for the slow road of the [`scanner`](super::scanner) is then less than one word in a hundred.

use super::{
    WordKey,
    bytes::{ends_wide, is_apostrophe},
};

/// Length and key of such a word that certainly ends, if the text starts with one. `None` decides
/// nothing.
pub fn joined_word(text: &[u8]) -> Option<(usize, WordKey)> {
    let (mut term, mut end) = (Term::default(), 0);
    loop {
        let run = text[end..].iter();
        let run = run.take_while(|byte| byte.is_ascii_alphanumeric()).count();
        term.push(&text[end..end + run])?;
        end += run;
        // The country is not the pronoun.
        if run == 0 || &text[..end] == b"US" {
            return None;
        }
        match next(text[end - 1], run, &text[end..])? {
            Next::Joiner { folded, bytes } => {
                term.push(&[folded])?;
                end += bytes;
            }
            Next::End => return Some((end, term.key())),
        }
    }
}

/// What follows a run of letters and digits.
enum Next {
    /// An apostrophe or hyphen with a further run behind it.
    Joiner { folded: u8, bytes: usize },
    /// The end of the token.
    End,
}

/// What certainly follows a run of so many letters and digits.
fn next(last: u8, run: usize, rest: &[u8]) -> Option<Next> {
    let joiner = |folded, bytes, joins| {
        let joins = starts(&rest[bytes..], joins)?;
        Some(if joins {
            Next::Joiner { folded, bytes }
        } else {
            Next::End
        })
    };
    let ends = match rest {
        [] => true,
        [b'\'', ..] => return joiner(b'\'', 1, u8::is_ascii_alphabetic),
        _ if is_apostrophe(rest) => return joiner(b'\'', 3, u8::is_ascii_alphabetic),
        [b'-', ..] => return joiner(b'-', 1, u8::is_ascii_alphanumeric),
        [b'.' | b',' | b'/', after @ ..] if last.is_ascii_digit() => {
            !starts(after, u8::is_ascii_digit)?
        }
        [b'.', ..] => run > 1,
        [b'&', ..] => false,
        [b'%', ..] => !last.is_ascii_digit(),
        [byte, ..] => byte.is_ascii() || ends_wide(rest),
    };
    ends.then_some(Next::End)
}

/// Whether a text starts with a byte of ASCII of some kind, where that is certain.
fn starts(text: &[u8], kind: fn(&u8) -> bool) -> Option<bool> {
    match text.first() {
        Some(byte) if byte.is_ascii() => Some(kind(byte)),
        Some(_) => ends_wide(text).then_some(false),
        None => Some(false),
    }
}

/// A folded word that grows.
#[derive(Default)]
struct Term {
    bytes: [u8; WordKey::MAX_BYTES],
    length: usize,
}

impl Term {
    /// `None` where it grows too long for a key.
    fn push(&mut self, more: &[u8]) -> Option<()> {
        let end = self.length + more.len();
        let place = self.bytes.get_mut(self.length..end)?;
        place.copy_from_slice(more);
        place.make_ascii_lowercase();
        self.length = end;
        Some(())
    }

    /// The key without a possessive ending.
    fn key(mut self) -> WordKey {
        if self.length > 2 && self.bytes[..self.length].ends_with(b"'s") {
            self.bytes[self.length - 2..].fill(0);
        }
        WordKey::of_bytes(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_words_are_read_and_others_are_not() {
        let read = |text: &str| joined_word(text.as_bytes());
        let word = |length, term| Some((length, WordKey::of(term).unwrap()));
        assert_eq!(read("Syria\u{2019}s war"), word(9, "syria"));
        assert_eq!(read("don't"), word(5, "don't"));
        assert_eq!(read("COVID-19, and"), word(8, "covid-19"));
        assert_eq!(read("2016\u{2014}or"), word(4, "2016"));
        assert_eq!(read("well- and"), word(4, "well"));
        for unclear in [
            "1,000",
            "4.5",
            "12%",
            "U.S.",
            "US",
            "US's",
            "AT&T",
            "caf\u{E9}",
            "",
        ] {
            assert_eq!(read(unclear), None, "{unclear}");
        }
    }
}
