//! Bodies of requests that are streams: parts of files, or of other objects.
//!
//! Over HTTPS, S3 gets a body in one pass, with the checksum behind it. Where the signature covers the
//! payload, the body is read once before it is sent. A source that cannot be begun anew is not sent
//! again.

mod framed;
mod source;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::StreamExt;
use isobar_catalogue::Operation;
use parking_lot::Mutex;

use crate::checksum::{Algorithm, Checksum};

pub(crate) use framed::{Framing, Outgoing, body};
pub use source::{Chunks, Source};

/// What a call sends as its body: a source, and the checksum that is computed while it is sent.
///
/// How it is signed is the vendors' SDKs' way. S3 over HTTPS takes an unsigned payload with the
/// checksum behind it (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`), in one pass over the source. Over plain
/// HTTP, which is for loopback addresses only, and by services that take no trailer, the payload is
/// signed: the source is read twice, so it must be one that can be.
#[derive(Clone, Debug)]
pub struct Upload {
    source: Source,
    check: Check,
    meter: Arc<AtomicU64>,
    state: Arc<State>,
}

/// Which checksum goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    /// What the operation asks for, which for S3 is CRC-32.
    Default,
    Nothing,
    Of(Algorithm),
}

/// What happened so far.
#[derive(Debug, Default)]
struct State {
    /// Bytes of the running attempt that were given to the connection.
    sent: AtomicU64,
    /// The checksum of the last attempt that read the whole source.
    checksum: Mutex<Option<Checksum>>,
    /// Hashes of a source that was read before it is sent.
    digests: Mutex<Option<Digests>>,
}

/// What a pass over the source before it is sent gives.
#[derive(Clone, Debug)]
pub(crate) struct Digests {
    /// SHA-256 in hexadecimal, for the signature.
    pub(crate) payload: String,
    /// The checksum that was asked for.
    pub(crate) checksum: Option<Checksum>,
}

impl Upload {
    /// A source with the operation's own checksum: for S3, the one that the input names, else
    /// CRC-32.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self { source, check: Check::Default, meter: Arc::default(), state: Arc::default() }
    }

    /// The same with a checksum of the caller's choice. It travels with the request where the
    /// operation can carry it; [`Upload::checksum`] gives it in any case.
    #[must_use]
    pub fn with_checksum(mut self, algorithm: Algorithm) -> Self {
        self.check = Check::Of(algorithm);
        self
    }

    /// The same without any checksum.
    #[must_use]
    pub fn without_checksum(mut self) -> Self {
        self.check = Check::Nothing;
        self
    }

    /// The same with a counter to which the bytes are added that were given to the connection. What
    /// is sent again is counted once.
    #[must_use]
    pub fn with_meter(mut self, meter: Arc<AtomicU64>) -> Self {
        self.meter = meter;
        self
    }

    /// What is sent.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The checksum of what was sent, once it was.
    #[must_use]
    pub fn checksum(&self) -> Option<Checksum> {
        self.state.checksum.lock().clone()
    }

    /// Takes back what was counted, of an upload that failed for good, and says how much that was.
    pub fn forget(&self) -> u64 {
        let before = self.state.sent.swap(0, Ordering::Relaxed);
        self.meter.fetch_sub(before, Ordering::Relaxed);
        before
    }

    /// How many bytes of the running attempt were given to the connection.
    pub(crate) fn sent(&self) -> u64 {
        self.state.sent.load(Ordering::Relaxed)
    }

    /// Whether the caller says which checksum to compute.
    pub(crate) fn names_checksum(&self) -> bool {
        !matches!(self.check, Check::Default)
    }

    /// The checksum to compute, of an operation and of what its input names.
    pub(crate) fn algorithm(
        &self,
        operation: &Operation,
        named: Option<&str>,
    ) -> Option<Algorithm> {
        let carries = operation.checksum.as_ref().is_some_and(|it| it.algorithm_member.is_some());
        match self.check {
            Check::Nothing => None,
            Check::Of(algorithm) => Some(algorithm),
            Check::Default if !carries => None,
            Check::Default => Some(named.and_then(Algorithm::of_name).unwrap_or(Algorithm::Crc32)),
        }
    }

    /// Begins an attempt: what an earlier one sent is not counted.
    fn begin(&self) {
        self.forget();
    }

    fn count(&self, bytes: u64) {
        self.state.sent.fetch_add(bytes, Ordering::Relaxed);
        self.meter.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Reads the source before it is sent, the first time that it is asked.
    pub(crate) async fn digests(
        &self,
        algorithm: Option<Algorithm>,
    ) -> Result<Digests, std::io::Error> {
        if let Some(known) = self.state.digests.lock().clone() {
            return Ok(known);
        }
        if !self.source.is_repeatable() {
            return Err(std::io::Error::other(
                "a stream that can be read once cannot be signed, which plain HTTP demands",
            ));
        }
        let mut payload = Algorithm::Sha256.hasher();
        let mut check = algorithm.map(Algorithm::hasher);
        let mut chunks = self.source.open()?;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            payload.update(&chunk);
            if let Some(check) = &mut check {
                check.update(&chunk);
            }
        }
        let digests = Digests {
            payload: payload.finish().hex(),
            checksum: check.map(crate::checksum::Hasher::finish),
        };
        *self.state.digests.lock() = Some(digests.clone());
        Ok(digests)
    }
}
