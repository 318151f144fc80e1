//! What a client is told, with the defaults.

use crate::Kind;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use isobar_catalogue::{Cloud, Service};
use isobar_wire::COMPRESS_FROM;

use crate::context::{Context, System};
use crate::credentials::{Provide, Tokens};
use crate::observe::Observe;
use crate::oss;
use crate::proxy::Proxy;
use crate::settings::Found;

/// What a client is told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The cloud.
    pub cloud: Cloud,
    /// The region; where the cloud's base URL is the same everywhere, it has no meaning.
    pub region: String,
    /// A base URL that replaces the vendor's (`http://127.0.0.1:4566`). Plain HTTP is taken for
    /// loopback addresses only.
    pub endpoint: Option<String>,
    /// Base URLs of single services, where there is none for all.
    pub endpoints: Option<Arc<dyn Endpoints>>,
    /// Whether FIPS endpoints are wanted, where the vendor's rules know them.
    pub fips: bool,
    /// Whether endpoints with IPv6 are wanted, where the vendor's rules know them.
    pub dual_stack: bool,
    /// Whether STS is called at its global endpoint from the regions that are older than the regional
    /// ones (AWS's `sts_regional_endpoints = legacy`).
    pub global_sts: bool,
    /// Where a bucket's name stands. Default: in the host's name, but with a base URL of the caller's
    /// own in the path.
    pub bucket_style: BucketStyle,
    /// Whether S3's accelerated endpoints are wanted.
    pub accelerate: bool,
    /// Whether S3 in us-east-1 is called at its global endpoint, as AWS's SDKs do. Default: yes.
    pub global_s3: bool,
    /// Whether S3 is called in the region that an ARN names. Default: yes.
    pub use_arn_region: bool,
    /// Whether S3's access points for several regions may be called. Default: yes.
    pub multi_region_access_points: bool,
    /// Whether calls to buckets in a zone (S3 Express) are signed with a session that is asked for
    /// first. Default: yes.
    pub s3_express_sessions: bool,
    /// The regions that Signature Version 4A is for, with commas between them. Default: what
    /// the endpoint's rules say, which is `*` for most.
    pub signing_regions: Option<String>,
    /// Whether endpoints for the caller's own account are wanted, where the vendor's rules know them
    /// (DynamoDB).
    pub account_endpoints: AccountEndpoints,
    /// Which requests have a checksum (AWS).
    pub request_checksums: Checksums,
    /// Which answers are held to a checksum (AWS).
    pub response_checksums: Checksums,
    /// From how many bytes on a request's body is compressed where the operation takes it so (AWS);
    /// `None` is never. Default: 10,240.
    pub compress_from: Option<usize>,
    /// Inputs are not held against the catalogue's rules, but for what cannot be written. Default: they
    /// are, but for upper bounds.
    pub unchecked: bool,
    /// Certificates in PEM that are trusted instead of the public ones.
    pub roots: Option<Arc<[u8]>>,
    /// Why there are none that can be trusted; nothing is then sent over TLS. Default: there are.
    pub untrusting: Option<String>,
    /// Why no client is made of this, and of what kind that error is: a setting that was found is wrong.
    /// Default: one is made.
    pub refused: Option<(Kind, String)>,
    /// The proxy that leads to the cloud. Default: none.
    pub proxy: Option<Proxy>,
    /// Who gives the caller's credentials; asked for each attempt.
    pub credentials: Arc<dyn Provide>,
    /// Who gives AWS's bearer tokens. Default: nobody.
    pub tokens: Option<Arc<dyn Tokens>>,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// How failures are retried.
    pub retry: Retry,
    /// When an endpoint is left alone.
    pub breaker: Breaker,
    /// The most bytes of an answer's body. Default: 64 MiB.
    pub response_limit: usize,
    /// The network that Alibaba Cloud's hosts are reached through. Default: the public one.
    pub network: Network,
    /// The base URL of Alibaba Cloud's location service, [`LOCATION`](crate::LOCATION), which is then
    /// asked once for each product whose host in the region the catalogue does not know. Default: it
    /// is not asked. At AWS, the base URL at which services that name their endpoints themselves
    /// (Timestream) are asked for them. Default: the vendor's.
    pub location: Option<String>,
    /// How object storage at Alibaba Cloud is called.
    pub oss: oss::Settings,
    /// Sees what goes over the wire. Default: nobody.
    pub observer: Option<Arc<dyn Observe>>,
    /// Where time, sleep and randomness come from. Default: the system.
    pub context: Arc<dyn Context>,
}

impl Config {
    /// The defaults for a cloud, region and provider of credentials; [`Credentials`] are one
    /// themselves.
    ///
    /// [`Credentials`]: isobar_auth::Credentials
    #[must_use]
    pub fn new(
        cloud: Cloud,
        region: impl Into<String>,
        credentials: impl Provide + 'static,
    ) -> Self {
        Self {
            cloud,
            region: region.into(),
            endpoint: None,
            endpoints: None,
            fips: false,
            dual_stack: false,
            global_sts: false,
            bucket_style: BucketStyle::default(),
            accelerate: false,
            global_s3: true,
            use_arn_region: true,
            multi_region_access_points: true,
            s3_express_sessions: true,
            signing_regions: None,
            account_endpoints: AccountEndpoints::default(),
            request_checksums: Checksums::default(),
            response_checksums: Checksums::default(),
            compress_from: Some(COMPRESS_FROM),
            unchecked: false,
            roots: None,
            untrusting: None,
            refused: None,
            proxy: None,
            credentials: Arc::new(credentials),
            tokens: None,
            timeouts: Timeouts::default(),
            retry: Retry::default(),
            breaker: Breaker::default(),
            response_limit: 64 << 20,
            network: Network::default(),
            location: None,
            oss: oss::Settings::default(),
            observer: None,
            context: Arc::new(System::default()),
        }
    }

    /// The same at another base URL.
    #[must_use]
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }
}

/// Where a bucket's name stands in a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BucketStyle {
    /// In the host's name, but with a base URL of the caller's own in the path.
    #[default]
    Automatic,
    /// In the host's name wherever it can.
    Virtual,
    /// In the path.
    Path,
}

/// Whether endpoints for the caller's own account are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountEndpoints {
    /// Where the credentials' account is known.
    #[default]
    Preferred,
    /// Without one, calls fail.
    Required,
    /// No.
    Disabled,
}

impl AccountEndpoints {
    /// The vendor's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Preferred => "preferred",
            Self::Required => "required",
            Self::Disabled => "disabled",
        }
    }
}

/// When checksums are computed that neither side was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksums {
    /// Wherever the operation can have one.
    #[default]
    WhenSupported,
    /// Only where the operation must have one, or the input names it: what is like S3 and does not
    /// know them wants that.
    WhenRequired,
}

/// Names base URLs for services.
pub trait Endpoints: Debug + Send + Sync {
    /// The base URL of a service, where it has one of its own.
    fn endpoint(&self, service: &Service) -> Option<Found<String>>;

    /// The base URL of the services that have none of their own.
    fn general(&self) -> Option<Found<String>>;
}

/// A network that leads to Alibaba Cloud's products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// The internet.
    #[default]
    Public,
    /// A private network at the vendor: `product-vpc.region.aliyuncs.com`.
    Vpc,
}

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Until the connection stands, TLS included. Default: 5 s.
    pub connect: Duration,
    /// For one attempt, from its start to the last byte of the answer. Default: 30 s.
    pub read: Duration,
    /// For the whole call with its retries. Default: 100 s.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            total: Duration::from_secs(100),
        }
    }
}

/// What is done about services that ask for fewer calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RetryMode {
    /// A call that was asked to come later is retried as after any other failure that passes.
    Standard,
    /// The client also learns how fast it may call, and holds further calls back accordingly. Calls
    /// that were refused for there being too many are repeated until they are taken, within the time
    /// of the whole call.
    #[default]
    Adaptive,
}

/// How failures are retried. The defaults are those of AWS's SDKs, for all clouds.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// What is done about services that ask for fewer calls. Default: adaptive.
    pub mode: RetryMode,
    /// How often a call is attempted at most, the first time included. Default: what the service's
    /// own SDK does, which is 3 (DynamoDB: 4).
    pub attempts: Option<u32>,
    /// How often a call that is refused for there being too many is called again at most, where
    /// [`attempts`](Self::attempts) says nothing and calls are paced. Default: 49, since many callers
    /// at once take their time to find the service's pace.
    pub refusals: u32,
    /// The longest first pause; it doubles with each further attempt, and each pause is drawn evenly
    /// from nothing to its longest. Default: 50 ms (DynamoDB: 25 ms).
    pub base: Option<Duration>,
    /// The same after the service asked for fewer calls, where calls are not paced. Default: 1 s.
    pub throttled_base: Duration,
    /// The longest pause of all. Default: 20 s.
    pub cap: Duration,
    /// The longest `Retry-After` that is waited for; for a longer one, the call fails at once.
    /// Default: 60 s.
    pub longest_retry_after: Duration,
    /// What retries may take in advance of successes, in all calls of the client: each takes 14, or
    /// 5 where the service asked for fewer calls; a call that succeeds after one gives as much back,
    /// and one that succeeds at once gives 1. Default: 500.
    pub budget: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            mode: RetryMode::default(),
            attempts: None,
            refusals: 49,
            base: None,
            throttled_base: Duration::from_secs(1),
            cap: Duration::from_secs(20),
            longest_retry_after: Duration::from_secs(60),
            budget: 500,
        }
    }
}

/// When an endpoint is left alone.
#[derive(Clone, Copy, Debug)]
pub struct Breaker {
    /// How many attempts in a row fail before the endpoint is left alone. Default: 12.
    pub failures: u32,
    /// For how long it is left alone before one attempt probes it. Default: 10 s.
    pub open_for: Duration,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { failures: 12, open_for: Duration::from_secs(10) }
    }
}
