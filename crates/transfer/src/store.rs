//! The operations of a store, as functions over the client.

mod buckets;
mod list;
mod ranged;

use std::fmt;

use isobar_client::checksum::{Algorithm, Checksum};
use isobar_client::{Answer, Checksums, Client, Identity, Kind, Origin, Upload, partition};
use isobar_wire::{Name, Value};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::api::{Api, Check};
use crate::error::Error;
use crate::properties::Properties;
pub use list::{Begun, Bucket, Listed};

/// What a copy's source may hold as it is.
const PLAIN: AsciiSet =
    NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// The checksums of whole objects that S3 keeps and that parts of an object combine to.
const WHOLE: [Algorithm; 3] = [Algorithm::Crc64Nvme, Algorithm::Crc32, Algorithm::Crc32C];

/// A store, through a client.
#[derive(Clone, Debug)]
pub struct Store {
    /// The client; its cloud is the row's.
    pub client: Client,
    /// The row.
    pub api: &'static Api,
    /// What else its calls say.
    pub extras: Extras,
}

/// What calls say beside what they are about.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// How many entries a list is asked for at once; `None` leaves it to the store.
    pub page_size: Option<u32>,
    /// The caller pays, and not the bucket's owner.
    pub requester_pays: bool,
    /// With which the objects of the store are encrypted, in S3 alone.
    pub customer_key: Option<CustomerKey>,
}

/// A key of the customer's (SSE-C), which the store forgets after each call.
#[derive(Clone)]
pub struct CustomerKey {
    /// `AES256`
    pub algorithm: String,
    /// The key as it is, not in base64.
    pub key: Vec<u8>,
}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl CustomerKey {
    /// The key is the caller's who asked for the transfer, for an object, or for a copy's source.
    fn add_to(&self, input: &mut Value, algorithm: &'static str, key: &'static str) {
        input.set(algorithm, self.algorithm.clone().into());
        input.set(key, Value::Blob(self.key.clone().into()));
    }
}

/// An object, or a prefix of objects.
#[derive(Clone, Debug)]
pub struct Remote {
    /// The store.
    pub store: Store,
    /// The bucket.
    pub bucket: String,
    /// The key or prefix.
    pub key: String,
}

/// What a store says of an object.
#[derive(Clone, Debug)]
pub struct Head {
    /// Bytes.
    pub size: u64,
    /// The version, quotes included.
    pub etag: String,
    /// When it was written.
    pub modified: Option<Timestamp>,
    /// The checksum of the whole object, if the store keeps one that parts combine to.
    pub checksum: Option<Checksum>,
    /// The MD5 of the whole object, where the `ETag` is that.
    pub md5: Option<Checksum>,
    /// What goes with it where it is copied.
    pub properties: Properties,
    /// It has tags.
    pub has_tags: bool,
    /// It lies in an archive, from which it must be restored before it can be read.
    pub is_archived: bool,
}

/// A part that the store has.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) number: u64,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) checksum: Option<Checksum>,
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/{}", self.store.api.scheme, self.bucket, self.key)
    }
}

fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (Name::Borrowed(name), value)).collect())
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn size(value: &Value, name: &str) -> Option<u64> {
    value.get(name).and_then(Value::as_i64).and_then(|size| u64::try_from(size).ok())
}

fn time(value: &Value, name: &str) -> Option<Timestamp> {
    match value.get(name)? {
        Value::Timestamp(time) => Some(*time),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The MD5 that an `ETag` is, if it looks like one.
pub(crate) fn md5_of(etag: &str) -> Option<Checksum> {
    let hex = etag.trim_matches('"');
    if hex.len() != 32 {
        return None;
    }
    Checksum::of_hex(Algorithm::Md5, hex)
}

/// Whether a tag can be an MD5: with a key of the customer's or of the key service it is something else.
fn has_plain_tag(answer: &Answer) -> bool {
    let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
    header("x-amz-server-side-encryption").is_none_or(|name| name == "AES256")
        && header("x-amz-server-side-encryption-customer-algorithm").is_none()
        && header("x-oss-server-side-encryption").is_none()
}

/// Whether a checksum is one of the parts' checksums.
fn is_composite(etag: &str, kind: Option<&str>) -> bool {
    match kind {
        Some(kind) => kind == "COMPOSITE",
        None => etag.contains('-'),
    }
}

/// Whether an object of the class must be restored before it is read, and is not: as aws-cli decides.
fn is_archived(head: &Value, storage_class: &str) -> bool {
    const ARCHIVES: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];
    let class = text(head, storage_class);
    let restored =
        text(head, "Restore").is_some_and(|said| said.contains("ongoing-request=\"false\""));
    class.is_some_and(|class| ARCHIVES.contains(&class.as_str())) && !restored
}

impl Remote {
    /// Another key of the same bucket.
    #[must_use]
    pub fn with_key(&self, key: impl Into<String>) -> Self {
        Self { key: key.into(), ..self.clone() }
    }

    /// Where the store is: two with one such place are one, whatever their schemes. S3 is one store
    /// in all regions of a partition, OSS one in each region; Spaces has an endpoint for each.
    fn place(&self) -> Result<String, Error> {
        let client = &self.store.client;
        let found = client.find(self.api().service, self.api().operations.get);
        let (service, _) = found.map_err(|error| self.failed(error))?;
        let base = client.base_url(service).map_err(|error| self.failed(error))?;
        Ok(base.unwrap_or_else(|| {
            let region = client.region();
            let place = if self.api().is_s3() { partition(region) } else { region };
            format!("{} {place}", self.api().service)
        }))
    }

    /// Whether both are in one store, so that it can copy one to the other by itself.
    pub(crate) fn shares_store(&self, other: &Self) -> Result<bool, Error> {
        Ok(self.api().service == other.api().service && self.place()? == other.place()?)
    }

    /// Whether the store is told of one caller for both: it copies as the target's, who may not read
    /// what another one's is.
    pub(crate) async fn is_called_as(&self, other: &Self) -> Result<bool, Error> {
        let (ours, theirs) = (self.caller().await?, other.caller().await?);
        let id = |identity: &Identity| identity.credentials.as_ref().map(|key| key.id.clone());
        // One role gives its callers several keys; a caller's own keys are who they are.
        let one_source = ours.origin == theirs.origin && ours.origin != Origin::Caller;
        Ok(one_source || id(&ours) == id(&theirs))
    }

    async fn caller(&self) -> Result<Identity, Error> {
        let provider = &self.store.client.config().credentials;
        provider.credentials().await.map_err(|error| self.failed(error))
    }

    /// Whether both are in one bucket.
    pub(crate) fn is_beside(&self, other: &Self) -> Result<bool, Error> {
        Ok(self.bucket == other.bucket && self.shares_store(other)?)
    }

    /// Whether both are one object.
    pub(crate) fn is_same(&self, other: &Self) -> Result<bool, Error> {
        Ok(self.key == other.key && self.is_beside(other)?)
    }

    /// How what the store receives is verified. What is like S3 and does not know its checksums wants
    /// them left out, and then has tags alone.
    pub(crate) fn check(&self) -> Check {
        match self.api().check {
            Check::Taken(_)
                if self.store.client.config().request_checksums == Checksums::WhenRequired =>
            {
                Check::Tag
            }
            check => check,
        }
    }

    pub(crate) fn api(&self) -> &'static Api {
        self.store.api
    }

    fn failed(&self, source: isobar_client::Error) -> Error {
        Error::Call { url: self.to_string(), source }
    }

    fn lacks(&self, what: &'static str) -> Error {
        Error::Answer { url: self.to_string(), what }
    }

    /// The input of an operation on the object.
    fn input(&self) -> Value {
        let names = self.api().members;
        map([(names.bucket, self.bucket.clone().into()), (names.key, self.key.clone().into())])
    }

    /// The members that an operation takes.
    pub(crate) fn members(&self, operation: &str) -> Result<Vec<&'static str>, Error> {
        let found = self.store.client.find(self.api().service, operation);
        let (service, operation) = found.map_err(|error| self.failed(error))?;
        Ok(service.input_members(operation).iter().map(|member| member.name.as_str()).collect())
    }

    /// The values that a member of an operation may have, where they are counted.
    pub(crate) fn values(&self, operation: &str, member: &str) -> Result<Vec<&str>, Error> {
        let found = self.store.client.find(self.api().service, operation);
        let (service, operation) = found.map_err(|error| self.failed(error))?;
        let found = service.input_members(operation).iter().find(|it| it.name == member);
        Ok(match found.map(|member| &service.shape(member.shape).kind) {
            Some(isobar_catalogue::Kind::String(text)) => {
                text.values.iter().map(|value| &**value).collect()
            }
            _ => Vec::new(),
        })
    }

    /// Says who pays and with which key the object is encrypted, where that was asked for and the
    /// operation takes it.
    fn add_extras(&self, input: &mut Value, operation: &str) -> Result<(), Error> {
        const ALGORITHM: &str = "SSECustomerAlgorithm";
        const KEY: &str = "SSECustomerKey";
        let Extras { requester_pays, customer_key, .. } = &self.store.extras;
        if !requester_pays && customer_key.is_none() {
            return Ok(());
        }
        let (payer, members) = (self.api().members.payer, self.members(operation)?);
        if *requester_pays && members.contains(&payer) {
            input.set(payer, "requester".into());
        }
        if let Some(key) = customer_key
            && members.contains(&KEY)
        {
            key.add_to(input, ALGORITHM, KEY);
        }
        Ok(())
    }

    /// Says with which key a copy's source is encrypted.
    fn add_source_key(source: &Self, input: &mut Value) {
        if let Some(key) = &source.store.extras.customer_key {
            key.add_to(input, "CopySourceSSECustomerAlgorithm", "CopySourceSSECustomerKey");
        }
    }

    async fn call(&self, operation: &str, mut input: Value) -> Result<Answer, Error> {
        self.add_extras(&mut input, operation)?;
        let client = &self.store.client;
        let failed = |error| self.failed(error);
        let (service, operation) = client.find(self.api().service, operation).map_err(failed)?;
        client.send(service, operation, input).await.map_err(failed)
    }

    async fn send(
        &self,
        operation: &str,
        mut input: Value,
        body: &Upload,
    ) -> Result<Answer, Error> {
        self.add_extras(&mut input, operation)?;
        let client = &self.store.client;
        let failed = |error| self.failed(error);
        let (service, operation) = client.find(self.api().service, operation).map_err(failed)?;
        client.upload(service, operation, input, body).await.map_err(failed)
    }

    /// What the store says of the object.
    pub async fn head(&self) -> Result<Head, Error> {
        let mut input = self.input();
        if matches!(self.check(), Check::Taken(_)) {
            input.set("ChecksumMode", "ENABLED".into());
        }
        let answer = self.call(self.api().operations.head, input).await?;
        let output = &answer.output;
        let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
        let etag = text(output, "ETag").ok_or_else(|| self.lacks("ETag"))?;
        let checksum = match self.check() {
            Check::Said(algorithm, name) => {
                header(name).and_then(|text| Checksum::of_decimal(algorithm, text))
            }
            // Of an object that came in parts it is the checksum of their checksums, unless the store
            // says that it is the whole's.
            Check::Taken(_) if is_composite(&etag, header("x-amz-checksum-type")) => None,
            _ => WHOLE
                .into_iter()
                .find_map(|algorithm| Checksum::of_base64(algorithm, header(algorithm.header()?)?)),
        };
        Ok(Head {
            size: size(output, self.api().members.size).ok_or_else(|| self.lacks("length"))?,
            md5: md5_of(&etag).filter(|_| has_plain_tag(&answer)),
            modified: time(output, self.api().members.modified),
            properties: Properties::of_headers(&answer.headers, self.api().members.metadata_header),
            has_tags: size(output, self.api().members.tag_count).is_some_and(|count| count > 0),
            is_archived: is_archived(output, self.api().members.storage_class),
            checksum,
            etag,
        })
    }

    /// A URL with which anybody may read the object, or write it, for so many seconds (at most seven
    /// days). Nothing is sent, and whether there is such an object is not known.
    ///
    /// # Errors
    /// If there are no credentials to sign with.
    pub async fn presign(&self, writes: bool, seconds: u32) -> Result<String, Error> {
        let operations = self.api().operations;
        let operation = if writes { operations.put } else { operations.get };
        let failed = |error| self.failed(error);
        let client = &self.store.client;
        let (service, operation) = client.find(self.api().service, operation).map_err(failed)?;
        let prepared = client.presign(service, operation, self.input(), seconds).await;
        prepared.map(|prepared| prepared.url.to_string()).map_err(failed)
    }

    /// Compares what the store says that it received with what was sent.
    fn compare(&self, answer: &Answer, sent: Option<&Checksum>) -> Result<(), Error> {
        let Some(sent) = sent else { return Ok(()) };
        let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
        let found = match self.check() {
            Check::Taken(algorithm) => algorithm
                .header()
                .and_then(header)
                .and_then(|text| Checksum::of_base64(algorithm, text)),
            Check::Said(algorithm, name) => {
                let text = header(name).ok_or_else(|| self.lacks("checksum"))?;
                Checksum::of_decimal(algorithm, text)
            }
            Check::Tag => text(&answer.output, "ETag")
                .filter(|_| has_plain_tag(answer))
                .as_deref()
                .and_then(md5_of),
        };
        match found {
            Some(found) if found != *sent => Err(Error::Checksum {
                what: self.to_string(),
                expected: sent.hex(),
                found: found.hex(),
            }),
            _ => Ok(()),
        }
    }

    /// Has the store refuse to write over something, where its operation can.
    fn only_new(&self, input: &mut Value, operation: &str, only_new: bool) -> Result<(), Error> {
        let names = self.api().members;
        if only_new && self.members(operation)?.contains(&names.if_absent) {
            input.set(names.if_absent, names.absent.map_or(Value::Bool(true), Value::from));
        }
        Ok(())
    }

    /// The error of what is not to write over something.
    fn existing(&self, error: Error, only_new: bool) -> Error {
        let is_there = |source: &isobar_client::Error| {
            source.status().is_some_and(|it| it.as_u16() == 412)
                || source.code() == Some("FileAlreadyExists")
        };
        match error.call().is_some_and(is_there) {
            true if only_new => Error::Exists(self.to_string()),
            _ => error,
        }
    }

    /// Puts the whole object.
    pub(crate) async fn put(
        &self,
        body: &Upload,
        properties: &Properties,
        only_new: bool,
    ) -> Result<(), Error> {
        let operation = self.api().operations.put;
        let mut input = self.input();
        properties.add_to(&mut input, self, operation)?;
        self.only_new(&mut input, operation, only_new)?;
        let sent = self.send(operation, input, body).await;
        let answer = sent.map_err(|error| self.existing(error, only_new))?;
        self.compare(&answer, body.checksum().as_ref())
    }

    /// Begins an upload in parts.
    pub(crate) async fn create(&self, properties: &Properties) -> Result<String, Error> {
        let operation = self.api().operations.create;
        let mut input = self.input();
        properties.add_to(&mut input, self, operation)?;
        if let Check::Taken(algorithm) = self.check() {
            input.set("ChecksumAlgorithm", algorithm.name().into());
            input.set("ChecksumType", "FULL_OBJECT".into());
        }
        let answer = self.call(operation, input).await?;
        text(&answer.output, "UploadId").ok_or_else(|| self.lacks("UploadId"))
    }

    fn part_input(&self, upload: &str, number: u64) -> Value {
        let names = self.api().members;
        let mut input = self.input();
        input.set(names.upload_id, upload.to_owned().into());
        input.set(names.part_number, i64::try_from(number).unwrap_or(i64::MAX).into());
        input
    }

    /// Uploads a part and gives its tag.
    pub(crate) async fn upload_part(
        &self,
        upload: &str,
        number: u64,
        body: &Upload,
    ) -> Result<String, Error> {
        let input = self.part_input(upload, number);
        let answer = self.send(self.api().operations.upload_part, input, body).await?;
        self.compare(&answer, body.checksum().as_ref())?;
        text(&answer.output, "ETag").ok_or_else(|| self.lacks("ETag"))
    }

    /// The source of a copy within the store.
    fn copy_source(&self) -> String {
        let path = format!("{}/{}", self.bucket, self.key);
        let root = if self.api().is_s3() { "" } else { "/" };
        format!("{root}{}", utf8_percent_encode(&path, &PLAIN))
    }

    /// The error of a copy that is of one version alone.
    fn changed(&self, error: Error) -> Error {
        match &error {
            Error::Call { source, .. } if source.status().is_some_and(|it| it.as_u16() == 412) => {
                Error::Changed(self.to_string())
            }
            _ => error,
        }
    }

    /// Has the store copy a version of an object of its own. Its properties go with it, unless
    /// `replaced` are all that it shall have, and its tags where `tags` says so.
    pub(crate) async fn copy_from(
        &self,
        source: &Self,
        etag: &str,
        properties: &Properties,
        replaced: bool,
        tags: bool,
    ) -> Result<(), Error> {
        let operation = self.api().operations.copy;
        let mut input = self.input();
        input.set(self.api().members.copy_source, source.copy_source().into());
        input.set(self.api().members.copy_if_match, etag.to_owned().into());
        if replaced {
            input.set(self.api().members.directive, "REPLACE".into());
        }
        if self.api().has_tags && (!tags || properties.has_tags()) {
            input.set(self.api().members.tags_directive, "REPLACE".into());
        }
        Self::add_source_key(source, &mut input);
        properties.add_to(&mut input, self, operation)?;
        let answer = self.call(operation, input).await.map_err(|error| source.changed(error))?;
        let tag = answer.output.get("CopyObjectResult").unwrap_or(&answer.output);
        text(tag, "ETag").map(drop).ok_or_else(|| self.lacks("ETag"))
    }

    /// Has the store copy a part of an object of its own.
    pub(crate) async fn copy_part(
        &self,
        source: &Self,
        etag: &str,
        upload: &str,
        number: u64,
        range: (u64, u64),
    ) -> Result<(String, Option<Checksum>), Error> {
        let names = self.api().members;
        let (offset, length) = range;
        let mut input = self.part_input(upload, number);
        input.set(names.copy_source, source.copy_source().into());
        input.set(names.copy_if_match, etag.to_owned().into());
        input.set(names.copy_range, format!("bytes={offset}-{}", offset + length - 1).into());
        Self::add_source_key(source, &mut input);
        let copied = self.call(self.api().operations.copy_part, input).await;
        let answer = copied.map_err(|error| source.changed(error))?;
        let tag = answer.output.get("CopyPartResult").unwrap_or(&answer.output);
        let etag = text(tag, "ETag").ok_or_else(|| self.lacks("ETag"))?;
        Ok((etag, self.listed_checksum(tag)))
    }

    /// Makes the parts an object. `whole` is the checksum of all of it.
    pub(crate) async fn complete(
        &self,
        upload: &str,
        parts: &[Part],
        whole: Option<&Checksum>,
        properties: &Properties,
        only_new: bool,
    ) -> Result<(), Error> {
        let names = self.api().members;
        let list = parts.iter().map(|part| {
            let number = Value::from(i64::try_from(part.number).unwrap_or(i64::MAX));
            map([("PartNumber", number), ("ETag", part.etag.clone().into())])
        });
        let mut input = self.input();
        input.set(names.upload_id, upload.to_owned().into());
        input.set(names.completed, map([(names.completed_parts, Value::List(list.collect()))]));
        if let (Check::Taken(algorithm), Some(whole)) = (self.check(), whole)
            && whole.algorithm() == algorithm
        {
            input.set(format!("Checksum{}", algorithm.name()), whole.base64().into());
            input.set("ChecksumType", "FULL_OBJECT".into());
        }
        // OSS is told here who may read the object.
        let operation = self.api().operations.complete;
        properties.add_to(&mut input, self, operation)?;
        self.only_new(&mut input, operation, only_new)?;
        let completed = self.call(operation, input).await;
        let answer = completed.map_err(|error| self.existing(error, only_new))?;
        let etag = text(&answer.output, "ETag").ok_or_else(|| self.lacks("ETag"))?;
        match self.check() {
            Check::Said(..) => self.compare(&answer, whole),
            Check::Tag if has_plain_tag(&answer) => self.compare_tags(&etag, parts),
            _ => Ok(()),
        }
    }

    /// Compares the tag of an object in parts with its parts' tags, where all are MD5s.
    fn compare_tags(&self, etag: &str, parts: &[Part]) -> Result<(), Error> {
        let mut hasher = Algorithm::Md5.hasher();
        for part in parts {
            let Some(md5) = md5_of(&part.etag) else { return Ok(()) };
            hasher.update(md5.as_bytes());
        }
        let expected = format!("{}-{}", hasher.finish().hex(), parts.len());
        let found = etag.trim_matches('"');
        if found.ends_with(&format!("-{}", parts.len())) && found != expected {
            let what = self.to_string();
            return Err(Error::Checksum { what, expected, found: found.to_owned() });
        }
        Ok(())
    }

    /// Gives up an upload in parts; one that is not there any more is no error.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn abort(&self, upload: &str) -> Result<(), Error> {
        let mut input = self.input();
        input.set(self.api().members.upload_id, upload.to_owned().into());
        match self.call(self.api().operations.abort, input).await {
            Err(error) if !error.is_kind(Kind::NotFound) => Err(error),
            _ => Ok(()),
        }
    }

    fn listed_checksum(&self, part: &Value) -> Option<Checksum> {
        let found = part.get(self.api().members.listed_checksum)?;
        match self.check() {
            Check::Taken(algorithm) => Checksum::of_base64(algorithm, found.as_str()?),
            Check::Said(algorithm, _) => match found {
                Value::String(text) => Checksum::of_decimal(algorithm, text),
                _ => None,
            },
            Check::Tag => None,
        }
    }

    /// The parts of an upload that the store has.
    pub(crate) async fn parts(&self, upload: &str) -> Result<Vec<Part>, Error> {
        let names = self.api().members;
        let mut parts = Vec::new();
        let mut marker = None;
        loop {
            let mut input = self.input();
            input.set(names.upload_id, upload.to_owned().into());
            if let Some(marker) = marker {
                input.set(names.part_marker, marker);
            }
            let output = self.call(self.api().operations.list_parts, input).await?.output;
            let page = output.get(names.listed_parts).and_then(Value::as_list).unwrap_or_default();
            for part in page {
                let number = size(part, "PartNumber").ok_or_else(|| self.lacks("PartNumber"))?;
                let etag = text(part, "ETag").ok_or_else(|| self.lacks("ETag"))?;
                let size = size(part, "Size").unwrap_or_default();
                let checksum = match self.check() {
                    Check::Tag => md5_of(&etag),
                    _ => self.listed_checksum(part),
                };
                parts.push(Part { number, size, etag, checksum });
            }
            let more = output.get("IsTruncated").and_then(Value::as_bool).unwrap_or_default();
            marker = output.get("NextPartNumberMarker").cloned();
            if !more || marker.is_none() || page.is_empty() {
                return Ok(parts);
            }
            if parts.len() as u64 > self.api().most_parts {
                return Err(self.lacks("end of the list of parts"));
            }
        }
    }

    /// Adds the object's tags to what goes with it where it is copied.
    pub(crate) async fn add_tags(&self, properties: &mut Properties) -> Result<(), Error> {
        let answer = self.call(self.api().operations.get_tags, self.input()).await?;
        let set = answer.output.get("TagSet").ok_or_else(|| self.lacks("TagSet"))?;
        let tags = set.get("Tag").unwrap_or(set).as_list().unwrap_or_default();
        let part = |tag: &Value, name| text(tag, name).unwrap_or_default();
        let tags: Vec<_> = tags.iter().map(|tag| (part(tag, "Key"), part(tag, "Value"))).collect();
        properties.add_tags(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        Ok(())
    }

    /// Deletes the object; one that is not there is no error.
    pub(crate) async fn delete(&self) -> Result<(), Error> {
        self.call(self.api().operations.delete, self.input()).await.map(drop)
    }
}
