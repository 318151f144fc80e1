//! The way into the test's clouds, and the time and the chance that all of it goes by.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use isobar_catalogue::model::Cloud;
use isobar_control::caller::{CallError, CallKind, Caller, Clouds};
use isobar_control::config::{Clock, Random};
use isobar_control::error::CloudFault;
use isobar_control::probe::{Probe, Prober, Seen};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;

use super::World;

/// The way into the test's clouds, and their prober and clock.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) clock: Arc<TestClock>,
}

impl Door {
    pub(crate) fn new() -> Self {
        let world = World { healthy_instances: usize::MAX, ..World::default() };
        Self { world: Arc::new(Mutex::new(world)), clock: Arc::default() }
    }
}

struct CloudDoor {
    door: Door,
    cloud: Cloud,
}

impl Clouds for Door {
    fn caller(&self, cloud: Cloud, _region: &str) -> Result<Arc<dyn Caller>, String> {
        Ok(Arc::new(CloudDoor { door: self.clone(), cloud }))
    }
}

/// What the client would say of an answer.
fn kind(status: Option<u16>, code: &str) -> CallKind {
    match status {
        Some(429) => CallKind::Limited(Duration::from_secs(7)),
        _ if code.ends_with("NotFound") || code == "not_found" => CallKind::NotFound,
        _ if code == "ResourceInUse" || code == "DependencyViolation" => CallKind::Conflict,
        _ => CallKind::Other,
    }
}

pub(crate) fn is_read(operation: &str) -> bool {
    operation.starts_with("Describe") || operation == "list" || operation == "get"
}

/// Every call is one that the vendor's catalogue has, with members that it takes.
fn assert_valid(cloud: Cloud, service: &str, operation: &str, input: &Value) {
    let found = isobar_catalogue::service(cloud, service);
    let service = found.unwrap_or_else(|| panic!("{cloud} has no {service}"));
    let found = service.operation(operation);
    let operation = found.unwrap_or_else(|| panic!("{cloud} has no {operation}"));
    let input: isobar_wire::Value = serde_json::from_value(input.clone()).expect("any value");
    let violations = isobar_wire::validate(service, operation, &input);
    assert!(violations.is_empty(), "{cloud} {}: {violations:?}: {input:?}", operation.name);
}

#[async_trait]
impl Caller for CloudDoor {
    async fn call(&self, service: &str, operation: &str, input: Value) -> Result<Value, CallError> {
        tokio::task::yield_now().await;
        assert_valid(self.cloud, service, operation, &input);
        let now = self.door.clock.now();
        let mut world = self.door.world.lock();
        world.seconds = now.as_second();
        world.settle();
        let failed = |status: Option<u16>, code: &str, reached: bool| CallError {
            fault: CloudFault {
                name: self.cloud.name().to_owned(),
                service: service.to_owned(),
                operation: operation.to_owned(),
                code: Some(code.to_owned()),
                message: format!("the test says {code}"),
                request_id: None,
            },
            kind: kind(status, code),
            status,
            retryable: status.is_none_or(|status| status >= 500 || status == 429),
            may_have_reached: reached,
        };
        if !is_read(operation) {
            world.calls.push((self.cloud, operation.to_owned(), input.clone()));
        }
        world.counter += 1;
        let way = world.counter % 9;
        if world.flaky && way == 0 {
            return Err(failed(Some(500), "InternalError", true));
        }
        if world.flaky && way == 3 {
            return Err(failed(Some(429), "Throttling", false));
        }
        if self.cloud == Cloud::DigitalOcean && world.seconds < world.limited_until {
            return Err(failed(Some(429), "too_many_requests", false));
        }
        let answer = match self.cloud {
            Cloud::Aws => world.aws(operation, &input),
            Cloud::Alibaba => world.alibaba(operation, &input),
            Cloud::DigitalOcean => world.digitalocean(&format!("{service} {operation}"), &input),
        };
        world.settle();
        if world.flaky && way == 6 {
            // It was done, and the answer is lost.
            return Err(failed(None, "", true));
        }
        answer.map_err(|(status, code)| failed(Some(status), code, false))
    }
}

#[async_trait]
impl Prober for Door {
    async fn probe(&self, probe: &Probe) -> Seen {
        let mut world = self.world.lock();
        world.seconds = self.clock.now().as_second();
        world.settle();
        let found = world
            .things
            .iter()
            .find(|(id, it)| it.kind == "instance" && World::address(id) == probe.address);
        match found {
            Some((id, it)) if world.running(id) && !it.sick => Ok("status 200".to_owned()),
            _ => Err("connection refused".to_owned()),
        }
    }
}

/// Time that passes when somebody sleeps.
pub(crate) struct TestClock(Mutex<Timestamp>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Mutex::new(Timestamp::from_second(1_700_000_000).expect("a valid time")))
    }
}

impl TestClock {
    /// Sets it, forwards or back.
    pub(crate) fn set(&self, now: Timestamp) {
        *self.0.lock() = now;
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.now() + duration;
        // The others get their turn, as they would while the time passes; the database answers
        // from a thread of its own, so that turns are counted in real time.
        let began = std::time::Instant::now();
        while began.elapsed() < Duration::from_micros(300) {
            tokio::task::yield_now().await;
        }
        let mut now = self.0.lock();
        *now = (*now).max(until);
    }
}

/// Numbers that are different each time and the same in each run.
#[derive(Default)]
pub(crate) struct TestRandom(Mutex<u64>);

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock();
        for byte in bytes {
            *state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = u8::try_from(*state >> 56).expect("eight bits are left");
        }
    }
}
