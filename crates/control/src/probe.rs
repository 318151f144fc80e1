//! Direct health checks: what an instance itself answers.

use std::time::Duration;

use async_trait::async_trait;

use crate::model::manifest::Protocol;

mod direct;

pub use direct::Direct;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// `host` or `host:port`; where it carries a port, that is the one.
    pub address: String,
    /// The port otherwise.
    pub port: u16,
    /// How.
    pub protocol: Protocol,
    /// The path, over HTTP.
    pub path: String,
    /// When the probe fails.
    pub timeout: Duration,
}

impl Probe {
    /// Where the probe connects to.
    #[must_use]
    pub fn authority(&self) -> String {
        authority(&self.address, self.port)
    }
}

/// `host:port`, with the host's own port where it carries one.
#[must_use]
pub fn authority(address: &str, port: u16) -> String {
    let has_port = address
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.contains(':') && port.parse::<u16>().is_ok());
    if has_port { address.to_owned() } else { format!("{address}:{port}") }
}

/// What a probe saw: `Ok` for healthy; else what was seen, such as `connection refused`,
/// `timed out after 2 s`, `status 503`, `redirect to /login (status 302)`.
pub type Seen = Result<String, String>;

/// Asks instances directly.
#[async_trait]
pub trait Prober: Send + Sync {
    /// Asks once.
    async fn probe(&self, probe: &Probe) -> Seen;
}
