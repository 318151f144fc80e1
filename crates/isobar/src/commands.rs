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

use crate::cli::{Name, Options};
use isobar_cli::report::Error;

/// Runs the command that was asked for.
pub(crate) async fn run(name: Name, arguments: &Options) -> Result<(), Error> {
    match name {
        Name::Top | Name::Group => unreachable!("neither is a command"),
        Name::Up => up::run(arguments).await,
        Name::Down => down::run(&arguments.global).await,
        Name::Env => environment::run(arguments),
        Name::Deploy => deploy::run(arguments).await,
        Name::DeploymentsList => deployments::list(arguments).await,
        Name::DeploymentsShow => deployments::show(arguments).await,
        Name::DeploymentsWatch => deployments::watch(arguments).await,
        Name::DeploymentsCancel => deployments::cancel(arguments).await,
        Name::Rollback => deployments::rollback(arguments).await,
        Name::OperationsList => lists::operations(arguments).await,
        Name::OperationsShow => lists::show("operations", arguments).await,
        Name::ResourcesList => lists::resources(arguments).await,
        Name::ResourcesShow => lists::show("resources", arguments).await,
        Name::Completion => completion::run(arguments.word()),
        Name::Man => man::run(arguments),
    }
}
