//! Bodies that arrive or leave piece by piece, of any size and in bounded memory.

use std::fs::File;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc;

use crate::Fault;

/// How much of a file is read at once.
const PIECE: usize = 64 << 10;

/// A body, piece by piece.
pub struct Body {
    pieces: UnsyncBoxBody<Bytes, Broken>,
}

/// Why a body ended before its end. Of an answer it ends the connection, so that no part is taken for the
/// whole.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The caller went away, or sent nothing for too long.
    #[error("the caller went away")]
    Gone,
    /// What was sent is not what the caller said or signed.
    #[error("the body was refused: {}", .0.message)]
    Refused(Box<Fault>),
    /// What is to be sent cannot be read, or what was sent cannot be kept.
    #[error("the body cannot be read or written")]
    Failed(#[from] io::Error),
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("size", &self.pieces.size_hint()).finish()
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::new(Empty::new().map_err(|never| match never {}))
    }
}

impl From<Bytes> for Body {
    fn from(whole: Bytes) -> Self {
        Self::new(Full::new(whole).map_err(|never| match never {}))
    }
}

impl Body {
    /// A body of another kind.
    pub fn new(pieces: impl HttpBody<Data = Bytes, Error = Broken> + Send + 'static) -> Self {
        Self { pieces: pieces.boxed_unsync() }
    }

    /// The next `length` bytes of the file, from where it stands. A file that has fewer ends the connection.
    #[must_use]
    pub fn of_file(file: File, length: u64) -> Self {
        Self::new(Read { file: tokio::fs::File::from_std(file), left: length })
    }

    /// What a task makes, which is part of the body: it works only while the body is read, and ends with
    /// the connection. Its error ends the connection.
    pub fn of_task<F>(task: impl FnOnce(mpsc::Sender<Bytes>) -> F) -> Self
    where
        F: Future<Output = Result<(), Broken>> + Send + 'static,
    {
        let (sender, made) = mpsc::channel(1);
        Self::new(Made { task: Some(Box::pin(task(sender))), failed: None, made })
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// Where the body ends before its end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        while let Some(frame) = self.pieces.frame().await {
            // Trailers are for the protocols that have them, which read them before.
            if let Ok(piece) = frame?.into_data() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        Pin::new(&mut self.pieces).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.pieces.size_hint()
    }
}

/// A part of a file.
struct Read {
    file: tokio::fs::File,
    left: u64,
}

impl HttpBody for Read {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let size = usize::try_from(self.left).unwrap_or(PIECE).min(PIECE);
        let mut piece = BytesMut::zeroed(size);
        let mut buffer = ReadBuf::new(&mut piece);
        ready!(Pin::new(&mut self.file).poll_read(cx, &mut buffer))?;
        let read = buffer.filled().len();
        if read == 0 {
            return Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())));
        }
        self.left -= read as u64;
        piece.truncate(read);
        Poll::Ready(Some(Ok(Frame::data(piece.freeze()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

type Task = Pin<Box<dyn Future<Output = Result<(), Broken>> + Send>>;

/// What a task makes.
struct Made {
    task: Option<Task>,
    failed: Option<Broken>,
    made: mpsc::Receiver<Bytes>,
}

impl HttpBody for Made {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(task) = &mut self.task
            && let Poll::Ready(ended) = task.as_mut().poll(cx)
        {
            self.failed = ended.err();
            self.task = None;
        }
        match ready!(self.made.poll_recv(cx)) {
            Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            None => Poll::Ready(self.failed.take().map(Err)),
        }
    }
}

/// A body of which one part may be read by one and the rest by another.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<Part>>);

struct Part {
    body: Body,
    was_asked: bool,
}

impl Shared {
    pub(crate) fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(Part { body, was_asked: false })))
    }

    /// Whether anything of it was asked for.
    pub(crate) fn was_asked(&self) -> bool {
        self.0.lock().was_asked
    }
}

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let mut part = self.0.lock();
        part.was_asked = true;
        Pin::new(&mut part.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().body.size_hint()
    }
}
