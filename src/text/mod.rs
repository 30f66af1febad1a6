//! From characters to words: a [`tokenizer`] that keeps byte spans in the original text, the
//! [`fold`]ing of a token to the term it stands for, a [`scanner`] that does both at once and
//! fast, [`offsets`] in the units of other languages, and words as errors show them.

mod bytes;
pub mod fold;
mod joined;
pub mod offsets;
mod quoted;
pub mod scanner;
pub mod tokenizer;

pub use fold::without_possessive;
pub use offsets::{OffsetEncoding, OffsetTable};
pub use quoted::quoted;
pub use scanner::{Scanned, Scanner, WordKey};
pub use tokenizer::{Tokens, tokenize};

/// A half-open range of bytes `[start, end)` in a text, on character boundaries.
pub type Span = std::ops::Range<usize>;
