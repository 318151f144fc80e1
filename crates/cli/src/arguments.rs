//! The arguments of commands that call no operation: words, and flags that take a value.

use isobar_catalogue::Cloud;

use crate::call::suggest;
use crate::flags::{WIDTH, listed, wrapped};
use crate::report::Error;
use crate::shell::Shell;

/// A flag that takes a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag {
    /// Its name, without the dashes.
    pub(crate) name: &'static str,
    /// What it means.
    pub(crate) help: &'static str,
}

/// Arguments. They may hold secrets.
pub(crate) struct Parsed {
    /// What is no flag.
    pub(crate) words: Vec<String>,
    flags: Vec<(&'static str, String)>,
}

impl Parsed {
    /// The value of a flag.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.flags.iter().find(|(flag, _)| *flag == name).map(|(_, value)| value.as_str())
    }
}

/// Takes the arguments apart. Where they ask for help, it is printed, and there is nothing else to do.
pub(crate) fn parse(
    shell: &Shell,
    usage: &str,
    about: &str,
    flags: &'static [Flag],
    arguments: Vec<String>,
) -> Result<Option<Parsed>, Error> {
    let mut parsed = Parsed { words: Vec::new(), flags: Vec::new() };
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        if matches!(argument.as_str(), "--help" | "-h") {
            shell.print(&help(usage, about, flags))?;
            return Ok(None);
        }
        let Some(rest) = argument.strip_prefix("--") else {
            parsed.words.push(argument);
            continue;
        };
        let (name, value) = match rest.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (rest, None),
        };
        let fail = |code, what: &str| Error::usage(code, format!("--{name} {what}")).hint(usage);
        let flag = flags.iter().find(|flag| flag.name == name).ok_or_else(|| {
            let names: Vec<String> = flags.iter().map(|flag| format!("--{}", flag.name)).collect();
            let found = suggest::closest(name, names.iter().map(String::as_str));
            let error =
                Error::usage("flag_unknown", format!("--{name} is no flag of this command"));
            error.hint(match found {
                found if found.is_empty() => usage.to_owned(),
                found => suggest::sentence(&found),
            })
        })?;
        let value = value
            .or_else(|| arguments.next())
            .ok_or_else(|| fail("value_missing", "needs a value"))?;
        if parsed.get(flag.name).is_some() {
            return Err(fail("flag_repeated", "is given twice"));
        }
        parsed.flags.push((flag.name, value));
    }
    Ok(Some(parsed))
}

/// The help of a command.
pub(crate) fn help(usage: &str, about: &str, flags: &[Flag]) -> String {
    let rows = flags.iter().map(|flag| (format!("--{} VALUE", flag.name), flag.help.to_owned()));
    // The first line is what the manual says that the command is.
    let about = match about.split_once(". ") {
        Some((first, rest)) => format!("{first}.\n\n{}", wrapped(rest, 0, WIDTH)),
        None => format!("{about}\n"),
    };
    format!("{about}\nUsage: {usage}\n\nFlags:\n{}", listed(rows.collect(), WIDTH).trim_end())
}

/// The cloud of a name.
pub(crate) fn cloud_of(word: &str) -> Result<Cloud, Error> {
    match word {
        "do" => Ok(Cloud::DigitalOcean),
        "aliyun" => Ok(Cloud::Alibaba),
        _ => word.parse().map_err(|_| {
            let names = ["aws", "alibaba", "aliyun", "digitalocean"];
            let found = suggest::closest(word, names);
            Error::usage("cloud_unknown", format!("there is no cloud {word}")).hint(match found {
                found if found.is_empty() => "aws, alibaba or do".to_owned(),
                found => suggest::sentence(&found),
            })
        }),
    }
}
