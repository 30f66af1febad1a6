//! How much work the server takes on: permits are counted in articles, not in calls.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{config::AdmissionLimits, status::ApiError};
use crate::article::Article;

/// Lets articles in as long as there is room, keeps a bounded number of them waiting for a bounded
/// time, and turns all others away at once.
#[derive(Debug)]
pub struct Admission {
    room: Arc<Semaphore>,
    capacity: u32,
    admitted: Arc<AtomicU32>,
    queued: AtomicU32,
    queue: u32,
    wait: Duration,
    streams: Arc<Semaphore>,
    stream_limit: u32,
}

/// Room for some articles; dropping it gives the room back.
#[derive(Debug)]
pub struct Permit {
    room: OwnedSemaphorePermit,
    /// Where the articles are counted; the semaphore alone does not tell, for it saves room for
    /// those that wait.
    admitted: Arc<AtomicU32>,
}

/// Room for a stream.
#[derive(Debug)]
pub struct StreamPermit(#[allow(dead_code, reason = "held, never read")] OwnedSemaphorePermit);

/// Longer articles count as several; in bytes. They leave the network's threads too.
pub const LONG_ARTICLE: usize = 64 * 1024;

/// How many articles one of so many bytes counts as: it takes as long as they do.
#[must_use]
pub fn places(text_bytes: usize) -> u32 {
    u32::try_from(text_bytes.div_ceil(LONG_ARTICLE).max(1)).unwrap_or(u32::MAX)
}

/// The same for all articles of a call.
pub fn places_of<'a>(articles: impl Iterator<Item = &'a Article>) -> u32 {
    let each = articles.map(|article| places(article.text_bytes()));
    each.fold(0, u32::saturating_add)
}

impl Admission {
    /// An empty house of this size.
    #[must_use]
    pub fn new(limits: &AdmissionLimits) -> Self {
        let semaphore = |n: u32| Arc::new(Semaphore::new(n as usize));
        Self {
            room: semaphore(limits.articles.get()),
            capacity: limits.articles.get(),
            admitted: Arc::default(),
            queued: AtomicU32::new(0),
            queue: limits.queue,
            wait: limits.wait,
            streams: semaphore(limits.streams.get()),
            stream_limit: limits.streams.get(),
        }
    }

    /// Articles that are being labelled or wait for that.
    #[must_use]
    pub fn in_flight(&self) -> u32 {
        self.admitted.load(Ordering::Relaxed) + self.queued.load(Ordering::Relaxed)
    }

    /// Room for `articles` of one call, counted by [`places`], which has waited for a thread so
    /// long. A batch larger than the house takes the whole house.
    ///
    /// # Errors
    /// When it waited too long, or when there is no room, and none within the wait.
    pub async fn admit(&self, articles: u32, waited: Duration) -> Result<Permit, ApiError> {
        if waited > self.wait {
            return Err(ApiError::Overloaded);
        }
        let articles = articles.min(self.capacity);
        if let Ok(permit) = self.room.clone().try_acquire_many_owned(articles) {
            return Ok(self.permit(permit));
        }
        let _place = self.queue_up(articles).ok_or(ApiError::Overloaded)?;
        let room = self.room.clone().acquire_many_owned(articles);
        match timeout(self.wait, room).await {
            Ok(Ok(permit)) => Ok(self.permit(permit)),
            _ => Err(ApiError::Overloaded),
        }
    }

    /// Room for the next article of a stream: it waits as long as it takes, since the client
    /// cannot send more meanwhile.
    pub async fn next_in_stream(&self, articles: u32) -> Option<Permit> {
        let articles = articles.min(self.capacity);
        let room = self.room.clone().acquire_many_owned(articles).await;
        room.ok().map(|room| self.permit(room))
    }

    /// Room for one more stream.
    ///
    /// # Errors
    /// When as many as may be are open.
    pub fn open_stream(&self) -> Result<StreamPermit, ApiError> {
        let permit = self.streams.clone().try_acquire_owned();
        permit
            .map(StreamPermit)
            .map_err(|_| ApiError::TooManyStreams {
                limit: self.stream_limit,
            })
    }

    fn permit(&self, room: OwnedSemaphorePermit) -> Permit {
        let articles = u32::try_from(room.num_permits()).unwrap_or(u32::MAX);
        self.admitted.fetch_add(articles, Ordering::Relaxed);
        Permit {
            room,
            admitted: self.admitted.clone(),
        }
    }

    fn queue_up(&self, articles: u32) -> Option<Place<'_>> {
        let join = |queued: u32| queued.checked_add(articles).filter(|&n| n <= self.queue);
        self.queued
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, join)
            .ok()?;
        Some(Place {
            queued: &self.queued,
            articles,
        })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let articles = u32::try_from(self.room.num_permits()).unwrap_or(u32::MAX);
        self.admitted.fetch_sub(articles, Ordering::Relaxed);
    }
}

/// A place in the queue, left when this is dropped.
struct Place<'a> {
    queued: &'a AtomicU32,
    articles: u32,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queued.fetch_sub(self.articles, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    fn house(articles: u32, queue: u32, wait: Duration) -> Admission {
        Admission::new(&AdmissionLimits {
            articles: NonZeroU32::new(articles).unwrap(),
            queue,
            wait,
            bytes: usize::MAX,
            streams: NonZeroU32::MIN,
        })
    }

    const NOW: Duration = Duration::ZERO;

    #[tokio::test]
    async fn who_waited_too_long_for_a_thread_is_turned_away() {
        let house = house(10, 10, Duration::from_millis(20));
        let late = house.admit(1, Duration::from_millis(21)).await;
        assert_eq!(late.unwrap_err(), ApiError::Overloaded);
        house.admit(1, Duration::from_millis(20)).await.unwrap();
    }

    #[tokio::test]
    async fn a_batch_counts_by_its_articles() {
        let house = house(10, 0, Duration::ZERO);
        let batch = house.admit(8, NOW).await.unwrap();
        let one = house.admit(2, NOW).await.unwrap();
        assert_eq!(house.in_flight(), 10);
        assert_eq!(house.admit(1, NOW).await.unwrap_err(), ApiError::Overloaded);
        drop((batch, one));
        assert_eq!(house.in_flight(), 0);
    }

    #[tokio::test]
    async fn a_batch_larger_than_the_house_takes_all_of_it() {
        let house = house(4, 0, Duration::ZERO);
        let _all = house.admit(100, NOW).await.unwrap();
        assert!(house.admit(1, NOW).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_queue_is_short_in_number_and_in_time() {
        let house = Arc::new(house(1, 1, Duration::from_millis(20)));
        let inside = house.admit(1, NOW).await.unwrap();
        let waiting = tokio::spawn({
            let house = house.clone();
            async move { house.admit(1, NOW).await.map(drop) }
        });
        tokio::task::yield_now().await;
        assert_eq!(house.in_flight(), 2);
        // A second one finds no place and does not wait.
        assert_eq!(house.admit(1, NOW).await.unwrap_err(), ApiError::Overloaded);
        assert_eq!(waiting.await.unwrap().unwrap_err(), ApiError::Overloaded);
        assert_eq!(house.in_flight(), 1);
        drop(inside);
        house.admit(1, NOW).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_counted_once() {
        let house = Arc::new(house(100, 100, Duration::from_secs(1)));
        let _inside = house.admit(60, NOW).await.unwrap();
        let waiting = tokio::spawn({
            let house = house.clone();
            async move { house.admit(60, NOW).await.map(drop) }
        });
        tokio::task::yield_now().await;
        assert_eq!(house.in_flight(), 120);
        waiting.abort();
    }

    #[test]
    fn a_long_article_counts_as_several() {
        let bytes = [0, 1, LONG_ARTICLE, LONG_ARTICLE + 1, 24 * LONG_ARTICLE];
        assert_eq!(bytes.map(places), [1, 1, 1, 2, 24]);
    }

    #[tokio::test]
    async fn streams_have_a_limit_of_their_own() {
        let house = house(1, 0, Duration::ZERO);
        let stream = house.open_stream().unwrap();
        let refused = house.open_stream().unwrap_err();
        assert_eq!(refused, ApiError::TooManyStreams { limit: 1 });
        drop(stream);
        house.open_stream().unwrap();
    }
}
