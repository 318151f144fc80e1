//! The packs: every service of a cloud in one file that is part of the program.
//!
//! A pack is a header, a directory, an index and one frame for each service:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `ISOPACK3` |
//! | 4 × 4 | the lengths of the directory and the index, compressed and not, little-endian |
//! | | the directory: what each service is called and where its frame lies |
//! | | the index: each service's operations by name, method and path |
//! | | the services' frames, in the directory's order |
//!
//! Each part is postcard, compressed with zstd where that makes it smaller by much; in a frame, the
//! operations and the shapes are cut into blocks, of which large services have several and each is
//! compressed by itself, and in a block each is a byte string that holds the postcard of it. The
//! directory is read when a cloud is first spoken of, the index when operations are searched or
//! counted, a service's frame when that service is first used, a block when something in it is, and an
//! operation or a shape when it is first looked at: a call pays for what it calls.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::compression::{compressed, decompressed};
use crate::model::{Cloud, Protocol, Service};

const MAGIC: &[u8; 8] = b"ISOPACK3";
const HEADER: usize = MAGIC.len() + 4 * 4;

/// What a pack's directory says of a service.
#[derive(Debug, Serialize, Deserialize)]
struct Record<'a> {
    name: &'a str,
    version: &'a str,
    id: &'a str,
    signing_name: &'a str,
    endpoint_prefix: &'a str,
    target_prefix: Option<&'a str>,
    protocols: Vec<Protocol>,
    /// Where the frame begins, after the index.
    offset: u32,
    /// Its length.
    length: u32,
    /// The length of what is in it.
    unpacked: u32,
}

/// What the index says of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationEntry {
    /// The vendor's name.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path with its labels.
    pub uri: &'static str,
}

/// A service that a pack holds, without its shapes.
#[derive(Debug)]
pub struct Entry {
    /// Whose it is.
    pub cloud: Cloud,
    /// Its name in commands and code.
    pub name: &'static str,
    /// The API's version.
    pub version: &'static str,
    /// The vendor's id of the service.
    pub id: &'static str,
    /// Its name in a signature's scope.
    pub signing_name: &'static str,
    /// Its name in host names.
    pub endpoint_prefix: &'static str,
    /// The prefix of `X-Amz-Target`.
    pub target_prefix: Option<&'static str>,
    /// The protocols that it speaks, the preferred one first.
    pub protocols: Vec<Protocol>,
    frame: &'static [u8],
    unpacked: usize,
    service: OnceLock<&'static Service>,
    index: &'static Index,
    position: usize,
}

impl Entry {
    /// The service, decoded on first use.
    ///
    /// # Panics
    /// If the pack is damaged, which the catalogue's own tests rule out.
    #[must_use]
    pub fn service(&self) -> &'static Service {
        self.service.get_or_init(|| {
            let bytes = unpack(self.frame, self.unpacked).expect("the embedded frame is whole");
            // Operations and shapes are decoded from it as they are needed.
            let service = postcard::from_bytes(bytes).expect("the frame is a service");
            Box::leak(Box::new(service))
        })
    }

    /// The operations by name, method and path, sorted by name.
    #[must_use]
    pub fn operations(&self) -> &'static [OperationEntry] {
        &self.index.operations()[self.position]
    }

    /// The length of the service's frame in bytes.
    #[must_use]
    pub fn packed_length(&self) -> usize {
        self.frame.len()
    }
}

/// Why a pack could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// It is no pack of this format, or its end is missing.
    #[error("this is no whole pack")]
    Form,
    /// A part is not compressed as it should be.
    #[error("a part of the pack cannot be compressed or decompressed")]
    Compression(#[source] std::io::Error),
    /// A part does not hold what it should.
    #[error("a part of the pack cannot be encoded or decoded")]
    Encoding(#[from] postcard::Error),
}

/// A pack that was opened.
#[derive(Debug)]
pub struct Pack {
    entries: Vec<Entry>,
}

/// The operations of all services of a pack.
#[derive(Debug)]
struct Index {
    frame: &'static [u8],
    unpacked: usize,
    operations: OnceLock<Vec<Vec<OperationEntry>>>,
}

impl Index {
    fn operations(&self) -> &[Vec<OperationEntry>] {
        self.operations.get_or_init(|| {
            let bytes = unpack(self.frame, self.unpacked).expect("the embedded index is whole");
            postcard::from_bytes(bytes).expect("the embedded index lists operations")
        })
    }
}

impl Pack {
    /// Opens a pack.
    ///
    /// # Errors
    /// If these bytes are no pack.
    pub fn open(cloud: Cloud, bytes: &'static [u8]) -> Result<Self, PackError> {
        let (header, rest) = bytes.split_at_checked(HEADER).ok_or(PackError::Form)?;
        let lengths = header.strip_prefix(MAGIC).ok_or(PackError::Form)?;
        let length = |at: usize| {
            let number = [lengths[at], lengths[at + 1], lengths[at + 2], lengths[at + 3]];
            u32::from_le_bytes(number) as usize
        };
        let (directory, rest) = rest.split_at_checked(length(0)).ok_or(PackError::Form)?;
        let (index, frames) = rest.split_at_checked(length(8)).ok_or(PackError::Form)?;
        let index: &'static Index = Box::leak(Box::new(Index {
            frame: index,
            unpacked: length(12),
            operations: OnceLock::new(),
        }));
        // The names in it live as long as the process, as the services do.
        let records: Vec<Record<'static>> = postcard::from_bytes(unpack(directory, length(4))?)?;
        let mut entries = Vec::with_capacity(records.len());
        for (position, record) in records.into_iter().enumerate() {
            entries.push(entry(cloud, position, record, frames, index)?);
        }
        Ok(Self { entries })
    }

    /// The services, sorted by name and version.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

fn entry(
    cloud: Cloud,
    position: usize,
    record: Record<'static>,
    frames: &'static [u8],
    index: &'static Index,
) -> Result<Entry, PackError> {
    let frame = frames
        .get(record.offset as usize..)
        .and_then(|frame| frame.get(..record.length as usize))
        .ok_or(PackError::Form)?;
    Ok(Entry {
        cloud,
        name: record.name,
        version: record.version,
        id: record.id,
        signing_name: record.signing_name,
        endpoint_prefix: record.endpoint_prefix,
        target_prefix: record.target_prefix,
        protocols: record.protocols,
        frame,
        unpacked: record.unpacked as usize,
        service: OnceLock::new(),
        index,
        position,
    })
}

/// The pack of the services, which are sorted by name and version first.
///
/// # Errors
/// If a part cannot be encoded, which no service of the model's form leads to.
pub fn write(mut services: Vec<Service>) -> Result<Vec<u8>, PackError> {
    services.sort_by(|left, right| (&left.name, &left.version).cmp(&(&right.name, &right.version)));
    let mut records = Vec::with_capacity(services.len());
    let mut frames = Vec::new();
    for service in &services {
        let (frame, unpacked) = pack(service)?;
        records.push(Record {
            name: &service.name,
            version: &service.version,
            id: &service.id,
            signing_name: &service.signing_name,
            endpoint_prefix: &service.endpoint_prefix,
            target_prefix: service.target_prefix.as_deref(),
            protocols: service.protocols.clone(),
            offset: length(frames.len())?,
            length: length(frame.len())?,
            unpacked,
        });
        frames.extend(frame);
    }
    let index: Vec<Vec<(&str, &str, &str)>> = services
        .iter()
        .map(|service| {
            let operations = service.operations.iter();
            operations
                .map(|one| (one.name.as_str(), one.method.as_str(), one.uri.as_str()))
                .collect()
        })
        .collect();
    let (directory, directory_unpacked) = pack(&records)?;
    let (index, index_unpacked) = pack(&index)?;
    let mut bytes = MAGIC.to_vec();
    for number in
        [length(directory.len())?, directory_unpacked, length(index.len())?, index_unpacked]
    {
        bytes.extend(number.to_le_bytes());
    }
    for part in [directory, index, frames] {
        bytes.extend(part);
    }
    Ok(bytes)
}

fn pack<T: Serialize>(part: &T) -> Result<(Vec<u8>, u32), PackError> {
    let bytes = postcard::to_stdvec(part)?;
    let unpacked = length(bytes.len())?;
    Ok((compressed(bytes).map_err(PackError::Compression)?, unpacked))
}

fn unpack(bytes: &'static [u8], length: usize) -> Result<&'static [u8], PackError> {
    decompressed(bytes, length).map_err(PackError::Compression)
}

fn length(length: usize) -> Result<u32, PackError> {
    u32::try_from(length).map_err(|_| PackError::Form)
}
