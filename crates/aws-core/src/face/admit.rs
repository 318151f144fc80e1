//! Which service a request is for.

use std::collections::HashMap;
use std::sync::LazyLock;

use isobar_auth::sigv4::Claim;
use isobar_catalogue::{Cloud, Entry, Service};
use isobar_wire::Request;

/// The catalogue's services by what requests call them.
struct Names {
    signing: HashMap<&'static str, Vec<&'static Entry>>,
    targets: HashMap<&'static str, &'static Entry>,
    versions: HashMap<&'static str, Vec<&'static Entry>>,
    hosts: HashMap<&'static str, &'static Entry>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names {
        signing: HashMap::new(),
        targets: HashMap::new(),
        versions: HashMap::new(),
        hosts: HashMap::new(),
    };
    for entry in isobar_catalogue::services(Cloud::Aws) {
        names.signing.entry(entry.signing_name).or_default().push(entry);
        names.versions.entry(entry.version).or_default().push(entry);
        names.hosts.entry(entry.endpoint_prefix).or_insert(entry);
        if let Some(target) = entry.target_prefix {
            names.targets.insert(target, entry);
        }
    }
    names
});

/// The service that a request is for: the one that it is signed for, else the one of its target,
/// of its action and version, or of its host name.
pub(super) fn service(
    request: &Request,
    host: &str,
    claim: Option<&Claim<'_>>,
) -> Option<&'static Service> {
    let names = &*NAMES;
    let signed = claim
        .and_then(|claim| names.signing.get(claim.service()))
        .and_then(|entries| among(request, entries));
    signed
        .or_else(|| by_target(names, request))
        .or_else(|| by_action(names, request))
        .or_else(|| by_host(names, host))
        .map(Entry::service)
}

/// Of services that are signed for by one name, the one whose version or target the request has;
/// else the first that knows its path.
fn among(request: &Request, entries: &[&'static Entry]) -> Option<&'static Entry> {
    if let [entry] = entries {
        return Some(entry);
    }
    let target = request.header("x-amz-target").and_then(|target| target.rsplit_once('.'));
    let version = isobar_wire::parameter(request, "Version");
    let is_meant = |entry: &&&'static Entry| match (target, &version) {
        (Some((prefix, _)), _) => entry.target_prefix == Some(prefix),
        (None, Some(version)) => entry.version == version.as_ref(),
        (None, None) => false,
    };
    let knows = |entry: &&&'static Entry| isobar_wire::route(entry.service(), request).is_ok();
    let found = entries.iter().find(is_meant).or_else(|| entries.iter().find(knows));
    found.or_else(|| entries.first()).copied()
}

fn by_target(names: &Names, request: &Request) -> Option<&'static Entry> {
    let (prefix, _) = request.header("x-amz-target")?.rsplit_once('.')?;
    names.targets.get(prefix).copied()
}

fn by_action(names: &Names, request: &Request) -> Option<&'static Entry> {
    let version = isobar_wire::parameter(request, "Version")?;
    let action = isobar_wire::parameter(request, "Action")?;
    let entries = names.versions.get(version.as_ref())?;
    let has = |entry: &&&'static Entry| {
        entry.operations().iter().any(|operation| operation.name == action.as_ref())
    };
    entries.iter().find(has).copied()
}

/// `ec2.us-east-1.amazonaws.com` and `sts.amazonaws.com`.
fn by_host(names: &Names, host: &str) -> Option<&'static Entry> {
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let name = crate::regions::own_host(host)?;
    names.hosts.get(name.split('.').next()?).copied()
}
