//! Bodies that are sent in chunks (`Content-Encoding: aws-chunked`), each of which may be signed, and the
//! headers that may follow them: see "Signature calculations for the Authorization header: transferring
//! payload in multiple chunks" and its page on trailing headers in Amazon S3's API reference.
//!
//! ```text
//! 10000;chunk-signature=…\r\n 65536 bytes \r\n
//! 0;chunk-signature=…\r\n x-amz-checksum-crc32c:sOO8/Q==\r\n x-amz-trailer-signature:…\r\n \r\n
//! ```
//!
//! Each signature is over the chunk and the signature before it; the first of these is the request's own.

use bytes::Bytes;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::canonical::hash;
use crate::encode::hex256;

/// The longest line between chunks.
const MOST_LINE: usize = 4 << 10;
/// The most headers that follow.
const MOST_TRAILERS: usize = 32;
/// The least size of a signed chunk that is not the last.
const LEAST: u64 = 8192;

/// What a body's signatures are made with.
pub(super) struct Signing {
    pub(super) key: Hmac<Sha256>,
    /// When the request was signed, in the basic form.
    pub(super) time: String,
    /// `date/region/service/aws4_request`
    pub(super) scope: String,
    /// The signature before.
    pub(super) prior: [u8; 64],
}

/// Reads a body in chunks, and verifies it.
pub struct Chunks {
    signing: Option<Signing>,
    trailers: Option<Vec<(String, String)>>,
    state: State,
    line: Vec<u8>,
    hasher: Sha256,
    number: u64,
    /// A chunk that was too small, unless it turns out to be the last with anything in it.
    small: Option<(u64, u64)>,
}

impl std::fmt::Debug for Chunks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let signed = self.signing.is_some();
        f.debug_struct("Chunks").field("signed", &signed).field("state", &self.state).finish()
    }
}

#[derive(Debug)]
enum State {
    /// The line before a chunk.
    Head,
    /// So much of a chunk is to come, and its signature is this.
    Data(u64, Option<[u8; 64]>),
    /// The line's end behind a chunk.
    Behind,
    /// The headers that follow, or the last line's end.
    Trailers,
    Ended,
}

/// A body that is not what its chunks say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// It ended before its last chunk (`IncompleteBody`).
    #[error("The request body terminated unexpectedly")]
    Incomplete,
    /// It is not in chunks (`InvalidRequest`).
    #[error("The body is not of well-formed chunks.")]
    Malformed,
    /// A chunk that is not the last is too small (`InvalidChunkSizeError`).
    #[error("Only the last chunk is allowed to have a size less than 8192 bytes")]
    Small {
        /// Which, from 1.
        number: u64,
        /// How large it is.
        size: u64,
    },
    /// What was signed is another (`SignatureDoesNotMatch`).
    #[error("{}", super::Mismatch::SHORT)]
    Signature,
    /// The headers that follow cannot be read, or their signature lacks (`MalformedTrailerError`).
    #[error(
        "The request contained trailing data that was not well-formed or did not conform to our \
         published schema."
    )]
    Trailer,
}

impl Chunks {
    pub(super) fn new(signing: Option<Signing>, trailers: bool) -> Self {
        Self {
            signing,
            trailers: trailers.then(Vec::new),
            state: State::Head,
            line: Vec::new(),
            hasher: Sha256::new(),
            number: 0,
            small: None,
        }
    }

    /// Reads the next bytes of the body, and gives what of them is in chunks. A chunk is verified at its
    /// end: nothing of it may count before the next call, or [`end`](Self::end), succeeds.
    ///
    /// # Errors
    /// Where the body is not what its chunks or their signatures say.
    pub fn read(&mut self, mut bytes: Bytes) -> Result<Vec<Bytes>, ChunkError> {
        let mut data = Vec::new();
        while !bytes.is_empty() {
            match self.state {
                State::Data(left, signature) => {
                    let length = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                    let part = bytes.split_to(length);
                    if self.signing.is_some() {
                        self.hasher.update(&part);
                    }
                    let left = left - part.len() as u64;
                    data.push(part);
                    self.state = State::Data(left, signature);
                    if left == 0 {
                        self.end_chunk(signature)?;
                        self.state = State::Behind;
                    }
                }
                State::Ended => return Err(ChunkError::Malformed),
                State::Head | State::Behind | State::Trailers => {
                    let Some(line) = self.line(&mut bytes)? else { break };
                    self.take_line(&line)?;
                }
            }
        }
        Ok(data)
    }

    /// The headers that followed, their names in lower case, once the body has ended.
    ///
    /// # Errors
    /// Where it ended too early.
    pub fn end(self) -> Result<Vec<(String, String)>, ChunkError> {
        match self.state {
            State::Ended => Ok(self.trailers.unwrap_or_default()),
            _ => Err(ChunkError::Incomplete),
        }
    }

    /// The next line without its end, once it is whole.
    fn line(&mut self, bytes: &mut Bytes) -> Result<Option<String>, ChunkError> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = bytes.split_to(end.map_or(bytes.len(), |end| end + 1));
        if self.line.len() + part.len() > MOST_LINE {
            return Err(ChunkError::Malformed);
        }
        self.line.extend_from_slice(&part);
        if end.is_none() {
            return Ok(None);
        }
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r\n").ok_or(ChunkError::Malformed)?;
        String::from_utf8(line.to_vec()).map(Some).map_err(|_| ChunkError::Malformed)
    }

    fn take_line(&mut self, line: &str) -> Result<(), ChunkError> {
        match self.state {
            State::Behind if line.is_empty() => self.state = State::Head,
            State::Head => self.begin_chunk(line)?,
            State::Trailers if line.is_empty() => {
                self.end_trailers()?;
                self.state = State::Ended;
            }
            State::Trailers => self.take_trailer(line)?,
            _ => return Err(ChunkError::Malformed),
        }
        Ok(())
    }

    fn begin_chunk(&mut self, line: &str) -> Result<(), ChunkError> {
        let (size, extension) = line.split_once(';').unwrap_or((line, ""));
        if size.is_empty() || !size.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ChunkError::Malformed);
        }
        let size = u64::from_str_radix(size, 16).map_err(|_| ChunkError::Malformed)?;
        let signature = extension
            .strip_prefix("chunk-signature=")
            .and_then(|text| <[u8; 64]>::try_from(text.as_bytes()).ok());
        if self.signing.is_some() && signature.is_none() {
            return Err(ChunkError::Malformed);
        }
        self.number += 1;
        if size == 0 {
            self.end_chunk(signature)?;
            self.state = State::Trailers;
            return Ok(());
        }
        if let Some((number, size)) = self.small {
            return Err(ChunkError::Small { number, size });
        }
        if self.signing.is_some() && size < LEAST {
            self.small = Some((self.number, size));
        }
        self.state = State::Data(size, signature);
        Ok(())
    }

    /// Verifies the chunk that ends.
    fn end_chunk(&mut self, signature: Option<[u8; 64]>) -> Result<(), ChunkError> {
        let hashed = hex256(&self.hasher.finalize_reset().into());
        let Some(signing) = &mut self.signing else { return Ok(()) };
        let signature = signature.ok_or(ChunkError::Malformed)?;
        signing.verify("AWS4-HMAC-SHA256-PAYLOAD", &[&hash(b""), b"\n", &hashed], signature)
    }

    fn take_trailer(&mut self, line: &str) -> Result<(), ChunkError> {
        let trailers = self.trailers.as_mut().ok_or(ChunkError::Malformed)?;
        let (name, value) = line.split_once(':').ok_or(ChunkError::Trailer)?;
        if trailers.len() == MOST_TRAILERS {
            return Err(ChunkError::Trailer);
        }
        trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        Ok(())
    }

    fn end_trailers(&mut self) -> Result<(), ChunkError> {
        let (Some(trailers), Some(signing)) = (&mut self.trailers, &mut self.signing) else {
            return Ok(());
        };
        let at = trailers.iter().position(|(name, _)| name == "x-amz-trailer-signature");
        let (_, signature) = trailers.remove(at.ok_or(ChunkError::Trailer)?);
        let signature = signature.as_bytes().try_into().map_err(|_| ChunkError::Trailer)?;
        let mut sorted: Vec<_> = trailers.iter().collect();
        sorted.sort_unstable();
        let signed: String =
            sorted.into_iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        signing.verify("AWS4-HMAC-SHA256-TRAILER", &[&hash(signed.as_bytes())], signature)
    }
}

impl Signing {
    fn verify(
        &mut self,
        algorithm: &str,
        signed: &[&[u8]],
        signature: [u8; 64],
    ) -> Result<(), ChunkError> {
        let mut key = self.key.clone();
        for part in [algorithm, "\n", &self.time, "\n", &self.scope, "\n"] {
            key.update(part.as_bytes());
        }
        key.update(&self.prior);
        key.update(b"\n");
        for part in signed {
            key.update(part);
        }
        let computed = hex256(&key.finalize().into_bytes().into());
        if !bool::from(computed.ct_eq(&signature)) {
            return Err(ChunkError::Signature);
        }
        self.prior = signature;
        Ok(())
    }
}
