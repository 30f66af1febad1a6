//! What every call passes before it reaches a service: its token, a clock, its deadline; and a net
//! below it.

use std::{
    convert::Infallible,
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use http::{Request, Response};
use hyper::body::Bytes;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::{Status, body::Body};
use tower::{Layer, Service};

use super::{
    auth::Tokens,
    connections::Closing,
    deadline,
    frames::each,
    framing::explain_refusal,
    lag::{Congestion, Lag},
    memory::{Memory, Share},
    open_ended,
    status::ApiError,
    unread,
};

/// The rules for all calls.
#[derive(Debug, Clone)]
pub struct Calls {
    /// Who may call.
    pub tokens: Option<Tokens>,
    /// The longest that a call of one request may take.
    pub timeout: Duration,
    /// Whether there is time for them.
    pub congestion: Congestion,
    /// The bytes that are held for them.
    pub memory: Memory,
}

impl<S> Layer<S> for Calls {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded {
            inner,
            calls: self.clone(),
        }
    }
}

/// A service behind the rules.
#[derive(Debug, Clone)]
pub struct Guarded<S> {
    inner: S,
    calls: Calls,
}

type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl<S> Service<Request<Body>> for Guarded<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    /// Runs where the connection is read; what it returns runs as a task of its own, and begins
    /// when a thread is free for it.
    fn call(&mut self, mut request: Request<Body>) -> Answering {
        let arrived = Instant::now();
        let limit = match self.calls.admit(&request) {
            Ok(limit) => limit,
            Err(error) => return Box::pin(async { Ok(refused(error)) }),
        };
        let lag = Lag::begin(&self.calls.congestion);
        request.extensions_mut().insert(lag.clone());
        let of_connection = request.extensions().get();
        let held = of_connection.unwrap_or(&self.calls.memory).share();
        let ending = Ending::of(&request);
        request.extensions_mut().insert(held.clone());
        let request = request.map(|body| counted(body, held.clone()));
        let spare = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, spare);
        let answering = async move {
            let Some(left) = limit
                .checked_sub(arrived.elapsed())
                .filter(|left| !left.is_zero())
            else {
                return Ok(refused(ApiError::DeadlineExceeded(limit)));
            };
            let answering = AssertUnwindSafe(async move { inner.call(request).await });
            Ok(match timeout(left, answering.catch_unwind()).await {
                Ok(Ok(Ok(response))) => ending.of_answer(explain_refusal(response), held).await,
                Ok(Ok(Err(never))) => match never {},
                Ok(Err(_panic)) => refused(ApiError::Internal),
                Err(_) => refused(ApiError::DeadlineExceeded(limit)),
            })
        };
        Box::pin(lag.measure(Box::pin(answering)))
    }
}

impl Calls {
    /// The time that a call has, where it may be made at all.
    fn admit(&self, request: &Request<Body>) -> Result<Duration, ApiError> {
        if may_be_shed(request.uri().path()) && self.congestion.is_now() {
            return Err(ApiError::Overloaded);
        }
        if let Some(tokens) = &self.tokens {
            tokens.check(request.uri().path(), request.headers())?;
        }
        let of_client = deadline::of_client(request.headers());
        Ok(of_client.map_or(self.timeout, |time| time.min(self.timeout)))
    }
}

/// Health and the description of the service stay reachable under any load.
fn may_be_shed(path: &str) -> bool {
    path.starts_with("/newstance.v1.TaggingService/") || path.ends_with("/ModelInfer")
}

/// The body of a request, counted as it comes in; it ends with an error where there is no room for
/// more of it.
fn counted(body: Body, share: Arc<Share>) -> Body {
    each(body, move |frame| {
        share.take(frame.data_ref().map_or(0, Bytes::len))?;
        Ok(frame)
    })
}

/// How the answer of a call ends.
enum Ending {
    /// With its one message.
    Message,
    /// With the stream of requests.
    Requests,
    /// With the connection.
    Connection(CancellationToken),
}

impl Ending {
    fn of(request: &Request<Body>) -> Self {
        let path = request.uri().path();
        if path.ends_with("/StreamTagArticles") {
            return Self::Requests;
        }
        let closing = request.extensions().get();
        match closing.filter(|_| open_ended::is_open_ended(path)) {
            Some(Closing(token)) => Self::Connection(token.clone()),
            None => Self::Message,
        }
    }

    /// The answer as it is sent. The request is no longer held, but that of a stream by its body.
    async fn of_answer(self, response: Response<Body>, held: Arc<Share>) -> Response<Body> {
        match self {
            Self::Requests => response.map(|body| unread::counted(body, held)),
            Self::Connection(closing) => {
                response.map(|body| open_ended::until(closing, body, held))
            }
            Self::Message => {
                let answer = unread::held(response, held).await;
                answer.unwrap_or_else(Status::into_http)
            }
        }
    }
}

fn refused(error: ApiError) -> Response<Body> {
    Status::from(error).into_http()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;
    use tonic::Code;
    use tower::{ServiceExt, service_fn};

    const TAG: &str = "/newstance.v1.TaggingService/TagArticle";

    fn calls() -> Calls {
        Calls {
            tokens: None,
            timeout: Duration::from_secs(5),
            congestion: Congestion::new(Duration::from_secs(5), 1),
            memory: Memory::new(1000, 1000),
        }
    }

    async fn call<F>(calls: Calls, path: &str, headers: HeaderMap, answer: fn() -> F) -> Code
    where
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        let service = service_fn(move |_| async move { Ok(answer().await) });
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = path.parse().unwrap();
        *request.headers_mut() = headers;
        let response = calls.layer(service).oneshot(request).await.unwrap();
        let status = Status::from_header_map(response.headers());
        status.map_or(Code::Ok, |status| status.code())
    }

    async fn fine() -> Response<Body> {
        Response::new(Body::empty())
    }

    async fn never() -> Response<Body> {
        std::future::pending().await
    }

    async fn panics() -> Response<Body> {
        panic!("on purpose")
    }

    fn within(timeout: &str) -> HeaderMap {
        HeaderMap::from_iter([("grpc-timeout".parse().unwrap(), timeout.parse().unwrap())])
    }

    #[tokio::test(start_paused = true)]
    async fn the_shorter_deadline_counts() {
        for headers in [within("10m"), within("9S"), HeaderMap::new()] {
            let started = tokio::time::Instant::now();
            let code = call(calls(), TAG, headers.clone(), never).await;
            assert_eq!(code, Code::DeadlineExceeded);
            let wanted = if headers.get("grpc-timeout") == within("10m").get("grpc-timeout") {
                Duration::from_millis(10)
            } else {
                Duration::from_secs(5)
            };
            assert!(started.elapsed().abs_diff(wanted) < Duration::from_millis(5));
        }
        let late = call(calls(), TAG, within("0n"), fine).await;
        assert_eq!(late, Code::DeadlineExceeded);
    }

    #[tokio::test]
    async fn a_panic_is_internal() {
        assert_eq!(
            call(calls(), TAG, HeaderMap::new(), panics).await,
            Code::Internal
        );
    }

    #[tokio::test]
    async fn where_calls_wait_too_long_no_more_are_let_in_but_for_health() {
        let calls = Calls {
            congestion: Congestion::new(Duration::from_micros(1), 1),
            ..calls()
        };
        let tag = || call(calls.clone(), TAG, HeaderMap::new(), fine);
        assert_eq!(tag().await, Code::Ok);
        let _ahead: Vec<_> = (0..100).map(|_| Lag::begin(&calls.congestion)).collect();
        assert_eq!(tag().await, Code::ResourceExhausted);
        let infer = "/inference.GRPCInferenceService/ModelInfer";
        let infer = call(calls.clone(), infer, HeaderMap::new(), fine).await;
        assert_eq!(infer, Code::ResourceExhausted);
        let health = "/grpc.health.v1.Health/Check";
        let health = call(calls.clone(), health, HeaderMap::new(), fine).await;
        assert_eq!(health, Code::Ok);
    }
}
