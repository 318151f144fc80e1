//! What stands on the command line: flags, members with their values, and operands.

use isobar_catalogue::names::same;
use isobar_catalogue::{Cloud, Kind, Member, Operation, Service};

use super::flags::{FLAGS, Options, Place};
use super::names::kebab;
use super::{extras, help, renames};
use crate::flags::{Flag, Rest, Wrong, parted};
use crate::input::{EVENTS, is_stream};
use crate::report::Detail;

/// What stands before the service, the service and what follows.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) options: Options,
    /// The words up to the first flag behind the service.
    pub(crate) words: Vec<String>,
    /// The rest.
    pub(crate) rest: Vec<String>,
    pub(crate) wrong: Vec<Detail>,
}

impl Head {
    /// Takes flags up to the first word, then words up to the first flag.
    pub(crate) fn split(cloud: Cloud, arguments: Vec<String>) -> Self {
        let mut head = Self::default();
        let mut arguments = arguments.into_iter().peekable();
        let is_flag = |argument: &String| FLAGS.is_flag(cloud, argument);
        while let Some(argument) = arguments.next_if(is_flag) {
            let (name, value) = parted(&argument);
            let taken = match FLAGS.find(cloud, name) {
                Some(flag) => FLAGS.take(cloud, flag, value, &mut head.options, &mut arguments),
                None => Err(FLAGS.unknown(cloud, name, &[])),
            };
            head.wrong.extend(taken.err().map(Wrong::detail));
        }
        while let Some(word) = arguments.next_if(|argument| !is_flag(argument)) {
            head.words.push(word);
        }
        head.rest = arguments.collect();
        head
    }
}

/// A member with the texts that were given for it.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) member: &'static Member,
    /// The texts; for a boolean, `true` or `false`.
    pub(crate) texts: Vec<String>,
}

/// A part of a member in Alibaba Cloud's flattened form: `--Tag.1.Key web`.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) member: &'static Member,
    /// The steps below the member.
    pub(crate) steps: Vec<String>,
    pub(crate) text: String,
}

/// The arguments behind the operation.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) members: Vec<Given>,
    pub(crate) parts: Vec<Part>,
    /// What `--force` sends although the catalogue does not know it, with its values.
    pub(crate) unknown: Vec<(String, Vec<String>)>,
    /// Flags of aws-cli's that are no members, with their values.
    pub(crate) extras: Vec<(&'static str, String)>,
    pub(crate) operands: Vec<String>,
    pub(crate) wrong: Vec<Detail>,
}

/// What a name behind two hyphens stands for.
enum Meaning {
    Flag(&'static Flag<Options, Place>),
    Member(&'static Member),
    Not(&'static Member),
    Part(&'static Member, Vec<String>),
    Extra(&'static str),
}

/// Reads the arguments behind an operation; what the flags say goes into the options.
pub(crate) fn read(
    service: &'static Service,
    operation: &'static Operation,
    arguments: Vec<String>,
    options: &mut Options,
) -> Arguments {
    let mut read = Arguments::default();
    let cloud = service.cloud;
    let is_flag = |argument: &String| FLAGS.is_flag(cloud, argument);
    let mut arguments = arguments.into_iter().peekable();
    let mut only_operands = false;
    while let Some(argument) = arguments.next() {
        if only_operands || !is_flag(&argument) {
            read.operands.push(argument);
            continue;
        }
        if argument == "--" {
            only_operands = true;
            continue;
        }
        let (name, inline) = parted(&argument);
        let inline = inline.map(str::to_owned);
        let Some(meaning) = meaning(service, operation, name) else {
            // Its values are nobody's; saying so of each would only hide what is wrong.
            let mut texts: Vec<String> = inline.into_iter().collect();
            let is_inline = !texts.is_empty();
            texts.extend(std::iter::from_fn(|| {
                arguments.next_if(|next| !(is_flag(next) || is_inline && options.force))
            }));
            match options.force {
                true => read.unknown.push((name.to_owned(), texts)),
                false => {
                    let members = service.input_members(operation).iter();
                    let members: Vec<_> = members.map(|it| help::flag(service, it)).collect();
                    read.wrong.push(FLAGS.unknown(cloud, name, &members).detail());
                }
            }
            continue;
        };
        match meaning {
            Meaning::Flag(flag) => {
                let taken = FLAGS.take(cloud, flag, inline.as_deref(), options, &mut arguments);
                read.wrong.extend(taken.err().map(Wrong::detail));
            }
            Meaning::Extra(name) => match inline.or_else(|| arguments.next()) {
                Some(text) => read.extras.push((name, text)),
                None => read.wrong.push(Detail::new(argument, "needs a value")),
            },
            Meaning::Not(member) => {
                let no = if is_boolean_value(service, member) { "Value=false" } else { "false" };
                read.add(member, vec![no.to_owned()]);
            }
            Meaning::Part(member, steps) => match inline.or_else(|| arguments.next()) {
                Some(text) => read.parts.push(Part { member, steps, text }),
                None => read.wrong.push(Detail::new(argument, "needs a value")),
            },
            // As in aws-cli, such a member alone says that it is so.
            Meaning::Member(member)
                if inline.is_none()
                    && is_boolean_value(service, member)
                    && arguments.peek().is_none_or(is_flag) =>
            {
                read.add(member, vec!["Value=true".to_owned()]);
            }
            Meaning::Member(member) => match texts(service, member, inline, &mut arguments) {
                Some(texts) => read.add(member, texts),
                None => read.wrong.push(Detail::new(argument, "needs a value")),
            },
        }
    }
    read
}

/// Whether a member of EC2's is a boolean in a structure of its own, for which aws-cli has flags as for a
/// plain one.
fn is_boolean_value(service: &Service, member: &Member) -> bool {
    let Kind::Structure(structure) = &service.shape(member.shape).kind else { return false };
    match structure.members.as_slice() {
        [only] if service.cloud == Cloud::Aws && service.name == "ec2" => {
            only.name == "Value" && matches!(service.shape(only.shape).kind, Kind::Boolean)
        }
        _ => false,
    }
}

/// What stands for a member of a kind: its texts, or nothing where there must be one.
fn texts(
    service: &Service,
    member: &Member,
    inline: Option<String>,
    arguments: &mut Rest,
) -> Option<Vec<String>> {
    // A text may begin with hyphens, a flag's name does not.
    let mut next = || arguments.next_if(|next| !FLAGS.is_flag(service.cloud, next));
    Some(match (&service.shape(member.shape).kind, inline) {
        (_, Some(text)) => vec![text],
        (Kind::List(_), None) => std::iter::from_fn(next).collect(),
        (Kind::Boolean, None) => {
            let said = arguments
                .next_if(|next| matches!(next.to_ascii_lowercase().as_str(), "true" | "false"));
            vec![said.unwrap_or_else(|| "true".to_owned())]
        }
        _ => vec![next()?],
    })
}

impl Arguments {
    /// Adds what was given for a member; a list may be given in several pieces.
    fn add(&mut self, member: &'static Member, texts: Vec<String>) {
        match self.members.iter_mut().find(|given| given.member.name == member.name) {
            Some(given) => given.texts.extend(texts),
            None => self.members.push(Given { member, texts }),
        }
    }
}

fn meaning(
    service: &'static Service,
    operation: &'static Operation,
    name: &str,
) -> Option<Meaning> {
    let members = service.input_members(operation);
    let exact = members.iter().find(|member| member.name == name);
    if let Some(member) =
        exact.filter(|_| name.contains(|letter: char| letter.is_ascii_uppercase()))
    {
        return Some(Meaning::Member(member));
    }
    if service.cloud == Cloud::Aws
        && let Some((kebab_name, is_not)) = renames::find(&service.name, &operation.name, name)
        && let Some(member) = members.iter().find(|member| kebab(&member.name) == kebab_name)
    {
        return Some(if is_not { Meaning::Not(member) } else { Meaning::Member(member) });
    }
    let member = exact
        .or_else(|| members.iter().find(|member| same(&member.name, name)))
        .or_else(|| members.iter().find(|member| name == EVENTS && is_stream(service, member)));
    if let Some(flag) = FLAGS.find(service.cloud, name) {
        let yields = flag.scope.yields.to_member(service, operation);
        return Some(match member.filter(|_| yields) {
            Some(member) => Meaning::Member(member),
            None => Meaning::Flag(flag),
        });
    }
    if let Some(member) = member {
        return Some(Meaning::Member(member));
    }
    if let Some(rest) = name.strip_prefix("no-")
        && let Some(member) = members.iter().find(|member| same(&member.name, rest))
        && (matches!(service.shape(member.shape).kind, Kind::Boolean)
            || is_boolean_value(service, member))
    {
        return Some(Meaning::Not(member));
    }
    if let Some(name) = extras::find(service, operation, name) {
        return Some(Meaning::Extra(name));
    }
    let (first, rest) = name.split_once('.')?;
    let member = members.iter().find(|member| same(&member.name, first))?;
    Some(Meaning::Part(member, rest.split('.').map(str::to_owned).collect()))
}
