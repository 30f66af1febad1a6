//! What came back, and how long it took.

use std::{fmt, sync::Mutex, time::Duration};

use tonic::{Code, Status};

/// Counts of one run, filled by many tasks.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    fine: Vec<Duration>,
    refused: Vec<Duration>,
    unsent: u64,
    failed: Vec<(Code, String)>,
}

impl Tally {
    /// One call, or one answer of a stream, with so many articles in it.
    pub fn add(&self, outcome: Result<(), Status>, took: Duration, articles: usize) {
        let mut counts = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match outcome {
            Ok(()) => counts.fine.extend(std::iter::repeat_n(took, articles)),
            Err(status) if status.code() == Code::ResourceExhausted => counts.refused.push(took),
            Err(status) => counts.failed.push((status.code(), status.message().into())),
        }
    }

    /// A call that the generator itself had no room for.
    pub fn unsent(&self) {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .unsent += 1;
    }

    /// The result of a run of so long.
    pub fn report(self, time: Duration) -> Report {
        let counts = self
            .0
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let first = counts.failed.first();
        Report {
            rate: counts.fine.len() as f64 / time.as_secs_f64(),
            fine: Times::new(counts.fine),
            refused: Times::new(counts.refused),
            unsent: counts.unsent,
            failed: counts.failed.len(),
            first_failure: first.map(|(code, message)| format!("{code:?}: {message}")),
        }
    }
}

/// What a run came to.
#[derive(Debug)]
pub struct Report {
    /// Articles labelled a second.
    pub rate: f64,
    fine: Times,
    refused: Times,
    unsent: u64,
    failed: usize,
    first_failure: Option<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "labelled {:8.0} articles/s  {}", self.rate, self.fine)?;
        writeln!(f, "refused  {:19}  {}", "", self.refused)?;
        write!(f, "unsent   {}\nfailed   {}", self.unsent, self.failed)?;
        match &self.first_failure {
            Some(failure) => write!(f, " (first: {failure})"),
            None => Ok(()),
        }
    }
}

/// Sorted times.
#[derive(Debug)]
struct Times(Vec<Duration>);

impl Times {
    fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    fn quantile(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let at = (last as f64 * share).round();
        let time = (0..)
            .zip(&self.0)
            .find(|(index, _)| f64::from(*index) >= at);
        time.map_or(0.0, |(_, time)| time.as_secs_f64() * 1e3)
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, q) = (self.0.len(), |share| self.quantile(share));
        write!(
            f,
            "n {count:8}  ms: p50 {:.3}  p90 {:.3}  p99 {:.3}  max {:.3}",
            q(0.5),
            q(0.9),
            q(0.99),
            q(1.0)
        )
    }
}
