//! What a test works with: a folder, clients of the server, and an engine that does not wait long.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use isobar_auth::Credentials;
use isobar_client::{Client, Config};
use isobar_transfer::{Compare, Engine, Event, Extras, Options, Plan, Remote, Store, Tell, api};
use parking_lot::Mutex;

use crate::server::Server;

/// A folder of a test, empty at its beginning.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("transfer").join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// Bytes that repeat nowhere near.
pub(crate) fn content(size: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..size).map(|_| next()).collect()
}

/// An object of the server.
pub(crate) fn remote(server: &Server, scheme: &str, bucket: &str, key: &str) -> Remote {
    remote_at(&server.url, scheme, bucket, key)
}

/// An object at a URL.
pub(crate) fn remote_at(url: &str, scheme: &str, bucket: &str, key: &str) -> Remote {
    let api = api::find(scheme).unwrap();
    let mut config =
        Config::new(api.cloud, "us-east-1", Credentials::new("AKID", "secret")).with_endpoint(url);
    config.retry.base = Some(Duration::from_millis(1));
    config.breaker.failures = 1000;
    let store = Store { client: Client::new(config).unwrap(), api, extras: Extras::default() };
    Remote { store, bucket: bucket.to_owned(), key: key.to_owned() }
}

/// Parts of 128 KiB; what is interrupted is kept in the folder, where there is one.
pub(crate) fn options(state: Option<&Path>) -> Options {
    let mut options = Options::default();
    options.part_size = 128 << 10;
    options.pause = Duration::from_millis(1);
    options.parallel = 4;
    options.state = state.map(Path::to_owned);
    options
}

pub(crate) fn engine(state: Option<&Path>) -> Engine {
    Engine::new(options(state))
}

/// The names in a folder, hidden ones too.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// What was told, as lines.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    pub(crate) fn tell(&self) -> Tell {
        let lines = self.0.clone();
        Arc::new(move |event| {
            lines.lock().push(match event {
                Event::Done { action, .. } => format!("{action:?}"),
                Event::Failed { name, .. } => format!("failed {name}"),
                Event::Skipped(why) => format!("skipped {why}"),
                Event::Noted(text) => format!("noted {text}"),
            });
        })
    }

    /// The lines since the last question, sorted.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = std::mem::take(&mut *self.0.lock());
        lines.sort();
        lines
    }
}

pub(crate) fn write(root: &Path, name: &str, bytes: &[u8]) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

pub(crate) fn sync() -> Plan {
    Plan { compare: Some(Compare::Time), ..Plan::default() }
}
