//! From one term vector to the labels of an axis, explained where asked.

use super::{AbstainReason, Decision, Evidence, LabelExplanation, LabelScore, TagOptions};
use crate::{
    article::ArticleField,
    bayes::{calibration::probabilities, explain::explain, joint, scorer::ranking},
    features::{Occurrence, TermId, TermVector, Vocabulary},
    model::{Classifier, DecisionRule},
    text::Span,
};

/// Occurrences that are grouped by term as a [`Reader`] wants them: each place once and in reading
/// order. The windows of neighbouring mentions of a target overlap and name a place more than once.
pub fn in_order(mut occurrences: Vec<Occurrence>) -> Vec<Occurrence> {
    for of_term in occurrences.chunk_by_mut(|a, b| a.term == b.term) {
        of_term.sort_unstable_by_key(|o| (o.zone, o.span.start, o.span.end));
    }
    occurrences.dedup();
    occurrences
}

/// One vector as every axis reads it.
pub struct Reader<'m, 'a> {
    pub vocabulary: &'m Vocabulary,
    pub vector: &'a TermVector,
    /// By term.
    pub occurrences: &'a [Occurrence],
    pub options: &'a TagOptions,
    pub abstain: Option<AbstainReason>,
}

impl<'m> Reader<'m, '_> {
    /// Of each axis, whether it is answered, and its labels by falling log-odds.
    pub fn read(&self, classifiers: &[&'m Classifier]) -> Vec<(Decision, Vec<LabelScore<'m>>)> {
        let scorers: Vec<_> = classifiers.iter().map(|c| c.scorer()).collect();
        let raw = joint::scores(&scorers, self.vector);
        let axes = classifiers.iter().zip(raw);
        axes.map(|(classifier, raw)| self.answer(classifier, &raw))
            .collect()
    }

    fn answer(&self, classifier: &'m Classifier, raw: &[f64]) -> (Decision, Vec<LabelScore<'m>>) {
        let axis = classifier.axis();
        let length = classifier.scorer().length(self.vector);
        let log_odds = classifier.calibration().apply(raw, length);
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
                    .options
                    .max_evidence
                    .filter(|_| explained(rank, label))
                    .map(|max| self.explain(classifier, raw, label, max)),
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

    fn explain(
        &self,
        classifier: &Classifier,
        raw: &[f64],
        label: usize,
        max: usize,
    ) -> LabelExplanation<'m> {
        let parts = explain(
            classifier.scorer(),
            classifier.calibration(),
            self.vector,
            raw,
            label,
            max,
        );
        let evidence = parts.contributions.iter().map(|contribution| Evidence {
            term: self.vocabulary.term(contribution.term),
            count: contribution.count,
            log_odds: contribution.log_odds,
            spans: self.spans(contribution.term),
        });
        LabelExplanation {
            bias: parts.bias,
            unlisted_log_odds: parts.rest,
            evidence: evidence.collect(),
        }
    }

    fn spans(&self, term: TermId) -> Vec<(ArticleField, Span)> {
        let first = self.occurrences.partition_point(|o| o.term < term);
        let places = self.occurrences[first..].iter();
        places
            .take_while(|o| o.term == term)
            .map(|o| (ArticleField::ALL[o.zone], o.span.clone()))
            .collect()
    }
}
