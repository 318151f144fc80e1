//! A control plane over the test's clouds, and what tests ask of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use isobar_control::config::{Database, Timings};
use isobar_control::faults::{FaultPoint, FaultPoints, NoFaults};
use isobar_control::model::access::Principal;
use isobar_control::model::deployment::Deployment;
use isobar_control::model::manifest::Manifest;
use isobar_control::model::operation::Operation;
use isobar_control::model::page::{PageRequest, ResourceFilter};
use isobar_control::model::resource::State;
use isobar_control::{Config, Control, Error};
use serde_json::{Value, json};

use crate::world::{Door, TestRandom};

/// A control plane over the test's clouds.
pub(crate) struct Bench {
    pub(crate) door: Door,
    pub(crate) control: Control,
    file: PathBuf,
    random: Arc<TestRandom>,
}

/// Ends the work at a fault point, once, as the death of the process would.
pub(crate) struct Crash(pub(crate) String);

impl FaultPoints for Crash {
    fn reached(&self, point: &FaultPoint) {
        if point.matches(&self.0) {
            // Without the panic hook, whose output would be noise here.
            std::panic::resume_unwind(Box::new("crash"));
        }
    }
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Bench {
    pub(crate) async fn new() -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("isobar-control-{}-{number}.db", std::process::id());
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let (door, random) = (Door::new(), Arc::default());
        let control = Self::open(&door, &file, &random, Arc::new(NoFaults)).await.unwrap();
        control.resume().await.unwrap();
        Self { door, control, file, random }
    }

    async fn open(
        door: &Door,
        file: &Path,
        random: &Arc<TestRandom>,
        faults: Arc<dyn FaultPoints>,
    ) -> Result<Control, Error> {
        let timings = Timings { heartbeat: Duration::from_millis(200), ..Timings::default() };
        let config = Config {
            database: Database::File(file.to_owned()),
            clouds: Arc::new(door.clone()),
            prober: Arc::new(door.clone()),
            clock: Arc::clone(&door.clock) as _,
            random: Arc::clone(random) as _,
            faults,
            timings,
        };
        Control::open(config).await
    }

    /// Makes the state look like one of a newer version.
    pub(crate) async fn pretend_newer(&mut self) {
        self.control.shutdown().await;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&self.file);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::query("INSERT INTO schema_version (version) VALUES (99)")
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    pub(crate) async fn reopen(&self) -> Result<Control, Error> {
        Self::open(&self.door, &self.file, &self.random, Arc::new(NoFaults)).await
    }

    /// Ends this process and starts another one on the same state.
    pub(crate) async fn restart(&mut self, faults: Arc<dyn FaultPoints>) {
        self.control.shutdown().await;
        self.control = Self::open(&self.door, &self.file, &self.random, faults).await.unwrap();
        self.control.resume().await.unwrap();
    }

    pub(crate) async fn start(&self, manifest: &Manifest) -> Result<String, Error> {
        let started = self.control.create(&caller(), manifest.clone(), None).await?;
        Ok(started.operation.id)
    }

    /// Waits for the end; fails the test if it does not come.
    pub(crate) async fn end(&self, operation: &str) -> (Operation, Deployment) {
        let limit = Duration::from_secs(60);
        let operation = self.control.wait_operation(operation, limit).await.unwrap();
        assert!(operation.status.is_final(), "still at work: {operation:#?}");
        let deployment = self.control.deployment(&operation.deployment_id).await.unwrap();
        (operation, deployment)
    }

    pub(crate) async fn deploy(&self, manifest: &Manifest) -> (Operation, Deployment) {
        let operation = self.start(manifest).await.unwrap();
        self.end(&operation).await
    }

    /// Whether an operation ends soon; if it does not, its worker is dead.
    pub(crate) async fn ends(&self, operation: &str) -> bool {
        let mut quiet = 0;
        let mut last = 0;
        while quiet < 4 {
            let limit = Duration::from_millis(25);
            let seen = self.control.wait_operation(operation, limit).await.unwrap();
            if seen.status.is_final() {
                return true;
            }
            let events = self.control.events(operation, last, 1000).await.unwrap();
            quiet = if events.is_empty() { quiet + 1 } else { 0 };
            last = events.last().map_or(last, |event| event.sequence);
        }
        false
    }

    /// Sweeps until nothing is left, with time passing in between.
    pub(crate) async fn sweep(&self) {
        use isobar_control::config::Clock as _;
        for _ in 0..20 {
            self.door.clock.sleep(Duration::from_secs(61)).await;
            if self.control.sweep().await.unwrap() == 0 {
                return;
            }
        }
        let page = PageRequest { limit: 100, ..PageRequest::default() };
        let left = self.control.resources(&ResourceFilter::default(), &page).await.unwrap();
        let left = left.items.into_iter().filter(|it| it.state != State::Live);
        panic!("leftovers remain: {:#?}", left.collect::<Vec<_>>());
    }

    /// Everything in the clouds is a resource that a deployment owns, and the other way round.
    pub(crate) async fn assert_owned(&self, context: &str) {
        let page = PageRequest { limit: 100, ..PageRequest::default() };
        let page = self.control.resources(&ResourceFilter::default(), &page).await.unwrap();
        let mut known: Vec<_> =
            page.items.into_iter().filter_map(|resource| resource.cloud_id).collect();
        known.sort_unstable();
        let world = self.door.world.lock();
        let mut there: Vec<_> = world.things.keys().cloned().collect();
        there.sort_unstable();
        assert_eq!(known, there, "{context}");
    }

    pub(crate) fn outages(&self) -> Vec<String> {
        self.door.world.lock().outages.clone()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut path = self.file.clone().into_os_string();
            path.push(suffix);
            let _ = std::fs::remove_file(path);
        }
        let _ = std::fs::remove_file(self.file.with_extension("mark"));
    }
}

pub(crate) fn caller() -> Principal {
    Principal { id: "key_test".to_owned(), name: "tester".to_owned() }
}

/// A manifest for three clouds.
pub(crate) fn document(version: &str, count: u32) -> Value {
    json!({
        "service": "hello",
        "version": version,
        "environment": "test",
        "targets": [
            { "cloud": "aws", "region": "us-east-1", "count": count },
            { "cloud": "alibaba", "region": "cn-hangzhou", "count": count },
            { "cloud": "digitalocean", "region": "nyc3", "count": count },
        ],
        "run": { "script": "#!/bin/sh\nserve\n", "port": 8000 },
        "health": { "path": "/health", "interval_seconds": 5, "healthy_after": 2, "deadline_seconds": 600 },
    })
}

pub(crate) fn manifest(version: &str, count: u32) -> Manifest {
    Manifest::parse(&document(version, count)).unwrap()
}

/// A manifest whose instances never become healthy.
pub(crate) fn bad(version: &str, count: u32) -> Manifest {
    let mut document = document(version, count);
    document["run"]["script"] = json!("#!/bin/sh\nBAD\n");
    document["health"]["deadline_seconds"] = json!(120);
    Manifest::parse(&document).unwrap()
}
