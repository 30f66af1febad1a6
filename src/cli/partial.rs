//! Files that are written as a whole or not at all.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::CliError;

/// Files that other runs may have left beside one; of more than so many nobody made the last one.
const MOST_BESIDE: u32 = 1000;
/// Links that lead from one to the next; more of them lead in a circle.
const MOST_LINKS: usize = 40;

/// A file beside the one to be, made before the work begins, so that one that cannot be is told
/// before any work is lost. It goes when it is not put in its place.
#[derive(Debug)]
pub struct Partial {
    path: PathBuf,
    out: PathBuf,
}

impl Partial {
    /// An empty file beside `out`, or beside what `out` links to.
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
        let out = followed(out);
        let path = make_beside(&out, ending).map_err(|source| cannot_write(&out, source))?;
        Ok(Self { path, out })
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

/// Makes an empty file of a name that nothing has.
fn make_beside(out: &Path, ending: &str) -> io::Result<PathBuf> {
    let mut number = 0;
    loop {
        let mut path = out.as_os_str().to_owned();
        path.push(ending);
        if number > 0 {
            path.push(format!(".{number}"));
        }
        match File::create_new(&path) {
            Ok(_) => {
                if number > 0 {
                    let (out, path) = (out.display(), Path::new(&path).display());
                    anstream::eprintln!(
                        "newstance: {out}{ending} is there already, perhaps of a run that was \
                         interrupted; writing to {path}"
                    );
                }
                return Ok(path.into());
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < MOST_BESIDE => {
                number += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Where a link leads, also to a file that is still to be: renaming would take the link's place.
fn followed(out: &Path) -> PathBuf {
    let mut path = out.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(to) = fs::read_link(&path) else {
            break;
        };
        path = path.parent().unwrap_or(Path::new("")).join(to);
    }
    path
}

/// Holds a file to be written apart from those that are read.
///
/// # Errors
/// When it is one of them.
pub fn check_apart(
    out: &Path,
    inputs: impl IntoIterator<Item = impl AsRef<Path>>,
) -> Result<(), CliError> {
    let Ok(out) = out.canonicalize() else {
        // What is not there yet is none of them.
        return Ok(());
    };
    for input in inputs {
        let input = input.as_ref();
        if input.canonicalize().is_ok_and(|input| input == out) {
            return Err(CliError::SameFile(input.into()));
        }
    }
    Ok(())
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
    fn files_of_others_beside_it_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (out, others) = (folder.path().join("out"), folder.path().join("out.partial"));
        fs::write(&others, "precious").unwrap();
        let (one, two) = (Partial::of(&out).unwrap(), Partial::of(&out).unwrap());
        assert_ne!(one.path(), two.path());
        one.write(b"new").unwrap();
        drop(two);
        assert_eq!(fs::read(&out).unwrap(), b"new");
        assert_eq!(fs::read(&others).unwrap(), b"precious");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("second", path("first")).unwrap();
        std::os::unix::fs::symlink("file", path("second")).unwrap();
        for text in [b"not there before", b"and there before"] {
            Partial::of(&path("first")).unwrap().write(text).unwrap();
            assert_eq!(fs::read(path("file")).unwrap(), text);
        }
        assert!(path("first").is_symlink() && path("second").is_symlink());
        std::os::unix::fs::symlink("circle", path("circle")).unwrap();
        let circle = check_apart(&path("first"), [path("circle"), path("second")]);
        let same = circle.unwrap_err().to_string();
        assert!(same.contains("second: is to be read"), "{same}");
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
