//! Key pairs: made here, of which the private half is given out once, or imported.

mod material;

use isobar_kernel::call::{Context, Done, Failure, compute};
use isobar_kernel::{Fault, Handler, Tables, command, query, work};
use isobar_wire::{Blob, Input, Output};
use jiff::Timestamp;

use super::filters::{Field, Filters, Selection, TAGS};
use super::ids::KEY_PAIR;
use super::records::{self, KeyPair};
use super::tags::{self, TagSpecifications, TagView, Wanted};
use super::{Command, Query, errors};
use crate::{Work, World};
use material::Material;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    work!(create_key_pair, on "key-pair/{KeyName}"),
    command!(import_key_pair, on "key-pair/{KeyName}"),
    query!(describe_key_pairs),
    command!(delete_key_pair, on "key-pair/{KeyName}"),
];

/// How many key pairs a region may have.
const MOST: usize = 5000;

#[derive(Debug, Input)]
struct CreateKeyPair {
    key_name: String,
    key_type: Option<String>,
    key_format: Option<String>,
    tag_specifications: TagSpecifications,
}

#[derive(Output)]
struct Created {
    key_pair_id: String,
    /// Only where it was tagged.
    tags: Option<Vec<OwnTag>>,
    key_name: String,
    key_fingerprint: String,
    key_material: Option<String>,
}

/// A tag that outlives the write in progress.
#[derive(Output)]
struct OwnTag {
    key: String,
    value: String,
}

async fn create_key_pair(cx: Work<'_>, input: CreateKeyPair) -> Result<Done, Failure> {
    let wanted = Wanted::new(&input.tag_specifications, &["key-pair"], &errors::TAGGABLE)?;
    cx.read(|cx| check_name(cx, cx.store, &input.key_name))?;
    match input.key_format.as_deref() {
        None | Some("pem") => {}
        Some(other) => return Err(errors::VALUE.with(&[&other, &"KeyFormat", &""]).into()),
    }
    let draw = match input.key_type.as_deref() {
        None | Some("rsa") => Material::rsa,
        Some("ed25519") => Material::ed25519,
        Some(other) => return Err(errors::VALUE.with(&[&other, &"KeyType", &""]).into()),
    };
    let random = cx.random.clone();
    let material = compute(move || draw(&random)).await?;
    cx.commit(|cx| {
        // Another call may have taken the name meanwhile.
        check_name(cx, cx.store, &input.key_name)?;
        put(cx, &input.key_name, material, &wanted)
    })
}

#[derive(Debug, Input)]
struct ImportKeyPair {
    key_name: String,
    public_key_material: Blob,
    tag_specifications: TagSpecifications,
}

fn import_key_pair(cx: &mut Command<'_, '_>, input: ImportKeyPair) -> Result<Created, Fault> {
    let wanted = Wanted::new(&input.tag_specifications, &["key-pair"], &errors::TAGGABLE)?;
    check_name(cx, cx.store, &input.key_name)?;
    let material = Material::imported(&input.public_key_material.0)
        .ok_or_else(|| errors::KEY_FORMAT.fault())?;
    put(cx, &input.key_name, material, &wanted)
}

fn check_name(cx: &Context<'_, World>, store: &Tables, name: &str) -> Result<(), Fault> {
    if name.is_empty() {
        return Err(errors::MISSING.with(&[&"KeyName"]));
    }
    if name.len() > 255 || !name.is_ascii() || name.trim() != name {
        return Err(errors::KEY_NAME.with(&[&name]));
    }
    let scope = cx.scope();
    if named(store, &scope, name).is_some() {
        return Err(errors::KEY_DUPLICATE.fault());
    }
    if store.list::<KeyPair>(&scope).count() >= MOST {
        return Err(errors::KEY_LIMIT.fault());
    }
    Ok(())
}

fn put(
    cx: &mut Command<'_, '_>,
    name: &str,
    material: Material,
    wanted: &Wanted<'_>,
) -> Result<Created, Fault> {
    let key = cx.store.put(KeyPair {
        scope: cx.context.scope(),
        id: KEY_PAIR.draw(cx.context.random),
        name: name.to_owned(),
        kind: material.kind.to_owned(),
        fingerprint: material.fingerprint,
        public_key: material.public_key,
        created_at: records::whole_millisecond(cx.context.now),
    });
    wanted.put(cx, "key-pair", &key.id);
    let tags = tags::of(cx.store, &key.scope, &key.id);
    let own = |tag: &TagView<'_>| OwnTag { key: tag.key.to_owned(), value: tag.value.to_owned() };
    Ok(Created {
        key_pair_id: key.id.clone(),
        tags: (!tags.is_empty()).then(|| tags.iter().map(own).collect()),
        key_name: key.name.clone(),
        key_fingerprint: key.fingerprint.clone(),
        key_material: material.private_key,
    })
}

/// The key pair of the name.
pub(super) fn named<'a>(store: &'a Tables, scope: &str, name: &str) -> Option<&'a KeyPair> {
    store.by::<KeyPair>("name", &format!("{scope}{name}")).next().map(|key| &**key)
}

#[derive(Debug, Output)]
struct KeyPairView<'a> {
    key_pair_id: &'a str,
    key_type: &'a str,
    tags: Vec<TagView<'a>>,
    public_key: Option<String>,
    create_time: Timestamp,
    key_name: &'a str,
    key_fingerprint: &'a str,
}

fn view<'a>(store: &'a Tables, key: &'a KeyPair, with_public_key: bool) -> KeyPairView<'a> {
    KeyPairView {
        key_pair_id: &key.id,
        key_type: &key.kind,
        tags: tags::of(store, &key.scope, &key.id),
        public_key: with_public_key.then(|| format!("{} {}\n", key.public_key, key.name)),
        create_time: key.created_at,
        key_name: &key.name,
        key_fingerprint: &key.fingerprint,
    }
}

#[derive(Debug, Input)]
struct DescribeKeyPairs {
    key_names: Option<Vec<String>>,
    key_pair_ids: Option<Vec<String>>,
    include_public_key: Option<bool>,
    filters: Filters,
}

#[derive(Debug, Output)]
struct Described<'a> {
    key_pairs: Vec<KeyPairView<'a>>,
}

pub(super) const FILTERS: &[Field] =
    &[("fingerprint", "KeyFingerprint"), ("key-name", "KeyName"), ("key-pair-id", "KeyPairId")];

fn describe_key_pairs<'a>(cx: &Query<'a>, input: DescribeKeyPairs) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, Some(TAGS))?;
    let scope = cx.scope();
    let names = input.key_names.unwrap_or_default();
    let ids = input.key_pair_ids.unwrap_or_default();
    let mut keys: Vec<&KeyPair> = if ids.is_empty() && !names.is_empty() {
        Vec::new()
    } else {
        records::chosen(cx.store, &scope, &KEY_PAIR, Some(&ids))?
    };
    for name in &names {
        let key = named(cx.store, &scope, name);
        keys.push(key.ok_or_else(|| errors::KEY_NAME_MISSING.with(&[name]))?);
    }
    keys.sort_unstable_by_key(|key| &key.name);
    keys.dedup_by_key(|key| &key.id);
    let with_public_key = input.include_public_key == Some(true);
    let keys = keys.into_iter().map(|key| view(cx.store, key, with_public_key));
    Ok(Described { key_pairs: keys.filter(|key| selection.takes(key)).collect() })
}

#[derive(Debug, Input)]
struct DeleteKeyPair {
    key_name: Option<String>,
    key_pair_id: Option<String>,
}

#[derive(Debug, Output)]
struct Deleted {
    r#return: bool,
    key_pair_id: Option<String>,
}

/// One that does not exist is deleted already.
fn delete_key_pair(cx: &mut Command<'_, '_>, input: DeleteKeyPair) -> Result<Deleted, Fault> {
    let scope = cx.scope();
    let key = match (&input.key_pair_id, &input.key_name) {
        (Some(id), _) => {
            KEY_PAIR.check(id)?;
            cx.store.get::<KeyPair>(&format!("{scope}{id}")).map(|key| key.id.clone())
        }
        (None, Some(name)) => named(cx.store, &scope, name).map(|key| key.id.clone()),
        (None, None) => return Err(errors::MISSING.with(&[&"KeyName"])),
    };
    if let Some(id) = &key {
        tags::clear(cx, id);
        cx.store.remove::<KeyPair>(&format!("{scope}{id}"));
    }
    Ok(Deleted { r#return: true, key_pair_id: key })
}
