//! How targets' health is to be checked: what is asked for and what is usual.

use isobar_engines::balancers::StatusRange;
use isobar_kernel::Fault;
use isobar_wire::{Input, Output};

use super::super::errors;
use super::super::records::Check;

/// The members of a request that say how health is checked.
#[derive(Debug, Default, Input)]
pub(super) struct AskedCheck {
    health_check_protocol: Option<String>,
    health_check_port: Option<String>,
    health_check_enabled: Option<bool>,
    health_check_path: Option<String>,
    health_check_interval_seconds: Option<i64>,
    health_check_timeout_seconds: Option<i64>,
    healthy_threshold_count: Option<i64>,
    unhealthy_threshold_count: Option<i64>,
    matcher: Option<Matcher>,
}

/// The statuses that are good.
#[derive(Clone, Debug, Default, Input, Output)]
pub(super) struct Matcher {
    http_code: Option<String>,
    grpc_code: Option<String>,
}

impl Matcher {
    pub(super) fn of(http_code: &str) -> Self {
        Self { http_code: Some(http_code.to_owned()), grpc_code: None }
    }
}

/// What is usual for a group of the protocol with checks of the other.
fn usual(group: &str, check: &str) -> Check {
    let is_http = check == "HTTP";
    let statuses = if group == "HTTP" { "200" } else { "200-399" };
    let timeout_seconds = match (group, is_http) {
        ("HTTP", _) => 5,
        (_, true) => 6,
        (_, false) => 10,
    };
    Check {
        protocol: check.to_owned(),
        port: "traffic-port".to_owned(),
        path: is_http.then(|| "/".to_owned()),
        interval_seconds: 30,
        timeout_seconds,
        healthy: 5,
        unhealthy: 2,
        matcher: is_http.then(|| statuses.to_owned()),
    }
}

impl AskedCheck {
    /// The check of a new group.
    pub(super) fn new_check(&self, group: &str, target_type: &str) -> Result<Check, Fault> {
        let protocol = self.protocol(group)?.unwrap_or(group);
        self.changed(&usual(group, protocol), group, target_type)
    }

    /// The check with the changes that are asked for.
    pub(super) fn changed(
        &self,
        before: &Check,
        group: &str,
        target_type: &str,
    ) -> Result<Check, Fault> {
        if self.health_check_enabled == Some(false) {
            return Err(errors::CHECK_DISABLED.with(&[&target_type]));
        }
        let mut check = match self.protocol(group)? {
            Some(protocol) if protocol != before.protocol => {
                let Check { path, matcher, .. } = usual(group, protocol);
                Check { protocol: protocol.to_owned(), path, matcher, ..before.clone() }
            }
            _ => before.clone(),
        };
        let is_http = check.protocol == "HTTP";
        if let Some(port) = &self.health_check_port {
            check_port(port)?;
            check.port.clone_from(port);
        }
        if let Some(path) = &self.health_check_path {
            if !is_http {
                return Err(errors::CHECK_PATH_TCP.with(&[&check.protocol]));
            }
            if !path.starts_with('/') {
                return Err(errors::CHECK_PATH.with(&[path]));
            }
            check.path = Some(path.clone());
        }
        if let Some(matcher) = &self.matcher {
            if !is_http {
                return Err(errors::MATCHER_TCP.with(&[&check.protocol]));
            }
            if let Some(codes) = &matcher.http_code {
                check_statuses(codes, group)?;
                check.matcher = Some(codes.clone());
            }
        }
        check.interval_seconds =
            self.health_check_interval_seconds.unwrap_or(check.interval_seconds);
        check.timeout_seconds = self.health_check_timeout_seconds.unwrap_or(check.timeout_seconds);
        check.healthy = self.healthy_threshold_count.unwrap_or(check.healthy);
        check.unhealthy = self.unhealthy_threshold_count.unwrap_or(check.unhealthy);
        // The service lets the two be equal for connections alone.
        let too_long = check.timeout_seconds > check.interval_seconds
            || is_http && check.timeout_seconds == check.interval_seconds;
        if too_long {
            return Err(errors::CHECK_TIMEOUT.fault());
        }
        Ok(check)
    }

    fn protocol(&self, group: &str) -> Result<Option<&str>, Fault> {
        let allowed = if group == "HTTP" { "HTTP, HTTPS" } else { "HTTP, HTTPS, TCP" };
        match self.health_check_protocol.as_deref() {
            None => Ok(None),
            Some("TCP") if group == "HTTP" => Err(errors::CHECK_PROTOCOL.with(&[&"TCP", &allowed])),
            Some(known @ ("HTTP" | "TCP")) => Ok(Some(known)),
            Some(other) => Err(errors::CHECK_PROTOCOL.with(&[&other, &allowed])),
        }
    }
}

fn check_port(text: &str) -> Result<(), Fault> {
    let is_port = text == "traffic-port" || text.parse::<u16>().is_ok_and(|port| port > 0);
    if is_port { Ok(()) } else { Err(errors::CHECK_PORT.with(&[&text])) }
}

fn check_statuses(text: &str, group: &str) -> Result<(), Fault> {
    let (least, most) = if group == "HTTP" { (200, 499) } else { (200, 599) };
    let ranges = statuses(text);
    let is_valid = ranges.is_some_and(|ranges| {
        ranges.iter().all(|range| least <= range.from && range.from <= range.to && range.to <= most)
    });
    if is_valid { Ok(()) } else { Err(errors::MATCHER.with(&[&text, &least, &most])) }
}

/// `200,202` and `200-299`.
pub(in crate::elbv2) fn statuses(text: &str) -> Option<Vec<StatusRange>> {
    let range = |part: &str| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        Some(StatusRange::new(from.trim().parse().ok()?, to.trim().parse().ok()?))
    };
    text.split(',').map(range).collect()
}
