//! Reading a request's body: so much of it, for so long; or as it arrives.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

use crate::body::Broken;

/// How much is read, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest body, in bytes.
    pub most: usize,
    /// How much of what is over it is read all the same, in bytes, and dropped: a client that is still
    /// writing sees no answer.
    pub dropped: usize,
    /// How long it may take to arrive.
    pub within: Duration,
}

/// A body that was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is over the limit.
    TooLarge,
    /// It broke off.
    BrokenOff,
    /// It did not arrive in time.
    Late,
}

/// The body.
///
/// # Errors
/// Where it is too large, too late, or breaks off.
pub async fn read<B>(body: B, limits: Limits) -> Result<Bytes, Unread>
where
    B: Body<Data = Bytes> + Unpin,
{
    match tokio::time::timeout(limits.within, collect(body, limits)).await {
        Ok(read) => read,
        Err(_) => Err(Unread::Late),
    }
}

async fn collect<B>(mut body: B, limits: Limits) -> Result<Bytes, Unread>
where
    B: Body<Data = Bytes> + Unpin,
{
    let known = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut read = BytesMut::with_capacity(known.min(limits.most));
    let mut dropped = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::BrokenOff)?.into_data() else { continue };
        if dropped == 0 && read.len() + data.len() <= limits.most {
            read.extend_from_slice(&data);
        } else {
            dropped += data.len();
            if dropped > limits.dropped {
                break;
            }
        }
    }
    if dropped == 0 { Ok(read.freeze()) } else { Err(Unread::TooLarge) }
}

/// A body as it arrives, each piece within a time.
pub(super) struct Arriving {
    incoming: Incoming,
    within: Duration,
    late: Pin<Box<Sleep>>,
}

impl Arriving {
    pub(super) fn new(incoming: Incoming, within: Duration) -> Self {
        Self { incoming, within, late: Box::pin(tokio::time::sleep(within)) }
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let polled = Pin::new(&mut self.incoming).poll_frame(cx);
        if let Poll::Ready(frame) = polled {
            let next = Instant::now() + self.within;
            self.late.as_mut().reset(next);
            return Poll::Ready(frame.map(|frame| frame.map_err(|_| Broken::Gone)));
        }
        self.late.as_mut().poll(cx).map(|()| Some(Err(Broken::Gone)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// Reads what is left of a body and drops it: so much, for so long.
pub(super) async fn drop_rest(
    mut body: impl Body<Data = Bytes> + Unpin,
    most: usize,
    within: Duration,
) {
    let read = async {
        let mut dropped = 0;
        while let Some(Ok(frame)) = body.frame().await {
            dropped += frame.data_ref().map_or(0, Bytes::len);
            if dropped > most {
                break;
            }
        }
    };
    // Whoever is later than that is not waited for.
    let _ = tokio::time::timeout(within, read).await;
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;

    /// A body that never comes.
    struct Never;

    impl Body for Never {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            Poll::Pending
        }
    }

    const LIMITS: Limits = Limits { most: 4, dropped: 8, within: Duration::from_millis(1) };

    #[tokio::test]
    async fn bodies_have_limits() {
        let full = |text: &'static str| Full::new(Bytes::from(text));
        assert_eq!(read(full(""), LIMITS).await, Ok(Bytes::new()));
        assert_eq!(read(full("four"), LIMITS).await, Ok(Bytes::from("four")));
        assert_eq!(read(full("fives"), LIMITS).await, Err(Unread::TooLarge));
        assert_eq!(read(Never, LIMITS).await, Err(Unread::Late));
    }
}
