//! The figures of one axis.

use std::fmt;

use serde::Serialize;

use super::{CoveragePoint, Mistake, ReliabilityBin};
use crate::tagger::counted_of;

/// How well a model does on one axis. All shares are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AxisReport {
    /// Name of the axis.
    pub axis: String,
    /// Articles that were judged, or targets where the axis is by target.
    pub n: u64,
    /// Single-label: share of articles whose answer is the true main label.
    /// Multi-label: share whose labels are exactly the true ones.
    pub accuracy: f64,
    /// Mean F1 of the labels that occur in the truth or in the answers.
    pub macro_f1: f64,
    /// F1 over all decisions; on a single-label axis it equals the accuracy.
    pub micro_f1: f64,
    /// Expected calibration error over 15 bins (Guo et al. 2017).
    pub ece: f64,
    /// Share of articles that were answered.
    pub coverage: f64,
    /// Accuracy over the answered articles alone.
    pub selective_accuracy: f64,
    /// Share of articles whose answer is one of the true labels; of a multi-label axis its most
    /// probable label.
    pub in_set_accuracy: f64,
    /// Accuracy over the surest 80 % of the articles, whatever the model's own rule to abstain.
    pub accuracy_at_80: f64,
    /// Accuracy over the surest half.
    pub accuracy_at_50: f64,
    /// Micro-F1 over the surest 80 %: the figure to read on a multi-label axis, whose accuracy
    /// asks for all labels at once.
    pub micro_f1_at_80: f64,
    /// Micro-F1 over the surest half.
    pub micro_f1_at_50: f64,
    /// The labels in the axis's order.
    pub per_label: Vec<LabelReport>,
    /// Single-label: articles by main true label (row) and answer (column), in the
    /// axis's order. Multi-label: absent; each label's two by two follows from `n`, `support`,
    /// `answered` and `found`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confusion: Vec<Vec<u64>>,
    /// 15 bins of equal width over the probability: single-label of the answer,
    /// multi-label of every label.
    pub reliability: Vec<ReliabilityBin>,
    /// The figures of the surest 1 %, 2 %, ... 100 % of the articles.
    pub risk_coverage: Vec<CoveragePoint>,
    /// The wrong answers that the model was surest of.
    pub mistakes: Vec<Mistake>,
}

/// How well a model does on one label.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelReport {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Articles that truly have it.
    pub support: u64,
    /// Articles that were given it.
    pub answered: u64,
    /// Articles that have it and were given it.
    pub found: u64,
    /// Share of its answers that are right.
    pub precision: f64,
    /// Share of its articles that were found.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

impl AxisReport {
    /// The figures of the whole axis by name.
    #[must_use]
    pub fn figures(&self) -> [(&'static str, f64); 11] {
        [
            ("accuracy", self.accuracy),
            ("macro_f1", self.macro_f1),
            ("micro_f1", self.micro_f1),
            ("ece", self.ece),
            ("coverage", self.coverage),
            ("selective_accuracy", self.selective_accuracy),
            ("in_set_accuracy", self.in_set_accuracy),
            ("accuracy_at_80", self.accuracy_at_80),
            ("accuracy_at_50", self.accuracy_at_50),
            ("micro_f1_at_80", self.micro_f1_at_80),
            ("micro_f1_at_50", self.micro_f1_at_50),
        ]
    }
}

impl fmt::Display for AxisReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} ({} {})\n", self.axis, self.n, counted_of(&self.axis))?;
        for (name, value) in self.figures() {
            writeln!(f, "  {name:<20} {value:.4}")?;
        }
        let code = self.per_label.iter().map(|label| label.code.len());
        let width = code.max().unwrap_or(0).max("label".len());
        writeln!(
            f,
            "\n  {:<width$}  support  precision  recall      f1  name",
            "label"
        )?;
        for label in &self.per_label {
            writeln!(
                f,
                "  {:<width$}  {:>7}  {:>9.3}  {:>6.3}  {:>6.3}  {}",
                label.code, label.support, label.precision, label.recall, label.f1, label.name
            )?;
        }
        Ok(())
    }
}
