//! An upload as the connection takes it: checked, counted, and in frames where the service takes the
//! checksum behind the payload.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;

use super::{Chunks, Upload};
use crate::checksum::{Algorithm, Hasher};

/// A request's body.
pub(crate) type Outgoing = UnsyncBoxBody<Bytes, io::Error>;

/// How an upload is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framing {
    /// As it is, with a checksum that is only computed.
    #[default]
    Plain,
    /// In frames, with the checksum behind them (`aws-chunked`).
    Trailer,
}

/// The bytes of a frame, which S3 wants to be 8 KiB at least.
const FRAME: u64 = 1 << 20;

impl Framing {
    /// How many bytes travel for an upload of a length.
    pub(crate) fn length(self, length: u64, algorithm: Option<Algorithm>) -> u64 {
        let (Self::Trailer, Some(algorithm)) = (self, algorithm) else { return length };
        let frame = |size: u64| format!("{size:x}").len() as u64 + 4 + size;
        let (whole, rest) = (length / FRAME, length % FRAME);
        let last = if rest > 0 { frame(rest) } else { 0 };
        whole * frame(FRAME) + last + end(algorithm, &blank(algorithm)).len() as u64
    }
}

/// A text as long as a checksum in base64.
fn blank(algorithm: Algorithm) -> String {
    " ".repeat(algorithm.length().div_ceil(3) * 4)
}

/// The last frame and the trailer.
fn end(algorithm: Algorithm, checksum: &str) -> String {
    format!("0\r\n{}:{checksum}\r\n\r\n", algorithm.header().unwrap_or_default())
}

/// Bytes, or an upload, as a body.
///
/// # Errors
/// If the upload was read before and can be read only once.
pub(crate) fn body(
    bytes: &Bytes,
    upload: Option<(&Upload, Framing, Option<Algorithm>)>,
) -> io::Result<Outgoing> {
    let Some((upload, framing, algorithm)) = upload else {
        return Ok(Full::new(bytes.clone()).map_err(|never| match never {}).boxed_unsync());
    };
    upload.begin();
    let framed = Framed {
        chunks: upload.source.open()?,
        left: upload.source.length(),
        in_frame: 0,
        hasher: algorithm.map(Algorithm::hasher),
        ready: VecDeque::new(),
        framing,
        upload: upload.clone(),
    };
    Ok(StreamBody::new(framed.map(|bytes| bytes.map(Frame::data))).boxed_unsync())
}

struct Framed {
    chunks: Chunks,
    /// What the source still owes.
    left: u64,
    /// What the frame that was begun still takes.
    in_frame: u64,
    /// Taken at the end.
    hasher: Option<Hasher>,
    /// What is to be sent before the source is asked again.
    ready: VecDeque<Bytes>,
    framing: Framing,
    upload: Upload,
}

impl Framed {
    fn push(&mut self, mut chunk: Bytes) -> io::Result<()> {
        let size = chunk.len() as u64;
        if size > self.left {
            return Err(io::Error::other("the source gave more than its length"));
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&chunk);
        }
        self.upload.count(size);
        if self.framing == Framing::Plain {
            self.left -= size;
            self.ready.push_back(chunk);
            return Ok(());
        }
        while !chunk.is_empty() {
            if self.in_frame == 0 {
                self.in_frame = self.left.min(FRAME);
                self.ready.push_back(Bytes::from(format!("{:x}\r\n", self.in_frame)));
            }
            let size = self.in_frame.min(chunk.len() as u64);
            self.ready.push_back(chunk.split_to(usize::try_from(size).unwrap_or(chunk.len())));
            self.in_frame -= size;
            self.left -= size;
            if self.in_frame == 0 {
                self.ready.push_back(Bytes::from_static(b"\r\n"));
            }
        }
        Ok(())
    }

    /// The source's end, once: the trailer, and the checksum for whoever asks.
    fn finish(&mut self, hasher: Hasher) {
        let checksum = hasher.finish();
        if self.framing == Framing::Trailer {
            self.ready.push_back(end(checksum.algorithm(), &checksum.base64()).into());
        }
        *self.upload.state.checksum.lock() = Some(checksum);
    }
}

impl Stream for Framed {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(piece)));
            }
            // The connection stops asking once it has the length that was announced, so the end is
            // reached with the last byte and not with the source's own end.
            if self.left == 0 {
                match self.hasher.take() {
                    Some(hasher) => self.finish(hasher),
                    None => return Poll::Ready(None),
                }
                continue;
            }
            match ready!(self.chunks.poll_next_unpin(context)) {
                Some(Ok(chunk)) => {
                    if let Err(error) = self.push(chunk) {
                        return Poll::Ready(Some(Err(error)));
                    }
                    if self.left == 0
                        && let Some(hasher) = self.hasher.take()
                    {
                        self.finish(hasher);
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    return Poll::Ready(Some(Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the source ended before its length",
                    ))));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::upload::Source;

    /// What is sent of pieces.
    fn sent(pieces: &[usize], framing: Framing) -> (Vec<u8>, Upload) {
        let total = pieces.iter().sum::<usize>();
        let all: Bytes = (0..total).map(|at| b'a' + (at % 23) as u8).collect();
        let mut rest = all.clone();
        let chunks: Vec<_> = pieces.iter().map(|size| Ok(rest.split_to(*size))).collect();
        let upload = Upload::new(Source::once(total as u64, stream::iter(chunks).boxed()));
        let algorithm = Some(Algorithm::Crc32);
        let body = body(&Bytes::new(), Some((&upload, framing, algorithm))).unwrap();
        let sent = futures_util::FutureExt::now_or_never(body.collect()).unwrap().unwrap();
        let sent = sent.to_bytes().to_vec();
        assert_eq!(sent.len() as u64, framing.length(total as u64, algorithm), "{pieces:?}");
        let mut hasher = Algorithm::Crc32.hasher();
        hasher.update(&all);
        assert_eq!(upload.checksum(), Some(hasher.finish()));
        (sent, upload)
    }

    #[test]
    fn frames_have_the_announced_length_and_the_checksum_behind_them() {
        let (bytes, _) = sent(&[3, 0, 6], Framing::Trailer);
        let expected = "9\r\nabcdefghi\r\n0\r\nx-amz-checksum-crc32:jbe8uw==\r\n\r\n";
        let mut hasher = Algorithm::Crc32.hasher();
        hasher.update(b"abcdefghi");
        let expected = expected.replace("jbe8uw==", &hasher.finish().base64());
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        let (bytes, _) = sent(&[], Framing::Trailer);
        assert_eq!(bytes, b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n");
        for pieces in [
            vec![FRAME as usize],
            vec![FRAME as usize + 1],
            vec![FRAME as usize - 1, 1, 1],
            vec![3 * FRAME as usize + 17],
            vec![700_000; 5],
        ] {
            let (bytes, upload) = sent(&pieces, Framing::Trailer);
            assert!(bytes.starts_with(b"100000\r\n"), "{pieces:?}");
            assert_eq!(upload.sent(), upload.source().length());
        }
        assert_eq!(sent(&[2, 2], Framing::Plain).0, b"abcd");
    }

    #[test]
    fn a_source_of_another_length_is_an_error() {
        for (length, given) in [(3, 2), (2, 3)] {
            let chunks = stream::iter([Ok(Bytes::from(vec![0; given]))]).boxed();
            let upload = Upload::new(Source::once(length, chunks));
            let body = body(&Bytes::new(), Some((&upload, Framing::Plain, None))).unwrap();
            assert!(futures_util::FutureExt::now_or_never(body.collect()).unwrap().is_err());
        }
    }
}
