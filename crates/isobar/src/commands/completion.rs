//! `isobar completion SHELL`, and what the shells' scripts ask for: `isobar __complete WORD...`.

use std::ffi::OsString;
use std::sync::Arc;

use isobar_catalogue::Cloud;
use isobar_cli::complete::{Around, Candidate, apart, candidates, of_man};
use isobar_cli::report::Error;

use crate::cli::{self, FLAGS, Name};
use crate::output;

/// The first argument by which a shell's script asks what can stand next.
pub(crate) const ARGUMENT: &str = "__complete";

/// Prints a shell's script.
pub(crate) fn run(shell: &str) -> Result<(), Error> {
    output::print(match shell {
        "bash" => include_str!("completion/bash.sh").trim_end(),
        "zsh" => include_str!("completion/zsh.sh").trim_end(),
        _ => include_str!("completion/fish.fish").trim_end(),
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
        Some((first, rest)) if first == "man" || first == "help" => of_commands(&around, rest),
        _ => of_commands(&around, &words),
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

/// What can stand next among the server's commands.
fn of_commands(around: &Around, words: &[String]) -> Vec<Candidate> {
    let Some((current, before)) = words.split_last() else { return Vec::new() };
    if let Some(found) = apart(words, |words| of_commands(around, words)) {
        return found;
    }
    // More of the command's name may follow.
    let is_open = |name| matches!(name, Name::Top | Name::Group);
    let (mut called, mut name, mut at) = (String::new(), Name::Top, 0);
    while let Some(found) = FLAGS.word_at(name, before, at).filter(|_| is_open(name)) {
        called = format!("{called} {}", before[found]).trim_start().to_owned();
        name = cli::find(&called).map_or(Name::Group, |command| command.name);
        at = found + 1;
    }
    let place = cli::find(&called).and_then(|command| command.place.as_ref());
    let has_word = FLAGS.word_at(name, before, at).is_some();
    let mut found = around.of_flags(None, (&FLAGS, name), before, current).unwrap_or_else(|| {
        let names = cli::names(&called).into_iter();
        let names = names.map(|(name, about)| (name.to_owned(), about.to_owned()));
        match place.filter(|_| !has_word).map(|place| place.kind) {
            Some(kind) => around.values(None, kind),
            None => names.collect(),
        }
    });
    found.retain(|(text, _)| text.starts_with(current.as_str()));
    found
}
