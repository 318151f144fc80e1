//! What a listener can be told, when it is made and later.

use isobar_kernel::{Fault, Row};
use isobar_wire::Input;

use super::errors;
use super::records::{HealthCheck, Listener, Protocol};
use super::sync::statuses;
use crate::standard;
use crate::tags::Tags;

/// What a call tells a listener. Some members are for TCP alone, some for HTTP alone; the catalogue
/// lets neither into calls for the other.
#[derive(Debug, Default, Input)]
pub(super) struct Asked {
    bandwidth: Option<i64>,
    scheduler: Option<String>,
    description: Option<String>,
    v_server_group_id: Option<String>,
    master_slave_server_group_id: Option<String>,
    acl_id: Option<String>,
    acl_status: Option<String>,
    healthy_threshold: Option<i64>,
    unhealthy_threshold: Option<i64>,
    #[wire(alias = "healthCheckInterval")]
    health_check_interval: Option<i64>,
    health_check_connect_port: Option<i64>,
    health_check_domain: Option<String>,
    #[wire(name = "HealthCheckURI")]
    health_check_uri: Option<String>,
    health_check_http_code: Option<String>,
    health_check_method: Option<String>,
    // TCP.
    health_check_switch: Option<String>,
    health_check_type: Option<String>,
    health_check_connect_timeout: Option<i64>,
    persistence_timeout: Option<i64>,
    established_timeout: Option<i64>,
    connection_drain: Option<String>,
    connection_drain_timeout: Option<i64>,
    // HTTP.
    health_check: Option<String>,
    health_check_timeout: Option<i64>,
    sticky_session: Option<String>,
    idle_timeout: Option<i64>,
    request_timeout: Option<i64>,
    listener_forward: Option<String>,
    gzip: Option<String>,
}

/// Numbers and what they may be: the parameter, its value, the least and the greatest.
type Bounded<'a> = (&'a str, Option<i64>, i64, i64);

impl Asked {
    /// Takes what a call for TCP must say.
    pub(super) fn set_bandwidth(&mut self, bandwidth: i64) {
        self.bandwidth = Some(bandwidth);
    }

    /// Takes what a call for HTTP must say.
    pub(super) fn set_switches(&mut self, sticky_session: String, health_check: String) {
        self.sticky_session = Some(sticky_session);
        self.health_check = Some(health_check);
    }

    /// Whether everything can be had.
    pub(super) fn check(&self) -> Result<(), Fault> {
        self.check_numbers()?;
        self.check_words()?;
        self.check_absent()
    }

    fn check_numbers(&self) -> Result<(), Fault> {
        let numbers: [Bounded<'_>; 13] = [
            ("Bandwidth", self.bandwidth.filter(|bandwidth| *bandwidth != -1), 1, 5120),
            ("HealthyThreshold", self.healthy_threshold, 1, 10),
            ("UnhealthyThreshold", self.unhealthy_threshold, 1, 10),
            ("HealthCheckInterval", self.health_check_interval, 1, 50),
            ("HealthCheckConnectPort", self.probe_port(), 1, 65_535),
            ("HealthCheckConnectTimeout", self.health_check_connect_timeout, 1, 300),
            ("HealthCheckTimeout", self.health_check_timeout, 1, 300),
            ("PersistenceTimeout", self.persistence_timeout, 0, 3600),
            ("EstablishedTimeout", self.established_timeout, 10, 900),
            ("ConnectionDrainTimeout", self.connection_drain_timeout, 10, 900),
            ("IdleTimeout", self.idle_timeout, 1, 60),
            ("RequestTimeout", self.request_timeout, 1, 180),
            ("HealthCheckURI", self.health_check_uri.as_ref().map(|uri| length(uri)), 1, 80),
        ];
        for (parameter, number, least, greatest) in numbers {
            if number.is_some_and(|number| !(least..=greatest).contains(&number)) {
                return Err(standard::INVALID_PARAMETER.with(&[&parameter]));
            }
        }
        Ok(())
    }

    fn check_words(&self) -> Result<(), Fault> {
        let words: [(&str, &Option<String>, &[&str]); 9] = [
            ("Scheduler", &self.scheduler, &["wrr", "wlc", "rr", "sch", "tch", "qch", "iqch"]),
            ("HealthCheckType", &self.health_check_type, &["tcp", "http"]),
            ("HealthCheckMethod", &self.health_check_method, &["head", "get"]),
            ("ConnectionDrain", &self.connection_drain, &["on", "off"]),
            ("StickySession", &self.sticky_session, &["on", "off"]),
            ("ListenerForward", &self.listener_forward, &["on", "off"]),
            ("Gzip", &self.gzip, &["on", "off"]),
            ("HealthCheckSwitch", &self.health_check_switch, &["on", "off"]),
            ("AclStatus", &self.acl_status, &["on", "off"]),
        ];
        for (parameter, word, known) in words {
            let word = word.as_deref().filter(|word| !word.is_empty());
            if word.is_some_and(|word| !known.contains(&word)) {
                return Err(standard::INVALID_PARAMETER.with(&[&parameter]));
            }
        }
        if self.health_check.as_deref().is_some_and(|check| !["on", "off"].contains(&check)) {
            return Err(errors::HEALTH_CHECK.fault());
        }
        if self.health_check_uri.as_deref().is_some_and(|uri| !uri.starts_with('/')) {
            return Err(standard::INVALID_PARAMETER.with(&[&"HealthCheckURI"]));
        }
        if self.health_check_http_code.as_deref().is_some_and(|codes| statuses(codes).is_none()) {
            return Err(standard::INVALID_PARAMETER.with(&[&"HealthCheckHttpCode"]));
        }
        Ok(())
    }

    /// What nothing here makes, and what the engine cannot do.
    fn check_absent(&self) -> Result<(), Fault> {
        let given = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
        let absent: [(bool, Row); 3] = [
            (given(&self.v_server_group_id), errors::GROUP_NOT_FOUND),
            (given(&self.master_slave_server_group_id), errors::GROUP_NOT_FOUND),
            (given(&self.acl_id), errors::ACL_NOT_FOUND),
        ];
        if let Some((_, row)) = absent.iter().find(|(given, _)| *given) {
            return Err(row.fault());
        }
        if self.persistence_timeout.is_some_and(|seconds| seconds > 0) {
            return Err(standard::UNSUPPORTED_PARAMETER.with(&[&"PersistenceTimeout"]));
        }
        Ok(())
    }

    /// The port of health checks; -520 stands for the servers' own.
    fn probe_port(&self) -> Option<i64> {
        self.health_check_connect_port.filter(|port| *port != -520)
    }

    /// A new listener with the vendor's defaults, told what the call says.
    pub(super) fn listener(
        &self,
        port: u16,
        protocol: Protocol,
        backend_port: u16,
        tags: Tags,
    ) -> Listener {
        let mut listener = Listener {
            port,
            protocol,
            backend_port,
            // A listener stands still until it is started.
            running: false,
            bandwidth: -1,
            scheduler: "wrr".into(),
            description: String::new(),
            health: HealthCheck {
                on: true,
                http: protocol == Protocol::Http,
                method: "head".into(),
                uri: "/".into(),
                domain: String::new(),
                codes: "http_2xx".into(),
                port: None,
                timeout: 5,
                interval: 2,
                healthy: 3,
                unhealthy: 3,
            },
            drain: None,
            established_timeout: 900,
            idle_timeout: 15,
            request_timeout: 60,
            gzip: protocol == Protocol::Http,
            tags,
        };
        self.tell(&mut listener);
        listener
    }

    /// Tells a listener what the call says. What it does not say stays.
    pub(super) fn tell(&self, listener: &mut Listener) {
        fn set<T: Clone>(field: &mut T, asked: &Option<T>) {
            if let Some(asked) = asked {
                *field = asked.clone();
            }
        }
        let words = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        set(&mut listener.bandwidth, &self.bandwidth);
        set(&mut listener.scheduler, &words(&self.scheduler));
        set(&mut listener.description, &self.description);
        set(&mut listener.established_timeout, &self.established_timeout);
        set(&mut listener.idle_timeout, &self.idle_timeout);
        set(&mut listener.request_timeout, &self.request_timeout);
        let gzip = self.gzip.as_deref().filter(|gzip| !gzip.is_empty());
        listener.gzip = gzip.map_or(listener.gzip, |gzip| gzip == "on");
        match self.connection_drain.as_deref() {
            Some("on") => listener.drain = Some(self.connection_drain_timeout.unwrap_or(300)),
            Some("off") => listener.drain = None,
            _ if listener.drain.is_some() => {
                listener.drain = self.connection_drain_timeout.or(listener.drain);
            }
            _ => {}
        }
        let health = &mut listener.health;
        let on = self.health_check.as_deref().or(self.health_check_switch.as_deref());
        health.on = on.map_or(health.on, |on| on == "on");
        let http = self.health_check_type.as_deref().filter(|kind| !kind.is_empty());
        health.http = http.map_or(health.http, |kind| kind == "http");
        set(&mut health.method, &words(&self.health_check_method));
        set(&mut health.uri, &self.health_check_uri);
        // `$_ip` stands for the server's address, which is what it is without a name.
        let domain = self.health_check_domain.clone();
        set(
            &mut health.domain,
            &domain.map(|name| if name == "$_ip" { String::new() } else { name }),
        );
        set(&mut health.codes, &words(&self.health_check_http_code));
        set(&mut health.timeout, &self.health_check_connect_timeout.or(self.health_check_timeout));
        set(&mut health.interval, &self.health_check_interval);
        set(&mut health.healthy, &self.healthy_threshold);
        set(&mut health.unhealthy, &self.unhealthy_threshold);
        if self.health_check_connect_port.is_some() {
            health.port = self.probe_port().and_then(|port| u16::try_from(port).ok());
        }
    }
}

fn length(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}
