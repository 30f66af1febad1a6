//! Keeps linfa's forgotten `dbg!` off the user's terminal.

use std::sync::{Mutex, MutexGuard, PoisonError};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs `work` with standard error pointing nowhere.
///
/// `linfa_bayes::MultinomialNb::fit` 0.8.1 prints every class to standard error (fixed upstream
/// after that release; delete this file then). Where standard error cannot be redirected the
/// noise stays: it is harmless.
pub fn with_stderr_silenced<T>(work: impl FnOnce() -> T) -> T {
    let lock: MutexGuard<'_, ()> = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let silenced = redirect::Silenced::start();
    let result = work();
    drop(silenced);
    drop(lock);
    result
}

#[cfg(unix)]
mod redirect {
    use std::{
        fs::OpenOptions,
        io,
        os::fd::{AsFd, OwnedFd},
    };

    /// Standard error is restored when this is dropped.
    pub struct Silenced(OwnedFd);

    impl Silenced {
        pub fn start() -> Option<Self> {
            let terminal = io::stderr().as_fd().try_clone_to_owned().ok()?;
            let nowhere = OpenOptions::new().write(true).open("/dev/null").ok()?;
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
