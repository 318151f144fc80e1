//! Requests that are no HTTP: hyper answers them itself, with a status alone. Here they get the body and
//! the request id that all errors of the API have.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use isobar_kernel::Shared;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::error::Code;
use crate::layers::{REQUEST_ID, new_request_id};

/// A connection on which what hyper answers by itself is completed.
pub(super) struct Completed<S> {
    inner: S,
    local: Shared,
    /// What is written in place of an answer of hyper's, how much of it was, and how long that one is.
    instead: Option<Instead>,
}

struct Instead {
    bytes: Vec<u8>,
    written: usize,
    original: usize,
}

impl<S> Completed<S> {
    pub(super) fn new(inner: S, local: Shared) -> Self {
        Self { inner, local, instead: None }
    }

    /// The whole answer for one of hyper's own, which are a head of 4xx alone. Those of handlers have a
    /// request id.
    fn complete(&self, head: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(head).ok()?;
        let (line, headers) = text.split_once("\r\n")?;
        let status = line.strip_prefix("HTTP/1.1 4").map(|_| line)?;
        let is_own = headers.to_ascii_lowercase().contains(REQUEST_ID.as_str());
        if is_own || !headers.ends_with("\r\n\r\n") {
            return None;
        }
        let id = new_request_id(&self.local);
        let message = match status.get(9..12) {
            Some("431") => "the request's headers are too large",
            Some("414") => "the request's target is too long",
            _ => "the request is no valid HTTP/1.1",
        };
        let body = json!({ "error": {
            "code": Code::Validation.name(), "message": message, "details": [],
            "request_id": id, "timestamp": self.local.clock.system().to_string(),
        } });
        let body = body.to_string();
        let answer = format!(
            "{status}\r\nconnection: close\r\ncontent-type: application/json\r\n{REQUEST_ID}: {id}\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        Some(answer.into_bytes())
    }
}

impl<S: AsyncWrite + Unpin> Completed<S> {
    /// Writes what stands in place of hyper's answer, and then says that that was written.
    fn poll_instead(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<usize>>> {
        let Some(instead) = &mut self.instead else { return Poll::Ready(Ok(None)) };
        while instead.written < instead.bytes.len() {
            let left = &instead.bytes[instead.written..];
            let written = ready!(Pin::new(&mut self.inner).poll_write(cx, left))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            instead.written += written;
        }
        let original = instead.original;
        self.instead = None;
        Poll::Ready(Ok(Some(original)))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Completed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Completed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.instead.is_none() {
            let bytes_instead = this.complete(bytes);
            this.instead =
                bytes_instead.map(|all| Instead { bytes: all, written: 0, original: bytes.len() });
        }
        match ready!(this.poll_instead(cx))? {
            Some(original) => Poll::Ready(Ok(original)),
            None => Pin::new(&mut this.inner).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
