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

use cli::Asked;
use commands::completion;
use isobar_cli::report::{Class, Error};
use isobar_cli::shell::Shell;
use isobar_engines::machines::keeper;
use output::say;

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
    }
    let asked = match texts(arguments).and_then(|texts| cli::read(texts, cli::width())) {
        Ok(asked) => asked,
        Err(error) => return refuse(&error),
    };
    let (name, options) = match asked {
        Asked::Command(name, options) => (name, options),
        Asked::Call(command, rest) => {
            let rest = rest.into_iter().map(OsString::from).collect();
            return ExitCode::from(isobar_cli::run(command, &Shell::system(), rest));
        }
        Asked::Help(text) => return shown(&text),
        Asked::Version => return shown(concat!("isobar ", env!("CARGO_PKG_VERSION"))),
        Asked::Unfinished(text) => {
            say!("{text}");
            return ExitCode::from(Class::Usage.exit_code());
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error[internal]: the runtime cannot be started: {error}");
            return ExitCode::from(Class::Failed.exit_code());
        }
    };
    match runtime.block_on(commands::run(name, &options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&error),
    }
}

fn texts(arguments: Vec<OsString>) -> Result<Vec<String>, Error> {
    let unreadable = |bytes: OsString| {
        let message = format!("an argument is no Unicode: {}", bytes.to_string_lossy());
        Error::usage("argument_unreadable", message)
    };
    arguments.into_iter().map(|argument| argument.into_string().map_err(unreadable)).collect()
}

fn shown(text: &str) -> ExitCode {
    output::print(text).map_or_else(|error| refuse(&error), |()| ExitCode::SUCCESS)
}

fn refuse(error: &Error) -> ExitCode {
    error.print();
    ExitCode::from(error.class.exit_code())
}
