//! One page that shows how well a model does on an axis: figures, labels, confusions,
//! calibration, coverage, top terms and the worst mistakes.
//!
//! The page is one HTML file that asks for nothing else, in light and dark and on paper. The same
//! input gives the same bytes: no date, no machine, no random identifier. No text of an article
//! is in it; mistakes are known by their identifiers.

mod canvas;
mod coverage;
mod labels;
mod matrix;
mod mistakes;
mod numbers;
mod outcomes;
mod page;
mod palette;
mod reliability;

use thiserror::Error;

use crate::{
    evaluate::AxisReport,
    label::Axis,
    model::{Classifier, Model, STANCE, counted_of},
};

/// Why there is no page.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The plotting library gave up.
    #[error("a chart cannot be drawn: {0}")]
    Chart(String),
}

/// What a page is made of.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The model that was measured.
    pub model: &'a Model,
    /// Its classifier of the measured axis.
    pub classifier: &'a Classifier,
    /// What was measured.
    pub report: &'a AxisReport,
    /// Names of the measured files, without directories, which are nobody else's business.
    pub data: &'a [String],
    /// The measured split, if it was not all.
    pub split: Option<&'a str>,
}

impl Page<'_> {
    /// The page as one HTML file.
    ///
    /// # Errors
    /// When a chart cannot be drawn.
    pub fn html(&self) -> Result<String, ReportError> {
        Ok(page::page(self)?.into_string())
    }

    fn axis(&self) -> &Axis {
        self.classifier.axis()
    }

    /// What the figures count: articles or targets.
    fn counted(&self) -> &'static str {
        counted_of(self.axis().name())
    }

    /// The same as a title.
    fn counted_title(&self) -> String {
        numbers::capitalised(self.counted())
    }

    /// The label that a single answer is compared with; a target has no more than one.
    fn truth(&self) -> &'static str {
        if self.axis().name() == STANCE {
            "true label"
        } else {
            "true main label"
        }
    }
}
