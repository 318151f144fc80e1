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
    /// The JMESPath of a list whose items are looked at: all that fit the question, which `total` counts,
    /// and not those of a page alone. The answer itself is, where there is no list.
    #[serde(default)]
    pub items: Option<String>,
    /// How many items there are on all pages.
    #[serde(default = "total")]
    pub total: String,
    /// The member that is looked at.
    pub path: String,
    /// What ends the wait well.
    pub is: serde_json::Value,
    /// What ends it otherwise.
    #[serde(default)]
    pub fails: Vec<String>,
}

fn total() -> String {
    "TotalCount".to_owned()
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
        let Self { items, total, path, is, fails } = self;
        let (success, expected, failure) = match items {
            None => (path.clone(), is.to_string(), Matcher::Path(path.clone())),
            Some(items) => {
                let all = format!("{total} > `0` && length({items}[?{path} == `{is}`]) == {total}");
                (all, "true".to_owned(), Matcher::PathAny(format!("{items}[].{path}")))
            }
        };
        let mut acceptors = vec![Acceptor {
            state: WaiterState::Success,
            matcher: Matcher::Path(success),
            expected,
        }];
        acceptors.extend(fails.iter().map(|text| Acceptor {
            state: WaiterState::Failure,
            matcher: failure.clone(),
            expected: serde_json::Value::from(text.as_str()).to_string(),
        }));
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
