//! What can go wrong, without a word about HTTP.
//!
//! A message that users read and the context that operators need are different types: the second
//! ([`Context`]) reaches a log through [`Error::context`] and has no `Display`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What went wrong with a request to the control plane.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input breaks rules; all that were found.
    #[error("{}", summary(.0))]
    Validation(Vec<Violation>),
    /// There is no such thing.
    #[error("there is no {kind} {id}")]
    NotFound {
        /// `deployment`, `operation`, `resource`
        kind: &'static str,
        /// The id that was asked for.
        id: String,
    },
    /// It cannot be done in the present state.
    #[error("{message}")]
    Conflict {
        /// Why not.
        message: String,
        /// The deployment in the way, if it is one.
        deployment: Option<String>,
    },
    /// The caller is not known.
    #[error("the API key is missing or not valid")]
    Unauthenticated,
    /// The idempotency key was used with another body.
    #[error("this idempotency key was used for another request")]
    IdempotencyMismatch,
    /// The first request with this idempotency key is still being answered.
    #[error("the first request with this idempotency key is still being answered")]
    IdempotencyInProgress,
    /// A cloud refused or failed.
    #[error("{0}")]
    Cloud(Box<CloudFault>),
    /// The database is of a newer version.
    #[error(
        "the database has schema version {found}, and this version of isobar knows {known}; use the newer isobar, or another state directory"
    )]
    NewerSchema {
        /// The version that was found.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// The database ends before what was acknowledged.
    #[error("the database has {found} writes, and {} were acknowledged", marked.map_or("an unknown number".to_owned(), |marked| marked.to_string()))]
    Truncated {
        /// How many writes it has.
        found: u64,
        /// How many its mark says; none where the mark is missing or cannot be read.
        marked: Option<u64>,
    },
    /// It should work later.
    #[error("the control plane cannot do this at the moment")]
    Unavailable(Context),
    /// A fault of the control plane's own.
    #[error("something went wrong inside the control plane")]
    Internal(Context),
}

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Violation {
    /// Where, as `targets[0].count`; empty for the whole document.
    pub field: String,
    /// What stands there; null where nothing does.
    pub value: Value,
    /// What would be valid.
    pub constraint: String,
}

/// A failure in a cloud's own words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CloudFault {
    /// The cloud.
    pub name: String,
    /// Its service.
    pub service: String,
    /// The operation that was called.
    pub operation: String,
    /// The cloud's code, where it answered with one.
    pub code: Option<String>,
    /// The cloud's message, or what happened to the call.
    pub message: String,
    /// The cloud's id of the request.
    pub request_id: Option<String>,
}

impl std::fmt::Display for CloudFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}: ", self.name, self.service, self.operation)?;
        match &self.code {
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// What operators need to know, and users must not see: it has no `Display`.
#[derive(Debug)]
pub struct Context {
    /// What was being done.
    pub doing: String,
    /// Why it failed, where another error is the reason.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The stable codes of the errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `validation_error`
    Validation,
    /// `not_found`
    NotFound,
    /// `conflict`
    Conflict,
    /// `unauthenticated`
    Unauthenticated,
    /// `idempotency_key_reused`
    IdempotencyMismatch,
    /// `idempotency_in_progress`
    IdempotencyInProgress,
    /// `cloud_error`
    Cloud,
    /// `newer_schema`
    NewerSchema,
    /// `truncated_database`
    Truncated,
    /// `unavailable`
    Unavailable,
    /// `internal_error`
    Internal,
}

impl Kind {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Validation => "validation_error",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Unauthenticated => "unauthenticated",
            Self::IdempotencyMismatch => "idempotency_key_reused",
            Self::IdempotencyInProgress => "idempotency_in_progress",
            Self::Cloud => "cloud_error",
            Self::NewerSchema => "newer_schema",
            Self::Truncated => "truncated_database",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal_error",
        }
    }
}

impl Error {
    /// Which error it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Validation(_) => Kind::Validation,
            Self::NotFound { .. } => Kind::NotFound,
            Self::Conflict { .. } => Kind::Conflict,
            Self::Unauthenticated => Kind::Unauthenticated,
            Self::IdempotencyMismatch => Kind::IdempotencyMismatch,
            Self::IdempotencyInProgress => Kind::IdempotencyInProgress,
            Self::Cloud(_) => Kind::Cloud,
            Self::NewerSchema { .. } => Kind::NewerSchema,
            Self::Truncated { .. } => Kind::Truncated,
            Self::Unavailable(_) => Kind::Unavailable,
            Self::Internal(_) => Kind::Internal,
        }
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::IdempotencyInProgress | Self::Cloud(_) => true,
            Self::Validation(_)
            | Self::NotFound { .. }
            | Self::Conflict { .. }
            | Self::Unauthenticated
            | Self::IdempotencyMismatch
            | Self::NewerSchema { .. }
            | Self::Truncated { .. }
            | Self::Internal(_) => false,
        }
    }

    /// What operators need to know, for the log.
    #[must_use]
    pub const fn context(&self) -> Option<&Context> {
        match self {
            Self::Unavailable(context) | Self::Internal(context) => Some(context),
            Self::Validation(_)
            | Self::NotFound { .. }
            | Self::Conflict { .. }
            | Self::Unauthenticated
            | Self::IdempotencyMismatch
            | Self::IdempotencyInProgress
            | Self::Cloud(_)
            | Self::NewerSchema { .. }
            | Self::Truncated { .. } => None,
        }
    }

    /// Turns any error into [`Error::Internal`], for `map_err`.
    pub(crate) fn internal<E>(doing: &str) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let doing = doing.to_owned();
        move |source| Self::Internal(Context { doing, source: Some(source.into()) })
    }
}

/// The first violation, and how many more there are.
fn summary(violations: &[Violation]) -> String {
    let Some(first) = violations.first() else { return "the input is not valid".to_owned() };
    let more = match violations.len() - 1 {
        0 => String::new(),
        1 => " (and one more violation)".to_owned(),
        count => format!(" (and {count} more violations)"),
    };
    match first.field.as_str() {
        "" => format!("{}{more}", first.constraint),
        field => format!("{field}: {}{more}", first.constraint),
    }
}
