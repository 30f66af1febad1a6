//! How many bytes the server holds for its clients at once, requests and answers together: a
//! message is put together before anybody can tell whether there is room for its articles, and an
//! answer waits until its client reads it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hyper::body::Bytes;
use tokio::time::sleep;

use super::status::ApiError;

/// How often to look whether something still waits, in the time that it may.
const LOOKS: u32 = 4;

/// What all calls share, and of that what those of one connection may take.
#[derive(Debug, Clone)]
pub struct Memory {
    all: Arc<Ledger>,
    connection: Arc<Ledger>,
    of_connection: usize,
}

#[derive(Debug)]
struct Ledger {
    held: AtomicUsize,
    limit: usize,
    /// Urgent pieces of answers that wait to be sent, and how many of any kind were.
    waiting: AtomicUsize,
    sent: AtomicUsize,
}

/// What one call holds, given back with this.
#[derive(Debug)]
pub struct Share {
    memory: Memory,
    bytes: AtomicUsize,
}

/// A piece of an answer: it is held until it is sent.
struct Piece {
    bytes: Bytes,
    share: Arc<Share>,
    /// Whether it is cut where its client does not read.
    urgent: bool,
}

impl Memory {
    /// Nothing held; so many bytes at most, and so many of them by one connection.
    #[must_use]
    pub fn new(limit: usize, of_connection: usize) -> Self {
        Self {
            all: Ledger::new(limit),
            connection: Ledger::new(limit),
            of_connection,
        }
    }

    /// The same for a new connection.
    #[must_use]
    pub fn of_connection(&self) -> Self {
        Self {
            connection: Ledger::new(self.of_connection),
            ..self.clone()
        }
    }

    /// A call that holds nothing yet.
    #[must_use]
    pub fn share(&self) -> Arc<Share> {
        Arc::new(Share {
            memory: self.clone(),
            bytes: AtomicUsize::new(0),
        })
    }

    /// Completes when the client of this connection has read nothing for so long while urgent
    /// answers waited for it.
    pub async fn is_stalled(&self, limit: Duration) {
        let mut before = 0;
        lasts(limit, || {
            let sent = self.connection.sent.load(Ordering::Relaxed);
            let read_nothing = std::mem::replace(&mut before, sent) == sent;
            read_nothing && self.connection.waiting.load(Ordering::Relaxed) > 0
        })
        .await;
    }

    fn ledgers(&self) -> [&Ledger; 2] {
        [&self.all, &self.connection]
    }

    fn release(&self, bytes: usize) {
        for ledger in self.ledgers() {
            ledger.held.fetch_sub(bytes, Ordering::Relaxed);
        }
    }
}

impl Ledger {
    fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self {
            held: AtomicUsize::new(0),
            limit,
            waiting: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
        })
    }

    /// Whether there is room; it is taken all the same.
    fn take(&self, bytes: usize) -> bool {
        let held = self.held.fetch_add(bytes, Ordering::Relaxed);
        held.saturating_add(bytes) <= self.limit
    }
}

impl Share {
    /// One that holds nothing yet, on the same connection.
    #[must_use]
    pub fn another(&self) -> Arc<Self> {
        self.memory.share()
    }

    /// Holds more.
    ///
    /// # Errors
    /// Where there is no room; it is held until the share is given back all the same.
    pub fn take(&self, bytes: usize) -> Result<(), ApiError> {
        // In this order, since another thread may give back meanwhile what the share says.
        let room = self.memory.ledgers().map(|ledger| ledger.take(bytes));
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        (room == [true; 2])
            .then_some(())
            .ok_or(ApiError::Overloaded)
    }

    /// Holds so many instead of what was taken so far.
    ///
    /// # Errors
    /// Where they are more, and there is no room for those.
    pub fn hold(&self, bytes: usize) -> Result<(), ApiError> {
        let before = self.bytes.load(Ordering::Relaxed);
        if let Some(more) = bytes.checked_sub(before) {
            return self.take(more);
        }
        self.bytes.fetch_sub(before - bytes, Ordering::Relaxed);
        self.memory.release(before - bytes);
        Ok(())
    }

    /// What was taken so far is no longer held.
    pub fn give_back(&self) {
        self.memory.release(self.bytes.swap(0, Ordering::Relaxed));
    }

    /// Completes when something was held for so long.
    pub async fn is_stalled(&self, limit: Duration) {
        lasts(limit, || self.bytes.load(Ordering::Relaxed) > 0).await;
    }

    /// Bytes of an answer, with which the share is held until they are sent. Those that are urgent
    /// have to be read in time, or their connection is stalled.
    #[must_use]
    pub fn piece(self: Arc<Self>, bytes: Bytes, urgent: bool) -> Bytes {
        let waiting = &self.memory.connection.waiting;
        waiting.fetch_add(usize::from(urgent), Ordering::Relaxed);
        Bytes::from_owner(Piece {
            bytes,
            share: self,
            urgent,
        })
    }
}

/// Completes when a state has lasted for so long; it may take a quarter longer to notice.
async fn lasts(limit: Duration, mut state: impl FnMut() -> bool) {
    let mut times = 0;
    while times <= LOOKS {
        sleep(limit / LOOKS).await;
        times = if state() { times + 1 } else { 0 };
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let ledger = &self.share.memory.connection;
        ledger.sent.fetch_add(1, Ordering::Relaxed);
        let waited = usize::from(self.urgent);
        ledger.waiting.fetch_sub(waited, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[test]
    fn what_a_call_holds_is_given_back() {
        let memory = Memory::new(10, 10);
        let (one, other) = (memory.share(), memory.share());
        one.take(6).unwrap();
        assert_eq!(other.take(5), Err(ApiError::Overloaded));
        drop(other);
        one.take(4).unwrap();
        one.give_back();
        let other = memory.share();
        other.take(10).unwrap();
        drop((one, other));
        assert_eq!(memory.all.held.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn one_connection_leaves_room_for_the_others() {
        let memory = Memory::new(10, 6);
        let (one, other) = (memory.of_connection(), memory.of_connection());
        let held = (one.share(), one.share(), other.share());
        held.0.take(6).unwrap();
        assert_eq!(held.1.take(1), Err(ApiError::Overloaded));
        held.1.give_back();
        held.2.take(4).unwrap();
        drop(held);
        assert_eq!(memory.all.held.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn an_answer_is_held_until_it_is_sent() {
        let memory = Memory::new(10, 10);
        let share = memory.share();
        share.take(10).unwrap();
        let piece = share.piece(Bytes::from_static(b"answer"), true);
        assert_eq!(memory.share().take(1), Err(ApiError::Overloaded));
        drop(piece);
        memory.share().take(10).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_nothing_is_noticed() {
        let limit = Duration::from_secs(1);
        let memory = Memory::new(10, 10);
        let piece = |urgent| {
            let share = memory.share();
            share.piece(Bytes::from_static(b"answer"), urgent)
        };
        let waiting = piece(true);
        let stalled = memory.is_stalled(limit);
        let reading = async {
            // It reads something now and then.
            for _ in 0..10 {
                drop(piece(false));
                sleep(limit / 2).await;
            }
        };
        let started = Instant::now();
        tokio::join!(stalled, reading);
        assert!((5.5..=7.0).contains(&started.elapsed().as_secs_f64()));
        drop(waiting);
        let _patient = piece(false);
        let idle = tokio::time::timeout(100 * limit, memory.is_stalled(limit));
        assert!(idle.await.is_err());
    }
}
