//! The members of inputs that no handler reads. None is accepted and dropped: a member that a
//! handler's type does not name is answered with "not implemented", but for those whose face says in a
//! table why the cloud itself would do nothing with them.

mod left_out;

use std::cell::RefCell;

use isobar_wire::input::{Place, Slot};
use isobar_wire::{Input, Unread, Value, value};

use crate::call::{Command, Failure, Query, Work};

pub use left_out::{LeftOut, left_out, mistakes};

/// A member that a handler may leave unread, for the cloud does nothing with it either.
#[derive(Clone, Copy, Debug)]
pub struct Ignored {
    /// The service; `*` is each.
    pub service: &'static str,
    /// The operation; `*` is each.
    pub operation: &'static str,
    /// The member's path, as [`Unread::path`] has it. What is below it goes with it.
    pub member: &'static str,
    /// Which of its values.
    pub values: Values,
    /// Why that is what the cloud does.
    pub reason: &'static str,
}

/// Values of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Any.
    All,
    /// These, as text: `false`, `0`, `default`. An empty text is an empty list or structure too; a list
    /// or structure is held where all that is in it is.
    These(&'static [&'static str]),
}

impl Values {
    fn hold(self, value: &Value) -> bool {
        let Self::These(texts) = self else { return true };
        match value {
            Value::Bool(value) => texts.contains(&if *value { "true" } else { "false" }),
            Value::Integer(number) => texts.iter().any(|text| text.parse() == Ok(*number)),
            Value::Float(number) => texts.iter().any(|text| text.parse() == Ok(*number)),
            Value::String(text) => texts.contains(&text.as_ref()),
            Value::List(items) if items.is_empty() => texts.contains(&""),
            Value::List(items) => items.iter().all(|item| self.hold(item)),
            Value::Map(entries) if entries.is_empty() => texts.contains(&""),
            Value::Map(entries) => entries.iter().all(|(_, value)| self.hold(value)),
            Value::Null | Value::Blob(_) | Value::Timestamp(_) => false,
        }
    }
}

/// Which members of one call's input may be left unread.
#[derive(Clone, Copy, Debug)]
pub struct Spare {
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
    /// The member that is the idempotency token, which the kernel reads.
    pub(crate) token: Option<&'static str>,
    pub(crate) rows: &'static [Ignored],
}

/// Whether a call is a dry run: the kernel reads it.
pub(crate) const DRY_RUN: &str = "DryRun";

impl Spare {
    fn has(&self, member: &Unread) -> bool {
        let path = member.path.as_str();
        path == DRY_RUN
            || self.token == Some(path)
            || self.rows.iter().any(|row| {
                self.is_of(row)
                    && Self::is_below(path, row.member)
                    && row.values.hold(&member.value)
            })
    }

    /// Whether the row is about this operation.
    fn is_of(&self, row: &Ignored) -> bool {
        (row.service == "*" || row.service == self.service)
            && (row.operation == "*" || row.operation == self.operation)
    }

    /// Whether the path is that of the member or of something in it.
    fn is_below(path: &str, member: &str) -> bool {
        path.strip_prefix(member).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// Members that two types name together, as where a list's own filters and its paging are two.
#[derive(Clone, Copy, Debug)]
pub struct Both<A, B>(pub A, pub B);

impl<A: Input, B: Input> Input for Both<A, B> {
    fn blank() -> Self {
        Self(A::blank(), B::blank())
    }

    fn read(value: Value, place: &Place<'_>) -> Result<Self, value::Error> {
        let mut both = Self::blank();
        read_both(&mut both.0, &mut both.1, value, place)?;
        Ok(both)
    }
}

// Apart from `Both`, of which there is one for each two types.
fn read_both(
    first: &mut dyn Slot,
    second: &mut dyn Slot,
    value: Value,
    place: &Place<'_>,
) -> Result<(), value::Error> {
    let (by_first, by_second) = (RefCell::default(), RefCell::default());
    let first = first.fill(value.clone(), &Place::top(&by_first));
    let second = second.fill(value, &Place::top(&by_second));
    let mut unread = Vec::new();
    unread_by_both(by_first.into_inner(), &by_second.into_inner(), &mut unread);
    for Unread { path, value } in unread {
        place.member(&path).pass_over(value);
    }
    first.and(second)
}

/// What neither of two types names. Where one leaves out a whole and the other a part of it, it is
/// the part.
fn unread_by_both(first: Vec<Unread>, second: &[Unread], unread: &mut Vec<Unread>) {
    let within = |member: &Unread, others: &[Unread]| {
        others.iter().any(|other| Spare::is_below(&member.path, &other.path))
    };
    let of_second: Vec<_> = second
        .iter()
        .filter(|member| within(member, &first) && !first.contains(member))
        .cloned()
        .collect();
    unread.extend(first.into_iter().filter(|member| within(member, second)));
    unread.extend(of_second);
}

/// The typed input of a handler. A field that is no `Option` and has no default is required: where a
/// cloud's catalogue lacks what is required, the handler's type says it.
///
/// # Errors
/// Where a required member is absent, the handler's type does not name a member that is not
/// among the [ignored](Ignored), or the type does not fit the operation's shapes.
pub fn input<T: Input>(spare: &Spare, value: Value) -> Result<T, Failure> {
    let unread = RefCell::default();
    let read = T::read(value, &Place::top(&unread));
    refuse_unread(spare, unread.into_inner())?;
    read.map_err(failure_of)
}

// Apart from `input`, of which there is one for each type.
fn refuse_unread(spare: &Spare, unread: Vec<Unread>) -> Result<(), Failure> {
    match unread.into_iter().find(|member| !spare.has(member)) {
        Some(member) => Err(Failure::Unread(member.path)),
        None => Ok(()),
    }
}

fn failure_of(error: value::Error) -> Failure {
    match error {
        value::Error::Missing(member) => Failure::Missing(member),
        value::Error::Unfit(message) => Failure::Mismatch(message),
    }
}

/// What the type of a handler that reads does not name of a value.
pub fn unread_by<W, T: Input>(_: impl Fn(&Query<'_, W>, T), value: Value) -> Vec<Unread> {
    unread::<T>(value)
}

/// What the type of a handler that writes does not name of a value.
pub fn unread_by_command<W, T: Input>(
    _: impl Fn(&mut Command<'_, '_, W>, T),
    value: Value,
) -> Vec<Unread> {
    unread::<T>(value)
}

/// What the type of a handler that works outside of the store does not name of a value.
pub fn unread_by_work<W, T: Input>(_: fn(Work<'_, W>, T), value: Value) -> Vec<Unread> {
    unread::<T>(value)
}

fn unread<T: Input>(value: Value) -> Vec<Unread> {
    let unread = RefCell::default();
    // What else is wrong with the value is not asked here.
    drop(T::read(value, &Place::top(&unread)));
    unread.into_inner()
}

#[cfg(test)]
mod tests {
    use isobar_wire::SnakeInput;

    use super::*;

    #[derive(SnakeInput)]
    #[expect(dead_code, reason = "only what is left unread is looked at")]
    struct Paging {
        page: Option<i64>,
    }

    #[derive(SnakeInput)]
    #[expect(dead_code, reason = "only what is left unread is looked at")]
    struct Inner {
        a: Option<i64>,
    }

    #[derive(SnakeInput)]
    #[expect(dead_code, reason = "only what is left unread is looked at")]
    struct List {
        name: Option<String>,
        inner: Option<Vec<Inner>>,
    }

    #[test]
    fn what_neither_of_two_types_names_is_unread() {
        let value: Value = serde_json::from_value(serde_json::json!({
            "name": "x", "page": 2, "inner": [{ "a": 1, "b": 2 }], "odd": {}, "none": null,
        }))
        .unwrap();
        let paths = |unread: Vec<Unread>| -> Vec<String> {
            unread.into_iter().map(|unread| unread.path).collect()
        };
        assert_eq!(paths(unread::<Both<List, Paging>>(value.clone())), ["inner.b", "odd"]);
        assert_eq!(paths(unread::<Both<Paging, List>>(value.clone())), ["odd", "inner.b"]);
        assert_eq!(paths(unread::<List>(value)), ["page", "inner.b", "odd"]);
    }

    #[test]
    fn a_structure_is_held_where_all_that_is_in_it_is() {
        let off = Values::These(&["false", "ip-name"]);
        let holds = |json| off.hold(&serde_json::from_value(json).unwrap());
        assert!(holds(serde_json::json!({ "Configured": false })));
        assert!(holds(serde_json::json!({ "A": false, "B": { "C": ["ip-name"] } })));
        assert!(!holds(serde_json::json!({ "A": false, "B": true })));
        assert!(!holds(serde_json::json!({})));
    }
}
