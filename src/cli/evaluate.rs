//! `newstance evaluate`.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use super::{
    CliError, Format,
    batch::next_batch,
    load_model, open,
    partial::{Partial, check_apart},
    passed_over::PassedOver,
    progress::Progress,
    unpacked,
};
use crate::{
    corpus::{Record, Records},
    evaluate::{AxisReport, Evaluation, Judgement, judge_record, unknown_codes},
    label::Axis,
    model::Classifier,
    report::Page,
    tagger::Tagger,
    train::Observer,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Model file to measure instead of the one in the binary.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Axis to measure.
    #[arg(long, value_name = "AXIS")]
    axis: String,
    /// Labelled articles, `.jsonl` or `.jsonl.zst`.
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// Measure the articles of this split alone.
    #[arg(long, value_name = "SPLIT")]
    split: Option<String>,
    /// Page to write that shows all of it, with charts: one HTML file that needs no other.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Articles that are in memory at a time.
const BATCH: usize = 512;

impl Args {
    pub fn run(self) -> Result<(), CliError> {
        if let Some(page) = &self.report {
            check_apart(page, self.data.iter().chain(&self.model))?;
        }
        let tagger = Tagger::new(load_model(self.model.as_deref())?);
        let classifiers = tagger.model().all_classifiers();
        let known: Vec<_> = classifiers.map(|c| c.axis().name()).collect();
        let known = known.join(", ");
        let Some(classifier) = tagger.model().classifier(&self.axis) else {
            let name = self.axis;
            return Err(CliError::NoAxis { name, known });
        };
        let page = self.report.as_deref().map(Partial::of).transpose()?;
        let report = self.measure(&tagger, classifier.axis())?;
        if report.n == 0 {
            let (axis, split) = (self.axis, self.split);
            return Err(CliError::NothingMeasured { axis, split });
        }
        if let Some(page) = page {
            self.draw(page, &tagger, classifier, &report)?;
        }
        let mut out = io::stdout().lock();
        match self.format {
            Format::Text => write!(out, "{report}")?,
            Format::Json => {
                serde_json::to_writer(&mut out, &report).map_err(io::Error::from)?;
                writeln!(out)?;
            }
        }
        Ok(())
    }

    fn draw(
        &self,
        page: Partial,
        tagger: &Tagger,
        classifier: &Classifier,
        report: &AxisReport,
    ) -> Result<(), CliError> {
        let names = self.data.iter().filter_map(|path| path.file_name());
        let data: Vec<String> = names.map(|name| name.to_string_lossy().into()).collect();
        let drawn = Page {
            model: tagger.model(),
            classifier,
            report,
            data: &data,
            split: self.split.as_deref(),
        };
        page.write(drawn.html()?.as_bytes())
    }

    /// Measures all files, and tells which labels are none of the axis.
    fn measure(&self, tagger: &Tagger, axis: &Axis) -> Result<AxisReport, CliError> {
        let mut evaluation = Evaluation::new(axis);
        let mut passed_over = PassedOver::default();
        let progress = Progress::new();
        for path in &self.data {
            progress.stage(&format!("measuring {}", path.display()));
            self.measure_file(path, tagger, axis, &progress, |judgements, unknown| {
                judgements.iter().for_each(|one| evaluation.add(one));
                unknown.into_iter().for_each(|code| passed_over.add(code));
            })?;
        }
        drop(progress);
        if let Some(line) = passed_over.line(axis.name()) {
            anstream::eprintln!("newstance: {line}");
        }
        Ok(evaluation.report())
    }

    /// Hands on what is judged of each record, and its codes that are no labels of the axis.
    fn measure_file(
        &self,
        path: &Path,
        tagger: &Tagger,
        axis: &Axis,
        progress: &Progress,
        mut each: impl FnMut(Vec<Judgement>, Vec<String>),
    ) -> Result<(), CliError> {
        let reader = unpacked(path, open(path)?)?;
        let wanted = |record: &Record| self.split.as_ref().is_none_or(|s| s == record.split());
        let mut records = Records::new(path.display().to_string(), reader);
        loop {
            let batch = next_batch(&mut records, BATCH);
            if batch.is_empty() {
                return Ok(());
            }
            progress.increment(batch.len() as u64);
            let judged = batch.into_par_iter().map(|(line, record)| {
                let record = record?;
                if !wanted(&record) {
                    return Ok((Vec::new(), Vec::new()));
                }
                let unknown = unknown_codes(axis, &record).map(Into::into).collect();
                let judged = judge_record(tagger, axis, record);
                let judged = judged.map_err(|source| CliError::Evaluate {
                    path: path.into(),
                    line,
                    source,
                })?;
                Ok((judged, unknown))
            });
            // The first fault of the file is told, whichever was found first.
            let judged: Vec<Result<_, CliError>> = judged.collect();
            for judged in judged {
                let (judgements, unknown) = judged?;
                each(judgements, unknown);
            }
        }
    }
}
