//! An object of a store that gives no ranges, into another store: read once, from its beginning.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, DuplexStream, ReadBuf, duplex};

use crate::engine::{Done, Engine, Options};
use crate::error::Error;
use crate::store::{Head, Remote};

/// How much may be read that is not yet taken.
const AHEAD: usize = 1 << 20;

/// What is read of the source. It ends only once all of it came and was verified, and breaks off
/// otherwise, so that nothing less is taken for the whole.
struct Verified {
    inner: DuplexStream,
    is_whole: Arc<AtomicBool>,
}

impl AsyncRead for Verified {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (before, room) = (buffer.filled().len(), buffer.remaining());
        ready!(Pin::new(&mut self.inner).poll_read(cx, buffer))?;
        let is_over = room > 0 && buffer.filled().len() == before;
        if is_over && !self.is_whole.load(Ordering::Acquire) {
            return Poll::Ready(Err(io::Error::other("the source broke off")));
        }
        Poll::Ready(Ok(()))
    }
}

impl Engine {
    /// Copies an object through here in one stream.
    pub(crate) async fn copy_in_order(
        &self,
        from: &Remote,
        head: &Head,
        to: &Remote,
    ) -> Result<Done, Error> {
        // Both sides would count the same bytes.
        let silent = Options { progress: Arc::default(), ..(*self.options).clone() };
        let silent = Self { options: Arc::new(silent), permits: self.permits.clone() };
        let (mut writer, inner) = duplex(AHEAD);
        let is_whole = Arc::new(AtomicBool::new(false));
        let mut source = Verified { inner, is_whole: is_whole.clone() };
        let name = from.to_string();
        let name = Path::new(&name);
        let pouring = async {
            let poured = silent.pour(from, head, &mut writer, name).await;
            is_whole.store(poured.is_ok(), Ordering::Release);
            drop(writer);
            poured
        };
        let properties = self.copied(head);
        let reading = async {
            let read = silent.read_as(name, &mut source, to, Some(head.size), &properties).await;
            // Whoever writes learns that nobody reads any more.
            drop(source);
            read
        };
        let done = match tokio::join!(pouring, reading) {
            // What went wrong with the source is why the target has nothing.
            (Err(error), Err(_)) if !matches!(error, Error::Write { .. }) => return Err(error),
            (poured, read) => {
                let read = read?;
                Done { verified: poured?.verified.or(read.verified), ..read }
            }
        };
        self.progress().add(done.size);
        Ok(done)
    }
}
