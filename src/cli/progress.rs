//! Progress on a terminal; silence in a pipe.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::train::Observer;

/// Shows what is being done and how many articles were read.
pub struct Progress(ProgressBar);

impl Progress {
    /// A line on standard error, if that is a terminal.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(
            "{spinner} {msg}: {human_pos} articles, {per_sec}, {elapsed}",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// Counts one more.
    pub fn increment(&self, by: u64) {
        self.0.inc(by);
    }
}

impl Observer for Progress {
    fn stage(&self, name: &str) {
        self.0.set_position(0);
        self.0.reset_eta();
        self.0.set_message(name.to_owned());
    }

    fn advance(&self, articles: u64) {
        self.increment(articles);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
