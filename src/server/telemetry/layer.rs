//! Around every call: observes it from its arrival to the end of its answer.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use hyper::body::Body as _;
use tonic::{Code, body::Body};
use tower::{Layer, Service};

use super::{Telemetry, body::ObservedBody, call::Call};

impl<S> Layer<S> for Telemetry {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed {
            inner,
            telemetry: self.clone(),
        }
    }
}

/// A service whose calls are observed.
#[derive(Debug, Clone)]
pub struct Observed<S> {
    inner: S,
    telemetry: Telemetry,
}

impl<S> Service<Request<Body>> for Observed<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Unpin,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let observes = self.telemetry.observes_calls();
        let call = observes.then(|| Call::begin(&self.telemetry, &mut request));
        Answering {
            inner: self.inner.call(request),
            call,
        }
    }
}

/// An answer that is on its way.
#[derive(Debug)]
pub struct Answering<F> {
    inner: F,
    call: Option<Call>,
}

impl<F> Future for Answering<F>
where
    F: Future<Output = Result<Response<Body>, Infallible>> + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Ok(response) = ready!(Pin::new(&mut self.inner).poll(cx));
        Poll::Ready(Ok(match self.call.take() {
            None => response,
            Some(call) => observed(response, call),
        }))
    }
}

/// Ends the call where the headers say how it ended, or with the body.
fn observed(response: Response<Body>, mut call: Call) -> Response<Body> {
    if call.end_as_told(response.headers()) {
        return response;
    }
    if response.body().is_end_stream() {
        call.end(Code::Unknown);
        return response;
    }
    response.map(|body| Body::new(ObservedBody::new(body, call)))
}
