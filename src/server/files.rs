//! Files that are looked at while the server runs.

use std::{
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Runs what may have to wait for a disk on a thread that may wait.
///
/// # Errors
/// When it came to no end.
pub async fn apart<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let done = tokio::task::spawn_blocking(job).await;
    done.map_err(|_| "reading it was interrupted".into())
}

/// Files that are taken in together, and what was seen of them when they were.
#[derive(Debug)]
pub struct Watched {
    files: Vec<PathBuf>,
    taken_in: Seen,
    /// The last failure to take them in, with what was seen of them then.
    failed: Option<(Seen, String)>,
}

/// What was seen of some files; nothing of one that cannot be looked at.
pub type Seen = Vec<Option<Stamp>>;

/// What changes when a file is written, replaced, or may be read by others than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    modified: SystemTime,
    bytes: u64,
    node: Node,
}

impl Watched {
    /// Begins to watch these files as they are now. They are to be read after this, so that no
    /// change is missed.
    #[must_use]
    pub fn new(files: Vec<PathBuf>) -> Self {
        let taken_in = files.iter().map(|file| stamp(file).ok()).collect();
        Self {
            files,
            taken_in,
            failed: None,
        }
    }

    /// What is seen of the files, where they are not as they were when they were taken in. It says
    /// so again until they are.
    pub async fn look(&self) -> Option<Seen> {
        let files = self.files.clone();
        let seen = apart(move || look_at(&files)).await.ok()??;
        (seen != self.taken_in).then_some(seen)
    }

    /// The files were taken in as they were seen.
    pub fn take_in(&mut self, seen: Seen) {
        self.taken_in = seen;
        self.failed = None;
    }

    /// The files could not be taken in as they were seen. Says whether that is news.
    pub fn fail(&mut self, seen: Seen, fault: &str) -> bool {
        let failed = Some((seen, fault.to_owned()));
        let is_news = self.failed != failed;
        self.failed = failed;
        is_news
    }
}

/// `None` where one is missing: a file that is away for a moment is about to be replaced.
fn look_at(files: &[PathBuf]) -> Option<Seen> {
    let stamps = files.iter().map(|file| match stamp(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        // Reading it will say what is wrong.
        stamp => Some(stamp.ok()),
    });
    stamps.collect()
}

fn stamp(file: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(file)?;
    Ok(Stamp {
        modified: metadata.modified()?,
        bytes: metadata.len(),
        node: node(&metadata),
    })
}

/// Its number, and when anything about it changed, its rights included.
#[cfg(unix)]
type Node = (u64, i64, i64);

#[cfg(unix)]
fn node(metadata: &Metadata) -> Node {
    use std::os::unix::fs::MetadataExt;
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
type Node = ();

#[cfg(not(unix))]
fn node(_: &Metadata) -> Node {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    fn watched(files: &[&PathBuf]) -> Watched {
        Watched::new(files.iter().copied().cloned().collect())
    }

    #[tokio::test]
    async fn a_change_is_told_until_it_is_taken_in() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "1").unwrap();
        let mut watched = watched(&[&file]);
        assert_eq!(watched.look().await, None);
        fs::write(&file, "22").unwrap();
        let seen = watched.look().await.unwrap();
        assert_eq!(watched.look().await.as_ref(), Some(&seen));
        // What changes after it was seen is a change.
        fs::write(&file, "333").unwrap();
        watched.take_in(seen);
        let seen = watched.look().await.unwrap();
        watched.take_in(seen);
        assert_eq!(watched.look().await, None);
    }

    #[tokio::test]
    async fn a_missing_file_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let [here, away] = ["here", "away"].map(|name| folder.path().join(name));
        fs::write(&here, "1").unwrap();
        let watched = watched(&[&here, &away]);
        fs::write(&here, "22").unwrap();
        assert_eq!(watched.look().await, None);
        fs::write(&away, "1").unwrap();
        assert!(watched.look().await.is_some());
        fs::remove_file(&here).unwrap();
        assert_eq!(watched.look().await, None);
    }

    #[test]
    fn a_failure_is_news_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "1").unwrap();
        let mut watched = watched(&[&file]);
        let seen = || look_at(std::slice::from_ref(&file)).unwrap();
        assert!(watched.fail(seen(), "too short"));
        assert!(!watched.fail(seen(), "too short"));
        assert!(watched.fail(seen(), "no file descriptor left"));
        fs::write(&file, "22").unwrap();
        assert!(watched.fail(seen(), "no file descriptor left"));
        watched.take_in(seen());
        assert!(watched.fail(seen(), "no file descriptor left"));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn rights_and_a_file_of_equal_size_and_time_are_changes() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let [file, new] = ["a", "new"].map(|name| folder.path().join(name));
        fs::write(&file, "1").unwrap();
        let mut watched = watched(&[&file]);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
        let seen = watched.look().await.unwrap();
        watched.take_in(seen);

        fs::write(&new, "2").unwrap();
        let modified = fs::metadata(&file).unwrap().modified().unwrap();
        File::open(&new).unwrap().set_modified(modified).unwrap();
        fs::rename(&new, &file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), modified);
        assert!(watched.look().await.is_some());
    }
}
