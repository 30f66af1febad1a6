//! Keeps linfa's forgotten `dbg!` off the user's terminal.

use std::sync::{Mutex, PoisonError};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs `work` with standard error pointing nowhere.
///
/// `linfa_bayes::MultinomialNb::fit` 0.8.1 prints all numbers of every class to standard error
/// (fixed upstream after that release; delete this file then). Where standard error cannot be
/// redirected the noise stays: it is harmless.
pub fn with_stderr_silenced<T>(work: impl FnOnce() -> T) -> T {
    let _lock = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let _silenced = redirect::Silenced::start();
    work()
}

#[cfg(unix)]
mod redirect {
    use std::{fs::File, io, os::fd::AsFd, os::fd::OwnedFd};

    /// Standard error is restored when this is dropped.
    pub struct Silenced(OwnedFd);

    impl Silenced {
        pub fn start() -> Option<Self> {
            let terminal = io::stderr().as_fd().try_clone_to_owned().ok()?;
            // Opened for reading, so that the first write fails with EBADF. The standard library
            // takes that for a closed standard error and gives up formatting the rest, which would
            // otherwise take longer than all other training.
            let nowhere = File::open("/dev/null").ok()?;
            rustix::stdio::dup2_stderr(nowhere).ok()?;
            Some(Self(terminal))
        }
    }

    impl Drop for Silenced {
        fn drop(&mut self) {
            // Nothing better can be done if the descriptor cannot be put back.
            let _ = rustix::stdio::dup2_stderr(&self.0);
        }
    }
}

#[cfg(not(unix))]
mod redirect {
    pub struct Silenced;

    impl Silenced {
        pub fn start() -> Option<Self> {
            None
        }
    }
}
