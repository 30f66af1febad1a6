//! The kinds of terms around a target and the parts that follow their prefix; [`super::target`]
//! says what each stands for.

/// The kind of a term: its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Near,
    Not,
    Stem,
    Tone,
    ToneSum,
    Before,
    JustBefore,
    StemBefore,
    ToneBefore,
    ToneJustBefore,
    After,
    JustAfter,
    StemAfter,
    ToneAfter,
    ToneJustAfter,
    Who,
    As,
    Quoted,
    Text,
    Mentions,
}

impl Kind {
    /// Every kind at the position that it has as a number.
    pub const ALL: [Self; 20] = [
        Self::Near,
        Self::Not,
        Self::Stem,
        Self::Tone,
        Self::ToneSum,
        Self::Before,
        Self::JustBefore,
        Self::StemBefore,
        Self::ToneBefore,
        Self::ToneJustBefore,
        Self::After,
        Self::JustAfter,
        Self::StemAfter,
        Self::ToneAfter,
        Self::ToneJustAfter,
        Self::Who,
        Self::As,
        Self::Quoted,
        Self::Text,
        Self::Mentions,
    ];

    /// What a term of this kind starts with.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Near => "near:",
            Self::Not => "not:",
            Self::Stem => "stem:",
            Self::Tone => "tone:",
            Self::ToneSum => "tone-sum:",
            Self::Before => "before:",
            Self::JustBefore => "just-before:",
            Self::StemBefore => "stem-before:",
            Self::ToneBefore => "tone-before:",
            Self::ToneJustBefore => "tone-just-before:",
            Self::After => "after:",
            Self::JustAfter => "just-after:",
            Self::StemAfter => "stem-after:",
            Self::ToneAfter => "tone-after:",
            Self::ToneJustAfter => "tone-just-after:",
            Self::Who => "who:",
            Self::As => "as:",
            Self::Quoted => "quoted:",
            Self::Text => "text:",
            Self::Mentions => "mentions:",
        }
    }
}

/// One part of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The word at a position of the text.
    Word(usize),
    /// Its first letters.
    Stem(usize),
    /// A mention of the target.
    Target,
    /// Something that stands for itself.
    Fixed(&'static str),
}

/// How terms write [`Part::Target`].
pub const TARGET: &str = "@";

/// Letters of a stem.
pub const STEM_LETTERS: usize = 5;

/// The first letters of a word that has more.
#[must_use]
pub fn stem(word: &str) -> Option<&str> {
    if word.len() <= STEM_LETTERS {
        return None;
    }
    let (end, _) = word.char_indices().nth(STEM_LETTERS)?;
    Some(&word[..end])
}

/// A signed number of at most four, as terms write it.
#[must_use]
pub fn signed(number: f64) -> &'static str {
    const NEGATIVE: [&str; 5] = ["-0", "-1", "-2", "-3", "-4"];
    const POSITIVE: [&str; 5] = ["+0", "+1", "+2", "+3", "+4"];
    let numbers = if number.is_sign_negative() {
        NEGATIVE
    } else {
        POSITIVE
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped"
    )]
    let size = number.abs().clamp(0.0, 4.0) as usize;
    numbers[size]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_at_their_number() {
        for (at, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, at);
        }
    }

    #[test]
    fn numbers_are_written_with_their_sign() {
        for number in [-4.0, -1.0, -0.0, 0.0, 3.0] {
            assert_eq!(signed(number), format!("{number:+}"));
        }
    }
}
