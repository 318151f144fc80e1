//! What can stand next on a command line, for the shells' completion.

use isobar_catalogue::{Cloud, Kind, Operation, Service};
use isobar_client::profiles;

use crate::call::flags::FLAGS;
use crate::call::help;
use crate::call::names::{self, command, kebab, shown};
use crate::catalogue;
use crate::flags::{self, Scope, Table, Texts};
use crate::input::describe;
use crate::shell::Shell;
use crate::transfer::verb::Verb;
use crate::transfer::{completed, flags as transfers, habits};
use crate::{configure, whoami};

/// The most candidates: a shell lists no more in a way that helps.
const MOST: usize = 2_000;

/// What can stand next, and a few words about it, which may be empty.
pub type Candidate = (String, String);

/// What is around a line that is completed.
#[derive(Clone)]
pub struct Around {
    /// The shell: where the vendors' files are looked for, and stores are asked from.
    pub shell: Shell,
    /// The regions of a cloud.
    pub regions: fn(Cloud) -> Vec<&'static str>,
}

impl Around {
    /// The values of a kind, where a few are known.
    #[must_use]
    pub fn values(&self, cloud: Option<Cloud>, kind: flags::Kind) -> Vec<Candidate> {
        let of_clouds = || cloud.map_or_else(|| Cloud::ALL.to_vec(), |cloud| vec![cloud]);
        match kind {
            flags::Kind::Text => Vec::new(),
            flags::Kind::Words(words) | flags::Kind::Likely(words) => {
                words.iter().map(|word| plain(word)).collect()
            }
            flags::Kind::Region => {
                of_clouds().into_iter().flat_map(self.regions).map(plain).collect()
            }
            flags::Kind::Profile => {
                let profiles = |cloud| profiles(cloud, self.shell.surroundings.clone());
                of_clouds().into_iter().flat_map(profiles).map(|name| plain(&name)).collect()
            }
        }
    }

    /// What can stand next by a table of flags: the values of the flag that stands last, or flags.
    pub fn of_flags<O, S: Scope>(
        &self,
        cloud: Option<Cloud>,
        (table, command): (&Table<O, S>, S::Command),
        before: &[String],
        current: &str,
    ) -> Option<Vec<Candidate>> {
        let last = before.last().filter(|last| table.is_flag(command, last));
        let flag = last.and_then(|last| table.find(command, last.trim_start_matches('-')));
        if let Some(value) = flag.and_then(|flag| flag.value) {
            return Some(self.values(cloud, value.kind));
        }
        current.starts_with('-').then(|| table.candidates(command).collect())
    }
}

/// What can stand in the place of the last of the words that follow a command's name, all of which
/// begins with what is there already. Nothing where the command does not know, and where files may
/// stand.
#[must_use]
pub fn candidates(around: &Around, name: &str, words: &[String]) -> Vec<Candidate> {
    let Some((current, before)) = words.split_last() else { return Vec::new() };
    if let Some(found) = apart(words, |words| candidates(around, name, words)) {
        return found;
    }
    let mut found = match Cloud::ALL.into_iter().find(|cloud| {
        crate::find(command(*cloud))
            .is_some_and(|one| one.name == name || one.aliases.contains(&name))
    }) {
        Some(cloud) => of_call(around, cloud, before, current),
        None => match name {
            "catalogue" | "catalog" => {
                let flags = around.of_flags(None, (&catalogue::FLAGS, ()), before, current);
                flags.unwrap_or_else(|| of_catalogue(before))
            }
            "whoami" => of_small(around, &whoami::FLAGS, &clouds(), before, current),
            "configure" => {
                let is_begun = before.iter().any(|word| configure::VERBS.contains(&word.as_str()));
                let verbs = configure::VERBS.iter().map(|verb| plain(verb)).filter(|_| !is_begun);
                let words: Vec<Candidate> = verbs.chain(clouds()).collect();
                of_small(around, &configure::FLAGS, &words, before, current)
            }
            _ => match Verb::of(name) {
                Some(verb) => of_transfer(around, None, verb, before, current),
                None => Vec::new(),
            },
        },
    };
    found.retain(|(text, _)| text.starts_with(current.as_str()));
    found.truncate(MOST);
    found
}

/// The value of `--flag=VALUE`, which is completed as one that stands apart.
pub fn apart(
    words: &[String],
    complete: impl Fn(&[String]) -> Vec<Candidate>,
) -> Option<Vec<Candidate>> {
    let (current, before) = words.split_last()?;
    let (flag, value) = current.split_once('=').filter(|(flag, _)| flag.starts_with("--"))?;
    let found = complete(&[before, &[flag.to_owned(), value.to_owned()]].concat()).into_iter();
    Some(found.map(|(text, about)| (format!("{flag}={text}"), about)).collect())
}

/// The clouds, as they are called.
fn clouds() -> Vec<Candidate> {
    Cloud::ALL.map(|cloud| plain(command(cloud))).to_vec()
}

/// What can stand next of a command over files and objects: flags, their values, and places in stores. Files
/// are completed by the shell itself.
fn of_transfer(
    around: &Around,
    cloud: Option<Cloud>,
    verb: Verb,
    before: &[String],
    current: &str,
) -> Vec<Candidate> {
    around.of_flags(cloud, (&transfers::FLAGS, verb), before, current).unwrap_or_else(|| {
        let places = completed::places(&around.shell, before, current);
        places.iter().map(|place| plain(place)).collect()
    })
}

/// What can stand next of a command with flags and words.
fn of_small(
    around: &Around,
    flags: &Table<Texts, &'static [()]>,
    words: &[Candidate],
    before: &[String],
    current: &str,
) -> Vec<Candidate> {
    // The cloud that the words name, if it is one.
    let mut named = before.iter().filter_map(|word| the_cloud(word));
    let cloud = named.next().filter(|_| named.next().is_none());
    let flags = around.of_flags(cloud, (flags, ()), before, current);
    let unused = words.iter().filter(|(word, _)| !before.contains(word));
    flags.unwrap_or_else(|| unused.cloned().collect())
}

/// What can stand next behind `man`: commands, and behind a cloud its services and operations.
#[must_use]
pub fn of_man(before: &[String], current: &str) -> Vec<Candidate> {
    let words: Vec<&str> = before.iter().map(String::as_str).collect();
    let mut found = match words.as_slice() {
        [cloud] => the_cloud(cloud).map(services).unwrap_or_default(),
        [cloud, service] => {
            let entry = the_cloud(cloud).and_then(|cloud| names::entry(cloud, service, None).ok());
            entry.map(|entry| operations(entry.service())).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    found.retain(|(text, _)| text.starts_with(current));
    found.truncate(MOST);
    found
}

fn of_catalogue(before: &[String]) -> Vec<Candidate> {
    let words: Vec<&str> = before.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => {
            catalogue::commands().map(|(name, about)| (name.to_owned(), about.to_owned())).collect()
        }
        ["stats" | "show" | "update" | "reset"] => {
            Cloud::ALL.map(|cloud| plain(command(cloud))).to_vec()
        }
        ["show", cloud] => the_cloud(cloud).map(services).unwrap_or_default(),
        ["show", cloud, service] => {
            let service =
                the_cloud(cloud).and_then(|cloud| names::entry(cloud, service, None).ok());
            service.map(|entry| operations(entry.service())).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn the_cloud(word: &str) -> Option<Cloud> {
    Cloud::ALL.into_iter().find(|cloud| word == command(*cloud) || word == cloud.name())
}

fn of_call(around: &Around, cloud: Cloud, before: &[String], current: &str) -> Vec<Candidate> {
    let words = words(cloud, before);
    let is_flag = current.starts_with('-');
    let own = words.first().and_then(|service| habits::verbs(cloud, service));
    if let (Some(verb), Some(own)) = (words.get(1), &own)
        && let Some((_, verb)) = own.iter().find(|(name, _)| name == verb)
    {
        return of_transfer(around, Some(cloud), *verb, before, current);
    }
    let flags = around.of_flags(Some(cloud), (&FLAGS, cloud), before, current);
    if let (Some(values), false) = (&flags, is_flag) {
        return values.clone();
    }
    let flags = flags.unwrap_or_default();
    let (waits, words) = match words.as_slice() {
        ["wait", rest @ ..] if names::has_waiters(cloud) => (true, rest.to_vec()),
        [service, "wait", rest @ ..] if names::has_waiters(cloud) => {
            (true, [&[*service], rest].concat())
        }
        ["compute", rest @ ..] if cloud == Cloud::DigitalOcean => (false, rest.to_vec()),
        rest => (false, rest.to_vec()),
    };
    let Some((first, rest)) = words.split_first() else {
        let mut found = if is_flag { flags } else { services(cloud) };
        if names::has_waiters(cloud) && !waits && !is_flag {
            found.push(("wait".to_owned(), "wait until something is so".to_owned()));
        }
        return found;
    };
    let Ok(entry) = names::entry(cloud, first, None) else { return Vec::new() };
    let service = entry.service();
    if rest.is_empty() && !is_flag {
        let mut found = if waits { waiters(service) } else { operations(service) };
        found.extend(own.iter().flatten().map(|(name, _)| plain(name)));
        return found;
    }
    let operation = match rest.first() {
        Some(name) if waits => names::waiter(service, name)
            .ok()
            .and_then(|waiter| service.operation(&waiter.operation)),
        Some(_) => names::operation(service, rest).ok().map(|(operation, _)| operation),
        None => None,
    };
    let Some(operation) = operation else {
        return flags;
    };
    if is_flag {
        let mut found = members(service, operation);
        found.extend(flags);
        return found;
    }
    values_of_member(service, operation, before)
}

/// The words among the arguments, without flags and their values.
fn words(cloud: Cloud, before: &[String]) -> Vec<&str> {
    let mut words = Vec::new();
    let mut before = before.iter();
    while let Some(argument) = before.next() {
        match argument.strip_prefix("--") {
            None => words.push(argument.as_str()),
            Some(name) if name.contains('=') => {}
            Some(name) => {
                // A member may have several values; what it takes is of no matter here.
                if FLAGS.find(cloud, name).is_none_or(|flag| flag.value.is_some()) {
                    before.next();
                }
            }
        }
    }
    words
}

fn values_of_member(service: &Service, operation: &Operation, before: &[String]) -> Vec<Candidate> {
    let last = before.iter().rev().find_map(|argument| argument.strip_prefix("--"));
    let member = last.and_then(|name| {
        let members = service.input_members(operation);
        members.iter().find(|member| help::flag(service, member) == name || member.name == name)
    });
    let Some(member) = member else { return Vec::new() };
    let mut shape = service.shape(member.shape);
    if let Kind::List(list) = &shape.kind {
        shape = service.shape(list.item);
    }
    match &shape.kind {
        Kind::String(text) => text.values.iter().map(|value| plain(value)).collect(),
        Kind::Boolean => ["true", "false"].map(plain).to_vec(),
        _ => Vec::new(),
    }
}

fn services(cloud: Cloud) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = isobar_catalogue::services(cloud)
        .iter()
        .map(|entry| (entry.name.to_owned(), entry.id.to_owned()))
        .collect();
    found.dedup_by(|one, other| one.0 == other.0);
    found
}

fn operations(service: &Service) -> Vec<Candidate> {
    let shown = |name: &str| shown(service.cloud, name);
    service.operations.names().map(|name| plain(&shown(name))).collect()
}

fn waiters(service: &Service) -> Vec<Candidate> {
    service.waiters.iter().map(|waiter| plain(&kebab(&waiter.name))).collect()
}

fn members(service: &Service, operation: &Operation) -> Vec<Candidate> {
    let members = service.input_members(operation).iter();
    let candidate = |member| (format!("--{}", help::flag(service, member)), member);
    members.map(candidate).map(|(flag, member)| (flag, describe(service, member.shape))).collect()
}

fn plain(text: &str) -> Candidate {
    (text.to_owned(), String::new())
}
