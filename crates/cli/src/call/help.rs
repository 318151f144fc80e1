//! Help, all of it from the catalogue: what a cloud has, what a service has, what an operation takes.

use isobar_catalogue::model::{PagingStyle, Waiter};
use isobar_catalogue::{Cloud, Kind, Location, Member, Operation, Service};

use super::flags::{FLAGS, Yields};
use super::names::{command, has_waiters, kebab, shown};
use super::{example, extras, outfile};
use crate::flags::{WIDTH, listed, wrapped};
use crate::input::{EVENTS, describe, describe_events, filled_in, is_stream};
use crate::report::CLASSES;
use crate::transfer::habits;

/// What a cloud has.
pub(crate) fn cloud(cloud: Cloud) -> String {
    let word = command(cloud);
    let (service, example) = match cloud {
        Cloud::Aws => (
            "SERVICE",
            "ec2 describe-instances --filters Name=instance-state-name,Values=running --all",
        ),
        Cloud::Alibaba => ("PRODUCT", "ecs DescribeInstances --RegionId cn-hangzhou"),
        Cloud::DigitalOcean => ("GROUP", "droplets list --tag-name web --output table"),
    };
    let mut out = format!(
        "Call any operation of {}.\n\nUsage: isobar {word} {service} OPERATION [--MEMBER VALUE]... [FLAGS]\n",
        cloud.title()
    );
    if has_waiters(cloud) {
        let usage =
            format!("       isobar {word} wait {service} WAITER [--MEMBER VALUE]... [FLAGS]\n");
        out.push_str(&usage);
    }
    if cloud == Cloud::DigitalOcean {
        out.push_str("       isobar do GET|POST|PUT|PATCH|DELETE PATH [--input INPUT] [FLAGS]\n");
        out.push_str("       isobar do oauth authorize|token|refresh|revoke|info [FLAGS]\n");
    } else {
        let usage = format!(
            "       isobar {word} {service} GET|POST|PUT|PATCH|DELETE PATH [--input INPUT] [FLAGS]\n       \
             isobar {word} {service} ACTION --version VERSION [--force] [--PARAMETER VALUE]... [FLAGS]\n"
        );
        out.push_str(&usage);
    }
    out.push_str(&format!("Example: isobar {word} {example}\n\n{}s:\n", titled(service)));
    out.push_str(&listed(services(cloud), WIDTH));
    out.push_str(&flags(cloud));
    out
}

/// A line for each service: its name, and what it is.
fn services(cloud: Cloud) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    for entry in isobar_catalogue::services(cloud) {
        let count = entry.operations().len();
        let version =
            if cloud == Cloud::Alibaba { format!(" {}", entry.version) } else { String::new() };
        let what = match cloud {
            // Groups have no other name; what they do says what they are.
            Cloud::DigitalOcean => {
                let names = entry.operations().iter().map(|operation| kebab(operation.name));
                let mut names: Vec<String> = names.take(6).collect();
                if count > names.len() {
                    names.push("…".to_owned());
                }
                names.join(", ")
            }
            _ => format!("{}{version}, {count} operations", entry.id),
        };
        match rows.last_mut().filter(|(name, _)| name == entry.name) {
            Some((_, others)) => {
                others.push_str(&format!("; {}, {count} operations", entry.version));
            }
            None => rows.push((entry.name.to_owned(), what)),
        }
    }
    rows
}

/// What a service has.
pub(crate) fn service(service: &'static Service) -> String {
    let word = command(service.cloud);
    let mut out = format!(
        "{} {} {}\n\nUsage: isobar {word} {} OPERATION [--MEMBER VALUE]... [FLAGS]\n\nOperations:\n",
        service.cloud.title(),
        service.id,
        service.version,
        service.name
    );
    if let Some(verbs) = habits::verbs(service.cloud, &service.name) {
        let usage = out.find("\n\nOperations:").unwrap_or(out.len());
        out.truncate(usage);
        let names = verbs.into_iter().map(|(name, _)| name.to_owned());
        out.push_str(&format!("\n       isobar {word} {} COMMAND", service.name));
        out.push_str(
            " [ARGUMENTS]\n\nCommands over files and objects (COMMAND --help says more):\n",
        );
        out.push_str(&columns(names));
        out.push_str("\nOperations:\n");
    }
    out.push_str(&columns(service.operations.names().map(|name| shown(service.cloud, name))));
    if !service.waiters.is_empty() {
        out.push_str(&format!("\nWaiters (isobar {word} wait {} WAITER):\n", service.name));
        out.push_str(&columns(service.waiters.iter().map(|waiter| kebab(&waiter.name))));
    }
    out.trim_end().to_owned()
}

/// The services in which something can be waited for.
pub(super) fn services_with_waiters(cloud: Cloud) -> String {
    let word = command(cloud);
    let mut out = format!(
        "Wait until something is so.\n\nUsage: isobar {word} wait SERVICE WAITER [--MEMBER VALUE]... \
         [FLAGS]\n\nServices with waiters (isobar {word} wait SERVICE --help lists them):\n"
    );
    let mut names: Vec<String> = isobar_catalogue::services(cloud)
        .iter()
        .filter(|entry| !entry.service().waiters.is_empty())
        .map(|entry| entry.name.to_owned())
        .collect();
    names.dedup();
    out.push_str(&columns(names.into_iter()));
    out.trim_end().to_owned()
}

/// What can be waited for.
pub(super) fn waiters(service: &'static Service) -> String {
    let mut out = format!(
        "Usage: isobar {} wait {} WAITER [--MEMBER VALUE]... [FLAGS]\n\nWaiters:\n",
        command(service.cloud),
        service.name
    );
    out.push_str(&columns(service.waiters.iter().map(|waiter| kebab(&waiter.name))));
    out.trim_end().to_owned()
}

/// What an operation takes.
pub(crate) fn operation(
    service: &'static Service,
    operation: &'static Operation,
    waiter: Option<&'static Waiter>,
) -> String {
    let cloud = service.cloud;
    let word = command(cloud);
    let name = shown(cloud, &operation.name);
    let call = match waiter {
        Some(waiter) => format!("isobar {word} wait {} {}", service.name, kebab(&waiter.name)),
        None => format!("isobar {word} {} {name}", service.name),
    };
    let mut out = format!("{} {} {}", cloud.title(), service.id, operation.name);
    if operation.deprecated {
        out.push_str(" (deprecated)");
    }
    if let Some(waiter) = waiter {
        out.push_str(&format!(
            ", asked every {} s and at most {} times",
            waiter.delay_seconds, waiter.max_attempts
        ));
    }
    let members = service.input_members(operation);
    let mut synopsis = call;
    for member in members.iter().filter(|member| is_required(service, member)) {
        let value = placeholder(service, member);
        synopsis.push_str(&format!(" --{} {value}", flag(service, member)));
    }
    if members.iter().any(|member| !is_required(service, member)) {
        synopsis.push_str(" [--MEMBER VALUE]...");
    }
    synopsis.push_str(" [FLAGS]");
    if outfile::streamed(service, operation).is_some() {
        synopsis.push_str(" FILE");
    }
    out.push_str(&format!("\n\nUsage: {synopsis}\n"));
    out.push_str(&format!("Example: {}\n", example::of(service, operation, waiter)));
    out.push_str(&format!("Page: {}\n", example::page(service, operation, waiter)));
    for (title, wanted) in [("Required members", true), ("Members", false)] {
        let members: Vec<_> =
            members.iter().filter(|member| is_required(service, member) == wanted).collect();
        if !members.is_empty() {
            out.push_str(&format!("\n{title}:\n"));
            let rows = members.into_iter().map(|member| row(service, member));
            out.push_str(&listed(rows.collect(), WIDTH));
        }
    }
    let extras: Vec<_> =
        extras::of(service, operation).iter().map(|flag| format!("--{flag}")).collect();
    if !extras.is_empty() {
        out.push_str(&format!("\nAs in aws-cli, there are {} too.\n", extras.join(", ")));
    }
    out.push_str(&paging(operation));
    if outfile::streamed(service, operation).is_some() {
        out.push_str("\nFILE takes what the operation streams; - is stdout.\n");
    }
    out.push_str(&flags(cloud));
    out
}

pub(super) fn is_required(service: &Service, member: &Member) -> bool {
    (member.required && !filled_in(service, member)) || is_stream(service, member)
}

/// A member's flag: in kebab case, unless that is a flag of every call. A stream of events has the
/// same one everywhere.
pub(crate) fn flag(service: &Service, member: &Member) -> String {
    if is_stream(service, member) {
        return EVENTS.to_owned();
    }
    let name = shown(service.cloud, &member.name);
    match FLAGS.find(service.cloud, &name) {
        Some(flag) if flag.scope.yields == Yields::Never => member.name.clone(),
        _ => name,
    }
}

fn placeholder(service: &Service, member: &Member) -> &'static str {
    if is_stream(service, member) {
        return "FILE";
    }
    match service.shape(member.shape).kind {
        Kind::Structure(_) | Kind::Map(_) => "KEY=VALUE,...",
        Kind::List(_) => "VALUE...",
        Kind::Integer(_) | Kind::Float(_) => "NUMBER",
        Kind::Boolean => "true|false",
        Kind::Blob { streaming: true, .. } => "FILE",
        Kind::Blob { .. } => "BASE64|fileb://FILE",
        Kind::Timestamp(_) => "TIME",
        Kind::String(_) | Kind::Document => "VALUE",
    }
}

fn row(service: &Service, member: &Member) -> (String, String) {
    let mut text = match is_stream(service, member) {
        true => describe_events(service, member.shape),
        false => describe(service, member.shape),
    };
    let mut notes = Vec::new();
    if member.deprecated {
        notes.push("deprecated");
    }
    if member.idempotency_token {
        notes.push("drawn where it is not given");
    }
    if member.location == Location::Path {
        notes.push("in the path");
    }
    if service.shape(member.shape).sensitive {
        notes.push("secret");
    }
    if !notes.is_empty() {
        text.push_str(&format!(" ({})", notes.join(", ")));
    }
    let dashes = match service.shape(member.shape).kind {
        Kind::Boolean => format!("--[no-]{}", flag(service, member)),
        _ => format!("--{}", flag(service, member)),
    };
    (dashes, text)
}

pub(crate) fn paging(operation: &Operation) -> String {
    let Some(paging) = &operation.paging else { return String::new() };
    let follows = match paging.style {
        PagingStyle::Token => format!("by {}", paging.input_token.join(", ")),
        PagingStyle::Number => format!("by the page's number in {}", paging.input_token.join(", ")),
        PagingStyle::Link => "by the link to the next".to_owned(),
    };
    let items = match paging.results.as_slice() {
        [] => String::new(),
        results => format!("; items are in {}", results.join(", ")),
    };
    format!("\nPages follow {follows}{items}. --all gets them all.\n")
}

fn flags(cloud: Cloud) -> String {
    let mut out = format!("\nFlags:\n{}\nExit codes: 0 done", FLAGS.listed(cloud, WIDTH));
    for (_, code, words) in CLASSES {
        out.push_str(&format!(", {code} {words}"));
    }
    out.push('.');
    let at = out.rfind("Exit codes").unwrap_or_default();
    let codes = wrapped(&out[at..], 0, WIDTH);
    out.replace_range(at.., codes.trim_end());
    out
}

/// Names in columns, read downwards.
fn columns(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    let widest = names.iter().map(String::len).max().unwrap_or_default() + 2;
    let across = ((WIDTH - 2) / widest).max(1);
    let down = names.len().div_ceil(across);
    let mut out = String::new();
    for line in 0..down {
        let texts = names.iter().skip(line).step_by(down.max(1));
        let text: String = texts.map(|name| format!("{name:<widest$}")).collect();
        out.push_str(&format!("  {}\n", text.trim_end()));
    }
    out
}

/// A word with a capital at its beginning alone.
fn titled(word: &str) -> String {
    word[..1].to_owned() + &word[1..].to_ascii_lowercase()
}
