//! A server over clouds that cannot be reached, and a client of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use isobar_catalogue::Cloud;
use isobar_control::caller::{CallError, CallKind, Caller, Clouds};
use isobar_control::config::{self, Config, Database, Timings};
use isobar_control::error::CloudFault;
use isobar_control::faults::NoFaults;
use isobar_control::{Control, probe};
use isobar_kernel::Shared;
use isobar_kernel::store::{Schema, Store};
use isobar_kernel::{Clock, Random};
use isobar_server::{App, router};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tower_service::Service;

pub(crate) const KEY: &str = "isobar_test";

/// The clouds, which answer nothing, when they are let.
pub(crate) struct Nowhere {
    /// Each call takes a permit before it fails.
    pub(crate) gate: Semaphore,
    /// How many calls have come.
    pub(crate) called: tokio::sync::watch::Sender<u32>,
    /// Whether calls panic.
    pub(crate) breaks: AtomicBool,
}

#[derive(Clone)]
struct Ways(Arc<Nowhere>);

impl Clouds for Ways {
    fn caller(&self, _cloud: Cloud, _region: &str) -> Result<Arc<dyn Caller>, String> {
        Ok(Arc::new(self.clone()))
    }
}

#[async_trait]
impl Caller for Ways {
    async fn call(
        &self,
        service: &str,
        operation: &str,
        _input: Value,
    ) -> Result<Value, CallError> {
        self.0.called.send_modify(|count| *count += 1);
        self.0.gate.acquire().await.unwrap().forget();
        assert!(!self.0.breaks.load(Ordering::Relaxed), "a mistake in the program");
        let fault = CloudFault {
            name: "nowhere".to_owned(),
            service: service.to_owned(),
            operation: operation.to_owned(),
            code: None,
            message: "nobody is there".to_owned(),
            request_id: None,
        };
        Err(CallError {
            fault,
            kind: CallKind::Other,
            status: None,
            retryable: false,
            may_have_reached: false,
        })
    }
}

struct Time(Clock);

#[async_trait]
impl config::Clock for Time {
    fn now(&self) -> Timestamp {
        self.0.system()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

struct Chance(Random);

impl config::Random for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}

/// A server.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) local: Shared,
    pub(crate) nowhere: Arc<Nowhere>,
    router: Router,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn code(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["error"]["code"].as_str().unwrap_or_default())
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let local = Shared::new(Store::ephemeral(Schema::default()), Random::default());
        let nowhere = Arc::new(Nowhere {
            gate: Semaphore::new(1_000),
            called: tokio::sync::watch::Sender::new(0),
            breaks: AtomicBool::new(false),
        });
        let config = Config {
            database: Database::Memory,
            clouds: Arc::new(Ways(Arc::clone(&nowhere))),
            prober: Arc::new(probe::Direct),
            clock: Arc::new(Time(local.clock.clone())),
            random: Arc::new(Chance(local.random.clone())),
            faults: Arc::new(NoFaults),
            timings: Timings::default(),
        };
        let control = Control::open(config).await.unwrap();
        control.adopt_key("test", KEY).await.unwrap();
        let app = App::new(control, local.clone());
        let router = router(app.clone());
        Self { app, local, nowhere, router }
    }

    /// Sends what is given, as it is given.
    /// But for the `Host`, which every client sends.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        let host = http::HeaderValue::from_static("127.0.0.1:8080");
        request.headers_mut().entry("host").or_insert(host);
        let response = self.router.clone().call(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Calls with the key and further headers.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        self.send(request(method, path, headers, body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], None).await
    }

    /// Starts a deployment of the service; it stays where it is, since nothing works on it.
    pub(crate) async fn deploy(&self, service: &str, headers: &[(&str, &str)]) -> Answer {
        self.call("POST", "/api/v1/deployments", headers, Some(&manifest(service))).await
    }

    /// Waits until the clouds were called so often in all.
    pub(crate) async fn called(&self, times: u32) {
        self.nowhere.called.subscribe().wait_for(|count| *count >= times).await.unwrap();
    }
}

pub(crate) fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:8080")
        .header("authorization", format!("Bearer {KEY}"));
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()
}

pub(crate) fn manifest(service: &str) -> Value {
    json!({
        "service": service,
        "version": "1",
        "targets": [{ "cloud": "aws", "region": "us-east-1" }],
        "run": { "script": "#!/bin/sh\n", "port": 8080 },
    })
}
