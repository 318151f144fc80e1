//! Roles that a profile or the environment takes on.

use isobar_wire::Value;

use super::super::{input, session_name, temporary, text};
use super::{Found, Profile, Search, variables};
use crate::credentials::{Anonymous, Identity};
use crate::error::{Error, Kind};
use crate::origin::Origin;

/// The names of temporary credentials' members in STS.
const MEMBERS: [&str; 3] = ["AccessKeyId", "SecretAccessKey", "SessionToken"];

impl Search<'_> {
    /// A role that the profile takes on with credentials of another one, which may take on a role
    /// itself. `visited` are the profiles that led here.
    pub(super) fn assumed<'s>(&'s self, name: &'s str, visited: Vec<String>) -> Found<'s> {
        Box::pin(async move {
            let profile = self.files.profile(name);
            if !takes_role(&profile) {
                return Ok(None);
            }
            let broken = |what: String| {
                self.around().fail(Kind::Profile, format!("{}: {what}", profile.place()))
            };
            let source = match (profile.get("credential_source"), profile.get("source_profile")) {
                (Some(_), Some(_)) => {
                    let message = "the profile has both source_profile and credential_source";
                    return Err(broken(message.to_owned()));
                }
                (None, None) => {
                    let message = "role_arn needs a source_profile or credential_source";
                    return Err(broken(message.to_owned()));
                }
                (Some(source), None) => self.named_source(&profile, source).await?,
                (None, Some(source)) => self.source_profile(name, source, visited).await?,
            };
            self.assume(&profile, source).await.map(Some)
        })
    }

    /// The credentials of the profile that another one builds on.
    async fn source_profile(
        &self,
        name: &str,
        source: &str,
        mut visited: Vec<String>,
    ) -> Result<Identity, Error> {
        let profile = self.files.profile(name);
        let from = self.files.profile(source);
        if !from.exists() {
            let message = format!("{}: there is no source_profile {source}", profile.place());
            return Err(self.around().fail(Kind::Profile, message));
        }
        // A profile may name itself, where it has keys too.
        if visited.iter().any(|other| other == source) && (source != name || !has_keys(&from)) {
            visited.push(source.to_owned());
            let message = format!("{}: {}", profile.place(), visited.join(" -> "));
            return Err(self.around().fail(Kind::RoleLoop, message));
        }
        visited.push(source.to_owned());
        let found = if has_keys(&from) || !takes_role(&from) {
            self.of_profile(source, false).await?
        } else {
            self.assumed(source, visited).await?
        };
        found.ok_or_else(|| {
            let message = format!("{}: the profile has no credentials", from.place());
            self.around().fail(Kind::Profile, message)
        })
    }

    /// The credentials of a `credential_source`.
    async fn named_source(&self, profile: &Profile<'_>, name: &str) -> Result<Identity, Error> {
        let found = match name {
            "Environment" => variables(self.around())?,
            "EcsContainer" => self.container().await?,
            "Ec2InstanceMetadata" => self.instance().await?,
            _ => {
                let message = format!(
                    "{}: credential_source {name} is none of Environment, EcsContainer, \
                     Ec2InstanceMetadata",
                    profile.place(),
                );
                return Err(self.around().fail(Kind::Profile, message));
            }
        };
        found.ok_or_else(|| {
            let message = format!("{}: credential_source {name} has none", profile.place());
            self.around().fail(Kind::Source, message)
        })
    }

    async fn assume(&self, profile: &Profile<'_>, source: Identity) -> Result<Identity, Error> {
        let role = profile.get("role_arn").unwrap_or_default();
        let origin = Origin::Role {
            how: "AssumeRole",
            role: role.to_owned(),
            with: Box::new(source.origin.clone()),
        };
        let session = profile
            .get("role_session_name")
            .map_or_else(|| session_name(&*self.around().context), str::to_owned);
        let mut members = vec![("RoleArn", text(role)), ("RoleSessionName", text(session))];
        if let Some(id) = profile.get("external_id") {
            members.push(("ExternalId", text(id)));
        }
        // What is no number is passed over, as botocore does.
        let seconds = profile.get("duration_seconds").and_then(|text| text.trim().parse().ok());
        if let Some(seconds) = seconds {
            members.push(("DurationSeconds", Value::Integer(seconds)));
        }
        if let Some(device) = profile.get("mfa_serial") {
            let question = format!("MFA code of {device}: ");
            let code = self.around().surroundings.ask(&question).map_err(|error| {
                let message = format!("{}: no MFA code: {error}", profile.place());
                self.around().fail(Kind::Source, message)
            })?;
            members.push(("SerialNumber", text(device)));
            members.push(("TokenCode", text(code.expose().trim())));
        }
        let client = self.client(self.chain.region(), source)?;
        let output = client.call("sts", "AssumeRole", input(members)).await;
        self.of_sts(output, origin)
    }

    /// The role of a token that a file holds, from the environment or the profile.
    pub(super) async fn web_identity(
        &self,
        name: &str,
        with_variables: bool,
    ) -> Result<Option<Identity>, Error> {
        let profile = self.files.profile(name);
        let get = |variable: &'static str, setting: &'static str| {
            let found = self.around().variable(variable).filter(|_| with_variables);
            match found {
                Some(value) => Some((value, Origin::variable(variable))),
                None => {
                    profile.get(setting).map(|value| (value.to_owned(), profile.origin(setting)))
                }
            }
        };
        let Some((path, origin)) = get("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file")
        else {
            return Ok(None);
        };
        let Some((role, _)) = get("AWS_ROLE_ARN", "role_arn") else {
            let message =
                format!("{origin} names a token, but neither AWS_ROLE_ARN nor role_arn a role");
            return Err(self.around().fail(Kind::Profile, message));
        };
        let session = get("AWS_ROLE_SESSION_NAME", "role_session_name")
            .map_or_else(|| session_name(&*self.around().context), |(name, _)| name);
        // The vendor's SDK takes the path as it is.
        let token = self.around().read_token(path.as_ref())?;
        let origin = Origin::Role {
            how: "AssumeRoleWithWebIdentity",
            role: role.clone(),
            with: Box::new(origin),
        };
        let members = [
            ("RoleArn", text(role)),
            ("RoleSessionName", text(session)),
            ("WebIdentityToken", text(token)),
        ];
        let client = self.client(self.chain.region(), Anonymous)?;
        let output = client.call("sts", "AssumeRoleWithWebIdentity", input(members)).await;
        self.of_sts(output, origin).map(Some)
    }

    fn of_sts(&self, output: Result<Value, Error>, origin: Origin) -> Result<Identity, Error> {
        let output = output.map_err(|error| self.around().failed(&origin.to_string(), error))?;
        let found = output.get("Credentials").and_then(|it| temporary(it, MEMBERS));
        let Some((key, expires)) = found else {
            let message = format!("{origin}: the answer has no credentials");
            return Err(self.around().fail(Kind::Source, message));
        };
        let arn = output.get("AssumedRoleUser").and_then(|user| user.get("Arn"));
        let account = arn
            .and_then(Value::as_str)
            .and_then(|arn| arn.split(':').nth(4))
            .filter(|account| !account.is_empty());
        Ok(Identity::new(key, origin).until(expires).of_account(account.map(str::to_owned)))
    }
}

fn takes_role(profile: &Profile<'_>) -> bool {
    profile.get("role_arn").is_some() && profile.get("web_identity_token_file").is_none()
}

fn has_keys(profile: &Profile<'_>) -> bool {
    ["aws_secret_access_key", "aws_access_key_id"].iter().any(|name| profile.get(name).is_some())
}
