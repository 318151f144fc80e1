//! The names of instances that are made together: `web-[7,3]-x` is `web-007-x`, `web-008-x` and so on.

use isobar_kernel::Fault;

use super::Launch;
use crate::ecs::errors;
use crate::forms::STRICT_NAME;
use crate::standard;

/// The names of a call's instances.
#[derive(Debug)]
pub(super) struct Names {
    instance: Option<Pattern>,
    host: Option<Pattern>,
    /// The hosts' names one by one, instead of a pattern.
    hosts: Option<Vec<String>>,
}

/// A name with a number in it, which goes up from one instance to the next.
#[derive(Debug, PartialEq, Eq)]
struct Pattern {
    before: String,
    /// The first number and how many digits it has at least.
    number: Option<(usize, usize)>,
    after: String,
}

/// Digits of a number whose pattern does not say.
const DIGITS: usize = 6;
/// Digits of the number that makes names differ where there is no pattern.
const SUFFIX_DIGITS: usize = 3;
const GREATEST: usize = 999_999;

impl Names {
    pub(super) fn new(input: &Launch, amount: usize) -> Result<Self, Fault> {
        let suffix = input.unique_suffix.unwrap_or(false) && amount > 1;
        let pattern = |name: &Option<String>| {
            let name = name.as_deref().filter(|name| !name.is_empty());
            name.map(|name| Pattern::parse(name, suffix)).transpose()
        };
        let hosts = input.host_names.clone().filter(|hosts| !hosts.is_empty());
        let host = pattern(&input.host_name)?;
        if let Some(hosts) = &hosts {
            if host.is_some() || hosts.len() != amount {
                return Err(standard::INVALID_PARAMETER.with(&[&"HostNames"]));
            }
            if hosts.iter().any(|name| !is_host_name(name)) {
                return Err(errors::HOST_NAME.fault());
            }
        }
        let names = Self { instance: pattern(&input.instance_name)?, host, hosts };
        for at in [0, amount - 1] {
            if names.instance(at).is_some_and(|name| !STRICT_NAME.allows(&name)) {
                return Err(errors::INSTANCE_NAME.fault());
            }
            if names.host(at).is_some_and(|name| !is_host_name(&name)) {
                return Err(errors::HOST_NAME.fault());
            }
        }
        Ok(names)
    }

    /// The name of an instance, where the call gives one.
    pub(super) fn instance(&self, at: usize) -> Option<String> {
        self.instance.as_ref().map(|pattern| pattern.name(at))
    }

    /// The name of its host.
    pub(super) fn host(&self, at: usize) -> Option<String> {
        let one = self.hosts.as_ref().and_then(|hosts| hosts.get(at).cloned());
        one.or_else(|| self.host.as_ref().map(|pattern| pattern.name(at)))
    }
}

impl Pattern {
    fn parse(name: &str, suffix: bool) -> Result<Self, Fault> {
        let malformed = || errors::INSTANCE_NAME_CUSTOM.fault();
        let Some((before, rest)) = name.split_once('[') else {
            let number = suffix.then_some((1, SUFFIX_DIGITS));
            return Ok(Self { before: name.into(), number, after: String::new() });
        };
        let (inside, after) = rest.split_once(']').ok_or_else(malformed)?;
        let (from, digits) = match inside.split_once(',') {
            Some(parts) => parts,
            None if inside.is_empty() => ("", ""),
            None => return Err(malformed()),
        };
        let read = |text: &str, default: usize, least: usize, most: usize| {
            let number = if text.is_empty() { Ok(default) } else { text.parse() };
            number.ok().filter(|number| (least..=most).contains(number)).ok_or_else(malformed)
        };
        let number = Some((read(from, 0, 0, GREATEST)?, read(digits, DIGITS, 1, DIGITS)?));
        Ok(Self { before: before.into(), number, after: after.into() })
    }

    fn name(&self, at: usize) -> String {
        let Self { before, number, after } = self;
        match number {
            Some((from, digits)) => format!("{before}{:0digits$}{after}", from + at),
            None => format!("{before}{after}"),
        }
    }
}

/// Whether the text is 2 to 64 letters, digits, dots and hyphens, with none of the last two at an end
/// or side by side.
pub(in crate::ecs) fn is_host_name(text: &str) -> bool {
    (2..=64).contains(&text.len())
        && text
            .split(['.', '-'])
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let name = |text: &str, suffix, at| Pattern::parse(text, suffix).map(|name| name.name(at));
        for (text, suffix, at, expected) in [
            ("web", false, 3, "web"),
            ("web", true, 0, "web001"),
            ("k8s-node-[1,4]-alibabacloud", false, 1, "k8s-node-0002-alibabacloud"),
            ("web[]", false, 0, "web000000"),
            ("web[7,]", false, 1, "web000008"),
            ("web[,2]", false, 10, "web10"),
        ] {
            assert_eq!(name(text, suffix, at).unwrap(), expected);
        }
        for bad in ["web[", "web[7]", "web[a,1]", "web[1,7]"] {
            assert_eq!(
                name(bad, false, 0).unwrap_err().code,
                "InvalidInstanceName.CustomMalformed",
                "{bad}"
            );
        }
    }

    #[test]
    fn host_names() {
        assert!(is_host_name("web-1.internal"));
        for bad in ["w", "-web", "web-", "web..1", "web_1"] {
            assert!(!is_host_name(bad), "{bad}");
        }
    }
}
