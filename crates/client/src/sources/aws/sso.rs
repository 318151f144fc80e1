//! Single sign-on: the token that `aws sso login` left, made into a role's credentials.

use std::path::PathBuf;

use isobar_auth::Credentials;
use isobar_wire::Value;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use sha1::{Digest, Sha1};

use super::super::{input, member, temporary, text, time};
use super::{Profile, Search};
use crate::credentials::{Anonymous, Identity};
use crate::error::{Error, Kind};
use crate::origin::Origin;

/// How long before its end a token is renewed, in seconds.
const WINDOW: i64 = 15 * 60;

/// What a profile says about single sign-on, with its session's settings.
struct Settings {
    start_url: String,
    region: String,
    session: Option<String>,
    origin: Origin,
}

impl Search<'_> {
    pub(super) async fn sso(&self, name: &str) -> Result<Option<Identity>, Error> {
        let profile = self.files.profile(name);
        if ["sso_role_name", "sso_account_id"].iter().all(|name| profile.get(name).is_none()) {
            return Ok(None);
        }
        let settings = self.sso_settings(&profile)?;
        let role = self.sso_setting(&profile, "sso_role_name")?;
        let account = self.sso_setting(&profile, "sso_account_id")?;
        let token = self.sso_token(&settings).await?;
        let members = [
            ("roleName", text(role.as_str())),
            ("accountId", text(account.as_str())),
            ("accessToken", text(token.as_str())),
        ];
        let client = self.client(&settings.region, Anonymous)?;
        let output = client.call("sso", "GetRoleCredentials", input(members)).await;
        let origin = Origin::Role {
            how: "GetRoleCredentials",
            role: format!("{role} in account {account}"),
            with: Box::new(settings.origin.clone()),
        };
        let output = output.map_err(|error| {
            if error.code().is_some_and(|code| code.starts_with("UnauthorizedException")) {
                return self.signed_out(&settings).with_source(error);
            }
            self.around().failed(&origin.to_string(), error)
        })?;
        let members = ["accessKeyId", "secretAccessKey", "sessionToken"];
        let found = output.get("roleCredentials").and_then(|it| temporary(it, members));
        let Some((key, expires)) = found else {
            let message = format!("{origin}: the answer has no credentials");
            return Err(self.around().fail(Kind::Source, message));
        };
        Ok(Some(Identity::new(key, origin).until(expires).of_account(Some(account))))
    }

    /// The token of the profile's session itself, for services that take it.
    pub(super) async fn sign_on(&self) -> Result<Option<Identity>, Error> {
        let profile = self.files.profile(&self.chain.profile);
        if profile.get("sso_session").is_none() {
            return Ok(None);
        }
        let settings = self.sso_settings(&profile)?;
        let token = self.sso_token(&settings).await?;
        Ok(Some(Identity::new(Credentials::bearer(token), profile.origin("sso_session"))))
    }

    /// A setting of the profile or of its session.
    fn sso_setting(&self, profile: &Profile<'_>, name: &str) -> Result<String, Error> {
        let broken = |what: String| {
            self.around().fail(Kind::Profile, format!("{}: {what}", profile.place()))
        };
        let section = match profile.get("sso_session") {
            None => None,
            Some(name) => Some(
                self.files
                    .section("sso-session", name)
                    .ok_or_else(|| broken(format!("there is no [sso-session {name}]")))?,
            ),
        };
        let shared = section.and_then(|section| section.text(name));
        match (profile.get(name), shared) {
            (Some(own), Some(shared)) if own != shared => Err(broken(format!(
                "{name} is {own} in the profile and {shared} in its sso-session"
            ))),
            (Some(value), _) | (None, Some(value)) => Ok(value.to_owned()),
            (None, None) => Err(broken(format!("{name} is missing"))),
        }
    }

    fn sso_settings(&self, profile: &Profile<'_>) -> Result<Settings, Error> {
        Ok(Settings {
            start_url: self.sso_setting(profile, "sso_start_url")?,
            region: self.sso_setting(profile, "sso_region")?,
            session: profile.get("sso_session").map(str::to_owned),
            origin: profile.origin("sso_account_id"),
        })
    }

    /// A token that is still good, renewed where it nears its end and can be.
    async fn sso_token(&self, settings: &Settings) -> Result<String, Error> {
        let path = self.token_path(settings);
        let content = self.around().read(&path)?;
        let token: Json = content
            .and_then(|content| serde_json::from_str(&content).ok())
            .ok_or_else(|| self.signed_out(settings))?;
        let (Some(access), Some(end)) =
            (member(&token, "accessToken"), member(&token, "expiresAt").and_then(time))
        else {
            return Err(self.signed_out(settings));
        };
        let now = self.around().context.now();
        let left = end.as_second() - now.as_second();
        if settings.session.is_some()
            && left < WINDOW
            && let Some(renewed) = self.renew(settings, &token, now).await
        {
            let access = member(&renewed, "accessToken").unwrap_or_default().to_owned();
            // The token is good whether or not others will find it.
            let content = renewed.to_string();
            let _ = self.around().surroundings.write(&path, content.as_bytes());
            return Ok(access);
        }
        if left <= 0 { Err(self.signed_out(settings)) } else { Ok(access.to_owned()) }
    }

    fn token_path(&self, settings: &Settings) -> PathBuf {
        let key = settings.session.as_ref().unwrap_or(&settings.start_url);
        let hash = Sha1::digest(key.as_bytes());
        let name: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        self.around().at_home(&format!(".aws/sso/cache/{name}.json"))
    }

    /// A new token for the old one's refresh token; `None` where it has none or that does not help.
    async fn renew(&self, settings: &Settings, token: &Json, now: Timestamp) -> Option<Json> {
        let refresh = member(token, "refreshToken")?;
        let id = member(token, "clientId")?;
        let secret = member(token, "clientSecret")?;
        let registered = member(token, "registrationExpiresAt")?;
        if time(registered)? <= now {
            return None;
        }
        let client = self.client(&settings.region, Anonymous).ok()?;
        let members = [
            ("grantType", text("refresh_token")),
            ("clientId", text(id)),
            ("clientSecret", text(secret)),
            ("refreshToken", text(refresh)),
        ];
        let output = client.call("sso-oidc", "CreateToken", input(members)).await.ok()?;
        let get = |name: &str| output.get(name).and_then(Value::as_str);
        let seconds = output.get("expiresIn").and_then(Value::as_i64)?;
        let end = Timestamp::from_second(now.as_second().checked_add(seconds)?).ok()?;
        let mut renewed = json!({
            "startUrl": settings.start_url,
            "region": settings.region,
            "accessToken": get("accessToken")?,
            "expiresAt": end.to_string(),
            "clientId": id,
            "clientSecret": secret,
            "registrationExpiresAt": registered,
        });
        if let Some(refresh) = get("refreshToken") {
            renewed["refreshToken"] = Json::from(refresh);
        }
        Some(renewed)
    }

    fn signed_out(&self, settings: &Settings) -> Error {
        let how = match &settings.session {
            Some(session) => format!("aws sso login --sso-session {session}"),
            None => format!("aws sso login --profile {}", self.chain.profile),
        };
        let message =
            format!("the sign-on session of {} is absent or over; run `{how}`", settings.start_url);
        self.around().fail(Kind::Expired, message)
    }
}
