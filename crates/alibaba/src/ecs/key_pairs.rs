//! Key pairs that are imported. Making one is not built: it needs a generator of RSA keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command, query};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::errors;
use super::records::{BY_KEY_PAIR, Instance, KeyPair};
use crate::forms::{self, Listed, STRICT_NAME, fits, minutes, texts};
use crate::paging::{Page, newest_first};
use crate::tags::{self, TagKeyValue, Tags};
use crate::{Command, Handler, Query};

pub(super) const OPERATIONS: &[Handler] =
    &[command!(import_key_pair), query!(describe_key_pairs), command!(delete_key_pairs)];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ImportKeyPair {
    _region_id: String,
    key_pair_name: String,
    public_key_body: String,
    resource_group_id: Option<String>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ImportedKeyPair {
    key_pair_name: String,
    key_pair_finger_print: String,
}

fn import_key_pair(
    cx: &mut Command<'_, '_>,
    input: ImportKeyPair,
) -> Result<ImportedKeyPair, Fault> {
    if !STRICT_NAME.allows(&input.key_pair_name) {
        return Err(errors::KEY_PAIR_NAME.fault());
    }
    let fingerprint = fingerprint(&input.public_key_body);
    let fingerprint = fingerprint.ok_or_else(|| errors::PUBLIC_KEY.fault())?;
    if cx.store.get::<KeyPair>(&cx.key(&input.key_pair_name)).is_some() {
        return Err(errors::KEY_PAIR_EXISTS.fault());
    }
    let default_group = forms::default_resource_group(&cx.caller.account);
    if input.resource_group_id.is_some_and(|group| group != default_group) {
        return Err(errors::RESOURCE_GROUP_NOT_FOUND.fault());
    }
    let tags = Tags::given(input.tag, &errors::TAGS)?;
    let pair = cx.store.put(KeyPair {
        scope: cx.context.scope(),
        name: input.key_pair_name,
        public_key: input.public_key_body,
        fingerprint,
        tags,
        created_at: cx.context.now,
    });
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

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribeKeyPairs {
    _region_id: String,
    key_pair_name: Option<String>,
    key_pair_finger_print: Option<String>,
    include_public_key: Option<bool>,
    page_number: Option<i64>,
    page_size: Option<i64>,
    tag: Option<Vec<tags::Given>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct KeyPairs {
    page_size: i64,
    page_number: i64,
    total_count: i64,
    key_pairs: Listed<KeyPairView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
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
    let pairs = cx
        .store
        .list::<KeyPair>(&cx.scope())
        .filter(|pair| input.key_pair_name.as_ref().is_none_or(|name| fits(name, &pair.name)))
        .filter(|pair| print.is_none_or(|print| *print == pair.fingerprint))
        .filter(|pair| pair.tags.fit(input.tag.as_deref()));
    let pairs = newest_first(pairs);
    let (total_count, pairs) = page.cut(pairs);
    let public = input.include_public_key.unwrap_or(false);
    let view = |pair: &std::sync::Arc<KeyPair>| KeyPairView {
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

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteKeyPairs {
    _region_id: String,
    key_pair_names: String,
}

fn delete_key_pairs(cx: &mut Command<'_, '_>, input: DeleteKeyPairs) -> Result<Empty, Fault> {
    let names = texts(&input.key_pair_names).filter(|names| (1..=100).contains(&names.len()));
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
