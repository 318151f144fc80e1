//! What packs are made from: `packs/manifest.json`, and the facts beside a pack that was updated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Cloud, Service};

/// What the packs of the clouds were made from.
pub type Manifest = BTreeMap<Cloud, Origin>;

/// What one pack was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The pack's length.
    pub bytes: usize,
    /// The pack's SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// The vendor's packages that its services are from.
    pub packages: Vec<Package>,
}

/// A package of a public registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its name in the registry.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its file in hexadecimal digits.
    pub sha256: String,
    /// The services that it gave, by their names.
    pub services: BTreeMap<String, Extent>,
}

/// How much of a service there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// The API's version.
    pub version: String,
    /// How many operations it has.
    pub operations: usize,
}

impl Package {
    /// What a package gave.
    #[must_use]
    pub fn new(name: &str, version: &str, sha256: &str, services: &[Service]) -> Self {
        let extent = |service: &Service| Extent {
            version: service.version.clone(),
            operations: service.operations.len(),
        };
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            sha256: sha256.to_owned(),
            services: services.iter().map(|one| (one.name.clone(), extent(one))).collect(),
        }
    }

    /// How many operations all of its services have together.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.services.values().map(|extent| extent.operations).sum()
    }
}
