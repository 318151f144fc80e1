//! The one error of this crate.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;
use isobar_catalogue::Cloud;
use isobar_wire::{ServiceError, Value, Violation};
use jiff::SignedDuration;

use crate::origin::Origin;

/// In which phase a call failed, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The configuration is not one: an endpoint that is no URL, say.
    Config,
    /// The catalogue has no such service, operation or waiter.
    Unknown,
    /// The input breaks the catalogue's rules; [`Error::violations`] says where.
    Input,
    /// There is no endpoint in the region.
    Endpoint,
    /// The request could not be signed.
    Credentials,
    /// There are no credentials; the message lists where they were looked for.
    NoCredentials,
    /// A configuration file, or a profile in it, is not what it should be.
    Profile,
    /// The profiles' roles lead back to themselves.
    RoleLoop,
    /// The credentials' source, such as a command or an endpoint of the machine, failed.
    Source,
    /// The credentials are expired, by the clock here or by the service's word.
    Expired,
    /// The endpoint is left alone after many failures; nothing was sent.
    Open,
    /// No connection came about.
    Connect,
    /// The server's certificate does not verify.
    Certificate,
    /// The time was over before the answer was there.
    Timeout,
    /// The connection broke before the answer was there.
    Interrupted,
    /// The answer is larger than the bound.
    TooLarge,
    /// The answer is not what the protocol demands.
    Answer,
    /// The service asks for fewer calls.
    Throttled,
    /// The service failed, or is not there (5xx).
    Unavailable,
    /// The service does not have the operation (501).
    NotImplemented,
    /// The service does not know or not allow the caller (401, 403).
    Denied,
    /// The time here and the service's differ too much for a signature; [`Error::clock_ahead`] says
    /// how much.
    Skewed,
    /// It was a dry run of the service's own, and the call would have succeeded.
    WouldSucceed,
    /// The service has no such thing (404, and the codes that say so).
    NotFound,
    /// The thing's state, or another thing, is in the way (409, and the codes that say so).
    Conflict,
    /// The service refused the request for another reason.
    Refused,
    /// The service gives pages without end.
    Paging,
    /// What was waited for will never be.
    WaitFailed,
    /// What was waited for was not there in time.
    WaitTimeout,
}

impl Kind {
    /// The kind in words, for messages.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Config => "the configuration is wrong",
            Self::Unknown => "the catalogue has no such thing",
            Self::Input => "the input is wrong",
            Self::Endpoint => "there is no endpoint",
            Self::Credentials => "the request cannot be signed",
            Self::NoCredentials => "there are no credentials",
            Self::Profile => "the configuration file or profile is wrong",
            Self::RoleLoop => "the profiles' roles lead back to themselves",
            Self::Source => "the credentials cannot be fetched",
            Self::Expired => "the credentials are expired",
            Self::Open => "the endpoint failed often and is left alone for a while",
            Self::Connect => "cannot connect",
            Self::Certificate => "the server's certificate does not verify",
            Self::Timeout => "no answer in time",
            Self::Interrupted => "the connection broke",
            Self::TooLarge => "the answer is too large",
            Self::Answer => "the answer cannot be read",
            Self::Throttled => "too many calls",
            Self::Unavailable => "the service failed",
            Self::NotImplemented => "not implemented by the service",
            Self::Denied => "not allowed",
            Self::Skewed => "the clock here is wrong",
            Self::WouldSucceed => "it would have succeeded",
            Self::NotFound => "not found",
            Self::Conflict => "in conflict",
            Self::Refused => "refused",
            Self::Paging => "the pages do not end",
            Self::WaitFailed => "waiting is in vain",
            Self::WaitTimeout => "waited in vain",
        }
    }
}

/// For how long a service wants no repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    /// It wants none before (RFC 9110, section 10.2.3).
    Asked(Duration),
    /// It would rather have none before; AWS's SDKs wait five seconds longer for it than they would
    /// without, at most.
    Hinted(Duration),
}

/// A call that failed.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    cloud: Cloud,
    service: String,
    operation: String,
    code: Option<String>,
    message: Option<String>,
    status: Option<StatusCode>,
    request_id: Option<String>,
    fields: Value,
    violations: Vec<Violation>,
    retry_after: Option<RetryAfter>,
    transient: bool,
    reached: bool,
    attempts: u32,
    bucket_region: Option<String>,
    clock_ahead: Option<SignedDuration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: Kind, cloud: Cloud) -> Self {
        let inner = Inner {
            kind,
            cloud,
            service: String::new(),
            operation: String::new(),
            code: None,
            message: None,
            status: None,
            request_id: None,
            fields: Value::Null,
            violations: Vec::new(),
            retry_after: None,
            transient: matches!(
                kind,
                Kind::Open
                    | Kind::Connect
                    | Kind::Timeout
                    | Kind::Interrupted
                    | Kind::Throttled
                    | Kind::Unavailable
            ),
            reached: !matches!(
                kind,
                Kind::Config
                    | Kind::Unknown
                    | Kind::Input
                    | Kind::Endpoint
                    | Kind::Credentials
                    | Kind::NoCredentials
                    | Kind::Profile
                    | Kind::RoleLoop
                    | Kind::Source
                    | Kind::Expired
                    | Kind::Open
                    | Kind::Connect
                    | Kind::Certificate
            ),
            attempts: 0,
            bucket_region: None,
            clock_ahead: None,
            source: None,
        };
        Self(Box::new(inner))
    }

    /// An error that the service answered with.
    pub(crate) fn answered(kind: Kind, cloud: Cloud, error: ServiceError) -> Self {
        let mut this = Self::new(kind, cloud);
        this.0.reached = true;
        this.0.code = Some(error.code);
        this.0.message = Some(error.message).filter(|message| !message.is_empty());
        this.0.status = Some(error.status);
        this.0.request_id = error.request_id;
        this.0.fields = error.fields;
        this
    }

    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds where the wrong thing was said.
    pub(crate) fn with_origin(mut self, origin: &Origin) -> Self {
        let message = self.0.message.take().unwrap_or_default();
        self.0.message = Some(format!("{message} (from {origin})"));
        self
    }

    pub(crate) fn with_violations(mut self, violations: Vec<Violation>) -> Self {
        let texts: Vec<_> = violations.iter().map(ToString::to_string).collect();
        self.0.message = Some(texts.join("; "));
        self.0.violations = violations;
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn asked_pause(&self) -> Option<RetryAfter> {
        self.0.retry_after
    }

    pub(crate) fn with_retry_after(mut self, after: Option<RetryAfter>) -> Self {
        self.0.retry_after = after;
        self
    }

    pub(crate) fn with_transient(mut self, transient: bool) -> Self {
        self.0.transient = transient;
        self
    }

    pub(crate) fn with_reached(mut self, reached: bool) -> Self {
        self.0.reached = reached;
        self
    }

    /// With the region that S3 says the bucket is in.
    pub(crate) fn with_bucket_region(mut self, region: Option<String>) -> Self {
        self.0.bucket_region = region;
        self
    }

    pub(crate) fn bucket_region(&self) -> Option<&str> {
        self.0.bucket_region.as_deref()
    }

    /// With what the clock here is ahead of the service's.
    pub(crate) fn with_clock_ahead(mut self, ahead: Option<SignedDuration>) -> Self {
        self.0.clock_ahead = ahead;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn at(mut self, service: &str, operation: &str) -> Self {
        self.0.service = service.to_owned();
        self.0.operation = operation.to_owned();
        self
    }

    /// In which phase the call failed, and how.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Whether the same call may succeed later. It says nothing of whether repeating it is safe:
    /// that is [`Error::may_have_reached`]'s and the operation's affair.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.transient
    }

    /// Whether the service may have seen the request, in any attempt, and so may have carried it out.
    #[must_use]
    pub fn may_have_reached(&self) -> bool {
        self.0.reached
    }

    /// The cloud.
    #[must_use]
    pub fn cloud(&self) -> Cloud {
        self.0.cloud
    }

    /// The service's name in the catalogue; empty where it came to none.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.0.service
    }

    /// The operation's name; empty where it came to none.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// The vendor's code, where the service answered.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What the service says, or what is wrong.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The HTTP status, where there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The id under which the service knows the request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The members of the declared error that the service answered with.
    #[must_use]
    pub fn fields(&self) -> &Value {
        &self.0.fields
    }

    /// Where the input breaks the catalogue's rules.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// How long the service asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.0.retry_after? {
            RetryAfter::Asked(after) | RetryAfter::Hinted(after) => Some(after),
        }
    }

    /// Whether the service says that it does not know the caller's key, which no permission mends.
    #[must_use]
    pub fn is_unknown_key(&self) -> bool {
        self.0.kind == Kind::Denied
            && self.code().is_some_and(|code| crate::cloud::is_unknown_key(self.0.cloud, code))
    }

    /// How much the clock here is ahead of the service's, where the two differ too much; less than
    /// nothing where it is behind.
    #[must_use]
    pub fn clock_ahead(&self) -> Option<SignedDuration> {
        self.0.clock_ahead
    }

    /// How often the request was sent or tried to be.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        write!(f, "{}", inner.cloud)?;
        for part in [&inner.service, &inner.operation] {
            if !part.is_empty() {
                write!(f, " {part}")?;
            }
        }
        write!(f, ": {}", inner.kind.describe())?;
        if let Some(code) = &inner.code {
            write!(f, " ({code})")?;
        }
        if let Some(message) = &inner.message {
            write!(f, ": {}", message.trim_end_matches('.'))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
