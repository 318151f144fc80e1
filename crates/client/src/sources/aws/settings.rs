//! Region, endpoints and behaviour: from the environment, and else from the profile.

use std::path::PathBuf;
use std::sync::Arc;

use isobar_catalogue::Service;

use super::super::Around;
use super::{DEFAULT_PROFILE, Files, Profile, chain, instance};
use crate::config::Endpoints;
use crate::credentials::Cached;
use crate::error::{Error, Kind};
use crate::origin::Origin;
use crate::settings::{Found, Overrides, Settings};

const PROFILE: [&str; 2] = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"];
const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// Finds single settings.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a> {
    pub(super) around: &'a Around,
    pub(super) profile: Profile<'a>,
}

impl Lookup<'_> {
    /// The first variable that is set, or the profile's setting.
    pub(super) fn get(&self, variables: &[&'static str], setting: &str) -> Option<Found<String>> {
        if let Some((name, value)) = self.around.first_variable(variables) {
            return Some(Found::new(value, Origin::variable(name)));
        }
        let value = self.profile.get(setting).filter(|value| !value.is_empty())?;
        Some(Found::new(value.to_owned(), self.profile.origin(setting)))
    }

    fn flag(&self, variable: &'static str, setting: &str) -> Option<Found<bool>> {
        self.get(&[variable], setting).map(|found| found.map(|text| is_true(&text)))
    }
}

/// What botocore takes for true.
pub(super) fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

/// All settings.
pub(crate) async fn load(around: &Around, overrides: &Overrides) -> Result<Settings, Error> {
    let files = Files::load(around)?;
    let named = match &overrides.profile {
        Some(name) => Some(Found::new(name.clone(), Origin::Caller)),
        None => around
            .first_variable(&PROFILE)
            .map(|(variable, name)| Found::new(name, Origin::variable(variable))),
    };
    if let Some(name) = &named
        && !files.profile(&name.value).exists()
    {
        return Err(no_such_profile(around, &files, name));
    }
    let profile = named.as_ref().map_or(DEFAULT_PROFILE, |name| name.value.as_str()).to_owned();
    let lookup = Lookup { around, profile: files.profile(&profile) };
    let mut settings = Settings::new(around)?;
    behaviour(&mut settings, &lookup)?;
    if let Some(bundle) = &settings.ca_bundle {
        let pem = around.surroundings.read(&bundle.value).map_err(|error| {
            let path = bundle.value.display();
            around.fail(Kind::Config, format!("{path}, the certificates to trust: {error}"))
        })?;
        settings.set_roots(pem);
    }
    settings.endpoint = overrides.endpoint.clone().map(|url| Found::new(url, Origin::Caller));
    settings.endpoints = Some(Arc::new(Places::new(&lookup, &files)?));
    settings.region = match &overrides.region {
        Some(region) => Some(Found::new(region.clone(), Origin::Caller)),
        None => match lookup.get(&REGION, "region") {
            Some(region) => Some(region),
            None => instance::region(around, &files, &profile)
                .await?
                .map(|(region, origin)| Found::new(region, origin)),
        },
    };
    let explicit = overrides.profile.is_some();
    settings.profile = Some(named.unwrap_or_else(|| Found::new(profile.clone(), Origin::Default)));
    let mut template = settings.config();
    template.endpoint = None;
    let source = chain(around, &template, &profile, explicit);
    settings.credentials = Arc::new(Cached::new(source, around.cloud, around.context.clone()));
    Ok(settings)
}

/// How calls are made: what the SDKs have names for.
fn behaviour(settings: &mut Settings, lookup: &Lookup<'_>) -> Result<(), Error> {
    settings.fips = lookup.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    settings.dual_stack = lookup.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    settings.retry_mode = lookup.get(&["AWS_RETRY_MODE"], "retry_mode");
    settings.addressing_style = lookup
        .profile
        .nested("s3", "addressing_style")
        .map(|style| Found::new(style.to_owned(), lookup.profile.origin("s3")));
    settings.sts_regional_endpoints =
        lookup.get(&["AWS_STS_REGIONAL_ENDPOINTS"], "sts_regional_endpoints");
    settings.ca_bundle = lookup
        .get(&["AWS_CA_BUNDLE"], "ca_bundle")
        .map(|found| found.map(|path| lookup.around.path(&path)));
    one_of(
        lookup,
        "retry_mode",
        settings.retry_mode.as_ref(),
        &["legacy", "standard", "adaptive"],
    )?;
    let style = settings.addressing_style.as_ref();
    one_of(lookup, "addressing_style", style, &["auto", "virtual", "path"])?;
    let sts = settings.sts_regional_endpoints.as_ref();
    one_of(lookup, "sts_regional_endpoints", sts, &["legacy", "regional"])?;
    settings.max_attempts = match lookup.get(&["AWS_MAX_ATTEMPTS"], "max_attempts") {
        None => None,
        Some(found) => match found.value.trim().parse::<u32>() {
            Ok(attempts) if attempts > 0 => Some(found.map(|_| attempts)),
            _ => {
                let message = format!("max_attempts is {}, by {}", found.value, found.origin);
                return Err(lookup.around.fail(Kind::Profile, message));
            }
        },
    };
    Ok(())
}

/// Whether a setting has one of its values.
fn one_of(
    lookup: &Lookup<'_>,
    name: &str,
    found: Option<&Found<String>>,
    values: &[&str],
) -> Result<(), Error> {
    match found {
        Some(found) if !values.contains(&found.value.as_str()) => {
            let message = format!(
                "{name} is {}, by {}; it can be one of {}",
                found.value,
                found.origin,
                values.join(", ")
            );
            Err(lookup.around.fail(Kind::Profile, message))
        }
        _ => Ok(()),
    }
}

fn no_such_profile(around: &Around, files: &Files, name: &Found<String>) -> Error {
    let names = files.names();
    let there = if names.is_empty() {
        "there are none".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    };
    let message = format!(
        "there is no profile {} (named by {}) in {} or {}; {there}",
        name.value,
        name.origin,
        files.config_path.display(),
        files.credentials_path.display(),
    );
    around.fail(Kind::Profile, message)
}

/// The endpoints that the environment and the files name, by service.
#[derive(Debug)]
struct Places {
    around: Around,
    /// The services' own, from a `[services …]` section, by the service's id.
    services: Vec<(String, Found<String>)>,
    /// For all services, from the profile.
    all: Option<Found<String>>,
    ignored: bool,
}

impl Places {
    fn new(lookup: &Lookup<'_>, files: &Files) -> Result<Self, Error> {
        let profile = &lookup.profile;
        let mut services = Vec::new();
        if let Some(name) = profile.get("services") {
            let section = files.section("services", name).ok_or_else(|| {
                let message = format!("{}: there is no [services {name}]", profile.place());
                lookup.around.fail(Kind::Profile, message)
            })?;
            let origin = Origin::file(PathBuf::from(&files.config_path), section.name.clone());
            for (service, _) in &section.options {
                if let Some(url) = section.nested(service, "endpoint_url") {
                    services.push((service.clone(), Found::new(url.to_owned(), origin.clone())));
                }
            }
        }
        let all = profile
            .get("endpoint_url")
            .map(|url| Found::new(url.to_owned(), profile.origin("endpoint_url")));
        let ignored = lookup
            .flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")
            .is_some_and(|found| found.value);
        Ok(Self { around: lookup.around.clone(), services, all, ignored })
    }
}

impl Endpoints for Places {
    fn endpoint(&self, service: &Service) -> Option<Found<String>> {
        if self.ignored {
            return None;
        }
        let id = service.id.replace([' ', '-'], "_").to_lowercase();
        let own = format!("AWS_ENDPOINT_URL_{}", id.to_uppercase());
        for variable in [own.as_str(), "AWS_ENDPOINT_URL"] {
            if let Some(url) = self.around.variable(variable) {
                return Some(Found::new(url, Origin::variable(variable)));
            }
        }
        let of_service = self.services.iter().find(|(service, _)| *service == id);
        of_service.map(|(_, found)| found).or(self.all.as_ref()).cloned()
    }
}
