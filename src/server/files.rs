//! Files that are read while the server runs.

use std::{
    fs,
    fs::File,
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::model::{Model, ModelFileError};

/// Reads a model on a thread that may block.
///
/// # Errors
/// What is wrong with it, in words.
pub async fn load_from(path: PathBuf) -> Result<Model, String> {
    let read = || -> Result<Model, ModelFileError> { Model::read(File::open(path)?) };
    match tokio::task::spawn_blocking(read).await {
        Ok(model) => model.map_err(|fault| fault.to_string()),
        Err(_) => Err("reading it was interrupted".into()),
    }
}

/// Tells whether files have changed since one last looked.
#[derive(Debug, Clone)]
pub struct Watched {
    files: Vec<PathBuf>,
    stamps: Vec<Option<Stamp>>,
}

/// What changes when a file is written or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    bytes: u64,
}

impl Watched {
    /// Begins to watch these files as they are now.
    #[must_use]
    pub fn new(files: Vec<PathBuf>) -> Self {
        let stamps = files.iter().map(|file| stamp(file).ok()).collect();
        Self { files, stamps }
    }

    /// The files that have changed since the last look, and are there.
    pub fn changed(&mut self) -> Vec<PathBuf> {
        let mut changed = Vec::new();
        for (file, seen) in self.files.iter().zip(&mut self.stamps) {
            let now = stamp(file).ok();
            // A file that is away for a moment is about to be replaced.
            if now.is_some() && now != *seen {
                changed.push(file.clone());
                *seen = now;
            }
        }
        changed
    }
}

fn stamp(file: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(file)?;
    Ok(Stamp {
        modified: metadata.modified()?,
        bytes: metadata.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        let absent = folder.path().join("b");
        fs::write(&file, "1").unwrap();
        let mut watched = Watched::new(vec![file.clone(), absent.clone()]);
        assert!(watched.changed().is_empty());
        fs::write(&file, "22").unwrap();
        assert_eq!(watched.changed(), std::slice::from_ref(&file));
        assert!(watched.changed().is_empty());
        fs::remove_file(&file).unwrap();
        assert!(watched.changed().is_empty());
        fs::write(&file, "333").unwrap();
        fs::write(&absent, "1").unwrap();
        assert_eq!(watched.changed(), [file, absent]);
    }
}
