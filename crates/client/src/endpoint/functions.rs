//! The functions of the endpoint rules. Each takes its arguments as JSON and gives null for what is
//! not set.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};

use super::partitions;

/// A function of the rules.
pub(super) type Function = fn(&[Json]) -> Result<Json, String>;

/// What RFC 3986 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const FUNCTIONS: [(&str, Function); 12] = [
    ("isSet", |arguments| Ok(json!(!argument(arguments, 0)?.is_null()))),
    ("not", |arguments| Ok(json!(!truth(argument(arguments, 0)?)))),
    ("booleanEquals", |arguments| {
        let (Json::Bool(one), Json::Bool(other)) =
            (argument(arguments, 0)?, argument(arguments, 1)?)
        else {
            return Err("booleanEquals compares booleans".to_owned());
        };
        Ok(json!(one == other))
    }),
    ("stringEquals", |arguments| {
        let (Json::String(one), Json::String(other)) =
            (argument(arguments, 0)?, argument(arguments, 1)?)
        else {
            return Err("stringEquals compares strings".to_owned());
        };
        Ok(json!(one == other))
    }),
    ("getAttr", |arguments| Ok(attribute(argument(arguments, 0)?, string(arguments, 1)?))),
    ("aws.partition", |arguments| {
        Ok(partitions::of(argument(arguments, 0)?.as_str().unwrap_or_default()))
    }),
    ("parseURL", |arguments| Ok(optional(arguments, parse_url))),
    ("substring", substring),
    ("isValidHostLabel", |arguments| {
        let dots = argument(arguments, 1)? == &json!(true);
        Ok(json!(argument(arguments, 0)?.as_str().is_some_and(|text| is_host(text, dots))))
    }),
    ("uriEncode", |arguments| {
        Ok(optional(arguments, |text| json!(utf8_percent_encode(text, RESERVED).to_string())))
    }),
    ("aws.parseArn", |arguments| Ok(optional(arguments, parse_arn))),
    ("aws.isVirtualHostableS3Bucket", |arguments| {
        let dots = argument(arguments, 1)? == &json!(true);
        Ok(json!(argument(arguments, 0)?.as_str().is_some_and(|text| is_bucket(text, dots))))
    }),
];

/// The function of a name.
pub(super) fn find(name: &str) -> Option<Function> {
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
}

/// What a condition makes of a value: only false and null fail it.
pub(super) fn truth(value: &Json) -> bool {
    !matches!(value, Json::Null | Json::Bool(false))
}

fn argument(arguments: &[Json], at: usize) -> Result<&Json, String> {
    arguments.get(at).ok_or_else(|| format!("argument {at} is missing"))
}

fn string(arguments: &[Json], at: usize) -> Result<&str, String> {
    argument(arguments, at)?.as_str().ok_or_else(|| format!("argument {at} is no string"))
}

fn optional(arguments: &[Json], function: impl FnOnce(&str) -> Json) -> Json {
    arguments.first().and_then(Json::as_str).map_or(Json::Null, function)
}

/// A path into a value: names separated by dots, and an index in brackets.
pub(super) fn attribute(value: &Json, path: &str) -> Json {
    let mut at = value;
    for part in path.split('.') {
        let (name, index) = match part.split_once('[') {
            Some((name, index)) => (name, index.strip_suffix(']').and_then(|it| it.parse().ok())),
            None => (part, None::<usize>),
        };
        if !name.is_empty() {
            at = &at[name];
        }
        if let Some(index) = index {
            at = &at[index];
        }
    }
    at.clone()
}

fn parse_url(text: &str) -> Json {
    let Some((scheme @ ("http" | "https"), rest)) = text.split_once("://") else {
        return Json::Null;
    };
    if rest.contains(['?', '#']) {
        return Json::Null;
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => {
            if port.parse::<u16>().is_err() {
                return Json::Null;
            }
            host
        }
        _ => authority,
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let normalized = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
    json!({
        "scheme": scheme,
        "authority": authority,
        "path": path,
        "normalizedPath": normalized,
        "isIp": bare.parse::<std::net::IpAddr>().is_ok(),
    })
}

fn substring(arguments: &[Json]) -> Result<Json, String> {
    let index = |at| {
        let number = argument(arguments, at)?.as_u64().and_then(|it| usize::try_from(it).ok());
        number.ok_or_else(|| format!("argument {at} is no index"))
    };
    let Some(text) = argument(arguments, 0)?.as_str() else { return Ok(Json::Null) };
    let (start, stop) = (index(1)?, index(2)?);
    if start >= stop || text.len() < stop || !text.is_ascii() {
        return Ok(Json::Null);
    }
    let range = if argument(arguments, 3)? == &json!(true) {
        text.len() - stop..text.len() - start
    } else {
        start..stop
    };
    Ok(json!(text[range]))
}

fn is_host(text: &str, dots: bool) -> bool {
    if dots { text.split('.').all(is_label) } else { is_label(text) }
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_bucket(text: &str, dots: bool) -> bool {
    text.len() >= 3
        && !text.bytes().any(|byte| byte.is_ascii_uppercase())
        && text.parse::<std::net::Ipv4Addr>().is_err()
        && is_host(text, dots)
}

fn parse_arn(text: &str) -> Json {
    let mut parts = text.splitn(6, ':');
    let (Some("arn"), Some(partition), Some(service), Some(region), Some(account), Some(resource)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Json::Null;
    };
    if partition.is_empty() || service.is_empty() || resource.is_empty() {
        return Json::Null;
    }
    json!({
        "partition": partition,
        "service": service,
        "region": region,
        "accountId": account,
        "resourceId": resource.split([':', '/']).collect::<Vec<_>>(),
    })
}
