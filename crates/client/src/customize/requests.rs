//! Changes of requests.

use http::header::{ACCEPT, CONTENT_TYPE, EXPECT, HeaderName, HeaderValue};
use isobar_catalogue::model::Discovery;
use isobar_catalogue::{Kind, Location, Protocol};
use isobar_wire::Value;
use percent_encoding::utf8_percent_encode;
use sha2::{Digest as _, Sha256};

use super::{RESERVED, Written};
use crate::endpoint::Endpoint;

type Changed = Result<(), String>;

const API_VERSION: HeaderName = HeaderName::from_static("x-amz-api-version");
const GLACIER_VERSION: HeaderName = HeaderName::from_static("x-amz-glacier-version");
const CONTENT_HASH: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const TREE_HASH: HeaderName = HeaderName::from_static("x-amz-sha256-tree-hash");

/// How much of an archive has a hash of its own in its tree.
const TREE_LEAF: usize = 1 << 20;

fn set(written: &mut Written<'_>, name: HeaderName, value: &str) -> Changed {
    let value = HeaderValue::from_str(value).map_err(|error| format!("{name}: {error}"))?;
    written.request.headers.insert(name, value);
    Ok(())
}

/// What the endpoint rules say of every request.
pub(super) fn set_endpoint_headers(written: &mut Written<'_>) -> Changed {
    for (name, value) in std::mem::take(&mut written.endpoint.headers) {
        let name: HeaderName = name.parse().map_err(|error| format!("{name}: {error}"))?;
        set(written, name, &value)?;
    }
    Ok(())
}

/// Who asks for an endpoint says for which version of the API.
pub(super) fn name_version(written: &mut Written<'_>) -> Changed {
    match written.operation.discovery {
        Discovery::Source => set(written, API_VERSION, &written.service.version),
        _ => Ok(()),
    }
}

/// The vendor's clients do not name the media type of XML, nor of bodies that are one member's bytes
/// or text, unless the caller does.
pub(super) fn drop_media(written: &mut Written<'_>) -> Changed {
    let Written { service, operation, .. } = *written;
    let structure = operation.input.and_then(|shape| service.structure(shape));
    let payload = structure.and_then(|structure| {
        let name = structure.payload.as_deref()?;
        structure.members.iter().find(|member| member.name == name)
    });
    let is_raw = payload.is_some_and(|member| {
        matches!(service.shape(member.shape).kind, Kind::Blob { .. } | Kind::String(_))
    });
    let drops = match service.protocol() {
        Protocol::RestXml => true,
        Protocol::RestJson => is_raw,
        _ => false,
    };
    let is_given = service.input_members(operation).iter().any(|member| {
        member.location == Location::Header
            && member.on_wire().eq_ignore_ascii_case(CONTENT_TYPE.as_str())
            && written.input.get(&member.name).is_some()
    });
    if drops && !is_given {
        written.request.headers.remove(CONTENT_TYPE);
    }
    Ok(())
}

/// API Gateway answers with another document where JSON is not asked for.
pub(super) fn accept_json(written: &mut Written<'_>) -> Changed {
    written.request.headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
    Ok(())
}

/// A search may be longer than a URL: it travels as a form.
pub(super) fn ask_by_post(written: &mut Written<'_>) -> Changed {
    let request = &mut *written.request;
    request.method = http::Method::POST;
    request.body = std::mem::take(&mut request.query).into();
    let media = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers.insert(CONTENT_TYPE, media);
    Ok(())
}

/// Glacier wants to be told the version of its API.
pub(super) fn name_glacier_version(written: &mut Written<'_>) -> Changed {
    set(written, GLACIER_VERSION, &written.service.version)
}

/// An archive comes with its hash and the hash of its tree.
pub(super) fn hash_archive(written: &mut Written<'_>) -> Changed {
    if !written.request.headers.contains_key(CONTENT_HASH) {
        let hash = hex(&Sha256::digest(&written.request.body));
        set(written, CONTENT_HASH, &hash)?;
    }
    if !written.request.headers.contains_key(TREE_HASH) {
        let hash = hex(&tree_hash(&written.request.body));
        set(written, TREE_HASH, &hash)?;
    }
    Ok(())
}

/// The hashes of each mebibyte, hashed in pairs until one is left.
fn tree_hash(body: &[u8]) -> Vec<u8> {
    let mut level: Vec<Vec<u8>> =
        body.chunks(TREE_LEAF).map(|leaf| Sha256::digest(leaf).to_vec()).collect();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [one] => one.clone(),
                pair => Sha256::digest(pair.concat()).to_vec(),
            })
            .collect();
    }
    level.pop().unwrap_or_else(|| Sha256::digest([]).to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A prediction is asked of the model's own endpoint, which the input names.
pub(super) fn go_to_predictor(written: &mut Written<'_>) -> Changed {
    let Some(url) = written.input.get("PredictEndpoint").and_then(Value::as_str) else {
        return Ok(());
    };
    let endpoint = &mut *written.endpoint;
    let other = Endpoint::of(url, &endpoint.signing_region, &endpoint.signing_name)
        .filter(Endpoint::is_sendable)
        .ok_or_else(|| format!("PredictEndpoint: `{url}` is no base URL"))?;
    endpoint.secure = other.secure;
    endpoint.authority = other.authority;
    Ok(())
}

/// Line ends in keys survive the reading of XML only where they are escaped.
pub(super) fn keep_line_ends(written: &mut Written<'_>) -> Changed {
    let body = String::from_utf8_lossy(&written.request.body);
    if body.contains(['\r', '\n']) {
        let escaped = body.replace('\r', "&#xD;").replace('\n', "&#xA;");
        written.request.body = escaped.into();
    }
    Ok(())
}

/// The endpoint already has the bucket, in its host or its path.
pub(super) fn take_bucket_from_path(written: &mut Written<'_>) -> Changed {
    if !written.operation.uri.starts_with("/{Bucket}") {
        return Ok(());
    }
    let bucket = written.input.get("Bucket").and_then(Value::as_str).unwrap_or_default();
    let segment = format!("/{}", utf8_percent_encode(bucket, RESERVED));
    if let Some(rest) = written.request.path.strip_prefix(&segment) {
        written.request.path = rest.to_owned();
    }
    Ok(())
}

/// Whoever sends an object waits for the service to want it.
pub(super) fn expect_continue(written: &mut Written<'_>) -> Changed {
    if written.input.get("Body").is_some() {
        written.request.headers.insert(EXPECT, HeaderValue::from_static("100-continue"));
    }
    Ok(())
}

/// The endpoint already has the account.
pub(super) fn take_account_from_host(written: &mut Written<'_>) -> Changed {
    let has = |(name, value): &(String, String)| name == "RequiresAccountId" && value == "true";
    if written.operation.host_prefix.as_deref() == Some("{AccountId}.")
        && written.operation.static_context.iter().any(has)
    {
        written.request.host_prefix = None;
    }
    Ok(())
}
