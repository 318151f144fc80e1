//! What is kept of load balancers. What they do is the engine's record of the same id, which follows
//! this one.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::lookup::BY_ID;
use crate::records::ecs::BY_VSWITCH;
use crate::tagging::tagged;
use crate::tags::Tags;

/// The index of load balancers by the servers that they send to.
pub const BY_SERVER: &str = "server";

/// A load balancer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// `account/region/`
    pub scope: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its VPC's and vSwitch's ids, where it is for a private network.
    pub network: Option<(String, String)>,
    /// `paybytraffic` or `paybybandwidth`.
    pub internet_charge_type: String,
    /// Mbit/s, where those are what is paid for.
    pub bandwidth: Option<i64>,
    /// How much it can do.
    pub spec: String,
    /// `PayBySpec` or `PayByCLCU`.
    pub instance_charge_type: String,
    /// Its zone.
    pub master_zone: String,
    /// The zone that takes over.
    pub slave_zone: String,
    /// It may not be deleted.
    pub delete_protection: bool,
    /// Why it may not be changed in the vendor's console, where that is so.
    pub console_protection: Option<String>,
    /// It does what it is for.
    pub active: bool,
    /// Its listeners, in the order in which they came.
    pub listeners: Vec<Listener>,
    /// The servers that all listeners send to, in the order in which they came.
    pub servers: Vec<Server>,
    /// Its tags.
    pub tags: Tags,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A server that a load balancer sends to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Server {
    /// The instance's id.
    pub id: String,
    /// `ecs`, or `eni` where the network interface was named.
    pub kind: String,
    /// What the caller named: the instance's id or its interface's.
    pub named: String,
    /// Its share.
    pub weight: u32,
    /// What it says about itself.
    pub description: String,
}

/// What is spoken at a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// Bytes.
    Tcp,
    /// HTTP.
    Http,
}

impl Protocol {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Http => "http",
        }
    }
}

/// A listener.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listener {
    /// Its port.
    pub port: u16,
    /// What is spoken there.
    pub protocol: Protocol,
    /// The servers' port.
    pub backend_port: u16,
    /// It was started.
    pub running: bool,
    /// Mbit/s; -1 for no limit of its own.
    pub bandwidth: i64,
    /// How a server is chosen.
    pub scheduler: String,
    /// What it says about itself.
    pub description: String,
    /// How the servers' health is checked.
    pub health: HealthCheck,
    /// Seconds that what is under way may take at a server that leaves; `None` for no end.
    pub drain: Option<i64>,
    /// TCP: seconds that a connection may be silent.
    pub established_timeout: i64,
    /// HTTP: seconds that a connection may be silent between two requests.
    pub idle_timeout: i64,
    /// HTTP: seconds that a server may take.
    pub request_timeout: i64,
    /// HTTP: answers of text are compressed.
    #[serde(default)]
    pub gzip: bool,
    /// Its tags.
    pub tags: Tags,
}

/// How servers' health is checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HealthCheck {
    /// It is.
    pub on: bool,
    /// With a request, else with a connection alone.
    pub http: bool,
    /// `head` or `get`.
    pub method: String,
    /// The path.
    pub uri: String,
    /// The host name in the request; empty for the server's address.
    pub domain: String,
    /// The statuses that are good: `http_2xx,http_3xx`.
    pub codes: String,
    /// The port, where it is not the servers'.
    pub port: Option<u16>,
    /// Seconds that a check may take.
    pub timeout: i64,
    /// Seconds between two checks.
    pub interval: i64,
    /// Good checks that make a server healthy.
    pub healthy: i64,
    /// Bad checks that make it unhealthy.
    pub unhealthy: i64,
}

impl LoadBalancer {
    /// `active` or `inactive`.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        if self.active { "active" } else { "inactive" }
    }
}

impl Record for LoadBalancer {
    const KIND: &'static str = "alibaba.load_balancer";

    fn key(&self) -> String {
        format!("{}{}", self.scope, self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        let vswitch = self.network.iter().map(|(_, vswitch)| (BY_VSWITCH, vswitch.clone()));
        let servers = self.servers.iter().map(|server| (BY_SERVER, server.id.clone()));
        [(BY_ID, self.id.clone())].into_iter().chain(vswitch).chain(servers).collect()
    }
}

tagged!(LoadBalancer, id);
