//! `~/.aliyun/config.json`, which the vendor's command line keeps, and `~/.alibabacloud/credentials`,
//! which its SDKs read.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::super::{Around, member};
use super::plan::{How, Plan, Sts};
use super::sign_on;
use crate::error::{Error, Kind};
use crate::ini::{Section, parse};
use crate::origin::Origin;
use crate::settings::Found;

/// The command line's file. It is full of secrets and has no `Debug`.
#[derive(Default)]
pub(crate) struct Config {
    path: PathBuf,
    content: Json,
}

/// A profile of it.
#[derive(Clone, Copy)]
pub(crate) struct Profile<'a> {
    path: &'a Path,
    content: &'a Json,
}

/// Where the command line has its file.
pub(crate) fn cli_path(around: &Around) -> PathBuf {
    around.at_home(".aliyun/config.json")
}

/// Where the SDKs have theirs; the first that is there holds.
pub(super) fn ini_paths(around: &Around) -> Vec<PathBuf> {
    match around.variable("ALIBABA_CLOUD_CREDENTIALS_FILE") {
        Some(path) => vec![around.path(&path)],
        None => ["credentials", "credentials.ini"]
            .map(|name| around.at_home(".alibabacloud").join(name))
            .into(),
    }
}

impl Config {
    /// Reads the file. One that is not there is empty.
    pub(crate) fn load(around: &Around) -> Result<Self, Error> {
        let path = cli_path(around);
        let Some(text) = around.read(&path)? else { return Ok(Self { path, content: Json::Null }) };
        let content: Json = serde_json::from_str(&text).map_err(|error| {
            let message = format!("{}, line {}: this is no JSON", path.display(), error.line());
            around.fail(Kind::Profile, message)
        })?;
        if !content.get("profiles").is_none_or(Json::is_array) {
            let message = format!("{}: profiles is no list", path.display());
            return Err(around.fail(Kind::Profile, message));
        }
        Ok(Self { path, content })
    }

    /// The name of the profile that the command line uses.
    pub(crate) fn current(&self) -> Option<Found<String>> {
        let name = member(&self.content, "current")?;
        Some(Found::new(name.to_owned(), Origin::file(&self.path, "current")))
    }

    /// The profile of a name.
    pub(crate) fn profile(&self, name: &str) -> Option<Profile<'_>> {
        let content = self.profiles().find(|profile| member(profile, "name") == Some(name))?;
        Some(Profile { path: &self.path, content })
    }

    /// The names of all profiles.
    pub(crate) fn names(&self) -> Vec<String> {
        self.profiles().filter_map(|it| member(it, "name")).map(str::to_owned).collect()
    }

    fn profiles(&self) -> impl Iterator<Item = &Json> {
        self.content.get("profiles").and_then(Json::as_array).into_iter().flatten()
    }

    /// What a profile says is to be done. `visited` are the profiles that led to it.
    pub(super) fn plan(
        &self,
        around: &Around,
        profile: Profile<'_>,
        visited: &mut Vec<String>,
    ) -> Result<Plan, Error> {
        let name = profile.text("name").unwrap_or_default().to_owned();
        let is_loop = visited.contains(&name);
        visited.push(name);
        if is_loop {
            let message = format!("{}: {}", self.path.display(), visited.join(" -> "));
            return Err(around.fail(Kind::RoleLoop, message));
        }
        let origin = profile.origin();
        let plan = |how| Ok(Plan { how, origin: origin.clone() });
        let need = |setting: &str| profile.need(around, setting);
        // Names of modes are taken whatever their case, as the command line does.
        let mode = profile.text("mode").unwrap_or("AK");
        match mode.to_ascii_lowercase().as_str() {
            "ak" => plan(profile.key(around, false)?),
            "ststoken" => plan(profile.key(around, true)?),
            "ramrolearn" => {
                let has_token = profile.text("sts_token").is_some();
                let with = Plan { how: profile.key(around, has_token)?, origin: origin.clone() };
                plan(profile.role(around, with)?)
            }
            "ramrolearnwithrolename" => {
                let how = How::Instance { role: profile.owned("ram_role_name") };
                let with = Plan { how, origin: origin.clone() };
                plan(profile.role(around, with)?)
            }
            "chainableramrolearn" => {
                let source = need("source_profile")?;
                let from = self.profile(&source).ok_or_else(|| {
                    let message = format!("{origin}: there is no source_profile {source}");
                    around.fail(Kind::Profile, message)
                })?;
                let with = self.plan(around, from, visited)?;
                plan(profile.role(around, with)?)
            }
            "ecsramrole" => plan(How::Instance { role: profile.owned("ram_role_name") }),
            "oidc" => plan(How::Oidc {
                role: need("ram_role_arn")?,
                provider: need("oidc_provider_arn")?,
                token_file: need("oidc_token_file")?,
                session: profile.session(),
                seconds: profile.seconds(),
                policy: profile.owned("policy"),
                sts: profile.sts(),
            }),
            "credentialsuri" => plan(How::Uri(need("credentials_uri")?)),
            "external" => plan(How::Command(need("process_command")?)),
            "cloudsso" => plan(How::SignOn(sign_on::CloudSso {
                url: need("cloud_sso_sign_in_url")?,
                account: need("cloud_sso_account_id")?,
                access: need("cloud_sso_access_config")?,
                token: need("access_token")?.into(),
                ends: profile.number("cloud_sso_access_token_expire"),
            })),
            "oauth" => plan(How::OAuth(sign_on::OAuth {
                site: profile.owned("oauth_site_type"),
                access: profile.owned("oauth_access_token").map(Into::into),
                access_ends: profile.number("oauth_access_token_expire"),
                key: profile.key(around, true).ok().and_then(|how| match how {
                    How::Key(key) => Some(key),
                    _ => None,
                }),
                key_ends: profile.number("sts_expiration"),
            })),
            "anonymous" => plan(How::Anonymous),
            "rsakeypair" | "bearertoken" => {
                let message = format!("{origin}: the mode {mode} is not implemented");
                Err(around.fail(Kind::NotImplemented, message))
            }
            _ => {
                let message = format!("{origin}: there is no mode {mode}");
                Err(around.fail(Kind::Profile, message))
            }
        }
    }
}

impl<'a> Profile<'a> {
    /// A setting's text.
    pub(crate) fn text(&self, setting: &str) -> Option<&'a str> {
        member(self.content, setting)
    }

    /// A setting as text, also where it is a number.
    pub(crate) fn shown(&self, setting: &str) -> Option<String> {
        crate::configure::shown(self.content, setting)
    }

    /// Where the profile stands.
    pub(crate) fn origin(&self) -> Origin {
        Origin::file(self.path, self.text("name").unwrap_or_default())
    }

    fn owned(&self, setting: &str) -> Option<String> {
        self.text(setting).map(str::to_owned)
    }

    fn number(&self, setting: &str) -> Option<i64> {
        self.content.get(setting).and_then(Json::as_i64).filter(|number| *number > 0)
    }

    fn need(&self, around: &Around, setting: &str) -> Result<String, Error> {
        self.owned(setting).ok_or_else(|| {
            let mode = self.text("mode").unwrap_or("AK");
            let message = format!("{}: {setting} is missing for the mode {mode}", self.origin());
            around.fail(Kind::Profile, message)
        })
    }

    fn key(&self, around: &Around, with_token: bool) -> Result<How, Error> {
        let token = if with_token { Some(self.need(around, "sts_token")?) } else { None };
        let id = self.need(around, "access_key_id")?;
        Ok(How::key(id, self.need(around, "access_key_secret")?, token))
    }

    fn role(&self, around: &Around, with: Plan) -> Result<How, Error> {
        Ok(How::Role {
            with: Box::new(with),
            role: self.need(around, "ram_role_arn")?,
            session: self.session(),
            seconds: self.seconds(),
            policy: self.owned("policy"),
            external_id: self.owned("external_id"),
            sts: self.sts(),
        })
    }

    /// The name of the session; the SDK reads another name of it for OIDC than the command line writes.
    fn session(&self) -> Option<String> {
        self.owned("ram_session_name").or_else(|| self.owned("role_session_name"))
    }

    fn seconds(&self) -> Option<i64> {
        self.number("expired_seconds")
    }

    fn sts(&self) -> Sts {
        let vpc = self.content.get("enable_vpc").and_then(Json::as_bool);
        Sts { region: self.owned("sts_region"), vpc }
    }
}

/// What a section of the SDKs' file says is to be done; `None` where there is no such section.
pub(super) fn ini_plan(around: &Around, name: &str) -> Result<Option<Plan>, Error> {
    for path in ini_paths(around) {
        let Some(text) = around.read(&path)? else { continue };
        let ini = parse(&text).map_err(|broken| {
            around.fail(Kind::Profile, format!("{}, {broken}", path.display()))
        })?;
        let Some(section) = ini.sections.iter().find(|section| section.name == name) else {
            return Ok(None);
        };
        return plan_of(around, &path, section).map(Some);
    }
    Ok(None)
}

fn plan_of(around: &Around, path: &Path, section: &Section) -> Result<Plan, Error> {
    let broken = |what: String| {
        let place = format!("{}, line {}, [{}]", path.display(), section.line, section.name);
        around.fail(Kind::Profile, format!("{place}: {what}"))
    };
    // What follows a `#` is a comment to the SDKs.
    let get = |setting: &str| {
        let text = section.text(setting)?.split('#').next().unwrap_or_default().trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let need = |setting: &str| get(setting).ok_or_else(|| broken(format!("{setting} is missing")));
    let origin = Origin::file(path, section.name.clone());
    let key = || {
        let token = get("security_token");
        Ok::<_, Error>(How::key(need("access_key_id")?, need("access_key_secret")?, token))
    };
    let how = match need("type")?.as_str() {
        "access_key" | "sts" => key()?,
        "ram_role_arn" => How::Role {
            with: Box::new(Plan { how: key()?, origin: origin.clone() }),
            role: need("role_arn")?,
            session: get("role_session_name"),
            seconds: None,
            policy: get("policy"),
            external_id: get("external_id"),
            sts: Sts::default(),
        },
        "oidc_role_arn" => How::Oidc {
            role: need("role_arn")?,
            provider: need("oidc_provider_arn")?,
            token_file: need("oidc_token_file_path")?,
            session: get("role_session_name"),
            seconds: None,
            policy: get("policy"),
            sts: Sts::default(),
        },
        "ecs_ram_role" => How::Instance { role: get("role_name") },
        "credentials_uri" => How::Uri(need("credentials_uri")?),
        other @ ("rsa_key_pair" | "bearer") => {
            let message = format!("{origin}: the type {other} is not implemented");
            return Err(around.fail(Kind::NotImplemented, message));
        }
        other => return Err(broken(format!("there is no type {other}"))),
    };
    Ok(Plan { how, origin })
}
