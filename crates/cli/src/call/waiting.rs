//! `--wait`: after a call that begins something, waits until it is done.
//!
//! On AWS and Alibaba Cloud, that is the waiter of the service that fits the operation's name, asked
//! for what the call made; on DigitalOcean, the actions that the answer names.

use std::time::Duration;

use isobar_catalogue::model::Waiter;
use isobar_catalogue::{Cloud, Kind, Service};
use isobar_client::Client;
use isobar_wire::Value;

use super::{Call, failure, names};
use crate::report::{Class, Error};
use crate::shell::Shell;

/// What operations that begin so bring about, by the words that end waiters' names; the best first.
const STATES: [(&[&str], &[&str]); 4] = [
    (
        &[
            "create", "run", "start", "restore", "copy", "import", "register", "request", "launch",
            "put", "allocate", "resume",
        ],
        &[
            "createcomplete",
            "running",
            "available",
            "active",
            "activev2",
            "inservice",
            "ready",
            "deployed",
            "exists",
            "stable",
            "completed",
            "complete",
            "successful",
            "succeeded",
            "passed",
            "validated",
            "fulfilled",
            "importcomplete",
            "ok",
        ],
    ),
    (
        &["delete", "terminate", "deregister", "remove", "release"],
        &["deletecomplete", "terminated", "deleted", "notexists", "deregistered"],
    ),
    (&["stop", "pause"], &["stopped", "paused"]),
    (
        &["update", "modify", "reboot", "change", "execute", "invalidate"],
        &[
            "updatecomplete",
            "updated",
            "updatedv2",
            "changed",
            "completed",
            "available",
            "running",
            "active",
            "stable",
            "statusok",
        ],
    ),
];

/// Operations after which things are in another state than their names tell: ECS makes a single
/// instance without starting it.
const OTHERWISE: [(Cloud, &str, &str, &str); 1] =
    [(Cloud::Alibaba, "ecs", "CreateInstance", "InstanceStopped")];

/// Whose descriptions take several ids as a JSON list; the others have commas between them.
const JSON_LISTS: &str = "ecs";

/// Time between two looks at an action.
const EVERY: Duration = Duration::from_secs(2);

/// How long an action may take.
const MOST: Duration = Duration::from_secs(1800);

/// Waits until what a call began is done. Gives what stands in the place of its output, if anything.
pub(super) async fn after(
    shell: &Shell,
    client: &Client,
    call: &Call,
    output: &Value,
) -> Result<Option<Value>, Error> {
    match call.service.cloud {
        Cloud::Aws | Cloud::Alibaba => by_waiter(shell, client, call, output).await,
        Cloud::DigitalOcean => by_actions(shell, client, output).await,
    }
    .map(|()| None)
}

/// Waits no longer than the command line gives it.
pub(super) async fn within<T>(
    limit: Option<Duration>,
    waiting: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(limit) = limit else { return waiting.await };
    tokio::time::timeout(limit, waiting).await.unwrap_or_else(|_| {
        let message = format!("it was not there within {} s", limit.as_secs_f64());
        Err(Error::new(Class::TimedOut, "wait_timed_out", message)
            .hint("give it more time with --timeout"))
    })
}

fn nothing(call: &Call, why: &str) -> Error {
    Error::failed(
        "nothing_to_wait_for",
        format!("the call was made, but {} cannot be waited for: {why}", call.operation.name),
    )
}

async fn by_waiter(
    shell: &Shell,
    client: &Client,
    call: &Call,
    output: &Value,
) -> Result<(), Error> {
    let found = fitting(call).into_iter().find_map(|waiter| {
        let input = match call.service.cloud {
            Cloud::Alibaba => input_by_id(call.service, waiter, &call.input, output)?,
            _ => input_of(call.service, waiter, &call.input, output)?,
        };
        Some((waiter, input))
    });
    let Some((waiter, input)) = found else {
        return Err(nothing(call, "no waiter fits").hint(format!(
            "isobar {} wait {} --help lists what can be waited for",
            names::command(call.service.cloud),
            call.service.name
        )));
    };
    if shell.is_watched {
        shell.note(&format!("waiting: {}", names::kebab(&waiter.name)));
    }
    let done = client.wait_for(call.service, waiter, input).await;
    done.map(|_| ()).map_err(|error| failure::report(&error))
}

/// The waiters that fit an operation's name, the best first.
fn fitting(call: &Call) -> Vec<&'static Waiter> {
    let service = call.service;
    let otherwise = OTHERWISE.iter().find(|(cloud, name, operation, _)| {
        (*cloud, *name, *operation) == (service.cloud, &service.name, &call.operation.name)
    });
    if let Some((.., waiter)) = otherwise {
        return service.waiters.iter().filter(|it| it.name == *waiter).collect();
    }
    let words = names::parts(&call.operation.name);
    let Some((verb, noun)) = words.split_first() else { return Vec::new() };
    let Some((_, states)) = STATES.iter().find(|(verbs, _)| verbs.contains(&verb.as_str())) else {
        return Vec::new();
    };
    let noun = noun.concat();
    let nouns = [noun.as_str(), noun.strip_suffix('s').unwrap_or(&noun)];
    let mut found: Vec<(usize, &Waiter)> = Vec::new();
    for waiter in &call.service.waiters {
        let name = waiter.name.to_lowercase();
        let fits = nouns.iter().find_map(|noun| {
            let rest = name.strip_prefix(noun)?;
            // `InstancesInService` is of instances too.
            let rest = if states.contains(&rest) { rest } else { rest.strip_prefix('s')? };
            states.iter().position(|state| *state == rest)
        });
        if let Some(place) = fits {
            found.push((place, waiter));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, waiter)| waiter).collect()
}

/// What a waiter's operation is asked for: members that the call had too, and ids of what its
/// output speaks of.
fn input_of(
    service: &'static Service,
    waiter: &'static Waiter,
    input: &Value,
    output: &Value,
) -> Option<Value> {
    let operation = service.operation(&waiter.operation)?;
    let mut asked = Value::Map(Vec::new());
    let mut names_something = false;
    for member in service.input_members(operation) {
        let is_list = matches!(service.shape(member.shape).kind, Kind::List(_));
        let singular = match is_list {
            true => member.name.strip_suffix('s').unwrap_or(&member.name),
            false => member.name.as_str(),
        };
        let is_name = ["id", "ids", "name", "names", "arn", "arns", "identifier", "bucket", "key"]
            .iter()
            .any(|end| member.name.to_lowercase().ends_with(end));
        let found =
            if let Some(value) = input.get(&member.name).filter(|_| is_name || member.required) {
                Some(value.clone())
            } else if is_name || member.required {
                let mut found = Vec::new();
                collect(output, singular, &mut found);
                if found.is_empty() {
                    found.extend(input.get(singular).cloned());
                }
                match is_list {
                    true => Some(found).filter(|found| !found.is_empty()).map(Value::List),
                    false => found.into_iter().next(),
                }
            } else {
                None
            };
        match found {
            Some(value) => {
                names_something = true;
                asked.set(member.name.as_str(), value);
            }
            None if member.required => return None,
            None => {}
        }
        // One name is enough: others may speak of other things (`DryRun`, `Filters`).
        if names_something && !service.input_members(operation).iter().any(|member| member.required)
        {
            break;
        }
    }
    names_something.then_some(asked)
}

/// What Alibaba Cloud's waiters ask for: the ids of what the call was about, in the call's region. A
/// description takes one id, or several in a text.
fn input_by_id(
    service: &'static Service,
    waiter: &'static Waiter,
    input: &Value,
    output: &Value,
) -> Option<Value> {
    let members = service.input_members(service.operation(&waiter.operation)?);
    let (member, single) = members.iter().find_map(|member| {
        let noun = member.name.strip_suffix("Ids").or(member.name.strip_suffix("Id"))?;
        // An address goes by the id of its allocation.
        let is_own = waiter.name.starts_with(noun) || noun == "Allocation";
        is_own.then(|| (member, format!("{noun}Id")))
    })?;
    let mut ids = Vec::new();
    for document in [output, input] {
        for name in [single.clone(), format!("{single}s"), format!("{single}Set")] {
            collect(document, &name, &mut ids);
            if let Some(Value::List(items)) = find(document, &name) {
                ids.extend(items.iter().cloned());
            }
        }
        if !ids.is_empty() {
            break;
        }
    }
    let mut ids: Vec<_> = ids.iter().filter_map(Value::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    let text = match (ids.as_slice(), member.name.ends_with("Ids")) {
        ([], _) => return None,
        (ids, true) if service.name == JSON_LISTS => serde_json::to_string(ids).ok()?,
        (ids, true) => ids.join(","),
        ([id], false) => (*id).to_owned(),
        // The others would not be looked at.
        (_, false) => return None,
    };
    let mut asked = Value::Map(Vec::new());
    asked.set(member.name.as_str(), Value::from(text));
    if let Some(region) = input.get("RegionId") {
        asked.set("RegionId", region.clone());
    }
    Some(asked)
}

/// The first value of a name in a document.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let Value::Map(entries) = value else { return None };
    value.get(name).or_else(|| entries.iter().find_map(|(_, value)| find(value, name)))
}

/// All texts of a name in a document, those that lie highest.
fn collect(value: &Value, name: &str, found: &mut Vec<Value>) {
    match value {
        Value::Map(entries) => {
            if let Some(here @ Value::String(_)) = value.get(name) {
                found.push(here.clone());
                return;
            }
            for (_, value) in entries {
                collect(value, name, found);
            }
        }
        Value::List(items) => items.iter().for_each(|item| collect(item, name, found)),
        _ => {}
    }
}

/// Looks at DigitalOcean's actions until all are over.
async fn by_actions(shell: &Shell, client: &Client, output: &Value) -> Result<(), Error> {
    let mut ids = Vec::new();
    for path in [["action", ""], ["actions", ""], ["links", "actions"]] {
        let found = path
            .iter()
            .filter(|name| !name.is_empty())
            .try_fold(output, |value, name| value.get(name));
        match found {
            Some(Value::List(items)) => {
                ids.extend(
                    items.iter().filter_map(|item| item.get("id")).filter_map(Value::as_i64),
                );
            }
            Some(item) => ids.extend(item.get("id").and_then(Value::as_i64)),
            None => {}
        }
    }
    if ids.is_empty() {
        return Err(Error::failed(
            "nothing_to_wait_for",
            "the call was made, but its answer names no action to wait for",
        ));
    }
    if shell.is_watched {
        shell.note(&format!("waiting for {} actions", ids.len()));
    }
    let start = tokio::time::Instant::now();
    for id in ids {
        loop {
            let mut input = Value::Map(Vec::new());
            input.set("action_id", Value::from(id));
            let answer = client.call("actions", "get", input).await;
            let answer = answer.map_err(|error| failure::report(&error))?;
            match answer
                .get("action")
                .and_then(|action| action.get("status"))
                .and_then(Value::as_str)
            {
                Some("completed") => break,
                Some("errored") => {
                    return Err(Error::failed("wait_failed", format!("the action {id} failed")));
                }
                _ if start.elapsed() >= MOST => {
                    let message = format!("the action {id} is not over after {} s", MOST.as_secs());
                    return Err(Error::new(Class::TimedOut, "wait_timed_out", message));
                }
                _ => tokio::time::sleep(EVERY).await,
            }
        }
    }
    Ok(())
}
