//! The stored rows of projects.

use isobar_kernel::Record;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::key;

/// A project.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Project {
    pub account: String,
    pub id: String,
    pub name: String,
    pub description: String,
    pub purpose: String,
    /// Empty where none is given.
    pub environment: String,
    pub is_default: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When something that it held went last.
    #[serde(default)]
    pub left_at: Option<Timestamp>,
}

impl Record for Project {
    const KIND: &'static str = "do.project";

    fn key(&self) -> String {
        key(&self.account, &self.id)
    }
}

/// Which project holds something.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Assignment {
    pub account: String,
    /// `do:droplet:1`
    pub urn: String,
    /// The project's id.
    pub project: String,
    pub assigned_at: Timestamp,
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
