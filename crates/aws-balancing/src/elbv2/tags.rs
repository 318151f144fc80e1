//! Tags.

use std::borrow::Cow;

use isobar_engines::balancers;
use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, Record, Tables, command, query};
use isobar_wire::{Input, Output};

use super::records::{Listener, LoadBalancer, TagRecord, TargetGroup};
use super::{Command, Query, errors};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(add_tags, on "{ResourceArns}"),
    command!(remove_tags, on "{ResourceArns}"),
    query!(describe_tags),
];

/// How many tags a resource may have.
const MOST: usize = 50;

/// A tag as it is sent.
#[derive(Clone, Debug, Input)]
pub(super) struct Tag {
    key: String,
    value: Option<String>,
}

/// Refuses tags that cannot be.
pub(super) fn check(tags: &[Tag]) -> Result<(), Fault> {
    for (at, tag) in tags.iter().enumerate() {
        if tag.key.to_ascii_lowercase().starts_with("aws:") {
            return Err(errors::TAG_RESERVED.with(&[&tag.key]));
        }
        if tags[..at].iter().any(|before| before.key == tag.key) {
            return Err(errors::TAG_TWICE.with(&[&tag.key]));
        }
    }
    Ok(())
}

/// Gives a resource the tags, which were checked.
pub(super) fn put(cx: &mut Command<'_, '_>, arn: &str, tags: &[Tag]) -> Result<(), Fault> {
    let scope = cx.scope();
    for tag in tags {
        cx.store.put(TagRecord {
            scope: scope.clone(),
            arn: arn.to_owned(),
            key: tag.key.clone(),
            value: tag.value.clone().unwrap_or_default(),
        });
    }
    if cx.store.list::<TagRecord>(&format!("{scope}{arn} ")).count() > MOST {
        return Err(errors::TAG_LIMIT.with(&[&arn]));
    }
    Ok(())
}

/// Takes all tags off a resource that ends.
pub(super) fn clear(cx: &mut Command<'_, '_>, arn: &str) {
    let prefix = cx.key(&format!("{arn} "));
    let keys: Vec<String> = cx.store.list::<TagRecord>(&prefix).map(|tag| tag.key()).collect();
    for key in keys {
        cx.store.remove::<TagRecord>(&key);
    }
}

/// The error where the ARN is of nothing that exists.
fn check_exists(store: &Tables, scope: &str, arn: &str) -> Result<(), Fault> {
    let key = format!("{scope}{arn}");
    let kind = arn.split(':').nth(5).and_then(|resource| resource.split('/').next());
    let (exists, missing) = match kind {
        Some("loadbalancer") => {
            (store.get::<LoadBalancer>(&key).is_some(), errors::BALANCER_MISSING)
        }
        Some("targetgroup") => (store.get::<TargetGroup>(&key).is_some(), errors::GROUP_MISSING),
        Some("listener") => (store.get::<Listener>(&key).is_some(), errors::LISTENERS_MISSING),
        Some("listener-rule") => {
            (store.list::<Listener>(scope).any(|row| row.rule_arn == arn), errors::RULES_MISSING)
        }
        _ => return Err(errors::INVALID_ARN.with(&[&arn, &"resource"])),
    };
    if exists { Ok(()) } else { Err(missing.with(&[&arn])) }
}

#[derive(Debug, Input)]
struct AddTags {
    resource_arns: Vec<String>,
    tags: Vec<Tag>,
}

fn add_tags(cx: &mut Command<'_, '_>, input: AddTags) -> Result<Empty, Fault> {
    check(&input.tags)?;
    let scope = cx.scope();
    for arn in &input.resource_arns {
        check_exists(cx.store, &scope, arn)?;
        put(cx, arn, &input.tags)?;
    }
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct RemoveTags {
    resource_arns: Vec<String>,
    tag_keys: Vec<String>,
}

fn remove_tags(cx: &mut Command<'_, '_>, input: RemoveTags) -> Result<Empty, Fault> {
    let scope = cx.scope();
    for arn in &input.resource_arns {
        check_exists(cx.store, &scope, arn)?;
        for key in &input.tag_keys {
            cx.store.remove::<TagRecord>(&format!("{scope}{arn} {key}"));
        }
    }
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct DescribeTags {
    resource_arns: Vec<String>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    tag_descriptions: Vec<Description<'a>>,
}

#[derive(Debug, Output)]
struct Description<'a> {
    resource_arn: String,
    tags: Vec<TagView<'a>>,
}

#[derive(Debug, Output)]
struct TagView<'a> {
    key: Cow<'a, str>,
    value: Cow<'a, str>,
}

/// Where a load balancer's listeners are found, as tags of the system's. The name of a load balancer
/// says nothing of ports; here, one that may not be bound is another one, and whoever wants to connect
/// asks which.
fn places(store: &Tables, key: &str) -> Vec<TagView<'static>> {
    let balancer = store.get::<LoadBalancer>(key);
    let balancer = balancer.and_then(|row| balancers::find(store, &row.balancer_id));
    let Some(balancer) = balancer else { return Vec::new() };
    let bound = balancer.listeners.iter().filter_map(|one| Some((one.port, one.bound_port?)));
    bound
        .map(|(port, bound)| TagView {
            key: Cow::Owned(format!("aws:isobar:listener:{port}")),
            value: Cow::Owned(format!("{}:{bound}", balancer.address)),
        })
        .collect()
}

fn describe_tags<'a>(cx: &Query<'a>, input: DescribeTags) -> Result<Described<'a>, Fault> {
    let scope = cx.scope();
    let mut tag_descriptions = Vec::new();
    for arn in input.resource_arns {
        check_exists(cx.store, &scope, &arn)?;
        let tags = cx.store.list::<TagRecord>(&format!("{scope}{arn} "));
        let tags = tags
            .map(|tag| TagView { key: Cow::Borrowed(&tag.key), value: Cow::Borrowed(&tag.value) });
        let tags = places(cx.store, &format!("{scope}{arn}")).into_iter().chain(tags).collect();
        tag_descriptions.push(Description { resource_arn: arn, tags });
    }
    Ok(Described { tag_descriptions })
}
