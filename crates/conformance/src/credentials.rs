//! Environments and homes, and the credentials and settings that are found in them.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use isobar_auth::Secret;
use isobar_catalogue::Cloud;
use isobar_client::{
    Config, Context, Error, Finished, Found, Machine, Overrides, Settings, Surroundings,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tokio::runtime::Runtime;

use crate::fixed::Fixed;

/// An environment, a home directory on disk, and what the caller says.
#[derive(Debug, Deserialize)]
pub(crate) struct World {
    cloud: String,
    environment: HashMap<String, String>,
    home: PathBuf,
    profile: Option<String>,
    region: Option<String>,
    /// Services whose base URLs are asked for.
    #[serde(default)]
    services: Vec<String>,
}

/// What is found. The secrets are those of a test.
#[derive(Debug, Serialize)]
pub(crate) struct Resolved {
    profile: Option<String>,
    region: Option<String>,
    credentials: Json,
    origin: Option<String>,
    endpoints: BTreeMap<String, Option<String>>,
    settings: Json,
}

/// Looks in worlds.
pub(crate) struct Looking(Runtime);

impl Looking {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self(tokio::runtime::Builder::new_current_thread().enable_all().build()?))
    }

    /// What is found in a world.
    pub(crate) fn look(&self, world: World) -> Result<Resolved, String> {
        let cloud: Cloud = world.cloud.parse().map_err(|_| format!("no cloud: {}", world.cloud))?;
        self.0.block_on(look(cloud, world)).map_err(|error| format!("{:?}: {error}", error.kind()))
    }
}

async fn look(cloud: Cloud, world: World) -> Result<Resolved, Error> {
    let overrides = Overrides {
        profile: world.profile.clone(),
        region: world.region.clone(),
        ..Overrides::default()
    };
    let services = world.services.clone();
    let surroundings = Arc::new(Given {
        environment: world.environment,
        home: world.home,
        machine: Machine::default(),
    });
    let context: Arc<dyn Context> = Arc::new(Fixed);
    let settings = Settings::load(cloud, &overrides, surroundings, context).await?;
    let (credentials, origin) = match settings.credentials.credentials().await {
        Ok(identity) => {
            let key = identity.credentials.as_ref();
            let credentials = serde_json::json!({
                "id": key.map(|key| &key.id),
                "secret": key.map(|key| key.secret.expose()),
                "token": key.and_then(|key| key.session_token.as_ref()).map(Secret::expose),
                "account": identity.account,
                "expires": identity.expires.map(|end| end.to_string()),
            });
            (credentials, Some(identity.origin.to_string()))
        }
        Err(error) => {
            let credentials = serde_json::json!({
                "error": format!("{:?}", error.kind()),
                "message": error.to_string(),
            });
            (credentials, None)
        }
    };
    let endpoint = |name: &String| {
        let service = isobar_catalogue::service(cloud, name)?;
        let found = settings.endpoints.as_ref()?.endpoint(service)?;
        Some(found.value)
    };
    Ok(Resolved {
        profile: settings.profile.as_ref().map(|profile| profile.value.clone()),
        region: settings.region.as_ref().map(|region| region.value.clone()),
        credentials,
        origin,
        endpoints: services.iter().map(|name| (name.clone(), endpoint(name))).collect(),
        settings: shown(&settings, &settings.config()),
    })
}

/// The settings that the vendor's SDK has names for.
fn shown(settings: &Settings, config: &Config) -> Json {
    fn value<T: Clone>(found: Option<&Found<T>>) -> Option<T> {
        found.map(|found| found.value.clone())
    }
    serde_json::json!({
        "endpoint_url": config.endpoint,
        "use_fips_endpoint": config.fips,
        "use_dualstack_endpoint": config.dual_stack,
        "retry_mode": value(settings.retry_mode.as_ref()),
        "max_attempts": value(settings.max_attempts.as_ref()),
        "addressing_style": value(settings.addressing_style.as_ref()),
        "ca_bundle": value(settings.ca_bundle.as_ref()),
        "sts_regional_endpoints": value(settings.sts_regional_endpoints.as_ref()),
    })
}

/// This machine, but for its environment and its user's home.
#[derive(Debug)]
struct Given {
    environment: HashMap<String, String>,
    home: PathBuf,
    machine: Machine,
}

type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl Surroundings for Given {
    fn variable(&self, name: &str) -> Option<String> {
        self.environment.get(name).cloned()
    }

    fn home(&self) -> Option<PathBuf> {
        Some(self.home.clone())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.machine.read(path)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.machine.write(path, content)
    }

    fn run<'a>(&'a self, command: &'a [String]) -> Later<'a, io::Result<Finished>> {
        self.machine.run(command)
    }

    fn fetch(
        &self,
        request: Request<Bytes>,
        within: Duration,
    ) -> Later<'_, io::Result<Response<Bytes>>> {
        self.machine.fetch(request, within)
    }

    fn ask(&self, _: &str) -> io::Result<Secret> {
        Ok("123456".into())
    }
}
