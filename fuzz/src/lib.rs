//! What the fuzz targets do with their bytes, and the messages that they begin with.
//!
//! The bytes of a message begin with two that choose the operation and what the message is: an
//! answer of some status, or a request. Then come a request's target (`/path?query`) and the
//! headers, a line each; an empty line; and the body.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use Cloud::{Alibaba, Aws, DigitalOcean};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use isobar_catalogue::{Cloud, Operation, Protocol, Service};
use isobar_client::{Parameters, RuleSet};
use isobar_wire::eventstream::{Decoder, Events};
use isobar_wire::{
    Dialect, Reply, Request, Response, decode_head, decode_request, decode_response,
    encode_request, encode_response, route, validate,
};

pub mod sample;

/// What a message is: a request, or an answer of a status.
const STATUSES: [Option<u16>; 6] = [None, Some(200), Some(204), Some(400), Some(404), Some(502)];

/// A name in the catalogue: cloud, service, operation.
pub type Known = (Cloud, &'static str, &'static str);

/// The targets of the protocols, each with operations whose shapes have, together, everything that
/// the protocol can write.
pub const TARGETS: [(&str, Protocol, &[Known]); 10] = [
    (
        "aws_json",
        Protocol::AwsJson,
        &[
            (Aws, "dynamodb", "PutItem"),
            (Aws, "dynamodb", "Query"),
            (Aws, "kinesis", "SubscribeToShard"),
            (Aws, "sagemaker", "DescribeTrainingJob"),
            (Aws, "ecs", "DescribeTasks"),
            (Aws, "sqs", "ReceiveMessage"),
        ],
    ),
    (
        "rest_json",
        Protocol::RestJson,
        &[
            (Aws, "lambda", "GetFunction"),
            (Aws, "lambda", "CreateFunction"),
            (Aws, "bedrock-runtime", "Converse"),
            (Aws, "bedrock-runtime", "ConverseStream"),
            (Aws, "lex-runtime", "PostContent"),
            (Aws, "glacier", "DescribeJob"),
            (Aws, "iot", "DescribeThing"),
        ],
    ),
    (
        "rest_xml",
        Protocol::RestXml,
        &[
            (Aws, "s3", "ListObjectsV2"),
            (Aws, "s3", "HeadObject"),
            (Aws, "s3", "GetObjectAcl"),
            (Aws, "s3", "PutBucketLifecycleConfiguration"),
            (Aws, "s3", "GetBucketLifecycleConfiguration"),
            (Aws, "s3", "SelectObjectContent"),
            (Aws, "cloudfront", "GetDistribution"),
            (Aws, "route53", "ListResourceRecordSets"),
        ],
    ),
    (
        "query",
        Protocol::AwsQuery,
        &[
            (Aws, "iam", "GetRole"),
            (Aws, "elbv2", "DescribeLoadBalancers"),
            (Aws, "elbv2", "CreateListener"),
            (Aws, "cloudformation", "DescribeStacks"),
            (Aws, "autoscaling", "CreateAutoScalingGroup"),
            (Aws, "rds", "DescribeDBInstances"),
        ],
    ),
    (
        "ec2",
        Protocol::Ec2,
        &[
            (Aws, "ec2", "DescribeInstances"),
            (Aws, "ec2", "RunInstances"),
            (Aws, "ec2", "ImportKeyPair"),
            (Aws, "ec2", "DescribeSpotPriceHistory"),
        ],
    ),
    (
        "cbor",
        Protocol::RpcV2Cbor,
        &[
            (Aws, "cloudwatch", "PutMetricData"),
            (Aws, "cloudwatch", "GetMetricData"),
            (Aws, "cloudwatch", "DescribeAlarms"),
        ],
    ),
    (
        "alibaba_rpc",
        Protocol::AlibabaRpc,
        &[
            (Alibaba, "ecs", "RunInstances"),
            (Alibaba, "ecs", "DescribeInstances"),
            (Alibaba, "slb", "DescribeLoadBalancerAttribute"),
            (Alibaba, "vpc", "DescribeVpcs"),
        ],
    ),
    (
        "alibaba_roa",
        Protocol::AlibabaRoa,
        &[
            (Alibaba, "cs", "CreateCluster"),
            (Alibaba, "cs", "DescribeClusterDetail"),
            (Alibaba, "cs", "DescribeClustersV1"),
            (Alibaba, "sls", "PullLogs"),
            (Alibaba, "sls", "PutLogs"),
        ],
    ),
    (
        "alibaba_oss",
        Protocol::AlibabaOss,
        &[
            (Alibaba, "oss", "ListObjectsV2"),
            (Alibaba, "oss", "GetBucketInfo"),
            (Alibaba, "oss", "GetBucketLifecycle"),
            (Alibaba, "oss", "HeadObject"),
            (Alibaba, "oss", "PutBucketCors"),
        ],
    ),
    (
        "digitalocean",
        Protocol::DigitalOcean,
        &[
            (DigitalOcean, "droplets", "list"),
            (DigitalOcean, "droplets", "create"),
            (DigitalOcean, "load_balancers", "create"),
            (DigitalOcean, "kubernetes", "get_cluster"),
        ],
    ),
];

/// An operation of the catalogue.
///
/// # Panics
/// Where it is not there.
#[must_use]
pub fn find((cloud, service, operation): Known) -> (&'static Service, &'static Operation) {
    isobar_catalogue::operation(cloud, service, operation)
        .unwrap_or_else(|| panic!("no operation {cloud} {service} {operation}"))
}

/// The service as if its clients spoke the protocol with it, and its operation: of several, a client
/// speaks one alone.
///
/// # Panics
/// Never.
#[must_use]
pub fn speaking(
    protocol: Protocol,
    (service, operation): (&'static Service, &'static Operation),
) -> (&'static Service, &'static Operation) {
    static OTHERS: Mutex<BTreeMap<&'static str, &'static Service>> = Mutex::new(BTreeMap::new());
    if service.protocol() == protocol {
        return (service, operation);
    }
    let mut others = OTHERS.lock().unwrap_or_else(PoisonError::into_inner);
    let service = *others.entry(&service.name).or_insert_with(|| {
        let mut service = service.clone();
        service.protocols.insert(0, protocol);
        Box::leak(Box::new(service))
    });
    (service, service.operation(&operation.name).expect("it is the same service"))
}

/// A message in its parts.
struct Parts<'d> {
    operation: usize,
    status: Option<StatusCode>,
    lines: Vec<&'d str>,
    body: &'d [u8],
}

impl<'d> Parts<'d> {
    fn of(data: &'d [u8]) -> Option<Self> {
        let (&[operation, status], rest) = data.split_first_chunk()?;
        let end = rest.windows(2).position(|pair| pair == b"\n\n")?;
        let head = std::str::from_utf8(&rest[..end]).ok()?;
        let status = STATUSES[usize::from(status) % STATUSES.len()];
        Some(Self {
            operation: operation.into(),
            status: status.and_then(|status| StatusCode::from_u16(status).ok()),
            lines: head.split('\n').collect(),
            body: &rest[end + 2..],
        })
    }

    fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.lines.iter().skip(1).filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            Some((name.parse().ok()?, HeaderValue::from_str(value).ok()?))
        })
    }
}

/// Reads a message of a protocol in every way in which it may be read, and writes what was read.
pub fn message(protocol: Protocol, data: &[u8]) {
    let Some(parts) = Parts::of(data) else { return };
    let (_, _, operations) =
        TARGETS.iter().find(|target| target.1 == protocol).expect("every protocol has a target");
    let known = operations[parts.operation % operations.len()];
    let (service, operation) = speaking(protocol, find(known));
    match parts.status {
        Some(status) => answer(service, operation, status, &parts),
        None => request(service, operation, protocol, &parts),
    }
}

fn answer(
    service: &'static Service,
    operation: &'static Operation,
    status: StatusCode,
    parts: &Parts<'_>,
) {
    let mut response = Response::new(status);
    response.headers.extend(parts.headers());
    response.body = parts.body.to_vec().into();
    let _ = decode_head(service, operation, &response);
    match decode_response(service, operation, &response) {
        Ok(Reply::Success { output, .. }) => {
            let dialect = Dialect::new(service.protocol());
            let _ = encode_response(service, operation, dialect, &output, "r");
            let _ = serde_json::to_vec(&output);
        }
        Ok(Reply::Failure(failure)) => assert!(!failure.code.is_empty() || status.is_success()),
        Err(error) => assert!(error.to_string().len() < 4096, "{error}"),
    }
}

fn request(
    service: &'static Service,
    operation: &'static Operation,
    protocol: Protocol,
    parts: &Parts<'_>,
) {
    let target = parts.lines.first().copied().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let method = Method::from_bytes(operation.method.as_bytes()).unwrap_or_default();
    let mut request = Request::new(method, path);
    query.clone_into(&mut request.query);
    request.headers.extend(parts.headers());
    request.body = parts.body.to_vec().into();
    let _ = route(service, &request);
    if protocol == Protocol::DigitalOcean {
        let _ = isobar_wire::route_all(Cloud::DigitalOcean, &request);
    }
    if let Ok(input) = decode_request(service, operation, Dialect::new(protocol), &request) {
        let _ = validate(service, operation, &input);
        let _ = encode_request(service, operation, &input);
    }
}

/// The operations whose answers are streams of events.
pub const STREAMS: [Known; 5] = [
    (Aws, "kinesis", "SubscribeToShard"),
    (Aws, "s3", "SelectObjectContent"),
    (Aws, "bedrock-runtime", "ConverseStream"),
    (Aws, "lambda", "InvokeWithResponseStream"),
    (Aws, "logs", "StartLiveTail"),
];

/// Reads a stream of events. Two bytes choose the operation and how long the chunks are; checksums
/// are made right, since bytes are not found by chance that fit them.
pub fn events(data: &[u8]) {
    let Some((&[which, size], rest)) = data.split_first_chunk() else { return };
    let (service, operation) = find(STREAMS[usize::from(which) % STREAMS.len()]);
    let events = Events::of(service, operation).expect("the operation has a stream");
    for wire in [rest.to_vec(), sealed(rest.to_vec())] {
        let mut decoder = Decoder::new();
        let mut ended = false;
        for chunk in wire.chunks(usize::from(size).max(1)) {
            decoder.push(chunk);
            while !ended {
                match decoder.next_message() {
                    Ok(Some(message)) => {
                        let mut again = Vec::new();
                        message.write(&mut again).expect("what was read can be written");
                        let _ = events.decode(&message);
                    }
                    Ok(None) => break,
                    Err(_) => ended = true,
                }
            }
        }
        let _ = decoder.finish();
    }
}

/// The messages with their checksums made right.
fn sealed(mut wire: Vec<u8>) -> Vec<u8> {
    let mut at = 0;
    while let Some(prelude) = wire.get(at..at + 12) {
        let total = u32::from_be_bytes([prelude[0], prelude[1], prelude[2], prelude[3]]);
        let checksum = crc32fast::hash(&prelude[..8]).to_be_bytes();
        wire[at + 8..at + 12].copy_from_slice(&checksum);
        let Some(end) = usize::try_from(total).ok().and_then(|total| at.checked_add(total)) else {
            break;
        };
        if total < 16 || end > wire.len() {
            break;
        }
        let checksum = crc32fast::hash(&wire[at..end - 4]).to_be_bytes();
        wire[end - 4..end].copy_from_slice(&checksum);
        at = end;
    }
    wire
}

/// Reads a set of endpoint rules and asks it.
pub fn endpoint_rules(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(rules) = RuleSet::parse(text) else { return };
    let mut parameters = Parameters::default();
    parameters.set("Region", "us-east-1".into());
    parameters.set("Bucket", "my-bucket".into());
    parameters.set("UseFIPS", false.into());
    if let Ok(resolved) = rules.resolve(&parameters) {
        let _ = resolved.wanted();
    }
}
