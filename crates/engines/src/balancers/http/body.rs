//! The bodies of answers: a target's, or a page of the proxy's own.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, SERVER};
use http::{Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use super::gzip::Gzip;
use crate::balancers::target::Lease;

/// What a client reads: a target's body, as it comes or compressed, or a page.
pub(super) type AnswerBody = Either<Either<Leased, Gzip<Leased>>, Full<Bytes>>;

/// A target's body; something is under way at the target until it has been read.
#[derive(Debug)]
pub(super) struct Leased {
    body: Incoming,
    lease: Option<Lease>,
    idle: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Leased {
    pub(super) fn new(body: Incoming, lease: Lease, idle: Duration) -> Self {
        Self { body, lease: Some(lease), idle, timer: Box::pin(sleep(idle)) }
    }
}

/// A target that stopped in the middle of its answer.
#[derive(Debug, thiserror::Error)]
#[error("the target was silent for too long")]
struct Silent;

impl Body for Leased {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let next = Instant::now() + self.idle;
                self.timer.as_mut().reset(next);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => {
                self.lease = None;
                Poll::Ready(None)
            }
            Poll::Pending => {
                ready!(self.timer.as_mut().poll(cx));
                Poll::Ready(Some(Err(Silent.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The page with which the proxy answers itself, under the name that it gives itself.
pub(super) fn page(status: StatusCode, server: Option<&str>) -> Response<AnswerBody> {
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1>\
         </center>\r\n</body>\r\n</html>\r\n"
    );
    let mut answer = Response::new(Either::Right(Full::from(page)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    if let Some(server) = server.and_then(|server| HeaderValue::try_from(server).ok()) {
        answer.headers_mut().insert(SERVER, server);
    }
    answer
}
