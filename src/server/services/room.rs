//! How large an answer may become: no larger than clients accept.

use prost::Message;

use crate::server::{convert::result, pb, status::ApiError};

/// Bytes around a message within an answer, and around the whole of it.
const FRAME: usize = 32;

/// What is left of an answer.
#[derive(Debug)]
pub struct Room {
    taken: usize,
    limit: usize,
}

impl Room {
    /// An answer of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            taken: FRAME,
            limit,
        }
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

    /// The results of a batch; what does not fit is told to be too large.
    ///
    /// # Errors
    /// Where there would not be room for saying so of every article.
    pub fn all(
        mut self,
        ids: Vec<String>,
        outcomes: Vec<Result<pb::Tagging, ApiError>>,
    ) -> Result<Vec<pb::TagArticleResult>, ApiError> {
        let refusal = |id: &String| result(id.clone(), Err(self.refusal(usize::MAX)));
        let reserved: Vec<usize> = ids.iter().map(|id| size(&refusal(id))).collect();
        self.taken += reserved.iter().sum::<usize>();
        if self.taken > self.limit {
            return Err(self.refusal(self.taken));
        }
        let results = ids.into_iter().zip(outcomes).zip(reserved);
        let fitting = results.map(|((id, outcome), reserved)| {
            let whole = result(id, outcome);
            let bytes = self.taken - reserved + size(&whole);
            if bytes > self.limit {
                return result(whole.article_id, Err(self.refusal(bytes)));
            }
            self.taken = bytes;
            whole
        });
        Ok(fitting.collect())
    }

    fn refusal(&self, bytes: usize) -> ApiError {
        ApiError::AnswerTooLarge {
            actual: bytes as u64,
            limit: self.limit as u64,
        }
    }
}

fn size(result: &pb::TagArticleResult) -> usize {
    result.encoded_len() + FRAME
}
