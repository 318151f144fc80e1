//! `packs/manifest.json`: what the packs were made from.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use isobar_catalogue::{Cloud, Service};
use serde::{Deserialize, Serialize};

use super::fetch::hash;
use super::sources::Source;

/// What the packs were made from, by cloud.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Manifest(BTreeMap<Cloud, Pack>);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Pack {
    bytes: usize,
    sha256: String,
    packages: Vec<Package>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Package {
    name: String,
    version: String,
    sha256: String,
    /// The services' names and versions, with their number of operations.
    services: BTreeMap<String, ServiceFacts>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ServiceFacts {
    version: String,
    operations: usize,
}

impl Manifest {
    /// The manifest that is there; an empty one where none is.
    pub(super) fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        if !path.exists() {
            return Ok(Self::default());
        }
        Ok(serde_json::from_slice(&fs::read(path)?)?)
    }

    /// Drops what is said of a cloud.
    pub(super) fn forget(&mut self, cloud: Cloud) {
        self.0.insert(cloud, Pack::default());
    }

    /// Adds a package with the services that were taken from it.
    pub(super) fn add(&mut self, source: &Source, services: &[Service]) {
        let services = services
            .iter()
            .map(|service| {
                let (version, operations) = (service.version.clone(), service.operations.len());
                (service.name.clone(), ServiceFacts { version, operations })
            })
            .collect();
        self.0.entry(source.cloud).or_default().packages.push(Package {
            name: source.package.clone(),
            version: source.version.clone(),
            sha256: source.sha256.clone(),
            services,
        });
    }

    /// Adds the size and the hash of a cloud's pack.
    pub(super) fn measure(&mut self, cloud: Cloud, bytes: &[u8]) {
        let pack = self.0.entry(cloud).or_default();
        pack.bytes = bytes.len();
        pack.sha256 = hash(bytes);
    }

    /// The manifest as it stands in the file.
    pub(super) fn text(&self) -> Result<String, Box<dyn Error>> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}
