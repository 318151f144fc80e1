//! Pages as one document.

use isobar_catalogue::model::Paging;
use isobar_wire::Value;

/// Joins pages to one document.
pub(super) struct Merge<'a> {
    paging: &'a Paging,
    whole: Value,
    /// What is the same on each page, from the first.
    fixed: Option<Value>,
    /// Pages of an operation of which nobody knows where its items are.
    pages: Vec<Value>,
}

impl<'a> Merge<'a> {
    pub(super) fn new(paging: &'a Paging) -> Self {
        Self { paging, whole: Value::Map(Vec::new()), fixed: None, pages: Vec::new() }
    }

    pub(super) fn add(&mut self, mut page: Value) {
        if self.paging.results.is_empty() {
            self.pages.push(page);
            return;
        }
        if self.fixed.is_none() {
            let mut fixed = Value::Map(Vec::new());
            for path in &self.paging.non_aggregate {
                let value = find_mut(&mut page, path).map(|value| value.clone());
                set(&mut fixed, path, value.unwrap_or_default());
            }
            self.fixed = Some(fixed);
        }
        for path in &self.paging.results {
            let Some(found) = find_mut(&mut page, path).map(std::mem::take) else { continue };
            match find_mut(&mut self.whole, path) {
                Some(known) => join(known, found),
                None if found.is_null() => {}
                None => set(&mut self.whole, path, found),
            }
        }
    }

    pub(super) fn end(self, resume: Option<String>) -> Value {
        if self.paging.results.is_empty() {
            return Value::List(self.pages);
        }
        let mut whole = self.whole;
        lay_over(&mut whole, self.fixed.unwrap_or_default());
        if let Some(token) = resume {
            whole.set("NextToken", Value::from(token));
        }
        whole
    }
}

/// Lists are joined, numbers added up, texts put together.
fn join(known: &mut Value, found: Value) {
    match (known, found) {
        (Value::List(known), Value::List(found)) => known.extend(found),
        (Value::Integer(known), Value::Integer(found)) => *known = known.saturating_add(found),
        (Value::Float(known), Value::Float(found)) => *known += found,
        (Value::String(known), Value::String(found)) => known.to_mut().push_str(&found),
        (known @ Value::Null, found) => *known = found,
        _ => {}
    }
}

/// Puts the members of one document into another, whose own stay where they are.
fn lay_over(under: &mut Value, over: Value) {
    let Value::Map(entries) = over else { return };
    for (name, value) in entries {
        match (under.get(&name).is_some(), value) {
            (true, value @ Value::Map(_)) => {
                if let Some(inner) = find_mut(under, &name) {
                    lay_over(inner, value);
                }
            }
            (_, value) => under.set(name, value),
        }
    }
}

/// What lies at a path of names; nothing where a part of it is absent or null.
pub(super) fn find_mut<'v>(value: &'v mut Value, path: &str) -> Option<&'v mut Value> {
    path.split('.').try_fold(value, |value, name| match value {
        Value::Map(entries) => entries
            .iter_mut()
            .find(|(known, value)| known == name && !value.is_null())
            .map(|(_, value)| value),
        _ => None,
    })
}

/// Sets what lies at a path of names.
pub(super) fn set(value: &mut Value, path: &str, to: Value) {
    match path.split_once('.') {
        None => value.set(path.to_owned(), to),
        Some((first, rest)) => {
            if !matches!(value.get(first), Some(Value::Map(_))) {
                value.set(first.to_owned(), Value::Map(Vec::new()));
            }
            if let Some(inner) = find_mut(value, first) {
                set(inner, rest, to);
            }
        }
    }
}
