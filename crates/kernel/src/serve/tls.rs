//! TLS beside plain HTTP, on one port: what a client's first byte is decides, for no request in plain
//! HTTP begins with the one of a TLS handshake.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// The first byte of a handshake (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

/// A connection that is plain or TLS, which shows when the client speaks.
pub(super) struct Connection {
    state: State,
    is_tls: Arc<AtomicBool>,
}

enum State {
    /// Nothing was read yet.
    Fresh(TcpStream, TlsAcceptor),
    Plain(TcpStream),
    Handshake(Box<Accept<TcpStream>>),
    Tls(Box<TlsStream<TcpStream>>),
    /// The handshake failed.
    Broken,
}

impl Connection {
    /// The connection; without a configuration it is plain. What is returned beside it turns true
    /// where it becomes TLS.
    pub(super) fn new(
        stream: TcpStream,
        config: Option<Arc<ServerConfig>>,
    ) -> (Self, Arc<AtomicBool>) {
        let is_tls = Arc::new(AtomicBool::new(false));
        let state = match config {
            Some(config) => State::Fresh(stream, TlsAcceptor::from(config)),
            None => State::Plain(stream),
        };
        (Self { state, is_tls: Arc::clone(&is_tls) }, is_tls)
    }

    /// Goes on until it is known what the connection is.
    fn poll_known(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            match std::mem::replace(&mut self.state, State::Broken) {
                State::Fresh(stream, acceptor) => {
                    let mut byte = [0; 1];
                    let mut first = ReadBuf::new(&mut byte);
                    let peeked = stream.poll_peek(cx, &mut first);
                    let Poll::Ready(peeked) = peeked else {
                        self.state = State::Fresh(stream, acceptor);
                        return Poll::Pending;
                    };
                    peeked?;
                    self.state = match first.filled() {
                        [HANDSHAKE] => State::Handshake(Box::new(acceptor.accept(stream))),
                        _ => State::Plain(stream),
                    };
                }
                State::Handshake(mut accept) => match Pin::new(&mut accept).poll(cx) {
                    Poll::Pending => {
                        self.state = State::Handshake(accept);
                        return Poll::Pending;
                    }
                    Poll::Ready(stream) => {
                        self.state = State::Tls(Box::new(stream?));
                        self.is_tls.store(true, Ordering::Relaxed);
                    }
                },
                State::Broken => return Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
                known @ (State::Plain(_) | State::Tls(_)) => {
                    self.state = known;
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_known(cx))?;
        match &mut self.state {
            State::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            State::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
            _ => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_known(cx))?;
        match &mut self.state {
            State::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            State::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
            _ => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_known(cx))?;
        match &mut self.state {
            State::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            State::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            _ => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            State::Plain(stream) => Pin::new(stream).poll_flush(cx),
            State::Tls(stream) => Pin::new(stream).poll_flush(cx),
            _ => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.state {
            State::Plain(stream) | State::Fresh(stream, _) => Pin::new(stream).poll_shutdown(cx),
            State::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            State::Handshake(_) | State::Broken => Poll::Ready(Ok(())),
        }
    }
}
