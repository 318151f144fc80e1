//! The command line: every command and flag, with its help.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::parser::ValueSource;
use clap::{
    Arg, ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
    value_parser,
};
use isobar_cli::report::CLASSES;

use crate::commands::completion::Shell;

/// One API over AWS, Alibaba Cloud and DigitalOcean: call them, deploy to them, run them locally.
#[derive(Debug, Parser)]
#[command(name = "isobar", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

/// The argument of a command of `isobar_cli` that holds all that follows its name.
pub(crate) const REST: &str = "arguments";

/// The whole command line. The commands of `isobar_cli` read their arguments themselves; here they
/// are for the help, and for flags that stand before them.
pub(crate) fn command() -> clap::Command {
    let rest = Arg::new(REST)
        .action(ArgAction::Append)
        .num_args(0..)
        .allow_hyphen_values(true)
        .trailing_var_arg(true)
        .value_parser(value_parser!(OsString));
    let calls = isobar_cli::COMMANDS.iter().map(|command| {
        clap::Command::new(command.name)
            .visible_aliases(command.aliases)
            .about(command.about)
            .disable_help_flag(true)
            .arg(rest.clone())
    });
    let mut codes = String::from("Exit codes: 0 done");
    for (_, code, words) in CLASSES {
        codes.push_str(&format!(", {code} {words}"));
    }
    Cli::command().subcommands(calls).after_help(format!("{codes}."))
}

/// The output's format as a flag, where the command line has one before the command.
pub(crate) fn output_flag(matches: &clap::ArgMatches) -> Option<String> {
    let given = matches.value_source("output") == Some(ValueSource::CommandLine);
    let format = matches.get_one::<Format>("output").filter(|_| given)?.to_possible_value()?;
    Some(format!("--output={}", format.get_name()))
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The state directory [default: $XDG_STATE_HOME/isobar, else ~/.local/state/isobar]
    #[arg(long, global = true, env = "ISOBAR_STATE", value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// How data is printed on stdout
    #[arg(long, short, global = true, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub(crate) output: Format,
    /// The control plane's URL; found through the state directory when absent
    #[arg(long = "url", global = true, env = "ISOBAR_URL", value_name = "URL", hide = true)]
    pub(crate) url: Option<String>,
    /// The control plane's API key
    #[arg(
        long = "api-key",
        global = true,
        env = "ISOBAR_API_KEY",
        value_name = "KEY",
        hide = true,
        hide_env_values = true
    )]
    pub(crate) api_key: Option<String>,
    /// Whether the command line itself names the state directory.
    #[arg(skip)]
    pub(crate) names_state: bool,
}

impl Cli {
    /// What the command line says.
    pub(crate) fn read(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
        let mut cli = Self::from_arg_matches(matches)?;
        let from = matches.value_source("state");
        cli.global.names_state = from == Some(ValueSource::CommandLine);
        Ok(cli)
    }
}

/// How data is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people
    Table,
    /// JSON
    Json,
    /// YAML
    Yaml,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the control plane and the three local clouds
    Up(Up),
    /// Stop the server that runs with the state directory
    Down,
    /// Print shell exports that point the vendors' SDKs and CLIs at the local clouds
    Env(Env),
    /// Deploy what a manifest describes
    Deploy(Deploy),
    /// List deployments, look at one, follow it, or stop it
    #[command(subcommand)]
    Deployments(Deployments),
    /// Go back to the last version that was healthy
    Rollback(Rollback),
    /// List operations or look at one
    #[command(subcommand)]
    Operations(Operations),
    /// List the resources that deployments own on the clouds
    #[command(subcommand)]
    Resources(Resources),
    /// Print a shell's script for completion, of every service's operations and members
    Completion(Completion),
    /// Print a manual page, or write those of all commands and services
    Man(Man),
}

/// Print a shell's script for completion.
#[derive(Debug, Args)]
pub(crate) struct Completion {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Print a manual page.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// What it is about: deploy, aws ec2, do droplets list; isobar itself without any
    #[arg(value_name = "WORD", conflicts_with = "install")]
    pub(crate) words: Vec<String>,
    /// Write the pages into FOLDER/man1, for man to find
    #[arg(long, value_name = "FOLDER")]
    pub(crate) install: Option<PathBuf>,
}

/// Start the control plane and the three local clouds.
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// Keep nothing on disk but keys: all other state ends with the process
    #[arg(long)]
    pub(crate) ephemeral: bool,
    /// Serve the local clouds over TLS too, on the same ports, by an authority of the state directory
    #[arg(long)]
    pub(crate) tls: bool,
    /// Go on with what is left of a damaged state; a copy of it is kept in the state directory
    #[arg(long, conflicts_with = "ephemeral")]
    pub(crate) salvage: bool,
    /// The control plane's port; 0 takes a free one
    #[arg(long, default_value_t = 4400)]
    pub(crate) port: u16,
    /// The local AWS's port; 0 takes a free one
    #[arg(long, default_value_t = 4566)]
    pub(crate) aws_port: u16,
    /// The local Alibaba Cloud's port; 0 takes a free one
    #[arg(long, default_value_t = 4567)]
    pub(crate) alibaba_port: u16,
    /// The local DigitalOcean's port; 0 takes a free one
    #[arg(long, default_value_t = 4568)]
    pub(crate) digitalocean_port: u16,
    /// Deploy the example service to all three clouds once everything answers
    #[arg(long)]
    pub(crate) demo: bool,
}

/// Print shell exports.
#[derive(Debug, Args)]
pub(crate) struct Env {
    /// Only this cloud's, beside the control plane's
    #[arg(value_enum)]
    pub(crate) cloud: Option<CloudName>,
    /// Keys of the local clouds that may only read, and no key of the control plane
    #[arg(long)]
    pub(crate) read_only: bool,
}

/// The clouds, as arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CloudName {
    Aws,
    Alibaba,
    #[value(name = "digitalocean")]
    DigitalOcean,
}

impl CloudName {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Alibaba => "alibaba",
            Self::DigitalOcean => "digitalocean",
        }
    }
}

/// Deploy what a manifest describes.
#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// The manifest, in YAML or JSON; `-` reads stdin
    #[arg(value_name = "MANIFEST")]
    pub(crate) manifest: PathBuf,
    /// The version to deploy, in the place of the manifest's
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<String>,
    /// The environment, in the place of the manifest's
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// List every call that would be made, and make none that writes
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Return once the deployment is accepted
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// Makes a repeated command safe: the same key never deploys twice
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Deployments {
    /// List deployments, the newest first
    List(DeploymentsList),
    /// Show one deployment
    Show {
        /// Its id
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        id: String,
    },
    /// Follow a deployment until it ends
    Watch {
        /// Its id
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        id: String,
    },
    /// Stop a deployment that is under way and undo what it did
    Cancel {
        /// Its id
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        id: String,
        /// Return once the cancellation is accepted
        #[arg(long)]
        no_wait: bool,
    },
}

/// List deployments.
#[derive(Debug, Args)]
pub(crate) struct DeploymentsList {
    /// Only this environment's
    #[arg(long)]
    pub(crate) environment: Option<String>,
    /// Only this service's
    #[arg(long)]
    pub(crate) service: Option<String>,
    /// Only those with this status
    #[arg(long, value_parser = ["pending", "in_progress", "successful", "failed", "rolled_back", "cancelled"])]
    pub(crate) status: Option<String>,
    /// Only those with a target on this cloud
    #[arg(long, value_enum)]
    pub(crate) cloud: Option<CloudName>,
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) limit: u16,
}

/// Go back to the last version that was healthy.
#[derive(Debug, Args)]
pub(crate) struct Rollback {
    /// The deployment to go back from
    #[arg(value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// Why, for those who read it later
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Return once the rollback is accepted
    #[arg(long)]
    pub(crate) no_wait: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Operations {
    /// List operations, the newest first
    List {
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
        limit: u16,
    },
    /// Show one operation
    Show {
        /// Its id
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Resources {
    /// List resources
    List(ResourcesList),
    /// Show one resource
    Show {
        /// Its id
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        id: String,
    },
}

/// List resources.
#[derive(Debug, Args)]
pub(crate) struct ResourcesList {
    /// Only this cloud's
    #[arg(long, value_enum)]
    pub(crate) cloud: Option<CloudName>,
    /// Only this kind (instance, load_balancer, firewall, network, ...)
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) limit: u16,
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_well_formed() {
        super::command().debug_assert();
    }
}
