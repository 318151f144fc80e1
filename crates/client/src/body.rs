//! Bodies of answers that are streams.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use hyper::body::{Body as _, Incoming};
use isobar_catalogue::{Cloud, Operation, Service};
use tokio::time::{Instant, Sleep, sleep};

use crate::checksum::Expected;
use crate::error::{Error, Kind};
use crate::talk::Line;
use crate::transport::root;

/// An answer's body as it arrives. Each chunk must come within the client's read timeout; there is
/// no limit for the whole. Nothing is repeated: a break is an error of the stream, after which it is
/// over. Dropped before its end, it closes its connection.
pub struct Body {
    inner: Incoming,
    length: Option<u64>,
    idle: Duration,
    /// Runs only while a chunk is waited for: a slow reader is no fault of the service.
    timer: Pin<Box<Sleep>>,
    waiting: bool,
    origin: Origin,
    /// What all of it is held to.
    expected: Option<Expected>,
    /// The connection, where the request may go on while the body comes.
    line: Option<Line>,
    over: bool,
}

/// Whose body it is, for errors.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) cloud: Cloud,
    pub(crate) service: &'static Service,
    pub(crate) operation: &'static Operation,
}

impl Origin {
    /// An error of the call.
    pub(crate) fn error(self, kind: Kind) -> Error {
        Error::new(kind, self.cloud).at(&self.service.name, &self.operation.name)
    }
}

impl Body {
    pub(crate) fn new(inner: Incoming, idle: Duration, origin: Origin) -> Self {
        let length = inner.size_hint().exact();
        let timer = Box::pin(sleep(idle));
        let (expected, line) = (None, None);
        Self { inner, length, idle, timer, waiting: false, origin, expected, line, over: false }
    }

    /// The same, held to a checksum: what differs ends in an error in place of the end.
    pub(crate) fn held_to(mut self, expected: Option<Expected>) -> Self {
        self.expected = expected;
        self
    }

    /// The same on a connection of its own.
    pub(crate) fn on(mut self, line: Line) -> Self {
        self.line = Some(line);
        self
    }

    /// How many bytes it has from here on, where the answer says so.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// [`Kind::Interrupted`] if the connection breaks before the end, [`Kind::Timeout`] if nothing
    /// comes for too long; [`Kind::Answer`] after the last chunk if the whole is not what the service
    /// says that it sums up to.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, Error>> {
        self.next().await
    }

    /// All of it, if that is not more than `limit` bytes.
    ///
    /// # Errors
    /// [`Kind::TooLarge`] if it is, and those of [`Body::chunk`].
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, Error> {
        let mut whole = BytesMut::new();
        while let Some(chunk) = self.chunk().await {
            let chunk = chunk?;
            if whole.len() + chunk.len() > limit {
                let error = self.fail(Kind::TooLarge);
                return Err(error.with_message(format!("more than {limit} bytes")));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }

    fn fail(&self, kind: Kind) -> Error {
        self.origin.error(kind)
    }

    /// Whether a stream that seems over was reset before its end. A server may reset one without an
    /// error once it has said all (RFC 9113, section 8.1); hyper does not look whether it has.
    fn is_cut(&self) -> bool {
        self.line.is_some() && !self.inner.is_end_stream()
    }

    /// Why no more comes: what the request failed with, if it did, and took the answer with it.
    fn broken(&self, error: hyper::Error) -> Error {
        self.line.as_ref().and_then(Line::failure).unwrap_or_else(|| {
            self.fail(Kind::Interrupted).with_message(root(&error)).with_source(error)
        })
    }
}

impl Stream for Body {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.over {
            return Poll::Ready(None);
        }
        loop {
            match pin!(&mut this.inner).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => {
                    this.waiting = false;
                    // Trailers carry nothing that anybody asks for.
                    let Ok(bytes) = frame.into_data() else { continue };
                    this.length = this.length.map(|left| left.saturating_sub(bytes.len() as u64));
                    if let Some(expected) = &mut this.expected {
                        expected.update(&bytes);
                    }
                    return Poll::Ready(Some(Ok(bytes)));
                }
                Poll::Ready(Some(Err(error))) => {
                    this.over = true;
                    return Poll::Ready(Some(Err(this.broken(error))));
                }
                Poll::Ready(None) => {
                    this.over = true;
                    if this.is_cut() {
                        let error = this.fail(Kind::Interrupted);
                        return Poll::Ready(Some(Err(error.with_message("the stream was reset"))));
                    }
                    let held = this.expected.take().map_or(Ok(()), Expected::finish);
                    return Poll::Ready(
                        held.err().map(|wrong| Err(this.fail(Kind::Answer).with_message(wrong))),
                    );
                }
                Poll::Pending => {}
            }
            if !this.waiting {
                this.waiting = true;
                this.timer.as_mut().reset(Instant::now() + this.idle);
            }
            if this.timer.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            // It may be the caller's turn to say something.
            if this.line.as_ref().is_some_and(Line::is_open) {
                this.waiting = false;
                continue;
            }
            this.over = true;
            let message = format!("no more of the answer within {} s", this.idle.as_secs_f64());
            return Poll::Ready(Some(Err(this.fail(Kind::Timeout).with_message(message))));
        }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("length", &self.length).finish_non_exhaustive()
    }
}
