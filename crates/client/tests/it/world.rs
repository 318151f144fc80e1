//! The world of a test: its own time, which passes only in sleeps, and a client in it.

use std::sync::Arc;
use std::time::Duration;

use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use isobar_client::{Client, Config, Context, Sleep};
use jiff::Timestamp;
use parking_lot::Mutex;

/// Time that passes only when it is slept through, and numbers that are always the largest.
#[derive(Debug, Default)]
pub(crate) struct World {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    elapsed: Duration,
    slept: Vec<Duration>,
    drawn: u8,
}

impl World {
    /// What was slept since the last question, in milliseconds.
    pub(crate) fn slept(&self) -> Vec<u128> {
        std::mem::take(&mut self.state.lock().slept).iter().map(Duration::as_millis).collect()
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, duration: Duration) {
        self.state.lock().elapsed += duration;
    }
}

impl Context for World {
    fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
        start + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        self.state.lock().elapsed
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let mut state = self.state.lock();
        state.elapsed += duration;
        state.slept.push(duration);
        Box::pin(async {})
    }

    fn random(&self, bytes: &mut [u8]) {
        let mut state = self.state.lock();
        state.drawn = state.drawn.wrapping_add(1);
        // Pauses are drawn from eight bytes and are the longest here; ids differ.
        bytes.fill(if bytes.len() == 8 { 0xff } else { state.drawn });
    }
}

/// A client of a cloud at a base URL, in a world of its own.
pub(crate) fn client(cloud: Cloud, url: &str) -> (Client, Arc<World>) {
    with(cloud, url, |_| {})
}

/// The same with the configuration changed.
pub(crate) fn with(
    cloud: Cloud,
    url: &str,
    change: impl FnOnce(&mut Config),
) -> (Client, Arc<World>) {
    let world = Arc::new(World::default());
    let mut config =
        Config::new(cloud, "us-east-1", Credentials::new("AKID", "very-secret")).with_endpoint(url);
    config.context = world.clone();
    change(&mut config);
    (Client::new(config).unwrap(), world)
}
