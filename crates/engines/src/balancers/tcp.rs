//! The TCP proxy: each connection goes to a target of its own choice.

use std::sync::Arc;

use tokio::net::TcpStream;

use super::listener::LiveListener;
use super::relay::relay;
use super::target::{Lease, Live};

/// Serves a client's connection. Where no target can be reached, it is closed.
pub(super) async fn serve(listener: &LiveListener, client: TcpStream) {
    let Some((lease, target)) = connect(listener).await else { return };
    tokio::select! {
        () = relay(client, target, listener.idle_timeout()) => {}
        () = lease.target().cut().cancelled() => {}
    }
}

async fn connect(listener: &LiveListener) -> Option<(Lease, TcpStream)> {
    let mut tried: Vec<Arc<Live>> = Vec::new();
    while let Some(lease) = listener.choose(&tried) {
        match lease.target().connect().await {
            Ok(stream) => return Some((lease, stream)),
            Err(error) => {
                tracing::debug!(%error, target = lease.target().id, "a target was not reached");
                tried.push(Arc::clone(lease.target()));
            }
        }
    }
    None
}
