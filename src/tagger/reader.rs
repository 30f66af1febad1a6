//! From scores to the labels of an axis, explained where asked.

use std::{borrow::Cow, cell::Cell};

use super::{
    AbstainReason, Decision, Evidence, LabelExplanation, LabelScore, TagError, TagOptions,
};
use crate::{
    article::ArticleField,
    bayes::{
        Contribution, LabelCalibration, Scorer, Sum, WordShare,
        calibration::{apply, probabilities},
        explain::explain,
        ranking,
    },
    features::{
        Mention, Occurrence, TargetReading, TargetVocabulary, TermId, TermVector, Vicinity,
        Vocabulary,
    },
    model::{Classifier, DecisionRule},
    text::Span,
};

/// Whose terms are explained: how they are written and where they stand.
#[derive(Debug, Clone, Copy)]
pub enum Terms<'m, 'a> {
    /// With every occurrence, by term, those of a term in reading order.
    OfArticle(&'m Vocabulary, &'a [Occurrence]),
    /// With the words around the mentions of a target, whose places are looked for where they are
    /// to be listed.
    OfTarget {
        vocabulary: &'m TargetVocabulary,
        vicinity: &'a Vicinity,
        reading: &'a TargetReading<'a>,
        mentions: &'a [Mention],
    },
}

impl<'m, 'a> Terms<'m, 'a> {
    fn term(self, id: TermId) -> &'m str {
        match self {
            Self::OfArticle(vocabulary, _) => vocabulary.term(id),
            Self::OfTarget { vocabulary, .. } => vocabulary.term(id),
        }
    }

    /// The occurrences of these terms, and maybe of others.
    fn occurrences(self, of: &[Contribution]) -> Cow<'a, [Occurrence]> {
        match self {
            Self::OfArticle(_, all) => all.into(),
            Self::OfTarget {
                reading, mentions, ..
            } => {
                let mut terms: Vec<TermId> = of.iter().map(|one| one.term).collect();
                terms.sort_unstable();
                reading.occurrences(mentions, &terms).into()
            }
        }
    }
}

/// What labels are explained by.
pub struct Grounds<'m, 'a> {
    pub terms: Terms<'m, 'a>,
    pub vector: &'a TermVector,
    /// The most terms that are listed.
    pub max: usize,
    /// How many of their places may still be listed; `None` where there were more.
    pub places_left: Cell<Option<usize>>,
}

/// How every axis answers.
pub struct Reader<'m, 'a> {
    pub options: &'a TagOptions,
    pub abstain: Option<AbstainReason>,
    /// Where labels are to be explained.
    pub grounds: Option<Grounds<'m, 'a>>,
}

/// Whether an axis is answered, and its labels by falling log-odds.
pub type Answer<'m> = (Decision, Vec<LabelScore<'m>>);

impl<'m> Reader<'m, '_> {
    /// The answer of each axis to one vector.
    ///
    /// # Errors
    /// When the evidence has more places than there may be.
    pub fn read(
        &self,
        classifiers: &[&'m Classifier],
        vector: &TermVector,
    ) -> Result<Vec<Answer<'m>>, TagError> {
        let scorers: Vec<_> = classifiers.iter().map(|c| c.scorer()).collect();
        let sums = Scorer::sums(&scorers, vector);
        let axes = classifiers.iter().zip(&sums);
        let answers = axes.map(|(classifier, sum)| self.answer(classifier, sum));
        let answers = answers.collect();
        self.check_places().map(|()| answers)
    }

    /// Whether all places of the evidence were listed.
    fn check_places(&self) -> Result<(), TagError> {
        let limit = self.options.max_places.unwrap_or(usize::MAX);
        let left = self
            .grounds
            .as_ref()
            .map(|grounds| grounds.places_left.get());
        match left {
            Some(None) => Err(TagError::TooManyPlaces { limit }),
            _ => Ok(()),
        }
    }

    /// The answer of one axis to a sum of terms.
    pub fn answer(&self, classifier: &'m Classifier, sum: &Sum) -> Answer<'m> {
        let axis = classifier.axis();
        let calibration = classifier.calibration();
        let calibrated = calibration.of_article(axis.kind(), &sum.scores, sum.length);
        let log_odds = apply(&calibrated, &sum.scores);
        let probabilities = probabilities(axis.kind(), &log_odds);
        let order = ranking(&log_odds);
        let (decision, assigned) = self.decide(classifier.rule(), &order, &probabilities);
        let explained = |rank: usize, label: usize| {
            let first_of_none = rank == 0 && assigned.is_empty();
            assigned.contains(&label) || first_of_none
        };
        let keep = self.options.max_labels.unwrap_or(usize::MAX);
        let labels = order.iter().enumerate().filter_map(|(rank, &label)| {
            let is_assigned = assigned.contains(&label);
            (rank < keep || is_assigned).then(|| LabelScore {
                label: &axis.labels()[label],
                probability: probabilities[label],
                log_odds: log_odds[label],
                assigned: is_assigned,
                explanation: self
                    .grounds
                    .as_ref()
                    .filter(|_| explained(rank, label))
                    .map(|grounds| {
                        grounds.explain(classifier, calibrated[label], sum.length, label)
                    }),
            })
        });
        (decision, labels.collect())
    }

    fn decide(
        &self,
        rule: &DecisionRule,
        order: &[usize],
        probabilities: &[f64],
    ) -> (Decision, Vec<usize>) {
        if let Some(reason) = self.abstain {
            return (Decision::Abstained(reason), Vec::new());
        }
        match rule.assign(order, probabilities) {
            Some(assigned) => (Decision::Assigned, assigned),
            None => (Decision::Abstained(AbstainReason::Uncertain), Vec::new()),
        }
    }
}

impl<'m> Grounds<'m, '_> {
    /// Explains a label by its calibration in the article.
    fn explain(
        &self,
        classifier: &Classifier,
        calibration: LabelCalibration,
        length: u64,
        label: usize,
    ) -> LabelExplanation<'m> {
        let scorer = classifier.scorer();
        let parts = explain(scorer, calibration, self.vector, label, self.max);
        let around = self.around(classifier, calibration, length, label);
        let parts = match around {
            Some(around) => parts.with(around, self.max),
            None => parts,
        };
        let occurrences = self.terms.occurrences(&parts.contributions);
        let evidence = parts.contributions.iter().map(|contribution| Evidence {
            term: self.terms.term(contribution.term),
            count: contribution.count,
            log_odds: contribution.log_odds,
            spans: self.spans(contribution.term, &occurrences),
        });
        LabelExplanation {
            bias: parts.bias,
            unlisted_log_odds: parts.rest,
            evidence: evidence.collect(),
        }
    }

    /// What the words around a target add, where there are some that share weights.
    fn around(
        &self,
        classifier: &Classifier,
        calibration: LabelCalibration,
        length: u64,
        label: usize,
    ) -> Option<Vec<Contribution>> {
        let scorer = classifier.vicinity()?;
        let Terms::OfTarget {
            vocabulary,
            vicinity,
            ..
        } = self.terms
        else {
            return None;
        };
        let shares = scorer.shares(length, vicinity, label).into_iter();
        let contribution = |share: WordShare| Contribution {
            term: vocabulary.term_of(share.word),
            count: share.count,
            log_odds: calibration.slope * share.score,
        };
        Some(shares.map(contribution).collect())
    }

    fn spans(&self, term: TermId, occurrences: &[Occurrence]) -> Vec<(ArticleField, Span)> {
        let first = occurrences.partition_point(|o| o.term < term);
        let places = &occurrences[first..];
        let places = &places[..places.partition_point(|o| o.term == term)];
        let left = self.places_left.get();
        let left = left.and_then(|left| left.checked_sub(places.len()));
        self.places_left.set(left);
        if left.is_none() {
            return Vec::new();
        }
        places
            .iter()
            .map(|o| (ArticleField::ALL[o.zone], o.span.clone()))
            .collect()
    }
}
