//! Key pairs: made here, of which the private half is given out once, or imported; and the instances
//! that have them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isobar_engines::keys;
use isobar_kernel::call::{Context, Done, Empty, Failure, compute};
use isobar_kernel::{Fault, Tables, command, query, work};
use isobar_wire::{Input, Output};
use md5::{Digest, Md5};

use super::errors;
use super::records::{BY_KEY_PAIR, Instance, KeyPair};
use crate::forms::{self, Listed, STRICT_NAME, fits, from_json, minutes};
use crate::paging::{Page, newest_first};
use crate::tags::{self, TagKeyValue, Tags};
use crate::{Command, Handler, Query, Work, World, regions};

pub(super) const OPERATIONS: &[Handler] = &[
    work!(create_key_pair),
    command!(import_key_pair),
    query!(describe_key_pairs),
    command!(delete_key_pairs),
    command!(attach_key_pair),
    command!(detach_key_pair),
];

/// How many key pairs a region may have.
const MOST: usize = 500;
/// The most instances of a call.
const MOST_INSTANCES: usize = 50;

#[derive(Debug, Input)]
struct CreateKeyPair {
    key_pair_name: String,
    resource_group_id: Option<String>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct CreatedKeyPair {
    private_key_body: String,
    key_pair_name: String,
    key_pair_id: String,
    key_pair_finger_print: String,
}

async fn create_key_pair(cx: Work<'_>, input: CreateKeyPair) -> Result<Done, Failure> {
    cx.read(|cx| check_name(cx, cx.store, &input.key_pair_name))?;
    let random = cx.random.clone();
    let key = compute(move || keys::rsa(&random)).await?;
    cx.commit(|cx| {
        // Another call may have taken the name meanwhile.
        check_name(cx, cx.store, &input.key_pair_name)?;
        let pair = put(cx, input.key_pair_name, key.public, input.resource_group_id, input.tag)?;
        Ok(CreatedKeyPair {
            private_key_body: key.pem,
            key_pair_name: pair.name.clone(),
            key_pair_id: pair.pair_id.clone(),
            key_pair_finger_print: pair.fingerprint.clone(),
        })
    })
}

fn check_name(cx: &Context<'_, World>, store: &Tables, name: &str) -> Result<(), Fault> {
    if !STRICT_NAME.allows(name) {
        return Err(errors::KEY_PAIR_NAME.fault());
    }
    if store.get::<KeyPair>(&cx.key(name)).is_some() {
        return Err(errors::KEY_PAIR_EXISTS.fault());
    }
    if store.list::<KeyPair>(&cx.scope()).count() >= MOST {
        return Err(errors::KEY_PAIR_QUOTA.fault());
    }
    Ok(())
}

/// Keeps a pair of a name that was checked.
fn put(
    cx: &mut Command<'_, '_>,
    name: String,
    public_key: String,
    resource_group_id: Option<String>,
    tag: Option<Vec<tags::Given>>,
) -> Result<Arc<KeyPair>, Fault> {
    let fingerprint = fingerprint(&public_key).ok_or_else(|| errors::PUBLIC_KEY.fault())?;
    let default_group = forms::default_resource_group(&cx.caller.account);
    if resource_group_id.is_some_and(|group| group != default_group) {
        return Err(errors::RESOURCE_GROUP_NOT_FOUND.fault());
    }
    let tags = Tags::given(tag, &errors::TAGS)?;
    let pair_id = forms::id(forms::KEY_PAIR, regions::of_call(cx.region), cx.random);
    let (scope, created_at) = (cx.scope(), cx.now);
    Ok(cx.store.put(KeyPair { scope, pair_id, name, public_key, fingerprint, tags, created_at }))
}

#[derive(Debug, Input)]
struct ImportKeyPair {
    _region_id: String,
    key_pair_name: String,
    public_key_body: String,
    resource_group_id: Option<String>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct ImportedKeyPair {
    key_pair_name: String,
    key_pair_finger_print: String,
}

fn import_key_pair(
    cx: &mut Command<'_, '_>,
    input: ImportKeyPair,
) -> Result<ImportedKeyPair, Fault> {
    check_name(cx, cx.store, &input.key_pair_name)?;
    let (name, public_key) = (input.key_pair_name, input.public_key_body);
    let pair = put(cx, name, public_key, input.resource_group_id, input.tag)?;
    Ok(ImportedKeyPair {
        key_pair_name: pair.name.clone(),
        key_pair_finger_print: pair.fingerprint.clone(),
    })
}

/// MD5 over the key's bytes, in pairs of digits. `None` where the text is no RSA key of OpenSSH's
/// form, which are the only ones that the vendor takes.
fn fingerprint(key: &str) -> Option<String> {
    let mut words = key.split_whitespace();
    let (kind, body) = (words.next()?, words.next()?);
    let bytes = STANDARD.decode(body).ok().filter(|_| kind == "ssh-rsa")?;
    let named = bytes.strip_prefix(&[0, 0, 0, 7]).is_some_and(|rest| rest.starts_with(b"ssh-rsa"));
    let digits: Vec<String> =
        Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    named.then(|| digits.join(":"))
}

#[derive(Debug, Input)]
struct DescribeKeyPairs {
    _region_id: String,
    key_pair_name: Option<String>,
    key_pair_finger_print: Option<String>,
    include_public_key: Option<bool>,
    resource_group_id: Option<String>,
    page_number: Option<i64>,
    page_size: Option<i64>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Output)]
struct KeyPairs {
    page_size: i64,
    page_number: i64,
    total_count: i64,
    key_pairs: Listed<KeyPairView>,
}

#[derive(Debug, Output)]
struct KeyPairView {
    creation_time: String,
    key_pair_name: String,
    key_pair_finger_print: String,
    resource_group_id: &'static str,
    public_key: Option<String>,
    tags: Listed<TagKeyValue>,
}

fn describe_key_pairs(cx: &Query<'_>, input: DescribeKeyPairs) -> Result<KeyPairs, Fault> {
    let page = Page::new(input.page_number, input.page_size, 50)?;
    let print = input.key_pair_finger_print.as_ref();
    let group = forms::default_resource_group(&cx.caller.account);
    let asked_group = input.resource_group_id.filter(|asked| !asked.is_empty());
    let elsewhere = asked_group.is_some_and(|asked| asked != group);
    let pairs = cx
        .store
        .list::<KeyPair>(&cx.scope())
        .filter(|pair| {
            !elsewhere && input.key_pair_name.as_ref().is_none_or(|name| fits(name, &pair.name))
        })
        .filter(|pair| print.is_none_or(|print| *print == pair.fingerprint))
        .filter(|pair| pair.tags.fit(input.tag.as_deref()));
    let pairs = newest_first(pairs);
    let (total_count, pairs) = page.cut(pairs);
    let public = input.include_public_key.unwrap_or(false);
    let view = |pair: &Arc<KeyPair>| KeyPairView {
        creation_time: minutes(pair.created_at),
        key_pair_name: pair.name.clone(),
        key_pair_finger_print: pair.fingerprint.clone(),
        resource_group_id: "",
        public_key: public.then(|| pair.public_key.clone()),
        tags: Listed("Tag", pair.tags.tag_key_values()),
    };
    Ok(KeyPairs {
        page_size: page.size,
        page_number: page.number,
        total_count,
        key_pairs: Listed("KeyPair", pairs.into_iter().map(view).collect()),
    })
}

#[derive(Debug, Input)]
struct DeleteKeyPairs {
    _region_id: String,
    key_pair_names: String,
}

fn delete_key_pairs(cx: &mut Command<'_, '_>, input: DeleteKeyPairs) -> Result<Empty, Fault> {
    let names: Option<Vec<String>> = from_json(&input.key_pair_names);
    let names = names.filter(|names| (1..=100).contains(&names.len()));
    for name in names.ok_or_else(|| errors::KEY_PAIR_NAMES.fault())? {
        let key = cx.key(&name);
        if cx.store.by::<Instance>(BY_KEY_PAIR, &key).next().is_some() {
            return Err(errors::KEY_PAIR_IN_USE.fault());
        }
        // A pair that is not there is as good as deleted.
        cx.store.remove::<KeyPair>(&key);
    }
    Ok(Empty {})
}

/// A pair and instances.
#[derive(Debug, Input)]
struct PairAndInstances {
    key_pair_name: String,
    instance_ids: String,
}

/// What became of the instances; numbers and truth are texts here.
#[derive(Debug, Output)]
struct Outcome {
    key_pair_name: String,
    total_count: String,
    fail_count: String,
    results: Listed<InstanceOutcome>,
}

#[derive(Debug, Output)]
struct InstanceOutcome {
    code: String,
    message: String,
    instance_id: String,
    success: &'static str,
}

fn attach_key_pair(cx: &mut Command<'_, '_>, input: PairAndInstances) -> Result<Outcome, Fault> {
    let name = input.key_pair_name.clone();
    change(cx, input, move |row| row.key_pair = Some(name.clone()))
}

/// An instance that does not have the pair is left as it is.
fn detach_key_pair(cx: &mut Command<'_, '_>, input: PairAndInstances) -> Result<Outcome, Fault> {
    let name = input.key_pair_name.clone();
    change(cx, input, move |row| row.key_pair = row.key_pair.take().filter(|own| *own != name))
}

/// Changes the instances one by one: one that is not there is told so, and the others are changed.
fn change(
    cx: &mut Command<'_, '_>,
    input: PairAndInstances,
    change: impl Fn(&mut Instance),
) -> Result<Outcome, Fault> {
    if cx.store.get::<KeyPair>(&cx.key(&input.key_pair_name)).is_none() {
        return Err(errors::PAIR_NOT_FOUND.fault());
    }
    let ids: Option<Vec<String>> = from_json(&input.instance_ids);
    let ids = ids.filter(|ids| !ids.is_empty());
    let ids = ids.ok_or_else(|| errors::PAIR_INSTANCE_IDS.fault())?;
    if ids.len() > MOST_INSTANCES {
        return Err(errors::PAIR_INSTANCES.fault());
    }
    let mut failed = 0;
    let mut results = Vec::with_capacity(ids.len());
    for instance_id in ids {
        let key = cx.key(&instance_id);
        results.push(match cx.store.modify::<Instance>(&key, &change) {
            Some(_) => InstanceOutcome {
                code: "200".into(),
                message: "successful".into(),
                instance_id,
                success: "true",
            },
            None => {
                failed += 1;
                let Fault { code, message, .. } = errors::INSTANCE_NOT_FOUND.fault();
                InstanceOutcome { code: code.into(), message, instance_id, success: "false" }
            }
        });
    }
    Ok(Outcome {
        key_pair_name: input.key_pair_name,
        total_count: results.len().to_string(),
        fail_count: failed.to_string(),
        results: Listed("Result", results),
    })
}
