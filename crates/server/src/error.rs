//! Errors as answers: one shape, one table from code to status.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use isobar_control::error::{CloudFault, Error as ControlError, Kind, Violation};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// What a request is answered with that cannot be done.
#[derive(Debug)]
pub struct Error {
    code: Code,
    message: String,
    details: Vec<Violation>,
    /// Boxed, since most errors have none and all are moved about.
    cloud: Option<Box<CloudFault>>,
    retry_after_seconds: Option<u64>,
}

/// Every code that the API answers with. Its status is [`Code::status`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The input is malformed or breaks a rule.
    Validation,
    /// The key is missing or not valid.
    Unauthenticated,
    /// The request came from a web page or for a foreign host.
    Forbidden,
    /// There is no such thing.
    NotFound,
    /// The path does not take the method.
    MethodNotAllowed,
    /// No form that the caller accepts can be given.
    NotAcceptable,
    /// It cannot be done in the present state.
    Conflict,
    /// The first request with the idempotency key is still being answered.
    IdempotencyInProgress,
    /// `If-Match` names another state.
    PreconditionFailed,
    /// The body is over the limit.
    TooLarge,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
    /// Too many requests with this key.
    RateLimited,
    /// A fault of the control plane's own.
    Internal,
    /// A cloud refused or failed.
    Cloud,
    /// It should work later.
    Unavailable,
}

impl Code {
    /// The stable code.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Validation => "validation_error",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NotAcceptable => "not_acceptable",
            Self::Conflict => "conflict",
            Self::IdempotencyInProgress => "idempotency_in_progress",
            Self::PreconditionFailed => "precondition_failed",
            Self::TooLarge => "payload_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::RateLimited => "rate_limited",
            Self::Internal => "internal_error",
            Self::Cloud => "cloud_error",
            Self::Unavailable => "unavailable",
        }
    }

    /// Its HTTP status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Validation => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Conflict | Self::IdempotencyInProgress => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            // A cloud that cannot be spoken to is, for the caller, a service that is not there now.
            Self::Cloud | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Error {
    /// An error of the code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Vec::new(),
            cloud: None,
            retry_after_seconds: None,
        }
    }

    /// Input that breaks rules.
    #[must_use]
    pub fn validation(details: Vec<Violation>) -> Self {
        let message = match details.as_slice() {
            [one] if one.field.is_empty() => one.constraint.clone(),
            [one] => format!("{} is not valid: {}", one.field, one.constraint),
            many => format!("{} fields are not valid", many.len()),
        };
        Self { details, ..Self::new(Code::Validation, message) }
    }

    /// Tells the caller when to come back.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }
}

/// What an error says; the layers find it in a response by this, and complete it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Said {
    /// The stable code.
    code: &'static str,
    /// What went wrong, for people.
    message: String,
    /// What is wrong with the request, where it is that.
    details: Vec<Violation>,
    /// What a cloud said, where a cloud refused or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "CloudFault")]
    cloud: Option<Box<CloudFault>>,
}

/// Which request it was, and when.
#[derive(Serialize, JsonSchema)]
struct Asked<'a> {
    /// The request's id, by which it is found in the log.
    request_id: &'a str,
    /// When it was answered.
    timestamp: Timestamp,
}

/// An error as it is answered.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct Document<'a> {
    /// What went wrong.
    error: Told<'a>,
}

/// What went wrong with a request.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Told<'a> {
    #[serde(flatten)]
    said: Said,
    #[serde(flatten)]
    asked: Asked<'a>,
}

/// An error as RFC 9457 has it; what else there is to say are extensions.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Problem<'a> {
    /// `about:blank`: the status says what it is.
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What went wrong, for people.
    detail: String,
    /// The path that was asked for.
    instance: &'a str,
    /// The stable code.
    code: &'static str,
    /// What is wrong with the request, where it is that.
    details: Vec<Violation>,
    /// What a cloud said, where a cloud refused or failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "CloudFault")]
    cloud: Option<Box<CloudFault>>,
    #[serde(flatten)]
    asked: Asked<'a>,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let Self { code, message, details, cloud, retry_after_seconds } = self;
        let mut response = code.status().into_response();
        if let Some(seconds) = retry_after_seconds {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if code == Code::Unauthenticated {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(http::header::WWW_AUTHENTICATE, scheme);
        }
        response.extensions_mut().insert(Said { code: code.name(), message, details, cloud });
        response
    }
}

/// Writes the error's body, once the request's id and what it accepts are known.
pub(crate) fn complete(
    response: Response,
    request_id: &str,
    timestamp: Timestamp,
    problem: bool,
    path: &str,
) -> Response {
    let Some(said) = response.extensions().get::<Said>().cloned() else {
        return response;
    };
    let status = response.status();
    let asked = Asked { request_id, timestamp };
    let (parts, _) = response.into_parts();
    let mut written = if problem {
        let Said { code, message, details, cloud } = said;
        Json(Problem {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: message,
            instance: path,
            code,
            details,
            cloud,
            asked,
        })
        .into_response()
    } else {
        Json(Document { error: Told { said, asked } }).into_response()
    };
    if problem {
        let kind = HeaderValue::from_static("application/problem+json");
        written.headers_mut().insert(CONTENT_TYPE, kind);
    }
    *written.status_mut() = status;
    for (name, value) in &parts.headers {
        if name != CONTENT_TYPE && name != http::header::CONTENT_LENGTH {
            written.headers_mut().insert(name, value.clone());
        }
    }
    written
}

impl From<ControlError> for Error {
    fn from(error: ControlError) -> Self {
        let code = match error.kind() {
            Kind::Validation => Code::Validation,
            Kind::NotFound => Code::NotFound,
            Kind::Conflict => Code::Conflict,
            Kind::Unauthenticated => Code::Unauthenticated,
            Kind::IdempotencyMismatch => Code::IdempotencyKeyReused,
            Kind::IdempotencyInProgress => Code::IdempotencyInProgress,
            Kind::Cloud => Code::Cloud,
            Kind::Unavailable => Code::Unavailable,
            Kind::NewerSchema | Kind::Truncated | Kind::Internal => Code::Internal,
        };
        if let Some(context) = error.context() {
            tracing::error!(doing = context.doing, source = ?context.source, "a request failed");
        }
        let retryable = error.retryable();
        let message = error.to_string();
        let (details, cloud) = match error {
            ControlError::Validation(violations) => (violations, None),
            ControlError::Cloud(fault) => (Vec::new(), Some(fault)),
            _ => (Vec::new(), None),
        };
        Self { code, message, details, cloud, retry_after_seconds: retryable.then_some(1) }
    }
}
