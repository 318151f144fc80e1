//! Every call that a local cloud took, the newest ones kept in memory.

use std::collections::VecDeque;
use std::sync::Arc;

use isobar_catalogue::Cloud;
use isobar_wire::Name;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;

use crate::Caller;

/// How many calls the journal keeps; older ones are forgotten.
pub const CAPACITY: usize = 10_000;

/// One call.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// When it was answered.
    pub time: Timestamp,
    /// The cloud.
    pub cloud: Cloud,
    /// The service's name in the catalogue; absent where the request was refused before it was known.
    pub service: Option<&'static str>,
    /// The operation's name, likewise.
    pub operation: Option<&'static str>,
    /// The region that was spoken to.
    pub region: Option<String>,
    /// Who called; absent where the caller was not accepted.
    pub caller: Option<Arc<Caller>>,
    /// The answer's request id.
    pub request_id: String,
    /// The answer's HTTP status; absent where a fault rule kept the call from being answered.
    pub status: Option<u16>,
    /// The error's code, where the answer was one.
    pub error: Option<Name>,
    /// Microseconds from the request's last byte to the answer.
    pub duration_us: u64,
}

/// The journal. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    entries: Arc<Mutex<VecDeque<Entry>>>,
}

impl Journal {
    /// Notes a call.
    pub fn note(&self, entry: Entry) {
        tracing::info!(
            cloud = entry.cloud.name(),
            service = entry.service,
            operation = entry.operation,
            status = entry.status,
            error = entry.error.as_deref(),
            microseconds = entry.duration_us,
            request = entry.request_id,
            "answered"
        );
        let mut entries = self.entries.lock();
        let oldest = if entries.len() == CAPACITY { entries.pop_front() } else { None };
        entries.push_back(entry);
        drop(entries);
        // What the oldest holds is freed while others can note theirs.
        drop(oldest);
    }

    /// The newest calls that the filter accepts, the newest first.
    #[must_use]
    pub fn newest(&self, limit: usize, mut filter: impl FnMut(&Entry) -> bool) -> Vec<Entry> {
        let entries = self.entries.lock();
        entries.iter().rev().filter(|entry| filter(entry)).take(limit).cloned().collect()
    }
}
