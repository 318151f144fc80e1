//! `isobar configure CLOUD`: writes credentials into the files of the cloud's own tools; and
//! `isobar configure list|get|set|export-credentials`, which look at them.

mod settings;

use std::io;

use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use isobar_client::{Entry, configure};

use crate::call::names::cloud_of;
use crate::flags::{Given, Kind, Table, Texts, Value, texts};
use crate::format::NAMES;
use crate::report::{Class, Error};
use crate::shell::Shell;
use crate::terminal;

pub(crate) static FLAGS: Table<Texts, &[()]> = texts! {
    "profile" = (Value::of("PROFILE", Kind::Profile)), "the profile or context to write (default: default)";
    "access-key-id" = "ID", "the key's id (AWS, Alibaba Cloud)";
    "secret-access-key" = "SECRET",
        "the key's secret (AWS, Alibaba Cloud); others on this machine may see arguments, so `-` \
         reads it from stdin";
    "session-token" = "TOKEN", "the token of temporary credentials (AWS, Alibaba Cloud)";
    "token" = "TOKEN", "the token (DigitalOcean); `-` reads it from stdin";
    "region" = (Value::REGION), "the region (AWS, Alibaba Cloud)";
    "format" = (Value::of("FORMAT", Kind::Likely(&settings::FORMATS))),
        "how export-credentials prints: process (default; env for DigitalOcean), env, \
         env-no-export, fish, powershell, windows-cmd";
    "output" = (Value::of("FORMAT", Kind::Likely(&NAMES))),
        "how list prints: table (default), json, yaml, text or csv";
};

/// How many of the flags say what is written; the others are of what only looks.
const WRITTEN: usize = 6;

const USAGE: &str = "isobar configure aws|alibaba|do [flags]
       isobar configure list [aws|alibaba|do]... [--profile P]
       isobar configure get|set aws|alibaba|do NAME [VALUE] [--profile P]
       isobar configure export-credentials aws|alibaba|do [--profile P] [--format F]";

/// The verbs beside writing credentials.
pub(crate) const VERBS: [&str; 4] = ["list", "get", "set", "export-credentials"];

pub(crate) const ABOUT: &str = "Write credentials into the files of the cloud's own tools: ~/.aws/credentials \
                     and ~/.aws/config, ~/.aliyun/config.json, or doctl's config.yaml. Other settings in \
                     them stay. Prompts at the terminal for missing values.";

/// What a flag may hold.
struct Question<'a> {
    flag: &'a str,
    words: &'a str,
    is_secret: bool,
    is_needed: bool,
}

/// Runs the command.
pub(crate) fn run(shell: &Shell, arguments: Vec<String>) -> Result<(), Error> {
    let Some(parsed) = FLAGS.read(shell, (ABOUT, USAGE), arguments)? else { return Ok(()) };
    // The cloud may stand before the verb, as in `isobar aws configure list`.
    let verb = parsed.words.iter().take(2).find(|word| VERBS.contains(&word.as_str())).cloned();
    if let Some(verb) = verb {
        let words: Vec<&str> = parsed.words.iter().map(String::as_str).collect();
        return look(shell, &verb, &words, &parsed);
    }
    record(shell, &parsed)
}

/// Writes credentials, as the flags or a person say them.
fn record(shell: &Shell, parsed: &Given) -> Result<(), Error> {
    if let Some(flag) = FLAGS.rows[WRITTEN..].iter().find(|flag| parsed.get(flag.name).is_some()) {
        let message = format!("--{} is for {}", flag.name, VERBS.join(", "));
        return Err(Error::usage("flag_foreign", message).hint(USAGE));
    }
    let [word] = parsed.words.as_slice() else {
        return Err(Error::usage("cloud_missing", "name one cloud").hint(USAGE));
    };
    let cloud = cloud_of(word)?;
    let is_bearer = cloud == Cloud::DigitalOcean;
    let foreign: &[&str] = if is_bearer {
        &["access-key-id", "secret-access-key", "session-token", "region"]
    } else {
        &["token"]
    };
    if let Some(flag) = foreign.iter().find(|flag| parsed.get(flag).is_some()) {
        return Err(Error::usage("flag_foreign", format!("{cloud} has no --{flag}")).hint(USAGE));
    }
    let question =
        |flag, words, is_secret, is_needed| Question { flag, words, is_secret, is_needed };
    // With any flag given, nothing that can be left out is asked for.
    let is_silent = FLAGS.rows[1..WRITTEN].iter().any(|flag| parsed.get(flag.name).is_some());
    let answer = |question: &Question<'_>| match parsed.get(question.flag) {
        Some("-") if question.is_secret => read_secret(shell).map(Some),
        Some(value) => Ok(Some(value.to_owned())),
        None if !question.is_needed && is_silent => Ok(None),
        None => asked(question, USAGE),
    };
    let only_region = parsed.get("region").is_some()
        && FLAGS.rows[1..5].iter().all(|it| parsed.get(it.name).is_none());
    let credentials = if only_region {
        None
    } else if is_bearer {
        let token = answer(&question("token", "Token", true, true))?.unwrap_or_default();
        Some(Credentials::bearer(token))
    } else {
        let id = answer(&question("access-key-id", "Access key id", false, true))?;
        let secret = answer(&question("secret-access-key", "Secret access key", true, true))?;
        let token = answer(&question(
            "session-token",
            "Session token (temporary credentials only)",
            true,
            false,
        ))?;
        let key = Credentials::new(id.unwrap_or_default(), secret.unwrap_or_default());
        Some(match token {
            Some(token) => key.with_session_token(token),
            None => key,
        })
    };
    let region = match is_bearer {
        true => None,
        false => answer(&question("region", "Region (empty: as it is)", false, false))?,
    };
    let entry = Entry { profile: parsed.get("profile").map(str::to_owned), credentials, region };
    let paths = configure(cloud, &entry, shell.surroundings.clone())
        .map_err(|error| crate::call::failure::report(&error))?;
    for path in paths {
        shell.note(&format!("wrote {}", path.display()));
    }
    let name = entry.profile.as_deref().map(|name| format!(" --profile {name}"));
    shell.note(&format!("isobar whoami {word}{} says who that is", name.unwrap_or_default()));
    Ok(())
}

/// Carries out a verb that only looks, or sets one setting.
fn look(shell: &Shell, verb: &str, words: &[&str], parsed: &Given) -> Result<(), Error> {
    let at = words.iter().position(|word| *word == verb).unwrap_or_default();
    let rest: Vec<&str> = words[..at].iter().chain(&words[at + 1..]).copied().collect();
    let missing = |what: &str| Error::usage("argument_missing", what.to_owned()).hint(USAGE);
    if verb == "list" {
        let named: Vec<Cloud> = rest.iter().map(|word| cloud_of(word)).collect::<Result<_, _>>()?;
        let clouds = if named.is_empty() { Cloud::ALL.to_vec() } else { named };
        return settings::list(shell, &clouds, parsed);
    }
    let Some((cloud, rest)) = rest.split_first() else { return Err(missing("name one cloud")) };
    let cloud = cloud_of(cloud)?;
    match (verb, rest) {
        ("get", [name]) => settings::get(shell, cloud, name, parsed),
        ("set", [name, "-"]) => settings::put(shell, cloud, name, &read_secret(shell)?, parsed),
        ("set", [name, value]) => settings::put(shell, cloud, name, value, parsed),
        ("export-credentials", []) => settings::export(shell, cloud, parsed),
        ("get", _) => Err(missing("get takes the name of one setting")),
        ("set", _) => Err(missing("set takes the name of a setting and its value")),
        _ => Err(missing("export-credentials takes a cloud and nothing else")),
    }
}

/// The help of the command.
pub(crate) fn help() -> String {
    FLAGS.help((), ABOUT, USAGE)
}

/// The person's answer; nothing where it is empty and need not be given.
fn asked(question: &Question<'_>, usage: &'static str) -> Result<Option<String>, Error> {
    loop {
        let text = terminal::ask(&format!("{}: ", question.words), question.is_secret);
        match text.map(|text| text.trim().to_owned()) {
            Ok(text) if !text.is_empty() => return Ok(Some(text)),
            Ok(_) if !question.is_needed => return Ok(None),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                return Err(Error::new(Class::Interrupted, "interrupted", "interrupted"));
            }
            Err(error) => {
                let message = format!("--{} is not given and cannot be asked for", question.flag);
                return Err(Error::usage("flag_missing", message).source(error).hint(usage));
            }
        }
    }
}

/// A secret that a flag would have held, asked for at the terminal.
pub(crate) fn secret_asked(flag: &str, words: &str, usage: &'static str) -> Result<String, Error> {
    let question = Question { flag, words, is_secret: true, is_needed: true };
    asked(&question, usage).map(Option::unwrap_or_default)
}

/// The first line of stdin.
pub(crate) fn read_secret(shell: &Shell) -> Result<String, Error> {
    use std::io::Read;
    let mut text = String::new();
    // One byte over the bound would be refused anyway.
    let mut stdin = shell.stdin.lock();
    (&mut *stdin).take(16 << 10).read_to_string(&mut text).map_err(|error| {
        Error::new(Class::Unreadable, "stdin_unreadable", "stdin cannot be read").source(error)
    })?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}
