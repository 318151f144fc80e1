//! What can be wrong with a value, a message or a route, and how a service's own errors look.

use std::fmt;

use http::{Method, StatusCode};
use isobar_catalogue::{Protocol, Shape};

use crate::foreign::{beginning, is_page};
use crate::value::{Name, Value};

/// How a request was written, which is how its answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The protocol.
    pub protocol: Protocol,
    /// The answer is XML where the protocol leaves the choice (Alibaba Cloud's `Format=XML`).
    pub xml: bool,
    /// The client wants the query protocol's error codes too (`x-amzn-query-mode`).
    pub query_mode: bool,
    /// The version of its API that an older client of EC2 asks in, and is answered in; one pointer
    /// of a table, so that refusals, which carry it, stay small.
    pub version: Option<&'static &'static str>,
}

impl Dialect {
    /// The protocol with nothing special.
    #[must_use]
    pub const fn new(protocol: Protocol) -> Self {
        Self { protocol, xml: false, query_mode: false, version: None }
    }
}

/// What a response says.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The call succeeded.
    Success {
        /// The operation's output; an empty map where it has none.
        output: Value,
        /// The id under which the service knows the request.
        request_id: Option<String>,
    },
    /// The service refused or failed.
    Failure(ServiceError),
}

/// An error that a service answered with.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceError {
    /// The vendor's code (`InvalidInstanceID.NotFound`); the status where the answer has none.
    pub code: String,
    /// What the service says about it; may be empty.
    pub message: String,
    /// The HTTP status.
    pub status: StatusCode,
    /// The id under which the service knows the request.
    pub request_id: Option<String>,
    /// The declared error of that code, if the catalogue knows it.
    pub shape: Option<&'static Shape>,
    /// The declared error's members.
    pub fields: Value,
}

/// An error that a local cloud answers with.
#[derive(Clone, Debug)]
pub struct ErrorReply {
    /// The vendor's code.
    pub code: Name,
    /// What the service says about it.
    pub message: String,
    /// The HTTP status.
    pub status: StatusCode,
    /// Whether the fault is the caller's, where the protocol says so.
    pub sender_fault: bool,
    /// The id of the request.
    pub request_id: String,
    /// The host that answers, where the protocol says so.
    pub host_id: Option<String>,
    /// Further members of a declared error.
    pub fields: Value,
}

/// A rule of the catalogue that a value breaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Where, from the operation's input or output downwards (`Filters[0].Name`); empty for the
    /// whole.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a member.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// It is required and absent.
    Missing,
    /// The shape has no member of that name.
    Unknown,
    /// It is of another type.
    WrongType {
        /// What it has to be (`a whole number`).
        expected: &'static str,
        /// What it is: a type, or the text that could not be read.
        found: String,
    },
    /// A number that is too small or too large.
    OutOfRange {
        /// The value.
        value: f64,
        /// The least, where there is one.
        min: Option<f64>,
        /// The greatest, where there is one.
        max: Option<f64>,
    },
    /// Text, bytes or a list that is too short or too long.
    WrongLength {
        /// How long it is.
        length: usize,
        /// The least, where there is one.
        min: Option<f64>,
        /// The greatest, where there is one.
        max: Option<f64>,
    },
    /// Exactly one member of a union must be set.
    NotOneMember {
        /// How many are.
        set: usize,
    },
    /// Text that cannot travel where the member travels (a line break in a header).
    NotTransportable,
    /// Nested more deeply than [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep,
}

impl Problem {
    /// Whether a value is only more, or longer, than the catalogue says.
    #[must_use]
    pub fn is_upper_bound(&self) -> bool {
        let is_enough = |value: f64, min: &Option<f64>| min.is_none_or(|min| value >= min);
        match self {
            Self::OutOfRange { value, min, .. } => is_enough(*value, min),
            #[expect(clippy::cast_precision_loss, reason = "nothing is 2^52 long")]
            Self::WrongLength { length, min, .. } => is_enough(*length as f64, min),
            _ => false,
        }
    }
}

impl Violation {
    pub(crate) fn new(problem: Problem) -> Self {
        Self { path: String::new(), problem }
    }

    pub(crate) fn wrong_type(expected: &'static str, found: impl Into<String>) -> Self {
        Self::new(Problem::WrongType { expected, found: found.into() })
    }

    /// The same, seen from the structure or map that holds the member.
    #[must_use]
    pub(crate) fn within(mut self, name: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{name}{separator}{}", self.path);
        self
    }

    /// The same, seen from the list that holds the item.
    #[must_use]
    pub(crate) fn at(self, index: usize) -> Self {
        self.within(&format!("[{index}]"))
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}", self.problem)
        } else {
            write!(f, "{}: {}", self.path, self.problem)
        }
    }
}

impl std::error::Error for Violation {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is required"),
            Self::Unknown => f.write_str("is not known"),
            Self::WrongType { expected, found } => write!(f, "must be {expected}, not {found}"),
            Self::OutOfRange { value, min, max } => {
                write!(f, "is {value}, but must be {}", Bounds(*min, *max))
            }
            Self::WrongLength { length, min, max } => {
                write!(f, "has a length of {length}, but must have {}", Bounds(*min, *max))
            }
            Self::NotOneMember { set } => {
                write!(f, "must have exactly one member set, not {set}")
            }
            Self::NotTransportable => f.write_str("has characters that cannot be sent there"),
            Self::TooDeep => f.write_str("is nested too deeply"),
        }
    }
}

struct Bounds(Option<f64>, Option<f64>);

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0, self.1) {
            (Some(min), Some(max)) => write!(f, "from {min} to {max}"),
            (Some(min), None) => write!(f, "at least {min}"),
            (None, Some(max)) => write!(f, "at most {max}"),
            (None, None) => f.write_str("any"),
        }
    }
}

/// A message that could not be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DecodeError {
    /// It is not of the format that the protocol demands.
    #[error("malformed {format}: {message}")]
    Malformed {
        /// `JSON`, `XML`, `CBOR`, `form`.
        format: &'static str,
        /// What the parser says, with the place.
        message: String,
    },
    /// A member breaks a rule of the catalogue.
    #[error(transparent)]
    Member(#[from] Violation),
    /// It is larger than the bound of that name.
    #[error("too large: {0}")]
    TooLarge(&'static str),
    /// The protocol or a part of it that this build does not speak.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
}

impl DecodeError {
    /// Parsers quote what they do not like, so their messages are bounded.
    pub(crate) fn malformed(format: &'static str, message: impl fmt::Display) -> Self {
        const MOST: usize = 200;
        let mut message = message.to_string();
        if let Some((end, _)) = message.char_indices().nth(MOST) {
            message.truncate(end);
            message.push('…');
        }
        Self::Malformed { format, message }
    }

    /// The same with the beginning of what came, where that is no document of the format at all: a
    /// proxy's page, say. A document that only breaks off is not shown, since secrets may be in it.
    pub(crate) fn showing(self, body: &[u8]) -> Self {
        let Self::Malformed { format, message } = self else { return self };
        let start = body.trim_ascii_start();
        let foreign = match format {
            "JSON" => !matches!(start.first(), None | Some(b'{' | b'[' | b'"')),
            "XML" => !start.is_empty() && (start[0] != b'<' || is_page(start)),
            "CBOR" | "event stream" => is_page(start),
            _ => false,
        };
        if !foreign {
            return Self::Malformed { format, message };
        }
        let shown = beginning(body);
        Self::Malformed { format, message: format!("{message}; it begins with {shown:?}") }
    }

    pub(crate) fn within(self, name: &str) -> Self {
        match self {
            Self::Member(violation) => Self::Member(violation.within(name)),
            other => other,
        }
    }

    pub(crate) fn at(self, index: usize) -> Self {
        match self {
            Self::Member(violation) => Self::Member(violation.at(index)),
            other => other,
        }
    }
}

/// A value that could not be written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EncodeError {
    /// A member breaks a rule of the catalogue.
    #[error(transparent)]
    Member(#[from] Violation),
    /// The protocol or a part of it that this build does not speak.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
}

impl EncodeError {
    pub(crate) fn new(problem: Problem) -> Self {
        Self::Member(Violation::new(problem))
    }

    pub(crate) fn within(self, name: &str) -> Self {
        match self {
            Self::Member(violation) => Self::Member(violation.within(name)),
            other => other,
        }
    }

    pub(crate) fn at(self, index: usize) -> Self {
        match self {
            Self::Member(violation) => Self::Member(violation.at(index)),
            other => other,
        }
    }
}

/// A request that names no operation of the service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct RouteError {
    /// How the request was written, so that the error can be answered in its form.
    pub dialect: Dialect,
    /// What is wrong with it.
    pub problem: RouteProblem,
}

/// Why no operation was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteProblem {
    /// The request names no operation at all.
    #[error("the request names no operation")]
    NoOperation,
    /// The service has no operation of that name.
    #[error("unknown operation {0}")]
    UnknownOperation(String),
    /// No operation has that path.
    #[error("no operation has this path")]
    NoSuchPath,
    /// Operations have that path, but none with that method.
    #[error("the path does not take this method")]
    MethodNotAllowed {
        /// Those that it takes.
        allowed: Vec<Method>,
    },
}
