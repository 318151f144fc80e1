//! What command lines are measured against: a server with very many instances and objects to list,
//! and a store of objects that takes and gives as fast as memory. It checks no keys and knows no
//! errors but that something is not there.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// How many things a page has: as many as EC2 and S3 give at most.
const PAGE: usize = 1000;

type Body = BoxBody<Bytes, Infallible>;
type Pieces = Vec<Bytes>;

/// The server.
pub(crate) struct Store {
    instances: usize,
    objects: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    objects: HashMap<String, Arc<Pieces>>,
    uploads: HashMap<String, BTreeMap<u32, Pieces>>,
}

impl Store {
    pub(crate) fn new(instances: usize, objects: usize) -> Self {
        Self { instances, objects, kept: Mutex::default() }
    }

    /// Serves on a free port of loopback, whose URL it prints.
    pub(crate) async fn serve(self) -> Result<(), Box<dyn Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        let this = Arc::new(self);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let this = Arc::clone(&this);
            let service = service_fn(move |request| {
                let this = Arc::clone(&this);
                async move {
                    let place = format!("{} {}", request.method(), request.uri());
                    let answer = this.answer(request).await;
                    answer.inspect_err(|error| eprintln!("{place}: {error}"))
                }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A connection that breaks is the client's end.
            tokio::spawn(async move { drop(connection.await) });
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> io::Result<Response<Body>> {
        let (head, body) = request.into_parts();
        let query: HashMap<String, String> =
            head.uri.query().unwrap_or_default().split('&').map(pair).collect();
        let path = head.uri.path().to_owned();
        let wants = |name: &str| query.contains_key(name);
        let is_chunked = head
            .headers
            .get("x-amz-content-sha256")
            .is_some_and(|hash| hash.as_bytes().starts_with(b"STREAMING-"));
        let mut pieces = collect(body).await?;
        if is_chunked {
            pieces = unchunked(&pieces)?;
        }
        Ok(match head.method {
            Method::POST if path == "/" => self.instances(&pieces),
            Method::POST if wants("uploads") => self.begin(&path),
            Method::POST => self.complete(&path, query.get("uploadId")),
            Method::PUT => self.put(&path, &query, pieces, &head.headers),
            Method::GET if wants("list-type") => self.list(query.get("continuation-token")),
            Method::GET | Method::HEAD => self.get(&path, head.headers.get(header::RANGE)),
            Method::DELETE => {
                self.kept().objects.remove(&path);
                status(StatusCode::NO_CONTENT)
            }
            _ => status(StatusCode::METHOD_NOT_ALLOWED),
        })
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().expect("nobody panics with it")
    }

    /// A page of instances; the body's `NextToken` says from which on.
    fn instances(&self, body: &Pieces) -> Response<Body> {
        let body = body.concat();
        let from = String::from_utf8_lossy(&body)
            .split('&')
            .find_map(|pair| pair.strip_prefix("NextToken=")?.parse().ok())
            .unwrap_or(0);
        let to = self.instances.min(from + PAGE);
        let mut text = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse \
             xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>\
             59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId><reservationSet>",
        );
        for at in from..to {
            // Writing to a text cannot fail.
            let _ = instance(&mut text, at);
        }
        text.push_str("</reservationSet>");
        if to < self.instances {
            let _ = write!(text, "<nextToken>{to}</nextToken>");
        }
        text.push_str("</DescribeInstancesResponse>");
        xml(text)
    }

    /// A page of objects.
    fn list(&self, token: Option<&String>) -> Response<Body> {
        let from = token.and_then(|token| token.parse().ok()).unwrap_or(0);
        let to = self.objects.min(from + PAGE);
        let mut text = String::from(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult \
             xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bench</Name><Prefix></Prefix>",
        );
        let _ = write!(text, "<KeyCount>{}</KeyCount><MaxKeys>{PAGE}</MaxKeys>", to - from);
        let more = to < self.objects;
        let _ = write!(text, "<EncodingType>url</EncodingType><IsTruncated>{more}</IsTruncated>");
        for at in from..to {
            let _ = write!(
                text,
                "<Contents><Key>logs/2026/11/21/part-{at:08}.json.gz</Key>\
                 <LastModified>2026-11-21T09:{:02}:{:02}.000Z</LastModified>\
                 <ETag>&quot;{at:032x}&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>\
                 <ChecksumType>FULL_OBJECT</ChecksumType><Size>{}</Size>\
                 <StorageClass>STANDARD</StorageClass></Contents>",
                at / 60 % 60,
                at % 60,
                at * 7919 % 1_000_003,
            );
        }
        if more {
            let _ = write!(text, "<NextContinuationToken>{to}</NextContinuationToken>");
        }
        text.push_str("</ListBucketResult>");
        xml(text)
    }

    fn begin(&self, path: &str) -> Response<Body> {
        let mut kept = self.kept();
        let id = format!("upload-{}", kept.uploads.len());
        kept.uploads.insert(id.clone(), BTreeMap::new());
        xml(format!(
            "<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Bucket>bench</Bucket><Key>{}</Key><UploadId>{id}</UploadId>\
             </InitiateMultipartUploadResult>",
            key(path)
        ))
    }

    fn complete(&self, path: &str, id: Option<&String>) -> Response<Body> {
        let mut kept = self.kept();
        let Some(parts) = id.and_then(|id| kept.uploads.remove(id)) else {
            return status(StatusCode::NOT_FOUND);
        };
        let pieces = parts.into_values().flatten().collect();
        kept.objects.insert(path.to_owned(), Arc::new(pieces));
        xml(format!(
            "<CompleteMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Bucket>bench</Bucket><Key>{}</Key><ETag>&quot;0-1&quot;</ETag>\
             </CompleteMultipartUploadResult>",
            key(path)
        ))
    }

    fn put(
        &self,
        path: &str,
        query: &HashMap<String, String>,
        pieces: Pieces,
        headers: &http::HeaderMap,
    ) -> Response<Body> {
        let mut kept = self.kept();
        let part = query.get("partNumber").and_then(|number| number.parse().ok());
        match (part, query.get("uploadId")) {
            (Some(part), Some(id)) => match kept.uploads.get_mut(id) {
                Some(parts) => drop(parts.insert(part, pieces)),
                None => return status(StatusCode::NOT_FOUND),
            },
            // A bucket is where its objects are.
            _ if key(path).is_empty() => {}
            _ => drop(kept.objects.insert(path.to_owned(), Arc::new(pieces))),
        }
        let mut answer = status(StatusCode::OK);
        answer.headers_mut().insert(header::ETAG, http::HeaderValue::from_static("\"0\""));
        for (name, value) in headers {
            if name.as_str().starts_with("x-amz-checksum-") {
                answer.headers_mut().insert(name, value.clone());
            }
        }
        answer
    }

    fn get(&self, path: &str, range: Option<&http::HeaderValue>) -> Response<Body> {
        let Some(pieces) = self.kept().objects.get(path).cloned() else {
            return status(StatusCode::NOT_FOUND);
        };
        let length: usize = pieces.iter().map(Bytes::len).sum();
        let range = range.and_then(|range| {
            let (from, to) = range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
            let to = to.parse().map_or(length, |last: usize| length.min(last + 1));
            Some((from.parse().ok()?, to))
        });
        let (from, to) = range.unwrap_or((0, length));
        let frames: Vec<_> = cut(&pieces, from, to).into_iter().map(Frame::data).map(Ok).collect();
        let mut answer = Response::builder()
            .header(header::CONTENT_LENGTH, to.saturating_sub(from))
            .header(header::ACCEPT_RANGES, "bytes")
            .header(header::ETAG, "\"0-1\"")
            .header(header::LAST_MODIFIED, "Sat, 21 Nov 2026 09:00:00 GMT")
            .header(header::CONTENT_TYPE, "binary/octet-stream");
        if range.is_some() {
            answer = answer
                .status(StatusCode::PARTIAL_CONTENT)
                .header(header::CONTENT_RANGE, format!("bytes {from}-{}/{length}", to - 1));
        }
        let body = StreamBody::new(stream::iter(frames)).boxed();
        answer.body(body).expect("its headers are headers")
    }
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.to_owned(), value.to_owned())
}

/// What follows the bucket.
fn key(path: &str) -> &str {
    path.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key)
}

async fn collect(mut body: Incoming) -> io::Result<Pieces> {
    let mut pieces = Vec::new();
    while let Some(frame) = body.frame().await {
        pieces.extend(frame.map_err(io::Error::other)?.into_data());
    }
    Ok(pieces)
}

/// What the chunks of `aws-chunked` hold: each is its length in hexadecimal digits with what follows
/// them, a line's end, the bytes, and a line's end.
fn unchunked(pieces: &Pieces) -> io::Result<Pieces> {
    let mut rest = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    for piece in pieces {
        rest.extend_from_slice(piece);
    }
    let mut rest = rest.freeze();
    let mut found = Vec::new();
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "no chunk");
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").ok_or_else(damaged)?;
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        let digits = line.split(';').next().unwrap_or_default();
        let length = usize::from_str_radix(digits, 16).map_err(|_| damaged())?;
        let (from, to) = (end + 2, end + 2 + length);
        if length == 0 {
            return Ok(found);
        }
        if rest.len() < to + 2 {
            return Err(damaged());
        }
        found.push(rest.slice(from..to));
        rest = rest.slice(to + 2..);
    }
}

/// The bytes of an object from one place up to another.
fn cut(pieces: &Pieces, from: usize, to: usize) -> Pieces {
    let mut start = 0;
    let mut found = Vec::new();
    for piece in pieces {
        let end = start + piece.len();
        if end > from && start < to {
            found.push(piece.slice(from.saturating_sub(start)..piece.len().min(to - start)));
        }
        start = end;
    }
    found
}

fn status(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Full::new(Bytes::new()).boxed());
    *answer.status_mut() = status;
    answer
}

fn xml(text: String) -> Response<Body> {
    let mut answer = Response::new(Full::new(Bytes::from(text)).boxed());
    let value = http::HeaderValue::from_static("application/xml");
    answer.headers_mut().insert(header::CONTENT_TYPE, value);
    answer
}

/// A reservation with one instance, with what EC2 says of each.
fn instance(text: &mut String, at: usize) -> std::fmt::Result {
    let (a, b) = (at / 250 % 250, at % 250);
    write!(
        text,
        "<item><reservationId>r-{at:017x}</reservationId><ownerId>123456789012</ownerId><groupSet/>\
         <instancesSet><item><instanceId>i-{at:017x}</instanceId>\
         <imageId>ami-0abcdef1234567890</imageId><instanceState><code>16</code><name>running</name>\
         </instanceState><privateDnsName>ip-10-0-{a}-{b}.ec2.internal</privateDnsName>\
         <dnsName>ec2-203-0-{a}-{b}.compute-1.amazonaws.com</dnsName><reason/>\
         <keyName>deploy</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/>\
         <instanceType>t3.micro</instanceType><launchTime>2026-11-21T09:00:00.000Z</launchTime>\
         <placement><availabilityZone>us-east-1a</availabilityZone><groupName/>\
         <tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring>\
         <subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId>\
         <privateIpAddress>10.0.{a}.{b}</privateIpAddress><ipAddress>203.0.{a}.{b}</ipAddress>\
         <sourceDestCheck>true</sourceDestCheck><groupSet><item><groupId>sg-0123456789abcdef0\
         </groupId><groupName>web</groupName></item></groupSet><architecture>x86_64</architecture>\
         <rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName>\
         <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs>\
         <volumeId>vol-{at:017x}</volumeId><status>attached</status>\
         <attachTime>2026-11-21T09:00:01.000Z</attachTime>\
         <deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>\
         <virtualizationType>hvm</virtualizationType><clientToken>token-{at}</clientToken>\
         <tagSet><item><key>Name</key><value>web-{at}</value></item><item><key>env</key>\
         <value>production</value></item></tagSet><hypervisor>xen</hypervisor><networkInterfaceSet>\
         <item><networkInterfaceId>eni-{at:017x}</networkInterfaceId>\
         <subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId>\
         <description/><ownerId>123456789012</ownerId><status>in-use</status>\
         <macAddress>02:00:00:00:{a:02x}:{b:02x}</macAddress>\
         <privateIpAddress>10.0.{a}.{b}</privateIpAddress><sourceDestCheck>true</sourceDestCheck>\
         <groupSet><item><groupId>sg-0123456789abcdef0</groupId><groupName>web</groupName></item>\
         </groupSet><attachment><attachmentId>eni-attach-{at:017x}</attachmentId>\
         <deviceIndex>0</deviceIndex><status>attached</status>\
         <attachTime>2026-11-21T09:00:00.000Z</attachTime>\
         <deleteOnTermination>true</deleteOnTermination></attachment><privateIpAddressesSet><item>\
         <privateIpAddress>10.0.{a}.{b}</privateIpAddress><primary>true</primary></item>\
         </privateIpAddressesSet><ipv6AddressesSet/><interfaceType>interface</interfaceType></item>\
         </networkInterfaceSet><ebsOptimized>false</ebsOptimized><cpuOptions><coreCount>1</coreCount>\
         <threadsPerCore>2</threadsPerCore></cpuOptions><hibernationOptions>\
         <configured>false</configured></hibernationOptions><metadataOptions><state>applied</state>\
         <httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit>\
         <httpEndpoint>enabled</httpEndpoint></metadataOptions></item></instancesSet></item>"
    )
}
