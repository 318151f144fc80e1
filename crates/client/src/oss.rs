//! How object storage at Alibaba Cloud is called: which signature, through which network, and where
//! a bucket's name goes: before the host's name, before the path, or nowhere. Both signatures are over
//! `/bucket/key` in each of these cases.

use crate::config::Config;
use crate::endpoint::{Addressing, Endpoint, Scheme, is_address, is_loopback};
use crate::error::{Error, Kind};

/// What a client is told about object storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The signature. Default: V4.
    pub signature: Signature,
    /// The network that the vendor's hosts are reached through. Default: the public one.
    pub network: Network,
    /// The base URL of the client is one bucket's own domain. Default: no. Has no meaning for the
    /// vendor's hosts.
    pub own_domain: bool,
    /// Buckets go into the path even where they could go into the host's name. Default: no. Where
    /// the host is an address or `localhost`, they always do.
    pub path_style: bool,
}

/// A signature of object storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signature {
    /// The older one, without a region: HMAC-SHA1.
    V1,
    /// `OSS4-HMAC-SHA256`.
    #[default]
    V4,
}

/// A network that leads to object storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// `oss-REGION.aliyuncs.com`
    #[default]
    Public,
    /// From within the region: `oss-REGION-internal.aliyuncs.com`
    Internal,
    /// IPv4 and IPv6: `REGION.oss.aliyuncs.com`
    DualStack,
    /// From anywhere over the vendor's network, for buckets that have it switched on.
    Accelerate,
    /// The same for what is outside of mainland China.
    AccelerateOverseas,
}

/// The region as signatures and hosts write it: without what the vendor's names for places have
/// around it (`oss-cn-hangzhou-internal`).
fn region(config: &Config) -> &str {
    let region = config.region.strip_prefix("oss-").unwrap_or(&config.region);
    region.strip_suffix("-internal").unwrap_or(region)
}

/// The vendor's host.
pub(crate) fn host(config: &Config) -> Result<String, Error> {
    let region = region(config);
    if region.is_empty() {
        let error = Error::new(Kind::Endpoint, config.cloud);
        return Err(error.with_message("object storage needs a region"));
    }
    Ok(match config.oss.network {
        Network::Public => format!("oss-{region}.aliyuncs.com"),
        Network::Internal => format!("oss-{region}-internal.aliyuncs.com"),
        Network::DualStack => format!("{region}.oss.aliyuncs.com"),
        Network::Accelerate => "oss-accelerate.aliyuncs.com".to_owned(),
        Network::AccelerateOverseas => "oss-accelerate-overseas.aliyuncs.com".to_owned(),
    })
}

/// Says where buckets go and how requests are signed.
pub(crate) fn settle(config: &Config, endpoint: &mut Endpoint) {
    region(config).clone_into(&mut endpoint.signing_region);
    let unnamed = is_address(&endpoint.authority) || is_loopback(&endpoint.authority);
    let vendors = endpoint.authority.ends_with(".aliyuncs.com");
    endpoint.addressing = if config.oss.own_domain && !vendors {
        Addressing::Own
    } else if unnamed || config.oss.path_style {
        Addressing::Path
    } else {
        Addressing::Host
    };
    endpoint.scheme = match config.oss.signature {
        Signature::V1 => Scheme::OssV1,
        Signature::V4 => Scheme::OssV4,
    };
}
