//! What the packages lack: members that must be given although the package does not say so, and the
//! errors that an operation declares. Written by hand, beside the packs.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::import::ImportError;
use crate::model::Service;
use crate::shape::{ErrorTrait, Kind, Shape, ShapeId, Structure};

/// Facts by service and operation.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Overlay(pub BTreeMap<String, BTreeMap<String, OperationFacts>>);

/// What is laid over an operation.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationFacts {
    /// Members that must be given.
    #[serde(default)]
    pub required: Vec<String>,
    /// Codes of errors by their HTTP status.
    #[serde(default)]
    pub errors: BTreeMap<u16, Vec<String>>,
}

impl Overlay {
    /// Lays the facts over a service.
    ///
    /// # Errors
    /// If they speak of an operation or a member that the service has not.
    pub fn apply(&self, service: &mut Service) -> Result<(), ImportError> {
        let Some(operations) = self.0.get(&service.name) else { return Ok(()) };
        let mut declared = BTreeMap::new();
        for (name, facts) in operations {
            let place = format!("{}.{name}", service.name);
            let at = service.operations.position(name);
            let at = at.ok_or_else(|| ImportError::unknown(&place, "no such operation"))?;
            let input = service.operations[at].input;
            for member in &facts.required {
                require(service, input, member)
                    .ok_or_else(|| ImportError::unknown(&place, format!("no member {member}")))?;
            }
            for (status, codes) in &facts.errors {
                for code in codes {
                    let key = (code.clone(), *status);
                    let id =
                        *declared.entry(key).or_insert_with(|| declare(service, code, *status));
                    service.operations[at].errors.push(id);
                }
            }
        }
        Ok(())
    }
}

fn require(service: &mut Service, input: Option<ShapeId>, name: &str) -> Option<()> {
    let Kind::Structure(structure) = &mut service.shapes.to_mut()[input?.0 as usize].kind else {
        return None;
    };
    structure.members.iter_mut().find(|member| member.name == name)?.required = true;
    Some(())
}

/// Adds the shape of an error. One code may come with several statuses, so the name has both.
fn declare(service: &mut Service, code: &str, status: u16) -> ShapeId {
    let id = ShapeId(u32::try_from(service.shapes.len()).expect("shapes are counted in thousands"));
    let error = ErrorTrait {
        code: Some(code.to_owned()),
        status: Some(status),
        sender_fault: status < 500,
        retryable: status >= 500 || code.starts_with("Throttling"),
        throttling: code.starts_with("Throttling"),
    };
    let kind = Kind::Structure(Structure { error: Some(error), ..Structure::default() });
    service.shapes.to_mut().push(Shape {
        name: format!("{code}:{status}"),
        kind,
        ..Shape::default()
    });
    id
}
