//! Where the bytes of an upload come from.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use parking_lot::Mutex;

/// Bytes as they come.
pub type Chunks = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// How much of a file is read at once: an upload holds one such piece, and what the connection
/// buffers.
const PIECE: u64 = 256 << 10;

/// Bytes to send, of a known length.
#[derive(Clone)]
pub struct Source {
    length: u64,
    origin: Origin,
}

#[derive(Clone)]
enum Origin {
    Bytes(Bytes),
    File(Arc<File>, u64),
    Again(Arc<dyn Fn() -> Chunks + Send + Sync>),
    Once(Arc<Mutex<Option<Chunks>>>),
}

impl Source {
    /// Bytes in memory.
    #[must_use]
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { length: bytes.len() as u64, origin: Origin::Bytes(bytes) }
    }

    /// A part of a file, read at its position, so that many parts can be read at once. A file that
    /// is shorter by then ends the call with an error.
    #[must_use]
    pub fn file(file: Arc<File>, offset: u64, length: u64) -> Self {
        Self { length, origin: Origin::File(file, offset) }
    }

    /// A stream that can be begun as often as needed; each time it gives the same bytes.
    #[must_use]
    pub fn again(length: u64, begin: impl Fn() -> Chunks + Send + Sync + 'static) -> Self {
        Self { length, origin: Origin::Again(Arc::new(begin)) }
    }

    /// A stream that can be read once: a call with it is not repeated after its first byte was asked
    /// for.
    #[must_use]
    pub fn once(length: u64, chunks: Chunks) -> Self {
        Self { length, origin: Origin::Once(Arc::new(Mutex::new(Some(chunks)))) }
    }

    /// How many bytes it has.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether it can be read more than once.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        !matches!(self.origin, Origin::Once(_))
    }

    /// Whether it can be read now.
    pub(crate) fn is_there(&self) -> bool {
        match &self.origin {
            Origin::Once(chunks) => chunks.lock().is_some(),
            _ => true,
        }
    }

    /// The bytes from their beginning.
    ///
    /// # Errors
    /// If it was read before and can be read only once.
    pub fn open(&self) -> io::Result<Chunks> {
        match &self.origin {
            Origin::Bytes(bytes) => {
                let bytes = bytes.clone();
                let some = (!bytes.is_empty()).then_some(Ok(bytes));
                Ok(stream::iter(some).boxed())
            }
            Origin::File(file, offset) => Ok(pieces(file.clone(), *offset, self.length)),
            Origin::Again(begin) => Ok(begin()),
            Origin::Once(chunks) => {
                chunks.lock().take().ok_or_else(|| io::Error::other("the stream was read before"))
            }
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = match &self.origin {
            Origin::Bytes(_) => "bytes",
            Origin::File(..) => "file",
            Origin::Again(_) => "stream",
            Origin::Once(_) => "stream, once",
        };
        f.debug_struct("Source").field("length", &self.length).field("origin", &origin).finish()
    }
}

/// A part of a file, piece by piece, read where blocking is allowed.
fn pieces(file: Arc<File>, offset: u64, length: u64) -> Chunks {
    let end = offset + length;
    stream::try_unfold((file, offset), move |(file, at)| async move {
        if at >= end {
            return Ok(None);
        }
        let size = usize::try_from((end - at).min(PIECE)).expect("a piece fits into memory");
        let (file, piece) = tokio::task::spawn_blocking(move || {
            let mut piece = BytesMut::zeroed(size);
            file.read_exact_at(&mut piece, at).map(|()| (file, piece.freeze()))
        })
        .await
        .map_err(io::Error::other)?
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                io::Error::new(error.kind(), "the file became shorter while it was sent")
            }
            _ => error,
        })?;
        Ok(Some((piece, (file, at + size as u64))))
    })
    .boxed()
}
