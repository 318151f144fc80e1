//! The arguments of commands that call no operation: words, and flags that take a value.

use isobar_catalogue::Cloud;

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
        let flag = flags
            .iter()
            .find(|flag| flag.name == name)
            .ok_or_else(|| fail("flag_unknown", "is no flag of this command"))?;
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

fn help(usage: &str, about: &str, flags: &[Flag]) -> String {
    let width = flags.iter().map(|flag| flag.name.len()).max().unwrap_or(0) + 4;
    let flags: Vec<_> = flags
        .iter()
        .map(|flag| {
            let name = format!("--{}", flag.name);
            format!("  {name:<width$}{}", flag.help)
        })
        .collect();
    format!("{about}\n\nUsage: {usage}\n\n{}", flags.join("\n"))
}

/// The cloud of a name.
pub(crate) fn cloud_of(word: &str) -> Result<Cloud, Error> {
    match word {
        "do" => Ok(Cloud::DigitalOcean),
        "aliyun" => Ok(Cloud::Alibaba),
        _ => word.parse().map_err(|_| {
            Error::usage("cloud_unknown", format!("there is no cloud {word}"))
                .hint("aws, alibaba or do")
        }),
    }
}
