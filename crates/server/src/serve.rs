//! The listener of the control plane.

mod unparsed;

use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use isobar_kernel::serve::{Bounds, HEADER_TIMEOUT, accept, drain};
use tokio::net::TcpListener;
use tokio::sync::watch;

use self::unparsed::Completed;
use crate::{App, router};

/// How long a stop waits for answers that are under way.
const DRAIN: Duration = Duration::from_secs(2);

/// Serves the API until `stop` turns true, then lets the answers under way end.
pub async fn serve(listener: TcpListener, app: App, bounds: Bounds, stop: watch::Receiver<bool>) {
    let service = router(app.clone());
    let connections = accept(listener, stop, &bounds, |stream| {
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .serve_connection(
                TokioIo::new(Completed::new(stream, app.local.clone())),
                TowerToHyperService::new(service.clone()),
            )
    })
    .await;
    // Streams of events have no end of their own.
    app.close();
    drain(connections, DRAIN).await;
}
