//! A request that goes on while its answer comes: over HTTP/2, on a connection of its own, which
//! lives as long as the answer is read.
//!
//! The pool stays with HTTP/1.1, which is what all other calls need.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::http2::{Builder, SendRequest};
use hyper::rt::Executor;
use hyper_rustls::MaybeHttpsStream;
use hyper_util::rt::TokioTimer;
use tower_service::Service;

use super::{Exchange, Outcome, head, message};
use crate::error::{Error, Kind};
use crate::talk::{Line, Talk, Tasks};
use crate::transport::Call;
use crate::transport::connect::{HTTP_2, Stream, root, unconnected};
use crate::upload::Outgoing;

/// How often the other side is asked whether it is still there. Neither side need say anything for
/// as long as it likes, so silence tells nothing.
const PING: Duration = Duration::from_secs(10);

/// How much of an answer may come before it is read.
const WINDOW: u32 = 1 << 20;

/// How much of a request may wait for the connection. Events are not asked for before there is room.
const MOST_UNSENT: usize = 64 << 10;

impl Exchange {
    pub(super) async fn converse(&self, call: &Call<'_>, talk: &Talk) -> Outcome {
        let (mut sender, line) = self.connect(call, talk).await?;
        self.observe_request(call)?;
        let response = sender.send_request(message(call)?).await.map_err(|error| {
            line.failure().unwrap_or_else(|| {
                call.error(Kind::Interrupted).with_message(root(&error)).with_source(error)
            })
        })?;
        let mut opened = self.take(call, response).await?;
        opened.body = opened.body.map(|body| body.on(line));
        Ok(opened)
    }

    async fn connect(
        &self,
        call: &Call<'_>,
        talk: &Talk,
    ) -> Result<(SendRequest<Outgoing>, Line), Error> {
        let uri = head(call, ())?.into_parts().0.uri;
        let mut connector = self.connector.clone();
        let connected = match poll_fn(|context| connector.poll_ready(context)).await {
            Ok(()) => connector.call(uri).await,
            Err(error) => Err(error),
        };
        let stream = connected.map_err(|error| {
            call.error(unconnected(&*error)).with_message(root(&*error)).with_source(error)
        })?;
        if !is_agreed(&stream) {
            return Err(call.error(Kind::Connect).with_message("the server has no HTTP/2"));
        }
        let tasks = Tasks::default();
        let line = Line::new(tasks.clone(), Arc::clone(talk.state()));
        let handshake = Builder::new(tasks.clone())
            .timer(TokioTimer::new())
            .keep_alive_interval(PING.min(self.idle))
            .keep_alive_timeout(self.idle)
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .max_send_buf_size(MOST_UNSENT)
            .handshake(stream)
            .await;
        let (sender, connection) = handshake.map_err(|error| {
            call.error(Kind::Connect).with_message(root(&error)).with_source(error)
        })?;
        // What the connection fails with, its streams fail with too.
        tasks.execute(async move { drop(connection.await) });
        Ok((sender, line))
    }
}

/// Whether the handshake agreed on HTTP/2. Without one, the server is known to speak it.
fn is_agreed(stream: &Stream) -> bool {
    match stream {
        MaybeHttpsStream::Http(_) => true,
        MaybeHttpsStream::Https(stream) => {
            stream.inner().get_ref().1.alpn_protocol() == Some(HTTP_2)
        }
    }
}
