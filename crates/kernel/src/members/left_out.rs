//! Which members of served operations their handlers do not read: asked of the handlers' types, member
//! by member, by the catalogue's shapes. The tables of what is left out come from it, and the tests
//! that hold a face's [`Ignored`] rows against its handlers.

use isobar_catalogue::{Cloud, Service};
use isobar_catalogue::{Kind, ShapeId};
use isobar_wire::{Name, Unread, Value};

use super::{DRY_RUN, Ignored, Spare};
use crate::Handler;
use crate::handlers::{Served, by_operation, token_member};

/// How deep inputs are looked into.
const DEPTH: usize = 12;
/// What a place of a list or a map is called here.
const ITEM: &str = "member";

/// The members that one operation's handler does not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The members' paths; what is below one goes with it.
    pub members: Vec<String>,
}

/// What each served operation leaves out, whether its face ignores it or answers "not implemented".
/// Operations that read everything are not among them.
///
/// # Panics
/// If a served service is not in the catalogue or a handler has no operation.
pub fn left_out<W>(cloud: Cloud, services: &'static [Served<W>]) -> Vec<LeftOut> {
    let mut all = Vec::new();
    for served in services {
        let service = isobar_catalogue::service(cloud, served.name)
            .unwrap_or_else(|| panic!("{} is in the catalogue", served.name));
        for (operation, handler) in by_operation(service, served) {
            let members = members_of(service, operation, handler.unread);
            if !members.is_empty() {
                all.push(LeftOut { service: served.name, operation, members });
            }
        }
    }
    all.sort_unstable_by_key(|row| (row.service, row.operation));
    all
}

/// What is wrong with a face's handlers and its rows: a handler whose type hides what it does not
/// read, and a row that holds for no member of any served operation.
///
/// # Panics
/// As [`left_out`].
pub fn mistakes<W>(
    cloud: Cloud,
    services: &'static [Served<W>],
    rows: &'static [Ignored],
) -> Vec<String> {
    let mut mistakes = Vec::new();
    for served in services {
        for handler in served.operations.iter().copied().flatten().filter(|one| !tells(one)) {
            mistakes.push(format!("{} {} hides what is unread", served.name, handler.name));
        }
    }
    let left_out = left_out(cloud, services);
    for row in rows {
        let alone = Spare { service: "", operation: "", token: None, rows: &[] };
        let holds = left_out.iter().any(|left| {
            let spare = Spare { service: left.service, operation: left.operation, ..alone };
            // A row may be about something below what is left out as a whole.
            left.members.iter().any(|member| {
                spare.is_of(row)
                    && (Spare::is_below(member, row.member) || Spare::is_below(row.member, member))
            })
        });
        if !holds {
            let Ignored { service, operation, member, .. } = row;
            mistakes.push(format!("{service} {operation} {member}: no handler leaves it unread"));
        }
    }
    mistakes
}

fn tells<W>(handler: &Handler<W>) -> bool {
    let odd = "\u{1}odd";
    let input = Value::Map(vec![(Name::Borrowed(odd), Value::Bool(true))]);
    (handler.unread)(input).iter().any(|unread| unread.path == odd)
}

fn members_of(
    service: &'static Service,
    operation: &'static str,
    unread: fn(Value) -> Vec<Unread>,
) -> Vec<String> {
    let Some(operation) = service.operation(operation) else { return Vec::new() };
    let mut search = Search { service, unread, found: Vec::new() };
    let token = token_member(service, operation);
    for member in service.input_members(operation) {
        let name = member.name.as_str();
        if name != DRY_RUN && Some(name) != token {
            search.look(&[name], member.shape);
        }
    }
    search.found
}

struct Search {
    service: &'static Service,
    unread: fn(Value) -> Vec<Unread>,
    found: Vec<String>,
}

impl Search {
    /// Looks at the member at the end of the places, and at what is below it.
    fn look(&mut self, places: &[&'static str], shape: ShapeId) {
        let path: Vec<_> = places.iter().copied().filter(|place| !place.is_empty()).collect();
        let path = path.join(".");
        if (self.unread)(nested(places)).iter().any(|unread| unread.path == path) {
            if self.found.last() != Some(&path) {
                self.found.push(path);
            }
            return;
        }
        if places.len() >= DEPTH {
            return;
        }
        let below = |place| [places, &[place]].concat();
        match &self.service.shape(shape).kind {
            Kind::Structure(structure) => {
                for member in &structure.members {
                    self.look(&below(member.name.as_str()), member.shape);
                }
            }
            // An empty place is an item of a list, which stands where the list stands.
            Kind::List(list) => self.look(&below(""), list.item),
            Kind::Map(map) => self.look(&below(ITEM), map.value),
            _ => {}
        }
    }
}

/// An input that has nothing but the member at the end of the places.
fn nested(places: &[&'static str]) -> Value {
    places.iter().rev().fold(Value::String(Name::Borrowed("")), |value, place| match *place {
        "" => Value::List(vec![value]),
        name => Value::Map(vec![(Name::Borrowed(name), value)]),
    })
}
