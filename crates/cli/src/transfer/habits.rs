//! What users of aws-cli, ossutil and doctl type first: `aws s3 cp`, `alibaba oss ls`,
//! `do compute droplet list`.

use isobar_catalogue::Cloud;

use super::verb::{Verb, Words};
use crate::call::flags::FLAGS;
use crate::report::{Class, Error};

/// What arguments mean.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    /// A call of an operation.
    Call(Vec<String>),
    /// A command over files and objects.
    Transfer(Verb, Words, Vec<String>),
}

/// A cloud's own command for files and objects.
struct Own {
    cloud: Cloud,
    /// What it is called.
    service: &'static str,
    words: Words,
    /// What it calls otherwise.
    renamed: &'static [(&'static str, Verb)],
    /// What it has and we have not under such a name, and what does the same.
    elsewhere: &'static [(&'static str, &'static str)],
    /// Its short flags, and ours.
    flags: &'static [(&'static str, &'static str)],
}

const OWN: [Own; 2] = [
    Own {
        cloud: Cloud::Aws,
        service: "s3",
        words: Words::Aws,
        renamed: &[],
        elsewhere: &[],
        flags: &[],
    },
    Own {
        cloud: Cloud::Alibaba,
        service: "oss",
        words: Words::Alibaba,
        renamed: &[("sign", Verb::Presign)],
        elsewhere: &[
            ("cat", "isobar cp oss://BUCKET/KEY -"),
            ("create-symlink", "isobar alibaba oss put-symlink"),
            ("du", "isobar ls --recursive --summarize oss://BUCKET"),
            ("hash", "isobar alibaba oss head-object"),
            ("listpart", "isobar alibaba oss list-parts"),
            ("lifecycle", "isobar alibaba oss get-bucket-lifecycle"),
            ("mkdir", "isobar cp /dev/null oss://BUCKET/FOLDER/.keep"),
            ("read-symlink", "isobar alibaba oss get-symlink"),
            ("restore", "isobar alibaba oss restore-object"),
            ("set-acl", "isobar alibaba oss put-object-acl"),
            ("set-meta", "isobar cp oss://BUCKET/KEY oss://BUCKET/KEY --metadata NAME=VALUE"),
            ("stat", "isobar alibaba oss head-object"),
        ],
        flags: &[
            ("-e", "--endpoint-url"),
            ("-j", "--parallel"),
            ("--jobs", "--parallel"),
            ("-u", "--update"),
        ],
    },
];

/// Tools' commands that are nothing of a cloud's, and what does the same.
const POINTERS: [(Cloud, &str, &str); 5] = [
    (Cloud::Aws, "configure", "isobar configure aws"),
    (Cloud::Alibaba, "configure", "isobar configure alibaba"),
    (Cloud::DigitalOcean, "auth", "isobar configure do"),
    (Cloud::DigitalOcean, "version", "isobar --version"),
    (Cloud::DigitalOcean, "completion", "isobar completion"),
];

/// What doctl puts its groups for machines under.
const COMPUTE: &str = "compute";

/// The commands over files and objects that a cloud's service has beside its operations, by their names.
pub(crate) fn verbs(cloud: Cloud, service: &str) -> Option<Vec<(&'static str, Verb)>> {
    let own = OWN.iter().find(|own| own.cloud == cloud && own.service == service)?;
    let usual = Verb::ALL.map(|verb| (verb.row().name, verb));
    let renamed = own.renamed.iter().copied();
    Some(usual.into_iter().chain(renamed).collect())
}

/// The help of such a command.
pub(crate) fn help(cloud: Cloud, service: &str, name: &str) -> Option<String> {
    let (_, verb) = verbs(cloud, service)?.into_iter().find(|(known, _)| *known == name)?;
    let own = OWN.iter().find(|own| own.cloud == cloud)?;
    Some(super::flags::help(verb, own.words))
}

/// What the arguments behind a cloud's name mean.
pub(crate) fn of(cloud: Cloud, mut arguments: Vec<String>) -> Result<Meant, Error> {
    let Some(first) = FLAGS.word_at(cloud, &arguments, 0) else {
        return Ok(Meant::Call(arguments));
    };
    if let Some(own) = OWN.iter().find(|own| own.cloud == cloud && own.service == arguments[first])
        && let Some(second) = FLAGS.word_at(cloud, &arguments, first + 1)
    {
        return own.meant(arguments, first, second);
    }
    if cloud == Cloud::DigitalOcean
        && arguments[first] == COMPUTE
        && FLAGS.word_at(cloud, &arguments, first + 1).is_some()
    {
        arguments.remove(first);
        return Ok(Meant::Call(arguments));
    }
    let known = |row: &&(Cloud, &str, &str)| row.0 == cloud && row.1 == arguments[first];
    match POINTERS.iter().find(known) {
        Some((_, name, instead)) => Err(pointer(cloud.name(), name, instead)),
        None => Ok(Meant::Call(arguments)),
    }
}

fn pointer(of: &str, name: &str, instead: &str) -> Error {
    Error::new(Class::Unknown, "unknown_command", format!("{of} has no command {name:?} here"))
        .hint(format!("{instead} does it"))
}

impl Own {
    fn meant(
        &self,
        mut arguments: Vec<String>,
        first: usize,
        second: usize,
    ) -> Result<Meant, Error> {
        let name = arguments[second].clone();
        if let Some((_, instead)) = self.elsewhere.iter().find(|(other, _)| *other == name) {
            return Err(pointer(self.words.prefix(), &name, instead));
        }
        let renamed = self.renamed.iter().find(|(other, _)| *other == name);
        let verb = renamed.map(|(_, verb)| *verb).or_else(|| Verb::of(&name));
        let Some(verb) = verb else { return Ok(Meant::Call(arguments)) };
        arguments.remove(second);
        arguments.remove(first);
        for argument in &mut arguments {
            if let Some((_, ours)) = self.flags.iter().find(|(theirs, _)| theirs == argument) {
                (*ours).clone_into(argument);
            }
        }
        Ok(Meant::Transfer(verb, self.words, arguments))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(cloud: Cloud, line: &str) -> String {
        match of(cloud, line.split(' ').map(str::to_owned).collect()) {
            Ok(Meant::Call(arguments)) => format!("call {}", arguments.join(" ")),
            Ok(Meant::Transfer(verb, words, arguments)) => {
                format!("{} {}", words.command(verb), arguments.join(" "))
            }
            Err(error) => error.text().lines().last().unwrap().trim().to_owned(),
        }
    }

    #[test]
    fn what_the_vendors_tools_are_used_to_is_understood() {
        let (aws, ali, ocean) = (Cloud::Aws, Cloud::Alibaba, Cloud::DigitalOcean);
        for (cloud, line, expected) in [
            (aws, "s3 ls", "isobar aws s3 ls "),
            (
                aws,
                "--profile p s3 cp a s3://b/ --quiet",
                "isobar aws s3 cp --profile p a s3://b/ --quiet",
            ),
            (aws, "--region=x s3 mb s3://b", "isobar aws s3 mb --region=x s3://b"),
            (aws, "s3 --debug rb s3://b", "isobar aws s3 rb --debug s3://b"),
            (aws, "s3 website s3://b", "isobar aws s3 website s3://b"),
            (aws, "s3 list-buckets", "call s3 list-buckets"),
            (aws, "s3api ls", "call s3api ls"),
            (aws, "s3 --help", "call s3 --help"),
            (aws, "ec2 describe-instances", "call ec2 describe-instances"),
            (aws, "configure", "hint: isobar configure aws does it"),
            (ali, "oss ls oss://b -r", "isobar alibaba oss ls oss://b -r"),
            (ali, "oss sign oss://b/k", "isobar alibaba oss presign oss://b/k"),
            (
                ali,
                "oss cp a oss://b -u -j 3",
                "isobar alibaba oss cp a oss://b --update --parallel 3",
            ),
            (ali, "oss cat oss://b/k", "hint: isobar cp oss://BUCKET/KEY - does it"),
            (ali, "oss list-objects", "call oss list-objects"),
            (ocean, "compute droplet list", "call droplet list"),
            (ocean, "--output json compute ssh-key list", "call --output json ssh-key list"),
            (ocean, "compute", "call compute"),
            (ocean, "droplets list", "call droplets list"),
            (ocean, "auth init", "hint: isobar configure do does it"),
        ] {
            assert_eq!(meant(cloud, line), expected, "{line}");
        }
    }
}
