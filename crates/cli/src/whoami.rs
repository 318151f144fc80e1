//! `isobar whoami [CLOUD…]`: who each cloud takes the caller for, and where that comes from.

use std::sync::Arc;

use isobar_catalogue::Cloud;
use isobar_client::{
    Caller, Error as CallError, Found, Identity, Kind, Overrides, Settings, System,
};
use serde_json::{Map, Value as Json, json};

use crate::call::connect::roots;
use crate::call::names::cloud_of;
use crate::flags::{Given, Kind as ValueKind, Table, Texts, Value, texts};
use crate::report::Error;
use crate::shell::Shell;

pub(crate) static FLAGS: Table<Texts, &[()]> = texts! {
    "profile" = (Value::of("PROFILE", ValueKind::Profile)), "the profile of the files, or the context of doctl";
    "region" = (Value::REGION), "the region to ask in";
    "endpoint-url" = "URL", "the base URL to ask at";
    "ca-bundle" = "FILE", "certificates to trust, in PEM";
    "output" = (Value::of("FORMAT", ValueKind::Likely(&["text", "json"]))), "text (default) or json";
};

const USAGE: &str = "isobar whoami [aws|alibaba|do]… [flags]";

const ABOUT: &str = "Say which identity each cloud sees, and where it comes from. Without a cloud, \
                     all three are asked; those without credentials are no failure then, as long as \
                     one has some.";

/// The help of the command.
pub(crate) fn help() -> String {
    FLAGS.help((), ABOUT, USAGE)
}

/// All that is known of a cloud's caller.
struct Known {
    settings: Settings,
    identity: Identity,
    caller: Caller,
}

/// Runs the command.
pub(crate) fn run(shell: &Shell, arguments: Vec<String>) -> Result<(), Error> {
    let Some(parsed) = FLAGS.read(shell, (ABOUT, USAGE), arguments)? else { return Ok(()) };
    let as_json = match parsed.get("output") {
        None | Some("text") => false,
        Some("json") => true,
        Some(other) => {
            return Err(Error::usage("output_unknown", format!("there is no output {other}"))
                .hint("--output text or --output json"));
        }
    };
    let named: Vec<Cloud> =
        parsed.words.iter().map(|word| cloud_of(word)).collect::<Result<_, _>>()?;
    if named.len() != 1 && FLAGS.rows[..4].iter().any(|flag| parsed.get(flag.name).is_some()) {
        return Err(Error::usage("cloud_missing", "these flags are about one cloud")
            .hint("name it: isobar whoami aws --profile NAME"));
    }
    let clouds = if named.is_empty() { Cloud::ALL.to_vec() } else { named.clone() };
    let roots = parsed.get("ca-bundle").map(|path| roots(path.as_ref())).transpose()?;
    let found = shell.run(async {
        let asked = clouds.iter().map(|cloud| ask(shell, *cloud, &parsed, roots.clone()));
        Ok(futures_util::future::join_all(asked).await)
    })?;
    if as_json {
        let all: Map<String, Json> = clouds
            .iter()
            .zip(&found)
            .map(|(cloud, found)| (cloud.name().to_owned(), shown(found)))
            .collect();
        let text = serde_json::to_string_pretty(&all).expect("JSON can be written as JSON");
        shell.print(&text)?;
    } else {
        for (cloud, found) in clouds.iter().zip(&found) {
            shell.print(&described(*cloud, found))?;
        }
    }
    outcome(found, !named.is_empty())
}

/// The command's outcome: the first failure; having no credentials is one where the cloud was named,
/// or where there are none at all.
fn outcome(found: Vec<Result<Known, CallError>>, was_named: bool) -> Result<(), Error> {
    let is_known = found.iter().any(Result::is_ok);
    let counts = |error: &CallError| was_named || error.kind() != Kind::NoCredentials || !is_known;
    match found.into_iter().filter_map(Result::err).find(counts) {
        Some(error) => Err(crate::call::failure::report(&error)),
        None => Ok(()),
    }
}

async fn ask(
    shell: &Shell,
    cloud: Cloud,
    parsed: &Given,
    roots: Option<Arc<[u8]>>,
) -> Result<Known, CallError> {
    let get = |name: &str| parsed.get(name).map(str::to_owned);
    let overrides = Overrides {
        profile: get("profile"),
        region: get("region"),
        endpoint: get("endpoint-url"),
        roots,
    };
    let context = Arc::new(System::default());
    let settings = Settings::load(cloud, &overrides, shell.surroundings.clone(), context).await?;
    let identity = settings.credentials.credentials().await?;
    let caller = settings.caller().await?;
    Ok(Known { settings, identity, caller })
}

fn shown(found: &Result<Known, CallError>) -> Json {
    let origin = |found: Option<&Found<String>>| {
        found.map(|found| json!({ "value": found.value, "from": found.origin.to_string() }))
    };
    match found {
        Ok(Known { settings, identity, caller }) => json!({
            "account": caller.account,
            "name": caller.name,
            "id": caller.id,
            "credentials": {
                "access_key_id": key_id(identity),
                "expires": identity.expires.map(|end| end.to_string()),
                "from": identity.origin.to_string(),
            },
            "profile": origin(settings.profile.as_ref()),
            "region": origin(settings.region.as_ref()),
            "endpoint": origin(settings.general_endpoint().as_ref()),
        }),
        Err(error) => {
            let error = crate::call::failure::report(error);
            json!({ "error": { "code": error.code, "message": error.message() } })
        }
    }
}

/// The id of a key is no secret; of a token there is nothing to show.
fn key_id(identity: &Identity) -> Option<&str> {
    let key = identity.credentials.as_ref()?;
    Some(key.id.as_str()).filter(|id| !id.is_empty())
}

fn described(cloud: Cloud, found: &Result<Known, CallError>) -> String {
    let mut lines = Vec::new();
    let mut line = |what: &str, text: String| lines.push(format!("  {what:<12}{text}"));
    match found {
        Ok(Known { settings, identity, caller }) => {
            line("identity", caller.name.clone());
            line("account", caller.account.clone());
            line("id", caller.id.clone());
            let key = key_id(identity).map_or_else(String::new, |id| format!("{id}, "));
            line("credentials", format!("{key}from {}", identity.origin));
            if let Some(end) = identity.expires {
                line("expire", end.to_string());
            }
            let rows = [
                ("profile", &settings.profile),
                ("region", &settings.region),
                ("endpoint", &settings.general_endpoint()),
            ];
            for (what, found) in rows {
                if let Some(found) = found {
                    line(what, format!("{}, from {}", found.value, found.origin));
                }
            }
        }
        Err(error) => line("unknown", error.to_string()),
    }
    format!("{}\n{}", cloud.name(), lines.join("\n"))
}
