//! Names as people write them: the vendors' own, those of the vendors' command lines, and kebab case.

use isobar_catalogue::model::Waiter;
use isobar_catalogue::names::{same, words};
use isobar_catalogue::{Cloud, Entry, Operation, Service};

use super::suggest;
use crate::report::{Class, Error};

/// Services that aws-cli calls otherwise than botocore does.
const AWS_SERVICES: [(&str, &str); 3] =
    [("configservice", "config"), ("deploy", "codedeploy"), ("s3api", "s3")];

/// Groups that doctl calls otherwise than pydo does, but for singular and plural.
const DIGITALOCEAN_GROUPS: [(&str, &str); 8] = [
    ("billing-history", "billing_history"),
    ("database", "databases"),
    ("droplet-autoscale", "autoscalepools"),
    ("gradient", "genai"),
    ("nat-gateway", "vpcnatgateways"),
    ("network-file-storage", "nfs"),
    ("serverless", "functions"),
    ("spaces-keys", "spaces_key"),
];

/// Verbs of doctl and those that pydo has for the same.
const DIGITALOCEAN_VERBS: [(&str, &str); 9] = [
    ("delete", "destroy"),
    ("destroy", "delete"),
    ("edit", "update"),
    ("ls", "list"),
    ("new", "create"),
    ("rm", "delete"),
    ("rm", "destroy"),
    ("show", "get"),
    ("update", "patch"),
];

/// What a group is about where its operations name it: `databases list` is `list_clusters`.
const DIGITALOCEAN_NOUNS: [(&str, &str); 6] = [
    ("cdn", "endpoint"),
    ("databases", "cluster"),
    ("functions", "namespace"),
    ("genai", "agent"),
    ("kubernetes", "cluster"),
    ("uptime", "check"),
];

/// The service of a name, and in which version where the cloud has several.
pub(crate) fn entry(
    cloud: Cloud,
    name: &str,
    version: Option<&str>,
) -> Result<&'static Entry, Error> {
    let found = match cloud {
        Cloud::Aws => alias(&AWS_SERVICES, name)
            .and_then(|name| isobar_catalogue::entry(cloud, name))
            .or_else(|| isobar_catalogue::entry(cloud, name)),
        Cloud::Alibaba => isobar_catalogue::entry(cloud, name),
        Cloud::DigitalOcean => isobar_catalogue::entry(cloud, name)
            .or_else(|| isobar_catalogue::entry(cloud, &format!("{name}s")))
            .or_else(|| isobar_catalogue::entry(cloud, name.strip_suffix('s')?))
            .or_else(|| isobar_catalogue::entry(cloud, alias(&DIGITALOCEAN_GROUPS, name)?)),
    };
    let Some(found) = found else { return Err(unknown_service(cloud, name)) };
    let Some(version) = version.filter(|version| *version != found.version) else {
        return Ok(found);
    };
    let mut versions = Vec::new();
    for entry in isobar_catalogue::services(cloud).iter().filter(|entry| entry.name == found.name) {
        if entry.version == version {
            return Ok(entry);
        }
        versions.push(entry.version);
    }
    let message = format!("{cloud} {name} has no version {version}");
    Err(Error::new(Class::Unknown, "unknown_version", message)
        .hint(format!("it has {}", versions.join(", "))))
}

fn unknown_service(cloud: Cloud, name: &str) -> Error {
    let aliases = if cloud == Cloud::Aws { AWS_SERVICES.as_slice() } else { &[] };
    let names = isobar_catalogue::services(cloud)
        .iter()
        .map(|entry| entry.name)
        .chain(aliases.iter().map(|(alias, _)| *alias));
    let what = if cloud == Cloud::DigitalOcean { "group" } else { "service" };
    let error = Error::new(
        Class::Unknown,
        format!("unknown_{what}"),
        format!("{cloud} has no {what} {name:?}"),
    );
    error.hint(match suggest::closest(name, names) {
        found if found.is_empty() => format!("isobar {} --help lists them", command(cloud)),
        found => suggest::sentence(&found),
    })
}

/// The operation that the words name, and how many of them.
pub(crate) fn operation(
    service: &'static Service,
    given: &[&str],
) -> Result<(&'static Operation, usize), Error> {
    let Some(first) = given.first() else {
        let message = format!("{} {}: an operation is missing", service.cloud, service.name);
        return Err(Error::usage("operation_missing", message).hint(format!(
            "isobar {} {} --help lists them",
            command(service.cloud),
            service.name
        )));
    };
    if let Some(found) = find_operation(service, first) {
        return Ok((found, 1));
    }
    if service.cloud == Cloud::DigitalOcean
        && let Some(found) = as_doctl(service, given)
    {
        return Ok(found);
    }
    let names: Vec<String> =
        service.operations.names().map(|name| shown(service.cloud, name)).collect();
    let error = Error::new(
        Class::Unknown,
        "unknown_operation",
        format!("{} {} has no operation {first:?}", service.cloud, service.name),
    );
    let list = format!("isobar {} {} --help lists them", command(service.cloud), service.name);
    Err(error.hint(match suggest::closest(first, names.iter().map(String::as_str)) {
        found if found.is_empty() => list,
        found => format!("{} {list}", suggest::sentence(&found)),
    }))
}

/// The operation of a name: the vendor's, its own kebab case, or any spelling that folds to it.
fn find_operation(service: &'static Service, name: &str) -> Option<&'static Operation> {
    service.operation(name).or_else(|| {
        let as_kebab = service.operations.find(|known| kebab(known) == name);
        as_kebab.or_else(|| service.find_operation(name))
    })
}

/// `droplets delete`, `kubernetes list`, `kubernetes cluster list`, `domains records list`.
fn as_doctl(service: &'static Service, given: &[&str]) -> Option<(&'static Operation, usize)> {
    let find = |verb: &str, noun: Option<&str>| {
        let verbs = std::iter::once(verb).chain(
            DIGITALOCEAN_VERBS.iter().filter(|(doctl, _)| *doctl == verb).map(|(_, pydo)| *pydo),
        );
        verbs.into_iter().find_map(|verb| match noun {
            None => service.find_operation(verb),
            Some(noun) => service
                .find_operation(&format!("{verb}_{noun}"))
                .or_else(|| service.find_operation(&format!("{verb}_{noun}s")))
                .or_else(|| service.find_operation(&format!("{verb}_{}", noun.strip_suffix('s')?))),
        })
    };
    find(given[0], None)
        .or_else(|| find(given[0], alias(&DIGITALOCEAN_NOUNS, &service.name)))
        .map(|operation| (operation, 1))
        .or_else(|| Some((find(given.get(1)?, Some(given[0]))?, 2)))
}

/// Whether a cloud's services have waiters.
pub(crate) fn has_waiters(cloud: Cloud) -> bool {
    cloud != Cloud::DigitalOcean
}

/// The waiter of a name.
pub(crate) fn waiter(service: &'static Service, name: &str) -> Result<&'static Waiter, Error> {
    if let Some(found) = service.waiters.iter().find(|waiter| same(&waiter.name, name)) {
        return Ok(found);
    }
    let names: Vec<String> = service.waiters.iter().map(|waiter| kebab(&waiter.name)).collect();
    let message = format!("{} {} has no waiter {name:?}", service.cloud, service.name);
    let error = Error::new(Class::Unknown, "unknown_waiter", message);
    Err(if names.is_empty() {
        error
    } else {
        match suggest::closest(name, names.iter().map(String::as_str)) {
            found if found.is_empty() => error.hint(format!("it has {}", names.join(", "))),
            found => error.hint(suggest::sentence(&found)),
        }
    })
}

fn alias(table: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(alias, _)| same(alias, name)).map(|(_, name)| *name)
}

/// aws-cli's name of a service.
pub(crate) fn aws_cli(name: &str) -> &str {
    AWS_SERVICES.iter().find(|(_, own)| *own == name).map_or(name, |(alias, _)| alias)
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

/// The word after `isobar` that calls a cloud.
pub(crate) const fn command(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Aws => "aws",
        Cloud::Alibaba => "alibaba",
        Cloud::DigitalOcean => "do",
    }
}

/// A name as the help shows it: in kebab case, but Alibaba Cloud's as its own tools have them.
pub(crate) fn shown(cloud: Cloud, name: &str) -> String {
    match cloud {
        Cloud::Alibaba => name.to_owned(),
        Cloud::Aws | Cloud::DigitalOcean => kebab(name),
    }
}

/// Words that aws-cli keeps whole although their capitals would part them.
const WHOLE: [&str; 6] = ["CachediSCSI", "OAuth2", "OTel", "PartiQL", "StorediSCSI", "WhatsApp"];

/// A name that has one of these words and that aws-cli's list of them lacks.
const FORGOTTEN: &str = "CreateOAuth2TokenWithTokenExchange";

/// A name in kebab case, as aws-cli spells it: `DescribeDBInstances` is `describe-db-instances`.
pub(crate) fn kebab(name: &str) -> String {
    if name.contains('-') {
        return name.to_owned();
    }
    if name == "ListHITsForQualificationType" {
        return "list-hits-for-qualification-type".to_owned();
    }
    let mut plain = name.to_owned();
    if name != FORGOTTEN && name.len() > 8 && name.chars().next().is_some_and(char::is_uppercase) {
        for word in WHOLE {
            if let Some(at) = plain.find(word) {
                let spelt: String = match word {
                    "CachediSCSI" => "CachedIscsi".to_owned(),
                    "StorediSCSI" => "StoredIscsi".to_owned(),
                    _ => word[..1].to_owned() + &word[1..].to_ascii_lowercase(),
                };
                plain.replace_range(at..at + word.len(), &spelt);
            }
        }
    }
    parted(&plain)
}

/// Parts a name where aws-cli does: before a capital that small letters follow, before a capital
/// after a small letter or a digit, and before an acronym in the plural at the end (`ARNs`).
fn parted(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let tail = acronym(&letters);
    let mut out = String::with_capacity(name.len() + 8);
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let starts_word = letter.is_ascii_uppercase()
            && tail.is_none_or(|tail| at < tail)
            && letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let after_small = letter.is_ascii_uppercase()
            && tail.is_none_or(|tail| at < tail)
            && before.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if at > 0 && (starts_word || after_small || tail == Some(at)) && !out.ends_with('-') {
            out.push('-');
        }
        out.push(if letter == '_' { '-' } else { letter.to_ascii_lowercase() });
    }
    out
}

/// Where an acronym in the plural begins that ends the name.
fn acronym(letters: &[char]) -> Option<usize> {
    let (last, rest) = letters.split_last()?;
    let capitals = rest.iter().rev().take_while(|letter| letter.is_ascii_uppercase()).count();
    (*last == 's' && capitals >= 2).then(|| rest.len() - capitals)
}

/// The words of a name, for comparing nouns.
pub(crate) fn parts(name: &str) -> Vec<String> {
    words(name)
}
