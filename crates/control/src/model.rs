//! The nouns of the control plane, as every surface shows them.

pub mod access;
pub(crate) mod action;
pub mod check;
pub mod deployment;
pub mod manifest;
pub mod operation;
pub mod page;
pub mod plan;
pub mod resource;
pub mod rules;
