//! The command line: every command and flag of the server's, with its help; and how the commands that call
//! clouds are told from them.

mod table;

use std::path::PathBuf;

use isobar_catalogue::Cloud;
use isobar_cli::flags::{Kind, Parsed, WIDTH, Wrong, listed, values, wrapped};
use isobar_cli::report::{CLASSES, Error};
use isobar_cli::shell::Shell;
use isobar_cli::suggest;
use table::COMMANDS;
pub(crate) use table::FLAGS;

/// A command, by which flags say where they belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// `isobar` itself, before any command's name.
    Top,
    /// Several commands whose names begin alike, before the second word.
    Group,
    Up,
    Down,
    Env,
    Deploy,
    DeploymentsList,
    DeploymentsShow,
    DeploymentsWatch,
    DeploymentsCancel,
    Rollback,
    OperationsList,
    OperationsShow,
    ResourcesList,
    ResourcesShow,
    Completion,
    Man,
}

/// A command's row.
pub(crate) struct Command {
    pub(crate) name: Name,
    /// How it is called: `deployments list`.
    pub(crate) words: &'static str,
    /// What it does, in one line.
    pub(crate) about: &'static str,
    /// What stands behind its name, beside flags.
    pub(crate) place: Option<Place>,
}

/// What stands behind a command's name.
pub(crate) struct Place {
    name: &'static str,
    pub(crate) kind: Kind,
    count: Count,
    help: &'static str,
}

/// How many there are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    One,
    AtMostOne,
    Any,
}

/// What every command takes.
#[derive(Default)]
pub(crate) struct Global {
    pub(crate) state: Option<PathBuf>,
    pub(crate) output: Format,
    pub(crate) url: Option<String>,
    pub(crate) api_key: Option<String>,
    /// Whether the command line itself names the state directory.
    pub(crate) names_state: bool,
}

/// What the arguments of a command say.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) global: Global,
    pub(crate) words: Vec<String>,
    is_version: bool,
    pub(crate) ephemeral: bool,
    pub(crate) tls: bool,
    pub(crate) salvage: bool,
    pub(crate) port: u16,
    pub(crate) aws_port: u16,
    pub(crate) alibaba_port: u16,
    pub(crate) digitalocean_port: u16,
    pub(crate) demo: bool,
    pub(crate) read_only: bool,
    pub(crate) version: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) dry_run: bool,
    pub(crate) no_wait: bool,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) service: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) cloud: Option<Cloud>,
    pub(crate) kind: Option<String>,
    pub(crate) limit: u16,
    pub(crate) reason: Option<String>,
    pub(crate) install: Option<PathBuf>,
}

impl Options {
    /// The word behind the command's name, where it must have one.
    pub(crate) fn word(&self) -> &str {
        self.words.first().map(String::as_str).unwrap_or_default()
    }
}

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// A table for people
    #[default]
    Table,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

impl Format {
    /// Their names, in their order.
    const NAMES: [&str; 3] = ["table", "json", "yaml"];
}

/// What the command line asks for.
pub(crate) enum Asked {
    Help(String),
    /// The command's name breaks off; the help says what can follow.
    Unfinished(String),
    Version,
    /// A command that reads its arguments itself.
    Call(&'static isobar_cli::Command, Vec<String>),
    Command(Name, Box<Options>),
}

/// Reads the command line; `width` is that of help.
pub(crate) fn read(mut arguments: Vec<String>, width: usize) -> Result<Asked, Error> {
    let at = FLAGS.word_at(Name::Top, &arguments, 0);
    let rest = arguments.split_off(at.unwrap_or(arguments.len()));
    let Some(before) = parse(Name::Top, "isobar", arguments.clone())? else {
        return Ok(Asked::Help(help("", width)));
    };
    if before.options.is_version {
        return Ok(Asked::Version);
    }
    let Some((first, rest)) = rest.split_first() else {
        return Ok(Asked::Unfinished(help("", width)));
    };
    let mut rest = rest.to_vec();
    if first == "help" {
        rest.push("--help".to_owned());
        return read(rest, width);
    }
    if let Some(command) = isobar_cli::find(first) {
        let format = Format::NAMES[before.options.global.output as usize];
        let output = before.has("output").then(|| format!("--output={format}"));
        return Ok(Asked::Call(command, output.into_iter().chain(rest).collect()));
    }
    let mut words = first.clone();
    if table::group(first).is_some() {
        let Some(at) = FLAGS.word_at(Name::Top, &rest, 0) else {
            let text = help(first, width);
            return Ok(match parse(Name::Group, &format!("isobar {first}"), rest)? {
                None => Asked::Help(text),
                Some(_) => Asked::Unfinished(text),
            });
        };
        let second = rest.remove(at);
        if second == "help" {
            rest.insert(0, words);
            rest.push("--help".to_owned());
            return read(rest, width);
        }
        words = format!("{words} {second}");
    }
    let command = find(&words).ok_or_else(|| unknown(&words))?;
    arguments.extend(rest);
    let parsed = parse(command.name, &format!("isobar {words}"), arguments)?;
    let Some(parsed) = parsed else { return Ok(Asked::Help(help(&words, width))) };
    let options = command.complete(parsed)?;
    Ok(Asked::Command(command.name, Box::new(options)))
}

fn parse(
    name: Name,
    command: &str,
    arguments: Vec<String>,
) -> Result<Option<Parsed<Options>>, Error> {
    let failed = |wrong: Wrong| wrong.error(&format!("{command} --help says more"));
    FLAGS.parse(name, arguments).map_err(failed)
}

/// The command of a name.
pub(crate) fn find(words: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.words == words)
}

/// The names that can stand next behind `deployments`, say, or first, and what they stand for.
pub(crate) fn names(group: &str) -> Vec<(&'static str, &'static str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for command in COMMANDS {
        let (first, second) = command.words.split_once(' ').unwrap_or((command.words, ""));
        let (name, about) = match (group, table::group(first)) {
            ("", Some(about)) => (first, about),
            ("", None) => (first, command.about),
            _ if group == first && !second.is_empty() => (second, command.about),
            _ => continue,
        };
        if !found.iter().any(|(known, _)| *known == name) {
            found.push((name, about));
        }
    }
    if group.is_empty() {
        found.extend(isobar_cli::COMMANDS.iter().map(|command| (command.name, command.about)));
    }
    found
}

/// That there is no such command.
pub(crate) fn unknown(words: &str) -> Error {
    let (group, name) = words.split_once(' ').unwrap_or(("", words));
    let called = format!("isobar {group}").trim_end().to_owned();
    let names = names(group);
    let found = suggest::closest(name, names.iter().map(|(name, _)| *name));
    let hint = format!("{} {called} --help lists them", suggest::sentence(&found));
    Error::usage("unknown_command", format!("{called} has no command {name:?}"))
        .hint(hint.trim_start())
}

/// The help of a command, of a group of commands, or of `isobar` itself.
pub(crate) fn help(words: &str, width: usize) -> String {
    let command = find(words);
    let (about, name) = match command {
        Some(command) => (command.about, command.name),
        None => table::group(words).map_or((table::ABOUT, Name::Top), |it| (it, Name::Group)),
    };
    let place = command.and_then(|command| command.place.as_ref());
    let further = match place {
        Some(place) => place.shown(),
        None if command.is_none() => "COMMAND".to_owned(),
        None => String::new(),
    };
    let usage = ["isobar", words, &further, "[flags]"];
    let usage: Vec<_> = usage.into_iter().filter(|part| !part.is_empty()).collect();
    let mut out = format!("{about}.\n\nUsage: {}\n", usage.join(" "));
    if let Some(place) = place {
        let rows = vec![(place.name.to_owned(), place.help.to_owned())];
        out.push_str(&format!("\nArguments:\n{}", listed(rows, width)));
    }
    if command.is_none() {
        let of = |name: &str| isobar_cli::find(name).map_or(&[] as &[_], |it| it.aliases);
        let aliases = |name: &str| match of(name) {
            aliases if words.is_empty() && !aliases.is_empty() => {
                format!(" [also: {}]", aliases.join(", "))
            }
            _ => String::new(),
        };
        let names = names(words).into_iter();
        let rows = names.map(|(name, about)| (name.to_owned(), about.to_owned() + &aliases(name)));
        out.push_str(&format!("\nCommands:\n{}", listed(rows.collect(), width)));
    }
    out.push_str(&format!("\nFlags:\n{}", FLAGS.listed(name, width)));
    if words.is_empty() {
        let mut codes = "Exit codes: 0 done".to_owned();
        for (_, code, words) in CLASSES {
            codes.push_str(&format!(", {code} {words}"));
        }
        out.push_str(&format!("\n{}", wrapped(&format!("{codes}."), 0, width)));
    }
    out.trim_end().to_owned()
}

impl Command {
    /// Checks what flags cannot, and adds what the environment says.
    fn complete(&self, parsed: Parsed<Options>) -> Result<Options, Error> {
        let names_state = parsed.has("state");
        let Parsed { mut options, mut words, .. } = parsed;
        let further = format!("isobar {} --help says more", self.words);
        self.check(&mut words).map_err(|error| error.hint(&further))?;
        let exclusive = [
            (options.salvage && options.ephemeral, "--salvage and --ephemeral"),
            (options.install.is_some() && !words.is_empty(), "--install and WORD"),
        ];
        if let Some((_, flags)) = exclusive.iter().find(|(both, _)| *both) {
            let message = format!("{flags} do not go together");
            return Err(Error::usage("flags_exclusive", message).hint(further));
        }
        options.words = words;
        let global = &mut options.global;
        global.names_state = names_state;
        global.state = global.state.take().or_else(|| variable("ISOBAR_STATE").map(PathBuf::from));
        let text = |name| variable(name)?.into_string().ok();
        global.url = global.url.take().or_else(|| text("ISOBAR_URL"));
        global.api_key = global.api_key.take().or_else(|| text("ISOBAR_API_KEY"));
        Ok(options)
    }

    /// Whether the words are what stands behind the name; one of a few is spelt as the table has it.
    fn check(&self, words: &mut [String]) -> Result<(), Error> {
        let most = match self.place.as_ref().map(|place| place.count) {
            None => 0,
            Some(Count::One | Count::AtMostOne) => 1,
            Some(Count::Any) => usize::MAX,
        };
        if let Some(word) = words.get(most) {
            let message = format!("isobar {}: {word:?} is not expected here", self.words);
            return Err(Error::usage("unknown_argument", message));
        }
        let Some(place) = &self.place else { return Ok(()) };
        if place.count == Count::One && words.first().is_none_or(String::is_empty) {
            let message = format!("isobar {}: {} is missing", self.words, place.name);
            return Err(Error::usage("argument_missing", message));
        }
        if let (Kind::Words(known), Some(word)) = (place.kind, words.first_mut()) {
            let found = values::one_of(known, word).map_err(|text| {
                let message = format!("{} {text}, not {word:?}", place.name);
                Error::usage("invalid_value", message)
            })?;
            found.clone_into(word);
        }
        Ok(())
    }
}

impl Place {
    fn shown(&self) -> String {
        match self.count {
            Count::One => self.name.to_owned(),
            Count::AtMostOne => format!("[{}]", self.name),
            Count::Any => format!("[{}]...", self.name),
        }
    }
}

/// A variable of the environment; an empty one is as good as none.
#[expect(clippy::disallowed_methods, reason = "the binary reads the environment")]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The width of help: the terminal's, as far as lines are read easily.
pub(crate) fn width() -> usize {
    Shell::system().width.unwrap_or(WIDTH).clamp(40, WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        let arguments = line.split_whitespace().map(str::to_owned).collect();
        match read(arguments, WIDTH) {
            Ok(Asked::Help(text)) => format!("help: {}", text.lines().nth(2).unwrap_or_default()),
            Ok(Asked::Unfinished(text)) => {
                format!("unfinished: {}", text.lines().nth(2).unwrap_or_default())
            }
            Ok(Asked::Version) => "version".to_owned(),
            Ok(Asked::Call(command, rest)) => format!("{} {}", command.name, rest.join(" ")),
            Ok(Asked::Command(name, options)) => {
                format!("{name:?} {} {}", options.words.join(" "), options.limit)
            }
            Err(error) => error.text(),
        }
    }

    #[test]
    fn commands_are_found_behind_flags() {
        for (line, expected) in [
            ("", "unfinished: Usage: isobar COMMAND [flags]"),
            ("--help", "help: Usage: isobar COMMAND [flags]"),
            ("help", "help: Usage: isobar COMMAND [flags]"),
            ("-V", "version"),
            ("up -h", "help: Usage: isobar up [flags]"),
            ("help up", "help: Usage: isobar up [flags]"),
            ("help env", "help: Usage: isobar env [CLOUD] [flags]"),
            ("deployments", "unfinished: Usage: isobar deployments COMMAND [flags]"),
            ("deployments -o json", "unfinished: Usage: isobar deployments COMMAND [flags]"),
            ("deployments --help", "help: Usage: isobar deployments COMMAND [flags]"),
            ("deployments help show", "help: Usage: isobar deployments show ID [flags]"),
            ("--state x deployments -ojson list --limit 7", "DeploymentsList  7"),
            ("operations list", "OperationsList  20"),
            ("resources list", "ResourcesList  100"),
            ("rollback dep_1 --reason x", "Rollback dep_1 0"),
            ("-o yaml do droplets list", "do --output=yaml droplets list"),
            ("help aws ec2", "aws ec2 --help"),
            ("man aws ec2", "Man aws ec2 0"),
        ] {
            assert_eq!(said(line), expected, "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, expected) in [
            ("deplyo", "did you mean deploy?"),
            ("deployments lst", "isobar deployments has no command \"lst\""),
            ("up --port 99999", "--port must be a whole number from 0 to 65535, not \"99999\""),
            ("up --ephemral", "did you mean --ephemeral?"),
            ("up --salvage --ephemeral", "--salvage and --ephemeral do not go together"),
            ("up --state --tls", "--state needs a value: DIR"),
            ("up --tls --tls", "--tls is given twice"),
            ("up now", "\"now\" is not expected here"),
            ("deploy", "isobar deploy: MANIFEST is missing"),
            ("completion ksh", "SHELL must be bash, zsh or fish, not \"ksh\""),
            ("env moon", "CLOUD must be aws, alibaba or digitalocean, not \"moon\""),
            ("deployments list --status done", "--status must be pending, "),
            ("deployments list --limit 0", "--limit must be a whole number from 1 to 65535"),
            ("man --install d cp", "--install and WORD do not go together"),
            ("--demo up", "--demo is not known"),
        ] {
            assert!(said(line).contains(expected), "{line}: {}", said(line));
        }
    }

    #[test]
    fn each_name_of_a_command_is_one() {
        for (at, command) in COMMANDS.iter().enumerate() {
            assert!(COMMANDS[..at].iter().all(|other| other.words != command.words));
            let first = command.words.split(' ').next().unwrap();
            assert!(isobar_cli::find(first).is_none(), "{first}");
        }
    }
}
