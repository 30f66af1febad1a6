//! The answers of one `StreamTagArticles` call.

use std::{
    future::pending,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{Stream, stream::try_unfold};
use tokio::{task::yield_now, time::timeout_at};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status, Streaming};

use super::Shared;
use crate::server::{
    admission::{StreamPermit, places},
    connections::Closing,
    convert::{bounded_id, result, text_bytes},
    deadline,
    framing::explained,
    memory::Share,
    pb,
    status::ApiError,
    telemetry::CallRecord,
};

/// What the call returns.
pub type AnswerStream =
    Pin<Box<dyn Stream<Item = Result<pb::StreamTagArticlesResponse, Status>> + Send>>;

/// How long a stream keeps its thread while articles come in one after another. All other calls
/// of that thread wait meanwhile, and a stream has no end.
const TURN: Duration = Duration::from_millis(1);

/// One call in progress.
struct Call {
    shared: Shared,
    requests: Streaming<pb::StreamTagArticlesRequest>,
    closing: CancellationToken,
    /// The client's own deadline, and when it is over.
    deadline: Option<(Duration, Instant)>,
    share: Option<Arc<Share>>,
    record: CallRecord,
    turn: Instant,
    _permit: StreamPermit,
}

/// Answers each request in turn. The next one is read when the answer before has been taken, so
/// HTTP/2 slows a sender down whose answers are not read, and nothing piles up here.
pub fn answers(
    shared: Shared,
    request: Request<Streaming<pb::StreamTagArticlesRequest>>,
    permit: StreamPermit,
) -> AnswerStream {
    let closing = request.extensions().get().map(|Closing(token)| token);
    let deadline = deadline::of_client(request.metadata().as_ref());
    let call = Call {
        closing: closing.cloned().unwrap_or_default(),
        deadline: deadline.and_then(|time| Some((time, Instant::now().checked_add(time)?))),
        share: request.extensions().get().cloned(),
        record: CallRecord::of(request.extensions()),
        requests: request.into_inner(),
        shared,
        turn: Instant::now(),
        _permit: permit,
    };
    Box::pin(try_unfold(call, |mut call| async {
        let answer = call.next().await?;
        Ok(answer.map(|answer| (answer, call)))
    }))
}

impl Call {
    async fn next(&mut self) -> Result<Option<pb::StreamTagArticlesResponse>, Status> {
        if self.turn.elapsed() > TURN {
            yield_now().await;
            self.turn = Instant::now();
        }
        let request = tokio::select! {
            biased;
            () = self.closing.cancelled() => return Err(ApiError::Closing.into()),
            request = next_request(&mut self.requests, self.deadline) => request?,
            error = stalled(self.share.as_deref(), self.shared.config().requests.timeout) => {
                return Err(error.into());
            }
        };
        let Some(request) = request else {
            return Ok(None);
        };
        let result = Some(self.answer(request.into()).await);
        if let Some(share) = &self.share {
            share.give_back();
        }
        Ok(Some(pb::StreamTagArticlesResponse { result }))
    }

    async fn answer(&self, request: pb::TagArticleRequest) -> pb::TagArticleResult {
        let limits = &self.shared.config().requests.article;
        let id = request.article.as_ref().map(|a| bounded_id(a, limits));
        let articles = places(text_bytes(request.article.as_ref()));
        let _permit = self.shared.admission().next_in_stream(articles).await;
        let outcome = self.shared.tag(request, &self.record).await;
        result(id.unwrap_or_default(), outcome)
    }
}

/// Completes when a message has begun and not ended for so long.
async fn stalled(share: Option<&Share>, limit: Duration) -> ApiError {
    match share {
        Some(share) => share.is_stalled(limit).await,
        None => pending().await,
    }
    ApiError::DeadlineExceeded(limit)
}

async fn next_request(
    requests: &mut Streaming<pb::StreamTagArticlesRequest>,
    deadline: Option<(Duration, Instant)>,
) -> Result<Option<pb::StreamTagArticlesRequest>, Status> {
    let next = requests.message();
    let next = match deadline {
        None => next.await,
        Some((time, end)) => match timeout_at(end.into(), next).await {
            Ok(next) => next,
            Err(_) => return Err(ApiError::DeadlineExceeded(time).into()),
        },
    };
    next.map_err(explained)
}
