//! Changes of inputs.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use isobar_wire::Value;
use md5::{Digest as _, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Input;
use crate::config::Checksums;

/// What a copy's source may hold as it is.
const SOURCE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

type Changed = Result<(), String>;

fn text<'a>(input: &'a Input<'_>, name: &str) -> Option<&'a str> {
    input.value.get(name).and_then(Value::as_str)
}

fn set(input: &mut Input<'_>, name: &str, value: impl Into<Value>) {
    if input.value.is_null() {
        *input.value = Value::Map(Vec::new());
    }
    input.value.set(name.to_owned(), value.into());
}

/// The answer's checksum is wanted wherever it can be had.
pub(super) fn ask_for_checksum(input: &mut Input<'_>) -> Changed {
    let checksum = input.operation.checksum.as_ref();
    if input.config.response_checksums == Checksums::WhenSupported
        && let Some(member) = checksum.and_then(|it| it.validation_member.as_deref())
        && input.value.get(member).is_none()
    {
        set(input, member, "ENABLED".to_owned());
    }
    Ok(())
}

/// User data is given as it is and travels in base64.
pub(super) fn encode_user_data(input: &mut Input<'_>) -> Changed {
    if let Some(encoded) = input.value.get("UserData").and_then(encoded) {
        set(input, "UserData", encoded);
    }
    Ok(())
}

/// Text or bytes in base64.
fn encoded(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(BASE64_STANDARD.encode(text.as_bytes())),
        Value::Blob(bytes) => Some(BASE64_STANDARD.encode(bytes)),
        _ => None,
    }
}

/// A hyphen stands for the caller's own account.
pub(super) fn own_account(input: &mut Input<'_>) -> Changed {
    let members = input.service.input_members(input.operation);
    if members.iter().any(|member| member.name == "accountId")
        && input.value.get("accountId").is_none_or(Value::is_null)
    {
        set(input, "accountId", "-".to_owned());
    }
    Ok(())
}

/// Ids come with what they are of (`/hostedzone/Z1`) and go without it.
pub(super) fn bare_ids(input: &mut Input<'_>) -> Changed {
    const SHAPES: [&str; 3] = ["ResourceId", "DelegationSetId", "ChangeId"];
    let service = input.service;
    for member in service.input_members(input.operation) {
        if SHAPES.contains(&service.shape(member.shape).name.as_str())
            && let Some((_, id)) = text(input, &member.name).and_then(|id| id.rsplit_once('/'))
        {
            let id = id.to_owned();
            set(input, &member.name, id);
        }
    }
    Ok(())
}

/// A name that can be no bucket's is not sent.
pub(super) fn check_bucket(input: &mut Input<'_>) -> Changed {
    match text(input, "Bucket") {
        Some(bucket) if !is_bucket(bucket) && !is_access_point(bucket) => Err(format!(
            "Bucket: `{bucket}` is no bucket's name (letters, digits, dots, hyphens and underscores, \
             at most 255) and no access point's ARN"
        )),
        _ => Ok(()),
    }
}

fn is_bucket(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=255).contains(&name.len()) && name.bytes().all(plain)
}

/// Whether a text is the ARN of an access point of S3, of its Object Lambda or of Outposts.
fn is_access_point(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts[..] else { return false };
    let plain = |text: &str, more: &str| {
        !text.is_empty()
            && text.len() <= 63
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(byte as char))
    };
    let resource: Vec<&str> = resource.split([':', '/']).collect();
    let known = match (service, &resource[..]) {
        ("s3" | "s3-object-lambda", ["accesspoint", name]) => plain(name, "-."),
        ("s3-outposts", ["outpost", outpost, "accesspoint", name]) => {
            !region.is_empty() && plain(outpost, "-") && plain(name, "-")
        }
        _ => false,
    };
    known
        && partition.starts_with("aws")
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
}

/// Names may hold what XML cannot: they come encoded, and [`super::outputs::decode_names`] decodes
/// them.
pub(super) fn ask_for_encoded_names(input: &mut Input<'_>) -> Changed {
    if input.value.get("EncodingType").is_none() {
        set(input, "EncodingType", "url".to_owned());
        input.notes.decodes_names = true;
    }
    Ok(())
}

/// A copy's source travels encoded; its version's id follows as it is.
pub(super) fn encode_copy_source(input: &mut Input<'_>) -> Changed {
    let source = match input.value.get("CopySource") {
        Some(Value::String(source)) => {
            let at = source.rfind("?versionId=").filter(|at| is_version(&source[*at..]));
            let (object, version) = source.split_at(at.unwrap_or(source.len()));
            format!("{}{version}", utf8_percent_encode(object, SOURCE))
        }
        Some(parts @ Value::Map(_)) => joined_source(parts)?,
        _ => return Ok(()),
    };
    set(input, "CopySource", source);
    Ok(())
}

fn is_version(text: &str) -> bool {
    text.len() > "?versionId=".len() && !text.contains(char::is_whitespace)
}

fn joined_source(parts: &Value) -> Result<String, String> {
    let part = |name: &str| {
        let found = parts.get(name).and_then(Value::as_str);
        found.ok_or_else(|| format!("CopySource.{name}: is missing"))
    };
    let (bucket, key) = (part("Bucket")?, part("Key")?);
    let between = if is_access_point(bucket) { "/object/" } else { "/" };
    let object = format!("{bucket}{between}{key}");
    let mut source = utf8_percent_encode(&object, SOURCE).to_string();
    if let Some(version) = parts.get("VersionId").and_then(Value::as_str) {
        source.push_str("?versionId=");
        source.push_str(version);
    }
    Ok(source)
}

/// Metadata travel in headers, which S3 reads as ASCII.
pub(super) fn check_metadata(input: &mut Input<'_>) -> Changed {
    let Some(Value::Map(entries)) = input.value.get("Metadata") else { return Ok(()) };
    for (name, value) in entries {
        let value = value.as_str().unwrap_or_default();
        if !name.is_ascii() || !value.is_ascii() {
            return Err(format!("Metadata.{name}: S3's metadata can only be ASCII"));
        }
    }
    Ok(())
}

/// A customer's key travels in base64, with its MD5.
pub(super) fn describe_key(input: &mut Input<'_>) -> Changed {
    describe(input, "SSECustomerKey", "SSECustomerKeyMD5")
}

/// The same for the key of a copy's source.
pub(super) fn describe_source_key(input: &mut Input<'_>) -> Changed {
    describe(input, "CopySourceSSECustomerKey", "CopySourceSSECustomerKeyMD5")
}

fn describe(input: &mut Input<'_>, name: &str, hash: &str) -> Changed {
    if input.value.get(hash).is_some() {
        return Ok(());
    }
    let key: Cow<'_, [u8]> = match input.value.get(name) {
        Some(Value::String(text)) => Cow::Borrowed(text.as_bytes()),
        Some(Value::Blob(bytes)) => Cow::Borrowed(bytes),
        _ => return Ok(()),
    };
    let digest = BASE64_STANDARD.encode(Md5::digest(&key));
    let key = BASE64_STANDARD.encode(&key);
    set(input, name, key);
    set(input, hash, digest);
    Ok(())
}
