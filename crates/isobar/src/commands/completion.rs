//! `isobar completion SHELL`, and what the shells' scripts ask for: `isobar __complete WORD...`.

use std::ffi::OsString;
use std::sync::Arc;

use clap::ValueEnum;
use isobar_catalogue::Cloud;
use isobar_cli::complete::{Around, Candidate, candidates, of_man};
use isobar_cli::report::Error;

use crate::cli;
use crate::output;

/// The first argument by which a shell's script asks what can stand next.
pub(crate) const ARGUMENT: &str = "__complete";

/// The shells that there is a script for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Prints a shell's script.
pub(crate) fn run(shell: Shell) -> Result<(), Error> {
    output::print(match shell {
        Shell::Bash => include_str!("completion/bash.sh").trim_end(),
        Shell::Zsh => include_str!("completion/zsh.sh").trim_end(),
        Shell::Fish => include_str!("completion/fish.fish").trim_end(),
    })
}

/// Prints what can stand in the place of the last word, a candidate on each line, and behind a tab
/// what it is.
pub(crate) fn answer(words: &[OsString]) -> Result<(), Error> {
    let shell = isobar_cli::shell::Shell::system();
    isobar_cli::updated::prefer(&shell);
    // Whoever completes a line is asked for no code of a device.
    let surroundings = Arc::new(isobar_client::Machine::new(None));
    let around = Around { shell: isobar_cli::shell::Shell { surroundings, ..shell }, regions };
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let found = match words.split_first() {
        Some((first, rest)) if !rest.is_empty() && isobar_cli::find(first).is_some() => {
            candidates(&around, first, rest)
        }
        Some((first, rest)) if first == "man" && rest.len() > 1 => {
            let (current, before) = rest.split_last().expect("there are two words");
            of_man(before, current)
        }
        Some((first, rest)) if first == "man" || first == "help" => of_commands(rest),
        _ => of_commands(&words),
    };
    let lines: Vec<String> = found
        .iter()
        .map(
            |(text, about)| {
                if about.is_empty() { text.clone() } else { format!("{text}\t{about}") }
            },
        )
        .collect();
    if lines.is_empty() { Ok(()) } else { output::print(&lines.join("\n")) }
}

/// The regions of a cloud.
fn regions(cloud: Cloud) -> Vec<&'static str> {
    match cloud {
        Cloud::Aws => isobar_aws::regions(),
        Cloud::Alibaba => isobar_alibaba::regions(),
        // A call names none: one API serves them all.
        Cloud::DigitalOcean => Vec::new(),
    }
}

/// What can stand next among the commands whose arguments are declared.
fn of_commands(words: &[String]) -> Vec<Candidate> {
    let Some((current, before)) = words.split_last() else { return Vec::new() };
    if let Some((flag, value)) = current.split_once('=').filter(|(flag, _)| flag.starts_with("--"))
    {
        let words = [before, &[flag.to_owned(), value.to_owned()]].concat();
        let found = of_commands(&words).into_iter();
        return found.map(|(text, about)| (format!("{flag}={text}"), about)).collect();
    }
    let mut command = cli::command();
    // What all commands take is known to each of them then.
    command.build();
    let mut positions = 0;
    let mut takes_value = None;
    for word in before {
        if takes_value.take().is_some() {
            continue;
        }
        if let Some(name) = word.strip_prefix("--") {
            let flag = command.get_arguments().find(|flag| flag.get_long() == Some(name));
            takes_value = flag.filter(|flag| flag.get_action().takes_values()).cloned();
        } else if let Some(found) = command.find_subcommand(word) {
            command = found.clone();
            positions = 0;
        } else {
            positions += 1;
        }
    }
    let values = |argument: &clap::Arg| -> Vec<Candidate> {
        let values = argument.get_possible_values().into_iter();
        let values = values.filter(|value| !value.is_hide_set());
        values
            .map(|value| {
                let about = value.get_help().map(ToString::to_string).unwrap_or_default();
                (value.get_name().to_owned(), about)
            })
            .filter(|(text, _)| text.starts_with(current.as_str()))
            .collect()
    };
    if let Some(flag) = takes_value {
        return values(&flag);
    }
    let about = |text: Option<&clap::builder::StyledStr>| {
        text.map(ToString::to_string)
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mut found: Vec<Candidate> = if current.starts_with('-') {
        let flags = command.get_arguments().filter(|flag| !flag.is_hide_set());
        flags
            .filter_map(|flag| Some((format!("--{}", flag.get_long()?), about(flag.get_help()))))
            .collect()
    } else {
        let below = command.get_subcommands().filter(|below| !below.is_hide_set());
        let below = below.map(|below| (below.get_name().to_owned(), about(below.get_about())));
        let mut places = command.get_positionals();
        below.chain(places.nth(positions).map(values).unwrap_or_default()).collect()
    };
    found.retain(|(text, _)| text.starts_with(current.as_str()));
    found
}
