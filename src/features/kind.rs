//! The kinds of terms around a target and the parts that follow their prefix; [`super::target`]
//! says what each stands for.

/// The kind of a term: its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Tone,
    Before,
    ToneBefore,
    After,
    ToneAfter,
    Who,
    As,
    Quoted,
    Text,
    Mentions,
    Around,
}

impl Kind {
    /// Every kind at the position that it has as a number.
    pub const ALL: [Self; 11] = [
        Self::Tone,
        Self::Before,
        Self::ToneBefore,
        Self::After,
        Self::ToneAfter,
        Self::Who,
        Self::As,
        Self::Quoted,
        Self::Text,
        Self::Mentions,
        Self::Around,
    ];

    /// What a term of this kind starts with.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Tone => "tone:",
            Self::Before => "before:",
            Self::ToneBefore => "tone-before:",
            Self::After => "after:",
            Self::ToneAfter => "tone-after:",
            Self::Who => "who:",
            Self::As => "as:",
            Self::Quoted => "quoted:",
            Self::Text => "text:",
            Self::Mentions => "mentions:",
            Self::Around => "around:",
        }
    }
}

/// One part of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The word at a position of the text.
    Word(usize),
    /// A mention of the target.
    Target,
    /// Something that stands for itself.
    Sign(Sign),
}

/// A part of a term that is no word of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign(usize);

impl Sign {
    /// Every sign as terms write it.
    pub const ALL: [&str; 35] = [
        "^", "$", "*", "+", "-", "yes", "no", "name", // Single ones.
        "1", "2", "3", "4", "5", // Numbers of mentions that are told apart.
        "-0", "-1", "-2", "-3", "-4", "+0", "+1", "+2", "+3", "+4", // Signed numbers.
        "he", "she", "his", "her", "him", "himself", "herself", "i", "you", "they", "we",
        "me", // Pronouns.
    ];

    /// The start of a sentence.
    pub const START: Self = Self(0);
    /// Its end.
    pub const END: Self = Self(1);
    /// Any word.
    pub const ANY: Self = Self(2);
    /// A good tone.
    pub const PLUS: Self = Self(3);
    /// A bad one.
    pub const MINUS: Self = Self(4);
    /// What is asked for is there.
    pub const YES: Self = Self(5);
    /// It is not.
    pub const NO: Self = Self(6);
    /// A target that is called by its name.
    pub const NAME: Self = Self(7);

    const NUMBERS: usize = 8;
    const MOST: usize = 5;
    const SIGNED: usize = Self::NUMBERS + Self::MOST;
    const PRONOUNS: usize = Self::SIGNED + 10;

    /// How terms write it.
    #[must_use]
    pub fn text(self) -> &'static str {
        Self::ALL[self.0]
    }

    /// Its position in [`Self::ALL`].
    #[must_use]
    pub fn number(self) -> usize {
        self.0
    }

    /// A number from 1 on; all from 5 on are one.
    #[must_use]
    pub fn count(number: usize) -> Self {
        Self(Self::NUMBERS + number.clamp(1, Self::MOST) - 1)
    }

    /// A signed number of at most four.
    #[must_use]
    pub fn signed(number: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped"
        )]
        let size = number.abs().clamp(0.0, 4.0) as usize;
        let sign = if number.is_sign_negative() { 0 } else { 5 };
        Self(Self::SIGNED + sign + size)
    }

    /// A pronoun that may stand for a target.
    #[must_use]
    pub fn pronoun(term: &str) -> Option<Self> {
        let pronouns = &Self::ALL[Self::PRONOUNS..];
        let at = pronouns.iter().position(|pronoun| *pronoun == term)?;
        Some(Self(Self::PRONOUNS + at))
    }
}

/// How terms write [`Part::Target`].
pub const TARGET: &str = "@";

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
            assert_eq!(Sign::signed(number).text(), format!("{number:+}"));
        }
        assert_eq!(Sign::count(0).text(), "1");
        assert_eq!(Sign::count(9).text(), "5");
        let pronouns = ["he", "me", "@"].map(Sign::pronoun);
        assert_eq!(pronouns.map(|p| p.map_or("", Sign::text)), ["he", "me", ""]);
    }
}
