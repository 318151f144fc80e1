//! `isobar completion SHELL`, and what the shells' scripts ask for: `isobar __complete WORD...`.

use std::ffi::OsString;

use clap::ValueEnum;
use isobar_cli::complete::{Candidate, candidates, of_man};
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
    isobar_cli::updated::prefer(&isobar_cli::shell::Shell::system());
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let found = match words.split_first() {
        Some((first, rest)) if !rest.is_empty() && isobar_cli::find(first).is_some() => {
            candidates(first, rest)
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

/// What can stand next among the commands whose arguments are declared.
fn of_commands(words: &[String]) -> Vec<Candidate> {
    let Some((current, before)) = words.split_last() else { return Vec::new() };
    let mut command = cli::command();
    for word in before.iter().filter(|word| !word.starts_with('-')) {
        let Some(found) = command.find_subcommand(word) else { continue };
        command = found.clone();
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
        below.map(|below| (below.get_name().to_owned(), about(below.get_about()))).collect()
    };
    found.retain(|(text, _)| text.starts_with(current.as_str()));
    found
}
