//! Requests that write: what all of them take, read once.

use axum::extract::{FromRequest, Request};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use isobar_control::Error as ControlError;
use isobar_control::error::Violation;
use isobar_control::model::access::{Principal, StoredResponse};
use isobar_control::model::rules::{self, BODY, Rule};
use serde::de::DeserializeOwned;
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

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let (mut parts, content) = request.into_parts();
        let caller = parts.extensions.remove::<Principal>();
        let caller = caller.ok_or(ControlError::Unauthenticated)?;
        let mut params = Params::new(parts.uri.query());
        let dry_run = params.flag("dry_run");
        params.finish()?;
        let content = body::read(content).await?;
        let (headers, method, uri) = (parts.headers, parts.method, parts.uri);
        let write = Self { caller, headers, dry_run, method, uri, content };
        if dry_run {
            idempotency::check(app, &write).await?;
        }
        Ok(write)
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
        match rules::check(&Rule::Fields(&[]), &self.document_if_any()?) {
            violations if violations.is_empty() => Ok(()),
            violations => Err(Error::validation(violations)),
        }
    }

    /// The body, which must be there and keep the rule.
    pub(crate) fn read<T: DeserializeOwned>(&self, rule: &Rule) -> Result<T, Error> {
        read(rule, self.document()?)
    }

    /// The body, or what an empty one says.
    pub(crate) fn read_if_any<T: DeserializeOwned>(&self, rule: &Rule) -> Result<T, Error> {
        read(rule, self.document_if_any()?)
    }

    /// Does the work, once per idempotency key, which it is given.
    pub(crate) async fn once<F>(
        self,
        app: &App,
        work: impl FnOnce(Option<String>) -> F + Send + 'static,
    ) -> Result<Response, Error>
    where
        F: Future<Output = Result<StoredResponse, Error>> + Send + 'static,
    {
        idempotency::once(app, self, work).await
    }
}

/// A document as a type, where it keeps the rule.
fn read<T: DeserializeOwned>(rule: &Rule, document: Value) -> Result<T, Error> {
    let violations = rules::check(rule, &document);
    if !violations.is_empty() {
        return Err(Error::validation(violations));
    }
    serde_json::from_value(rules::normal(document)).map_err(|error| {
        let (field, constraint) = (BODY.to_owned(), error.to_string());
        Error::validation(vec![Violation { field, value: Value::Null, constraint }])
    })
}
