//! Where credentials and settings come from when nobody gives them: one module for each cloud.
//!
//! A source gives an identity, nothing where it is not configured, or an error where it is and
//! fails. A chain asks its sources in the vendor's own order and does not go past an error, so that
//! nobody acts as somebody else by accident.

pub(crate) mod alibaba;
pub(crate) mod aws;
pub(crate) mod digitalocean;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode};
use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use isobar_wire::Value;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use crate::client::Client;
use crate::config::Config;
use crate::context::Context;
use crate::credentials::Provide;
use crate::error::{Error, Kind};
use crate::surroundings::{Finished, Surroundings};

/// How much of what a program or endpoint says an error repeats, in characters.
const SAID: usize = 500;

/// What a source is given.
#[derive(Clone, Debug)]
pub(crate) struct Around {
    pub(crate) cloud: Cloud,
    pub(crate) surroundings: Arc<dyn Surroundings>,
    pub(crate) context: Arc<dyn Context>,
}

impl Around {
    pub(crate) fn fail(&self, kind: Kind, message: impl Into<String>) -> Error {
        Error::new(kind, self.cloud).with_message(message)
    }

    /// A variable that is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.surroundings.variable(name).filter(|value| !value.is_empty())
    }

    /// The first variable that is set to something, with its name.
    pub(crate) fn first_variable(&self, names: &[&'static str]) -> Option<(&'static str, String)> {
        names.iter().find_map(|name| Some((*name, self.variable(name)?)))
    }

    /// A path in the home directory.
    pub(crate) fn at_home(&self, path: &str) -> PathBuf {
        self.surroundings.home().unwrap_or_else(|| PathBuf::from("~")).join(path)
    }

    /// A path as users write it, with `~` and variables.
    pub(crate) fn path(&self, text: &str) -> PathBuf {
        let text = self.expand(text);
        match text.strip_prefix('~') {
            Some("") => self.at_home(""),
            Some(rest) if rest.starts_with('/') => self.at_home(&rest[1..]),
            _ => PathBuf::from(text),
        }
    }

    /// The text with `$NAME` and `${NAME}` replaced, where there is such a variable.
    fn expand(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let (name, end) = match after.strip_prefix('{').and_then(|it| it.split_once('}')) {
                Some((name, _)) => (name, name.len() + 2),
                None => {
                    let end = after.find(|c| !word(c)).unwrap_or(after.len());
                    (&after[..end], end)
                }
            };
            match self.surroundings.variable(name).filter(|_| !name.is_empty()) {
                Some(value) => out.push_str(&value),
                None => out.push_str(&rest[at..=at + end]),
            }
            rest = &after[end..];
        }
        out.push_str(rest);
        out
    }

    /// A file's text; `None` where there is no such file.
    pub(crate) fn read(&self, path: &Path) -> Result<Option<String>, Error> {
        let fail = |what: &dyn std::fmt::Display| {
            self.fail(Kind::Profile, format!("{} cannot be read: {what}", path.display()))
        };
        match self.surroundings.read(path) {
            Ok(content) => String::from_utf8(content).map(Some).map_err(|error| fail(&error)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(fail(&error)),
        }
    }

    /// The text of a file that a profile or variable names.
    pub(crate) fn read_token(&self, path: &Path) -> Result<String, Error> {
        let absent = || {
            let message = format!("there is no file {} with a token", path.display());
            self.fail(Kind::Source, message)
        };
        self.read(path)?.ok_or_else(absent)
    }

    /// What a command of the configuration writes. The command is not shown, as it may hold secrets.
    pub(crate) async fn run(&self, command: &[String]) -> Result<Vec<u8>, Error> {
        let program = command.first().map_or("", String::as_str);
        let fail = |what: String| self.fail(Kind::Source, format!("{program}: {what}"));
        match self.surroundings.run(command).await {
            Ok(Finished { success: true, stdout, .. }) => Ok(stdout),
            Ok(Finished { stderr, .. }) => {
                Err(fail(format!("it failed: {}", shortened(&String::from_utf8_lossy(&stderr)))))
            }
            Err(error) => Err(fail(error.to_string())),
        }
    }

    /// Sends a request to an endpoint of the machine or a vendor's site.
    pub(crate) async fn fetch(
        &self,
        method: Method,
        url: &str,
        headers: &[(&'static str, &str)],
        body: impl Into<Bytes>,
        within: Duration,
    ) -> Result<(StatusCode, Bytes), Error> {
        let request = self.request(method, url, headers, body)?;
        let response = self.surroundings.fetch(request, within).await.map_err(|error| {
            self.fail_at(Kind::Source, url, &error).with_transient(true).with_source(error)
        })?;
        Ok((response.status(), response.into_body()))
    }

    /// The request that is sent to an endpoint. Its headers are not shown.
    pub(crate) fn request(
        &self,
        method: Method,
        url: &str,
        headers: &[(&'static str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Request<Bytes>, Error> {
        let fail = |what: &dyn std::fmt::Display| self.fail_at(Kind::Source, url, what);
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            let mut value = HeaderValue::try_from(*value).map_err(|error| fail(&error))?;
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        request.body(body.into()).map_err(|error| fail(&error))
    }

    /// What happened with an endpoint, without what may be secret in its URL.
    pub(crate) fn fail_at(&self, kind: Kind, url: &str, what: &dyn std::fmt::Display) -> Error {
        self.fail(kind, format!("{}: {what}", without_query(url)))
    }

    /// A client for the calls of a source.
    pub(crate) fn client(
        &self,
        template: &Config,
        region: &str,
        credentials: impl Provide + 'static,
    ) -> Result<Client, Error> {
        let mut config = template.clone();
        config.region = region.to_owned();
        config.credentials = Arc::new(credentials);
        Client::new(config)
    }

    /// A failed call of a source, as the failure of that source.
    pub(crate) fn failed(&self, what: &str, error: Error) -> Error {
        let kind = match error.kind() {
            Kind::Expired => Kind::Expired,
            Kind::NoCredentials | Kind::Profile | Kind::RoleLoop => return error,
            _ => Kind::Source,
        };
        let message = format!("{what}: {error}");
        self.fail(kind, message).with_transient(error.is_retryable()).with_source(error)
    }
}

/// Whether an error of the file system says that there is no such file.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A text cut to what an error repeats.
pub(crate) fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(SAID) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text.to_owned(),
    }
}

/// A URL without what may be secret in it.
pub(crate) fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// A time as files and endpoints write it: RFC 3339, also with `UTC` for `Z` or without a zone.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let civil: DateTime = text.trim_end_matches("UTC").parse().ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// A member of a JSON object that is a text with something in it.
pub(crate) fn member<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
}

/// The input of an operation.
pub(crate) fn input(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

/// A member's text.
pub(crate) fn text(text: impl Into<String>) -> Value {
    Value::from(text.into())
}

/// Temporary credentials in an output, and when they end.
pub(crate) fn temporary(
    output: &Value,
    [id, secret, token]: [&str; 3],
) -> Option<(Credentials, Option<Timestamp>)> {
    let text = |name: &str| output.get(name).and_then(Value::as_str);
    let key = Credentials::new(text(id)?, text(secret)?).with_session_token(text(token)?);
    let expires = match output.get("Expiration").or_else(|| output.get("expiration")) {
        Some(Value::Timestamp(time)) => Some(*time),
        Some(Value::Integer(milliseconds)) => Timestamp::from_millisecond(*milliseconds).ok(),
        Some(Value::String(text)) => time(text.as_ref()),
        _ => None,
    };
    Some((key, expires))
}

/// The name of a role's session that nobody named.
pub(crate) fn session_name(context: &dyn Context) -> String {
    format!("isobar-session-{}", context.now().as_second())
}
