//! The stored row of a balancer.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use isobar_kernel::Record;
use serde::{Deserialize, Serialize};

use crate::addresses;

/// A balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balancer {
    /// Its id, unique over all clouds.
    pub id: String,
    /// Its address, of 127.0.0.0/8 and its own for life.
    pub address: Ipv4Addr,
    /// Its listeners, each with a port of its own.
    pub listeners: Vec<Listener>,
}

impl Balancer {
    /// The listener of the port that was asked for.
    #[must_use]
    pub fn listener(&self, port: u16) -> Option<&Listener> {
        self.listeners.iter().find(|listener| listener.port == port)
    }

    /// Whether every listener is bound, or has said why it cannot be.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.listeners
            .iter()
            .all(|listener| listener.bound_port.is_some() || listener.bind_error.is_some())
    }

    /// The address as a cloud shows it: with `http://` before it, it opens. It carries a port only
    /// where the first listener's could not be bound and another was taken.
    #[must_use]
    pub fn shown_address(&self) -> String {
        match self.listeners.first().and_then(|first| Some((first.port, first.bound_port?))) {
            Some((port, bound)) if bound != port => format!("{}:{bound}", self.address),
            _ => self.address.to_string(),
        }
    }
}

impl Record for Balancer {
    const KIND: &'static str = "engines.balancer";

    fn key(&self) -> String {
        self.id.clone()
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        vec![(addresses::INDEX, self.address.to_string())]
    }
}

/// What a balancer does at a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// The port that was asked for, unique in the balancer.
    pub port: u16,
    /// What is spoken there.
    pub protocol: Protocol,
    /// The port that is bound at the balancer's address: the one asked for, or a free one where
    /// that may not be bound. `None` until the runner has bound it. Written by the runner.
    pub bound_port: Option<u16>,
    /// Why no port at all could be bound. Written by the runner.
    pub bind_error: Option<String>,
    /// Where connections and requests go.
    pub pool: Pool,
    /// How long a connection may be silent, and how long a target may take to answer, in
    /// milliseconds.
    pub idle_timeout_ms: u64,
    /// Whether connections to targets are kept for further requests.
    #[serde(default = "usually")]
    pub keep_alive: bool,
    /// Whether answers of text are compressed for clients that take gzip. Only of HTTP.
    #[serde(default)]
    pub gzip: bool,
    /// How it shows itself in HTTP.
    #[serde(default)]
    pub manner: Manner,
}

const fn usually() -> bool {
    true
}

/// How a proxy shows itself in HTTP; nothing of it where a cloud's does not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manner {
    /// The `Server` of the answers that it makes itself.
    pub server: Option<String>,
    /// The header by which a request can be followed: fields with semicolons between them, of which
    /// the first proxy writes `Root` and later ones write `Self`, each with a version, the second in
    /// eight hexadecimal digits and 24 more that are drawn.
    pub trace: Option<String>,
}

impl Listener {
    /// A listener as a handler writes it, with the usual idle timeout of a minute and connections to
    /// targets that are kept.
    #[must_use]
    pub fn new(port: u16, protocol: Protocol, pool: Pool) -> Self {
        let (bound_port, bind_error) = (None, None);
        let (idle_timeout_ms, keep_alive, gzip) = (60_000, usually(), false);
        let manner = Manner::default();
        Self {
            port,
            protocol,
            bound_port,
            bind_error,
            pool,
            idle_timeout_ms,
            keep_alive,
            gzip,
            manner,
        }
    }
}

/// What is spoken at a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protocol {
    /// HTTP/1.1: each request is sent to a target of its own.
    Http,
    /// Bytes: each connection is.
    Tcp,
}

/// The targets of a listener and how they are used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// How health is checked; without a check every target counts as healthy.
    pub health_check: Option<HealthCheck>,
    /// The targets.
    pub targets: Vec<Target>,
    /// How long what is under way may go on at a target that leaves, in milliseconds.
    pub drain_ms: u64,
    /// How a target is chosen.
    pub algorithm: Algorithm,
    /// Whether all targets are used when none is healthy; otherwise none is, which answers 503.
    pub fail_open: bool,
}

/// How a target is chosen among the healthy ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// In turn, each as often as its weight says.
    RoundRobin,
    /// The one with the fewest requests or connections under way for its weight.
    LeastConnections,
}

/// Somewhere that a balancer sends to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its id, unique in the pool: what [`Balancers::health`](super::Balancers::health) asks for.
    pub id: String,
    /// Its address.
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// Its share; 0 gets nothing new.
    pub weight: u32,
    /// Whether it leaves: it gets nothing new, and what is under way may end. When nothing is, its
    /// state is [`State::Drained`](super::State::Drained) and it may be taken out. A target that is
    /// taken out of the record without this is drained all the same, unseen.
    pub draining: bool,
}

impl Target {
    /// A target of weight 1 that stays.
    #[must_use]
    pub fn new(id: impl Into<String>, address: impl Into<IpAddr>, port: u16) -> Self {
        Self { id: id.into(), address: address.into(), port, weight: 1, draining: false }
    }
}

/// How targets' health is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What is sent and what is expected.
    pub probe: Probe,
    /// The port; the target's own where there is none.
    pub port: Option<u16>,
    /// From the beginning of one check to the next, in milliseconds.
    pub interval_ms: u64,
    /// How long a check may take, in milliseconds.
    pub timeout_ms: u64,
    /// How many good checks in a row make an unhealthy target healthy. The first good check is
    /// enough for a target that is new.
    pub healthy_threshold: u32,
    /// How many bad checks in a row make a target unhealthy.
    pub unhealthy_threshold: u32,
}

/// What a health check does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Probe {
    /// Connects.
    Tcp,
    /// Sends a request and looks at the status of the answer.
    Http {
        /// The method.
        method: Method,
        /// The path, with its query.
        path: String,
        /// The `Host` header; the target's address where there is none.
        host: Option<String>,
        /// The statuses that are good.
        expect: Vec<StatusRange>,
    },
}

/// The method of a health check's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// GET.
    Get,
    /// HEAD.
    Head,
}

/// Statuses from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRange {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

impl StatusRange {
    /// The range.
    #[must_use]
    pub const fn new(from: u16, to: u16) -> Self {
        Self { from, to }
    }

    /// Whether the status is in it.
    #[must_use]
    pub const fn contains(self, status: u16) -> bool {
        self.from <= status && status <= self.to
    }
}

impl fmt::Display for StatusRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            write!(f, "{}", self.from)
        } else {
            write!(f, "{}-{}", self.from, self.to)
        }
    }
}
