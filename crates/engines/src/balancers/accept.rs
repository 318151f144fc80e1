//! A listener's socket: the port that it gets, and the connections that it takes.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::sleep;

use super::listener::{LiveListener, Marks};
use super::{Listener, Protocol, http, tcp};

/// The most connections of clients at once; further ones wait in the system's queue.
const MAX_CONNECTIONS: usize = 1024;
/// How long to wait when the system has no file descriptor for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Binds a port of the address: the one that was bound before, else the one that is asked for, else
/// a free one.
pub(super) async fn bind(address: Ipv4Addr, listener: &Listener) -> std::io::Result<TcpListener> {
    for port in listener.bound_port.into_iter().chain([listener.port]) {
        match TcpListener::bind((address, port)).await {
            Ok(socket) => return Ok(socket),
            Err(error) => tracing::debug!(%error, %address, port, "a port could not be bound"),
        }
    }
    TcpListener::bind((address, 0)).await
}

/// Starts to accept connections at the socket.
pub(super) fn start(
    socket: TcpListener,
    local: SocketAddr,
    config: &Listener,
    marks: Marks,
    changes: watch::Sender<u64>,
) -> Arc<LiveListener> {
    let listener = LiveListener::new(local, config, marks, changes);
    listener.accepted_by(tokio::spawn(accept(Arc::clone(&listener), socket)));
    listener
}

async fn accept(listener: Arc<LiveListener>, socket: TcpListener) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, socket.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = listener.closing().cancelled() => return,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                // What a proxy passes on is as large as it came; waiting would only delay it.
                let _ = stream.set_nodelay(true);
                let served = serve(Arc::clone(&listener), stream, peer);
                listener.connections().spawn(async move {
                    served.await;
                    drop(place);
                });
            }
            Err(error) => {
                let local = listener.local();
                tracing::warn!(%error, %local, "no connection could be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve(listener: Arc<LiveListener>, stream: TcpStream, peer: SocketAddr) {
    let served = async {
        match listener.protocol() {
            Protocol::Http => http::serve(&listener, stream, peer).await,
            Protocol::Tcp => tcp::serve(&listener, stream).await,
        }
    };
    tokio::select! {
        () = served => {}
        () = listener.cut().cancelled() => {}
    }
}
