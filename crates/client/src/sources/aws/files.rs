//! `~/.aws/config` and `~/.aws/credentials`.

use std::path::{Path, PathBuf};

use super::super::Around;
use crate::error::{Error, Kind};
use crate::ini::{Ini, Section, parse, words};
use crate::origin::Origin;

/// Both files, as they are now.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) config_path: PathBuf,
    pub(crate) credentials_path: PathBuf,
    config: Ini,
    credentials: Ini,
}

/// A profile: what the credentials file says of it, and else what the configuration says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile<'a> {
    files: &'a Files,
    credentials: Option<&'a Section>,
    config: Option<&'a Section>,
}

impl Files {
    /// Reads the files. One that is not there is empty.
    pub(crate) fn load(around: &Around) -> Result<Self, Error> {
        let path = |variable: &str, default: &str| match around.variable(variable) {
            Some(path) => around.path(&path),
            None => around.at_home(default),
        };
        let config_path = path("AWS_CONFIG_FILE", ".aws/config");
        let credentials_path = path("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
        let config = read(around, &config_path)?;
        let credentials = read(around, &credentials_path)?;
        Ok(Self { config_path, credentials_path, config, credentials })
    }

    /// A profile of either file. What is in neither is empty.
    pub(crate) fn profile(&self, name: &str) -> Profile<'_> {
        Profile {
            credentials: self.in_credentials(name).credentials,
            config: self.in_config(name).config,
            files: self,
        }
    }

    /// What the credentials file alone says of a profile.
    pub(crate) fn in_credentials(&self, name: &str) -> Profile<'_> {
        let credentials = self.credentials.sections.iter().find(|section| section.name == name);
        Profile { files: self, credentials, config: None }
    }

    /// What the configuration alone says of a profile.
    pub(crate) fn in_config(&self, name: &str) -> Profile<'_> {
        let is_it = |section: &&Section| {
            (name == "default" && section.name == "default")
                || named(section, "profile") == Some(name.to_owned())
        };
        // Where `[default]` and `[profile default]` are both there, the last one holds.
        let config = self.config.sections.iter().rev().find(is_it);
        Profile { files: self, credentials: None, config }
    }

    /// A `[sso-session NAME]` or `[services NAME]`.
    pub(crate) fn section(&self, kind: &str, name: &str) -> Option<&Section> {
        let mut sections = self.config.sections.iter().rev();
        sections.find(|section| named(section, kind).as_deref() == Some(name))
    }

    /// The names of all profiles, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let config =
            self.config.sections.iter().filter_map(|section| match section.name.as_str() {
                "default" => Some("default".to_owned()),
                _ => named(section, "profile"),
            });
        let credentials = self.credentials.sections.iter().map(|section| section.name.clone());
        let mut names: Vec<String> = Vec::new();
        for name in config.chain(credentials) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

impl<'a> Profile<'a> {
    /// Whether a file has it.
    pub(crate) fn exists(&self) -> bool {
        self.credentials.is_some() || self.config.is_some()
    }

    /// A setting's text.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.holder(name)?.text(name)
    }

    /// A setting within a setting (`s3 =`).
    pub(crate) fn nested(&self, name: &str, inner: &str) -> Option<&'a str> {
        self.holder(name)?.nested(name, inner)
    }

    /// Where a setting stands.
    pub(crate) fn origin(&self, name: &str) -> Origin {
        let in_credentials = self.credentials.is_some_and(|section| section.has(name));
        let (path, section) = match (in_credentials, self.credentials, self.config) {
            (true, Some(section), _) | (false, Some(section), None) => {
                (&self.files.credentials_path, section)
            }
            (_, _, Some(section)) => (&self.files.config_path, section),
            (_, _, None) => return Origin::file(&self.files.config_path, ""),
        };
        Origin::file(path, section.name.clone())
    }

    /// Where it stands, for messages: file, line, section.
    pub(crate) fn place(&self) -> String {
        let (path, section) = match (self.config, self.credentials) {
            (Some(section), _) => (&self.files.config_path, section),
            (None, Some(section)) => (&self.files.credentials_path, section),
            (None, None) => return self.files.config_path.display().to_string(),
        };
        format!("{}, line {}, [{}]", path.display(), section.line, section.name)
    }

    /// The section that has a setting; the credentials file goes first.
    fn holder(&self, name: &str) -> Option<&'a Section> {
        [self.credentials, self.config].into_iter().flatten().find(|section| section.has(name))
    }
}

/// The name in a section's header of two words, the first of which begins with its kind.
fn named(section: &Section, kind: &str) -> Option<String> {
    if !section.name.starts_with(kind) {
        return None;
    }
    let [_, name] = <[String; 2]>::try_from(words(&section.name)?).ok()?;
    Some(name)
}

fn read(around: &Around, path: &Path) -> Result<Ini, Error> {
    let Some(text) = around.read(path)? else { return Ok(Ini::default()) };
    parse(&text)
        .map_err(|broken| around.fail(Kind::Profile, format!("{}, {broken}", path.display())))
}
