//! `newstance inspect`.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use super::{CliError, load_model};
use crate::model::{Classifier, Model, counted_of};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Model file to show instead of the one in the binary.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Show the top terms of this axis alone.
    #[arg(long, value_name = "AXIS")]
    axis: Option<String>,
    /// Terms to show for each label.
    #[arg(long, value_name = "N", default_value_t = 12)]
    terms: usize,
}

impl Args {
    pub fn run(self) -> Result<(), CliError> {
        let model = load_model(self.model.as_deref())?;
        let mut out = io::stdout().lock();
        if let Some(name) = self.axis {
            let Some(classifier) = model.classifier(&name) else {
                let names = model.all_classifiers().map(|c| c.axis().name());
                let known = names.collect::<Vec<_>>().join(", ");
                return Err(CliError::NoAxis { name, known });
            };
            write_axis(&mut out, &model, classifier, self.terms)?;
        } else {
            write_card(&mut out, &model)?;
            for classifier in model.all_classifiers() {
                write_axis(&mut out, &model, classifier, self.terms)?;
            }
        }
        Ok(())
    }
}

fn write_card(out: &mut impl Write, model: &Model) -> io::Result<()> {
    let card = model.card();
    writeln!(out, "{} {} of {}", card.name, card.version, card.created)?;
    writeln!(out, "sha256      {}", model.digest())?;
    writeln!(out, "languages   {}", card.languages.join(", "))?;
    let featurizer = model.featurizer();
    let capitals = featurizer.config().capitals();
    writeln!(
        out,
        "vocabulary  {} terms of up to {} words{}",
        featurizer.vocabulary().len(),
        featurizer.config().max_ngram(),
        if capitals { ", with capitals" } else { "" }
    )?;
    writeln!(out, "\n{}\n\ntrained on", card.description.trim())?;
    for corpus in &card.corpora {
        writeln!(
            out,
            "  {:<28} {:>7} articles  {}",
            corpus.name, corpus.training_articles, corpus.license
        )?;
    }
    writeln!(out, "\nmeasured")?;
    for metric in &card.metrics {
        writeln!(
            out,
            "  {:<12} {:<19} {:.4}  {} {} ({} {})",
            metric.axis,
            metric.name,
            metric.value,
            metric.corpus,
            metric.split,
            metric.articles,
            counted_of(&metric.axis)
        )?;
    }
    Ok(())
}

fn write_axis(
    out: &mut impl Write,
    model: &Model,
    classifier: &Classifier,
    terms: usize,
) -> io::Result<()> {
    let axis = classifier.axis();
    writeln!(
        out,
        "\n{} ({:?}): {}",
        axis.name(),
        axis.kind(),
        axis.definition()
    )?;
    for (index, label) in axis.labels().iter().enumerate() {
        let top = model.top_terms(classifier, index, terms).join(" \u{b7} ");
        writeln!(out, "  {}  {}\n    {top}", label.code, label.name)?;
    }
    Ok(())
}
