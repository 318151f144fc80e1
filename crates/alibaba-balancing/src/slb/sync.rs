//! Makes the engine's balancer what a load balancer's record says.

use std::sync::Arc;

use isobar_engines::balancers::{
    self, Algorithm, Balancer, HealthCheck, Listener, Method, Pool, Probe, Protocol, StatusRange,
    Target,
};
use isobar_engines::machines;
use isobar_kernel::Tables;

use super::records::{self, LoadBalancer};
use crate::Command;

/// How long what is under way may take at a server that leaves where nothing says so. The vendor lets
/// it end by itself.
const UNLIMITED_DRAIN_SECONDS: i64 = 900;

/// Writes the engine's balancer anew. Listeners that are stopped, and those of an inactive load
/// balancer, are not part of it; its address stays.
pub(super) fn sync(cx: &mut Command<'_, '_>, key: &str) -> Option<Arc<Balancer>> {
    let row = Arc::clone(cx.store.get::<LoadBalancer>(key)?);
    let running = row.listeners.iter().filter(|listener| row.active && listener.running);
    let listeners = running.map(|listener| engine_listener(cx.store, &row, listener)).collect();
    Some(balancers::put(cx.store, cx.context.random, &row.id, listeners))
}

fn engine_listener(tables: &Tables, row: &LoadBalancer, listener: &records::Listener) -> Listener {
    let targets = row.servers.iter().filter_map(|server| {
        let machine = machines::find(tables, &server.id)?;
        let target = Target::new(&server.id, machine.address, listener.backend_port);
        Some(Target { weight: server.weight, ..target })
    });
    let pool = Pool {
        health_check: listener.health.on.then(|| health_check(&listener.health)),
        targets: targets.collect(),
        drain_ms: milliseconds(listener.drain.unwrap_or(UNLIMITED_DRAIN_SECONDS)),
        algorithm: match listener.scheduler.as_str() {
            "wlc" => Algorithm::LeastConnections,
            _ => Algorithm::RoundRobin,
        },
        fail_open: false,
    };
    let (protocol, silence) = match listener.protocol {
        records::Protocol::Tcp => (Protocol::Tcp, listener.established_timeout),
        records::Protocol::Http => (Protocol::Http, listener.request_timeout),
    };
    let mut engine = Listener::new(listener.port, protocol, pool);
    engine.idle_timeout_ms = milliseconds(silence);
    engine.gzip = listener.gzip;
    engine
}

fn health_check(health: &records::HealthCheck) -> HealthCheck {
    let count = |number: i64| u32::try_from(number).unwrap_or(1);
    HealthCheck {
        probe: if health.http { request(health) } else { Probe::Tcp },
        port: health.port,
        interval_ms: milliseconds(health.interval),
        timeout_ms: milliseconds(health.timeout),
        healthy_threshold: count(health.healthy),
        unhealthy_threshold: count(health.unhealthy),
    }
}

fn request(health: &records::HealthCheck) -> Probe {
    let method = if health.method == "get" { Method::Get } else { Method::Head };
    Probe::Http {
        method,
        path: health.uri.clone(),
        host: Some(health.domain.clone()).filter(|domain| !domain.is_empty()),
        expect: statuses(&health.codes).unwrap_or_default(),
    }
}

/// The statuses in `http_2xx,http_3xx`. `None` where there are none.
pub(super) fn statuses(codes: &str) -> Option<Vec<StatusRange>> {
    let range = |code: &str| {
        let hundreds: u16 = code.trim().strip_prefix("http_")?.strip_suffix("xx")?.parse().ok()?;
        let first = hundreds * 100;
        (2..=5).contains(&hundreds).then(|| StatusRange::new(first, first + 99))
    };
    codes.split(',').map(range).collect()
}

fn milliseconds(seconds: i64) -> u64 {
    u64::try_from(seconds).unwrap_or(0).saturating_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        let ranges = statuses("http_2xx,http_3xx").unwrap();
        assert_eq!(ranges, [StatusRange::new(200, 299), StatusRange::new(300, 399)]);
        for bad in ["", "http_1xx", "200", "http_2xx,"] {
            assert_eq!(statuses(bad), None, "{bad}");
        }
    }
}
