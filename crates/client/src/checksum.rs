//! Checksums of what is sent and received, as the clouds name and write them.

use std::fmt;
use std::hash::Hasher as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum_combine};
use http::HeaderMap;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use twox_hash::{XxHash3_64, XxHash3_128, XxHash64};

/// How a checksum is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// CRC-32 of zip and Ethernet.
    Crc32,
    /// CRC-32C, of iSCSI.
    Crc32C,
    /// CRC-64 of NVMe, which S3 keeps of every object.
    Crc64Nvme,
    /// CRC-64 of ECMA-182 as xz has it, which OSS keeps of every object.
    Crc64Ecma,
    /// MD5, which is the `ETag` of many an object.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// XXH64.
    XxHash64,
    /// XXH3 of 64 bits.
    XxHash3,
    /// XXH3 of 128 bits.
    XxHash128,
}

/// What an algorithm is called.
struct Row {
    algorithm: Algorithm,
    /// S3's name, which members take.
    name: &'static str,
    /// S3's header or trailer, where it has one.
    header: Option<&'static str>,
    crc: Option<CrcAlgorithm>,
    /// The length in bytes.
    length: usize,
}

const fn row(
    algorithm: Algorithm,
    name: &'static str,
    header: Option<&'static str>,
    crc: Option<CrcAlgorithm>,
    length: usize,
) -> Row {
    Row { algorithm, name, header, crc, length }
}

static ROWS: [Row; 11] = [
    row(
        Algorithm::Crc32,
        "CRC32",
        Some("x-amz-checksum-crc32"),
        Some(CrcAlgorithm::Crc32IsoHdlc),
        4,
    ),
    row(
        Algorithm::Crc32C,
        "CRC32C",
        Some("x-amz-checksum-crc32c"),
        Some(CrcAlgorithm::Crc32Iscsi),
        4,
    ),
    row(
        Algorithm::Crc64Nvme,
        "CRC64NVME",
        Some("x-amz-checksum-crc64nvme"),
        Some(CrcAlgorithm::Crc64Nvme),
        8,
    ),
    row(Algorithm::Crc64Ecma, "CRC64ECMA", None, Some(CrcAlgorithm::Crc64Xz), 8),
    row(Algorithm::Md5, "MD5", None, None, 16),
    row(Algorithm::Sha1, "SHA1", Some("x-amz-checksum-sha1"), None, 20),
    row(Algorithm::Sha256, "SHA256", Some("x-amz-checksum-sha256"), None, 32),
    row(Algorithm::Sha512, "SHA512", Some("x-amz-checksum-sha512"), None, 64),
    row(Algorithm::XxHash64, "XXHASH64", Some("x-amz-checksum-xxhash64"), None, 8),
    row(Algorithm::XxHash3, "XXHASH3", Some("x-amz-checksum-xxhash3"), None, 8),
    row(Algorithm::XxHash128, "XXHASH128", Some("x-amz-checksum-xxhash128"), None, 16),
];

impl Algorithm {
    fn row(self) -> &'static Row {
        ROWS.iter().find(|row| row.algorithm == self).expect("every algorithm has its row")
    }

    /// The algorithm of S3's name (`CRC64NVME`).
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.algorithm)
    }

    /// S3's name (`CRC64NVME`).
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// S3's header and trailer of it; `None` where S3 takes none.
    #[must_use]
    pub fn header(self) -> Option<&'static str> {
        self.row().header
    }

    /// The length of a checksum in bytes.
    #[must_use]
    pub fn length(self) -> usize {
        self.row().length
    }

    /// The checksum of some bytes.
    #[must_use]
    pub fn of(self, bytes: &[u8]) -> Checksum {
        let mut hasher = self.hasher();
        hasher.update(bytes);
        hasher.finish()
    }

    /// A computation that has seen nothing yet.
    #[must_use]
    pub fn hasher(self) -> Hasher {
        let state = match (self, self.row().crc) {
            (_, Some(crc)) => State::Crc(crc_fast::Digest::new(crc)),
            (Self::Md5, _) => State::Md5(Md5::new()),
            (Self::Sha1, _) => State::Sha1(Sha1::new()),
            (Self::Sha512, _) => State::Sha512(Sha512::new()),
            (Self::XxHash64, _) => State::XxHash64(XxHash64::with_seed(0)),
            (Self::XxHash3, _) => State::XxHash3(Box::new(XxHash3_64::new())),
            (Self::XxHash128, _) => State::XxHash128(Box::new(XxHash3_128::new())),
            _ => State::Sha256(Sha256::new()),
        };
        Hasher { algorithm: self, state }
    }
}

/// What a service says that an answer's body sums up to.
#[derive(Debug)]
pub(crate) struct Expected {
    hasher: Hasher,
    /// As the service writes it.
    said: String,
    text: fn(&Checksum) -> String,
}

/// Where an answer says several, the one that is held to: the fast ones first, as the vendor's SDKs
/// have it.
const PREFERRED: [Algorithm; 9] = [
    Algorithm::XxHash128,
    Algorithm::XxHash3,
    Algorithm::Crc64Nvme,
    Algorithm::XxHash64,
    Algorithm::Crc32C,
    Algorithm::Crc32,
    Algorithm::Sha1,
    Algorithm::Sha256,
    Algorithm::Sha512,
];

impl Expected {
    /// Of an object's whole content (S3).
    pub(crate) fn of_object(headers: &HeaderMap) -> Option<Self> {
        PREFERRED.into_iter().find_map(|algorithm| {
            let said = headers.get(algorithm.header()?)?.to_str().ok()?.to_owned();
            // With a hyphen it is the checksum of the checksums of parts.
            let hasher = algorithm.hasher();
            (!said.contains('-')).then_some(Self { hasher, said, text: Checksum::base64 })
        })
    }

    /// Of an answer's text, as a decimal CRC-32 (DynamoDB).
    pub(crate) fn of_text(headers: &HeaderMap) -> Option<Self> {
        let said = headers.get("x-amz-crc32")?.to_str().ok()?.to_owned();
        let text = |sum: &Checksum| sum.number().to_string();
        Some(Self { hasher: Algorithm::Crc32.hasher(), said, text })
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Once all has come: what is wrong, if anything is.
    pub(crate) fn finish(self) -> Result<(), String> {
        let algorithm = self.hasher.algorithm.name();
        let found = (self.text)(&self.hasher.finish());
        if found == self.said {
            return Ok(());
        }
        Err(format!("the {algorithm} of what came is {found}, and {} was sent", self.said))
    }
}

/// Whether a header has the checksum of a body.
pub(crate) fn is_header(name: &str) -> bool {
    /// Headers that tell of checksums and are none.
    const ABOUT: [&str; 3] =
        ["x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"];
    name.starts_with("x-amz-checksum-") && !ABOUT.contains(&name)
}

/// A checksum in the making.
pub struct Hasher {
    algorithm: Algorithm,
    state: State,
}

enum State {
    Crc(crc_fast::Digest),
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
    XxHash64(XxHash64),
    XxHash3(Box<XxHash3_64>),
    XxHash128(Box<XxHash3_128>),
}

impl Hasher {
    /// Takes what comes next.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Crc(crc) => crc.update(bytes),
            State::Md5(hash) => hash.update(bytes),
            State::Sha1(hash) => hash.update(bytes),
            State::Sha256(hash) => hash.update(bytes),
            State::Sha512(hash) => hash.update(bytes),
            State::XxHash64(hash) => hash.write(bytes),
            State::XxHash3(hash) => hash.write(bytes),
            State::XxHash128(hash) => hash.write(bytes),
        }
    }

    /// The checksum of all that was taken.
    #[must_use]
    pub fn finish(self) -> Checksum {
        let bytes = match self.state {
            State::Crc(crc) => crc.finalize().to_be_bytes()[8 - self.algorithm.length()..].to_vec(),
            State::Md5(hash) => hash.finalize().to_vec(),
            State::Sha1(hash) => hash.finalize().to_vec(),
            State::Sha256(hash) => hash.finalize().to_vec(),
            State::Sha512(hash) => hash.finalize().to_vec(),
            State::XxHash64(hash) => hash.finish().to_be_bytes().to_vec(),
            State::XxHash3(hash) => hash.finish().to_be_bytes().to_vec(),
            State::XxHash128(hash) => hash.finish_128().to_be_bytes().to_vec(),
        };
        Checksum { algorithm: self.algorithm, bytes }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hasher").field(&self.algorithm).finish()
    }
}

/// A checksum.
#[derive(Clone, PartialEq, Eq)]
pub struct Checksum {
    algorithm: Algorithm,
    /// A number's bytes are in network order.
    bytes: Vec<u8>,
}

impl Checksum {
    /// The checksum of a text in base64, as S3 writes it.
    #[must_use]
    pub fn of_base64(algorithm: Algorithm, text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        (bytes.len() == algorithm.length()).then_some(Self { algorithm, bytes })
    }

    /// The checksum of a decimal number, as OSS writes it.
    #[must_use]
    pub fn of_decimal(algorithm: Algorithm, text: &str) -> Option<Self> {
        let number: u64 = text.parse().ok()?;
        algorithm.row().crc?;
        let bytes = number.to_be_bytes();
        let (over, bytes) = bytes.split_at(8 - algorithm.length());
        over.iter().all(|byte| *byte == 0).then(|| Self { algorithm, bytes: bytes.to_vec() })
    }

    /// The checksum of a text in hexadecimal, as an `ETag` has it.
    #[must_use]
    pub fn of_hex(algorithm: Algorithm, text: &str) -> Option<Self> {
        let digits: Option<Vec<_>> = text.chars().map(|digit| digit.to_digit(16)).collect();
        let digits = digits.filter(|digits| digits.len() == 2 * algorithm.length())?;
        let byte = |pair: &[u32]| u8::try_from(pair[0] << 4 | pair[1]).ok();
        let bytes: Option<Vec<u8>> = digits.chunks_exact(2).map(byte).collect();
        Some(Self { algorithm, bytes: bytes? })
    }

    /// How it was computed.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// In base64, as S3 writes it.
    #[must_use]
    pub fn base64(&self) -> String {
        STANDARD.encode(&self.bytes)
    }

    /// In lower-case hexadecimal, as an `ETag` has it.
    #[must_use]
    pub fn hex(&self) -> String {
        self.bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The number of a CRC; zero for others.
    #[must_use]
    pub fn number(&self) -> u64 {
        if self.algorithm.row().crc.is_none() {
            return 0;
        }
        self.bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// The checksum of this one's bytes followed by `length` bytes of the next one's, which only
    /// CRCs of one kind give.
    #[must_use]
    pub fn then(&self, next: &Self, length: u64) -> Option<Self> {
        let crc = self.algorithm.row().crc.filter(|_| self.algorithm == next.algorithm)?;
        let number = checksum_combine(crc, self.number(), next.number(), length);
        let bytes = number.to_be_bytes()[8 - self.algorithm.length()..].to_vec();
        Some(Self { algorithm: self.algorithm, bytes })
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.algorithm.name(), self.base64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(algorithm: Algorithm, bytes: &[u8]) -> Checksum {
        let mut hasher = algorithm.hasher();
        hasher.update(bytes);
        hasher.finish()
    }

    #[test]
    fn the_check_values_are_those_of_the_catalogues_of_crcs() {
        for (algorithm, check) in [
            (Algorithm::Crc32, "cbf43926"),
            (Algorithm::Crc32C, "e3069283"),
            (Algorithm::Crc64Nvme, "ae8b14860a799888"),
            (Algorithm::Crc64Ecma, "995dc9bbdf1939fa"),
            (Algorithm::Md5, "25f9e794323b453885f5181f1b624d0b"),
            (Algorithm::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            (Algorithm::XxHash64, "8cb841db40e6ae83"),
            (Algorithm::XxHash3, "72dcb18b67a17dff"),
            (Algorithm::XxHash128, "33119477ede5dcd5e9716427681d5860"),
            (Algorithm::Sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ] {
            assert_eq!(of(algorithm, b"123456789").hex(), check, "{algorithm:?}");
        }
        let long: Vec<u8> = (0..5).flat_map(|_| 0..=255).collect();
        for (algorithm, nothing, check) in [
            (Algorithm::XxHash64, "ef46db3751d8e999", "afc184ad7938a354"),
            (Algorithm::XxHash3, "2d06800538d394c2", "4844b009e164352e"),
            (
                Algorithm::XxHash128,
                "99aa06d3014798d86001c324468d497f",
                "d92ab3a1cb0542a74844b009e164352e",
            ),
        ] {
            assert_eq!(of(algorithm, b"").hex(), nothing, "{algorithm:?}");
            let mut hasher = algorithm.hasher();
            for piece in long.chunks(7) {
                hasher.update(piece);
            }
            assert_eq!(hasher.finish().hex(), check, "{algorithm:?}");
        }
    }

    #[test]
    fn parts_combine_to_the_whole() {
        for algorithm in
            [Algorithm::Crc32, Algorithm::Crc32C, Algorithm::Crc64Nvme, Algorithm::Crc64Ecma]
        {
            let whole = of(algorithm, b"123456789");
            let joined = of(algorithm, b"1234").then(&of(algorithm, b"56789"), 5).unwrap();
            assert_eq!(joined, whole, "{algorithm:?}");
            assert_eq!(of(algorithm, b"").then(&whole, 9).unwrap(), whole, "{algorithm:?}");
            assert_eq!(whole.then(&of(algorithm, b""), 0).unwrap(), whole, "{algorithm:?}");
            let text = whole.number().to_string();
            assert_eq!(Checksum::of_decimal(algorithm, &text), Some(whole.clone()));
            assert_eq!(Checksum::of_hex(algorithm, &whole.hex()), Some(whole.clone()));
            assert_eq!(Checksum::of_base64(algorithm, &whole.base64()), Some(whole));
        }
        assert_eq!(of(Algorithm::Md5, b"1").then(&of(Algorithm::Md5, b"2"), 1), None);
        assert_eq!(Checksum::of_decimal(Algorithm::Crc32, "4294967296"), None);
        assert_eq!(Checksum::of_base64(Algorithm::Crc32, "AAAA"), None);
    }
}
