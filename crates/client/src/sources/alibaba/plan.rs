//! How an identity is come by: what both files and the environment say, in one form, and what is
//! then done.

use std::path::Path;
use std::time::Duration;

use isobar_auth::{Credentials, Secret};
use isobar_wire::Value;
use serde_json::Value as Json;

use super::super::session_name;
use super::super::{input, member, temporary, text, time};
use super::{Chain, SESSION, metadata, sign_on};
use crate::client::Client;
use crate::credentials::{Anonymous, Identity, Provide};
use crate::error::{Error, Kind};
use crate::ini::words;
use crate::origin::Origin;

/// The variable that names an endpoint for credentials.
pub(super) const URI: &str = "ALIBABA_CLOUD_CREDENTIALS_URI";

/// How long an endpoint of the vendor's may take.
pub(super) const WITHIN: Duration = Duration::from_secs(10);

/// The names of temporary credentials' members in STS.
const MEMBERS: [&str; 3] = ["AccessKeyId", "AccessKeySecret", "SecurityToken"];

/// How long a role is taken on where nobody says it, in seconds.
const SECONDS: i64 = 3600;

/// How an identity is come by, and where that stands.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) how: How,
    pub(super) origin: Origin,
}

/// The ways to an identity.
#[derive(Debug)]
pub(super) enum How {
    Key(Credentials),
    Anonymous,
    Role {
        with: Box<Plan>,
        role: String,
        session: Option<String>,
        seconds: Option<i64>,
        policy: Option<String>,
        external_id: Option<String>,
        sts: Sts,
    },
    Oidc {
        role: String,
        provider: String,
        token_file: String,
        session: Option<String>,
        seconds: Option<i64>,
        policy: Option<String>,
        sts: Sts,
    },
    Instance {
        role: Option<String>,
    },
    Uri(String),
    Command(String),
    SignOn(sign_on::CloudSso),
    OAuth(sign_on::OAuth),
}

/// Where STS is.
#[derive(Clone, Debug, Default)]
pub(super) struct Sts {
    pub(super) region: Option<String>,
    pub(super) vpc: Option<bool>,
}

impl How {
    /// A key, with its token where it has one.
    pub(super) fn key(
        id: impl Into<String>,
        secret: impl Into<Secret>,
        token: Option<String>,
    ) -> Self {
        let key = Credentials::new(id, secret);
        Self::Key(match token {
            Some(token) => key.with_session_token(token),
            None => key,
        })
    }
}

impl Chain {
    pub(super) fn carry_out<'a>(
        &'a self,
        plan: &'a Plan,
    ) -> futures_util::future::BoxFuture<'a, Result<Identity, Error>> {
        let origin = plan.origin.clone();
        let around = &self.around;
        Box::pin(async move {
            match &plan.how {
                How::Key(key) => Ok(Identity::new(key.clone(), origin)),
                How::Anonymous => Ok(Identity::anonymous(origin)),
                How::Role { .. } => self.assume(plan).await,
                How::Oidc { .. } => self.oidc(plan).await,
                How::Instance { role } => {
                    metadata::instance(around, role.as_deref()).await?.ok_or_else(|| {
                        let message = format!("{origin}: the instance has no role to be had");
                        around.fail(Kind::Source, message)
                    })
                }
                How::Uri(uri) => metadata::uri(around, uri, origin).await,
                How::Command(command) => self.command(command, origin).await,
                How::SignOn(session) => sign_on::cloud_sso(around, session, origin).await,
                How::OAuth(session) => sign_on::oauth(around, session, origin).await,
            }
        })
    }

    async fn assume(&self, plan: &Plan) -> Result<Identity, Error> {
        let How::Role { with, role, session, seconds, policy, external_id, sts } = &plan.how else {
            unreachable!("it is a role that is assumed")
        };
        let source = self.carry_out(with).await?;
        let origin = Origin::Role {
            how: "AssumeRole",
            role: role.clone(),
            with: Box::new(source.origin.clone()),
        };
        let mut members = self.session(role, session.as_deref(), *seconds, policy.as_deref());
        members.extend(external_id.as_deref().map(|id| ("ExternalId", text(id))));
        let output = self.sts(sts, source)?.call("sts", "AssumeRole", input(members)).await;
        self.of_sts(output, origin)
    }

    async fn oidc(&self, plan: &Plan) -> Result<Identity, Error> {
        let How::Oidc { role, provider, token_file, session, seconds, policy, sts } = &plan.how
        else {
            unreachable!("it is a token that is exchanged")
        };
        let token = self.around.read_token(Path::new(token_file))?;
        let origin = Origin::Role {
            how: "AssumeRoleWithOIDC",
            role: role.clone(),
            with: Box::new(plan.origin.clone()),
        };
        let mut members = self.session(role, session.as_deref(), *seconds, policy.as_deref());
        members.push(("OIDCProviderArn", text(provider.as_str())));
        members.push(("OIDCToken", text(token)));
        let client = self.sts(sts, Anonymous)?;
        let output = client.call("sts", "AssumeRoleWithOIDC", input(members)).await;
        self.of_sts(output, origin)
    }

    /// What both calls say.
    fn session(
        &self,
        role: &str,
        session: Option<&str>,
        seconds: Option<i64>,
        policy: Option<&str>,
    ) -> Vec<(&'static str, Value)> {
        let session = session
            .map(str::to_owned)
            .or_else(|| self.around.first_variable(&SESSION).map(|(_, session)| session))
            .unwrap_or_else(|| session_name(&*self.around.context));
        let mut members = vec![
            ("RoleArn", text(role)),
            ("RoleSessionName", text(session)),
            ("DurationSeconds", Value::Integer(seconds.unwrap_or(SECONDS))),
        ];
        members.extend(policy.map(|policy| ("Policy", text(policy))));
        members
    }

    /// A client for STS, where the SDKs look for it: at its central endpoint, unless a region is
    /// named.
    fn sts(&self, sts: &Sts, credentials: impl Provide + 'static) -> Result<Client, Error> {
        let around = &self.around;
        let region = sts.region.clone().or_else(|| around.variable("ALIBABA_CLOUD_STS_REGION"));
        let vpc = sts.vpc.unwrap_or_else(|| {
            around
                .variable("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED")
                .is_some_and(|text| text.eq_ignore_ascii_case("true"))
        });
        let mut template = self.template.clone();
        let url = match &region {
            Some(region) => {
                let prefix = if vpc { "sts-vpc" } else { "sts" };
                format!("https://{prefix}.{region}.aliyuncs.com")
            }
            None => "https://sts.aliyuncs.com".to_owned(),
        };
        template.endpoint.get_or_insert(url);
        around.client(&template, region.as_deref().unwrap_or_default(), credentials)
    }

    fn of_sts(&self, output: Result<Value, Error>, origin: Origin) -> Result<Identity, Error> {
        let output = output.map_err(|error| self.around.failed(&origin.to_string(), error))?;
        let found = output.get("Credentials").and_then(|it| temporary(it, MEMBERS));
        let Some((key, expires)) = found else {
            let message = format!("{origin}: the answer has no credentials");
            return Err(self.around.fail(Kind::Source, message));
        };
        Ok(Identity::new(key, origin).until(expires))
    }

    /// What a command of the configuration (`External`) writes.
    async fn command(&self, command: &str, said_by: Origin) -> Result<Identity, Error> {
        let broken = |what: &str| {
            self.around.fail(Kind::Profile, format!("{said_by}: process_command {what}"))
        };
        let command = words(command).ok_or_else(|| broken("has a quotation without an end"))?;
        let program = command.first().cloned().ok_or_else(|| broken("is empty"))?;
        let stdout = self.around.run(&command).await?;
        let fail = |what: &str| {
            self.around.fail(Kind::Source, format!("{program}, run for {said_by}: {what}"))
        };
        let answer: Json =
            serde_json::from_slice(&stdout).map_err(|_| fail("what it wrote is no JSON"))?;
        let (Some(id), Some(secret)) =
            (member(&answer, "access_key_id"), member(&answer, "access_key_secret"))
        else {
            return Err(fail("what it wrote lacks access_key_id or access_key_secret"));
        };
        let token = member(&answer, "sts_token");
        if member(&answer, "mode") == Some("StsToken") && token.is_none() {
            return Err(fail("what it wrote lacks sts_token"));
        }
        let mut key = Credentials::new(id, secret);
        if let Some(token) = token {
            key = key.with_session_token(token);
        }
        let expires = match member(&answer, "expiration") {
            None => None,
            Some(text) => Some(time(text).ok_or_else(|| fail("its expiration is no time"))?),
        };
        let origin =
            Origin::Process { program: program.clone(), said_by: Box::new(said_by.clone()) };
        Ok(Identity::new(key, origin).until(expires))
    }
}
