//! The words of corpora, with labels and without, as vectors.

use std::{cmp::Reverse, collections::HashMap};

use compact_str::CompactString;

use super::{
    TrainError, axis_recipe::WordsRecipe, holdout::Holdout, recipe::Recipe, stream::Stream,
};
use crate::{
    bayes::{Company, WordVectors, word_vectors::single},
    features::{TargetVocabulary, Vocabulary, Words},
    label::Axis,
};

/// A word weighs less the more its share of all words exceeds this (Mikolov et al. 2013).
const COMMON: f64 = 1e-3;

/// Frequent words.
pub struct WordSpace {
    /// As terms.
    pub vocabulary: Vocabulary,
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

/// Reads the corpora of a recipe for the axis.
pub(super) fn find(
    recipe: &Recipe,
    words: &WordsRecipe,
    axis: &Axis,
    stream: &Stream<'_>,
    holdout: &Holdout,
) -> Result<WordSpace, TrainError> {
    let mut reading = Reading::default();
    for corpus in words.corpora.iter().filter_map(|name| recipe.corpus(name)) {
        stream.training(
            "reading words of",
            corpus,
            holdout,
            |record| [record.title, record.body].map(|zone| Words::read(&[&zone], u32::MAX)),
            |zones| {
                zones.iter().for_each(|zone| reading.add(zone));
                Ok(())
            },
        )?;
    }
    stream.observer.stage("finding words of like company");
    reading.space(words, axis)
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

    fn space(mut self, recipe: &WordsRecipe, axis: &Axis) -> Result<WordSpace, TrainError> {
        let words = self.most_frequent(recipe.max_words);
        let terms: Vec<String> = words
            .iter()
            .map(|(term, _)| TargetVocabulary::around_term(term))
            .collect();
        let vocabulary = Vocabulary::from_terms(terms.into_iter())?;
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
        let vectors = vectors.map_err(|source| TrainError::Fit {
            axis: axis.name().into(),
            source,
        })?;
        Ok(WordSpace {
            vocabulary,
            vectors: vectors.scaled(&importance),
        })
    }
}
