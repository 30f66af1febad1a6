//! Streams the records of a corpus: parsed one after another, worked on in parallel, and handed
//! on in their order, so that the number of threads changes nothing but the time.

use std::io::{self, BufReader, Read};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::{TrainError, holdout::Holdout, recipe::CorpusRecipe, tally::Tally};
use crate::{
    corpus::{CorpusError, Record, Records, decompressed},
    model::{Digest, file::hex},
};

/// Opens the files that a recipe names.
pub trait Source {
    /// How errors call a corpus file.
    fn name(&self, file: &str) -> String {
        file.into()
    }

    /// Opens one corpus file for reading.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn open(&self, file: &str) -> io::Result<Box<dyn Read + Send>>;
}

/// Watches the work.
pub trait Observer {
    /// A stage begins.
    fn stage(&self, name: &str);
    /// Some more articles were read.
    fn advance(&self, articles: u64);
}

/// Nobody watches.
impl Observer for () {
    fn stage(&self, _: &str) {}
    fn advance(&self, _: u64) {}
}

/// Articles that are in memory at a time.
const BATCH: usize = 512;

/// Where records come from and who watches.
pub struct Stream<'s> {
    /// Opens corpora.
    pub source: &'s dyn Source,
    /// Watches.
    pub observer: &'s dyn Observer,
}

impl Stream<'_> {
    /// Maps the records to train on, in parallel, and folds the results in their order. Returns
    /// the digest of the file, and what became of its records.
    pub(super) fn training<T: Send>(
        &self,
        stage: &str,
        corpus: &CorpusRecipe,
        holdout: &Holdout,
        map: impl Fn(Record) -> T + Sync,
        fold: impl FnMut(T) -> Result<(), TrainError>,
    ) -> Result<(Digest, Tally), TrainError> {
        let mut tally = Tally::default();
        let keep = |record: &Record| {
            tally.read += 1;
            let reason = if record.split() != "train" {
                &mut tally.other_split
            } else if !corpus.uses(record) {
                &mut tally.other_method
            } else if holdout.contains(record) {
                &mut tally.held_out
            } else {
                return true;
            };
            *reason += 1;
            false
        };
        let digest = self.each(stage, corpus, keep, |_, record| map(record), fold)?;
        Ok((digest, tally))
    }

    /// The same for the records of another split, with their lines.
    pub(super) fn split<T: Send>(
        &self,
        stage: &str,
        corpus: &CorpusRecipe,
        split: &str,
        map: impl Fn(u64, Record) -> T + Sync,
        fold: impl FnMut(T) -> Result<(), TrainError>,
    ) -> Result<Digest, TrainError> {
        let keep = |record: &Record| record.split() == split && corpus.uses(record);
        self.each(stage, corpus, keep, map, fold)
    }

    /// The same for the records that `keep` keeps.
    pub(super) fn each<T: Send>(
        &self,
        stage: &str,
        corpus: &CorpusRecipe,
        mut keep: impl FnMut(&Record) -> bool,
        map: impl Fn(u64, Record) -> T + Sync,
        mut fold: impl FnMut(T) -> Result<(), TrainError>,
    ) -> Result<Digest, TrainError> {
        self.observer.stage(&format!("{stage} {}", corpus.name));
        let name = self.source.name(&corpus.file);
        let cannot_read = |source| CorpusError::Open {
            corpus: name.clone(),
            source,
        };
        let file = self.source.open(&corpus.file).map_err(cannot_read)?;
        let reader = decompressed(file).map_err(cannot_read)?;
        let mut hashing = Hashing::new(reader);
        let lines = BufReader::with_capacity(1 << 16, &mut hashing);
        let mut records = Records::new(&name, lines);
        loop {
            let batch = std::iter::from_fn(|| {
                let record = records.next()?;
                Some(record.map(|record| (records.line(), record)))
            });
            let batch: Vec<(u64, Record)> = batch.take(BATCH).collect::<Result<_, _>>()?;
            if batch.is_empty() {
                break;
            }
            self.observer.advance(batch.len() as u64);
            let kept = batch.into_iter().filter(|(_, record)| keep(record));
            let kept: Vec<(u64, Record)> = kept.collect();
            let results = kept.into_par_iter().map(|(line, record)| map(line, record));
            let results: Vec<T> = results.collect();
            results.into_iter().try_for_each(&mut fold)?;
        }
        drop(records);
        Ok(hashing.digest())
    }
}

impl CorpusRecipe {
    fn uses(&self, record: &Record) -> bool {
        let method = record.method.as_deref().unwrap_or_default();
        self.methods.is_empty() || self.methods.iter().any(|wanted| wanted == method)
    }
}

/// Hashes what is read: the lines themselves, so that a corpus keeps its digest however it is
/// compressed.
struct Hashing<R> {
    reader: R,
    hash: Sha256,
}

impl<R: Read> Hashing<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            hash: Sha256::new(),
        }
    }

    fn digest(self) -> Digest {
        hex(&self.hash.finalize())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}
