//! How large an answer may become: no larger than clients accept.

use std::{sync::Arc, vec};

use prost::Message;

use crate::server::{convert::result, memory::Share, pb, status::ApiError};

/// Bytes around a message within an answer, and around the whole of it.
const FRAME: usize = 32;
/// Bytes of a place in the text, at least.
const SPAN: usize = 6;

/// What is left of an answer.
#[derive(Debug)]
pub struct Room {
    taken: usize,
    limit: usize,
}

/// The answer of a batch as it grows.
#[derive(Debug)]
pub struct BatchRoom {
    room: Room,
    /// What the results are held with until they are sent.
    share: Option<Arc<Share>>,
    /// Of the articles that have no result yet.
    ids: vec::IntoIter<String>,
    results: Vec<pb::TagArticleResult>,
}

impl Room {
    /// An answer of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            taken: FRAME,
            limit,
        }
    }

    /// More places of evidence than these certainly do not fit.
    pub fn places(&self) -> usize {
        self.limit / SPAN
    }

    /// Gives the tagging of an answer of its own back, if it fits; in a stream its id stands beside
    /// it.
    pub fn only(&self, id_bytes: usize, tagging: pb::Tagging) -> Result<pb::Tagging, ApiError> {
        let bytes = self.taken + FRAME + id_bytes + tagging.encoded_len();
        if bytes > self.limit {
            return Err(self.refusal(bytes));
        }
        Ok(tagging)
    }

    /// Room for the results of a batch. What is needed to tell of each article that it does not fit
    /// is kept for it until its result is there.
    ///
    /// # Errors
    /// Where there is not even so much.
    pub fn for_batch(
        mut self,
        ids: Vec<String>,
        share: Option<Arc<Share>>,
    ) -> Result<BatchRoom, ApiError> {
        self.taken += ids.iter().map(|id| self.reserved(id)).sum::<usize>();
        if self.taken > self.limit {
            return Err(self.refusal(self.taken));
        }
        Ok(BatchRoom {
            room: self,
            share,
            results: Vec::with_capacity(ids.len()),
            ids: ids.into_iter(),
        })
    }

    fn reserved(&self, id: &str) -> usize {
        size(&result(id.into(), Err(self.refusal(usize::MAX))))
    }

    fn refusal(&self, bytes: usize) -> ApiError {
        ApiError::AnswerTooLarge {
            actual: bytes as u64,
            limit: self.limit as u64,
        }
    }
}

impl BatchRoom {
    /// Puts the results of the next articles in; what does not fit is told to be too large.
    ///
    /// # Errors
    /// Where the server holds too much already.
    pub fn put(&mut self, outcomes: Vec<Result<pb::Tagging, ApiError>>) -> Result<(), ApiError> {
        for (outcome, id) in outcomes.into_iter().zip(&mut self.ids) {
            let reserved = self.room.reserved(&id);
            let whole = result(id, outcome);
            let bytes = self.room.taken - reserved + size(&whole);
            if bytes > self.room.limit {
                let refusal = Err(self.room.refusal(bytes));
                self.results.push(result(whole.article_id, refusal));
                continue;
            }
            if let Some(share) = &self.share {
                share.take(size(&whole))?;
            }
            self.room.taken = bytes;
            self.results.push(whole);
        }
        Ok(())
    }

    /// All results.
    pub fn results(self) -> Vec<pb::TagArticleResult> {
        self.results
    }
}

fn size(result: &pb::TagArticleResult) -> usize {
    result.encoded_len() + FRAME
}
