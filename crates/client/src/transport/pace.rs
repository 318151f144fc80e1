//! The pace of calls to a service that limits them, learnt from its refusals and from what its
//! headers say.
//!
//! Each limit has a lane of its own ([`crate::cloud::Scope`] says what shares one). A lane lets
//! everything through until the service refuses a call for there being too many, or says how many
//! are left; from then on calls go through it one after the other, at the rate that it has learnt.

mod lane;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use parking_lot::{Mutex, RwLock};

use self::lane::Lane;
use super::{Call, Layer, Next, Outcome};
use crate::cloud::{self, Scope};
use crate::config::{Config, RetryMode};
use crate::context::Context;
use crate::error::Kind;

/// The longest sleep in one piece: a rate that has risen meanwhile is noticed after it.
const SLICE: Duration = Duration::from_millis(250);

pub(super) struct Pacing {
    mode: RetryMode,
    context: Arc<dyn Context>,
    scope: Scope,
    /// The longest time for which a service is believed that it wants no calls. After a longer one
    /// the calls go out, and fail with the service's own words.
    longest: Duration,
    /// One for each operation in use, or one in all.
    lanes: RwLock<HashMap<Key, Arc<Queue>>>,
}

type Key = (&'static str, &'static str);

/// A lane, and the queue before it.
#[derive(Default)]
struct Queue {
    lane: Mutex<Lane>,
    /// Whoever is at the queue's head holds it. The lock is fair, so that no call is overtaken.
    head: tokio::sync::Mutex<()>,
}

impl Pacing {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            mode: config.retry.mode,
            context: config.context.clone(),
            scope: cloud::row(config.cloud).limited,
            longest: config.retry.longest_retry_after,
            lanes: RwLock::default(),
        }
    }

    fn queue(&self, call: &Call<'_>) -> Arc<Queue> {
        let key: Key = match self.scope {
            Scope::Operation => (&call.service.name, &call.operation.name),
            Scope::Key => ("", ""),
        };
        if let Some(queue) = self.lanes.read().get(&key) {
            return Arc::clone(queue);
        }
        Arc::clone(self.lanes.write().entry(key).or_default())
    }

    /// Waits for a call's turn.
    async fn enter(&self, queue: &Queue) {
        if !queue.lane.lock().is_limited(self.context.elapsed()) {
            return;
        }
        let _head = queue.head.lock().await;
        loop {
            let entered = queue.lane.lock().enter(self.context.elapsed());
            match entered {
                Ok(()) => return,
                Err(wait) => self.context.sleep(wait.min(SLICE)).await,
            }
        }
    }

    /// Learns from an outcome.
    fn learn(&self, queue: &Queue, sent: Duration, outcome: &Outcome) {
        let now = self.context.elapsed();
        let mut lane = queue.lane.lock();
        let wait = match outcome {
            Ok(opened) => {
                lane.taken(now);
                cloud::exhausted(&opened.answer.headers, self.context.now())
            }
            Err(error) if error.kind() == Kind::Throttled => {
                lane.refused(sent, now);
                error.retry_after()
            }
            // The service may have counted it or not.
            Err(_) => None,
        };
        if let Some(wait) = wait.filter(|wait| *wait <= self.longest) {
            lane.block(now + wait);
        }
    }
}

impl Layer for Pacing {
    fn call<'a>(&'a self, call: &'a Call<'a>, next: Next<'a>) -> BoxFuture<'a, Outcome> {
        if self.mode == RetryMode::Standard {
            return next.run(call);
        }
        Box::pin(async move {
            let queue = self.queue(call);
            self.enter(&queue).await;
            let sent = self.context.elapsed();
            let outcome = next.run(call).await;
            self.learn(&queue, sent, &outcome);
            outcome
        })
    }
}
