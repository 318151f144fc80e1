//! `isobar catalogue …`: what there is to call.

mod search;
mod show;
mod stats;
mod update;

use isobar_catalogue::Cloud;
use serde_json::Value;

use crate::call::names::command;
use crate::flags;
use crate::flags::values::at_least;
use crate::flags::{Flag, Kind, Parsed, Table, Value as Given, WIDTH};
use crate::format::{self, Format, NAMES};
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
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    words: Vec<String>,
    output: Format,
    /// How many results, or how deep a tree.
    limit: Option<usize>,
}

pub(crate) static FLAGS: Table<Arguments, &[()]> =
    Table { rows: ROWS, has_dashed_words: false, last_counts: true };

const ROWS: &[Flag<Arguments, &[()]>] = flags! {
    "output" | "o" = (Given::of("FORMAT", Kind::Words(&NAMES))) or "table", &[],
        "table, json, yaml, text or csv", |all, text| { all.output = text.parse()?; Ok(()) };
    "limit" = "NUMBER", &[], "how many operations search prints [default: 50]", limit;
    "depth" = "NUMBER", &[], "how deep show goes into members [default: 2]", limit;
    "help" | "h", &[], "show this", |_, _| Ok(());
};

fn limit(arguments: &mut Arguments, text: &str) -> Result<(), String> {
    arguments.limit = Some(at_least(text, 1)?);
    Ok(())
}

/// Runs `isobar catalogue`.
pub(crate) fn run(shell: &Shell, arguments: Vec<String>) -> Result<(), Error> {
    let parsed = FLAGS.parse((), arguments);
    let parsed =
        parsed.map_err(|wrong| wrong.error("isobar catalogue --help shows what there is"))?;
    let parsed = parsed.filter(|parsed| !parsed.words.iter().any(|word| word == "help"));
    let Some(Parsed { options, words, .. }) = parsed else { return shell.print(&help()) };
    let mut arguments = Arguments { words, ..options };
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

fn help() -> String {
    let mut out = String::from(
        "See what there is to call.\n\nUsage: isobar catalogue COMMAND [FLAGS]\n\nCommands:\n",
    );
    for Subcommand { name, usage, about, .. } in &SUBCOMMANDS {
        out.push_str(&format!("  {:<32}  {about}\n", format!("{name} {usage}")));
    }
    out.push_str(&format!("\nFlags:\n{}", FLAGS.listed((), WIDTH)));
    out.push_str("\nCLOUD is aws, alibaba or do.");
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
