//! DescribeEndpoints.

use isobar_catalogue::Cloud;
use isobar_kernel::{Fault, query};
use isobar_wire::{Input, Output};

use super::errors;
use crate::forms::Listed;
use crate::{Handler, Query, regions};

pub(super) const OPERATIONS: &[Handler] = &[query!(describe_endpoints)];

#[derive(Debug, Input)]
struct DescribeEndpoints {
    id: String,
    service_code: String,
    #[wire(name = "Type")]
    kind: Option<String>,
}

#[derive(Debug, Output)]
struct Endpoints {
    endpoints: Listed<Endpoint>,
    success: bool,
}

#[derive(Debug, Output)]
struct Endpoint {
    endpoint: String,
    id: String,
    namespace: &'static str,
    protocols: Listed<&'static str>,
    // The vendor's spelling.
    serivce_code: String,
    #[wire(name = "Type")]
    kind: String,
}

/// The place of an endpoint that is reached from anywhere, which the local one is.
const PUBLIC: &str = "openAPI";

/// Any product of the catalogue is said to be here: what is not served says so itself.
fn describe_endpoints(cx: &Query<'_>, input: DescribeEndpoints) -> Result<Endpoints, Fault> {
    if regions::find(&input.id).is_none() {
        return Err(errors::REGION.fault());
    }
    let known = isobar_catalogue::services(Cloud::Alibaba)
        .iter()
        .any(|entry| entry.name.eq_ignore_ascii_case(&input.service_code));
    if !known {
        return Err(errors::PRODUCT.fault());
    }
    let (scheme, host) = cx.base_url.split_once("://").unwrap_or(("http", cx.base_url));
    let kind = input.kind.filter(|kind| !kind.is_empty()).unwrap_or_else(|| PUBLIC.into());
    let endpoint = Endpoint {
        endpoint: host.to_owned(),
        id: input.id,
        namespace: "",
        protocols: Listed("Protocols", vec![if scheme == "https" { "HTTPS" } else { "HTTP" }]),
        serivce_code: input.service_code,
        kind,
    };
    Ok(Endpoints { endpoints: Listed("Endpoint", vec![endpoint]), success: true })
}
