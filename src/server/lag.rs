//! How long a call has waited for a thread.
//!
//! A call is a task. It is woken when something arrives for it, and runs when a thread is free; in
//! between it waits in the queue of the runtime, which nothing else shows and which is where all
//! calls wait when there is more work than time.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use futures_util::task::AtomicWaker;
use http::Extensions;

/// Whether calls wait too long at the moment, known to all of them.
#[derive(Debug, Clone)]
pub struct Congestion(Arc<Until>);

#[derive(Debug)]
struct Until {
    max_wait: Duration,
    begun: Instant,
    /// The end of the congestion, in nanoseconds since the beginning.
    nanos: AtomicU64,
}

impl Congestion {
    /// None yet; it begins when a call has waited for longer than this.
    #[must_use]
    pub fn new(max_wait: Duration) -> Self {
        Self(Arc::new(Until {
            max_wait,
            begun: Instant::now(),
            nanos: AtomicU64::new(0),
        }))
    }

    /// Whether a call that comes now would wait too long.
    #[must_use]
    pub fn is_now(&self) -> bool {
        nanos(self.0.begun.elapsed()) < self.0.nanos.load(Ordering::Relaxed)
    }

    /// A call has waited so long for its turn. What is in front of the thread takes as long again,
    /// so nobody else is let in meanwhile.
    pub(super) fn hear(&self, waited: Duration) {
        if waited > self.0.max_wait {
            let until = self.0.begun.elapsed() + waited;
            self.0.nanos.fetch_max(nanos(until), Ordering::Relaxed);
        }
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX - 1)
}

/// The waits of one call; in the extensions of its request.
#[derive(Debug, Clone)]
pub struct Lag(Arc<Clock>);

#[derive(Debug)]
struct Clock {
    congestion: Congestion,
    begun: Instant,
    /// When it was woken, in nanoseconds since it began, and one more; 0 while nobody has.
    woken: AtomicU64,
    /// How long it then waited, in nanoseconds.
    waited: AtomicU64,
    task: AtomicWaker,
}

impl Lag {
    /// Begins now: the call waits for its first turn.
    #[must_use]
    pub fn begin(congestion: &Congestion) -> Self {
        Self(Arc::new(Clock {
            congestion: congestion.clone(),
            begun: Instant::now(),
            woken: AtomicU64::new(1),
            waited: AtomicU64::new(0),
            task: AtomicWaker::new(),
        }))
    }

    /// How long the call waited for the turn that it has now; nothing where nobody measures.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Duration {
        let lag = extensions.get::<Self>();
        lag.map_or(Duration::ZERO, |Self(clock)| {
            Duration::from_nanos(clock.waited.load(Ordering::Relaxed))
        })
    }

    /// The same future, measured.
    pub fn measure<F: Future + Unpin>(self, future: F) -> Measured<F> {
        Measured { lag: self, future }
    }
}

impl Clock {
    fn now(&self) -> u64 {
        nanos(self.begun.elapsed())
    }
}

impl Wake for Clock {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // The first one that wakes it begins the wait; whether another one won makes no difference.
        let now = self.now() + 1;
        let _ = self
            .woken
            .compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
        self.task.wake();
    }
}

/// A future that measures its waits.
#[derive(Debug)]
pub struct Measured<F> {
    lag: Lag,
    future: F,
}

impl<F: Future + Unpin> Future for Measured<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let clock = self.lag.0.clone();
        clock.task.register(cx.waker());
        let woken = clock.woken.swap(0, Ordering::Relaxed);
        let waited = match woken.checked_sub(1) {
            Some(woken) => clock.now().saturating_sub(woken),
            None => 0,
        };
        clock.waited.store(waited, Ordering::Relaxed);
        clock.congestion.hear(Duration::from_nanos(waited));
        let waker = Waker::from(clock);
        Pin::new(&mut self.future).poll(&mut Context::from_waker(&waker))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::sleep;
    use tokio::sync::oneshot;

    const WAIT: Duration = Duration::from_millis(30);

    #[tokio::test]
    async fn waiting_for_a_thread_is_told_from_waiting_for_data() {
        let congestion = Congestion::new(WAIT / 2);
        let lag = Lag::begin(&congestion);
        let extensions = {
            let mut extensions = Extensions::new();
            extensions.insert(lag.clone());
            extensions
        };
        let (data, arrives) = oneshot::channel();
        let call = async move {
            let first = Lag::of(&extensions);
            arrives.await.unwrap();
            (first, Lag::of(&extensions))
        };
        let call = tokio::spawn(lag.measure(Box::pin(call)));
        // There is one thread, and it is here.
        sleep(WAIT);
        tokio::time::sleep(WAIT).await;
        data.send(()).unwrap();
        sleep(WAIT);
        assert!(!congestion.is_now(), "the first wait is long over");
        let (first, second) = call.await.unwrap();
        assert!(congestion.is_now());
        // The time without data, in which the thread was free, counts for neither.
        assert!(first >= WAIT && second >= WAIT, "{first:?} {second:?}");
        assert!(second < 2 * WAIT, "{second:?}");
    }

    #[test]
    fn nobody_measures_nothing() {
        assert_eq!(Lag::of(&Extensions::new()), Duration::ZERO);
    }
}
