//! What is kept of load balancers. What they do is the engine's record of the same id, which follows
//! this one.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ecs::records::BY_VSWITCH;
use crate::lookup::BY_ID;
use crate::tagging::tagged;
use crate::tags::Tags;

/// The index of load balancers by the servers that they send to.
pub(crate) const BY_SERVER: &str = "server";

/// A load balancer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LoadBalancer {
    /// `account/region/`
    pub(crate) scope: String,
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Its VPC's and vSwitch's ids, where it is for a private network.
    pub(crate) network: Option<(String, String)>,
    /// `paybytraffic` or `paybybandwidth`.
    pub(crate) internet_charge_type: String,
    /// Mbit/s, where those are what is paid for.
    pub(crate) bandwidth: Option<i64>,
    /// How much it can do.
    pub(crate) spec: String,
    /// `PayBySpec` or `PayByCLCU`.
    pub(crate) instance_charge_type: String,
    /// Its zone.
    pub(crate) master_zone: String,
    /// The zone that takes over.
    pub(crate) slave_zone: String,
    /// It may not be deleted.
    pub(crate) delete_protection: bool,
    /// Why it may not be changed in the vendor's console, where that is so.
    pub(crate) console_protection: Option<String>,
    /// It does what it is for.
    pub(crate) active: bool,
    /// Its listeners, in the order in which they came.
    pub(crate) listeners: Vec<Listener>,
    /// The servers that all listeners send to, in the order in which they came.
    pub(crate) servers: Vec<Server>,
    /// Its tags.
    pub(crate) tags: Tags,
    /// When it was made.
    pub(crate) created_at: Timestamp,
}

/// A server that a load balancer sends to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Server {
    /// The instance's id.
    pub(crate) id: String,
    /// `ecs`, or `eni` where the network interface was named.
    pub(crate) kind: String,
    /// What the caller named: the instance's id or its interface's.
    pub(crate) named: String,
    /// Its share.
    pub(crate) weight: u32,
    /// What it says about itself.
    pub(crate) description: String,
}

/// What is spoken at a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Protocol {
    /// Bytes.
    Tcp,
    /// HTTP.
    Http,
}

impl Protocol {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Http => "http",
        }
    }
}

/// A listener.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Listener {
    /// Its port.
    pub(crate) port: u16,
    /// What is spoken there.
    pub(crate) protocol: Protocol,
    /// The servers' port.
    pub(crate) backend_port: u16,
    /// It was started.
    pub(crate) running: bool,
    /// Mbit/s; -1 for no limit of its own.
    pub(crate) bandwidth: i64,
    /// How a server is chosen.
    pub(crate) scheduler: String,
    /// What it says about itself.
    pub(crate) description: String,
    /// How the servers' health is checked.
    pub(crate) health: HealthCheck,
    /// Seconds that what is under way may take at a server that leaves; `None` for no end.
    pub(crate) drain: Option<i64>,
    /// TCP: seconds that a connection may be silent.
    pub(crate) established_timeout: i64,
    /// HTTP: seconds that a connection may be silent between two requests.
    pub(crate) idle_timeout: i64,
    /// HTTP: seconds that a server may take.
    pub(crate) request_timeout: i64,
    /// HTTP: answers of text are compressed.
    #[serde(default)]
    pub(crate) gzip: bool,
    /// Its tags.
    pub(crate) tags: Tags,
}

/// How servers' health is checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct HealthCheck {
    /// It is.
    pub(crate) on: bool,
    /// With a request, else with a connection alone.
    pub(crate) http: bool,
    /// `head` or `get`.
    pub(crate) method: String,
    /// The path.
    pub(crate) uri: String,
    /// The host name in the request; empty for the server's address.
    pub(crate) domain: String,
    /// The statuses that are good: `http_2xx,http_3xx`.
    pub(crate) codes: String,
    /// The port, where it is not the servers'.
    pub(crate) port: Option<u16>,
    /// Seconds that a check may take.
    pub(crate) timeout: i64,
    /// Seconds between two checks.
    pub(crate) interval: i64,
    /// Good checks that make a server healthy.
    pub(crate) healthy: i64,
    /// Bad checks that make it unhealthy.
    pub(crate) unhealthy: i64,
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
