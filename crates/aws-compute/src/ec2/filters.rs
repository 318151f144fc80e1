//! The `Filter.N` parameters of the Describe operations.
//!
//! Each operation has a table from filter names to where the value stands in the operation's own
//! output, so that a filter can never see something else than the caller. Lists on the way are
//! passed through: a filter holds where any of the values does.

use std::borrow::Cow;

use isobar_forms::matches;
use isobar_kernel::Fault;
use isobar_wire::output::value_of;
use isobar_wire::{Input, Output, Value};

use super::errors;

/// A filter as it is sent.
#[derive(Clone, Debug, Default, Input)]
pub(super) struct Filter {
    name: Option<String>,
    values: Option<Vec<String>>,
}

impl Filter {
    /// The key of a `tag:KEY` filter.
    pub(super) fn tag_key(&self) -> Option<String> {
        self.name.as_deref()?.strip_prefix("tag:").map(str::to_owned)
    }

    /// The patterns, where the filter has the name.
    pub(super) fn patterns(&self, name: &str) -> &[String] {
        let is_meant = self.name.as_deref() == Some(name);
        self.values.as_deref().filter(|_| is_meant).unwrap_or_default()
    }

    /// The patterns.
    pub(super) fn into_values(self) -> Vec<String> {
        self.values.unwrap_or_default()
    }
}

/// The filters that a request may hold; absent is empty.
pub(super) type Filters = Option<Vec<Filter>>;

/// A filter's name and where its value stands: member names, with dots between them, or one of the
/// two below. `A|B` is what stands at `B`, where anything stands at `A`; and `A|=text` the text
/// itself, for what answers do not show. A table has every name that the vendor documents for its
/// list, and those that older documents gave and the service still takes.
pub(super) type Field = (&'static str, &'static str);

/// The place of a value that nothing here has and answers do not show: the filter takes nothing.
pub(super) const NOWHERE: &str = "";
/// The place of a value that is not known here. The filter exists at the vendor's and is answered as
/// not built.
pub(super) const NOT_BUILT: &str = "?";

/// The tags' place in most outputs.
pub(super) const TAGS: &str = "Tags";

/// The filters of a request, each known to its operation.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    filters: Vec<(Test<'a>, &'a [String])>,
}

#[derive(Debug)]
enum Test<'a> {
    Path(&'static str),
    /// `tag:KEY`, with the tags' place.
    Tag(&'static str, &'a str),
    /// `tag-key` and `tag-value`: the tags' place and the member.
    TagPart(&'static str, &'static str),
}

impl<'a> Selection<'a> {
    /// The request's filters, looked up in the operation's table.
    ///
    /// # Errors
    /// Where the operation has no such filter, or one has no values.
    pub(super) fn new(
        filters: &'a Filters,
        fields: &'static [Field],
        tags: Option<&'static str>,
    ) -> Result<Self, Fault> {
        let filters = filters.as_deref().unwrap_or_default();
        let filters = filters.iter().map(|filter| {
            let name = filter.name.as_deref().unwrap_or("null");
            let test = test(name, fields, tags).ok_or_else(|| errors::FILTER.with(&[&name]))?;
            if matches!(test, Test::Path(NOT_BUILT)) {
                return Err(errors::FILTER_NOT_BUILT.with(&[&name]));
            }
            match filter.values.as_deref() {
                None | Some([]) => Err(errors::FILTER_VALUES.with(&[&name])),
                Some(values) => Ok((test, values)),
            }
        });
        Ok(Self { filters: filters.collect::<Result<_, _>>()? })
    }

    /// Whether it takes everything.
    pub(super) fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// Whether the item passes all filters.
    pub(super) fn takes(&self, item: &dyn Output) -> bool {
        if self.filters.is_empty() {
            return true;
        }
        // An item that cannot be a value fails as the answer with a clear error, not here.
        let Ok(item) = value_of(item) else { return true };
        self.holds(&item)
    }

    /// The same of an item that is a value already.
    pub(super) fn holds(&self, item: &Value) -> bool {
        self.filters.iter().all(|(test, patterns)| test.holds(item, patterns))
    }
}

fn test<'a>(
    name: &'a str,
    fields: &'static [Field],
    tags: Option<&'static str>,
) -> Option<Test<'a>> {
    if let Some(tags) = tags {
        match name {
            "tag-key" => return Some(Test::TagPart(tags, "Key")),
            "tag-value" => return Some(Test::TagPart(tags, "Value")),
            _ => {}
        }
        if let Some(key) = name.strip_prefix("tag:") {
            return Some(Test::Tag(tags, key));
        }
    }
    fields.iter().find(|(field, _)| *field == name).map(|(_, path)| Test::Path(path))
}

impl Test<'_> {
    fn holds(&self, item: &Value, patterns: &[String]) -> bool {
        match self {
            Self::Path(NOWHERE) => false,
            Self::Path(path) => stands(item, path, patterns),
            Self::Tag(place, key) => any_at(item, place, &mut |tag| {
                part(tag, "Key") == Some(key)
                    && part(tag, "Value").is_some_and(|value| matches_any(patterns, value))
            }),
            Self::TagPart(place, member) => any_at(item, place, &mut |tag| {
                part(tag, member).is_some_and(|text| matches_any(patterns, text))
            }),
        }
    }
}

/// Whether what stands at the place is as one of the patterns says.
fn stands(item: &Value, place: &str, patterns: &[String]) -> bool {
    if let Some((there, rest)) = place.split_once('|') {
        return any_at(item, there, &mut |_| true)
            && match rest.strip_prefix('=') {
                Some(constant) => matches_any(patterns, constant),
                None => stands(item, rest, patterns),
            };
    }
    any_at(item, place, &mut |value| text(value).is_some_and(|text| matches_any(patterns, &text)))
}

fn part<'v>(tag: &'v Value, member: &str) -> Option<&'v str> {
    tag.get(member).and_then(Value::as_str)
}

/// Whether the test holds for any value at the path.
fn any_at(value: &Value, path: &str, test: &mut dyn FnMut(&Value) -> bool) -> bool {
    if let Value::List(items) = value {
        return items.iter().any(|item| any_at(item, path, test));
    }
    if path.is_empty() {
        return test(value);
    }
    let (member, rest) = path.split_once('.').unwrap_or((path, ""));
    value.get(member).is_some_and(|value| any_at(value, rest, test))
}

/// A value as filters write it.
fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
        Value::Integer(number) => Some(Cow::Owned(number.to_string())),
        Value::Float(number) => Some(Cow::Owned(number.to_string())),
        Value::Timestamp(moment) => Some(Cow::Owned(moment.to_string())),
        _ => None,
    }
}

fn matches_any(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, text))
}
