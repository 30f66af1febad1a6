//! The option of commands that work on several threads.

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::CliError;

/// How many threads to work on.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Threads {
    /// Threads to work on, at most 1024; the result is the same for any number [default: one a
    /// core].
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        hide_default_value = true,
        value_parser = clap::value_parser!(u16).range(0..=1024)
    )]
    threads: u16,
}

impl Threads {
    /// Starts them.
    ///
    /// # Errors
    /// When the system has no room for so many.
    pub fn pool(self) -> Result<ThreadPool, CliError> {
        let threads = ThreadPoolBuilder::new().num_threads(self.threads.into());
        Ok(threads.build()?)
    }
}
