//! Connections: how many there may be, and how they end.

use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::Bounds;

/// How long a connection may take to send its headers.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// Returns once `stop` turned true, or nobody is left who could turn it.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The value that it returns holds a lock, which must not live on.
    drop(stop.wait_for(|stop| *stop).await);
}

/// Takes connections until `stop` turns true, each served by what the function makes of it. Those that
/// are left are for [`drain`].
pub async fn accept<C>(
    listener: TcpListener,
    mut stop: watch::Receiver<bool>,
    bounds: &Bounds,
    serve: impl Fn(TcpStream) -> C,
) -> GracefulShutdown
where
    C: GracefulConnection<Error = hyper::Error> + Send + 'static,
{
    let connections = GracefulShutdown::new();
    let places = &bounds.connections;
    loop {
        let (stream, _peer) = tokio::select! {
            () = stopped(&mut stop) => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        // Only who has a connection waits for a place: an idle listener keeps none from the others.
        let place = tokio::select! {
            () = stopped(&mut stop) => break,
            place = Arc::clone(places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        // An answer is one small segment; waiting to fill it would only delay it.
        let _ = stream.set_nodelay(true);
        let connection = connections.watch(serve(stream));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    connections
}

/// Lets the answers under way end, for so long at most.
pub async fn drain(connections: GracefulShutdown, most: Duration) {
    if tokio::time::timeout(most, connections.shutdown()).await.is_err() {
        tracing::warn!("connections were left before their answers ended");
    }
}
