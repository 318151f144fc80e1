//! Alibaba Cloud: the environment, aliyun's `config.json`, the SDKs' `credentials`, and what the
//! machine itself offers, in the order of the vendor's SDKs.

mod files;
mod metadata;
mod plan;
mod sign_on;

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::Around;
use crate::credentials::{Cached, Identity, Provide};
use crate::error::{Error, Kind};
use crate::origin::Origin;
use crate::settings::{Found, Overrides, Settings};

pub(crate) use files::{Config, cli_path};
use files::{ini_paths, ini_plan};
use plan::{How, Plan, Sts};

/// Each way to name a key in the environment: the vendor's own, and Terraform's.
const KEYS: [[&str; 3]; 4] = [
    [
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_SECURITY_TOKEN",
    ],
    ["ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_SECURITY_TOKEN"],
    ["ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY_SECRET", "ALICLOUD_SECURITY_TOKEN"],
    ["ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"],
];

const PROFILE: [&str; 3] = ["ALIBABA_CLOUD_PROFILE", "ALIBABACLOUD_PROFILE", "ALICLOUD_PROFILE"];

const REGION: [&str; 6] = [
    "ALIBABA_CLOUD_REGION_ID",
    "ALIBABACLOUD_REGION_ID",
    "ALICLOUD_REGION_ID",
    "ALICLOUD_REGION",
    "REGION_ID",
    "REGION",
];

const ENDPOINT: &str = "ALIBABA_CLOUD_ENDPOINT";

const ROLE: [&str; 2] = ["ALIBABA_CLOUD_ROLE_ARN", "ALIBABACLOUD_ROLE_ARN"];
const PROVIDER: [&str; 2] = ["ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABACLOUD_OIDC_PROVIDER_ARN"];
const TOKEN_FILE: [&str; 2] = ["ALIBABA_CLOUD_OIDC_TOKEN_FILE", "ALIBABACLOUD_OIDC_TOKEN_FILE"];
const SESSION: [&str; 2] = ["ALIBABA_CLOUD_ROLE_SESSION_NAME", "ALIBABACLOUD_ROLE_SESSION_NAME"];

/// All sources. Files are read anew whenever credentials are fetched.
#[derive(Debug)]
struct Chain {
    around: Around,
    /// What calls to STS are configured like.
    template: crate::config::Config,
    /// The profile that somebody named.
    profile: Option<Found<String>>,
    /// The caller named it, so that it goes before the environment's keys.
    explicit: bool,
}

/// The names of all profiles.
pub(crate) fn profiles(around: &Around) -> Vec<String> {
    Config::load(around).map(|config| config.names()).unwrap_or_default()
}

/// All settings.
pub(crate) fn load(around: &Around, overrides: &Overrides) -> Result<Settings, Error> {
    let config = Config::load(around)?;
    let named = match &overrides.profile {
        Some(name) => Some(Found::new(name.clone(), Origin::Caller)),
        None => around
            .first_variable(&PROFILE)
            .map(|(variable, name)| Found::new(name, Origin::variable(variable))),
    };
    let mut settings = Settings::new(around);
    settings.trust(around, overrides);
    let current = named.clone().or_else(|| config.current());
    // The region may stand in the profile, so that it is not there is said before that there is none.
    if overrides.profile.is_some()
        && let Some(name) = named.as_ref().filter(|name| config.profile(&name.value).is_none())
        && ini_plan(around, &name.value)?.is_none()
    {
        return Err(absent(around, &config, name));
    }
    let profile = current.as_ref().and_then(|name| config.profile(&name.value));
    let in_file = |setting: &str| {
        let profile = profile?;
        let value = profile.text(setting)?;
        Some(Found::new(value.to_owned(), profile.origin()))
    };
    settings.region = match &overrides.region {
        Some(region) => Some(Found::new(region.clone(), Origin::Caller)),
        None => match around.first_variable(&REGION) {
            Some((variable, region)) => Some(Found::new(region, Origin::variable(variable))),
            None => in_file("region_id"),
        },
    };
    settings.output = in_file("output_format");
    settings.endpoint = match &overrides.endpoint {
        Some(url) => Some(Found::new(url.clone(), Origin::Caller)),
        None => match around.variable(ENDPOINT) {
            Some(host) => Some(Found::new(host, Origin::variable(ENDPOINT))),
            None => in_file("endpoint"),
        },
    }
    .map(|found| found.map(|host| url(&host)));
    let mut template = settings.config();
    if overrides.endpoint.is_some() {
        template.endpoint = around.variable(ENDPOINT).map(|host| url(&host));
    }
    settings.profile =
        Some(current.unwrap_or_else(|| Found::new("default".to_owned(), Origin::Default)));
    let chain = Chain {
        around: around.clone(),
        template,
        profile: named,
        explicit: overrides.profile.is_some(),
    };
    settings.credentials = Arc::new(Cached::new(chain, around.cloud, around.context.clone()));
    Ok(settings)
}

/// The base URL of a host; the vendor's tools take a host alone.
fn url(host: &str) -> String {
    if host.contains("://") {
        return host.to_owned();
    }
    let scheme = if crate::endpoint::is_loopback(host) { "http" } else { "https" };
    format!("{scheme}://{host}")
}

impl Provide for Chain {
    fn credentials(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        Box::pin(async move {
            match self.find()? {
                Some(plan) => self.carry_out(&plan).await,
                None => self.of_machine().await,
            }
        })
    }
}

impl Chain {
    /// What environment and files say.
    fn find(&self) -> Result<Option<Plan>, Error> {
        if !self.explicit {
            if let Some(plan) = self.variables()? {
                return Ok(Some(plan));
            }
            if let Some(plan) = self.oidc_variables() {
                return Ok(Some(plan));
            }
        }
        let around = &self.around;
        let is_off =
            |name: &str| around.variable(name).is_some_and(|it| it.eq_ignore_ascii_case("true"));
        let config = if is_off("ALIBABA_CLOUD_CLI_PROFILE_DISABLED") {
            Config::default()
        } else {
            Config::load(around)?
        };
        let name = self.profile.clone().or_else(|| config.current());
        if let Some(name) = &name
            && let Some(profile) = config.profile(&name.value)
        {
            return config.plan(around, profile, &mut Vec::new()).map(Some);
        }
        let section = name.as_ref().map_or("default", |name| name.value.as_str());
        if let Some(plan) = ini_plan(around, section)? {
            return Ok(Some(plan));
        }
        self.profile.as_ref().map_or(Ok(None), |name| Err(absent(around, &config, name)))
    }

    /// The environment's key.
    fn variables(&self) -> Result<Option<Plan>, Error> {
        let around = &self.around;
        for [id, secret, token] in KEYS {
            let Some(value) = around.variable(id) else { continue };
            let Some(secret_value) = around.variable(secret) else {
                // Another row may have the same id with another name of the secret.
                if KEYS.iter().any(|row| row[0] == id && around.variable(row[1]).is_some()) {
                    continue;
                }
                let message = format!("{id} is set, but {secret} is not");
                return Err(around.fail(Kind::NoCredentials, message));
            };
            let how = How::key(value, secret_value, around.variable(token));
            return Ok(Some(Plan { how, origin: Origin::variable(id) }));
        }
        Ok(None)
    }

    /// The environment's OIDC token, which clusters give to their pods.
    fn oidc_variables(&self) -> Option<Plan> {
        let around = &self.around;
        let get = |names: &[&'static str]| around.first_variable(names);
        let ((_, role), (_, provider), (variable, token_file)) =
            (get(&ROLE)?, get(&PROVIDER)?, get(&TOKEN_FILE)?);
        let how = How::Oidc {
            role,
            provider,
            token_file,
            session: get(&SESSION).map(|(_, session)| session),
            seconds: None,
            policy: None,
            sts: Sts::default(),
        };
        Some(Plan { how, origin: Origin::variable(variable) })
    }

    /// The instance's role, and then the URI of the environment, which stand last.
    async fn of_machine(&self) -> Result<Identity, Error> {
        let around = &self.around;
        let role = around.variable("ALIBABA_CLOUD_ECS_METADATA");
        if let Some(identity) = metadata::instance(around, role.as_deref()).await? {
            return Ok(identity);
        }
        if let Some(uri) = around.variable(plan::URI) {
            return metadata::uri(around, &uri, Origin::variable(plan::URI)).await;
        }
        let message = format!(
            "looked at the environment ({}, {}, {}), {}, {} and the instance's metadata; set \
             ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, choose a profile, or \
             run `isobar configure alibaba`",
            KEYS[0][0],
            TOKEN_FILE[0],
            plan::URI,
            cli_path(around).display(),
            ini_names(around),
        );
        Err(around.fail(Kind::NoCredentials, message))
    }
}

/// That a profile which somebody named is not there.
fn absent(around: &Around, config: &Config, name: &Found<String>) -> Error {
    let names = config.names();
    let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let message = format!(
        "there is no profile {} (named by {}) in {}, which has {there}, nor in {}",
        name.value,
        name.origin,
        cli_path(around).display(),
        ini_names(around),
    );
    around.fail(Kind::Profile, message)
}

fn ini_names(around: &Around) -> String {
    let paths = ini_paths(around);
    let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    names.join(" or ")
}
