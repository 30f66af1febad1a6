//! Sums that all figures follow from, collected one article at a time in bounded memory.

use super::{
    coverage::{RiskCoverage, Tally},
    mistakes::Mistakes,
    reliability::Reliability,
    report::{AxisReport, LabelReport},
};
use crate::label::{Axis, AxisKind};

/// One article on one axis: what is so and what was said. Labels are positions in the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Identifier of what was judged; empty where nobody will look for it.
    pub id: String,
    /// True labels, the main one first.
    pub truth: Vec<usize>,
    /// Probability of every label.
    pub probabilities: Vec<f64>,
    /// The label that a single answer is: the most probable one, or the one that wins by weight.
    pub best: usize,
    /// Labels of the answer; empty for an abstention.
    pub assigned: Vec<usize>,
    /// Whether the model answered.
    pub answered: bool,
}

/// Running sums of an evaluation.
#[derive(Debug, Clone)]
pub struct Evaluation {
    axis: Axis,
    articles: u64,
    exact: u64,
    in_truth: u64,
    answered: u64,
    exact_answered: u64,
    labels: Vec<LabelCounts>,
    /// Articles by main true label and answer; of no size on a multi-label axis.
    confusion: Vec<Vec<u64>>,
    reliability: Reliability,
    coverage: RiskCoverage,
    mistakes: Mistakes,
}

#[derive(Debug, Clone, Copy, Default)]
struct LabelCounts {
    both: u64,
    said: u64,
    so: u64,
}

impl Judgement {
    /// What was said and what is so: of a single-label axis the best label, even where
    /// the model abstained, and the main true one.
    fn decisions(&self, kind: AxisKind) -> (&[usize], &[usize]) {
        match kind {
            AxisKind::Single => (
                std::slice::from_ref(&self.best),
                &self.truth[..self.truth.len().min(1)],
            ),
            AxisKind::Multi => (&self.assigned, &self.truth),
        }
    }

    /// How sure the model is. Single-label: the best label's probability. Multi-label:
    /// the share of its decisions, to give or not to give each label, that it expects to be right.
    fn confidence(&self, kind: AxisKind) -> f64 {
        if kind == AxisKind::Single {
            return self.probabilities[self.best];
        }
        let right = |(label, &probability): (usize, &f64)| {
            if self.assigned.contains(&label) {
                probability
            } else {
                1.0 - probability
            }
        };
        let expected: f64 = self.probabilities.iter().enumerate().map(right).sum();
        expected / self.probabilities.len().max(1) as f64
    }
}

impl Evaluation {
    /// Nothing judged yet.
    #[must_use]
    pub fn new(axis: &Axis) -> Self {
        let labels = axis.labels().len();
        let confusion = match axis.kind() {
            AxisKind::Single => vec![vec![0; labels]; labels],
            AxisKind::Multi => Vec::new(),
        };
        Self {
            axis: axis.clone(),
            articles: 0,
            exact: 0,
            in_truth: 0,
            answered: 0,
            exact_answered: 0,
            labels: vec![LabelCounts::default(); labels],
            confusion,
            reliability: Reliability::default(),
            coverage: RiskCoverage::default(),
            mistakes: Mistakes::default(),
        }
    }

    /// Adds one article. A single-label axis is judged by its best label even where the
    /// model abstained, so that figures with and without abstention can be told apart.
    pub fn add(&mut self, judgement: &Judgement) {
        let (said, so) = judgement.decisions(self.axis.kind());
        let exact = said.len() == so.len() && said.iter().all(|label| so.contains(label));
        self.articles += 1;
        self.exact += u64::from(exact);
        self.in_truth += u64::from(judgement.truth.contains(&judgement.best));
        self.answered += u64::from(judgement.answered);
        self.exact_answered += u64::from(exact && judgement.answered);
        if let (AxisKind::Single, [truth]) = (self.axis.kind(), so) {
            self.confusion[*truth][judgement.best] += 1;
        }
        let tally = self.add_decisions(said, so, exact);
        self.coverage
            .add(judgement.confidence(self.axis.kind()), tally);
        self.add_probabilities(judgement, exact);
        self.mistakes.add(self.axis.kind(), judgement);
    }

    fn add_decisions(&mut self, said: &[usize], so: &[usize], exact: bool) -> Tally {
        let mut tally = Tally {
            judged: 1,
            exact: exact.into(),
            ..Tally::default()
        };
        for (label, counts) in self.labels.iter_mut().enumerate() {
            let (said, so) = (said.contains(&label), so.contains(&label));
            counts.both += u64::from(said && so);
            counts.said += u64::from(said);
            counts.so += u64::from(so);
            tally.both += u64::from(said && so);
            tally.said += u64::from(said);
            tally.so += u64::from(so);
        }
        tally
    }

    /// Single-label: the best label's probability. Multi-label: every label's.
    fn add_probabilities(&mut self, judgement: &Judgement, exact: bool) {
        match self.axis.kind() {
            AxisKind::Single => self
                .reliability
                .add(judgement.probabilities[judgement.best], exact),
            AxisKind::Multi => {
                for (label, &probability) in judgement.probabilities.iter().enumerate() {
                    let correct = judgement.truth.contains(&label);
                    self.reliability.add(probability, correct);
                }
            }
        }
    }

    /// The figures so far.
    #[must_use]
    pub fn report(&self) -> AxisReport {
        let both = self.labels.iter().map(|l| l.both).sum();
        let said = self.labels.iter().map(|l| l.said).sum();
        let so = self.labels.iter().map(|l| l.so).sum();
        let per_label = self.per_label();
        let occurring = self.labels.iter().filter(|l| l.said + l.so > 0).count();
        let sum_f1: f64 = per_label.iter().map(|label| label.f1).sum();
        let risk_coverage = self.coverage.curve();
        // The curve has a point for every percent.
        let at = |percent: usize| risk_coverage[percent - 1];
        AxisReport {
            axis: self.axis.name().into(),
            n: self.articles,
            accuracy: ratio(self.exact, self.articles),
            macro_f1: sum_f1 / as_f64(occurring.max(1) as u64),
            micro_f1: f1(both, said, so),
            ece: self.reliability.expected_calibration_error(),
            coverage: ratio(self.answered, self.articles),
            selective_accuracy: ratio(self.exact_answered, self.answered),
            in_set_accuracy: ratio(self.in_truth, self.articles),
            accuracy_at_80: at(80).accuracy,
            accuracy_at_50: at(50).accuracy,
            micro_f1_at_80: at(80).micro_f1,
            micro_f1_at_50: at(50).micro_f1,
            per_label,
            confusion: self.confusion.clone(),
            reliability: self.reliability.bins(),
            mistakes: self.mistakes.list(&self.axis),
            risk_coverage,
        }
    }

    fn per_label(&self) -> Vec<LabelReport> {
        let labels = self.axis.labels().iter().zip(&self.labels);
        labels
            .map(|(label, counts)| LabelReport {
                code: label.code.clone(),
                name: label.name.clone(),
                support: counts.so,
                answered: counts.said,
                found: counts.both,
                precision: ratio(counts.both, counts.said),
                recall: ratio(counts.both, counts.so),
                f1: f1(counts.both, counts.said, counts.so),
            })
            .collect()
    }
}

fn f1(both: u64, said: u64, so: u64) -> f64 {
    ratio(2 * both, said + so)
}

/// a / b, and 0 for nothing of nothing.
fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { as_f64(a) / as_f64(b) }
}

fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::{AxisParts, Label};

    fn axis(kind: AxisKind) -> Axis {
        let label = |code: &str| Label {
            code: code.into(),
            name: code.into(),
            definition: String::new(),
        };
        let parts = AxisParts {
            name: "axis".into(),
            kind,
            definition: String::new(),
            labels: ["a", "b", "c"].map(label).into(),
        };
        Axis::try_from(parts).unwrap()
    }

    fn judgement(truth: &[usize], probabilities: [f64; 3], assigned: &[usize]) -> Judgement {
        let best = (0..3).max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
        Judgement {
            id: "article".into(),
            truth: truth.to_vec(),
            probabilities: probabilities.to_vec(),
            best: best.unwrap(),
            assigned: assigned.to_vec(),
            answered: true,
        }
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    /// Expected values by scikit-learn 1.5: `f1_score([0, 0, 1, 2], [0, 1, 1, 0], ...)`.
    #[test]
    fn single_label_figures_are_scikit_learns() {
        let mut evaluation = Evaluation::new(&axis(AxisKind::Single));
        for (truth, best) in [(0, 0), (0, 1), (1, 1), (2, 0)] {
            let mut probabilities = [0.2, 0.2, 0.2];
            probabilities[best] = 0.6;
            evaluation.add(&judgement(&[truth, best], probabilities, &[best]));
        }
        let report = evaluation.report();
        assert!(close(report.accuracy, 0.5) && close(report.micro_f1, 0.5));
        assert!(close(report.macro_f1, (0.5 + 2.0 / 3.0) / 3.0));
        assert!(close(report.in_set_accuracy, 1.0));
        assert!(close(report.ece, 0.1), "0.6 sure and right half the time");
        assert!(close(report.per_label[1].precision, 0.5));
        assert_eq!(report.confusion, [[1, 1, 0], [0, 1, 0], [1, 0, 0]]);
    }

    #[test]
    fn multi_label_figures_count_every_decision() {
        let mut evaluation = Evaluation::new(&axis(AxisKind::Multi));
        evaluation.add(&judgement(&[0, 1], [0.9, 0.9, 0.1], &[0, 1]));
        evaluation.add(&judgement(&[0], [0.9, 0.1, 0.9], &[0, 2]));
        evaluation.add(&judgement(&[], [0.1, 0.1, 0.1], &[]));
        let report = evaluation.report();
        assert!(close(report.accuracy, 2.0 / 3.0), "exact match");
        assert!(close(report.micro_f1, 6.0 / 7.0));
        assert!(close(report.macro_f1, 2.0 / 3.0));
        let gap = (4.0 * 0.9 - 3.0f64).abs() + (5.0 * 0.1f64).abs();
        assert!(close(report.ece, gap / 9.0));
        assert!(report.confusion.is_empty());
        let label = &report.per_label[2];
        assert_eq!((label.support, label.answered, label.found), (0, 1, 0));
    }

    #[test]
    fn the_surest_answers_of_any_kind_make_the_curve() {
        let mut single = Evaluation::new(&axis(AxisKind::Single));
        for (truth, confidence) in [(0, 0.9), (0, 0.8), (1, 0.7), (0, 0.6), (1, 0.5)] {
            single.add(&judgement(&[truth], [confidence, 0.1, 0.1], &[0]));
        }
        let report = single.report();
        assert!(close(report.accuracy_at_80, 0.75) && close(report.accuracy, 0.6));
        assert!(close(report.risk_coverage[99].accuracy, report.accuracy));

        let mut multi = Evaluation::new(&axis(AxisKind::Multi));
        multi.add(&judgement(&[0, 1], [0.9, 0.1, 0.1], &[0]));
        multi.add(&judgement(&[2], [0.6, 0.6, 0.6], &[0, 1, 2]));
        let report = multi.report();
        assert!(
            close(report.micro_f1_at_50, 2.0 / 3.0),
            "the first is surer"
        );
        assert!(close(report.risk_coverage[99].micro_f1, report.micro_f1));
        assert!(close(report.accuracy_at_50, 0.0));
    }

    #[test]
    fn an_abstention_is_judged_but_not_covered() {
        let mut evaluation = Evaluation::new(&axis(AxisKind::Single));
        let right = judgement(&[0], [0.4, 0.3, 0.3], &[0]);
        evaluation.add(&Judgement {
            answered: false,
            assigned: vec![],
            ..right.clone()
        });
        evaluation.add(&judgement(&[1], [0.4, 0.3, 0.3], &[0]));
        let report = evaluation.report();
        assert!(close(report.coverage, 0.5) && close(report.accuracy, 0.5));
        assert!(close(report.selective_accuracy, 0.0));
    }
}
