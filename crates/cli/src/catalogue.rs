//! `isobar catalogue …`: what there is to call.

mod search;
mod show;
mod stats;
mod update;

use std::str::FromStr;

use isobar_catalogue::Cloud;
use serde_json::Value;

use crate::call::names::command;
use crate::flags::parted;
use crate::format::{self, Format};
use crate::report::{Class, Error};
use crate::shell::Shell;

/// A command below `isobar catalogue`.
struct Subcommand {
    name: &'static str,
    usage: &'static str,
    about: &'static str,
    run: fn(&Shell, &Arguments) -> Result<(), Error>,
}

const SUBCOMMANDS: [Subcommand; 5] = [
    Subcommand {
        name: "stats",
        usage: "[CLOUD]",
        about: "count services and operations; of one cloud, by the package that they are from",
        run: stats::run,
    },
    Subcommand {
        name: "search",
        usage: "WORD...",
        about: "find operations whose names, or whose service's, have all of the words",
        run: search::run,
    },
    Subcommand {
        name: "show",
        usage: "CLOUD SERVICE [OPERATION]",
        about: "show a service, or an operation: members, types, constraints, errors, paging",
        run: show::run,
    },
    Subcommand {
        name: "update",
        usage: "[CLOUD]",
        about: "take newer packages of the vendors' from the public registry, with python3 and pip",
        run: update::run,
    },
    Subcommand {
        name: "reset",
        usage: "[CLOUD]",
        about: "go back to what this release of isobar came with",
        run: update::reset,
    },
];

/// The commands below this one, and what each does.
pub(crate) fn commands() -> impl Iterator<Item = (&'static str, &'static str)> {
    SUBCOMMANDS.iter().map(|subcommand| (subcommand.name, subcommand.about))
}

/// What a subcommand is told.
struct Arguments {
    words: Vec<String>,
    output: Format,
    /// How many results, or how deep a tree.
    limit: Option<usize>,
}

/// Runs `isobar catalogue`.
pub(crate) fn run(shell: &Shell, arguments: Vec<String>) -> Result<(), Error> {
    if arguments.iter().any(|one| matches!(one.as_str(), "--help" | "-h" | "help")) {
        return shell.print(&help());
    }
    let mut arguments = read(arguments)?;
    if arguments.words.is_empty() {
        return Err(Error::usage("command_missing", "catalogue: what to do is missing")
            .hint("isobar catalogue --help lists it"));
    }
    let name = arguments.words.remove(0);
    let Some(found) = SUBCOMMANDS.iter().find(|subcommand| subcommand.name == name) else {
        let names: Vec<_> = SUBCOMMANDS.iter().map(|subcommand| subcommand.name).collect();
        let message = format!("catalogue has no command {name:?}");
        return Err(
            Error::usage("unknown_command", message).hint(format!("it has {}", names.join(", ")))
        );
    };
    (found.run)(shell, &arguments)
}

fn read(given: Vec<String>) -> Result<Arguments, Error> {
    let mut arguments = Arguments { words: Vec::new(), output: Format::Table, limit: None };
    let mut given = given.into_iter();
    while let Some(one) = given.next() {
        if !one.starts_with('-') {
            arguments.words.push(one);
            continue;
        }
        let (name, value) = parted(&one);
        let value = value.map(str::to_owned).or_else(|| given.next());
        let value = value
            .ok_or_else(|| Error::usage("value_missing", format!("--{name} needs a value")))?;
        let wrong = |text: String| Error::usage("invalid_value", format!("--{name} {text}"));
        match name {
            "output" | "o" => arguments.output = Format::from_str(&value).map_err(wrong)?,
            "limit" | "depth" => {
                let number = value.parse().ok().filter(|number| *number > 0);
                let number = number.ok_or_else(|| wrong("must be a number above 0".to_owned()))?;
                arguments.limit = Some(number);
            }
            _ => {
                return Err(Error::usage("unknown_argument", format!("--{name} is not known"))
                    .hint("isobar catalogue --help shows what there is"));
            }
        }
    }
    Ok(arguments)
}

fn help() -> String {
    let mut out = String::from(
        "See what there is to call.\n\nUsage: isobar catalogue COMMAND [FLAGS]\n\nCommands:\n",
    );
    for Subcommand { name, usage, about, .. } in &SUBCOMMANDS {
        out.push_str(&format!("  {:<32}  {about}\n", format!("{name} {usage}")));
    }
    out.push_str(
        "\nFlags:\n  --output FORMAT  table (the default), json, yaml or text\n  \
         --limit NUMBER   how many operations search prints [default: 50]\n  \
         --depth NUMBER   how deep show goes into members [default: 2]\n\n\
         CLOUD is aws, alibaba or do.",
    );
    out
}

/// The help of the command, or of one of its parts.
pub(crate) fn help_of(words: &[&str]) -> Option<String> {
    match words {
        [] => Some(help()),
        [name] => {
            let part = SUBCOMMANDS.iter().find(|part| part.name == *name)?;
            let Subcommand { usage, about, .. } = part;
            Some(format!("{about}\n\nUsage: isobar catalogue {name} {usage}").trim_end().to_owned())
        }
        _ => None,
    }
}

/// The cloud of a word.
fn cloud(word: &str) -> Result<Cloud, Error> {
    let found =
        Cloud::ALL.into_iter().find(|cloud| word == cloud.name() || word == command(*cloud));
    found.ok_or_else(|| {
        Error::new(Class::Unknown, "unknown_cloud", format!("there is no cloud {word:?}"))
            .hint("it must be aws, alibaba or do")
    })
}

/// Prints what was made as JSON, in whichever format is asked for.
fn print(
    shell: &Shell,
    arguments: &Arguments,
    value: Value,
    columns: &[&str],
) -> Result<(), Error> {
    let value = serde_json::from_value(value)
        .map_err(|error| Error::failed("internal", "the output is no value").source(error))?;
    let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
    format::print(shell, arguments.output, &value, &columns)
}
