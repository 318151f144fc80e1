//! Requests that write: what all of them take, read once.

use axum::extract::{FromRequest, Request};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use isobar_control::Error as ControlError;
use isobar_control::error::Violation;
use isobar_control::model::access::Principal;
use serde_json::Value;

use crate::error::Error;
use crate::params::Params;
use crate::{App, body, idempotency};

/// A request that writes, with its body read. Its one parameter is `dry_run`.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) caller: Principal,
    pub(crate) headers: HeaderMap,
    /// Whether it only asks what would be done.
    pub(crate) dry_run: bool,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) content: Bytes,
}

impl FromRequest<App> for Write {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        let (mut parts, content) = request.into_parts();
        let caller = parts.extensions.remove::<Principal>();
        let caller = caller.ok_or(ControlError::Unauthenticated)?;
        let mut params = Params::new(parts.uri.query());
        let dry_run = params.flag("dry_run");
        params.finish()?;
        let content = body::read(content).await?;
        let (headers, method, uri) = (parts.headers, parts.method, parts.uri);
        Ok(Self { caller, headers, dry_run, method, uri, content })
    }
}

impl Write {
    /// The body, which must be there.
    pub(crate) fn document(&self) -> Result<Value, Error> {
        body::json(&self.headers, &self.content, true)
    }

    /// The body, or an empty object where there is none.
    pub(crate) fn document_if_any(&self) -> Result<Value, Error> {
        body::json(&self.headers, &self.content, false)
    }

    /// Fails where the body has members.
    pub(crate) fn no_members(&self) -> Result<(), Error> {
        match self.document_if_any()? {
            Value::Object(members) if members.is_empty() => Ok(()),
            other => Err(Error::validation(vec![Violation {
                field: String::new(),
                value: other,
                constraint: "no body, or an empty object".to_owned(),
            }])),
        }
    }

    /// Does the work, once per idempotency key.
    pub(crate) async fn once(
        self,
        app: &App,
        work: impl Future<Output = Result<Response, Error>> + Send + 'static,
    ) -> Result<Response, Error> {
        idempotency::once(app, self, work).await
    }
}
