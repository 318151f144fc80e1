//! DigitalOcean's OAuth: tokens that a user grants to a program, made from a code, renewed, looked at
//! and revoked. These endpoints are beside the API, at the site where users sign in.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use isobar_auth::Secret;
use isobar_catalogue::Cloud;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value as Json;

use crate::context::Context;
use crate::endpoint;
use crate::error::{Error, Kind};
use crate::sources::{Around, member};
use crate::surroundings::Surroundings;

/// Where users sign in.
const SITE: &str = "https://cloud.digitalocean.com";

/// How long an answer may take.
const WITHIN: Duration = Duration::from_secs(30);

/// DigitalOcean's OAuth endpoints.
#[derive(Clone, Debug)]
pub struct OAuth {
    site: String,
    around: Around,
}

/// A program that users grant tokens to.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: Secret,
}

/// What was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grant {
    /// The bearer token.
    pub access: Secret,
    /// The token that this one is renewed with, which works once.
    pub refresh: Option<Secret>,
    /// When the bearer token ends.
    pub expires: Option<Timestamp>,
    /// What it allows, with spaces between.
    pub scope: Option<String>,
}

impl OAuth {
    /// The endpoints at the vendor's site.
    #[must_use]
    pub fn new(surroundings: Arc<dyn Surroundings>, context: Arc<dyn Context>) -> Self {
        let around = Around { cloud: Cloud::DigitalOcean, surroundings, context };
        Self { site: SITE.to_owned(), around }
    }

    /// The same at another site (`http://127.0.0.1:8080`).
    ///
    /// # Errors
    /// [`Kind::Config`] if it is no base URL, or plain HTTP and not on this machine: what is sent
    /// there is secret.
    pub fn at(mut self, site: impl Into<String>) -> Result<Self, Error> {
        self.site = site.into();
        endpoint::check_url(Cloud::DigitalOcean, &self.site)?;
        self.site.truncate(self.site.trim_end_matches('/').len());
        Ok(self)
    }

    /// The URL at which a user grants a token. The site then leads to `redirect` with a `code`.
    #[must_use]
    pub fn authorize_url(
        &self,
        application: &str,
        redirect: &str,
        scope: &str,
        state: &str,
    ) -> String {
        let query = form(&[
            ("client_id", application),
            ("redirect_uri", redirect),
            ("response_type", "code"),
            ("scope", scope),
            ("state", state),
        ]);
        format!("{}/v1/oauth/authorize?{query}", self.site)
    }

    /// The token of a code.
    ///
    /// # Errors
    /// If the site refuses or cannot be reached.
    pub async fn redeem(
        &self,
        application: &Application,
        redirect: &str,
        code: &str,
    ) -> Result<Grant, Error> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", application.id.as_str()),
            ("client_secret", application.secret.expose()),
            ("redirect_uri", redirect),
            ("code", code),
        ];
        let answer = self.ask(Method::POST, "token", &fields, None).await?;
        self.grant(&answer)
    }

    /// A new token in the place of one that has ended or will. The old refresh token works no more.
    ///
    /// # Errors
    /// If the site refuses or cannot be reached.
    pub async fn refresh(
        &self,
        application: Option<&Application>,
        refresh: &Secret,
    ) -> Result<Grant, Error> {
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", refresh.expose())];
        if let Some(application) = application {
            fields.push(("client_id", &application.id));
            fields.push(("client_secret", application.secret.expose()));
        }
        let answer = self.ask(Method::POST, "token", &fields, None).await?;
        self.grant(&answer)
    }

    /// Makes a token useless.
    ///
    /// # Errors
    /// If the site refuses or cannot be reached.
    pub async fn revoke(&self, access: &Secret) -> Result<(), Error> {
        let fields = [("token", access.expose())];
        self.ask(Method::POST, "revoke", &fields, Some(access)).await.map(drop)
    }

    /// What the site knows of a token: whose it is, its scopes and its end.
    ///
    /// # Errors
    /// If the site refuses or cannot be reached.
    pub async fn info(&self, access: &Secret) -> Result<Json, Error> {
        self.ask(Method::GET, "token/info", &[], Some(access)).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
        bearer: Option<&Secret>,
    ) -> Result<Json, Error> {
        let url = format!("{}/v1/oauth/{path}", self.site);
        let authorization = bearer.map(|token| format!("Bearer {}", token.expose()));
        let mut headers = vec![("accept", "application/json")];
        if method == Method::POST {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        headers.extend(authorization.as_deref().map(|text| ("authorization", text)));
        // The fields are secret, so they travel in the body and not in the URL.
        let request = self.around.request(method, &url, &headers, form(fields))?;
        let response = self.around.surroundings.fetch(request, WITHIN).await;
        let response = response.map_err(|error| {
            self.around.fail_at(unanswered(&error), &url, &error).with_source(error)
        })?;
        let (status, body) = (response.status(), response.into_body());
        let answer: Option<Json> = serde_json::from_slice(&body).ok();
        if status.is_success() {
            let is_empty = body.iter().all(u8::is_ascii_whitespace);
            return answer.or(is_empty.then_some(Json::Null)).ok_or_else(|| {
                self.around.fail(Kind::Answer, format!("{url}: the answer is no JSON"))
            });
        }
        let kind = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Kind::Denied,
            StatusCode::TOO_MANY_REQUESTS => Kind::Throttled,
            _ if status.is_server_error() => Kind::Unavailable,
            _ => Kind::Refused,
        };
        let said = answer.as_ref().and_then(|answer| {
            ["error_description", "message", "error", "id"]
                .iter()
                .find_map(|name| member(answer, name))
        });
        let message = format!("{url}: status {status}: {}", said.unwrap_or("no reason is given"));
        Err(self.around.fail(kind, message).with_status(status))
    }

    fn grant(&self, answer: &Json) -> Result<Grant, Error> {
        let fail = || {
            let message = format!("{}/v1/oauth/token: the answer has no access_token", self.site);
            self.around.fail(Kind::Answer, message)
        };
        let access = member(answer, "access_token").ok_or_else(fail)?;
        let seconds = answer.get("expires_in").and_then(Json::as_i64);
        let now = self.around.context.now().as_second();
        let end = seconds.and_then(|seconds| now.checked_add(seconds));
        Ok(Grant {
            access: access.into(),
            refresh: member(answer, "refresh_token").map(Into::into),
            expires: end.and_then(|end| Timestamp::from_second(end).ok()),
            scope: member(answer, "scope").map(str::to_owned),
        })
    }
}

/// How an answer failed to come, by what [`Surroundings::fetch`] says.
fn unanswered(error: &io::Error) -> Kind {
    match error.kind() {
        io::ErrorKind::TimedOut => Kind::Timeout,
        io::ErrorKind::NotConnected | io::ErrorKind::ConnectionRefused => Kind::Connect,
        io::ErrorKind::InvalidData => Kind::Certificate,
        io::ErrorKind::InvalidInput => Kind::Config,
        _ => Kind::Interrupted,
    }
}

/// Fields as a form has them.
fn form(fields: &[(&str, &str)]) -> String {
    struct Field<'a>(&'a str, &'a str);
    impl fmt::Display for Field<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}={}", self.0, utf8_percent_encode(self.1, NON_ALPHANUMERIC))
        }
    }
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| Field(name, value).to_string()).collect();
    fields.join("&")
}
