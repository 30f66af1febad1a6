//! What can be wrong with a publisher's file.

use std::io;

use thiserror::Error;

/// Why files cannot be imported. No variant holds text of an article.
#[derive(Debug, Error)]
pub enum ImportError {
    /// A file cannot be opened, read or decompressed.
    #[error("{file}: cannot read: {source}")]
    Read {
        /// Where the file is.
        file: String,
        /// What went wrong.
        source: io::Error,
    },
    /// A row is not what the format says.
    #[error("{file}: row {row}: {message}")]
    Row {
        /// Where the file is.
        file: String,
        /// Number of the row, from 1; in a file of one article always 1.
        row: u64,
        /// What is wrong.
        message: String,
    },
    /// A field is missing or not what the format says.
    #[error("{file}: row {row}: field {field}: {message}")]
    Field {
        /// Where the file is.
        file: String,
        /// Number of the row, from 1.
        row: u64,
        /// Name of the field.
        field: String,
        /// What is wrong.
        message: String,
    },
    /// The importer needs further files.
    #[error("{0}")]
    Files(&'static str),
    /// The records cannot be written.
    #[error("cannot write: {0}")]
    Write(io::Error),
}

/// Where in the files an error is.
#[derive(Clone, Copy)]
pub struct Place<'f> {
    pub file: &'f str,
    pub row: u64,
}

impl Place<'_> {
    pub fn field(self, field: &str, message: impl Into<String>) -> ImportError {
        ImportError::Field {
            file: self.file.into(),
            row: self.row,
            field: field.into(),
            message: message.into(),
        }
    }

    pub fn row(self, message: impl Into<String>) -> ImportError {
        ImportError::Row {
            file: self.file.into(),
            row: self.row,
            message: message.into(),
        }
    }

    pub fn read(self, source: io::Error) -> ImportError {
        ImportError::Read {
            file: self.file.into(),
            source,
        }
    }
}
