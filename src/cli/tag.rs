//! `newstance tag`.

use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use anstream::AutoStream;
use clap::ValueEnum;
use rayon::prelude::*;

use super::{
    CliError, Format,
    batch::{Batch, next_batch},
    load_model, open,
    progress::Progress,
    render,
    threads::Threads,
    unpacked,
};
use crate::{
    article::{Article, ArticleLimits, ArticleParts},
    corpus::{CorpusError, Record, Records, compression_of},
    server::{convert, describe, pb},
    tagger::{TagOptions, Tagger},
    text::OffsetEncoding,
    train::Observer,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Article to label: plain text, or records in `.jsonl` or `.jsonl.zst`; `-` reads standard
    /// input. In plain text a first line that is followed by an empty line is the title.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// Model file to answer with instead of the one in the binary.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Axes to answer, separated by commas [default: all].
    #[arg(long, value_name = "AXES", value_delimiter = ',')]
    axes: Vec<String>,
    /// Show the words that decided.
    #[arg(long)]
    explain: bool,
    /// Most evidence terms for one label.
    #[arg(long, value_name = "N", default_value_t = 10, requires = "explain")]
    max_evidence: usize,
    /// Most labels of one axis; assigned ones are always shown [default: 3 as text, all as JSON].
    #[arg(long, value_name = "N")]
    max_labels: Option<usize>,
    /// How to print: for eyes, or one canonical protobuf JSON `TagArticleResponse` a line.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// What the input is.
    #[arg(long, value_enum, default_value_t = Input::Auto)]
    input: Input,
    #[command(flatten)]
    threads: Threads,
}

/// What the input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Input {
    /// Records for `.jsonl` and `.jsonl.zst`, otherwise plain text.
    Auto,
    /// One article of plain text.
    Text,
    /// One record a line, plain or compressed with zstd.
    Jsonl,
}

/// Articles that are labelled while as many are read.
const BATCH: usize = 256;

/// Labels of an axis in text output when no number is asked for.
const TEXT_LABELS: usize = 3;

impl Args {
    pub fn run(self) -> Result<(), CliError> {
        let tagger = Tagger::new(load_model(self.model.as_deref())?);
        let job = Job {
            tagger: &tagger,
            options: self.options(),
            format: self.format,
        };
        let stdout = io::stdout();
        let colour = AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        let mut out: Box<dyn Write + Send> = match self.format {
            Format::Text => Box::new(io::BufWriter::new(AutoStream::auto(stdout))),
            Format::Json => Box::new(io::BufWriter::new(stdout)),
        };
        self.threads.pool()?.install(|| {
            if self.is_jsonl() {
                job.tag_records(&self.file, &mut out)?;
            } else {
                let article = read_text(&self.file)?;
                out.write_all(&job.answer(&article, colour)?)?;
            }
            Ok(out.flush()?)
        })
    }

    fn options(&self) -> TagOptions {
        let default = match self.format {
            Format::Text => Some(TEXT_LABELS),
            Format::Json => None,
        };
        TagOptions {
            axes: self.axes.clone(),
            max_labels: self.max_labels.or(default),
            max_evidence: self.explain.then_some(self.max_evidence),
            max_places: None,
        }
    }

    fn is_jsonl(&self) -> bool {
        let name = self.file.to_string_lossy();
        match self.input {
            Input::Auto => name.ends_with(".jsonl") || name.ends_with(".jsonl.zst"),
            Input::Text => false,
            Input::Jsonl => true,
        }
    }
}

fn input(file: &Path) -> Result<Box<dyn Read + Send>, CliError> {
    Ok(if file == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(open(file)?)
    })
}

fn read_text(file: &Path) -> Result<Article, CliError> {
    let limits = ArticleLimits::default();
    // Of more than any article may have, with room for marks and empty lines, so much is enough to
    // refuse it.
    let most = u64::from(limits.title_bytes) + 2 * u64::from(limits.body_bytes);
    let mut bytes = Vec::new();
    let read = input(file)?.take(most).read_to_end(&mut bytes);
    let text = read.and_then(|_| as_text(&bytes, bytes.len() as u64 == most));
    let text = text.map_err(|source| CliError::Open {
        path: file.into(),
        source,
    })?;
    let (title, body) = split_title(text);
    let parts = ArticleParts {
        title: title.into(),
        body: body.into(),
        ..ArticleParts::default()
    };
    Ok(Article::new(parts, &limits)?)
}

/// Plain text; where it is `cut`, that may go through a character.
fn as_text(bytes: &[u8], cut: bool) -> io::Result<&str> {
    let fault = match (str::from_utf8(bytes), compression_of(bytes)) {
        (Ok(text), _) => return Ok(text),
        (Err(_), Some("zstd")) => {
            "compressed with zstd; expected plain text, or --input jsonl for records".into()
        }
        (Err(_), Some(other)) => format!("compressed with {other}; expected plain text"),
        (Err(error), None) if error.error_len().is_none() && cut => {
            return Ok(str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default());
        }
        (Err(_), None) => "stream did not contain valid UTF-8".into(),
    };
    Err(io::Error::new(io::ErrorKind::InvalidData, fault))
}

/// A first line that is followed by an empty line is the title.
fn split_title(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches('\u{FEFF}');
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    let second = lines.next().unwrap_or_default();
    let titled = !first.trim().is_empty() && second.trim().is_empty() && !second.is_empty();
    if titled {
        (first.trim(), &text[first.len() + second.len()..])
    } else {
        ("", text)
    }
}

/// What is done to every article.
struct Job<'t> {
    tagger: &'t Tagger,
    options: TagOptions,
    format: Format,
}

impl Job<'_> {
    /// Labels records in parallel and prints them in their order. A bad record is reported and
    /// the next one read.
    fn tag_records(&self, file: &Path, out: &mut impl Write) -> Result<(), CliError> {
        let reader = unpacked(file, input(file)?)?;
        let mut records = Records::new(file.display().to_string(), reader);
        let progress = Progress::new();
        progress.stage("labelling");
        let (mut all, mut failed) = (0, 0);
        let mut batch = next_batch(&mut records, BATCH);
        while !batch.is_empty() {
            progress.increment(batch.len() as u64);
            // One thread reads on while the others label; when it has read, it helps them.
            let (next, answers) = rayon::join(
                || next_batch(&mut records, BATCH),
                || self.answer_batch(batch),
            );
            for (line, answer) in answers {
                all += 1;
                match answer {
                    Ok(answer) => out.write_all(&answer)?,
                    Err(error) => {
                        failed += 1;
                        Self::report(file, line, error)?;
                    }
                }
            }
            batch = next;
        }
        out.flush()?;
        if failed > 0 {
            return Err(CliError::Incomplete { failed, all });
        }
        Ok(())
    }

    fn answer_batch(&self, batch: Batch) -> Vec<(u64, Result<Vec<u8>, CliError>)> {
        let records = batch.into_par_iter();
        records
            .map(|(line, record)| (line, self.answer_record(record)))
            .collect()
    }

    /// Reports what is wrong with one record, and gives back what is wrong with all.
    fn report(file: &Path, line: u64, error: CliError) -> Result<(), CliError> {
        match error {
            CliError::Corpus(error) => anstream::eprintln!("newstance: {error}"),
            CliError::Article(error) => {
                anstream::eprintln!("newstance: {}: line {line}: {error}", file.display());
            }
            error => return Err(error),
        }
        Ok(())
    }

    fn answer_record(&self, record: Result<Record, CorpusError>) -> Result<Vec<u8>, CliError> {
        let article = record?.into_article(&ArticleLimits::default())?;
        self.answer(&article, false)
    }

    fn answer(&self, article: &Article, colour: bool) -> Result<Vec<u8>, CliError> {
        let tagging = self.tagger.tag(article, &self.options)?;
        let mut answer = match self.format {
            Format::Text => render::text(article, &tagging, self.tagger.model(), colour).into(),
            Format::Json => {
                let model = describe::version(self.tagger.model());
                let tagging = convert::answer(article, OffsetEncoding::Utf8, model, tagging);
                let message = pb::TagArticleResponse {
                    tagging: Some(tagging),
                };
                serde_json::to_vec(&message).map_err(io::Error::from)?
            }
        };
        answer.push(b'\n');
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_a_line_of_its_own() {
        assert_eq!(split_title("Rain\n\nIt fell."), ("Rain", "It fell."));
        assert_eq!(split_title("Rain\r\n\r\nIt fell."), ("Rain", "It fell."));
        assert_eq!(split_title("It fell\nall day."), ("", "It fell\nall day."));
        assert_eq!(split_title("It fell."), ("", "It fell."));
        assert_eq!(split_title("It fell.\n"), ("", "It fell.\n"));
        assert_eq!(split_title("\u{FEFF}Rain\n\nIt"), ("Rain", "It"));
        assert_eq!(split_title(""), ("", ""));
    }
}
