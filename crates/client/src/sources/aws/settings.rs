//! Region, endpoints and behaviour: from the environment, and else from the profile.

use std::ops::RangeInclusive;
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

/// The greatest size from which on bodies may be said to be compressed, in bytes.
const MOST_UNCOMPRESSED: i64 = 1 << 20;

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

    /// A variable alone.
    fn variable(&self, name: &'static str) -> Option<Found<String>> {
        let (name, value) = self.around.first_variable(&[name])?;
        Some(Found::new(value, Origin::variable(name)))
    }

    /// The profile's setting for S3.
    fn of_s3(&self, setting: &str) -> Option<Found<String>> {
        let value = self.profile.nested("s3", setting)?;
        Some(Found::new(value.to_owned(), self.profile.origin("s3")))
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
    let mut settings = Settings::new(around);
    behaviour(&mut settings, &lookup)?;
    settings.trust(around, overrides);
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
    settings.output = lookup.get(&["AWS_DEFAULT_OUTPUT"], "output");
    let explicit = overrides.profile.is_some();
    settings.profile = Some(named.unwrap_or_else(|| Found::new(profile.clone(), Origin::Default)));
    let mut template = settings.config();
    template.endpoint = None;
    let source = chain(around, &template, &profile, explicit);
    settings.tokens = Some(source.clone());
    settings.credentials = Arc::new(Cached::new(source, around.cloud, around.context.clone()));
    Ok(settings)
}

/// How calls are made: what the SDKs have names for.
fn behaviour(settings: &mut Settings, lookup: &Lookup<'_>) -> Result<(), Error> {
    settings.fips = lookup.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
    settings.dual_stack = lookup.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");
    settings.retry_mode = lookup.get(&["AWS_RETRY_MODE"], "retry_mode");
    settings.addressing_style = lookup.of_s3("addressing_style");
    let flag = |found: Found<String>| found.map(|text| is_true(&text));
    settings.accelerate = lookup.of_s3("use_accelerate_endpoint").map(flag);
    settings.use_arn_region = lookup
        .get(&["AWS_S3_USE_ARN_REGION"], "s3_use_arn_region")
        .or_else(|| lookup.of_s3("use_arn_region"))
        .map(flag);
    settings.s3_us_east_1 = lookup
        .get(&["AWS_S3_US_EAST_1_REGIONAL_ENDPOINT"], "s3_us_east_1_regional_endpoint")
        .or_else(|| lookup.of_s3("us_east_1_regional_endpoint"));
    settings.no_multi_region_access_points = lookup
        .variable("AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS")
        .or_else(|| lookup.of_s3("s3_disable_multiregion_access_points"))
        .map(flag);
    settings.no_s3_express_sessions =
        lookup.flag("AWS_S3_DISABLE_EXPRESS_SESSION_AUTH", "s3_disable_express_session_auth");
    settings.signing_regions =
        lookup.get(&["AWS_SIGV4A_SIGNING_REGION_SET"], "sigv4a_signing_region_set");
    let lower = |found: Found<String>| found.map(|text| text.to_lowercase());
    settings.account_endpoints =
        lookup.get(&["AWS_ACCOUNT_ID_ENDPOINT_MODE"], "account_id_endpoint_mode").map(lower);
    settings.request_checksums = lookup
        .get(&["AWS_REQUEST_CHECKSUM_CALCULATION"], "request_checksum_calculation")
        .map(lower);
    settings.response_checksums = lookup
        .get(&["AWS_RESPONSE_CHECKSUM_VALIDATION"], "response_checksum_validation")
        .map(lower);
    settings.sts_regional_endpoints =
        lookup.get(&["AWS_STS_REGIONAL_ENDPOINTS"], "sts_regional_endpoints");
    let bundle = lookup.get(&["AWS_CA_BUNDLE"], "ca_bundle");
    if let Some(bundle) = bundle {
        settings.ca_bundle = Some(bundle.map(|path| lookup.around.path(&path)));
    }
    let checksums: &[&str] = &["when_supported", "when_required"];
    for (name, found, values) in [
        ("retry_mode", &settings.retry_mode, &["legacy", "standard", "adaptive"][..]),
        ("addressing_style", &settings.addressing_style, &["auto", "virtual", "path"]),
        ("sts_regional_endpoints", &settings.sts_regional_endpoints, &["legacy", "regional"]),
        ("us_east_1_regional_endpoint", &settings.s3_us_east_1, &["legacy", "regional"]),
        (
            "account_id_endpoint_mode",
            &settings.account_endpoints,
            &["preferred", "required", "disabled"],
        ),
        ("request_checksum_calculation", &settings.request_checksums, checksums),
        ("response_checksum_validation", &settings.response_checksums, checksums),
    ] {
        one_of(lookup, name, found.as_ref(), values)?;
    }
    settings.max_attempts =
        number(lookup, &["AWS_MAX_ATTEMPTS"], "max_attempts", 1..=i64::from(u32::MAX))?;
    settings.no_compression =
        lookup.flag("AWS_DISABLE_REQUEST_COMPRESSION", "disable_request_compression");
    settings.compress_from = number(
        lookup,
        &["AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES"],
        "request_min_compression_size_bytes",
        1..=MOST_UNCOMPRESSED,
    )?;
    Ok(())
}

/// A setting that is a whole number.
fn number<T: TryFrom<i64>>(
    lookup: &Lookup<'_>,
    variables: &[&'static str],
    name: &str,
    valid: RangeInclusive<i64>,
) -> Result<Option<Found<T>>, Error> {
    let Some(found) = lookup.get(variables, name) else { return Ok(None) };
    let number = found.value.trim().parse().ok().filter(|number| valid.contains(number));
    match number.and_then(|number| T::try_from(number).ok()) {
        Some(number) => Ok(Some(found.map(|_| number))),
        None => {
            let (least, most) = (valid.start(), valid.end());
            let message = format!(
                "{name} is {}, by {}; it can be from {least} to {most}",
                found.value, found.origin
            );
            Err(lookup.around.fail(Kind::Profile, message))
        }
    }
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

    fn general(&self) -> Option<Found<String>> {
        if self.ignored {
            return None;
        }
        const ALL: &str = "AWS_ENDPOINT_URL";
        let variable = self.around.variable(ALL).map(|url| Found::new(url, Origin::variable(ALL)));
        variable.or_else(|| self.all.clone())
    }
}
