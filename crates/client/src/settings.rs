//! What a client is told where its program is told nothing: settings from the environment and from
//! the vendors' own files, each with where it comes from.

use std::path::PathBuf;
use std::sync::Arc;

use isobar_catalogue::Cloud;

use crate::client::Client;
use crate::config::{AccountEndpoints, BucketStyle, Checksums, Config, Endpoints, RetryMode};
use crate::context::{Context, System};
use crate::credentials::{Anonymous, Provide, Tokens};
use crate::error::{Error, Kind};
use crate::origin::Origin;
use crate::proxy::{self, Proxy};
use crate::sources::{self, Around};
use crate::surroundings::{Machine, Surroundings};

/// Names a file of certificates that are trusted instead of the public ones.
pub(crate) const CERTIFICATES: &str = "SSL_CERT_FILE";

/// A value, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

impl<T> Found<T> {
    /// A value from somewhere.
    #[must_use]
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// Another value from the same place.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Found<U> {
        Found { value: change(self.value), origin: self.origin }
    }
}

/// What the caller says, which goes before everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// A profile of AWS or Alibaba Cloud, a context of doctl. Where it is given, the environment's
    /// keys are passed over.
    pub profile: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The base URL for all services.
    pub endpoint: Option<String>,
    /// Certificates in PEM that are trusted and no others, by those too that fetch credentials.
    pub roots: Option<Arc<[u8]>>,
}

/// What was found for a cloud.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The cloud.
    pub cloud: Cloud,
    /// The profile or context.
    pub profile: Option<Found<String>>,
    /// The region; DigitalOcean has none for a client.
    pub region: Option<Found<String>>,
    /// The base URL for all services.
    pub endpoint: Option<Found<String>>,
    /// Base URLs by service.
    pub endpoints: Option<Arc<dyn Endpoints>>,
    /// Whether FIPS endpoints are wanted (AWS).
    pub fips: Option<Found<bool>>,
    /// Whether endpoints with IPv6 are wanted (AWS).
    pub dual_stack: Option<Found<bool>>,
    /// `legacy`, `standard` or `adaptive` (AWS).
    pub retry_mode: Option<Found<String>>,
    /// How often a call is attempted at most, the first time included.
    pub max_attempts: Option<Found<u32>>,
    /// `auto`, `virtual` or `path` (S3).
    pub addressing_style: Option<Found<String>>,
    /// Whether S3's accelerated endpoints are wanted.
    pub accelerate: Option<Found<bool>>,
    /// Whether S3 is called in the region that an ARN names.
    pub use_arn_region: Option<Found<bool>>,
    /// `legacy` or `regional`: where S3 is called in us-east-1.
    pub s3_us_east_1: Option<Found<String>>,
    /// Whether S3's access points for several regions must not be called.
    pub no_multi_region_access_points: Option<Found<bool>>,
    /// Whether calls to buckets in a zone go without sessions.
    pub no_s3_express_sessions: Option<Found<bool>>,
    /// The regions that Signature Version 4A is for (AWS).
    pub signing_regions: Option<Found<String>>,
    /// `preferred`, `required` or `disabled` (AWS).
    pub account_endpoints: Option<Found<String>>,
    /// `when_supported` or `when_required` (AWS).
    pub request_checksums: Option<Found<String>>,
    /// `when_supported` or `when_required` (AWS).
    pub response_checksums: Option<Found<String>>,
    /// Request bodies are not compressed (AWS).
    pub no_compression: Option<Found<bool>>,
    /// From how many bytes on they are, 1 to 1,048,576 (AWS).
    pub compress_from: Option<Found<usize>>,
    /// `legacy` or `regional` (AWS).
    pub sts_regional_endpoints: Option<Found<String>>,
    /// A file of certificates that are trusted instead of the public ones: `AWS_CA_BUNDLE` and the
    /// profile's `ca_bundle`, else `SSL_CERT_FILE`, as programs in Go take it.
    pub ca_bundle: Option<Found<PathBuf>>,
    /// How output is to be printed (AWS: `AWS_DEFAULT_OUTPUT`, the profile's `output`; Alibaba
    /// Cloud: the profile's `output_format`). The library prints nothing.
    pub output: Option<Found<String>>,
    /// The proxy that leads to the cloud.
    pub proxy: Option<Found<Proxy>>,
    /// Who gives the credentials. They are looked for when they are first needed.
    pub credentials: Arc<dyn Provide>,
    /// Who gives bearer tokens (AWS).
    pub tokens: Option<Arc<dyn Tokens>>,
    roots: Option<Arc<[u8]>>,
    /// Why the certificates to trust cannot be read.
    untrusting: Option<String>,
    context: Arc<dyn Context>,
}

/// Whether a text can be a region, by botocore's rule.
fn is_region(text: &str) -> bool {
    text.len() <= 63
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.chars().all(|c| c.is_ascii_digit())
}

/// The names of the profiles (contexts, for DigitalOcean) that the vendor's files have, in their order; none
/// where a file is broken.
#[must_use]
pub fn profiles(cloud: Cloud, surroundings: Arc<dyn Surroundings>) -> Vec<String> {
    let around = Around { cloud, surroundings, context: Arc::new(System::default()) };
    match cloud {
        Cloud::Aws => sources::aws::profiles(&around),
        Cloud::Alibaba => sources::alibaba::profiles(&around),
        Cloud::DigitalOcean => sources::digitalocean::contexts(&around),
    }
}

impl Settings {
    /// Looks for a cloud's settings. Nothing is called, but for the metadata of the instance that
    /// this may run on, where nobody names a region.
    ///
    /// # Errors
    /// If a file is broken or a profile is not there.
    pub async fn load(
        cloud: Cloud,
        overrides: &Overrides,
        surroundings: Arc<dyn Surroundings>,
        context: Arc<dyn Context>,
    ) -> Result<Self, Error> {
        let around = Around { cloud, surroundings, context };
        match cloud {
            Cloud::Aws => sources::aws::load(&around, overrides).await,
            Cloud::Alibaba => sources::alibaba::load(&around, overrides),
            Cloud::DigitalOcean => sources::digitalocean::load(&around, overrides),
        }
    }

    /// The base URL that is used in the place of the vendor's for all services, or for those that have
    /// none of their own.
    #[must_use]
    pub fn general_endpoint(&self) -> Option<Found<String>> {
        let general = || self.endpoints.as_ref().and_then(|endpoints| endpoints.general());
        self.endpoint.clone().or_else(general)
    }

    /// The settings of Spaces, DigitalOcean's object storage, for S3's client: its own keys and
    /// endpoint.
    ///
    /// # Errors
    /// If doctl's configuration is broken.
    pub fn spaces(
        overrides: &Overrides,
        surroundings: Arc<dyn Surroundings>,
        context: Arc<dyn Context>,
    ) -> Result<Self, Error> {
        let around = Around { cloud: Cloud::Aws, surroundings, context };
        sources::digitalocean::spaces(&around, overrides)
    }

    pub(crate) fn new(around: &Around) -> Self {
        let proxy = proxy::named(&|name| around.surroundings.variable(name));
        Self {
            cloud: around.cloud,
            profile: None,
            region: None,
            endpoint: None,
            endpoints: None,
            fips: None,
            dual_stack: None,
            retry_mode: None,
            max_attempts: None,
            addressing_style: None,
            accelerate: None,
            use_arn_region: None,
            s3_us_east_1: None,
            no_multi_region_access_points: None,
            no_s3_express_sessions: None,
            signing_regions: None,
            account_endpoints: None,
            request_checksums: None,
            response_checksums: None,
            no_compression: None,
            compress_from: None,
            sts_regional_endpoints: None,
            ca_bundle: around
                .variable(CERTIFICATES)
                .map(|path| Found::new(path.into(), Origin::variable(CERTIFICATES))),
            output: None,
            proxy: proxy.map(|(name, proxy)| Found::new(proxy, Origin::variable(name))),
            credentials: Arc::new(Anonymous),
            tokens: None,
            roots: None,
            untrusting: None,
            context: around.context.clone(),
        }
    }

    /// Reads the certificates that are to be trusted. Where that is not possible, nothing is said over
    /// TLS; what is plain HTTP needs none.
    pub(crate) fn trust(&mut self, around: &Around, overrides: &Overrides) {
        if let Some(roots) = &overrides.roots {
            self.roots = Some(roots.clone());
            return;
        }
        let Some(bundle) = &self.ca_bundle else { return };
        match around.surroundings.read(&bundle.value) {
            Ok(read) => self.roots = Some(read.into()),
            Err(error) => {
                let (path, origin) = (bundle.value.display(), &bundle.origin);
                let what = format!("{path}, the certificates to trust ({origin}): {error}");
                self.untrusting = Some(what);
            }
        }
    }

    /// What is wrong with the region, which becomes a part of hosts' names. It is no fault of the file
    /// that has it, for other programs read it too; a client with it is refused, as botocore does.
    fn odd_region(&self) -> Option<(Kind, String)> {
        let region = self.region.as_ref().filter(|region| !is_region(&region.value))?;
        let kind = match region.origin {
            Origin::File { .. } => Kind::Profile,
            _ => Kind::Config,
        };
        let message = format!(
            "{:?} (from {}) is no region: it has other signs than letters, digits and hyphens",
            region.value, region.origin
        );
        Some((kind, message))
    }

    /// What a client is told.
    #[must_use]
    pub fn config(&self) -> Config {
        let region = self.region.as_ref().map_or("", |region| region.value.as_str());
        let mut config = Config::new(self.cloud, region, self.credentials.clone());
        config.context = self.context.clone();
        config.endpoint = self.endpoint.as_ref().map(|endpoint| endpoint.value.clone());
        config.endpoints = self.endpoints.clone();
        config.roots = self.roots.clone();
        config.untrusting = self.untrusting.clone();
        config.refused = self.odd_region();
        config.tokens = self.tokens.clone();
        config.proxy = self.proxy.as_ref().map(|proxy| proxy.value.clone());
        config.fips = self.fips.as_ref().is_some_and(|fips| fips.value);
        config.dual_stack = self.dual_stack.as_ref().is_some_and(|dual| dual.value);
        config.global_sts =
            self.sts_regional_endpoints.as_ref().is_some_and(|mode| mode.value == "legacy");
        let is = |found: &Option<Found<bool>>, default| {
            found.as_ref().map_or(default, |found| found.value)
        };
        let says = |found: &Option<Found<String>>, text| {
            found.as_ref().is_some_and(|found| found.value == text)
        };
        config.accelerate = is(&self.accelerate, false);
        config.use_arn_region = is(&self.use_arn_region, true);
        config.multi_region_access_points = !is(&self.no_multi_region_access_points, false);
        config.s3_express_sessions = !is(&self.no_s3_express_sessions, false);
        config.signing_regions = self.signing_regions.as_ref().map(|found| found.value.clone());
        config.global_s3 = !says(&self.s3_us_east_1, "regional");
        config.account_endpoints = match () {
            () if says(&self.account_endpoints, "required") => AccountEndpoints::Required,
            () if says(&self.account_endpoints, "disabled") => AccountEndpoints::Disabled,
            () => AccountEndpoints::Preferred,
        };
        let checksums = |found| match says(found, "when_required") {
            true => Checksums::WhenRequired,
            false => Checksums::WhenSupported,
        };
        config.request_checksums = checksums(&self.request_checksums);
        config.response_checksums = checksums(&self.response_checksums);
        if let Some(size) = &self.compress_from {
            config.compress_from = Some(size.value);
        }
        if is(&self.no_compression, false) {
            config.compress_from = None;
        }
        // `legacy` is what the SDKs did before they had modes.
        if self.retry_mode.as_ref().is_some_and(|mode| mode.value != "adaptive") {
            config.retry.mode = RetryMode::Standard;
        }
        config.bucket_style = match self.addressing_style.as_ref().map(|style| style.value.as_str())
        {
            Some("virtual") => BucketStyle::Virtual,
            Some("path") => BucketStyle::Path,
            _ => BucketStyle::Automatic,
        };
        if let Some(attempts) = &self.max_attempts {
            config.retry.attempts = Some(attempts.value);
        }
        config
    }
}

impl Client {
    /// A client with what the environment and the vendor's own files say: [`Settings::load`] on this
    /// machine, nothing overridden, and nobody there to be asked for an MFA code.
    ///
    /// # Errors
    /// If a file is broken, a profile is not there, or an endpoint is no base URL. That there are no
    /// credentials shows with the first call.
    pub async fn from_env(cloud: Cloud) -> Result<Self, Error> {
        let machine = Arc::new(Machine::default());
        let context = Arc::new(System::default());
        let settings = Settings::load(cloud, &Overrides::default(), machine, context).await?;
        Self::new(settings.config())
    }
}
