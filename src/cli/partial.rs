//! Files that are written as a whole or not at all.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::CliError;

/// A file beside the one to be, made before the work begins, so that one that cannot be is told
/// before any work is lost. It goes when it is not put in its place.
#[derive(Debug)]
pub struct Partial {
    path: PathBuf,
    out: PathBuf,
}

impl Partial {
    /// An empty file beside `out`.
    ///
    /// # Errors
    /// When it cannot be made, or something that is no file stands in its place.
    pub fn of(out: &Path) -> Result<Self, CliError> {
        Self::named(out, ".partial")
    }

    /// The same with another ending of its own.
    ///
    /// # Errors
    /// The same.
    pub fn named(out: &Path, ending: &str) -> Result<Self, CliError> {
        let other = out.metadata().is_ok_and(|found| !found.is_file());
        if other {
            let fault = io::Error::other("there is something that is no file");
            return Err(cannot_write(out, fault));
        }
        let mut path = out.as_os_str().to_owned();
        path.push(ending);
        let path = PathBuf::from(path);
        File::create(&path).map_err(|source| cannot_write(out, source))?;
        Ok(Self {
            path,
            out: out.into(),
        })
    }

    /// Where to write.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes all of it and puts it in its place.
    ///
    /// # Errors
    /// When either fails.
    pub fn write(self, bytes: &[u8]) -> Result<(), CliError> {
        fs::write(&self.path, bytes).map_err(|source| cannot_write(&self.out, source))?;
        self.finish()
    }

    /// Puts what was written in its place at once, so that nobody ever reads half a file.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn finish(self) -> Result<(), CliError> {
        fs::rename(&self.path, &self.out).map_err(|source| cannot_write(&self.out, source))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // In its place there is nothing left to remove.
        let _ = fs::remove_file(&self.path);
    }
}

/// Says which file.
pub fn cannot_write(path: &Path, source: io::Error) -> CliError {
    CliError::Write {
        path: path.into(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("model");
        fs::write(&out, "old").unwrap();
        drop(Partial::of(&out).unwrap());
        assert_eq!(fs::read(&out).unwrap(), b"old");
        Partial::of(&out).unwrap().write(b"new").unwrap();
        assert_eq!(fs::read(&out).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("absent/model");
        for out in [folder.path(), &nowhere] {
            let error = Partial::of(out).unwrap_err().to_string();
            assert!(error.starts_with(&out.display().to_string()), "{error}");
        }
    }
}
