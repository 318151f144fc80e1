//! DigitalOcean: the environment and doctl's `config.yaml` with its contexts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use isobar_auth::Credentials;
use serde::Deserialize;

use super::Around;
use crate::credentials::{Cached, Identity, Provide};
use crate::error::{Error, Kind};
use crate::origin::Origin;
use crate::settings::{Found, Overrides, Settings};

const TOKEN: [&str; 2] = ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"];
const URL: [&str; 2] = ["DIGITALOCEAN_API_URL", "DIGITALOCEAN_END_POINT"];
const CONTEXT: [&str; 1] = ["DIGITALOCEAN_CONTEXT"];
const SPACES_REGION: &str = "SPACES_REGION";
const SPACES_URL: &str = "SPACES_ENDPOINT_URL";

/// The context whose token stands outside of `auth-contexts`.
const DEFAULT: &str = "default";

/// doctl's file, as far as it matters here. It is full of secrets and has no `Debug`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Doctl {
    access_token: Option<String>,
    api_url: Option<String>,
    auth_contexts: Option<BTreeMap<String, Option<String>>>,
    context: Option<String>,
}

/// The environment's token, and else the context's.
#[derive(Debug)]
struct Token {
    around: Around,
    profile: Option<String>,
}

/// Where doctl has its file.
pub(crate) fn path(around: &Around) -> PathBuf {
    let home = if cfg!(target_os = "macos") {
        around.at_home("Library/Application Support")
    } else {
        match around.variable("XDG_CONFIG_HOME") {
            Some(home) => PathBuf::from(home),
            None => around.at_home(".config"),
        }
    };
    home.join("doctl/config.yaml")
}

fn read(around: &Around) -> Result<Doctl, Error> {
    let path = path(around);
    let Some(text) = around.read(&path)? else { return Ok(Doctl::default()) };
    if text.trim().is_empty() {
        return Ok(Doctl::default());
    }
    // The parser's own message may repeat the text, which holds secrets.
    serde_saphyr::from_str(&text).map_err(|error| {
        let line = error.location().map_or_else(String::new, |at| format!(", line {}", at.line()));
        let message = format!("{}{line}: this is not doctl's form of YAML", path.display());
        around.fail(Kind::Profile, message)
    })
}

/// The names of doctl's contexts.
pub(crate) fn contexts(around: &Around) -> Vec<String> {
    let contexts = read(around).unwrap_or_default().auth_contexts.unwrap_or_default();
    let others = contexts.into_keys().filter(|name| name != DEFAULT);
    std::iter::once(DEFAULT.to_owned()).chain(others).collect()
}

/// All settings.
pub(crate) fn load(around: &Around, overrides: &Overrides) -> Result<Settings, Error> {
    let doctl = read(around)?;
    let mut settings = Settings::new(around);
    settings.trust(around, overrides);
    let file = |section: &str| Origin::file(path(around), section);
    settings.profile = Some(match &overrides.profile {
        Some(name) => Found::new(name.clone(), Origin::Caller),
        None => named(around, &doctl),
    });
    settings.endpoint = match &overrides.endpoint {
        Some(url) => Some(Found::new(url.clone(), Origin::Caller)),
        None => match around.first_variable(&URL) {
            Some((variable, url)) => Some(Found::new(url, Origin::variable(variable))),
            None => doctl
                .api_url
                .clone()
                .filter(|url| !url.is_empty())
                .map(|url| Found::new(url, file("api-url"))),
        },
    }
    // The paths of operations have the version already.
    .map(|found| found.map(|url| url.trim_end_matches('/').trim_end_matches("/v2").to_owned()));
    let source = Token { around: around.clone(), profile: overrides.profile.clone() };
    settings.credentials = Arc::new(Cached::new(source, around.cloud, around.context.clone()));
    Ok(settings)
}

/// What doctl's file says of a setting on its top, or of a context's token.
pub(crate) fn setting(
    around: &Around,
    context: Option<&str>,
    name: &str,
) -> Result<Option<Found<String>>, Error> {
    let doctl = read(around)?;
    let (value, section) = match name {
        "access-token" => match context.filter(|context| *context != DEFAULT) {
            None => (doctl.access_token, name.to_owned()),
            Some(context) => {
                let contexts = doctl.auth_contexts.unwrap_or_default();
                let lower = context.to_lowercase();
                let found = contexts.into_iter().find(|(other, _)| other.to_lowercase() == lower);
                (found.and_then(|(_, token)| token), format!("auth-contexts.{context}"))
            }
        },
        "api-url" => (doctl.api_url, name.to_owned()),
        "context" => (doctl.context, name.to_owned()),
        _ => {
            let message =
                format!("doctl's {name} is not read here; access-token, api-url and context are");
            return Err(around.fail(Kind::NotImplemented, message));
        }
    };
    let value = value.filter(|value| !value.is_empty());
    Ok(value.map(|value| Found::new(value, Origin::file(path(around), section))))
}

/// The context that doctl takes.
fn named(around: &Around, doctl: &Doctl) -> Found<String> {
    if let Some((variable, name)) = around.first_variable(&CONTEXT) {
        return Found::new(name, Origin::variable(variable));
    }
    match doctl.context.as_ref().filter(|name| !name.is_empty()) {
        Some(name) => Found::new(name.clone(), Origin::file(path(around), "context")),
        None => Found::new(DEFAULT.to_owned(), Origin::Default),
    }
}

impl Token {
    fn find(&self) -> Result<Identity, Error> {
        let around = &self.around;
        if self.profile.is_none()
            && let Some((variable, token)) = around.first_variable(&TOKEN)
        {
            let key = Credentials::bearer(token.trim());
            return Ok(Identity::new(key, Origin::variable(variable)));
        }
        let doctl = read(around)?;
        let context = match &self.profile {
            Some(name) => Found::new(name.clone(), Origin::Caller),
            None => named(around, &doctl),
        };
        let path = path(around);
        let contexts = doctl.auth_contexts.unwrap_or_default();
        let (token, section) = if context.value == DEFAULT {
            (doctl.access_token, "access-token".to_owned())
        } else {
            // doctl's own reader takes names in lower case.
            let name = context.value.to_lowercase();
            let entry = contexts.iter().find(|(other, _)| other.to_lowercase() == name);
            if entry.is_none() {
                let names: Vec<_> = contexts.keys().map(String::as_str).collect();
                let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                let message = format!(
                    "there is no context {} (named by {}) in {}; there are {DEFAULT}, {there}",
                    context.value,
                    context.origin,
                    path.display(),
                );
                return Err(around.fail(Kind::Profile, message));
            }
            let token = entry.and_then(|(_, token)| token.clone());
            (token, format!("auth-contexts.{}", context.value))
        };
        match token.filter(|token| !token.is_empty()) {
            Some(token) => {
                Ok(Identity::new(Credentials::bearer(token), Origin::file(path, section)))
            }
            None => Err(self.nothing(&path, &section)),
        }
    }

    fn nothing(&self, path: &std::path::Path, section: &str) -> Error {
        let environment = match self.profile {
            Some(_) => String::new(),
            None => format!("the environment ({}) and ", TOKEN.join(", ")),
        };
        let message = format!(
            "looked at {environment}{section} in {}; set DIGITALOCEAN_TOKEN, or run `isobar \
             configure do` or `doctl auth init`",
            path.display()
        );
        self.around.fail(Kind::NoCredentials, message)
    }
}

impl Provide for Token {
    fn credentials(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        Box::pin(async move { self.find() })
    }
}

/// The keys of Spaces, which are no tokens.
#[derive(Debug)]
struct SpacesKey(Around);

const SPACES_KEY: [&str; 2] = ["SPACES_ACCESS_KEY_ID", "SPACES_SECRET_ACCESS_KEY"];

impl Provide for SpacesKey {
    fn credentials(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        let [id, secret] = SPACES_KEY.map(|name| self.0.variable(name));
        let found = id.zip(secret).map(|(id, secret)| {
            Identity::new(Credentials::new(id, secret), Origin::variable(SPACES_KEY[0]))
        });
        let message = "looked at the environment for the keys of Spaces; set \
                       SPACES_ACCESS_KEY_ID and SPACES_SECRET_ACCESS_KEY";
        let found = found.ok_or_else(|| self.0.fail(Kind::NoCredentials, message));
        Box::pin(async move { found })
    }
}

/// The settings of Spaces, as of S3.
pub(crate) fn spaces(around: &Around, overrides: &Overrides) -> Result<Settings, Error> {
    let mut settings = Settings::new(around);
    settings.trust(around, overrides);
    settings.region = Some(match &overrides.region {
        Some(region) => Found::new(region.clone(), Origin::Caller),
        None => match around.variable(SPACES_REGION) {
            Some(region) => Found::new(region, Origin::variable(SPACES_REGION)),
            None => Found::new("nyc3".to_owned(), Origin::Default),
        },
    });
    let region = settings.region.as_ref().map_or("", |region| region.value.as_str());
    settings.endpoint = Some(match &overrides.endpoint {
        Some(url) => Found::new(url.clone(), Origin::Caller),
        None => match around.variable(SPACES_URL) {
            Some(url) => Found::new(url, Origin::variable(SPACES_URL)),
            None => Found::new(format!("https://{region}.digitaloceanspaces.com"), Origin::Default),
        },
    });
    settings.credentials = Arc::new(SpacesKey(around.clone()));
    Ok(settings)
}
