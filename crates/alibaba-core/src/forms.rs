//! How Alibaba Cloud writes lists, moments and ids.

use std::borrow::Cow;

use isobar_kernel::Random;
use isobar_wire::input::Place;
use isobar_wire::output::{Sink, value_of};
use isobar_wire::value::Error;
use isobar_wire::{Input, Output, Value};
use jiff::Timestamp;

use crate::regions::Region;

/// A list under the name of its items: `{"Instance": [...]}`, which is how answers hold lists.
#[derive(Debug)]
pub struct Listed<T>(pub &'static str, pub Vec<T>);

impl<T: Output> Output for Listed<T> {
    fn write(&self, to: &mut dyn Sink) -> Result<(), Error> {
        to.structure(&[self.0], &[&self.1])
    }
}

/// Members in the vendor's order, where they come from several types. Members that the order does not
/// name come last.
#[derive(Debug)]
pub struct InOrder<T>(pub &'static [&'static str], pub T);

impl<T: Output> Output for InOrder<T> {
    fn write(&self, to: &mut dyn Sink) -> Result<(), Error> {
        to.value(Cow::Owned(in_order(self.0, &self.1)?))
    }
}

fn in_order(order: &[&str], members: &dyn Output) -> Result<Value, Error> {
    let mut members = value_of(members)?;
    if let Value::Map(members) = &mut members {
        let place = |name: &str| order.iter().position(|known| *known == name);
        members.sort_by_key(|(name, _)| place(name).unwrap_or(order.len()));
    }
    Ok(members)
}

/// What a call takes as JSON in a parameter's text: `["i-1","i-2"]`, and with single quotes too, which
/// the vendor reads alike. `None` where it is not.
pub fn from_json<T: Input>(json: &str) -> Option<T> {
    let read = |json: &str| T::read(serde_json::from_str(json).ok()?, &Place::UNWATCHED).ok();
    read(json).or_else(|| read(&double_quoted(json)?))
}

/// The text with its single quotes made double. `None` where it has none, or one that stands open.
fn double_quoted(json: &str) -> Option<String> {
    let mut out = String::with_capacity(json.len() + 8);
    let (mut within, mut found) = (None, false);
    let mut rest = json.chars();
    while let Some(character) = rest.next() {
        match (within, character) {
            (None, '"' | '\'') => {
                found |= character == '\'';
                within = Some(character);
                out.push('"');
            }
            (Some(quote), _) if quote == character => {
                within = None;
                out.push('"');
            }
            (Some('\''), '"') => out.push_str("\\\""),
            (Some(quote), '\\') => match rest.next()? {
                '\'' if quote == '\'' => out.push('\''),
                escaped => out.extend(['\\', escaped]),
            },
            _ => out.push(character),
        }
    }
    (found && within.is_none()).then_some(out)
}

/// The parts of `a,b`; empty ones are left out.
pub fn comma_separated(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// `2026-11-21T02:34Z`, the form of ECS's instances and key pairs.
pub fn minutes(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%MZ").to_string()
}

/// `2026-11-21T02:34:56Z`, the form of everything else.
pub fn seconds(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A moment as a caller writes it, with or without seconds.
pub fn moment(text: &str) -> Option<Timestamp> {
    let text = match text.strip_suffix('Z') {
        Some(rest) if rest.len() == "2026-11-21T02:34".len() => format!("{rest}:00Z"),
        _ => text.to_owned(),
    };
    text.parse().ok()
}

/// What an id stands for: its prefix, and how many characters follow the prefix.
#[derive(Clone, Copy, Debug)]
pub struct IdForm(pub &'static str, pub usize);

/// Instances.
pub const INSTANCE: IdForm = IdForm("i-", 20);
/// Network interfaces.
pub const NETWORK_INTERFACE: IdForm = IdForm("eni-", 20);
/// Key pairs.
pub const KEY_PAIR: IdForm = IdForm("ssh-", 20);
/// Security groups.
pub const SECURITY_GROUP: IdForm = IdForm("sg-", 20);
/// Rules of security groups.
pub const SECURITY_GROUP_RULE: IdForm = IdForm("sgr-", 20);
/// VPCs.
pub const VPC: IdForm = IdForm("vpc-", 21);
/// VPCs' routers.
pub const ROUTER: IdForm = IdForm("vrt-", 21);
/// Route tables.
pub const ROUTE_TABLE: IdForm = IdForm("vtb-", 21);
/// vSwitches.
pub const VSWITCH: IdForm = IdForm("vsw-", 21);
/// Load balancers.
pub const LOAD_BALANCER: IdForm = IdForm("lb-", 21);

/// A new id: the prefix, three characters that tell the region, and chance.
pub fn id(form: IdForm, region: &Region, random: &Random) -> String {
    let IdForm(prefix, length) = form;
    format!("{prefix}{}{}", region.infix, random.lower(length - region.infix.len()))
}

/// The id of the account's default resource group.
pub fn default_resource_group(account: &str) -> String {
    let digits: String = account.chars().rev().take(11).collect();
    format!("rg-acfm{digits:a<11}")
}

/// Whether the text fits a pattern in which `*` stands for anything.
pub fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// Names and descriptions as the vendor takes them.
#[derive(Clone, Copy, Debug)]
pub struct NameForm {
    /// The fewest characters.
    pub min: usize,
    /// The most characters.
    pub max: usize,
    /// It begins with a letter, and holds letters, digits and `:_.-` alone.
    pub strict: bool,
}

/// Names of ECS: instances, security groups, key pairs.
pub const STRICT_NAME: NameForm = NameForm { min: 2, max: 128, strict: true };
/// Names of VPC.
pub const FREE_NAME: NameForm = NameForm { min: 1, max: 128, strict: false };
/// Descriptions.
pub const DESCRIPTION: NameForm = NameForm { min: 0, max: 256, strict: false };

impl NameForm {
    /// Whether the text may be such a name.
    pub fn allows(&self, text: &str) -> bool {
        let length = text.chars().count();
        let web = text.starts_with("http://") || text.starts_with("https://");
        let strict = !self.strict
            || text.starts_with(char::is_alphabetic)
                && text.chars().all(|c| c.is_alphanumeric() || ":_.-".contains(c));
        (self.min..=self.max).contains(&length) && !web && strict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, fit) in [
            ("web", "web", true),
            ("web", "web1", false),
            ("web*", "web1", true),
            ("*b1", "web1", true),
            ("w*b*1", "web-1", true),
            ("*", "", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(fits(pattern, text), fit, "{pattern} {text}");
        }
    }

    #[test]
    fn lists_in_either_quotes() {
        for (json, texts) in [
            (r#"["i-1","i-2"]"#, Some(vec!["i-1", "i-2"])),
            ("['i-1', 'i-2']", Some(vec!["i-1", "i-2"])),
            (r#"['a"b', "c'd", 'e\'f', 'g\n']"#, Some(vec!["a\"b", "c'd", "e'f", "g\n"])),
            ("[]", Some(vec![])),
            ("['i-1]", None),
            ("i-1", None),
            ("[i-1]", None),
            (r"['\", None),
        ] {
            let texts = texts.map(|texts| texts.into_iter().map(str::to_owned).collect());
            assert_eq!(from_json::<Vec<String>>(json), texts, "{json}");
        }
    }

    #[test]
    fn moments() {
        let moment = moment("2026-11-21T02:34Z").unwrap();
        assert_eq!(minutes(moment), "2026-11-21T02:34Z");
        assert_eq!(seconds(moment), "2026-11-21T02:34:00Z");
    }

    #[test]
    fn names() {
        assert!(STRICT_NAME.allows("web-1.a:b_c"));
        assert!(STRICT_NAME.allows("服务器"));
        for bad in ["a", "1a", "a b", "http://a", &"a".repeat(129)] {
            assert!(!STRICT_NAME.allows(bad), "{bad}");
        }
    }
}
