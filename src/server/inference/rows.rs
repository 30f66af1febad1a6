//! From taggings to tensors: each article gives a row, the rows become columns.

use rustc_hash::FxHashMap;

use super::{
    Form,
    bytes::push,
    outputs::{Output, Part},
};
use crate::{
    model::Model,
    server::{convert::answer::reason_name, pb::inference as pb},
    tagger::{AxisTagging, Decision, Tagging},
};

use pb::model_infer_response::InferOutputTensor;

/// What an article's answer says, one entry a wanted axis in the model's order.
pub type Row = Vec<Cell>;

/// One article's answer on one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Codes of the assigned labels, joined by commas.
    assigned: String,
    /// Why there is no answer; empty where there is one.
    abstain_reason: &'static str,
    /// Of all labels, in the order of the axis.
    probabilities: Vec<f64>,
}

/// Turns taggings of one model into the wanted outputs.
#[derive(Debug)]
pub struct Table<'m> {
    model: &'m Model,
    outputs: &'m [Output],
    /// The wanted axes as positions among the classifiers, rising: those of every row.
    axes: Vec<usize>,
    /// For each of them, the position of each label.
    labels: Vec<FxHashMap<&'m str, usize>>,
}

/// The tensors of an answer.
#[derive(Debug, Default, PartialEq)]
pub struct Tensors {
    /// Their descriptions, with their elements in the typed form.
    pub outputs: Vec<InferOutputTensor>,
    /// Their elements in the raw form.
    pub raw: Vec<Vec<u8>>,
}

/// Positions of the axes that the outputs are about, rising.
#[must_use]
pub fn wanted_axes(outputs: &[Output]) -> Vec<usize> {
    let mut axes: Vec<_> = outputs.iter().map(|output| output.axis).collect();
    axes.sort_unstable();
    axes.dedup();
    axes
}

impl<'m> Table<'m> {
    /// A table of these outputs.
    #[must_use]
    pub fn new(model: &'m Model, outputs: &'m [Output]) -> Self {
        let axes = wanted_axes(outputs);
        let positions = |&axis: &usize| {
            let labels = model.classifiers()[axis].axis().labels().iter();
            labels
                .enumerate()
                .map(|(at, label)| (label.code.as_str(), at))
                .collect()
        };
        Self {
            labels: axes.iter().map(positions).collect(),
            model,
            outputs,
            axes,
        }
    }

    /// The row of one article, whose tagging answers the wanted axes.
    #[must_use]
    pub fn row(&self, tagging: &Tagging<'_>) -> Row {
        let axes = tagging.axes.iter().zip(&self.labels);
        axes.map(|(axis, positions)| cell(axis, positions))
            .collect()
    }

    /// The columns of all rows.
    #[must_use]
    pub fn tensors(&self, rows: &[Row], form: Form) -> Tensors {
        let mut tensors = Tensors::default();
        let articles = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        for &output in self.outputs {
            let mut tensor = InferOutputTensor {
                name: output.name(self.model),
                datatype: output.datatype().name().into(),
                shape: output.shape(self.model, articles),
                ..InferOutputTensor::default()
            };
            match form {
                Form::Raw => tensors.raw.push(self.raw(output, rows)),
                Form::Typed => tensor.contents = Some(self.typed(output, rows)),
            }
            tensors.outputs.push(tensor);
        }
        tensors
    }

    fn typed(&self, output: Output, rows: &[Row]) -> pb::InferTensorContents {
        let mut contents = pb::InferTensorContents::default();
        let cells = self.cells(output, rows);
        let bytes = |text: &str| text.as_bytes().to_vec();
        match output.part {
            Part::Assigned => contents.bytes_contents = cells.map(|c| bytes(&c.assigned)).collect(),
            Part::AbstainReason => {
                contents.bytes_contents = cells.map(|c| bytes(c.abstain_reason)).collect();
            }
            Part::Labels => {
                let codes: Vec<_> = self.codes(output).map(bytes).collect();
                contents.bytes_contents = cells.flat_map(|_| codes.iter().cloned()).collect();
            }
            Part::Probabilities => {
                contents.fp64_contents = cells.flat_map(|c| &c.probabilities).copied().collect();
            }
        }
        contents
    }

    fn raw(&self, output: Output, rows: &[Row]) -> Vec<u8> {
        let mut raw = Vec::new();
        let cells = self.cells(output, rows);
        match output.part {
            Part::Assigned => cells.for_each(|c| push(&mut raw, c.assigned.as_bytes())),
            Part::AbstainReason => cells.for_each(|c| push(&mut raw, c.abstain_reason.as_bytes())),
            Part::Labels => {
                self.codes(output)
                    .for_each(|code| push(&mut raw, code.as_bytes()));
                raw = raw.repeat(rows.len());
            }
            Part::Probabilities => {
                raw.extend(
                    cells
                        .flat_map(|c| &c.probabilities)
                        .flat_map(|p| p.to_le_bytes()),
                );
            }
        }
        raw
    }

    fn codes(&self, output: Output) -> impl Iterator<Item = &'m str> {
        let labels = output.axis(self.model).labels();
        labels.iter().map(|label| label.code.as_str())
    }

    /// What every row says about the axis of an output.
    fn cells<'r>(&self, output: Output, rows: &'r [Row]) -> impl Iterator<Item = &'r Cell> {
        let at = self.axes.partition_point(|&axis| axis < output.axis);
        rows.iter().filter_map(move |row| row.get(at))
    }
}

fn cell(axis: &AxisTagging<'_>, positions: &FxHashMap<&str, usize>) -> Cell {
    let mut probabilities = vec![0.0; positions.len()];
    let mut assigned = Vec::new();
    for score in &axis.labels {
        let Some(&at) = positions.get(score.label.code.as_str()) else {
            continue;
        };
        probabilities[at] = score.probability;
        if score.assigned && axis.decision == Decision::Assigned {
            assigned.push(score.label.code.as_str());
        }
    }
    Cell {
        assigned: assigned.join(","),
        abstain_reason: reason_name(axis.decision),
        probabilities,
    }
}
