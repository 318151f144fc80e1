//! What a load balancer is asked to be, and whether it can.

use isobar_kernel::Fault;

use super::errors;
use super::records::{Algorithm, HealthCheck, Rule};
use crate::Input;
use crate::errors::{INVALID_DROPLETS, UNSUPPORTED};
use crate::input::{Number, on};
use crate::world::Scene;
use isobar_digitalocean_core::records::droplets::Droplet;

/// A load balancer as it is asked for, in creation and update alike.
#[derive(Debug, Input)]
pub(super) struct Request {
    pub(super) name: Option<String>,
    pub(super) region: Option<String>,
    pub(super) project_id: Option<String>,
    pub(super) size: Option<String>,
    pub(super) size_unit: Option<i64>,
    algorithm: Option<String>,
    forwarding_rules: Option<Vec<RuleInput>>,
    health_check: Option<HealthInput>,
    sticky_sessions: Option<Sticky>,
    pub(super) droplet_ids: Option<Vec<Number>>,
    pub(super) tag: Option<String>,
    redirect_http_to_https: Option<bool>,
    enable_proxy_protocol: Option<bool>,
    pub(super) enable_backend_keepalive: Option<bool>,
    pub(super) disable_lets_encrypt_dns_records: Option<bool>,
    http_idle_timeout_seconds: Option<i64>,
    pub(super) vpc_uuid: Option<String>,
    pub(super) tls_cipher_policy: Option<String>,
    firewall: Option<OwnFirewall>,
    network: Option<String>,
    network_stack: Option<String>,
    r#type: Option<String>,
}

/// A forwarding rule as it is asked for.
#[derive(Clone, Debug, Input)]
pub(super) struct RuleInput {
    entry_protocol: Option<String>,
    entry_port: Option<i64>,
    target_protocol: Option<String>,
    target_port: Option<i64>,
    certificate_id: Option<String>,
    tls_passthrough: Option<bool>,
}

#[derive(Debug, Input)]
struct HealthInput {
    protocol: Option<String>,
    port: Option<i64>,
    path: Option<String>,
    check_interval_seconds: Option<i64>,
    response_timeout_seconds: Option<i64>,
    unhealthy_threshold: Option<i64>,
    healthy_threshold: Option<i64>,
}

#[derive(Debug, Input)]
struct Sticky {
    r#type: Option<String>,
}

#[derive(Debug, Input)]
struct OwnFirewall {
    allow: Option<Vec<String>>,
    deny: Option<Vec<String>>,
}

const ENTRY_PROTOCOLS: &[&str] = &["http", "https", "http2", "http3", "tcp", "udp"];
const TARGET_PROTOCOLS: &[&str] = &["http", "https", "http2", "tcp", "udp"];

/// The longest and the usual time that a connection may be silent.
const IDLE_SECONDS: (i64, i64, i64) = (30, 600, 60);

impl Request {
    /// The name, which must be there.
    pub(super) fn checked_name(&self) -> Result<&str, Fault> {
        let name = self.name.as_deref().filter(|name| !name.is_empty());
        let name = name.ok_or(&errors::NO_NAME)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        if name.len() > 255 || !name.chars().all(fits) {
            return Err(errors::NAME.fault());
        }
        Ok(name)
    }

    /// Refuses what is not built.
    pub(super) fn check_supported(&self) -> Result<(), Fault> {
        let sticky = self.sticky_sessions.as_ref().and_then(|sticky| sticky.r#type.as_deref());
        let firewall = self.firewall.as_ref().is_some_and(|firewall| {
            firewall.allow.iter().chain(&firewall.deny).any(|rules| !rules.is_empty())
        });
        let is = |value: &Option<String>, usual: &str| {
            value.as_deref().is_none_or(|value| value.is_empty() || value == usual)
        };
        let unbuilt = [
            (sticky.is_some_and(|kind| kind != "none"), "a sticky session"),
            (on(self.redirect_http_to_https), "redirect_http_to_https"),
            (on(self.enable_proxy_protocol), "enable_proxy_protocol"),
            (firewall, "a load balancer's firewall"),
            (!is(&self.network, "EXTERNAL"), "an internal load balancer"),
            (!is(&self.network_stack, "IPV4"), "a dual-stack load balancer"),
            (!is(&self.r#type, "REGIONAL"), "a load balancer that is not REGIONAL"),
        ];
        match unbuilt.into_iter().find(|(asked, _)| *asked) {
            Some((_, what)) => Err(UNSUPPORTED.with(&[&what])),
            None => Ok(()),
        }
    }

    /// How a droplet is chosen.
    pub(super) fn checked_algorithm(&self) -> Result<Algorithm, Fault> {
        match self.algorithm.as_deref() {
            None | Some("" | "round_robin") => Ok(Algorithm::RoundRobin),
            Some("least_connections") => Ok(Algorithm::LeastConnections),
            Some(_) => Err(errors::CHOICE.with(&[&"algorithm", &"round_robin, least_connections"])),
        }
    }

    /// The forwarding rules, of which there must be one.
    pub(super) fn checked_rules(&self) -> Result<Vec<Rule>, Fault> {
        let rules = self.forwarding_rules.as_deref().unwrap_or_default();
        if rules.is_empty() {
            return Err(errors::NO_RULES.fault());
        }
        check_rules(rules)
    }

    /// How health is checked, the usual way where nothing is said.
    pub(super) fn checked_health(&self) -> Result<HealthCheck, Fault> {
        let input = self.health_check.as_ref();
        let text = |of: fn(&HealthInput) -> Option<&String>, usual: &str| {
            let text = input.and_then(of).filter(|text| !text.is_empty());
            text.map_or_else(|| usual.to_owned(), Clone::clone)
        };
        let number = |of: fn(&HealthInput) -> Option<i64>, name: &str, bounds: (i64, i64, i64)| {
            let (min, max, usual) = bounds;
            let number = input.and_then(of).unwrap_or(usual);
            let number = u32::try_from(number).ok().filter(|_| (min..=max).contains(&number));
            number.ok_or_else(|| errors::RANGE.with(&[&name, &min, &max]))
        };
        let protocol = text(|check| check.protocol.as_ref(), "http");
        if !["http", "https", "tcp"].contains(&protocol.as_str()) {
            return Err(errors::PROTOCOL.with(&[&protocol, &"health_check protocol"]));
        }
        if protocol == "https" {
            return Err(UNSUPPORTED.with(&[&"a health check over https"]));
        }
        let path = text(|check| check.path.as_ref(), "/");
        if !path.starts_with('/') {
            return Err(errors::PATH.fault());
        }
        // A check by TCP has none, whatever is asked for.
        let path = if protocol == "tcp" { String::new() } else { path };
        Ok(HealthCheck {
            protocol,
            port: port("health_check port", input.and_then(|check| check.port).or(Some(80)))?,
            path,
            check_interval_seconds: number(
                |check| check.check_interval_seconds,
                "check_interval_seconds",
                (3, 300, 10),
            )?,
            response_timeout_seconds: number(
                |check| check.response_timeout_seconds,
                "response_timeout_seconds",
                (3, 300, 5),
            )?,
            unhealthy_threshold: number(
                |check| check.unhealthy_threshold,
                "unhealthy_threshold",
                (2, 10, 3),
            )?,
            healthy_threshold: number(
                |check| check.healthy_threshold,
                "healthy_threshold",
                (2, 10, 5),
            )?,
        })
    }

    /// How long a connection may be silent.
    pub(super) fn checked_idle(&self) -> Result<i64, Fault> {
        let (min, max, usual) = IDLE_SECONDS;
        // The clients of the vendor's older SDKs send 0 where they mean nothing.
        let asked = self.http_idle_timeout_seconds.filter(|seconds| *seconds != 0);
        match asked.unwrap_or(usual) {
            seconds if (min..=max).contains(&seconds) => Ok(seconds),
            _ => Err(errors::RANGE.with(&[&"http_idle_timeout_seconds", &min, &max])),
        }
    }

    /// The tag, where one is given instead of droplets.
    pub(super) fn checked_tag(&self) -> Result<Option<&str>, Fault> {
        let tag = self.tag.as_deref().filter(|tag| !tag.is_empty());
        let ids = self.droplet_ids.as_ref().is_some_and(|ids| !ids.is_empty());
        if tag.is_some() && ids {
            return Err(errors::TAG_AND_IDS.fault());
        }
        Ok(tag)
    }
}

/// The rules, each of which can be and none of which shares its port with another.
pub(super) fn check_rules(rules: &[RuleInput]) -> Result<Vec<Rule>, Fault> {
    let rules: Vec<Rule> = rules.iter().map(RuleInput::check).collect::<Result<_, _>>()?;
    unique_ports(&rules)?;
    Ok(rules)
}

/// Refuses two rules with one entry port.
pub(super) fn unique_ports(rules: &[Rule]) -> Result<(), Fault> {
    for (at, rule) in rules.iter().enumerate() {
        if rules[..at].iter().any(|before| before.entry_port == rule.entry_port) {
            return Err(errors::SAME_PORT.with(&[&rule.entry_port]));
        }
    }
    Ok(())
}

impl RuleInput {
    /// The rule, as far as anybody can say without its protocols.
    pub(super) fn check(&self) -> Result<Rule, Fault> {
        let entry = protocol("entry_protocol", self.entry_protocol.as_deref(), ENTRY_PROTOCOLS)?;
        let target =
            protocol("target_protocol", self.target_protocol.as_deref(), TARGET_PROTOCOLS)?;
        let rule = Rule {
            entry_protocol: entry.to_owned(),
            entry_port: port("entry_port", self.entry_port)?,
            target_protocol: target.to_owned(),
            target_port: port("target_port", self.target_port)?,
            certificate_id: self.certificate_id.clone().unwrap_or_default(),
            tls_passthrough: on(self.tls_passthrough),
        };
        check_pair(&rule)?;
        Ok(rule)
    }
}

/// Whether the protocols go together, and whether that is built.
fn check_pair(rule: &Rule) -> Result<(), Fault> {
    let (entry, target) = (rule.entry_protocol.as_str(), rule.target_protocol.as_str());
    let secure = |protocol: &str| matches!(protocol, "https" | "http2" | "http3");
    if rule.tls_passthrough {
        return match (entry, target) {
            ("https", "https") | ("http2", "http2") => Ok(()),
            _ => Err(errors::PASSTHROUGH.fault()),
        };
    }
    match (entry, target) {
        ("http", "http") | ("tcp", "tcp") => Ok(()),
        ("udp", "udp") => Err(UNSUPPORTED.with(&[&"forwarding of UDP"])),
        (entry, "http" | "https" | "http2") if secure(entry) => {
            Err(UNSUPPORTED.with(&[&"forwarding that needs a certificate"]))
        }
        ("http", "https" | "http2") => {
            Err(UNSUPPORTED.with(&[&"forwarding to droplets over https"]))
        }
        _ => Err(errors::PAIR.with(&[&entry, &target])),
    }
}

fn protocol<'a>(name: &str, given: Option<&'a str>, known: &[&str]) -> Result<&'a str, Fault> {
    let given = given.unwrap_or_default();
    if known.contains(&given) { Ok(given) } else { Err(errors::PROTOCOL.with(&[&given, &name])) }
}

fn port(name: &str, given: Option<i64>) -> Result<u16, Fault> {
    given
        .and_then(|port| u16::try_from(port).ok())
        .filter(|port| *port > 0)
        .ok_or_else(|| errors::PORT.with(&[&name]))
}

/// The droplets, each of which must be there and in the region.
pub(super) fn check_droplets(
    scene: Scene<'_>,
    ids: &[Number],
    region: &str,
) -> Result<Vec<u64>, Fault> {
    let mut checked = Vec::with_capacity(ids.len());
    for Number(id) in ids {
        let droplet = scene.find::<Droplet>(id).ok_or_else(|| INVALID_DROPLETS.with(&[id]))?;
        if droplet.region != region {
            return Err(errors::DROPLET_REGION.with(&[id]));
        }
        if !checked.contains(id) {
            checked.push(*id);
        }
    }
    Ok(checked)
}
