//! A model on disk: what is asked of the file before a byte of it is read.

use std::{
    fs::{self, File, Metadata},
    io,
    path::Path,
};

use super::{Model, ModelFileError, file::MAX_FILE_BYTES};

impl Model {
    /// Reads the model of a file.
    ///
    /// # Errors
    /// When it is no regular file, is larger than [`MAX_FILE_BYTES`], cannot be read or is not a
    /// sound model; see [`ModelFileError`].
    pub fn open(path: &Path) -> Result<Self, ModelFileError> {
        // Before it is opened: a pipe would be waited for, and a device may do anything.
        check(&fs::metadata(path)?)?;
        let file = File::open(path)?;
        // Another file may have come in its place.
        check(&file.metadata()?)?;
        Self::read(file)
    }
}

fn check(metadata: &Metadata) -> Result<(), ModelFileError> {
    if metadata.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
    }
    if !metadata.is_file() {
        return Err(ModelFileError::NotAFile);
    }
    let bytes = metadata.len();
    if bytes > MAX_FILE_BYTES {
        return Err(ModelFileError::TooLarge { bytes });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_refused_by_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huge");
        let huge = 20 * MAX_FILE_BYTES;
        File::create(&path).unwrap().set_len(huge).unwrap();
        let refused = Model::open(&path).unwrap_err();
        // Reading would have told no more than one byte above the limit.
        assert!(matches!(refused, ModelFileError::TooLarge { bytes } if bytes == huge));
        assert!(refused.to_string().contains("expected at most 1073741824"));
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &Path| Model::open(path).unwrap_err().to_string();
        assert!(refused(folder.path()).contains("is a directory"));
        assert!(refused(&folder.path().join("absent")).contains("cannot read"));
        #[cfg(unix)]
        {
            let pipe = folder.path().join("pipe");
            let made = std::process::Command::new("mkfifo").arg(&pipe).status();
            assert!(made.unwrap().success());
            // Opening it would wait for whoever writes to it.
            assert!(refused(&pipe).contains("expected a regular file"));
            assert!(refused(Path::new("/dev/zero")).contains("expected a regular file"));
        }
    }
}
