//! `newstance import`.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, BufWriter, Read, Write as _},
    path::{Path, PathBuf},
};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use ruzstd::encoding::{CompressionLevel, compress};

use super::{
    CliError, open,
    partial::{Partial, cannot_write, check_apart},
    progress::Progress,
};
use crate::{
    import::{Format, ImportError, Raw, Raws, Report},
    train::Observer,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the files are.
    #[arg(value_name = "FORMAT", value_parser = formats())]
    format: String,
    /// Files to read, plain or compressed with zstd, and directories of them; then the `.jsonl` or
    /// `.jsonl.zst` file to write, as a whole or not at all.
    #[arg(value_names = ["RAW", "OUT"], required = true, num_args = 2..)]
    files: Vec<PathBuf>,
    /// Replace OUT where it exists already. Without this such an OUT is refused: it may be a file
    /// to read after which OUT was forgotten.
    #[arg(long)]
    overwrite: bool,
}

fn formats() -> impl clap::builder::TypedValueParser<Value = String> {
    let values = Format::ALL.iter();
    let values = values.map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values).map(|name| name)
}

impl Args {
    pub fn run(self) -> Result<(), CliError> {
        // clap has checked both; a wrong one would be told as a file that is not there.
        let (Some(format), Some((out, raws))) =
            (Format::find(&self.format), self.files.split_last())
        else {
            return Err(CliError::Import(ImportError::Files("nothing to import")));
        };
        let name = out.to_string_lossy();
        if !name.ends_with(".jsonl") && !name.ends_with(".jsonl.zst") {
            return Err(CliError::NotACorpus(out.into()));
        }
        let mut files: Vec<Box<dyn Raw>> = Vec::new();
        for raw in raws {
            let paths = files_of(raw, format.extension)?;
            if paths.is_empty() {
                return Err(CliError::NoFiles(raw.into()));
            }
            for path in paths {
                open(&path)?;
                check_apart(out, [&path])?;
                files.push(Box::new(RawFile::new(path)));
            }
        }
        if out.exists() && !self.overwrite {
            return Err(CliError::Exists(out.into()));
        }
        let partial = Partial::of(out)?;
        let (written, report) = write_lines(format, &files, partial.path())?;
        if out.extension() == Some(OsStr::new("zst")) {
            let packed = Partial::named(out, ".packed")?;
            pack(partial.path(), packed.path()).map_err(|source| cannot_write(out, source))?;
            packed.finish()?;
        } else {
            partial.finish()?;
        }
        Ok(writeln!(io::stdout(), "{}", summary(written, report))?)
    }
}

fn summary(written: u64, Report { differ, missing }: Report) -> String {
    if (differ, missing) == (0, 0) {
        return format!("{written} records");
    }
    format!(
        "{written} records; left out: {missing} whose text is in none of the corpora, {differ} \
         whose text is not the one that was labelled"
    )
}

/// The file itself, or what a directory and those in it hold of the format, by name.
fn files_of(path: &Path, extension: &str) -> Result<Vec<PathBuf>, CliError> {
    if !path.is_dir() {
        return Ok(vec![path.into()]);
    }
    let cannot = |source| CliError::Open {
        path: path.into(),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(path).map_err(cannot)? {
        paths.push(entry.map_err(cannot)?.path());
    }
    // The order of a directory is the file system's; records are to be the same everywhere.
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = path.to_string_lossy();
        let name = name.strip_suffix(".zst").unwrap_or(&name);
        if path.is_dir() {
            files.extend(files_of(&path, extension)?);
        } else if name.ends_with(&format!(".{extension}")) {
            files.push(path);
        }
    }
    Ok(files)
}

fn write_lines(format: &Format, files: &Raws, path: &Path) -> Result<(u64, Report), CliError> {
    let file = File::create(path).map_err(|source| cannot_write(path, source))?;
    let mut out = BufWriter::new(file);
    let progress = Progress::new();
    progress.stage("importing");
    let mut written = 0;
    let report = format.import(files, &mut |line| {
        written += 1;
        progress.increment(1);
        let written = out.write_all(line.as_bytes());
        written
            .and_then(|()| out.write_all(b"\n"))
            .map_err(ImportError::Write)
    })?;
    out.flush().map_err(|source| cannot_write(path, source))?;
    Ok((written, report))
}

/// Compresses a file as one frame, which every reader of zstd takes.
fn pack(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = Latch::new(File::open(from)?);
    let mut drain = Latch::new(BufWriter::new(File::create(to)?));
    compress(&mut source, &mut drain, CompressionLevel::Fastest);
    source.into_result()?;
    drain.into_result()?.flush()
}

/// Keeps an error back, and goes on as at an end: the encoder panics at errors.
struct Latch<T> {
    inner: T,
    error: Option<io::Error>,
}

impl<T> Latch<T> {
    fn new(inner: T) -> Self {
        Self { inner, error: None }
    }

    fn into_result(self) -> io::Result<T> {
        self.error.map_or(Ok(self.inner), Err)
    }

    /// The result of the operation; `end` once there was an error.
    fn latch(&mut self, end: usize, result: impl FnOnce(&mut T) -> io::Result<usize>) -> usize {
        if self.error.is_some() {
            return end;
        }
        result(&mut self.inner).unwrap_or_else(|error| {
            self.error = Some(error);
            end
        })
    }
}

impl<R: Read> Read for Latch<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.latch(0, |inner| inner.read(buffer)))
    }
}

impl<W: io::Write> io::Write for Latch<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.latch(bytes.len(), |inner| {
            inner.write_all(bytes).map(|()| bytes.len())
        }))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file of a publisher.
struct RawFile {
    path: PathBuf,
    name: String,
    file_name: String,
}

impl RawFile {
    fn new(path: PathBuf) -> Self {
        let file_name = path.file_name().unwrap_or_default();
        Self {
            name: path.display().to_string(),
            file_name: file_name.to_string_lossy().into_owned(),
            path,
        }
    }
}

impl Raw for RawFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn file_name(&self) -> &str {
        &self.file_name
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(&self.path)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::TimedOut.into())
        }
    }

    impl io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_encoder_does_not_panic_at_errors() {
        let mut source = Latch::new(Broken);
        let mut drain = Latch::new(Broken);
        compress(&mut source, io::sink(), CompressionLevel::Fastest);
        compress(&b"rain"[..], &mut drain, CompressionLevel::Fastest);
        let kind = |latch: Latch<Broken>| latch.into_result().err().map(|error| error.kind());
        assert_eq!(kind(source), Some(io::ErrorKind::TimedOut));
        assert_eq!(kind(drain), Some(io::ErrorKind::StorageFull));
    }

    #[test]
    fn a_summary_tells_what_is_missing() {
        assert_eq!(summary(3, Report::default()), "3 records");
        let report = Report {
            differ: 1,
            missing: 2,
        };
        assert!(summary(3, report).contains("2 whose text is in none"));
    }
}
