//! What the packages lack: members that must be given although the package does not say so, the errors
//! that an operation declares, and what can be waited for. Written by hand, beside the packs.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::import::ImportError;
use crate::model::{Acceptor, Matcher, Service, Waiter, WaiterState};
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
    /// What can be waited for by asking the operation, by name.
    #[serde(default)]
    pub waiters: BTreeMap<String, WaiterFacts>,
}

/// What is waited for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaiterFacts {
    /// The JMESPath of what is looked at; where it gives a list, all of its items are.
    pub path: String,
    /// What ends the wait well.
    pub is: serde_json::Value,
    /// What ends it otherwise.
    #[serde(default)]
    pub fails: Vec<String>,
}

/// Seconds between two looks.
const DELAY_SECONDS: u32 = 5;

/// How often is looked: for ten minutes.
const MAX_ATTEMPTS: u32 = 120;

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
            for (waiter, facts) in &facts.waiters {
                service.waiters.push(facts.waiter(waiter, name));
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

impl WaiterFacts {
    fn waiter(&self, name: &str, operation: &str) -> Waiter {
        let is_list = self.path.contains('[');
        let acceptor = |state, expected: &serde_json::Value| Acceptor {
            state,
            matcher: match (is_list, state) {
                (false, _) => Matcher::Path(self.path.clone()),
                (true, WaiterState::Success) => Matcher::PathAll(self.path.clone()),
                (true, _) => Matcher::PathAny(self.path.clone()),
            },
            expected: expected.to_string(),
        };
        let failures = self.fails.iter().map(|text| serde_json::Value::from(text.as_str()));
        let mut acceptors = vec![acceptor(WaiterState::Success, &self.is)];
        acceptors.extend(failures.map(|failure| acceptor(WaiterState::Failure, &failure)));
        Waiter {
            name: name.to_owned(),
            operation: operation.to_owned(),
            delay_seconds: DELAY_SECONDS,
            max_attempts: MAX_ATTEMPTS,
            acceptors,
        }
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
