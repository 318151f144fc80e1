//! Tags: of resources that exist, and of those that are being created.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Handler, Row, Tables, command, query};
use isobar_wire::{Input, Output, Value};

use super::filters::{Field, Filters, Selection};
use super::pages::{self, Page};
use super::records::{self, TagRecord};
use super::{Command, Query, errors, ids};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[
    command!(create_tags, on first_resource),
    command!(delete_tags, on first_resource),
    query!(describe_tags),
];

/// How many tags a resource may have.
const MOST: usize = 50;

/// A tag as it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Input)]
pub(super) struct Tag {
    key: Option<String>,
    value: Option<String>,
}

/// The tags of things that are being created.
#[derive(Clone, Debug, Input)]
pub(super) struct TagSpecification {
    resource_type: Option<String>,
    tags: Option<Vec<Tag>>,
}

/// `TagSpecifications` as requests hold it.
pub(super) type TagSpecifications = Option<Vec<TagSpecification>>;

/// A tag as answers show it.
#[derive(Clone, Copy, Debug, Output)]
pub(crate) struct TagView<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a str,
}

/// The tags of a resource.
pub(super) fn of<'a>(store: &'a Tables, scope: &str, id: &str) -> Vec<TagView<'a>> {
    let prefix = format!("{scope}{id}/");
    store.list::<TagRecord>(&prefix).map(|tag| tag.view()).collect()
}

/// What a request wants to tag, checked before anything is created.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    specifications: &'a [TagSpecification],
}

impl<'a> Wanted<'a> {
    /// The request's specifications, of which only these resource types may be named. The row says
    /// how the operation refuses others: the vendor has two ways.
    ///
    /// # Errors
    /// Where a type is another's or a tag is none.
    pub(super) fn new(
        specifications: &'a TagSpecifications,
        types: &[&str],
        refusal: &Row,
    ) -> Result<Self, Fault> {
        let specifications = specifications.as_deref().unwrap_or_default();
        for specification in specifications {
            let kind = specification.resource_type.as_deref().ok_or_else(|| {
                Row::new(refusal.status, refusal.code, errors::TAGGED_TYPE).fault()
            })?;
            if !types.contains(&kind) {
                return Err(refusal.with(&[&kind]));
            }
            check(specification.tags.as_deref().unwrap_or_default())?;
        }
        Ok(Self { specifications })
    }

    /// Tags a new resource of the kind.
    pub(super) fn put(&self, cx: &mut Command<'_, '_>, kind: &str, id: &str) {
        let tags = self
            .specifications
            .iter()
            .filter(|specification| specification.resource_type.as_deref() == Some(kind))
            .flat_map(|specification| specification.tags.as_deref().unwrap_or_default());
        for tag in tags {
            put(cx, id, tag);
        }
    }
}

fn put(cx: &mut Command<'_, '_>, id: &str, tag: &Tag) {
    let record = TagRecord {
        scope: cx.scope(),
        resource_id: id.to_owned(),
        key: tag.key.clone().unwrap_or_default(),
        value: tag.value.clone().unwrap_or_default(),
    };
    cx.store.put(record);
}

/// Takes all tags off a resource that ends.
pub(super) fn clear(cx: &mut Command<'_, '_>, id: &str) {
    let prefix = cx.key(&format!("{id}/"));
    let keys: Vec<String> =
        cx.store.list::<TagRecord>(&prefix).map(|tag| isobar_kernel::Record::key(&**tag)).collect();
    for key in keys {
        cx.store.remove::<TagRecord>(&key);
    }
}

fn check(tags: &[Tag]) -> Result<(), Fault> {
    for (at, tag) in tags.iter().enumerate() {
        let key = tag.key.as_deref().unwrap_or_default();
        let value = tag.value.as_deref().unwrap_or_default();
        if key.is_empty() {
            return Err(errors::TAG_KEY_EMPTY.fault());
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(errors::TAG_KEY.with(&[&key]));
        }
        if key.chars().count() > 128 {
            return Err(errors::TAG_KEY_LONG.with(&[&key]));
        }
        if value.chars().count() > 256 {
            return Err(errors::TAG_VALUE_LONG.with(&[&value]));
        }
        if tags[..at].iter().any(|before| before.key == tag.key) {
            return Err(errors::TAG_TWICE.with(&[&key]));
        }
    }
    Ok(())
}

#[derive(Debug, Input)]
struct CreateTags {
    #[wire(default)]
    resources: Vec<String>,
    #[wire(default)]
    tags: Vec<Tag>,
}

/// What tagging needs a right on: the first of what is tagged.
fn first_resource(input: &Value) -> Option<String> {
    let id = input.get("Resources").and_then(Value::as_list)?.first()?.as_str()?;
    Some(format!("{}/{id}", ids::resource_type(id)?))
}

fn create_tags(cx: &mut Command<'_, '_>, input: CreateTags) -> Result<Empty, Fault> {
    if input.resources.is_empty() {
        return Err(errors::MISSING.with(&[&"resourceIdSet"]));
    }
    if input.tags.is_empty() {
        return Err(errors::MISSING.with(&[&"tagSet"]));
    }
    check(&input.tags)?;
    let scope = cx.scope();
    records::check_exist(cx.store, &scope, &input.resources, cx.now)?;
    for id in &input.resources {
        for tag in &input.tags {
            put(cx, id, tag);
        }
        if cx.store.list::<TagRecord>(&format!("{scope}{id}/")).count() > MOST {
            return Err(errors::TAG_LIMIT.with(&[&MOST, id]));
        }
    }
    Ok(Empty {})
}

#[derive(Debug, Input)]
struct DeleteTags {
    #[wire(default)]
    resources: Vec<String>,
    tags: Option<Vec<Tag>>,
}

fn delete_tags(cx: &mut Command<'_, '_>, input: DeleteTags) -> Result<Empty, Fault> {
    if input.resources.is_empty() {
        return Err(errors::MISSING.with(&[&"resourceIdSet"]));
    }
    records::check_exist(cx.store, &cx.scope(), &input.resources, cx.now)?;
    for id in &input.resources {
        match input.tags.as_deref() {
            // Without tags, all of them go.
            None | Some([]) => clear(cx, id),
            Some(tags) => tags.iter().for_each(|tag| delete(cx, id, tag)),
        }
    }
    Ok(Empty {})
}

/// Takes off the tag of the key; only that of the value too, where one is given.
fn delete(cx: &mut Command<'_, '_>, id: &str, tag: &Tag) {
    let key = cx.key(&format!("{id}/{}", tag.key.as_deref().unwrap_or_default()));
    let is_meant = |found: &TagRecord| tag.value.as_ref().is_none_or(|value| *value == found.value);
    if cx.store.get::<TagRecord>(&key).is_some_and(|found| is_meant(found)) {
        cx.store.remove::<TagRecord>(&key);
    }
}

#[derive(Debug, Input)]
struct DescribeTags {
    filters: Filters,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Output)]
struct DescribedTags<'a> {
    next_token: Option<String>,
    tags: Vec<TagDescription<'a>>,
}

#[derive(Debug, Output)]
struct TagDescription<'a> {
    key: &'a str,
    resource_id: &'a str,
    resource_type: &'static str,
    value: &'a str,
    /// The row's key, which orders the pages.
    #[wire(skip)]
    row: String,
}

/// The filters of DescribeTags.
pub(super) const FILTERS: &[Field] = &[
    ("key", "Key"),
    ("resource-id", "ResourceId"),
    ("resource-type", "ResourceType"),
    ("value", "Value"),
];

fn describe_tags<'a>(cx: &Query<'a>, input: DescribeTags) -> Result<DescribedTags<'a>, Fault> {
    let (filters, by_key) = split_tag_filters(input.filters);
    let selection = Selection::new(&filters, FILTERS, None)?;
    let tags: Vec<_> = cx
        .store
        .list::<TagRecord>(&cx.scope())
        .map(|tag| TagDescription {
            key: &tag.key,
            resource_id: &tag.resource_id,
            resource_type: resource_type(&tag.resource_id),
            value: &tag.value,
            row: isobar_kernel::Record::key(&**tag),
        })
        .filter(|tag| by_key.iter().all(|filter| filter.takes(tag)) && selection.takes(tag))
        .collect();
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let (tags, next_token) = page.cut(tags, |tag| &tag.row, pages::USUAL, None)?;
    Ok(DescribedTags { next_token, tags })
}

/// `tag:KEY` here means the tag itself, which is no member of a structure with tags.
struct ByKey {
    key: String,
    values: Vec<String>,
}

impl ByKey {
    fn takes(&self, tag: &TagDescription<'_>) -> bool {
        tag.key == self.key
            && self.values.iter().any(|pattern| isobar_forms::matches(pattern, tag.value))
    }
}

fn split_tag_filters(filters: Filters) -> (Filters, Vec<ByKey>) {
    let (mut rest, mut by_key) = (Vec::new(), Vec::new());
    for filter in filters.unwrap_or_default() {
        match filter.tag_key() {
            Some(key) => by_key.push(ByKey { key, values: filter.into_values() }),
            None => rest.push(filter),
        }
    }
    (Some(rest), by_key)
}

/// What kind of resource an id is of.
pub(super) fn resource_type(id: &str) -> &'static str {
    ids::ALL.iter().find(|noun| id.starts_with(noun.prefix)).map_or("", |noun| noun.resource_type)
}
