//! The words of corpora, with labels and without, as vectors: what words of documents and those
//! around targets share their weights by.

use std::{cmp::Reverse, collections::HashMap};

use compact_str::CompactString;

use super::{
    TrainError, axis_recipe::WordsRecipe, holdout::Holdout, recipe::Recipe, stream::Stream,
    tally::Tally,
};
use crate::{
    bayes::{Company, Kinship, WordVectors, word_vectors::single},
    features::{TargetVocabulary, Vocabulary, VocabularyError, Words},
};

/// A word weighs less the more its share of all words exceeds this (Mikolov et al. 2013).
const COMMON: f64 = 1e-3;

/// Frequent words.
pub struct WordSpace {
    /// The words.
    pub words: Vocabulary,
    /// Their vectors, shorter for the most frequent ones.
    pub vectors: WordVectors,
}

/// All words of some texts.
#[derive(Default)]
struct Reading {
    /// In the order of their first places.
    numbers: HashMap<CompactString, u32>,
    counts: Vec<u64>,
    /// Numbers, one text after another.
    text: Vec<u32>,
}

/// Reads the corpora that a recipe takes words from, if it does.
pub(super) fn find(
    recipe: &Recipe,
    stream: &Stream<'_>,
    holdout: &Holdout,
) -> Result<Option<WordSpace>, TrainError> {
    let Some(words) = &recipe.words else {
        return Ok(None);
    };
    let mut reading = Reading::default();
    let mut tally = Tally::default();
    for corpus in words.corpora.iter().filter_map(|name| recipe.corpus(name)) {
        let (_, read) = stream.training(
            "reading words of",
            corpus,
            holdout,
            |record| [record.title, record.body].map(|zone| Words::read(&[&zone], u32::MAX)),
            |zones| {
                zones.iter().for_each(|zone| reading.add(zone));
                Ok(())
            },
        )?;
        tally += read;
    }
    if tally.kept() == 0 {
        let of = "words".into();
        return Err(TrainError::NoArticles { of, tally });
    }
    stream.observer.stage("finding words of like company");
    reading.space(words).map(Some)
}

impl WordSpace {
    /// Which terms of a vocabulary are these words.
    #[must_use]
    pub fn kinship(&self, vocabulary: &Vocabulary) -> Kinship<'_> {
        let word = |(term, id)| Some((id, self.words.id(term)?));
        let words = vocabulary.iter().zip(0..).filter_map(word);
        Kinship::new(&self.vectors, words.collect())
    }

    /// The words as terms around a target.
    ///
    /// # Errors
    /// When one of them is too long for a term.
    pub fn around(&self) -> Result<Vocabulary, VocabularyError> {
        let terms: Vec<String> = self
            .words
            .iter()
            .map(TargetVocabulary::around_term)
            .collect();
        Vocabulary::from_terms(terms.into_iter())
    }
}

impl Reading {
    fn add(&mut self, words: &Words) {
        let number = |term: &CompactString| {
            let next = u32::try_from(self.counts.len()).unwrap_or(Company::GAP);
            let number = *self.numbers.entry(term.clone()).or_insert(next);
            if number == next {
                self.counts.push(0);
            }
            number
        };
        let numbers: Vec<u32> = words.terms().iter().map(number).collect();
        for word in words.all() {
            let number = numbers[word.number as usize];
            self.counts[number as usize] += 1;
            self.text.push(number);
        }
        self.text.extend([Company::GAP; Company::REACH]);
    }

    /// The most frequent words; of equally frequent ones the first in the alphabet.
    fn most_frequent(&self, most: usize) -> Vec<(&str, u32)> {
        let short = |term: &&CompactString| term.len() <= TargetVocabulary::MAX_WORD_BYTES;
        let words = self.numbers.keys().filter(short);
        let mut words: Vec<(&str, u32)> = words
            .map(|term| (term.as_str(), self.numbers[term]))
            .collect();
        words.sort_unstable_by_key(|&(term, number)| (Reverse(self.counts[number as usize]), term));
        words.truncate(most);
        words.sort_unstable();
        words
    }

    fn space(mut self, recipe: &WordsRecipe) -> Result<WordSpace, TrainError> {
        let words = self.most_frequent(recipe.max_words);
        let vocabulary = Vocabulary::from_terms(words.iter().map(|&(term, _)| term))?;
        let mut ids = vec![Company::GAP; self.counts.len()];
        for (id, &(_, number)) in (0..).zip(&words) {
            ids[number as usize] = id;
        }
        let all: u64 = self.counts.iter().sum();
        let importance = |&(_, number): &(&str, u32)| {
            let share = self.counts[number as usize] as f64 / all as f64;
            single((COMMON / share).sqrt().min(1.0))
        };
        let importance: Vec<f32> = words.iter().map(importance).collect();
        let known = words.len();
        let mut text = std::mem::take(&mut self.text);
        for word in text.iter_mut().filter(|word| **word != Company::GAP) {
            *word = ids[*word as usize];
        }
        let company = Company::of(&text, known);
        let vectors = WordVectors::of(&company, recipe.dimensions);
        let vectors = vectors.map_err(TrainError::Words)?;
        Ok(WordSpace {
            words: vocabulary,
            vectors: vectors.scaled(&importance),
        })
    }
}
