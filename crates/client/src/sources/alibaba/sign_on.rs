//! What `aliyun configure` leaves after a sign-on in the browser: CloudSSO's and OAuth's tokens,
//! made into credentials.

use http::{Method, StatusCode};
use isobar_auth::{Credentials, Secret};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::super::{Around, member, time};
use super::plan::WITHIN;
use crate::credentials::Identity;
use crate::error::{Error, Kind};
use crate::origin::Origin;

/// OAuth's sites.
const SITES: [(&str, &str); 2] =
    [("CN", "https://oauth.aliyun.com"), ("INTL", "https://oauth.alibabacloud.com")];

/// A sign-on with CloudSSO.
#[derive(Debug)]
pub(super) struct CloudSso {
    pub(super) url: String,
    pub(super) account: String,
    pub(super) access: String,
    pub(super) token: Secret,
    /// When the token ends, in seconds since 1970.
    pub(super) ends: Option<i64>,
}

/// A sign-on with OAuth, and the key that was last made from it.
#[derive(Debug)]
pub(super) struct OAuth {
    pub(super) site: Option<String>,
    pub(super) access: Option<Secret>,
    pub(super) access_ends: Option<i64>,
    pub(super) key: Option<Credentials>,
    pub(super) key_ends: Option<i64>,
}

/// Credentials for an account that a sign-on with CloudSSO may use.
pub(super) async fn cloud_sso(
    around: &Around,
    session: &CloudSso,
    said_by: Origin,
) -> Result<Identity, Error> {
    if session.ends.is_some_and(|end| end <= around.context.now().as_second()) {
        return Err(signed_out(around, &said_by, "CloudSSO"));
    }
    // The URL of the sign-on has a path that credentials do not.
    let uri: http::Uri = session.url.parse().map_err(|_| {
        let message = format!("{said_by}: cloud_sso_sign_in_url is no URL");
        around.fail(Kind::Profile, message)
    })?;
    let (Some("https"), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        let message = format!("{said_by}: cloud_sso_sign_in_url is not of the form https://HOST");
        return Err(around.fail(Kind::Profile, message));
    };
    let url = format!("https://{authority}/cloud-credentials");
    let body = json!({
        "AccountId": session.account,
        "AccessConfigurationId": session.access,
    });
    let answer = exchange(around, &url, &session.token, body.to_string()).await?;
    let origin = Origin::Role {
        how: "CloudSSO",
        role: format!("{} in account {}", session.access, session.account),
        with: Box::new(said_by),
    };
    let key = answer.get("CloudCredential").unwrap_or(&Json::Null);
    read(around, key, &url, origin)
        .map(|identity| identity.of_account(Some(session.account.clone())))
}

/// Credentials for a sign-on with OAuth. Its access token is not renewed here, as the command line
/// must then be given the new refresh token.
pub(super) async fn oauth(
    around: &Around,
    session: &OAuth,
    said_by: Origin,
) -> Result<Identity, Error> {
    let now = around.context.now();
    let key_end = session.key_ends.and_then(|end| Timestamp::from_second(end).ok());
    if let (Some(key), Some(end)) = (&session.key, key_end)
        && end > now
    {
        return Ok(Identity::new(key.clone(), said_by).until(Some(end)));
    }
    let good = session.access_ends.is_some_and(|end| end > now.as_second());
    let Some(token) = session.access.as_ref().filter(|_| good) else {
        return Err(signed_out(around, &said_by, "OAuth"));
    };
    let site = session.site.as_deref().unwrap_or("CN");
    let Some((_, base)) = SITES.iter().find(|(name, _)| name.eq_ignore_ascii_case(site)) else {
        let message = format!("{said_by}: oauth_site_type is {site}, and neither CN nor INTL");
        return Err(around.fail(Kind::Profile, message));
    };
    let url = format!("{base}/v1/exchange");
    let answer = exchange(around, &url, token, String::new()).await?;
    let origin = Origin::Role {
        how: "OAuth",
        role: "the signed-on user".to_owned(),
        with: Box::new(said_by),
    };
    read(around, &answer, &url, origin)
}

async fn exchange(around: &Around, url: &str, token: &Secret, body: String) -> Result<Json, Error> {
    let authorization = format!("Bearer {}", token.expose());
    let headers = [
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("authorization", authorization.as_str()),
    ];
    let (status, body) = around.fetch(Method::POST, url, &headers, body, WITHIN).await?;
    let fail = |what: String| around.fail(Kind::Source, format!("{url}: {what}"));
    if status != StatusCode::OK {
        return Err(fail(format!("status {status}")));
    }
    serde_json::from_slice(&body).map_err(|_| fail("the answer is no JSON".to_owned()))
}

fn read(around: &Around, key: &Json, url: &str, origin: Origin) -> Result<Identity, Error> {
    let get = |name: &str| {
        member(key, name)
            .ok_or_else(|| around.fail(Kind::Source, format!("{url}: the answer lacks {name}")))
    };
    let credentials = Credentials::new(get("AccessKeyId")?, get("AccessKeySecret")?)
        .with_session_token(get("SecurityToken")?);
    Ok(Identity::new(credentials, origin).until(member(key, "Expiration").and_then(time)))
}

fn signed_out(around: &Around, said_by: &Origin, what: &str) -> Error {
    let message = format!("the sign-on with {what} of {said_by} is over; run `aliyun configure`");
    around.fail(Kind::Expired, message)
}
