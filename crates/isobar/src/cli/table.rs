//! The server's commands and their flags, one row each.

use isobar_cli::flags;
use isobar_cli::flags::values::{number, on, text};
use isobar_cli::flags::{Flag, Kind, Table, Value};

use super::{Command, Count, Format, Name, Options, Place};

/// What `isobar` is.
pub(super) const ABOUT: &str = "One API over AWS, Alibaba Cloud and DigitalOcean: call them, deploy to them, run \
                                them locally";

/// What stands before several commands' names, and what these do.
const GROUPS: [(&str, &str); 3] = [
    ("deployments", "List deployments, look at one, follow it, or stop it"),
    ("operations", "List operations or look at one"),
    ("resources", "List the resources that deployments own on the clouds"),
];

/// What a group's commands do.
pub(super) fn group(name: &str) -> Option<&'static str> {
    GROUPS.iter().find(|(group, _)| *group == name).map(|(_, about)| *about)
}

const CLOUDS: &[&str] = &["aws", "alibaba", "digitalocean"];
const STATUSES: &[&str] =
    &["pending", "in_progress", "successful", "failed", "rolled_back", "cancelled"];

const fn place(name: &'static str, kind: Kind, count: Count, help: &'static str) -> Option<Place> {
    Some(Place { name, kind, count, help })
}

const ID: Option<Place> = place("ID", Kind::Text, Count::One, "Its id");

macro_rules! commands {
    ($($name:ident, $words:literal, $place:expr, $about:literal;)*) => {
        &[$(Command { name: Name::$name, words: $words, place: $place, about: $about }),*]
    };
}

/// The commands, in the order of the help.
pub(super) static COMMANDS: &[Command] = commands! {
    Up, "up", None, "Start the control plane and the three local clouds";
    Down, "down", None, "Stop the server that runs with the state directory";
    Env, "env",
        place("CLOUD", Kind::Words(CLOUDS), Count::AtMostOne,
            "Only this cloud's, beside the control plane's: aws, alibaba or digitalocean"),
        "Print shell exports that point the vendors' SDKs and CLIs at the local clouds";
    Deploy, "deploy",
        place("MANIFEST", Kind::Text, Count::One, "The manifest, in YAML or JSON; `-` reads stdin"),
        "Deploy what a manifest describes";
    DeploymentsList, "deployments list", None, "List deployments, the newest first";
    DeploymentsShow, "deployments show", ID, "Show one deployment";
    DeploymentsWatch, "deployments watch", ID, "Follow a deployment until it ends";
    DeploymentsCancel, "deployments cancel", ID,
        "Stop a deployment that is under way and undo what it did";
    Rollback, "rollback",
        place("ID", Kind::Text, Count::One, "The deployment to go back from"),
        "Go back to the last version that was healthy";
    OperationsList, "operations list", None, "List operations, the newest first";
    OperationsShow, "operations show", ID, "Show one operation";
    ResourcesList, "resources list", None, "List resources";
    ResourcesShow, "resources show", ID, "Show one resource";
    Completion, "completion",
        place("SHELL", Kind::Words(&["bash", "zsh", "fish"]), Count::One,
            "The shell: bash, zsh or fish"),
        "Print a shell's script for completion, of every service's operations and members";
    Man, "man",
        place("WORD", Kind::Text, Count::Any,
            "What it is about: deploy, aws ec2, do droplets list; isobar itself without any"),
        "Print a manual page, or write those of all commands and services";
};

/// The flags. One is given once.
pub(crate) static FLAGS: Table<Options, &[Name]> =
    Table { rows: ROWS, has_dashed_words: false, last_counts: false };

const ALL: &[Name] = &[];
const UP: &[Name] = &[Name::Up];
const DEPLOY: &[Name] = &[Name::Deploy];
const LISTS: &[Name] = &[Name::DeploymentsList, Name::OperationsList];
const DEPLOYMENTS: &[Name] = &[Name::DeploymentsList];
const RESOURCES: &[Name] = &[Name::ResourcesList];
const WAITING: &[Name] = &[Name::Deploy, Name::Rollback, Name::DeploymentsCancel];

const ROWS: &[Flag<Options, &[Name]>] = flags! {
    "ephemeral", UP, "Keep nothing on disk but keys: all other state ends with the process",
        |o, _| on(&mut o.ephemeral);
    "tls", UP,
        "Serve the local clouds over TLS too, on the same ports, by an authority of the state directory",
        |o, _| on(&mut o.tls);
    "salvage", UP,
        "Go on with what is left of a damaged state; a copy of it is kept in the state directory",
        |o, _| on(&mut o.salvage);
    "port" = "PORT" or "4400", UP, "The control plane's port; 0 takes a free one",
        |o, text| port(&mut o.port, text);
    "aws-port" = "PORT" or "4566", UP, "The local AWS's port; 0 takes a free one",
        |o, text| port(&mut o.aws_port, text);
    "alibaba-port" = "PORT" or "4567", UP, "The local Alibaba Cloud's port; 0 takes a free one",
        |o, text| port(&mut o.alibaba_port, text);
    "digitalocean-port" = "PORT" or "4568", UP, "The local DigitalOcean's port; 0 takes a free one",
        |o, text| port(&mut o.digitalocean_port, text);
    "demo", UP, "Deploy the example service to all three clouds once everything answers",
        |o, _| on(&mut o.demo);
    "read-only", &[Name::Env],
        "Keys of the local clouds that may only read, and no key of the control plane",
        |o, _| on(&mut o.read_only);
    "version" = "VERSION", DEPLOY, "The version to deploy, in the place of the manifest's",
        |o, value| text(&mut o.version, value);
    "environment" = "NAME", DEPLOY, "The environment, in the place of the manifest's",
        |o, value| text(&mut o.environment, value);
    "dry-run", DEPLOY, "List every call that would be made, and make none that writes",
        |o, _| on(&mut o.dry_run);
    "idempotency-key" = "KEY", DEPLOY,
        "Makes a repeated command safe: the same key never deploys twice",
        |o, value| text(&mut o.idempotency_key, value);
    "reason" = "TEXT", &[Name::Rollback], "Why, for those who read it later",
        |o, value| text(&mut o.reason, value);
    "no-wait", WAITING, "Return once it is accepted", |o, _| on(&mut o.no_wait);
    "environment" = "NAME", DEPLOYMENTS, "Only this environment's",
        |o, value| text(&mut o.environment, value);
    "service" = "NAME", DEPLOYMENTS, "Only this service's",
        |o, value| text(&mut o.service, value);
    "status" = (Value::of("STATUS", Kind::Words(STATUSES))), DEPLOYMENTS,
        "Only those with this status: pending, in_progress, successful, failed, rolled_back or cancelled",
        |o, value| text(&mut o.status, value);
    "cloud" = (Value::of("CLOUD", Kind::Words(CLOUDS))), DEPLOYMENTS,
        "Only those with a target on this cloud: aws, alibaba or digitalocean", cloud;
    "cloud" = (Value::of("CLOUD", Kind::Words(CLOUDS))), RESOURCES,
        "Only this cloud's: aws, alibaba or digitalocean", cloud;
    "kind" = "KIND", RESOURCES,
        "Only this kind (instance, load_balancer, firewall, network, ...)",
        |o, value| text(&mut o.kind, value);
    "limit" = "N" or "20", LISTS, "At most so many", limit;
    "limit" = "N" or "100", RESOURCES, "At most so many", limit;
    "install" = "FOLDER", &[Name::Man], "Write the pages into FOLDER/man1, for man to find",
        |o, text| { o.install = Some(text.into()); Ok(()) };
    "state" = "DIR", ALL,
        "The state directory [default: $ISOBAR_STATE, else $XDG_STATE_HOME/isobar, else \
         ~/.local/state/isobar]",
        |o, text| { o.global.state = Some(text.into()); Ok(()) };
    "output" | "o" = (Value::of("FORMAT", Kind::Words(&Format::NAMES))) or "table", ALL,
        "How data is printed on stdout: table, json or yaml", output;
    // The control plane's; found through the state directory when absent.
    "url" = "URL", ALL, "", |o, value| text(&mut o.global.url, value);
    "api-key" = "KEY", ALL, "", |o, value| text(&mut o.global.api_key, value);
    "version" | "V", &[Name::Top], "Print the version", |o, _| on(&mut o.is_version);
    "help" | "h", ALL, "Show this", |_, _| Ok(());
};

fn port(port: &mut u16, text: &str) -> Result<(), String> {
    *port = number(text, 0, u16::MAX)?;
    Ok(())
}

fn limit(options: &mut Options, text: &str) -> Result<(), String> {
    options.limit = number(text, 1, u16::MAX)?;
    Ok(())
}

fn cloud(options: &mut Options, text: &str) -> Result<(), String> {
    options.cloud = text.parse().ok();
    Ok(())
}

fn output(options: &mut Options, text: &str) -> Result<(), String> {
    options.global.output = match text {
        "json" => Format::Json,
        "yaml" => Format::Yaml,
        _ => Format::Table,
    };
    Ok(())
}
