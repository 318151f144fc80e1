//! The commands that call the clouds: `isobar aws|alibaba|do …`, `isobar cp|sync|ls|rm`, and what
//! goes with them.
//!
//! A command is a row of [`COMMANDS`]. It gets its arguments and a [`Shell`], and nothing else of
//! the process. Which flags and members there are comes from the catalogue when the operation is
//! known; nothing is built for operations that are not called.

mod call;
mod catalogue;
pub mod complete;
mod configure;
pub mod flags;
mod format;
pub mod input;
pub mod man;
mod oauth;
pub mod report;
pub mod shell;
mod terminal;
mod transfer;
pub mod updated;
pub mod visible;
mod whoami;

use std::ffi::OsString;

use isobar_catalogue::Cloud;
use isobar_wire::Value;

pub use call::suggest;
use report::{Class, Error};
use shell::Shell;
use transfer::habits;
use transfer::verb::{Verb, Words};

/// A command of the first level.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What it does, in one line.
    pub about: &'static str,
    /// Its help, where that is one text.
    pub help: Option<fn() -> String>,
    /// Does it, with the arguments that follow its name.
    pub run: fn(&Shell, Vec<String>) -> Result<(), Error>,
}

/// The commands.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "aws",
        aliases: &[],
        about: "Call an operation of AWS: isobar aws ec2 describe-instances",
        help: None,
        run: |shell, arguments| of_cloud(Cloud::Aws, shell, arguments),
    },
    Command {
        name: "alibaba",
        aliases: &["aliyun"],
        about: "Call an operation of Alibaba Cloud: isobar alibaba ecs DescribeInstances",
        help: None,
        run: |shell, arguments| of_cloud(Cloud::Alibaba, shell, arguments),
    },
    Command {
        name: "do",
        aliases: &["digitalocean"],
        about: "Call an operation of DigitalOcean: isobar do droplets list",
        help: None,
        run: |shell, arguments| match arguments.split_first() {
            // Its endpoints are beside the API, at the site where users sign in.
            Some((first, rest)) if first == "oauth" => oauth::run(shell, rest.to_vec()),
            _ => of_cloud(Cloud::DigitalOcean, shell, arguments),
        },
    },
    Command {
        name: "catalogue",
        aliases: &["catalog"],
        about: "See what there is to call: services, operations, members",
        help: None,
        run: catalogue::run,
    },
    Command {
        name: "cp",
        aliases: &[],
        about: "Copy files and objects: isobar cp ./dump s3://backups/",
        help: None,
        run: |shell, arguments| transfer::run(Verb::Copy, shell, arguments),
    },
    Command {
        name: "mv",
        aliases: &[],
        about: "Move files and objects: isobar mv s3://inbox/a s3://done/",
        help: None,
        run: |shell, arguments| transfer::run(Verb::Move, shell, arguments),
    },
    Command {
        name: "sync",
        aliases: &[],
        about: "Copy what differs: isobar sync ./site s3://www",
        help: None,
        run: |shell, arguments| transfer::run(Verb::Sync, shell, arguments),
    },
    Command {
        name: "ls",
        aliases: &[],
        about: "List objects: isobar ls s3://backups/",
        help: None,
        run: |shell, arguments| transfer::run(Verb::List, shell, arguments),
    },
    Command {
        name: "rm",
        aliases: &[],
        about: "Remove objects: isobar rm s3://backups/dump",
        help: None,
        run: |shell, arguments| transfer::run(Verb::Remove, shell, arguments),
    },
    Command {
        name: "mb",
        aliases: &[],
        about: "Make a bucket: isobar mb s3://backups",
        help: None,
        run: |shell, arguments| transfer::run(Verb::MakeBucket, shell, arguments),
    },
    Command {
        name: "rb",
        aliases: &[],
        about: "Remove a bucket: isobar rb s3://backups",
        help: None,
        run: |shell, arguments| transfer::run(Verb::RemoveBucket, shell, arguments),
    },
    Command {
        name: "presign",
        aliases: &[],
        about: "Print a URL for an object: isobar presign s3://backups/dump --expires-in 1h",
        help: None,
        run: |shell, arguments| transfer::run(Verb::Presign, shell, arguments),
    },
    Command {
        name: "whoami",
        aliases: &[],
        about: "Say which identity each cloud sees, and where it comes from",
        help: Some(whoami::help),
        run: whoami::run,
    },
    Command {
        name: "configure",
        aliases: &[],
        about: "Write credentials into the files of a cloud's own tools",
        help: Some(configure::help),
        run: configure::run,
    },
];

/// The help of a command that calls no operation, as its words name it (`cp`, `aws s3 cp`,
/// `catalogue show`, `configure list`): its first line says what the command does.
#[must_use]
pub fn help_of(words: &[&str]) -> Option<String> {
    match words {
        [cloud, service, verb] => {
            let command = find(cloud)?;
            let is_meant = |cloud: &Cloud| call::names::command(*cloud) == command.name;
            let cloud = Cloud::ALL.into_iter().find(is_meant)?;
            habits::help(cloud, service, verb)
        }
        ["catalogue" | "catalog", rest @ ..] => catalogue::help_of(rest),
        ["configure", verb] => configure::VERBS.contains(verb).then(configure::help),
        [name] => {
            let command = find(name)?;
            let of_command = command.help.map(|help| help());
            of_command.or_else(|| Some(transfer::flags::help(Verb::of(command.name)?, Words::Own)))
        }
        _ => None,
    }
}

/// A call of a cloud, or what its own tool calls otherwise.
fn of_cloud(cloud: Cloud, shell: &Shell, arguments: Vec<String>) -> Result<(), Error> {
    // As in aws-cli and aliyun; no service is called so.
    if arguments.first().is_some_and(|word| word == "configure") && cloud != Cloud::DigitalOcean {
        let words = std::iter::once(cloud.name().to_owned());
        return configure::run(shell, words.chain(arguments.into_iter().skip(1)).collect());
    }
    match habits::of(cloud, arguments)? {
        habits::Meant::Call(arguments) => call::run(cloud, shell, arguments),
        habits::Meant::Transfer(verb, words, arguments) => {
            transfer::run_in(verb, words, shell, arguments)
        }
    }
}

/// The command of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name || command.aliases.contains(&name))
}

/// The input that the arguments of a call make, checked, as [`run`] would send it, but for a file
/// that streams; nothing where they ask for help.
///
/// # Errors
/// Everything that is wrong with them, at once.
pub fn input(cloud: Cloud, shell: &Shell, arguments: Vec<String>) -> Result<Option<Value>, Error> {
    call::input(cloud, shell, arguments)
}

/// Runs a command and gives the exit code. What went wrong is on stderr then.
#[must_use]
pub fn run(command: &Command, shell: &Shell, arguments: Vec<OsString>) -> u8 {
    updated::prefer(shell);
    let arguments = arguments.into_iter().map(OsString::into_string).collect::<Result<_, _>>();
    let done = match arguments {
        Ok(arguments) => (command.run)(shell, arguments).and_then(|()| shell.flush()),
        Err(bytes) => Err(Error::usage(
            "argument_unreadable",
            format!("an argument is no Unicode: {}", bytes.to_string_lossy()),
        )),
    };
    let code = match done {
        Ok(()) => 0,
        Err(error) if error.code == shell::GONE => 0,
        Err(error) if error.code == call::failure::WOULD_SUCCEED => {
            shell.note(&format!("note: {}", error.message()));
            0
        }
        Err(error) => {
            // What was printed before the failure is the caller's to have.
            if error.class != Class::Unwritable {
                let _ = shell.flush();
            }
            shell.pager.finish();
            shell.tell(&error);
            error.class.exit_code()
        }
    };
    shell.pager.finish();
    code
}
