//! Single settings in the vendors' own files: looked at, and set.

use std::path::PathBuf;
use std::sync::Arc;

use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use serde_json::Value as Json;

use super::{Entry, configure, ini, odd_name, unedited, write, write_json};
use crate::context::System;
use crate::error::{Error, Kind};
use crate::settings::Found;
use crate::sources::{Around, alibaba, aws, digitalocean, member};
use crate::surroundings::Surroundings;

/// The settings of AWS that belong into the file of credentials.
const SECRETS: [&str; 3] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

/// What the files of a cloud's own tools say of a setting in a profile, by the files' own names
/// (`region`, `s3.addressing_style`; `region_id`; `access-token`); nothing where they say nothing.
///
/// # Errors
/// If a file is broken.
pub fn setting(
    cloud: Cloud,
    profile: Option<&str>,
    name: &str,
    surroundings: Arc<dyn Surroundings>,
) -> Result<Option<Found<String>>, Error> {
    let around = Around { cloud, surroundings, context: Arc::new(System::default()) };
    match cloud {
        Cloud::Aws => {
            let files = aws::Files::load(&around)?;
            let profile = files.profile(profile.unwrap_or(aws::DEFAULT_PROFILE));
            let (outer, value) = match name.split_once('.') {
                Some((outer, inner)) => (outer, profile.nested(outer, inner)),
                None => (name, profile.get(name)),
            };
            Ok(value.map(|value| Found::new(value.to_owned(), profile.origin(outer))))
        }
        Cloud::Alibaba => {
            let config = alibaba::Config::load(&around)?;
            let current = config.current().map(|found| found.value);
            let name_of = profile.map(str::to_owned).or(current);
            let found = config.profile(name_of.as_deref().unwrap_or("default"));
            Ok(found.and_then(|it| Some(Found::new(it.shown(name)?, it.origin()))))
        }
        Cloud::DigitalOcean => digitalocean::setting(&around, profile, name),
    }
}

/// Sets one setting in a profile and gives the path of the file that has it.
///
/// # Errors
/// If a file is broken or of a form that is not edited, if the value cannot stand in it, or if it cannot
/// be written; `NotImplemented` for doctl's settings but the token, and for settings within settings.
pub fn set(
    cloud: Cloud,
    profile: Option<&str>,
    name: &str,
    value: &str,
    surroundings: Arc<dyn Surroundings>,
) -> Result<PathBuf, Error> {
    let around =
        Around { cloud, surroundings: surroundings.clone(), context: Arc::new(System::default()) };
    let profile_name = profile.unwrap_or("default");
    odd_name(&around, profile_name)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.contains('.') {
        let message = format!("{name}: a setting within a setting is not edited");
        return Err(around.fail(Kind::NotImplemented, message));
    }
    if name.is_empty() || !name.chars().all(is_name) {
        return Err(around.fail(Kind::Input, format!("{name:?} is no name of a setting")));
    }
    if value.trim() != value || value.is_empty() || value.chars().any(char::is_control) {
        let message =
            format!("the value of {name} is empty, or has control signs or spaces around it");
        return Err(around.fail(Kind::Input, message));
    }
    match cloud {
        Cloud::Aws => set_aws(&around, profile_name, name, value),
        Cloud::Alibaba => {
            let current = alibaba::Config::load(&around)?.current().map(|found| found.value);
            let profile = profile.map(str::to_owned).or(current);
            set_alibaba(&around, profile.as_deref().unwrap_or("default"), name, value)
        }
        Cloud::DigitalOcean if name == "access-token" => {
            let credentials = Some(Credentials::bearer(value));
            let entry = Entry { profile: profile.map(str::to_owned), credentials, region: None };
            let paths = configure(cloud, &entry, surroundings)?;
            Ok(paths.into_iter().next().unwrap_or_default())
        }
        Cloud::DigitalOcean => {
            let message = format!("doctl's {name} is not edited here; access-token is");
            Err(around.fail(Kind::NotImplemented, message))
        }
    }
}

fn set_aws(around: &Around, profile: &str, name: &str, value: &str) -> Result<PathBuf, Error> {
    let files = aws::Files::load(around)?;
    let name = name.to_lowercase();
    let is_secret = SECRETS.contains(&name.as_str());
    let path = if is_secret { &files.credentials_path } else { &files.config_path };
    let (section, words) = super::section_of(profile, is_secret);
    let set = vec![(name.as_str(), value)];
    let change = ini::Change { section, words, set, unset: Vec::new() };
    let old = around.read(path)?.unwrap_or_default();
    let new = ini::edit(&old, &change).map_err(|what| unedited(around, path, &what))?;
    write(around, path, &new)?;
    Ok(path.clone())
}

fn set_alibaba(around: &Around, profile: &str, name: &str, value: &str) -> Result<PathBuf, Error> {
    write_json(around, profile, |members| {
        // What the file has as a number stays one.
        let is_number = members.get(name).is_some_and(Json::is_number);
        let number = value.parse::<i64>().ok().filter(|_| is_number);
        members.insert(name.to_owned(), number.map_or_else(|| value.into(), Json::from));
    })
}

/// A member of a JSON object, as text.
pub(crate) fn shown(json: &Json, name: &str) -> Option<String> {
    match json.get(name)? {
        Json::String(_) => member(json, name).map(str::to_owned),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
