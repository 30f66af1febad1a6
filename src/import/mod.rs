//! Turns the publishers' own files into corpora of ours, so that anyone who has fetched the
//! originals can rebuild the training data. `docs/training-data.md` says where they are and what
//! comes out.
//!
//! Everything here reads from [`Raw`] files and hands out lines; opening and writing files is the
//! caller's business.

mod ag_news;
mod allsides;
mod annotated;
mod clean;
mod draft;
mod error;
mod fakes_syria;
mod held_out;
mod huffpost;
mod lines;
mod mn_ds;
mod newsmtsc;
mod table;
mod topics;
mod wikipedia;

use std::io::{self, Read};

use serde::Serialize;

use draft::{Draft, DraftStance};
pub use error::ImportError;

/// One file of a publisher. It may be opened more than once.
pub trait Raw {
    /// Name for errors: where the file is.
    fn name(&self) -> &str;

    /// Name without its directory; some formats have an identifier or the split in it.
    fn file_name(&self) -> &str;

    /// Opens the file from its start; it may be compressed with zstd.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;
}

/// Files in the order in which they are read.
pub type Raws = [Box<dyn Raw>];

/// Takes one record after another.
type Sink<'s> = dyn FnMut(Draft) -> Result<(), ImportError> + 's;

/// How a format is read.
enum Importer {
    /// Texts of a publisher.
    Texts(fn(&Raws, &mut Sink<'_>) -> Result<(), ImportError>),
    /// Our labels, to be joined to texts.
    Join(fn(&Raws, &mut Sink<'_>) -> Result<Report, ImportError>),
    /// Our corpus, to be parted from its texts.
    Strip,
}

/// Labels that found no text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Those whose text is there but not as it was labelled.
    pub differ: u64,
    /// Those whose text is not there.
    pub missing: u64,
}

/// A format that can be imported.
pub struct Format {
    /// Name on the command line.
    pub name: &'static str,
    /// What the files are.
    pub about: &'static str,
    /// How names of files of this format end; the others in a directory are passed over.
    pub extension: &'static str,
    importer: Importer,
}

impl Format {
    /// Every format, by name.
    pub const ALL: &'static [Self] = &[
        Self {
            name: "ag-news",
            about: "AG News: train.csv and test.csv",
            extension: "csv",
            importer: Importer::Texts(ag_news::import),
        },
        Self {
            name: "allsides",
            about: "Article-Bias-Prediction: its directory of JSON articles",
            extension: "json",
            importer: Importer::Texts(allsides::import),
        },
        Self {
            name: "allsides-whole",
            about: "the same with every paragraph and article kept, to join annotations with",
            extension: "json",
            importer: Importer::Texts(allsides::import_whole),
        },
        Self {
            name: "annotated",
            about: "models/annotations/annotated.jsonl, then corpora that have the texts",
            extension: "",
            importer: Importer::Join(annotated::join),
        },
        Self {
            name: "annotations",
            about: "an annotated corpus of ours, of which the labels remain",
            extension: "jsonl",
            importer: Importer::Strip,
        },
        Self {
            name: "fakes-syria",
            about: "FA-KES: FA-KES-Dataset.csv",
            extension: "csv",
            importer: Importer::Texts(fakes_syria::import),
        },
        Self {
            name: "huffpost",
            about: "News Category Dataset, version 2: headlines, balanced by section",
            extension: "json",
            importer: Importer::Texts(huffpost::import),
        },
        Self {
            name: "huffpost-items",
            about: "the same with every headline and description, to join annotations with",
            extension: "json",
            importer: Importer::Texts(huffpost::import_items),
        },
        Self {
            name: "mn-ds",
            about: "MN-DS: its CSV",
            extension: "csv",
            importer: Importer::Texts(mn_ds::import),
        },
        Self {
            name: "newsmtsc",
            about: "NewsMTSC: train.jsonl, devtest_rw.jsonl, devtest_mt.jsonl",
            extension: "jsonl",
            importer: Importer::Texts(newsmtsc::import),
        },
        Self {
            name: "wikipedia-current-events",
            about: "Portal:Current events: one YAML file a day",
            extension: "yaml",
            importer: Importer::Texts(wikipedia::import),
        },
    ];

    /// The format of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|format| format.name == name)
    }

    /// Reads the files in their order and hands every record to `sink`, as a line of JSON without
    /// its end.
    ///
    /// # Errors
    /// At the first file, row or field that is not as the publisher's format has it, or when
    /// `sink` gives one back.
    pub fn import(
        &self,
        raws: &Raws,
        sink: &mut dyn FnMut(String) -> Result<(), ImportError>,
    ) -> Result<Report, ImportError> {
        match self.importer {
            Importer::Texts(import) => {
                import(raws, &mut |draft| sink(line(&draft)?)).map(|()| Report::default())
            }
            Importer::Join(join) => join(raws, &mut |draft| sink(line(&draft)?)),
            Importer::Strip => annotated::strip(raws, &mut |labels| sink(line(&labels)?))
                .map(|()| Report::default()),
        }
    }
}

fn line(record: &impl Serialize) -> Result<String, ImportError> {
    serde_json::to_string(record).map_err(|error| ImportError::Write(error.into()))
}

#[cfg(test)]
pub(crate) mod testing {
    //! Files in memory.

    use super::*;

    pub struct Memory(pub &'static str, pub Vec<u8>);

    impl Raw for Memory {
        fn name(&self) -> &str {
            self.0
        }

        fn file_name(&self) -> &str {
            self.0
        }

        fn open(&self) -> io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(io::Cursor::new(self.1.clone())))
        }
    }

    pub fn raws(files: &[(&'static str, &str)]) -> Vec<Box<dyn Raw>> {
        let files = files.iter();
        files
            .map(|(name, text)| Box::new(Memory(name, text.as_bytes().to_vec())) as Box<dyn Raw>)
            .collect()
    }

    /// What comes out of the files, as lines.
    pub fn import(format: &str, raws: &Raws) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        let mut sink = |line| {
            lines.push(line);
            Ok(())
        };
        let format = Format::find(format).unwrap();
        format.import(raws, &mut sink).map_err(|e| e.to_string())?;
        Ok(lines)
    }

    pub fn report(format: &str, raws: &Raws) -> Report {
        let format = Format::find(format).unwrap();
        format.import(raws, &mut |_| Ok(())).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_sorted_and_found() {
        assert!(Format::ALL.is_sorted_by_key(|format| format.name));
        assert!(Format::find("newsmtsc").is_some() && Format::find("news").is_none());
    }

    proptest! {
        #[test]
        fn rubbish_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), of in 0..Format::ALL.len()) {
            let raws: Vec<Box<dyn Raw>> = vec![Box::new(testing::Memory("rubbish", bytes))];
            let _ = testing::import(Format::ALL[of].name, &raws);
        }

        /// Bytes that look like the formats go further in than those that do not.
        #[test]
        fn near_misses_never_panic(text in r#"([{}\[\]:,"'\\\n #;-]|id|title|content|from|Date|1|é){0,60}"#, of in 0..Format::ALL.len()) {
            let raws: Vec<Box<dyn Raw>> = vec![Box::new(testing::Memory("near", text.into_bytes()))];
            let _ = testing::import(Format::ALL[of].name, &raws);
        }
    }
}
