//! Credentials over HTTP: an ECS instance's metadata, and a URI that the environment or a profile
//! names.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};
use isobar_auth::Credentials;
use serde_json::Value as Json;

use super::super::{Around, member, time, without_query};
use super::plan::WITHIN;
use crate::credentials::Identity;
use crate::error::{Error, Kind};
use crate::origin::Origin;

const HOST: &str = "http://100.100.100.200";
const TOKEN: &str = "/latest/api/token";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// How long a token for the service lives, in seconds.
const TOKEN_LIFE: &str = "21600";

/// The service answers at once or is not there.
const AT_ONCE: Duration = Duration::from_secs(1);

fn is_true(around: &Around, variable: &str) -> bool {
    around.variable(variable).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// The role of the instance that this runs on; `None` where it is none or has none.
pub(super) async fn instance(
    around: &Around,
    role: Option<&str>,
) -> Result<Option<Identity>, Error> {
    if is_true(around, "ALIBABA_CLOUD_ECS_METADATA_DISABLED") {
        return Ok(None);
    }
    let only_tokens = is_true(around, "ALIBABA_CLOUD_IMDSV1_DISABLED");
    let token = token(around).await;
    if token.is_none() && only_tokens {
        return Ok(None);
    }
    // Where the token does not help, the service may still answer without.
    let get = async |path: &str| match ask(around, path, token.as_deref()).await {
        None if token.is_some() && !only_tokens => ask(around, path, None).await,
        found => found,
    };
    let role = match role.filter(|role| !role.is_empty()) {
        Some(role) => role.to_owned(),
        None => match get(ROLES).await {
            Some(role) => String::from_utf8_lossy(&role).trim().to_owned(),
            None => return Ok(None),
        },
    };
    let Some(body) = get(&format!("{ROLES}{role}")).await else { return Ok(None) };
    let origin = Origin::Role {
        how: "the instance's role",
        role,
        with: Box::new(Origin::Metadata { what: "instance metadata", url: HOST.to_owned() }),
    };
    read(around, &body, HOST, origin).map(Some)
}

async fn token(around: &Around) -> Option<String> {
    let header = [("x-aliyun-ecs-metadata-token-ttl-seconds", TOKEN_LIFE)];
    let url = format!("{HOST}{TOKEN}");
    match around.fetch(Method::PUT, &url, &header, "", AT_ONCE).await {
        Ok((StatusCode::OK, body)) => String::from_utf8(body.into()).ok(),
        _ => None,
    }
}

async fn ask(around: &Around, path: &str, token: Option<&str>) -> Option<Bytes> {
    let headers: Vec<_> =
        token.map(|token| ("x-aliyun-ecs-metadata-token", token)).into_iter().collect();
    let url = format!("{HOST}{path}");
    match around.fetch(Method::GET, &url, &headers, "", AT_ONCE).await {
        Ok((StatusCode::OK, body)) => Some(body),
        _ => None,
    }
}

/// What a URI has.
pub(super) async fn uri(around: &Around, uri: &str, said_by: Origin) -> Result<Identity, Error> {
    let shown = without_query(uri).to_owned();
    let (status, body) = around.fetch(Method::GET, uri, &[], "", WITHIN).await?;
    if status != StatusCode::OK {
        let message = format!("{shown}, named by {said_by}: status {status}");
        return Err(around.fail(Kind::Source, message));
    }
    let origin = Origin::Metadata { what: "the credentials' URI", url: shown.clone() };
    read(around, &body, &shown, origin)
}

/// Credentials as the endpoints write them.
fn read(around: &Around, body: &[u8], url: &str, origin: Origin) -> Result<Identity, Error> {
    let fail = |what: &str| around.fail(Kind::Source, format!("{url}: {what}"));
    let answer: Json = serde_json::from_slice(body).map_err(|_| fail("the answer is no JSON"))?;
    if member(&answer, "Code") != Some("Success") {
        return Err(fail("the answer's Code is not Success"));
    }
    let get =
        |name: &str| member(&answer, name).ok_or_else(|| fail(&format!("the answer lacks {name}")));
    let key = Credentials::new(get("AccessKeyId")?, get("AccessKeySecret")?)
        .with_session_token(get("SecurityToken")?);
    let end = time(get("Expiration")?);
    let end = end.ok_or_else(|| fail("the answer's Expiration is no time"))?;
    Ok(Identity::new(key, origin).until(Some(end)))
}
