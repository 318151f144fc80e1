//! AWS: the environment, the two files with their profiles, and what the machine itself offers, in
//! the order of botocore.

mod container;
mod files;
mod instance;
mod process;
mod roles;
mod settings;
mod sso;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use isobar_auth::Credentials;

use super::{Around, time};
use crate::config::Config;
use crate::credentials::{Identity, Provide, Tokens};
use crate::error::{Error, Kind};
use crate::origin::Origin;

pub(crate) use files::{Files, Profile};
pub(crate) use settings::load;

/// The region of calls to STS where there is none: its global endpoint.
const GLOBAL: &str = "aws-global";

/// The setting that names a command which gives credentials.
pub(super) const PROCESS: &str = "credential_process";

/// Names under which tools that fetch temporary keys into the file note when these end (saml2aws,
/// aws-adfs, aws-mfa, gimme-aws-creds and others).
const EXPIRATIONS: [&str; 6] = [
    "expiration",
    "aws_expiration",
    "aws_session_expiration",
    "aws_credential_expiration",
    "aws_session_token_expiration",
    "x_security_token_expires",
];

/// The profile that is meant where none is named.
pub(crate) const DEFAULT_PROFILE: &str = "default";

/// The names of all profiles.
pub(crate) fn profiles(around: &Around) -> Vec<String> {
    Files::load(around).map(|files| files.names()).unwrap_or_default()
}

/// All sources. Files are read anew whenever credentials are fetched.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) around: Around,
    /// What calls to STS and SSO are configured like.
    pub(crate) template: Config,
    /// The profile.
    pub(crate) profile: String,
    /// The caller named the profile, so that it goes before the environment's keys.
    pub(crate) explicit: bool,
}

type Found<'a> = BoxFuture<'a, Result<Option<Identity>, Error>>;

/// One look for credentials.
struct Search<'a> {
    chain: &'a Chain,
    files: &'a Files,
}

impl Provide for Chain {
    fn credentials(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        Box::pin(async move {
            let files = Files::load(&self.around)?;
            Search { chain: self, files: &files }.run().await
        })
    }
}

impl Tokens for Chain {
    fn token<'a>(
        &'a self,
        signing_name: &'a str,
        alone: bool,
    ) -> BoxFuture<'a, Result<Option<Identity>, Error>> {
        Box::pin(async move {
            let variable = format!("AWS_BEARER_TOKEN_{}", signing_name.replace(['-', ' '], "_"));
            let variable = variable.to_uppercase();
            if let Some(token) = self.around.variable(&variable) {
                let origin = Origin::variable(&variable);
                return Ok(Some(Identity::new(Credentials::bearer(token), origin)));
            }
            if !alone {
                return Ok(None);
            }
            let files = Files::load(&self.around)?;
            Search { chain: self, files: &files }.sign_on().await
        })
    }
}

impl Chain {
    pub(crate) fn region(&self) -> &str {
        if self.template.region.is_empty() { GLOBAL } else { &self.template.region }
    }
}

impl<'a> Search<'a> {
    fn around(&self) -> &'a Around {
        &self.chain.around
    }

    async fn run(&self) -> Result<Identity, Error> {
        let profile = self.chain.profile.as_str();
        if !self.chain.explicit
            && let Some(identity) = variables(self.around())?
        {
            return Ok(identity);
        }
        if let Some(identity) = self.assumed(profile, vec![profile.to_owned()]).await? {
            return Ok(identity);
        }
        if let Some(identity) = self.of_profile(profile, !self.chain.explicit).await? {
            return Ok(identity);
        }
        if let Some(identity) = self.container().await? {
            return Ok(identity);
        }
        if let Some(identity) = self.instance().await? {
            return Ok(identity);
        }
        Err(self.nothing())
    }

    /// What a profile itself offers, but for a role that it takes on with another one.
    fn of_profile<'s>(&'s self, name: &'s str, with_variables: bool) -> Found<'s> {
        Box::pin(async move {
            if let Some(identity) = self.web_identity(name, with_variables).await? {
                return Ok(Some(identity));
            }
            if let Some(identity) = self.sso(name).await? {
                return Ok(Some(identity));
            }
            let keys = self.keys(self.files.in_credentials(name), name)?;
            let profile = self.files.profile(name);
            // Programs leave what they were given in the file, with its end; when that has come, the
            // command that the profile names gives new ones.
            let has_other = profile.get(PROCESS).is_some();
            if let Some(keys) = keys.filter(|_| !(has_other && self.is_over(&profile))) {
                return Ok(Some(keys));
            }
            if profile.get("login_session").is_some() {
                let message = format!(
                    "{}: login_session is not implemented; export the session's keys with \
                     `aws configure export-credentials`",
                    profile.origin("login_session"),
                );
                return Err(self.around().fail(Kind::NotImplemented, message));
            }
            if let Some(identity) = self.process(&profile).await? {
                return Ok(Some(identity));
            }
            self.keys(self.files.in_config(name), name)
        })
    }

    /// Whether the end that is noted beside a profile's keys has come.
    fn is_over(&self, profile: &Profile<'_>) -> bool {
        let end = EXPIRATIONS.iter().find_map(|name| time(profile.get(name)?));
        end.is_some_and(|end| end <= self.around().context.now())
    }

    /// The keys that stand in a profile of one of the files.
    fn keys(&self, profile: Profile<'_>, name: &str) -> Result<Option<Identity>, Error> {
        let Some(id) = profile.get("aws_access_key_id") else { return Ok(None) };
        let origin = profile.origin("aws_access_key_id");
        let Some(secret) = profile.get("aws_secret_access_key") else {
            let message = format!("{origin}: profile {name} lacks aws_secret_access_key");
            return Err(self.around().fail(Kind::Profile, message));
        };
        let mut key = Credentials::new(id, secret);
        let token = profile.get("aws_security_token").or_else(|| profile.get("aws_session_token"));
        if let Some(token) = token {
            key = key.with_session_token(token);
        }
        let account = profile.get("aws_account_id").map(str::to_owned);
        Ok(Some(Identity::new(key, origin).of_account(account)))
    }

    fn nothing(&self) -> Error {
        let name = &self.chain.profile;
        let environment = if self.chain.explicit {
            ""
        } else {
            "the environment (AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE), "
        };
        self.around().fail(
            Kind::NoCredentials,
            format!(
                "looked at {environment}profile {name} of {} and {}, the container's and the \
                 instance's metadata; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a \
                 profile, or run `isobar configure aws`",
                self.files.config_path.display(),
                self.files.credentials_path.display(),
            ),
        )
    }
}

/// The environment's keys.
pub(crate) fn variables(around: &Around) -> Result<Option<Identity>, Error> {
    const ID: &str = "AWS_ACCESS_KEY_ID";
    let Some(id) = around.variable(ID) else { return Ok(None) };
    let Some(secret) = around.variable("AWS_SECRET_ACCESS_KEY") else {
        let message = "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not";
        return Err(around.fail(Kind::NoCredentials, message));
    };
    let mut key = Credentials::new(id, secret);
    if let Some((_, token)) = around.first_variable(&["AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"]) {
        key = key.with_session_token(token);
    }
    let expires = match around.variable("AWS_CREDENTIAL_EXPIRATION") {
        None => None,
        Some(text) => Some(time(&text).ok_or_else(|| {
            let message = format!("AWS_CREDENTIAL_EXPIRATION is no time: {text}");
            around.fail(Kind::Profile, message)
        })?),
    };
    let identity = Identity::new(key, Origin::variable(ID))
        .until(expires)
        .of_account(around.variable("AWS_ACCOUNT_ID"));
    Ok(Some(identity))
}

impl Search<'_> {
    /// A client for a source's own calls.
    fn client(
        &self,
        region: &str,
        credentials: impl Provide + 'static,
    ) -> Result<crate::client::Client, Error> {
        self.around().client(&self.chain.template, region, credentials)
    }
}

/// A chain for a profile.
pub(crate) fn chain(
    around: &Around,
    template: &Config,
    profile: &str,
    explicit: bool,
) -> Arc<Chain> {
    Arc::new(Chain {
        around: around.clone(),
        template: template.clone(),
        profile: profile.to_owned(),
        explicit,
    })
}
