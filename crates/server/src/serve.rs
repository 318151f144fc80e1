//! The listener of the control plane.

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use isobar_kernel::serve::stopped;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::{App, router};

/// The most connections at once; further ones wait in the system's queue.
const MAX_CONNECTIONS: usize = 1024;
/// How long a connection may take to send its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a stop waits for answers that are under way.
const DRAIN: Duration = Duration::from_secs(2);

/// Serves the API until `stop` turns true, then lets the answers under way end.
pub async fn serve(listener: TcpListener, app: App, mut stop: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let service = router(app.clone());
    loop {
        let place = tokio::select! {
            () = stopped(&mut stop) => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
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
        // An answer is one small segment; waiting to fill it would only delay it.
        let _ = stream.set_nodelay(true);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    // Streams of events have no end of their own.
    app.close();
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were left before their answers ended");
    }
}
