//! What a user asks for: the manifest of a deployment, in YAML or as the body of a request.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check;
use super::rules::{BODY, normal};
use crate::error::{Error, Violation};

/// A deployment as it is asked for. [`Manifest::parse`] is the way in: it names everything that is
/// wrong at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The service's name: lower case letters, digits and hyphens.
    pub service: String,
    /// The version, which the machines see as `VERSION`.
    pub version: String,
    /// The environment; `default` where none is given.
    #[serde(default = "default_environment")]
    pub environment: String,
    /// Where it runs; no two targets share cloud and region.
    pub targets: Vec<TargetSpec>,
    /// What runs.
    pub run: Run,
    /// What the load balancers offer.
    #[serde(default)]
    pub expose: Expose,
    /// When an instance counts as healthy.
    #[serde(default)]
    pub health: Health,
    /// How the old gives way to the new.
    #[serde(default)]
    pub strategy: Strategy,
    /// What happens on failure.
    #[serde(default)]
    pub rollback: RollbackPolicy,
}

/// One place to run at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetSpec {
    /// `aws`, `alibaba` or `digitalocean`.
    pub cloud: String,
    /// The cloud's own name of the region.
    pub region: String,
    /// `small`, `medium`, `large`, or the cloud's own name of a size; `small` by default.
    #[serde(default = "default_size")]
    pub size: String,
    /// The cloud's own id of an image; the cloud's current general-purpose Linux by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// How many instances, 1 to 100; 1 by default.
    #[serde(default = "default_count")]
    pub count: u32,
}

/// What runs on the machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The script; it finds `HOST`, `PORT`, `SERVICE`, `VERSION` and `ENVIRONMENT` in its
    /// environment.
    pub script: String,
    /// The port that it listens on.
    pub port: u16,
}

/// What the load balancers offer to clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expose {
    /// The port; 80 by default.
    #[serde(default = "default_expose_port")]
    pub port: u16,
    /// The protocol; `http` by default.
    #[serde(default)]
    pub protocol: Protocol,
    /// Seconds for which requests under way may go on when an instance leaves a load balancer, 0 to
    /// 300; 10 by default.
    #[serde(default = "default_drain")]
    pub drain_seconds: u32,
}

/// The protocol between load balancer and instance, and of the health checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// HTTP/1.1
    #[default]
    Http,
    /// Plain TCP
    Tcp,
}

/// When an instance counts as healthy. Load balancers whose own limits are narrower get the nearest
/// value that they take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "HealthCheck")]
pub struct Health {
    /// The path that is asked over HTTP and must answer 2xx; `/` by default.
    pub path: String,
    /// Seconds between two probes; 5 by default.
    pub interval_seconds: u32,
    /// Seconds until a probe fails; 2 by default.
    pub timeout_seconds: u32,
    /// So many probes in a row make an instance healthy; 2 by default.
    pub healthy_after: u32,
    /// So many failures in a row make it unhealthy; 3 by default.
    pub unhealthy_after: u32,
    /// Seconds from the start until everything must be in service; 600 by default.
    pub deadline_seconds: u32,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            path: "/".to_owned(),
            interval_seconds: 5,
            timeout_seconds: 2,
            healthy_after: 2,
            unhealthy_after: 3,
            deadline_seconds: 600,
        }
    }
}

/// How the old gives way to the new.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Strategy {
    /// In batches.
    Rolling {
        /// How many fewer than wanted may serve meanwhile; 0 by default.
        #[serde(default)]
        max_unavailable: u32,
        /// How many more than wanted may exist meanwhile; 1 by default.
        #[serde(default = "default_surge")]
        max_surge: u32,
    },
    /// All of the new beside all of the old, then the switch.
    BlueGreen {},
}

impl Default for Strategy {
    fn default() -> Self {
        Self::Rolling { max_unavailable: 0, max_surge: default_surge() }
    }
}

/// What happens on failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RollbackPolicy {
    /// Undo everything; true by default.
    pub on_failure: bool,
}

impl Default for RollbackPolicy {
    fn default() -> Self {
        Self { on_failure: true }
    }
}

/// `cloud/region`, by which events and fault points name a target.
pub(crate) fn key(cloud: &str, region: &str) -> String {
    format!("{cloud}/{region}")
}

impl TargetSpec {
    /// `cloud/region`
    pub(crate) fn key(&self) -> String {
        key(&self.cloud, &self.region)
    }

    /// A place that is left: nothing is wanted there.
    pub(crate) fn left(cloud: &str, region: &str) -> Self {
        Self {
            cloud: cloud.to_owned(),
            region: region.to_owned(),
            size: default_size(),
            image: None,
            count: 0,
        }
    }
}

impl Manifest {
    /// A service of which nothing is wanted.
    pub(crate) fn left(service: &str, environment: &str) -> Self {
        Self {
            service: service.to_owned(),
            version: String::new(),
            environment: environment.to_owned(),
            targets: Vec::new(),
            run: Run { script: String::new(), port: 1 },
            expose: Expose::default(),
            health: Health::default(),
            strategy: Strategy::default(),
            rollback: RollbackPolicy::default(),
        }
    }

    /// Reads a manifest from a document (JSON, or YAML as JSON).
    ///
    /// # Errors
    /// [`Error::Validation`] with every violation that there is, by field path.
    pub fn parse(document: &Value) -> Result<Self, Error> {
        let violations = check::check(document);
        if !violations.is_empty() {
            return Err(Error::Validation(violations));
        }
        serde_json::from_value(normal(document.clone())).map_err(|error| {
            Error::Validation(vec![Violation {
                field: BODY.to_owned(),
                value: Value::Null,
                constraint: error.to_string(),
            }])
        })
    }

    /// Checks a manifest that came in another way (such as straight from YAML).
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn validate(&self) -> Result<(), Error> {
        let document = serde_json::to_value(self).map_err(Error::internal("write the manifest"))?;
        match check::check(&document) {
            violations if violations.is_empty() => Ok(()),
            violations => Err(Error::Validation(violations)),
        }
    }
}

fn default_environment() -> String {
    "default".to_owned()
}

fn default_size() -> String {
    "small".to_owned()
}

fn default_count() -> u32 {
    1
}

fn default_expose_port() -> u16 {
    80
}

fn default_drain() -> u32 {
    10
}

fn default_surge() -> u32 {
    1
}

impl Default for Expose {
    fn default() -> Self {
        Self {
            port: default_expose_port(),
            protocol: Protocol::default(),
            drain_seconds: default_drain(),
        }
    }
}
