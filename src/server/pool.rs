//! The threads that do long work, so that those of the network stay free.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::oneshot;

use super::status::ApiError;

/// Tells a job that nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub struct Abandoned(Arc<AtomicBool>);

impl Abandoned {
    /// Whether the caller has gone.
    #[must_use]
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Sets the flag when the caller's future is dropped.
struct Waiting(Abandoned);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `job` on the pool, which has one thread a core, and waits for its result.
///
/// # Errors
/// When the job panics.
pub async fn run<T: Send + 'static>(
    job: impl FnOnce(&Abandoned) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let waiting = Waiting(Abandoned::default());
    let abandoned = waiting.0.clone();
    let (done, result) = oneshot::channel();
    rayon::spawn(move || {
        if !abandoned.get() {
            // A caller that went away meanwhile does not want it.
            let _ = done.send(catch(|| job(&abandoned)));
        }
    });
    result.await.unwrap_or(Err(ApiError::Internal))
}

/// Turns a panic into an error: one article must not take the others with it.
///
/// # Errors
/// When `job` panics.
pub fn catch<T>(job: impl FnOnce() -> T) -> Result<T, ApiError> {
    // What a job shares with others is immutable, so a panic leaves nothing half done.
    catch_unwind(AssertUnwindSafe(job)).map_err(|_: Box<dyn Any + Send>| ApiError::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_pool_lives_on() {
        let panicked = run(|_| -> u32 { panic!("on purpose") }).await;
        assert_eq!(panicked, Err(ApiError::Internal));
        assert_eq!(run(|_| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_job_learns_that_its_caller_has_gone() {
        let (seen, saw) = oneshot::channel();
        let (tell, is_running) = oneshot::channel();
        let job = tokio::spawn(run(move |abandoned| {
            tell.send(()).unwrap();
            while !abandoned.get() {
                std::thread::yield_now();
            }
            seen.send(()).unwrap();
        }));
        is_running.await.unwrap();
        job.abort();
        saw.await.unwrap();
    }
}
