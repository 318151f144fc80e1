//! The `isobar` binary: reads the command line and wires the crates together.

mod api;
mod cli;
mod commands;
mod manifest;
mod output;
mod report;
mod state;
#[cfg(test)]
mod support;
mod wiring;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use isobar_engines::machines::keeper;

use crate::report::Class;

fn main() -> ExitCode {
    // A machine's keeper is this binary too; it needs neither a command line nor a runtime.
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if let Some((first, rest)) = arguments.split_first()
        && first == keeper::ARGUMENT
    {
        return keeper::main(rest);
    }
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Where not even this can be printed there is nobody to tell.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(if asked { 0 } else { Class::Usage.exit_code() });
        }
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
