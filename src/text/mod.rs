//! From characters to words: a [`tokenizer`] that keeps byte spans in the original text, the
//! [`fold`]ing of a token to the term it stands for, and [`offsets`] in the units of other
//! languages.

pub mod fold;
pub mod offsets;
pub mod tokenizer;

pub use offsets::{OffsetEncoding, OffsetTable};
pub use tokenizer::{Tokens, tokenize};

/// A half-open range of bytes `[start, end)` in a text, on character boundaries.
pub type Span = std::ops::Range<usize>;
