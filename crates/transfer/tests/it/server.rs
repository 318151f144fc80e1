//! A store as S3, Spaces and OSS are seen by a client: objects, ranges, uploads in parts, checksums;
//! and faults, one after the other.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{fs, io};

use bytes::Bytes;
use futures_util::stream;
use http::{Method, Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use isobar_client::checksum::{Algorithm, Checksum};
use parking_lot::Mutex;
use tokio::net::TcpListener;

/// What is broken, once each.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// An answer with a status instead of the work.
    Status(u16),
    /// The work is done, and its answer lost.
    Lost,
    /// The connection breaks after so many bytes of the answer's body.
    Cut(usize),
    /// A byte of the answer's body is another.
    Flip,
    /// The answer says another checksum and tag.
    Lie,
    /// The object is replaced before the answer.
    Replace,
    /// Another object is.
    ReplaceOther(&'static str),
    /// A file is, by another one of the same size and time.
    ReplaceFile(PathBuf),
    /// Nothing, but it takes its time.
    Pause,
}

#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) content: Bytes,
    pub(crate) etag: String,
    /// What it says of itself, sorted.
    pub(crate) said: Vec<(String, String)>,
    /// Of all that was written, which: a second later each.
    written: u32,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Object>,
    uploads: BTreeMap<String, Upload>,
    faults: Vec<(String, u32, Fault)>,
    seen: Vec<String>,
    /// Headers by which something is not to be written over.
    conditions: Vec<String>,
    written: u32,
    /// Lists have no order.
    unsorted: bool,
    /// Lists end before their end, and do not say where to go on.
    lost: bool,
    /// Ranges are ignored, as RFC 9110 allows.
    whole: bool,
}

struct Upload {
    name: String,
    said: Vec<(String, String)>,
    parts: BTreeMap<u64, Bytes>,
}

/// The store. It ends with the test.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    /// Bytes of objects that were sent.
    pub(crate) sent: Arc<AtomicU64>,
}

type Body = UnsyncBoxBody<Bytes, io::Error>;

fn sum(algorithm: Algorithm, bytes: &[u8]) -> Checksum {
    let mut hasher = algorithm.hasher();
    hasher.update(bytes);
    hasher.finish()
}

impl Object {
    fn new(content: Bytes) -> Self {
        let etag = format!("\"{}\"", sum(Algorithm::Md5, &content).hex());
        Self { content, etag, said: Vec::new(), written: 0 }
    }

    /// Minute and second at which it was written.
    fn time(&self) -> String {
        format!("{:02}:{:02}", self.written / 60 % 60, self.written % 60)
    }

    /// The same, saying of itself what a request says. With a key of the key service its tag is an MD5
    /// of something else.
    fn saying(mut self, said: Vec<(String, String)>) -> Self {
        if said.iter().any(|(_, value)| value == "aws:kms") {
            self.etag = format!("\"{}\"", sum(Algorithm::Md5, self.etag.as_bytes()).hex());
        }
        self.said = said;
        self
    }
}

fn answer(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status.try_into().unwrap();
    response
}

fn error(status: u16, code: &str) -> Response<Bytes> {
    answer(status, format!("<Error><Code>{code}</Code><Message>{code}.</Message></Error>"))
}

/// What a request says of the object that it writes.
fn said(headers: &http::HeaderMap) -> Vec<(String, String)> {
    const KEPT: [&str; 10] = [
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-type",
        "expires",
        "x-amz-acl",
        "x-amz-server-side-encryption",
        "x-amz-storage-class",
        "x-oss-storage-class",
    ];
    let kept = headers.iter().filter(|(name, _)| {
        let name = name.as_str();
        KEPT.contains(&name) || name.starts_with("x-amz-meta-") || name.starts_with("x-oss-meta-")
    });
    let mut said: Vec<_> =
        kept.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    said.sort();
    said
}

fn tagged(mut response: Response<Bytes>, object: &Object) -> Response<Bytes> {
    let headers = response.headers_mut();
    let ecma = sum(Algorithm::Crc64Ecma, &object.content).number().to_string();
    let nvme = sum(Algorithm::Crc64Nvme, &object.content).base64();
    headers.insert("etag", object.etag.parse().unwrap());
    headers.insert("x-oss-hash-crc64ecma", ecma.parse().unwrap());
    // An object keeps the checksum that it came with.
    if !object.said.iter().any(|(name, _)| name == "x-amz-checksum-crc32") {
        headers.insert("x-amz-checksum-crc64nvme", nvme.parse().unwrap());
    }
    headers.insert("x-amz-checksum-type", "FULL_OBJECT".parse().unwrap());
    for (name, value) in &object.said {
        let value = http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
        headers.insert(http::HeaderName::try_from(name).unwrap(), value);
    }
    let time = format!("Fri, 24 Feb 2012 06:{} GMT", object.time());
    headers.insert("last-modified", time.parse().unwrap());
    response
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self { url: String::new(), state: Arc::default(), sent: Arc::default() }.alias().await
    }

    /// The same store at another URL.
    pub(crate) async fn alias(&self) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { url, ..self.clone() };
        let this = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let this = this.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let this = this.clone();
                        async move { Ok::<_, Infallible>(this.serve(request).await) }
                    });
                    // A broken connection is what some tests want.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        server
    }

    /// Breaks the requests whose line holds the text, after so many that are not broken.
    pub(crate) fn fault(&self, line: &str, after: u32, fault: Fault) {
        self.state.lock().faults.push((line.to_owned(), after, fault));
    }

    /// Breaks nothing any more.
    pub(crate) fn heal(&self) {
        self.state.lock().faults.clear();
    }

    /// How many requests are yet to be broken.
    pub(crate) fn faults(&self) -> usize {
        self.state.lock().faults.len()
    }

    pub(crate) fn put(&self, name: &str, content: impl Into<Bytes>) {
        self.state.lock().keep(name, Object::new(content.into()));
    }

    /// An object that says something of itself.
    pub(crate) fn object_of(content: &'static str, said: &[(&str, &str)]) -> Object {
        let said = said.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Object::new(content.into()).saying(said.collect())
    }

    pub(crate) fn keep(&self, name: &str, object: Object) {
        self.state.lock().keep(name, object);
    }

    /// Lists have no order from now on: what is last is a page of its own before all others.
    pub(crate) fn shuffle(&self) {
        self.state.lock().unsorted = true;
    }

    /// Lists give their first page from now on, and not where the next one begins.
    pub(crate) fn lose(&self) {
        self.state.lock().lost = true;
    }

    /// Whoever asks for a range is given all from now on.
    pub(crate) fn ignore_ranges(&self) {
        self.state.lock().whole = true;
    }

    pub(crate) fn object(&self, name: &str) -> Option<Object> {
        self.state.lock().objects.get(name).cloned()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.state.lock().objects.keys().cloned().collect()
    }

    /// The conditions under which something was written.
    pub(crate) fn conditions(&self) -> Vec<String> {
        self.state.lock().conditions.clone()
    }

    pub(crate) fn uploads(&self) -> usize {
        self.state.lock().uploads.len()
    }

    /// The request lines since the last question that hold a text.
    pub(crate) fn seen(&self, text: &str) -> usize {
        let mut state = self.state.lock();
        let count = state.seen.iter().filter(|line| line.contains(text)).count();
        state.seen.retain(|line| !line.contains(text));
        count
    }

    async fn serve(&self, request: Request<Incoming>) -> Response<Body> {
        let line = format!("{} {}", request.method(), request.uri());
        let (head, body) = request.into_parts();
        let Ok(body) = body.collect().await else { return broken(Bytes::new(), 0) };
        let fault = self.state.lock().meet(&line);
        if let Some(Fault::Status(status)) = fault {
            return whole(error(status, "Broken"));
        }
        let name = head.uri.path().trim_start_matches('/').to_owned();
        let name = percent_decoded(&name);
        match fault {
            Some(Fault::Replace) => self.put(&name, vec![b'r'; 1 << 20]),
            Some(Fault::ReplaceOther(other)) => self.put(other, vec![b'r'; 1 << 20]),
            Some(Fault::ReplaceFile(ref path)) => replace_file(path),
            Some(Fault::Pause) => tokio::time::sleep(Duration::from_millis(200)).await,
            _ => {}
        }
        let mut response = self.state.lock().work(&head, &name, body.to_bytes());
        if head.method == Method::GET {
            self.sent.fetch_add(response.body().len() as u64, Ordering::Relaxed);
        }
        match fault {
            Some(Fault::Lost) => broken(Bytes::new(), 1),
            Some(Fault::Cut(size)) => broken(response.body().slice(..size), response.body().len()),
            Some(Fault::Flip) => {
                let mut bytes = response.body().to_vec();
                bytes[0] ^= 1;
                *response.body_mut() = bytes.into();
                whole(response)
            }
            Some(Fault::Lie) => {
                let lie = Object::new(Bytes::from_static(b"lie"));
                whole(tagged(response, &lie))
            }
            _ if head.method == Method::HEAD => {
                // The body says how long it would be.
                let length = response.body().len();
                response.headers_mut().insert("content-length", length.into());
                *response.body_mut() = Bytes::new();
                whole(response)
            }
            _ => whole(response),
        }
    }
}

fn replace_file(path: &Path) {
    let data = fs::metadata(path).unwrap();
    let other = path.with_extension("other");
    fs::write(&other, vec![b'r'; data.len().try_into().unwrap()]).unwrap();
    let times = fs::FileTimes::new().set_modified(data.modified().unwrap());
    fs::File::options().append(true).open(&other).unwrap().set_times(times).unwrap();
    fs::rename(other, path).unwrap();
}

fn whole(response: Response<Bytes>) -> Response<Body> {
    response.map(|bytes| Full::new(bytes).map_err(|never| match never {}).boxed_unsync())
}

/// An answer that announces more than it gives, and breaks.
fn broken(bytes: Bytes, length: usize) -> Response<Body> {
    let frames = [Ok(Frame::data(bytes)), Err(io::Error::other("told to break"))];
    let mut response = Response::new(StreamBody::new(stream::iter(frames)).boxed_unsync());
    if length > 0 {
        *response.status_mut() = http::StatusCode::PARTIAL_CONTENT;
        response.headers_mut().insert("content-length", length.into());
    }
    response
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            let digits = std::str::from_utf8(&digits).unwrap().to_owned();
            bytes.push(u8::from_str_radix(&digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

impl State {
    fn keep(&mut self, name: &str, mut object: Object) {
        self.written += 1;
        object.written = self.written;
        self.objects.insert(name.to_owned(), object);
    }

    fn meet(&mut self, line: &str) -> Option<Fault> {
        self.seen.push(line.to_owned());
        let at = self.faults.iter().position(|(text, ..)| line.contains(text.as_str()))?;
        if self.faults[at].1 > 0 {
            self.faults[at].1 -= 1;
            return None;
        }
        Some(self.faults.remove(at).2)
    }

    fn work(&mut self, head: &http::request::Parts, name: &str, body: Bytes) -> Response<Bytes> {
        let query = head.uri.query().unwrap_or_default();
        let parameter = |name: &str| {
            let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            pairs.clone().find(|(key, _)| *key == name).map(|(_, value)| percent_decoded(value))
        };
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        for name in ["if-none-match", "x-oss-forbid-overwrite"] {
            self.conditions.extend(header(name).map(|value| format!("{name}: {value}")));
        }
        let upload = parameter("uploadId");
        let copied = header("x-amz-copy-source").or(header("x-oss-copy-source"));
        let copied = copied.map(|source| percent_decoded(source.trim_start_matches('/')));
        let version = header("x-amz-copy-source-if-match").or(header("x-oss-copy-source-if-match"));
        if let (Some(source), Some(version)) = (&copied, version)
            && self.objects.get(source).is_some_and(|object| object.etag != version)
        {
            return error(412, "PreconditionFailed");
        }
        match (head.method.as_str(), upload) {
            ("POST", None) if parameter("uploads").is_some() => {
                let id = format!("u{}", self.uploads.len() + 1);
                let said = said(&head.headers);
                let upload = Upload { name: name.to_owned(), said, parts: BTreeMap::new() };
                self.uploads.insert(id.clone(), upload);
                answer(200, format!("<R><UploadId>{id}</UploadId></R>"))
            }
            (_, Some(id)) if self.uploads.get(&id).is_none_or(|it| it.name != name) => {
                error(404, "NoSuchUpload")
            }
            ("PUT", Some(id)) => {
                let number = parameter("partNumber").unwrap().parse().unwrap();
                let part = match copied {
                    Some(source) => {
                        let range = header("x-amz-copy-source-range")
                            .or(header("x-oss-copy-source-range"))
                            .unwrap();
                        let (from, to) =
                            range.trim_start_matches("bytes=").split_once('-').unwrap();
                        let (from, to) = (from.parse().unwrap(), to.parse::<usize>().unwrap());
                        self.objects[&source].content.slice(from..=to)
                    }
                    None => body,
                };
                if let Some(refusal) = refuse(head, &part) {
                    return refusal;
                }
                let upload = self.uploads.get_mut(&id).unwrap();
                let object = Object::new(part.clone()).saying(upload.said.clone());
                upload.parts.insert(number, part);
                let tag = format!("<R><ETag>{}</ETag></R>", object.etag.replace('"', "&quot;"));
                tagged(answer(200, tag), &object)
            }
            ("GET", Some(id)) => {
                let parts = self.uploads[&id].parts.iter().map(|(number, part)| {
                    format!(
                        "<Part><PartNumber>{number}</PartNumber><Size>{}</Size>\
                         <ETag>{}</ETag><ChecksumCRC64NVME>{}</ChecksumCRC64NVME>\
                         <HashCrc64ecma>{}</HashCrc64ecma></Part>",
                        part.len(),
                        Object::new(part.clone()).etag,
                        sum(Algorithm::Crc64Nvme, part).base64(),
                        sum(Algorithm::Crc64Ecma, part).number()
                    )
                });
                answer(200, format!("<R>{}</R>", parts.collect::<String>()))
            }
            ("DELETE", Some(id)) => {
                self.uploads.remove(&id);
                answer(204, "")
            }
            ("POST", Some(id)) => self.complete(head, &id, &body),
            ("PUT", None) => {
                let replaced = header("x-amz-metadata-directive")
                    .or(header("x-oss-metadata-directive"))
                    .is_some_and(|directive| directive == "REPLACE");
                let (content, said) = match copied.map(|source| self.objects[&source].clone()) {
                    Some(source) if !replaced => (source.content, source.said),
                    Some(source) => (source.content, said(&head.headers)),
                    None => (body, said(&head.headers)),
                };
                if let Some(refusal) = refuse(head, &content) {
                    return refusal;
                }
                let object = Object::new(content).saying(said);
                self.keep(name, object.clone());
                let tag = format!("<R><ETag>{}</ETag></R>", object.etag.replace('"', "&quot;"));
                tagged(answer(200, tag), &object)
            }
            ("DELETE", None) => {
                self.objects.remove(name);
                answer(204, "")
            }
            ("GET", None) if name.is_empty() => {
                let names = self.objects.keys().map(|name| name.split('/').next().unwrap());
                let mut buckets: Vec<_> = names.collect();
                buckets.dedup();
                let buckets = buckets.iter().map(|name| {
                    format!(
                        "<Bucket><Name>{name}</Name>\
                         <CreationDate>2012-02-24T06:07:48.000Z</CreationDate></Bucket>"
                    )
                });
                let buckets: String = buckets.collect();
                answer(200, format!("<R><Buckets>{buckets}</Buckets></R>"))
            }
            ("GET", None) if parameter("uploads").is_some() => {
                let bucket = format!("{}/", name.trim_end_matches('/'));
                let prefix = format!("{bucket}{}", parameter("prefix").unwrap_or_default());
                let after = parameter("upload-id-marker").unwrap_or_default();
                let mut found: Vec<_> = (self.uploads.iter())
                    .filter(|(id, upload)| upload.name.starts_with(&prefix) && **id > after)
                    .collect();
                let more = found.len() > 2;
                found.truncate(2);
                let mut out = format!("<R><IsTruncated>{more}</IsTruncated>");
                for (id, upload) in &found {
                    let key = &upload.name[bucket.len()..];
                    out += &format!(
                        "<Upload><Key>{key}</Key><UploadId>{id}</UploadId>\
                         <Initiated>2012-02-24T06:07:48.000Z</Initiated></Upload>"
                    );
                }
                if let Some((id, upload)) = found.last().filter(|_| more) {
                    out += &format!(
                        "<NextKeyMarker>{}</NextKeyMarker>\
                         <NextUploadIdMarker>{id}</NextUploadIdMarker>",
                        &upload.name[bucket.len()..]
                    );
                }
                answer(200, out + "</R>")
            }
            _ if parameter("list-type").is_some() => {
                let bucket = format!("{}/", name.trim_end_matches('/'));
                let prefix = format!("{bucket}{}", parameter("prefix").unwrap_or_default());
                let after = parameter("continuation-token").unwrap_or_default();
                let mut names: Vec<_> = (self.objects.iter())
                    .filter(|(name, _)| name.starts_with(&prefix) && name.as_str() > after.as_str())
                    .collect();
                let last = if self.unsorted { names.pop() } else { None };
                let (page, next) = match last {
                    Some(last) if after.is_empty() => (vec![last], Some(bucket.clone())),
                    _ => {
                        names.truncate(3);
                        let next = names.last().map(|(name, _)| (*name).clone());
                        let more = names.len() == 3;
                        (names, next.filter(|_| more))
                    }
                };
                let more = next.is_some();
                let mut out = format!("<R><IsTruncated>{more}</IsTruncated>");
                for (name, object) in &page {
                    out += &format!(
                        "<Contents><Key>{}</Key><Size>{}</Size>\
                         <LastModified>2012-02-24T06:{}.000Z</LastModified></Contents>",
                        &name[bucket.len()..],
                        object.content.len(),
                        object.time()
                    );
                }
                if let Some(next) = next.filter(|_| !self.lost) {
                    out += &format!("<NextContinuationToken>{next}</NextContinuationToken>");
                }
                answer(200, out + "</R>")
            }
            _ => self.read(head, name),
        }
    }

    fn complete(&mut self, head: &http::request::Parts, id: &str, body: &Bytes) -> Response<Bytes> {
        let upload = &self.uploads[id];
        let listed = String::from_utf8_lossy(body).matches("<PartNumber>").count();
        if listed != upload.parts.len() {
            return error(400, "InvalidPart");
        }
        let content: Vec<u8> = upload.parts.values().flat_map(|part| part.to_vec()).collect();
        if let Some(refusal) = refuse(head, &content) {
            return refusal;
        }
        let mut md5 = Algorithm::Md5.hasher();
        for part in upload.parts.values() {
            md5.update(sum(Algorithm::Md5, part).as_bytes());
        }
        let etag = format!("\"{}-{listed}\"", md5.finish().hex());
        let Upload { name, said, .. } = self.uploads.remove(id).unwrap();
        let object =
            Object { content: content.into(), etag, said: Vec::new(), written: 0 }.saying(said);
        self.keep(&name, object.clone());
        let tag = format!("<R><ETag>{}</ETag></R>", object.etag.replace('"', "&quot;"));
        tagged(answer(200, tag), &object)
    }

    fn read(&self, head: &http::request::Parts, name: &str) -> Response<Bytes> {
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let Some(object) = self.objects.get(name) else { return error(404, "NoSuchKey") };
        if header("if-match").is_some_and(|tag| tag != object.etag) {
            return error(412, "PreconditionFailed");
        }
        let Some(range) = header("range").filter(|_| !self.whole) else {
            return tagged(answer(200, object.content.clone()), object);
        };
        let (from, to) = range.trim_start_matches("bytes=").split_once('-').unwrap();
        let (from, to) = (from.parse().unwrap(), to.parse::<usize>().unwrap());
        tagged(answer(206, object.content.slice(from..=to)), object)
    }
}

/// Refuses what is not what its checksum says.
fn refuse(head: &http::request::Parts, content: &[u8]) -> Option<Response<Bytes>> {
    let said = head.headers.get("x-amz-checksum-crc64nvme")?;
    let right = said.as_bytes() == sum(Algorithm::Crc64Nvme, content).base64().as_bytes();
    (!right).then(|| error(400, "BadDigest"))
}
