//! What a model knows of the surroundings of targets.

use super::{TermId, Vocabulary, kind::Kind, vicinity::WordId};

/// Terms that have weights of their own and, after them, the words that share weights
/// ([`super::vicinity`]), written `around:WORD`.
#[derive(Debug, Clone)]
pub struct TargetVocabulary {
    terms: Vocabulary,
    around: Option<Vocabulary>,
}

impl From<Vocabulary> for TargetVocabulary {
    fn from(terms: Vocabulary) -> Self {
        Self {
            terms,
            around: None,
        }
    }
}

impl TargetVocabulary {
    /// The same terms with words that share weights.
    #[must_use]
    pub fn with_around(self, around: Option<Vocabulary>) -> Self {
        Self { around, ..self }
    }

    /// The longest word that can share weights, in bytes.
    pub const MAX_WORD_BYTES: usize = Vocabulary::MAX_TERM_BYTES - "around:".len();

    /// How a word that shares weights is written.
    #[must_use]
    pub fn around_term(word: &str) -> String {
        format!("{}{word}", Kind::Around.prefix())
    }

    /// The terms that have weights of their own.
    #[must_use]
    pub fn terms(&self) -> &Vocabulary {
        &self.terms
    }

    /// The words that share weights, each behind `around:`.
    #[must_use]
    pub fn around(&self) -> Option<&Vocabulary> {
        self.around.as_ref()
    }

    /// How many there are of both.
    #[must_use]
    pub fn len(&self) -> usize {
        self.terms.len() + self.around.as_ref().map_or(0, Vocabulary::len)
    }

    /// Always false: a vocabulary has terms.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The term with this id.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn term(&self, id: TermId) -> &str {
        match &self.around {
            Some(around) if id >= self.first_word() => around.term(id - self.first_word()),
            _ => self.terms.term(id),
        }
    }

    /// The id of a word as a term.
    #[must_use]
    pub fn term_of(&self, word: WordId) -> TermId {
        self.first_word() + word
    }

    /// The word with this id.
    #[must_use]
    pub fn word_of(&self, id: TermId) -> Option<WordId> {
        id.checked_sub(self.first_word())
    }

    /// The id of a term as it is written.
    #[must_use]
    pub fn id(&self, term: &str) -> Option<TermId> {
        if !term.starts_with(Kind::Around.prefix()) {
            return self.terms.id(term);
        }
        let word = self.around.as_ref()?.id(term)?;
        Some(self.term_of(word))
    }

    /// All ids with the kind of the term and what follows its prefix. What is no term of a target
    /// is passed over.
    pub(super) fn iter(&self) -> impl Iterator<Item = (TermId, Kind, &str)> {
        let own = (0..).zip(self.terms.iter());
        let own = own.filter_map(|(id, term)| {
            let kinds = Kind::ALL.into_iter().filter(|&kind| kind != Kind::Around);
            let mut found =
                kinds.filter_map(|kind| Some((kind, term.strip_prefix(kind.prefix())?)));
            found.next().map(|(kind, parts)| (id, kind, parts))
        });
        let around = self.around.iter().flat_map(Vocabulary::iter);
        let words = (self.first_word()..).zip(around);
        own.chain(words.filter_map(|(id, term)| {
            let word = term.strip_prefix(Kind::Around.prefix())?;
            Some((id, Kind::Around, word))
        }))
    }

    fn first_word(&self) -> TermId {
        // A vocabulary has at most 4,000,000 terms.
        TermId::try_from(self.terms.len()).unwrap_or(TermId::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_after_terms() {
        let vocabulary = |terms: &[&str]| Vocabulary::from_terms(terms.iter()).unwrap();
        let terms = vocabulary(&["around:strange", "before:rain", "other", "tone:+"]);
        let around = vocabulary(&["around:rain", "around:sun"]);
        let both = TargetVocabulary::from(terms).with_around(Some(around));
        assert_eq!((both.len(), both.id("before:rain")), (6, Some(1)));
        assert_eq!(both.id("around:sun"), Some(both.term_of(1)));
        assert_eq!(
            (both.id("around:strange"), both.id("before:sun")),
            (None, None)
        );
        assert_eq!((both.term(3), both.term(4)), ("tone:+", "around:rain"));
        assert_eq!((both.word_of(3), both.word_of(4)), (None, Some(0)));
        let all: Vec<_> = both.iter().map(|(id, _, parts)| (id, parts)).collect();
        assert_eq!(all, [(1, "rain"), (3, "+"), (4, "rain"), (5, "sun")]);
    }
}
