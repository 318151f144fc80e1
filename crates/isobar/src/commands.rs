//! What each command does.

pub(crate) mod completion;
mod deploy;
mod deployments;
mod down;
mod environment;
mod lists;
mod man;
mod up;
mod watch;

use crate::cli::{Cli, Command};
use isobar_cli::report::Error;

/// Runs the command that was asked for.
pub(crate) async fn run(cli: Cli) -> Result<(), Error> {
    let Cli { command, global } = cli;
    match command {
        Command::Up(arguments) => up::run(&arguments, &global).await,
        Command::Down => down::run(&global).await,
        Command::Env(arguments) => environment::run(&arguments, &global),
        Command::Deploy(arguments) => deploy::run(&arguments, &global).await,
        Command::Deployments(command) => deployments::run(command, &global).await,
        Command::Rollback(arguments) => deployments::rollback(&arguments, &global).await,
        Command::Operations(command) => lists::operations(command, &global).await,
        Command::Resources(command) => lists::resources(command, &global).await,
        Command::Completion(arguments) => completion::run(arguments.shell),
        Command::Man(arguments) => man::run(&arguments),
    }
}
