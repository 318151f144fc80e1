//! `isobar configure list|get|set|export-credentials`: settings and credentials as they are found.

use std::sync::Arc;

use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use isobar_client::{
    Error as CallError, Found, Identity, Kind, Overrides, Settings, System, set, setting,
};
use isobar_wire::Value;
use serde_json::json;

use crate::call::failure::report;
use crate::call::names::command;
use crate::flags::Given;
use crate::format::{self, Format};
use crate::report::Error;
use crate::shell::Shell;

/// How credentials are written, by the names that aws-cli has for it.
pub(super) const FORMATS: [&str; 6] =
    ["env", "env-no-export", "fish", "powershell", "windows-cmd", "process"];

/// The variables that a cloud's own tools read: the key's id, its secret, the token, the end.
fn variables(cloud: Cloud) -> [&'static str; 4] {
    match cloud {
        Cloud::Aws => [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_CREDENTIAL_EXPIRATION",
        ],
        Cloud::Alibaba => [
            "ALIBABA_CLOUD_ACCESS_KEY_ID",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            "ALIBABA_CLOUD_SECURITY_TOKEN",
            "",
        ],
        Cloud::DigitalOcean => ["", "DIGITALOCEAN_TOKEN", "", ""],
    }
}

async fn load(shell: &Shell, cloud: Cloud, parsed: &Given) -> Result<Settings, CallError> {
    let overrides =
        Overrides { profile: parsed.get("profile").map(str::to_owned), ..Overrides::default() };
    let context = Arc::new(System::default());
    Settings::load(cloud, &overrides, shell.surroundings.clone(), context).await
}

/// What is found for each cloud, and where; secrets but for their last letters.
pub(super) fn list(shell: &Shell, clouds: &[Cloud], parsed: &Given) -> Result<(), Error> {
    let output = parsed.get("output").unwrap_or("table").parse::<Format>();
    let output =
        output.map_err(|text| Error::usage("output_unknown", format!("--output {text}")))?;
    let rows = shell.run(async {
        let mut rows = Vec::new();
        for cloud in clouds {
            rows.extend(of_cloud(shell, *cloud, parsed).await?);
        }
        Ok(rows)
    })?;
    format::print(shell, output, &Value::List(rows), &[])
}

async fn of_cloud(shell: &Shell, cloud: Cloud, parsed: &Given) -> Result<Vec<Value>, Error> {
    let settings = load(shell, cloud, parsed).await.map_err(|error| report(&error))?;
    let found = |found: &Option<Found<String>>| match found {
        Some(found) => (found.value.clone(), found.origin.to_string()),
        None => ("not set".to_owned(), String::new()),
    };
    let mut rows = vec![("profile", found(&settings.profile))];
    let (id, secret) = match settings.credentials.credentials().await {
        Ok(identity) => keys(&identity),
        Err(error) if error.kind() == Kind::NoCredentials => (not_set(), not_set()),
        Err(error) => return Err(report(&error)),
    };
    if cloud == Cloud::DigitalOcean {
        rows.push(("token", secret));
    } else {
        rows.push(("access key", id));
        rows.push(("secret key", secret));
        rows.push(("region", found(&settings.region)));
    }
    rows.push(("endpoint", found(&settings.general_endpoint())));
    rows.push(("output", found(&settings.output)));
    let row = |(name, (value, from)): (&'static str, (String, String))| {
        let mut row = Value::Map(Vec::new());
        for (member, text) in [
            ("cloud", cloud.name().to_owned()),
            ("name", name.to_owned()),
            ("value", value),
            ("from", from),
        ] {
            row.set(member, Value::from(text));
        }
        row
    };
    Ok(rows.into_iter().map(row).collect())
}

fn not_set() -> (String, String) {
    ("not set".to_owned(), String::new())
}

/// The id and the secret as they may be seen, and where they are from.
fn keys(identity: &Identity) -> ((String, String), (String, String)) {
    let origin = identity.origin.to_string();
    match &identity.credentials {
        None => (not_set(), not_set()),
        Some(key) => ((hidden(&key.id), origin.clone()), (hidden(key.secret.expose()), origin)),
    }
}

/// As aws-cli shows it: stars, and the last four letters of what is long enough for them to tell little.
fn hidden(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let shown = if letters.len() >= 16 { 4 } else { 0 };
    let last: String = letters[letters.len() - shown..].iter().collect();
    format!("{}{last}", "*".repeat(16))
}

/// Prints a setting; that it is not there is a failure without a word, as in aws-cli.
pub(super) fn get(shell: &Shell, cloud: Cloud, name: &str, parsed: &Given) -> Result<(), Error> {
    let profile = parsed.get("profile");
    let found = setting(cloud, profile, name, shell.surroundings.clone());
    match found.map_err(|error| report(&error))? {
        Some(found) => shell.print(&found.value),
        None => {
            let profile = profile.unwrap_or("default");
            let message = format!("{cloud}: {name} is not set in profile {profile}");
            Err(Error::failed("setting_missing", message))
        }
    }
}

/// Sets a setting.
pub(super) fn put(
    shell: &Shell,
    cloud: Cloud,
    name: &str,
    value: &str,
    parsed: &Given,
) -> Result<(), Error> {
    let path = set(cloud, parsed.get("profile"), name, value, shell.surroundings.clone());
    let path = path.map_err(|error| report(&error))?;
    shell.note(&format!("wrote {}", path.display()));
    Ok(())
}

/// Prints credentials for other programs.
pub(super) fn export(shell: &Shell, cloud: Cloud, parsed: &Given) -> Result<(), Error> {
    let default = if cloud == Cloud::DigitalOcean { "env" } else { "process" };
    let form = parsed.get("format").unwrap_or(default);
    if !FORMATS.contains(&form) {
        let message = format!("--format must be one of {}, not {form:?}", FORMATS.join(", "));
        return Err(Error::usage("format_unknown", message));
    }
    let identity = shell.run(async {
        let settings = load(shell, cloud, parsed).await.map_err(|error| report(&error))?;
        settings.credentials.credentials().await.map_err(|error| report(&error))
    })?;
    let Some(key) = &identity.credentials else {
        let message = format!("{cloud}: there are no credentials to export");
        return Err(Error::failed("credentials_missing", message));
    };
    let end = identity.expires.map(|end| end.to_string());
    if form == "process" {
        return process(shell, cloud, key, end.as_deref());
    }
    let token = key.session_token.as_ref().map(|token| token.expose().to_owned());
    let values = [Some(key.id.clone()), Some(key.secret.expose().to_owned()), token, end];
    for (name, value) in variables(cloud).into_iter().zip(values) {
        let Some(value) = value.filter(|_| !name.is_empty()) else { continue };
        shell.print(&assignment(form, name, &value))?;
    }
    Ok(())
}

/// A variable's assignment in the language of a shell.
fn assignment(form: &str, name: &str, value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    let quoted = match value.chars().all(plain) {
        true => value.to_owned(),
        false => format!("'{}'", value.replace('\'', r"'\''")),
    };
    match form {
        "env-no-export" => format!("{name}={quoted}"),
        "fish" => format!("set -gx {name} '{}'", value.replace('\\', r"\\").replace('\'', r"\'")),
        "powershell" => format!("$Env:{name}='{}'", value.replace('\'', "''")),
        "windows-cmd" => format!("set {name}={value}"),
        _ => format!("export {name}={quoted}"),
    }
}

/// The document that a cloud's own tools take from a program: `credential_process` of AWS, the mode
/// `External` of aliyun.
fn process(shell: &Shell, cloud: Cloud, key: &Credentials, end: Option<&str>) -> Result<(), Error> {
    let secret = key.secret.expose();
    let token = key.session_token.as_ref().map(isobar_auth::Secret::expose);
    let mut document = match cloud {
        Cloud::Aws => json!({ "Version": 1, "AccessKeyId": key.id, "SecretAccessKey": secret }),
        Cloud::Alibaba => json!({
            "mode": if token.is_some() { "StsToken" } else { "AK" },
            "access_key_id": key.id,
            "access_key_secret": secret,
        }),
        Cloud::DigitalOcean => {
            let message = "no tool of DigitalOcean's asks a program for its token";
            return Err(Error::usage("format_unknown", message).hint(format!(
                "isobar configure export-credentials {} --format env",
                command(cloud)
            )));
        }
    };
    let (token_name, end_name) = match cloud {
        Cloud::Aws => ("SessionToken", Some("Expiration")),
        _ => ("sts_token", None),
    };
    if let Some(token) = token {
        document[token_name] = json!(token);
    }
    if let (Some(name), Some(end)) = (end_name, end) {
        document[name] = json!(end);
    }
    shell.print(&format!("{document:#}"))
}
