//! Writing credentials into the vendors' own files.
//!
//! A file is edited and not written anew: comments, order, other profiles and unknown settings stay.
//! The edited text is read again before it replaces the file, and must say what the old one said,
//! but for what was to change; else nothing is written.

mod ini;
mod single;
mod yaml;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use serde::Serialize;
use serde_json::ser::PrettyFormatter;
use serde_json::{Map, Value as Json, json};

use crate::context::System;
use crate::error::{Error, Kind};
use crate::sources::{Around, alibaba, aws, digitalocean, member};
use crate::surroundings::Surroundings;

pub(crate) use single::shown;
pub use single::{set, setting};

/// What is written.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The profile or context. Default: `default`.
    pub profile: Option<String>,
    /// The key, or of DigitalOcean the bearer token; what is there stays where it is `None`.
    pub credentials: Option<Credentials>,
    /// The region, which DigitalOcean has no place for.
    pub region: Option<String>,
}

/// Writes an entry into the files of a cloud's own tools and gives their paths. A file is replaced in
/// one step and is then its owner's alone to read.
///
/// # Errors
/// If a file is broken or of a form that is not edited, if a value cannot stand in it, or if it
/// cannot be written. Files that come before the failing one are written then.
pub fn configure(
    cloud: Cloud,
    entry: &Entry,
    surroundings: Arc<dyn Surroundings>,
) -> Result<Vec<PathBuf>, Error> {
    let around = Around { cloud, surroundings, context: Arc::new(System::default()) };
    let name = entry.profile.as_deref().unwrap_or("default");
    check(&around, entry, name)?;
    match cloud {
        Cloud::Aws => configure_aws(&around, entry, name),
        Cloud::Alibaba => configure_alibaba(&around, entry, name),
        Cloud::DigitalOcean => configure_digitalocean(&around, entry, name),
    }
}

/// Whether the values can stand in a file.
fn check(around: &Around, entry: &Entry, name: &str) -> Result<(), Error> {
    let fail = |message: String| Err(around.fail(Kind::Input, message));
    odd_name(around, name)?;
    let key = entry.credentials.as_ref();
    let token = key.and_then(|key| key.session_token.as_ref());
    let values = [
        ("access key id", key.map(|key| key.id.as_str())),
        ("secret", key.map(|key| key.secret.expose())),
        ("session token", token.map(isobar_auth::Secret::expose)),
        ("region", entry.region.as_deref()),
    ];
    for (what, value) in values {
        let is_bearer = around.cloud == Cloud::DigitalOcean && what == "access key id";
        let Some(value) = value.filter(|_| !is_bearer) else { continue };
        if value.is_empty() || value.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return fail(format!("the {what} is empty or has spaces or control signs"));
        }
    }
    if entry.region.is_some() && around.cloud == Cloud::DigitalOcean {
        return fail("DigitalOcean's tools keep no region".to_owned());
    }
    if entry.credentials.is_none() && entry.region.is_none() {
        return fail("there is nothing to write".to_owned());
    }
    Ok(())
}

/// Refuses a profile's name that cannot stand in a file.
fn odd_name(around: &Around, name: &str) -> Result<(), Error> {
    let odd = |c: char| c.is_control() || matches!(c, '[' | ']' | '\'' | '"' | '\\');
    if name.is_empty() || name.trim() != name || name.contains(odd) {
        let message = "the profile's name is empty or has signs that cannot stand in one";
        return Err(around.fail(Kind::Input, message));
    }
    Ok(())
}

/// The header of a profile's section, and its words: the file of credentials has the name alone.
fn section_of(name: &str, in_credentials: bool) -> (String, Vec<&str>) {
    match name {
        _ if in_credentials || name == "default" => (name.to_owned(), vec![name]),
        _ if name.contains(char::is_whitespace) => {
            (format!("profile '{name}'"), vec!["profile", name])
        }
        _ => (format!("profile {name}"), vec!["profile", name]),
    }
}

fn configure_aws(around: &Around, entry: &Entry, name: &str) -> Result<Vec<PathBuf>, Error> {
    // Both files are read before one is written.
    let files = aws::Files::load(around)?;
    let mut written = Vec::new();
    let edit = |path: &Path, change: &ini::Change<'_>| {
        let old = around.read(path)?.unwrap_or_default();
        let new = ini::edit(&old, change).map_err(|what| unedited(around, path, &what))?;
        Ok::<_, Error>((path.to_owned(), new))
    };
    if let Some(key) = &entry.credentials {
        let token = key.session_token.as_ref().map(isobar_auth::Secret::expose);
        let mut set = vec![
            ("aws_access_key_id", key.id.as_str()),
            ("aws_secret_access_key", key.secret.expose()),
        ];
        // A token belongs to its key and is no good for another one.
        let mut unset = vec!["aws_security_token"];
        match token {
            Some(token) => set.push(("aws_session_token", token)),
            None => unset.push("aws_session_token"),
        }
        let change = ini::Change { section: name.to_owned(), words: vec![name], set, unset };
        written.push(edit(&files.credentials_path, &change)?);
    }
    if let Some(region) = &entry.region {
        let (section, words) = section_of(name, false);
        let set = vec![("region", region.as_str())];
        let change = ini::Change { section, words, set, unset: Vec::new() };
        written.push(edit(&files.config_path, &change)?);
    }
    for (path, text) in &written {
        write(around, path, text)?;
    }
    Ok(written.into_iter().map(|(path, _)| path).collect())
}

fn configure_alibaba(around: &Around, entry: &Entry, name: &str) -> Result<Vec<PathBuf>, Error> {
    let path = write_json(around, name, |profile| {
        if let Some(key) = &entry.credentials {
            let mode = if key.session_token.is_some() { "StsToken" } else { "AK" };
            profile.insert("mode".to_owned(), mode.into());
            profile.insert("access_key_id".to_owned(), key.id.as_str().into());
            profile.insert("access_key_secret".to_owned(), key.secret.expose().into());
            match &key.session_token {
                Some(token) => {
                    profile.insert("sts_token".to_owned(), token.expose().into());
                }
                // A token belongs to its key and is no good for another one.
                None => {
                    profile.shift_remove("sts_token");
                }
            }
        }
        if let Some(region) = &entry.region {
            profile.insert("region_id".to_owned(), region.as_str().into());
        }
    })?;
    Ok(vec![path])
}

/// Changes a profile in aliyun's file, which is made where it is not there.
fn write_json(
    around: &Around,
    name: &str,
    change: impl FnOnce(&mut Map<String, Json>),
) -> Result<PathBuf, Error> {
    // Reading it as the client does tells what is wrong with it.
    alibaba::Config::load(around)?;
    let path = alibaba::cli_path(around);
    let mut content: Json = around
        .read(&path)?
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_else(|| json!({}));
    let fail = || unedited(around, &path, "it is no JSON object");
    let root = content.as_object_mut().ok_or_else(fail)?;
    if root.get("current").is_none_or(|current| current.as_str().is_none_or(str::is_empty)) {
        root.insert("current".to_owned(), name.into());
    }
    let profiles = root.entry("profiles").or_insert_with(|| json!([]));
    let profiles = profiles.as_array_mut().ok_or_else(fail)?;
    let at = profiles.iter().position(|profile| member(profile, "name") == Some(name));
    let at = at.unwrap_or_else(|| {
        profiles.push(json!({ "name": name, "mode": "AK" }));
        profiles.len() - 1
    });
    change(profiles[at].as_object_mut().ok_or_else(fail)?);
    let mut text = Vec::new();
    let formatter = PrettyFormatter::with_indent(b"\t");
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    content.serialize(&mut serializer).expect("JSON can be written as JSON");
    text.push(b'\n');
    write(around, &path, &String::from_utf8(text).expect("JSON is UTF-8"))?;
    Ok(path)
}

fn configure_digitalocean(
    around: &Around,
    entry: &Entry,
    name: &str,
) -> Result<Vec<PathBuf>, Error> {
    let path = digitalocean::path(around);
    let old = around.read(&path)?.unwrap_or_default();
    let token = entry.credentials.as_ref().map_or("", |key| key.secret.expose());
    let new = yaml::edit(&old, name, token).map_err(|what| unedited(around, &path, &what))?;
    write(around, &path, &new)?;
    Ok(vec![path])
}

fn unedited(around: &Around, path: &Path, what: &str) -> Error {
    let message = format!("{}: {what}; nothing was changed in it", path.display());
    around.fail(Kind::Profile, message)
}

fn write(around: &Around, path: &Path, text: &str) -> Result<(), Error> {
    around.surroundings.write(path, text.as_bytes()).map_err(|error| {
        let message = format!("{} cannot be written: {error}", path.display());
        around.fail(Kind::Profile, message).with_source(error)
    })
}
