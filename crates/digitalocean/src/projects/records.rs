//! The stored rows of projects.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::key;

/// A project.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Project {
    pub(crate) account: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) purpose: String,
    /// Empty where none is given.
    pub(crate) environment: String,
    pub(crate) is_default: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// When something that it held went last.
    #[serde(default)]
    pub(crate) left_at: Option<Timestamp>,
}

impl Record for Project {
    const KIND: &'static str = "do.project";

    fn key(&self) -> String {
        key(&self.account, &self.id)
    }
}

/// Which project holds something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Assignment {
    pub(crate) account: String,
    /// `do:droplet:1`
    pub(crate) urn: String,
    /// The project's id.
    pub(crate) project: String,
    pub(crate) assigned_at: Timestamp,
}

impl Record for Assignment {
    const KIND: &'static str = "do.project_resource";

    fn key(&self) -> String {
        key(&self.account, &self.urn)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        vec![("project", key(&self.account, &self.project))]
    }
}
