//! Where a call goes: the caller's own base URL, or the vendor's.

mod functions;
pub(crate) mod parameters;
mod partitions;

pub use partitions::partition;
mod rules;

use isobar_catalogue::model::Endpoints;
use isobar_catalogue::{Cloud, Protocol, Service};

use crate::config::{Config, Network};
use crate::error::{Error, Kind};
use crate::location::is_location;
use crate::oss;

pub use rules::{Parameters, Resolved, RuleSet, Signing, Wanted};

/// Services whose path is signed as it is, by their name in a signature's scope. The endpoint rules
/// say so themselves; this is for base URLs of the caller's.
const PATH_SIGNED_ONCE: [&str; 3] = ["s3", "s3-object-lambda", "s3express"];

/// Regions that services sign for although their rules do not say so: the service, what the client's
/// region begins with, and the region; `None` is the client's own. The first row that fits counts.
const SCOPES: [(&str, &str, Option<&str>); 5] = [
    ("health", "cn-", Some("cn-northwest-1")),
    ("health", "us-gov-", None),
    ("health", "us-iso", None),
    ("health", "eusc-", None),
    ("health", "", Some("us-east-1")),
];

/// Where a call goes, and for what it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// HTTPS.
    pub secure: bool,
    /// The host, with the port where it is not the scheme's own.
    pub authority: String,
    /// What comes before every path; without a slash at its end.
    pub path: String,
    /// The region of the signature's scope.
    pub signing_region: String,
    /// The service of the signature's scope.
    pub signing_name: String,
    /// The path is signed as it is.
    pub sign_path_once: bool,
    /// Where an operation's host prefix goes.
    pub addressing: Addressing,
    /// How requests are signed.
    pub scheme: Scheme,
    /// Calls are signed even where the operation's model says that they are not.
    pub signs: bool,
    /// Headers of every call.
    pub headers: Vec<(String, String)>,
}

/// Where an operation's host prefix goes: the bucket of object storage and the like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addressing {
    /// Before the host's name; nowhere, where that is an address or `localhost`.
    #[default]
    Host,
    /// Before the path.
    Path,
    /// Nowhere: the host is its own.
    Own,
}

/// How requests to an endpoint are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// As the cloud does it.
    #[default]
    Cloud,
    /// With a session that S3 gives for the bucket.
    S3Express,
    /// With Signature Version 4A; the endpoint's region is the set of regions.
    SigV4A,
    /// Object storage's V1.
    OssV1,
    /// Object storage's V4.
    OssV4,
    /// The log service's own.
    Log,
    /// The log service's V4.
    LogV4,
}

impl Endpoint {
    /// An endpoint of a URL (`https://host:port/path`).
    pub(crate) fn of(url: &str, region: &str, service: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let secure = match scheme {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let parsed: http::uri::Authority = authority.parse().ok()?;
        if parsed.host().is_empty() || authority.contains('@') || path.contains(['?', '#']) {
            return None;
        }
        let default_port = if secure { ":443" } else { ":80" };
        Some(Self {
            secure,
            authority: authority.strip_suffix(default_port).unwrap_or(authority).to_lowercase(),
            path: path.trim_end_matches('/').to_owned(),
            signing_region: region.to_owned(),
            signing_name: service.to_owned(),
            sign_path_once: PATH_SIGNED_ONCE.contains(&service),
            addressing: Addressing::default(),
            scheme: Scheme::default(),
            signs: false,
            headers: Vec::new(),
        })
    }

    /// Whether secrets may be sent there: over HTTPS, or to this machine.
    pub(crate) fn is_sendable(&self) -> bool {
        self.secure || is_loopback(&self.authority)
    }

    /// The authority with an operation's host prefix. Where the host is an address or `localhost`,
    /// a prefix would name nothing.
    pub(crate) fn host(&self, prefix: Option<&str>) -> String {
        match prefix {
            Some(prefix)
                if self.addressing == Addressing::Host
                    && !is_loopback(&self.authority)
                    && !is_address(&self.authority) =>
            {
                format!("{prefix}{}", self.authority)
            }
            _ => self.authority.clone(),
        }
    }

    /// What comes before a request's path.
    pub(crate) fn base(&self, prefix: Option<&str>) -> String {
        match prefix {
            Some(prefix) if self.addressing == Addressing::Path => {
                format!("{}/{}", self.path, prefix.trim_end_matches('.'))
            }
            _ => self.path.clone(),
        }
    }
}

/// The endpoint of a call whose service has no rules. `located` is the host that the location service
/// gave.
pub(crate) fn resolve(
    config: &Config,
    service: &Service,
    base: Option<&str>,
    located: Option<&str>,
) -> Result<Endpoint, Error> {
    let mut endpoint = find(config, service, base, located)?;
    if service.protocol() == Protocol::AlibabaOss {
        oss::settle(config, &mut endpoint);
    } else if service.cloud == Cloud::Alibaba && service.name == "sls" {
        // One region's hosts know the newer signature alone, as the vendor's package has it.
        let newer = config.region.contains("-acdr-ut-");
        endpoint.scheme = if newer { Scheme::LogV4 } else { Scheme::Log };
    }
    Ok(endpoint)
}

fn find(
    config: &Config,
    service: &Service,
    base: Option<&str>,
    located: Option<&str>,
) -> Result<Endpoint, Error> {
    let fail = |text: String| Error::new(Kind::Endpoint, config.cloud).with_message(text);
    let of = |url: &str| {
        Endpoint::of(url, &config.region, &service.signing_name)
            .ok_or_else(|| fail(format!("`{url}` is no base URL")))
    };
    match (&service.endpoints, base) {
        (_, Some(url)) => of(url),
        (Endpoints::Single(url), None) => of(url),
        (Endpoints::Regions { hosts, regional }, None) => {
            let host = if service.protocol() == Protocol::AlibabaOss {
                oss::host(config)?
            } else if let Some(host) = located {
                host.to_owned()
            } else {
                alibaba_host(config, &service.endpoint_prefix, hosts, *regional)
            };
            of(&format!("https://{host}"))
        }
        (Endpoints::Rules(_) | Endpoints::Unknown, None) => {
            Err(fail("the catalogue knows none; give a base URL".to_owned()))
        }
    }
}

/// The endpoint that a service's rules give.
pub(crate) fn by_rules(
    config: &Config,
    region: &str,
    service: &Service,
    rules: &RuleSet,
    parameters: &Parameters,
) -> Result<Endpoint, Error> {
    let fail = |text: String| Error::new(Kind::Endpoint, config.cloud).with_message(text);
    let resolved = rules.resolve(parameters).map_err(fail)?;
    let mut endpoint = Endpoint::of(&resolved.url, region, &service.signing_name)
        .ok_or_else(|| fail(format!("`{}` is no base URL", resolved.url)))?;
    endpoint.headers = resolved.header_pairs();
    match resolved.wanted() {
        Wanted::Unnamed => {
            let scope = SCOPES
                .iter()
                .find(|(name, prefix, _)| *name == service.name && region.starts_with(prefix));
            if let Some((_, _, Some(region))) = scope {
                (*region).clone_into(&mut endpoint.signing_region);
            }
        }
        Wanted::Unknown(name) => {
            return Err(fail(format!("it wants {name}, which is not implemented")));
        }
        Wanted::SigV4A(scheme, regions) => {
            endpoint.signs = true;
            endpoint.scheme = Scheme::SigV4A;
            let regions = config.signing_regions.clone().unwrap_or(regions);
            endpoint.signing_region = if regions.is_empty() { "*".to_owned() } else { regions };
            endpoint.signing_name = scheme.name.map_or(endpoint.signing_name, str::to_owned);
            endpoint.sign_path_once = scheme.path_once;
        }
        Wanted::SigV4(scheme) => {
            endpoint.signs = true;
            endpoint.signing_region = scheme.region.map_or(endpoint.signing_region, str::to_owned);
            endpoint.signing_name = scheme.name.map_or(endpoint.signing_name, str::to_owned);
            endpoint.sign_path_once = scheme.path_once;
            if scheme.in_session {
                endpoint.scheme = Scheme::S3Express;
            }
        }
    }
    Ok(endpoint)
}

/// The base URL that replaces the vendor's for a service, if any does: the client's, else the one
/// that its settings name.
pub(crate) fn base(config: &Config, service: &Service) -> Result<Option<String>, Error> {
    if config.endpoint.is_some() {
        return Ok(config.endpoint.clone());
    }
    if let Some(url) = config.location.as_ref().filter(|_| is_location(service)) {
        return Ok(Some(url.clone()));
    }
    let Some(found) = config.endpoints.as_ref().and_then(|it| it.endpoint(service)) else {
        return Ok(None);
    };
    let fail = |text: String| {
        Error::new(Kind::Endpoint, config.cloud).with_message(text).with_origin(&found.origin)
    };
    let endpoint = Endpoint::of(&found.value, "", "")
        .ok_or_else(|| fail(format!("`{}` is no base URL", found.value)))?;
    if endpoint.secure || is_loopback(&endpoint.authority) {
        Ok(Some(found.value))
    } else {
        Err(fail(plain(&found.value)))
    }
}

/// The host of a product of Alibaba Cloud: the one that the vendor's package names for the region, or
/// by the vendor's rule, `product[-network][.region].aliyuncs.com`. The packages name public hosts.
fn alibaba_host(
    config: &Config,
    product: &str,
    hosts: &[(String, String)],
    regional: bool,
) -> String {
    let region = config.region.as_str();
    let product = product.to_lowercase();
    let network = match config.network {
        Network::Vpc => "-vpc",
        Network::Public => {
            if let Ok(at) = hosts.binary_search_by(|(name, _)| name.as_str().cmp(region)) {
                return hosts[at].1.clone();
            }
            ""
        }
    };
    if regional {
        format!("{product}{network}.{region}.aliyuncs.com")
    } else {
        format!("{product}{network}.aliyuncs.com")
    }
}

/// Whether the configured base URLs are such, and none that shows secrets to a network.
pub(crate) fn check(config: &Config) -> Result<(), Error> {
    config.endpoint.iter().chain(&config.location).try_for_each(|url| check_url(config.cloud, url))
}

/// Whether a text is a base URL, and none that shows secrets to a network.
pub(crate) fn check_url(cloud: Cloud, url: &str) -> Result<(), Error> {
    let fail = |text: String| Error::new(Kind::Config, cloud).with_message(text);
    let endpoint =
        Endpoint::of(url, "", "").ok_or_else(|| fail(format!("`{url}` is no base URL")))?;
    if endpoint.is_sendable() { Ok(()) } else { Err(fail(plain(url))) }
}

fn plain(url: &str) -> String {
    format!("`{url}` is plain HTTP, which is for loopback addresses only")
}

/// The host of an authority, without its port and brackets.
fn host_of(authority: &str) -> &str {
    match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or(rest, |(host, _)| host),
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    }
}

pub(crate) fn is_address(authority: &str) -> bool {
    host_of(authority).parse::<std::net::IpAddr>().is_ok()
}

pub(crate) fn is_loopback(authority: &str) -> bool {
    let host = host_of(authority);
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_become_endpoints() {
        let of = |url| Endpoint::of(url, "r", "s").map(|it| (it.secure, it.authority, it.path));
        let some =
            |secure, authority: &str, path: &str| Some((secure, authority.into(), path.into()));
        assert_eq!(of("https://a.b"), some(true, "a.b", ""));
        assert_eq!(of("https://A.b:443/"), some(true, "a.b", ""));
        assert_eq!(of("http://[::1]:80/x/"), some(false, "[::1]", "/x"));
        assert_eq!(of("http://127.0.0.1:4566"), some(false, "127.0.0.1:4566", ""));
        for url in ["", "a.b", "ftp://a", "http://", "http://a b", "http://u@h", "http://h/?q"] {
            assert_eq!(of(url), None, "{url}");
        }
    }

    #[test]
    fn loopback_is_told_from_the_rest() {
        for authority in ["localhost:1", "127.0.0.1", "127.9.9.9:80", "[::1]:4566", "x.localhost"] {
            assert!(is_loopback(authority), "{authority}");
        }
        for authority in ["10.0.0.1", "localhost.example.com", "[2001:db8::1]:1", "a.b"] {
            assert!(!is_loopback(authority), "{authority}");
        }
    }
}
