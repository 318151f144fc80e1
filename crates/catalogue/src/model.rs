//! Services and operations: how each is named, addressed, encoded, paged, waited for and retried.

use serde::{Deserialize, Serialize};

use crate::items::{Items, Named};
use crate::names::same;
use crate::shape::{Kind, Member, Shape, ShapeId, Structure, XmlNamespace};

/// The clouds whose APIs the catalogue holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cloud {
    /// Amazon Web Services.
    Aws,
    /// Alibaba Cloud.
    Alibaba,
    /// DigitalOcean.
    DigitalOcean,
}

impl Cloud {
    /// All of them, in the order in which they are listed everywhere.
    pub const ALL: [Self; 3] = [Self::Aws, Self::Alibaba, Self::DigitalOcean];

    /// The name in commands, manifests, the API and file names.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Alibaba => "alibaba",
            Self::DigitalOcean => "digitalocean",
        }
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Alibaba => "Alibaba Cloud",
            Self::DigitalOcean => "DigitalOcean",
        }
    }
}

impl std::fmt::Display for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Cloud {
    type Err = UnknownCloud;

    fn from_str(name: &str) -> Result<Self, UnknownCloud> {
        Self::ALL.into_iter().find(|cloud| cloud.name() == name).ok_or(UnknownCloud)
    }
}

/// A name that is no cloud's.
#[derive(Debug)]
pub struct UnknownCloud;

impl std::fmt::Display for UnknownCloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("unknown cloud; one of aws, alibaba, digitalocean")
    }
}

impl std::error::Error for UnknownCloud {}

/// How requests and answers are written. The first seven are AWS's, by botocore's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Protocol {
    /// `query`
    AwsQuery,
    /// `ec2`
    Ec2,
    /// `json` with `jsonVersion` 1.0 or 1.1 ([`Service::json_version`])
    AwsJson,
    /// `rest-json`
    RestJson,
    /// `rest-xml`
    RestXml,
    /// `smithy-rpc-v2-cbor`
    RpcV2Cbor,
    /// Alibaba Cloud's RPC style; answers in JSON or XML by the `Format` parameter.
    AlibabaRpc,
    /// Alibaba Cloud's ROA style.
    AlibabaRoa,
    /// DigitalOcean's REST.
    DigitalOcean,
    /// Alibaba Cloud's object storage: paths, headers and XML, with the bucket in the host's name.
    AlibabaOss,
}

/// One service (AWS), product version (Alibaba Cloud) or group of operations (DigitalOcean).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Service {
    /// Whose it is.
    pub cloud: Cloud,
    /// Its name in commands and code: botocore's folder (`ec2`, `elbv2`), the product (`ecs`),
    /// pydo's group (`droplets`).
    pub name: String,
    /// The API's version (`2016-11-15`, `2014-05-26`, `v2`).
    pub version: String,
    /// The vendor's id of the service (`EC2`, `Elastic Load Balancing v2`).
    pub id: String,
    /// Botocore's `endpointPrefix`; the product's name in host names.
    pub endpoint_prefix: String,
    /// The service's name in a signature's scope.
    pub signing_name: String,
    /// The protocols that it speaks, the preferred one first; never empty.
    pub protocols: Vec<Protocol>,
    /// `1.0` or `1.1`, for [`Protocol::AwsJson`].
    pub json_version: Option<String>,
    /// The prefix of `X-Amz-Target`.
    pub target_prefix: Option<String>,
    /// The namespace of the XML answers.
    pub xml_namespace: Option<XmlNamespace>,
    /// Errors carry the query protocol's codes too (`awsQueryCompatible`).
    pub query_compatible: bool,
    /// How host names are made.
    pub endpoints: Endpoints,
    /// The operations, sorted by name.
    pub operations: Items<Operation>,
    /// The shapes that they speak of.
    pub shapes: Items<Shape>,
    /// The waiters, sorted by name.
    pub waiters: Vec<Waiter>,
}

impl Service {
    /// A service without operations.
    #[must_use]
    pub fn new(cloud: Cloud, name: impl Into<String>, protocol: Protocol) -> Self {
        let name = name.into();
        Self {
            cloud,
            version: String::new(),
            id: name.clone(),
            endpoint_prefix: name.clone(),
            signing_name: name.clone(),
            protocols: vec![protocol],
            json_version: None,
            target_prefix: None,
            xml_namespace: None,
            query_compatible: false,
            endpoints: Endpoints::Unknown,
            operations: Items::default(),
            shapes: Items::default(),
            waiters: Vec::new(),
            name,
        }
    }

    /// The shape of an id, which must be of this service.
    #[must_use]
    pub fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0 as usize]
    }

    /// The structure of an id; `None` where the shape is none.
    #[must_use]
    pub fn structure(&self, id: ShapeId) -> Option<&Structure> {
        match &self.shape(id).kind {
            Kind::Structure(structure) => Some(structure),
            _ => None,
        }
    }

    /// The operation of the vendor's name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.named(name)
    }

    /// The operation of the name in any spelling (`run-instances`, `run_instances`); the vendor's
    /// own spelling wins.
    #[must_use]
    pub fn find_operation(&self, name: &str) -> Option<&Operation> {
        self.operation(name).or_else(|| self.operations.find(|known| same(known, name)))
    }

    /// The protocol that a client speaks with it.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocols[0]
    }

    /// The members of an operation's input; empty where it has none.
    #[must_use]
    pub fn input_members(&self, operation: &Operation) -> &[Member] {
        operation
            .input
            .and_then(|id| self.structure(id))
            .map_or(&[], |structure| structure.members.as_slice())
    }
}

/// One operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The vendor's name (`RunInstances`); pydo's method for DigitalOcean (`list`).
    pub name: String,
    /// The HTTP method.
    pub method: String,
    /// The path, with `{labels}` and `{greedy+}` ones, and the fixed part of the query if any
    /// (`/{Bucket}?acl`).
    pub uri: String,
    /// The status of success.
    pub status: u16,
    /// The shape of the input, always a structure.
    pub input: Option<ShapeId>,
    /// The element that wraps the input in the XML protocols, set on the operation's reference.
    pub input_xml: Option<InputXml>,
    /// The shape of the output, always a structure.
    pub output: Option<ShapeId>,
    /// The element that wraps the output in the query protocol (`resultWrapper`).
    pub result_wrapper: Option<String>,
    /// The errors that it declares; structures with an [`ErrorTrait`](crate::shape::ErrorTrait).
    pub errors: Vec<ShapeId>,
    /// The host's prefix, with `{labels}`.
    pub host_prefix: Option<String>,
    /// How it is authenticated.
    pub auth: Auth,
    /// The request carries a checksum.
    pub checksum: Option<Checksum>,
    /// How its pages follow.
    pub paging: Option<Paging>,
    /// How the request's body is written, where the protocol leaves a choice.
    pub body: BodyFormat,
    /// The body may be compressed with gzip.
    pub compressible: bool,
    /// It changes nothing: a repeated call is safe. From the vendor's model where that says so, else
    /// from the HTTP method or the name.
    pub read_only: bool,
    /// The vendor's model says that repeating it has no further effect.
    pub idempotent: bool,
    /// The vendor declares it deprecated.
    pub deprecated: bool,
    /// Parameters of the endpoint rules that the operation itself fixes, as (name, JSON text).
    pub static_context: Vec<(String, String)>,
    /// Parameters of the endpoint rules that come out of the input, as (name, JMESPath).
    pub input_context: Vec<(String, String)>,
    /// Whether the endpoint is asked for with a call of its own first.
    pub discovery: Discovery,
}

impl Named for Operation {
    fn name(&self) -> &str {
        &self.name
    }
}

/// The element that wraps an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputXml {
    /// Its name.
    pub name: Option<String>,
    /// Its namespace.
    pub namespace: Option<XmlNamespace>,
}

/// How a call is authenticated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Auth {
    /// As the cloud does by default.
    #[default]
    Default,
    /// Not at all.
    None,
    /// A bearer token.
    Bearer,
    /// SigV4 with a payload that is not signed.
    UnsignedPayload,
    /// SigV4 with an asymmetric key, for requests that any of several regions may serve.
    SigV4a,
    /// AWS Signature Version 2, which the oldest services still want.
    SigV2,
    /// As the cloud did it before: Alibaba Cloud's parameters or headers, signed with HMAC-SHA1.
    Older,
    /// Not at all, in a request that is made as the cloud did it before.
    OlderNone,
}

impl Auth {
    /// Whether calls are not authenticated.
    #[must_use]
    pub const fn is_none(self) -> bool {
        matches!(self, Self::None | Self::OlderNone)
    }

    /// Whether requests are made as the cloud did it before.
    #[must_use]
    pub const fn is_older(self) -> bool {
        matches!(self, Self::Older | Self::OlderNone)
    }
}

/// Whether an operation's endpoint is asked for with a call of its own (`DescribeEndpoints`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Discovery {
    /// No.
    #[default]
    None,
    /// It can be.
    Optional,
    /// It must be.
    Required,
    /// This is the operation that is asked.
    Source,
}

/// A request's checksum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checksum {
    /// It must be there.
    pub required: bool,
    /// The member that names the algorithm.
    pub algorithm_member: Option<String>,
    /// The member that asks for validation of the answer.
    pub validation_member: Option<String>,
    /// The algorithms of the answer.
    pub response_algorithms: Vec<String>,
    /// The older trait: `Content-MD5` is required.
    pub md5: bool,
}

/// How a request's body is written, where the protocol leaves a choice (Alibaba Cloud's
/// `reqBodyType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyFormat {
    /// As the protocol says.
    #[default]
    Protocol,
    /// `application/x-www-form-urlencoded`
    Form,
    /// `application/json`
    Json,
    /// XML
    Xml,
    /// Bytes as they are.
    Binary,
    /// `application/json`, with an empty list where none is given.
    JsonList,
}

/// How an operation's pages follow. Paths are JMESPath in the vendor's spelling.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Paging {
    /// How the next page is asked for.
    pub style: PagingStyle,
    /// The input members that carry the position.
    pub input_token: Vec<String>,
    /// Where the answer has the next position, in the same order.
    pub output_token: Vec<String>,
    /// Where the answer says that there is more.
    pub more: Option<String>,
    /// The input member with the page's size.
    pub limit: Option<String>,
    /// Where the answer has the items.
    pub results: Vec<String>,
    /// Where the answer has the number of all items.
    pub total: Option<String>,
    /// Where the answer has what is the same on each page.
    pub non_aggregate: Vec<String>,
}

/// How the next page is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PagingStyle {
    /// The answer's token goes into the next request.
    #[default]
    Token,
    /// The page's number goes up by one until all items were seen.
    Number,
    /// The answer has the next page's URL (`links.pages.next`).
    Link,
}

/// How host names are made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Endpoints {
    /// AWS's endpoint rule set, version 1.x, as JSON text.
    Rules(String),
    /// Alibaba Cloud: fixed hosts by region, and what holds for the others.
    Regions {
        /// (region, host), sorted by region.
        hosts: Vec<(String, String)>,
        /// `true`: `<product>.<region>.aliyuncs.com`; `false`: `<product>.aliyuncs.com`.
        regional: bool,
    },
    /// One base URL for everything.
    Single(String),
    /// The source gives none.
    #[default]
    Unknown,
}

/// Waits until a resource is in a state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiter {
    /// The vendor's name (`InstanceRunning`).
    pub name: String,
    /// The operation that is asked.
    pub operation: String,
    /// Seconds between two attempts.
    pub delay_seconds: u32,
    /// How often it is asked at most.
    pub max_attempts: u32,
    /// What ends the wait, in order.
    pub acceptors: Vec<Acceptor>,
}

/// One condition of a waiter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acceptor {
    /// What it leads to.
    pub state: WaiterState,
    /// What is looked at.
    pub matcher: Matcher,
    /// What is expected there, as JSON text.
    pub expected: String,
}

/// What a waiter's condition leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WaiterState {
    /// The wait is over.
    Success,
    /// It will never be.
    Failure,
    /// Ask again.
    Retry,
}

/// What a waiter's condition looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Matcher {
    /// A JMESPath of the answer.
    Path(String),
    /// All items of a JMESPath.
    PathAll(String),
    /// Any item of a JMESPath.
    PathAny(String),
    /// The HTTP status.
    Status,
    /// The error's code (`true` and `false`: whether there is one).
    Error,
}
