//! The metadata service of an EC2 instance: the credentials of its role, and its region.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use isobar_auth::Credentials;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use super::super::{Around, member, time};
use super::settings::{Lookup, is_true};
use super::{Files, Search};
use crate::context::{Context, fraction};
use crate::credentials::Identity;
use crate::error::{Error, Kind};
use crate::origin::Origin;

const IPV4: &str = "http://169.254.169.254";
const IPV6: &str = "http://[fd00:ec2::254]";
const TOKEN: &str = "/latest/api/token";
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
const ZONE: &str = "/latest/meta-data/placement/availability-zone/";

/// How long a token for the service lives, in seconds.
const TOKEN_LIFE: &str = "21600";

/// The window in which credentials are taken for used up, without the part that is drawn.
const WINDOW_SECONDS: f64 = 15.0 * 60.0;

/// The service, as the configuration has it.
struct Service<'a> {
    around: &'a Around,
    url: String,
    within: Duration,
    attempts: u32,
    only_v2: bool,
}

impl Search<'_> {
    pub(super) async fn instance(&self) -> Result<Option<Identity>, Error> {
        let Some(service) = service(self.around(), self.files, &self.chain.profile)? else {
            return Ok(None);
        };
        service.credentials().await
    }
}

/// The region of the instance that this runs on; `None` where it is none.
pub(super) async fn region(
    around: &Around,
    files: &Files,
    profile: &str,
) -> Result<Option<(String, Origin)>, Error> {
    let Some(service) = service(around, files, profile)? else { return Ok(None) };
    let Some(token) = service.token().await else { return Ok(None) };
    let Some(zone) = service.get(ZONE, token.as_deref()).await? else { return Ok(None) };
    let zone = String::from_utf8_lossy(&zone);
    let region = zone.trim().trim_end_matches(|c: char| c.is_ascii_lowercase());
    Ok((!region.is_empty()).then(|| (region.to_owned(), service.origin())))
}

/// The service; `None` where it is switched off.
fn service<'a>(
    around: &'a Around,
    files: &Files,
    profile: &str,
) -> Result<Option<Service<'a>>, Error> {
    if around.variable("AWS_EC2_METADATA_DISABLED").is_some_and(|text| is_true(&text)) {
        return Ok(None);
    }
    let lookup = Lookup { around, profile: files.profile(profile) };
    let get = |variable, setting| lookup.get(&[variable], setting).map(|found| found.value);
    let number = |variable, setting| {
        get(variable, setting).and_then(|text| text.trim().parse::<u32>().ok()).unwrap_or(1).max(1)
    };
    let mode = get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    let ipv6 = match mode.map(|mode| mode.to_lowercase()).as_deref() {
        Some("ipv6") => true,
        Some("ipv4") => false,
        Some(mode) => {
            let message =
                format!("ec2_metadata_service_endpoint_mode is {mode}, and neither ipv4 nor ipv6");
            return Err(around.fail(Kind::Profile, message));
        }
        None => get("AWS_IMDS_USE_IPV6", "imds_use_ipv6").is_some_and(|text| is_true(&text)),
    };
    let url = get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
    let url = url.unwrap_or_else(|| (if ipv6 { IPV6 } else { IPV4 }).to_owned());
    let seconds = number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout");
    Ok(Some(Service {
        around,
        url: url.trim_end_matches('/').to_owned(),
        within: Duration::from_secs(seconds.into()),
        attempts: number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts"),
        only_v2: get("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled")
            .is_some_and(|text| is_true(&text)),
    }))
}

impl Service<'_> {
    fn origin(&self) -> Origin {
        Origin::Metadata { what: "instance metadata", url: self.url.clone() }
    }

    async fn credentials(&self) -> Result<Option<Identity>, Error> {
        let Some(token) = self.token().await else { return Ok(None) };
        let token = token.as_deref();
        let Some(role) = self.get(ROLES, token).await? else { return Ok(None) };
        let role = String::from_utf8_lossy(&role).trim().to_owned();
        let Some(answer) = self.get(&format!("{ROLES}{role}"), token).await? else {
            return Ok(None);
        };
        let Ok(answer) = serde_json::from_slice::<Json>(&answer) else { return Ok(None) };
        // The service says what is wrong with status 200 too; then there are no credentials.
        let (Some(id), Some(secret), Some(session), Some(end)) = (
            member(&answer, "AccessKeyId"),
            member(&answer, "SecretAccessKey"),
            member(&answer, "Token"),
            member(&answer, "Expiration").and_then(time),
        ) else {
            return Ok(None);
        };
        let key = Credentials::new(id, secret).with_session_token(session);
        let end = extended(end, &*self.around.context);
        let origin =
            Origin::Role { how: "the instance's role", role, with: Box::new(self.origin()) };
        Ok(Some(Identity::new(key, origin).until(Some(end))))
    }

    /// The token for further questions. The inner `None`: the service has no tokens and answers
    /// without one. The outer: the service refuses the question, so that no further one is asked.
    async fn token(&self) -> Option<Option<String>> {
        let header = [("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_LIFE)];
        let url = format!("{}{TOKEN}", self.url);
        for _ in 0..self.attempts {
            let answer = self.around.fetch(Method::PUT, &url, &header, "", self.within).await;
            match answer {
                Ok((StatusCode::OK, body)) => {
                    return Some(Some(String::from_utf8_lossy(&body).into_owned()));
                }
                Ok((StatusCode::BAD_REQUEST, _)) => return None,
                Ok((
                    StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED,
                    _,
                )) => return Some(None),
                // A container is one hop too far for the answer; the questions without a token
                // may still be answered.
                Ok(_) | Err(_) => {}
            }
        }
        Some(None)
    }

    /// What the service has at a path; `None` where there is nothing or no service.
    async fn get(&self, path: &str, token: Option<&str>) -> Result<Option<Bytes>, Error> {
        if token.is_none() && self.only_v2 {
            let message = format!(
                "{}: there is no token to be had, and ec2_metadata_v1_disabled forbids to do \
                 without",
                self.url
            );
            return Err(self.around.fail(Kind::Source, message));
        }
        let headers: Vec<_> =
            token.map(|token| ("x-aws-ec2-metadata-token", token)).into_iter().collect();
        let url = format!("{}{path}", self.url);
        for _ in 0..self.attempts {
            let answer = self.around.fetch(Method::GET, &url, &headers, "", self.within).await;
            if let Ok((StatusCode::OK, body)) = answer
                && !body.is_empty()
            {
                return Ok(Some(body));
            }
        }
        Ok(None)
    }
}

/// The end of credentials. Where the service gives some that are about to end, it has trouble to
/// make new ones, and they go on to be taken for a while.
fn extended(end: Timestamp, context: &dyn Context) -> Timestamp {
    let seconds = WINDOW_SECONDS + 120.0 + 480.0 * fraction(context);
    let offset = SignedDuration::from_secs_f64(seconds);
    let now = context.now();
    if now >= end - offset { now + offset } else { end }
}
