//! How listeners are shown.

use super::records::Listener;
use crate::forms::{InOrder, Listed};
use crate::tags::TagKeyValue;
use isobar_wire::Output;

const fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// What is peculiar to TCP.
#[derive(Debug, Output)]
pub(super) struct TcpConfig {
    health_check_http_code: Option<String>,
    connection_drain_timeout: Option<i64>,
    persistence_timeout: i64,
    health_check_interval: i64,
    #[wire(name = "HealthCheckURI")]
    health_check_uri: Option<String>,
    health_check_connect_port: u16,
    established_timeout: i64,
    health_check_type: &'static str,
    health_check_connect_timeout: i64,
    master_slave_server_group_id: &'static str,
    healthy_threshold: i64,
    health_check_domain: Option<String>,
    unhealthy_threshold: i64,
    connection_drain: &'static str,
    health_check_method: Option<String>,
    health_check: &'static str,
}

impl TcpConfig {
    fn of(listener: &Listener) -> Self {
        let health = &listener.health;
        let request = |text: &String| health.http.then(|| text.clone());
        Self {
            persistence_timeout: 0,
            established_timeout: listener.established_timeout,
            connection_drain: switch(listener.drain.is_some()),
            connection_drain_timeout: listener.drain,
            health_check: switch(health.on),
            health_check_type: if health.http { "http" } else { "tcp" },
            health_check_method: request(&health.method),
            health_check_uri: request(&health.uri),
            health_check_domain: request(&health.domain),
            health_check_http_code: request(&health.codes),
            health_check_connect_port: health.port.unwrap_or(listener.backend_port),
            health_check_connect_timeout: health.timeout,
            health_check_interval: health.interval,
            healthy_threshold: health.healthy,
            unhealthy_threshold: health.unhealthy,
            master_slave_server_group_id: "",
        }
    }
}

/// What is peculiar to HTTP.
#[derive(Debug, Output)]
pub(super) struct HttpConfig {
    #[wire(name = "XForwardedFor_ClientSrcPort")]
    forwarded_client_port: &'static str,
    gzip: &'static str,
    health_check_connect_port: Option<u16>,
    health_check_timeout: Option<i64>,
    health_check_domain: Option<String>,
    unhealthy_threshold: Option<i64>,
    #[wire(name = "XForwardedFor_SLBID")]
    forwarded_id: &'static str,
    health_check_http_code: Option<String>,
    listener_forward: &'static str,
    x_forwarded_for: &'static str,
    idle_timeout: i64,
    request_timeout: i64,
    health_check_interval: Option<i64>,
    #[wire(name = "XForwardedFor_SLBPORT")]
    forwarded_port: &'static str,
    #[wire(name = "HealthCheckURI")]
    health_check_uri: Option<String>,
    healthy_threshold: Option<i64>,
    #[wire(name = "XForwardedFor_proto")]
    forwarded_protocol: &'static str,
    #[wire(name = "XForwardedFor_SLBIP")]
    forwarded_ip: &'static str,
    sticky_session: &'static str,
    health_check_method: Option<String>,
    health_check: &'static str,
}

impl HttpConfig {
    fn of(listener: &Listener) -> Self {
        let health = &listener.health;
        let text = |text: &String| health.on.then(|| text.clone());
        let number = |number: i64| health.on.then_some(number);
        Self {
            sticky_session: "off",
            listener_forward: "off",
            gzip: switch(listener.gzip),
            idle_timeout: listener.idle_timeout,
            request_timeout: listener.request_timeout,
            x_forwarded_for: "on",
            forwarded_ip: "off",
            forwarded_id: "off",
            forwarded_protocol: "off",
            forwarded_port: "off",
            forwarded_client_port: "off",
            health_check: switch(health.on),
            health_check_method: text(&health.method),
            health_check_uri: text(&health.uri),
            health_check_domain: text(&health.domain),
            health_check_http_code: text(&health.codes),
            health_check_connect_port: health
                .on
                .then(|| health.port.unwrap_or(listener.backend_port)),
            health_check_timeout: number(health.timeout),
            health_check_interval: number(health.interval),
            healthy_threshold: number(health.healthy),
            unhealthy_threshold: number(health.unhealthy),
        }
    }
}

/// What every listener has.
#[derive(Debug, Output)]
pub(super) struct Common {
    load_balancer_id: String,
    listener_port: u16,
    backend_server_port: u16,
    status: &'static str,
    bandwidth: i64,
    scheduler: String,
    description: String,
    acl_status: &'static str,
    v_server_group_id: &'static str,
}

impl Common {
    pub(super) fn of(balancer: &str, listener: &Listener) -> Self {
        Self {
            load_balancer_id: balancer.to_owned(),
            listener_port: listener.port,
            backend_server_port: listener.backend_port,
            status: if listener.running { "running" } else { "stopped" },
            bandwidth: listener.bandwidth,
            scheduler: listener.scheduler.clone(),
            description: listener.description.clone(),
            acl_status: "off",
            v_server_group_id: "",
        }
    }
}

/// A TCP listener by itself.
#[derive(Debug, Output)]
pub(super) struct TcpAttribute {
    #[wire(flatten)]
    common: Common,
    #[wire(flatten)]
    config: TcpConfig,
    syn_proxy: &'static str,
    proxy_protocol_v2_enabled: bool,
    acl_ids: Listed<String>,
    tags: Listed<TagKeyValue>,
}

/// The order of a TCP listener's members.
const TCP: &[&str] = &[
    "VServerGroupId",
    "Status",
    "AclType",
    "ConnectionDrainTimeout",
    "HealthCheckConnectPort",
    "Description",
    "Bandwidth",
    "HealthCheckType",
    "MasterSlaveServerGroupId",
    "BackendServerPort",
    "AclStatus",
    "HealthCheckDomain",
    "UnhealthyThreshold",
    "HealthCheckHttpCode",
    "ProxyProtocolV2Enabled",
    "PersistenceTimeout",
    "ListenerPort",
    "HealthCheckInterval",
    "HealthCheckURI",
    "AclId",
    "SynProxy",
    "Scheduler",
    "EstablishedTimeout",
    "HealthCheckConnectTimeout",
    "HealthyThreshold",
    "ConnectionDrain",
    "HealthCheckMethod",
    "HealthCheck",
    "AclIds",
    "LoadBalancerId",
    "Tags",
];

impl TcpAttribute {
    pub(super) fn of(balancer: &str, listener: &Listener) -> InOrder<Self> {
        let listener = Self {
            common: Common::of(balancer, listener),
            config: TcpConfig::of(listener),
            syn_proxy: "disable",
            proxy_protocol_v2_enabled: false,
            acl_ids: Listed("AclId", Vec::new()),
            tags: Listed("Tag", listener.tags.tag_key_values()),
        };
        InOrder(TCP, listener)
    }
}

/// An HTTP listener by itself.
#[derive(Debug, Output)]
pub(super) struct HttpAttribute {
    #[wire(flatten)]
    common: Common,
    #[wire(flatten)]
    config: HttpConfig,
    security_status: &'static str,
    acl_ids: Listed<String>,
    rules: Listed<String>,
    tags: Listed<TagKeyValue>,
}

/// The order of an HTTP listener's members.
const HTTP: &[&str] = &[
    "AclType",
    "VServerGroupId",
    "Status",
    "XForwardedFor_ClientSrcPort",
    "Cookie",
    "Gzip",
    "HealthCheckConnectPort",
    "Description",
    "Bandwidth",
    "HealthCheckTimeout",
    "AclStatus",
    "BackendServerPort",
    "CookieTimeout",
    "HealthCheckDomain",
    "UnhealthyThreshold",
    "ForwardPort",
    "XForwardedFor_SLBID",
    "SecurityStatus",
    "HealthCheckHttpCode",
    "ListenerForward",
    "XForwardedFor",
    "IdleTimeout",
    "RequestTimeout",
    "ListenerPort",
    "HealthCheckInterval",
    "XForwardedFor_SLBPORT",
    "HealthCheckURI",
    "StickySessionType",
    "AclId",
    "Scheduler",
    "HealthyThreshold",
    "XForwardedFor_proto",
    "XForwardedFor_SLBIP",
    "StickySession",
    "HealthCheckMethod",
    "HealthCheck",
    "AclIds",
    "Rules",
    "LoadBalancerId",
    "Tags",
];

impl HttpAttribute {
    pub(super) fn of(balancer: &str, listener: &Listener) -> InOrder<Self> {
        let listener = Self {
            common: Common::of(balancer, listener),
            config: HttpConfig::of(listener),
            security_status: "off",
            acl_ids: Listed("AclId", Vec::new()),
            rules: Listed("Rule", Vec::new()),
            tags: Listed("Tag", listener.tags.tag_key_values()),
        };
        InOrder(HTTP, listener)
    }
}

/// A listener in a list.
#[derive(Debug, Output)]
pub(super) struct Summary {
    #[wire(flatten)]
    common: Common,
    listener_protocol: &'static str,
    #[wire(name = "TCPListenerConfig")]
    tcp: Option<TcpConfig>,
    #[wire(name = "HTTPListenerConfig")]
    http: Option<HttpConfig>,
    tags: Vec<TagKeyValue>,
}

/// The order of a listener's members in a list.
const IN_LISTS: &[&str] = &[
    "AclType",
    "Status",
    "VServerGroupId",
    "ListenerProtocol",
    "LoadBalancerId",
    "ListenerPort",
    "AclId",
    "Scheduler",
    "Bandwidth",
    "Description",
    "AclStatus",
    "BackendServerPort",
    "AclIds",
    "HTTPListenerConfig",
    "HTTPSListenerConfig",
    "TCPListenerConfig",
    "UDPListenerConfig",
    "Tags",
];

impl Summary {
    pub(super) fn of(balancer: &str, listener: &Listener) -> InOrder<Self> {
        let tcp = listener.protocol == super::records::Protocol::Tcp;
        let listener = Self {
            common: Common::of(balancer, listener),
            listener_protocol: listener.protocol.name(),
            tcp: tcp.then(|| TcpConfig::of(listener)),
            http: (!tcp).then(|| HttpConfig::of(listener)),
            tags: listener.tags.tag_key_values(),
        };
        InOrder(IN_LISTS, listener)
    }
}
