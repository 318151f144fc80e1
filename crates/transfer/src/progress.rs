//! How far a transfer is, for whoever wants to show it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counters that a transfer moves and anybody may read at any time.
#[derive(Debug, Default)]
pub struct Progress {
    bytes: Arc<AtomicU64>,
    total: AtomicU64,
    objects: AtomicU64,
    objects_total: AtomicU64,
    listed: AtomicBool,
}

impl Progress {
    /// Bytes that were transferred. What is transferred again is not counted twice.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Bytes that are to be transferred, as far as is known.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Files and objects that are done.
    #[must_use]
    pub fn objects(&self) -> u64 {
        self.objects.load(Ordering::Relaxed)
    }

    /// Files and objects to be transferred, as far as is known.
    #[must_use]
    pub fn objects_total(&self) -> u64 {
        self.objects_total.load(Ordering::Relaxed)
    }

    /// Whether all that is to be transferred is known.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.listed.load(Ordering::Relaxed)
    }

    pub(crate) fn meter(&self) -> Arc<AtomicU64> {
        self.bytes.clone()
    }

    pub(crate) fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn remove(&self, bytes: u64) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(crate) fn expect(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
        self.objects_total.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn more(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn done(&self) {
        self.objects.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn all_listed(&self) {
        self.listed.store(true, Ordering::Relaxed);
    }
}
