//! Credentials that are held until shortly before they expire.
//!
//! The windows are botocore's. From fifteen minutes before the end, one call fetches new credentials
//! while the others go on with what is there, and a failure does no harm. From ten minutes before
//! the end all calls wait for the one that fetches, and its failure is theirs.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use isobar_catalogue::Cloud;
use jiff::Timestamp;
use parking_lot::RwLock;
use tokio::sync::Mutex;

use super::{Identity, Provide};
use crate::context::Context;
use crate::error::{Error, Kind};

/// From when on one call looks for new credentials.
const ADVISORY: Duration = Duration::from_secs(15 * 60);

/// From when on all calls wait for new credentials.
const MANDATORY: Duration = Duration::from_secs(10 * 60);

/// Holds what another provider fetches.
#[derive(Debug)]
pub struct Cached<P> {
    source: P,
    cloud: Cloud,
    context: Arc<dyn Context>,
    held: RwLock<Option<Identity>>,
    /// Held by the one call that fetches.
    fetching: Mutex<()>,
}

/// What there is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Nothing,
    Advisory,
    Mandatory,
}

impl<P: Provide> Cached<P> {
    /// Nothing is fetched until the first call.
    #[must_use]
    pub fn new(source: P, cloud: Cloud, context: Arc<dyn Context>) -> Self {
        Self { source, cloud, context, held: RwLock::default(), fetching: Mutex::default() }
    }

    /// What is held, and what there is to do about it.
    fn look(&self) -> (Option<Identity>, Need) {
        let held = self.held.read().clone();
        let need = match &held {
            None => Need::Mandatory,
            Some(identity) => match identity.expires {
                None => Need::Nothing,
                Some(end) => need(end, self.context.now()),
            },
        };
        (held, need)
    }

    async fn get(&self) -> Result<Identity, Error> {
        let (held, need) = self.look();
        let guard = match (held, need) {
            (Some(identity), Need::Nothing) => return Ok(identity),
            // Another call sees to it.
            (Some(identity), Need::Advisory) => match self.fetching.try_lock() {
                Ok(guard) => guard,
                Err(_) => return Ok(identity),
            },
            _ => self.fetching.lock().await,
        };
        // While this call waited, another may have fetched.
        let (held, need) = self.look();
        let fetched = match (held, need) {
            (Some(identity), Need::Nothing) => return Ok(identity),
            (Some(identity), Need::Advisory) => match self.source.credentials().await {
                Ok(fetched) => fetched,
                Err(_) => return Ok(identity),
            },
            _ => self.source.credentials().await?,
        };
        if fetched.expires.is_some_and(|end| end <= self.context.now()) {
            return Err(Error::new(Kind::Expired, self.cloud).with_message(format!(
                "those of {} ended at {}; get new ones there",
                fetched.origin,
                fetched.expires.unwrap_or_default(),
            )));
        }
        *self.held.write() = Some(fetched.clone());
        drop(guard);
        Ok(fetched)
    }
}

/// What is to be done at a time about credentials that end.
fn need(end: Timestamp, now: Timestamp) -> Need {
    let left = Duration::try_from(end.duration_since(now)).unwrap_or(Duration::ZERO);
    if left < MANDATORY {
        Need::Mandatory
    } else if left < ADVISORY {
        Need::Advisory
    } else {
        Need::Nothing
    }
}

impl<P: Provide> Provide for Cached<P> {
    fn credentials(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        Box::pin(self.get())
    }

    fn reject(&self, rejected: &Identity) -> bool {
        let mut held = self.held.write();
        // Another call may have replaced them already.
        if held.as_ref().is_some_and(|held| held.credentials == rejected.credentials) {
            *held = None;
        }
        self.source.reject(rejected);
        true
    }
}
