//! What is answered beside the control plane's own types: links, pages, and what this surface alone
//! has. The description of the API is made of the same types.

use std::collections::BTreeMap;

use isobar_control::model::operation::Operation;
use isobar_kernel::journal::Entry;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Something with links to what belongs to it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}")]
pub(crate) struct Linked<'a, T> {
    #[serde(flatten)]
    pub(crate) of: &'a T,
    /// Where to go on from here.
    #[serde(rename = "_links")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) links: Value,
}

/// The operation that a request started.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AcceptedOperation")]
pub(crate) struct Accepted<'a> {
    #[serde(flatten)]
    pub(crate) operation: Linked<'a, Operation>,
    /// The operation's id.
    pub(crate) operation_id: &'a str,
    /// Where the operation is.
    pub(crate) status_url: String,
    #[serde(flatten)]
    pub(crate) rollback: Option<Rollback<'a>>,
}

/// The rollback that a request started.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Rollback<'a> {
    /// The deployment that rolls back.
    pub(crate) rollback_id: &'a str,
    /// When it was asked for.
    pub(crate) initiated_at: Timestamp,
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub(crate) struct Listing<T> {
    /// Its items.
    pub(crate) data: Vec<T>,
    /// Where the list goes on.
    pub(crate) pagination: Pagination,
}

/// Where a list goes on.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Pagination {
    /// What the next page is asked for with; null on the last.
    pub(crate) next_cursor: Option<String>,
    /// Whether there is another page.
    pub(crate) has_more: bool,
}

/// Whether the process lives.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Health {
    /// `ok`
    pub(crate) status: &'static str,
}

/// The local clouds' time.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Clock {
    /// The time there.
    pub(crate) now: Timestamp,
    /// How far it is ahead of the system's.
    pub(crate) offset_seconds: i64,
}

/// The newest calls that the local clouds answered.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Journal {
    /// The calls, the newest first.
    pub(crate) data: Vec<Call>,
}

/// A call that a local cloud answered.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Call {
    /// When it was answered.
    time: Timestamp,
    /// The cloud.
    cloud: &'static str,
    /// The service's name in the catalogue; null where the request was refused before it was known.
    service: Option<&'static str>,
    /// The operation's name, likewise.
    operation: Option<&'static str>,
    /// The region that was spoken to.
    region: Option<String>,
    /// Who called; null where the caller was not accepted.
    caller: Option<Caller>,
    /// The answer's request id.
    request_id: String,
    /// The answer's HTTP status; null where a fault rule kept the call from being answered.
    status: Option<u16>,
    /// The error's code, where the answer was one.
    error: Option<String>,
    /// Microseconds from the request's last byte to the answer.
    duration_us: u64,
}

/// Who called a local cloud.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Caller {
    /// The account.
    account: String,
    /// The principal's own id.
    principal: String,
    /// The principal's name as the cloud writes it.
    name: String,
}

impl From<Entry> for Call {
    fn from(entry: Entry) -> Self {
        let caller = entry.caller.map(|caller| Caller {
            account: caller.account.clone(),
            principal: caller.principal.clone(),
            name: caller.name.clone(),
        });
        Self {
            time: entry.time,
            cloud: entry.cloud.name(),
            service: entry.service,
            operation: entry.operation,
            region: entry.region,
            caller,
            request_id: entry.request_id,
            status: entry.status,
            error: entry.error.map(|code| code.to_string()),
            duration_us: entry.duration_us,
        }
    }
}
