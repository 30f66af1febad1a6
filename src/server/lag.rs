//! How long a call has waited for a thread, and how long one that comes now would.
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
pub struct Congestion(Arc<Queue>);

/// What is known of the queue of the runtime.
#[derive(Debug)]
struct Queue {
    max_wait: Duration,
    /// How many turns are had at once.
    threads: u64,
    /// Calls that wait for a turn.
    ready: AtomicU64,
    /// How long a turn takes, in nanoseconds; a moving mean.
    turn: AtomicU64,
}

impl Congestion {
    /// None yet; it begins when a call would have to wait for longer than this.
    #[must_use]
    pub fn new(max_wait: Duration, threads: usize) -> Self {
        Self(Arc::new(Queue {
            max_wait,
            threads: threads.max(1) as u64,
            ready: AtomicU64::new(0),
            turn: AtomicU64::new(0),
        }))
    }

    /// Whether a call that comes now would wait too long. It waits twice: for its beginning, and
    /// when its body is there.
    #[must_use]
    pub fn is_now(&self) -> bool {
        let queue = &*self.0;
        let turn = queue.turn.load(Ordering::Relaxed);
        let ahead = queue.ready.load(Ordering::Relaxed).saturating_mul(turn);
        (ahead / queue.threads).saturating_mul(2) > nanos(queue.max_wait)
    }
}

impl Queue {
    fn enter(&self) {
        self.ready.fetch_add(1, Ordering::Relaxed);
    }

    fn leave(&self) {
        self.ready.fetch_sub(1, Ordering::Relaxed);
    }

    /// A turn took so many nanoseconds. Where two threads say so at once, one is not heard; a
    /// thread that was stopped in between says no more than that it was long.
    fn took(&self, turn: u64) {
        let turn = turn.min(nanos(self.max_wait));
        let mean = self.turn.load(Ordering::Relaxed);
        let smoothed = mean - mean / SMOOTHING + turn / SMOOTHING;
        self.turn.store(smoothed, Ordering::Relaxed);
    }
}

/// A call that has ended waits for nothing.
const ENDED: u64 = u64::MAX;

/// Turns that the mean remembers, about.
const SMOOTHING: u64 = 32;

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
    /// When it was woken, in nanoseconds since it began, and one more; 0 while nobody has, and
    /// [`ENDED`].
    woken: AtomicU64,
    /// How long it then waited, in nanoseconds.
    waited: AtomicU64,
    task: AtomicWaker,
}

impl Lag {
    /// Begins now: the call waits for its first turn.
    #[must_use]
    pub fn begin(congestion: &Congestion) -> Self {
        congestion.0.enter();
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
        Measured {
            lag: self,
            future,
            in_line: false,
        }
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
        // It is counted before that can be seen, so that it is never taken off first.
        self.congestion.0.enter();
        let now = self.now() + 1;
        let woken = self
            .woken
            .compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
        if woken.is_err() {
            self.congestion.0.leave();
        }
        self.task.wake();
    }
}

/// A call that is given up waits no more.
impl Drop for Clock {
    fn drop(&mut self) {
        if !matches!(*self.woken.get_mut(), 0 | ENDED) {
            self.congestion.0.leave();
        }
    }
}

/// A future that measures its waits, and waits its turn: the runtime would run what is woken last
/// first, and under load some calls would starve.
#[derive(Debug)]
pub struct Measured<F> {
    lag: Lag,
    future: F,
    /// Whether it stands in the queue of the runtime; a task that wakes itself goes to its end.
    in_line: bool,
}

impl<F: Future + Unpin> Future for Measured<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let clock = self.lag.0.clone();
        clock.task.register(cx.waker());
        self.in_line = !self.in_line;
        if self.in_line {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let woken = clock.woken.swap(0, Ordering::Relaxed);
        let now = clock.now();
        let waited = match woken.checked_sub(1) {
            Some(woken) => {
                clock.congestion.0.leave();
                now.saturating_sub(woken)
            }
            None => 0,
        };
        clock.waited.store(waited, Ordering::Relaxed);
        let waker = Waker::from(clock.clone());
        let poll = Pin::new(&mut self.future).poll(&mut Context::from_waker(&waker));
        clock.congestion.0.took(clock.now().saturating_sub(now));
        // What still holds a waker, such as the body of a stream, wakes nothing any more.
        if poll.is_ready() && clock.woken.swap(ENDED, Ordering::Relaxed) != 0 {
            clock.congestion.0.leave();
        }
        poll
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
        let congestion = Congestion::new(WAIT / 2, 1);
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
        let (first, second) = call.await.unwrap();
        // The time without data, in which the thread was free, counts for neither.
        assert!(first >= WAIT && second >= WAIT, "{first:?} {second:?}");
        assert!(second < 2 * WAIT, "{second:?}");
    }

    #[tokio::test]
    async fn a_queue_is_told_before_anybody_has_waited() {
        let congestion = Congestion::new(2 * WAIT, 2);
        let call = || {
            let lag = Lag::begin(&congestion);
            tokio::spawn(lag.measure(Box::pin(async { sleep(WAIT) })))
        };
        for _ in 0..5 {
            call().await.unwrap();
        }
        let turn = Duration::from_nanos(congestion.0.turn.load(Ordering::Relaxed));
        assert!(turn >= WAIT / 10, "{turn:?}");
        // Two threads, and two turns a call.
        let fits = 2 * WAIT.as_nanos() / turn.as_nanos();
        let waiting: Vec<_> = (0..fits).map(|_| call()).collect();
        assert!(!congestion.is_now());
        let one_more = call();
        assert!(congestion.is_now());
        // Calls that are given up wait for nothing.
        one_more.abort();
        waiting.iter().for_each(tokio::task::JoinHandle::abort);
        tokio::task::yield_now().await;
        assert_eq!(congestion.0.ready.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn who_is_woken_too_late_is_not_in_the_queue() {
        let congestion = Congestion::new(WAIT, 1);
        let (kept, waker) = oneshot::channel();
        let mut kept = Some(kept);
        let call = std::future::poll_fn(move |cx| {
            let _ = kept.take().map(|kept| kept.send(cx.waker().clone()));
            cx.waker().wake_by_ref();
            Poll::Ready(())
        });
        Lag::begin(&congestion).measure(call).await;
        waker.await.unwrap().wake();
        assert_eq!(congestion.0.ready.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn nobody_measures_nothing() {
        assert_eq!(Lag::of(&Extensions::new()), Duration::ZERO);
    }
}
