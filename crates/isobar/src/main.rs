//! The `isobar` binary: reads the command line and wires the crates together.

mod api;
mod cli;
mod commands;
mod manifest;
mod output;
mod state;
#[cfg(test)]
mod support;
mod wiring;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use commands::completion;
use isobar_cli::report::Class;
use isobar_cli::shell::Shell;
use isobar_engines::machines::keeper;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if let Some((first, rest)) = arguments.split_first() {
        // A machine's keeper is this binary too; it needs neither a command line nor a runtime.
        if first == keeper::ARGUMENT {
            return keeper::main(rest);
        }
        // A shell that completes a line waits for the answer, and shows no errors.
        if first == completion::ARGUMENT {
            let _ = completion::answer(rest);
            return ExitCode::SUCCESS;
        }
        // A call knows its arguments from the catalogue, and starts sooner without the rest.
        if let Some(command) = first.to_str().and_then(isobar_cli::find) {
            return ExitCode::from(isobar_cli::run(command, &Shell::system(), rest.to_vec()));
        }
        // The help of these is their own.
        if let Some(command) = helped(first, rest) {
            let words = rest.iter().skip(1).cloned().chain([OsString::from("--help")]);
            return ExitCode::from(isobar_cli::run(command, &Shell::system(), words.collect()));
        }
    }
    let matches = match cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return refuse(&error),
    };
    if let Some((name, inner)) = matches.subcommand()
        && let Some(command) = isobar_cli::find(name)
    {
        let before = cli::output_flag(&matches).map(OsString::from);
        let rest = inner.get_many::<OsString>(cli::REST).into_iter().flatten().cloned();
        let rest = before.into_iter().chain(rest);
        return ExitCode::from(isobar_cli::run(command, &Shell::system(), rest.collect()));
    }
    let cli = match cli::Cli::read(&matches) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error[internal]: the runtime cannot be started: {error}");
            return ExitCode::from(Class::Failed.exit_code());
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.print();
            ExitCode::from(error.class.exit_code())
        }
    }
}

/// The command that `isobar help NAME` is about, where it reads its arguments itself.
fn helped(first: &OsString, rest: &[OsString]) -> Option<&'static isobar_cli::Command> {
    let name = rest.first().filter(|_| first == "help")?;
    isobar_cli::find(name.to_str()?)
}

fn refuse(error: &clap::Error) -> ExitCode {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let class = match error.print() {
        // Whoever stops reading has seen enough.
        Err(error) if asked && error.kind() != std::io::ErrorKind::BrokenPipe => Class::Unwritable,
        _ if asked => return ExitCode::SUCCESS,
        _ => Class::Usage,
    };
    ExitCode::from(class.exit_code())
}
