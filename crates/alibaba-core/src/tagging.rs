//! TagResources, UntagResources and ListTagResources, which several products have alike: a product
//! says which of its resources carry tags and what it answers to mistakes.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Record, Row, Tables, Tx};
use isobar_wire::{Input, Output};
use jiff::Timestamp;

use crate::forms::Listed;
use crate::paging::{self, after_token};
use crate::tags::{Given, Rules, Tags};
use crate::{Command, Query};

/// A row that carries tags.
pub trait Tagged: Record + Clone {
    /// Its id.
    fn id(&self) -> &str;
    /// Its tags.
    fn tags(&self) -> &Tags;
    /// Its tags.
    fn tags_mut(&mut self) -> &mut Tags;
    /// When it was made.
    fn created_at(&self) -> Timestamp;
}

/// Makes a type with tags and a time at which it was made [`Tagged`]; its id is the field's.
macro_rules! tagged {
    ($record:ident, $id:ident) => {
        impl $crate::tagging::Tagged for $record {
            fn id(&self) -> &str {
                &self.$id
            }

            fn tags(&self) -> &$crate::tags::Tags {
                &self.tags
            }

            fn tags_mut(&mut self) -> &mut $crate::tags::Tags {
                &mut self.tags
            }

            fn created_at(&self) -> jiff::Timestamp {
                self.created_at
            }
        }
    };
}
pub(crate) use tagged;

/// One of a product's kinds of resources.
#[derive(Debug)]
pub struct Kind {
    /// What calls name it.
    pub name: &'static str,
    get: fn(&Tables, &str) -> Option<Tags>,
    set: fn(&mut Tx<'_>, &str, Tags),
    list: fn(&Tables, &str) -> Vec<(String, Tags)>,
}

impl Kind {
    /// The rows of a type.
    pub const fn of<T: Tagged>(name: &'static str) -> Self {
        Self {
            name,
            get: |tables, key| tables.get::<T>(key).map(|row| row.tags().clone()),
            set: |tx, key, tags| {
                tx.modify::<T>(key, |row| *row.tags_mut() = tags);
            },
            list: |tables, scope| {
                tables
                    .list::<T>(scope)
                    .map(|row| (row.id().to_owned(), row.tags().clone()))
                    .collect()
            },
        }
    }
}

/// A product's resources and its answers to mistakes.
#[derive(Debug)]
pub struct Product {
    /// The kinds.
    pub kinds: &'static [Kind],
    /// About tags.
    pub rules: Rules,
    /// The kind is none.
    pub unknown_kind: Row,
    /// No resource is named.
    pub no_resources: Row,
    /// Too many resources are named.
    pub too_many_resources: Row,
    /// A resource is none.
    pub unknown_resource: Row,
    /// No tag is given.
    pub no_tags: Row,
    /// Neither tags nor resources are given.
    pub neither: Row,
    /// All tags are to go, and some are named.
    pub all_and_some: Row,
    /// The token is none.
    pub bad_token: Row,
    /// The most tags of an answer that a call may ask for.
    pub most_results: i64,
    /// A call asks for none or for more.
    pub bad_results: Row,
}

/// The most resources of a call.
const MOST_RESOURCES: usize = 50;
/// How many tags an answer has where the caller does not say.
const PAGE: i64 = 50;

/// What TagResources takes.
#[derive(Debug, Input)]
pub struct Tag {
    _region_id: String,
    resource_type: String,
    resource_id: Option<Vec<String>>,
    tag: Option<Vec<Given>>,
}

/// What UntagResources takes.
#[derive(Debug, Input)]
pub struct Untag {
    _region_id: String,
    resource_type: String,
    resource_id: Option<Vec<String>>,
    tag_key: Option<Vec<String>>,
    all: Option<bool>,
}

/// What ListTagResources takes.
#[derive(Debug, Input)]
pub struct ListTags {
    _region_id: String,
    resource_type: String,
    resource_id: Option<Vec<String>>,
    tag: Option<Vec<Given>>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

/// What ListTagResources gives.
#[derive(Debug, Output)]
pub struct Listing {
    next_token: String,
    tag_resources: Listed<TagResource>,
}

#[derive(Debug, Output)]
struct TagResource {
    tag_value: String,
    resource_type: &'static str,
    resource_id: String,
    tag_key: String,
}

impl Product {
    fn kind(&self, name: &str) -> Result<&'static Kind, Fault> {
        let kind = self.kinds.iter().find(|kind| kind.name.eq_ignore_ascii_case(name));
        kind.ok_or_else(|| self.unknown_kind.fault())
    }

    fn resources(&self, ids: Option<Vec<String>>) -> Result<Vec<String>, Fault> {
        let ids = ids.unwrap_or_default();
        match ids.len() {
            0 => Err(self.no_resources.fault()),
            1..=MOST_RESOURCES => Ok(ids),
            _ => Err(self.too_many_resources.fault()),
        }
    }

    /// Adds tags to resources: to all of them or to none.
    pub fn tag(&self, cx: &mut Command<'_, '_>, input: Tag) -> Result<Empty, Fault> {
        let kind = self.kind(&input.resource_type)?;
        let ids = self.resources(input.resource_id)?;
        let more = Tags::given(input.tag, &self.rules)?;
        if more == Tags::default() {
            return Err(self.no_tags.fault());
        }
        for id in ids {
            let key = cx.key(&id);
            let mut tags =
                (kind.get)(cx.store, &key).ok_or_else(|| self.unknown_resource.fault())?;
            tags.add(&more, &self.rules)?;
            (kind.set)(cx.store, &key, tags);
        }
        Ok(Empty {})
    }

    /// Takes tags from resources.
    pub fn untag(&self, cx: &mut Command<'_, '_>, input: Untag) -> Result<Empty, Fault> {
        let kind = self.kind(&input.resource_type)?;
        let ids = self.resources(input.resource_id)?;
        let keys = input.tag_key.unwrap_or_default();
        match (input.all.unwrap_or(false), keys.is_empty()) {
            (true, false) => return Err(self.all_and_some.fault()),
            // Nothing to take: the call succeeds and changes nothing.
            (false, true) => return Ok(Empty {}),
            _ => {}
        }
        for id in ids {
            let key = cx.key(&id);
            let mut tags =
                (kind.get)(cx.store, &key).ok_or_else(|| self.unknown_resource.fault())?;
            tags.remove(&keys);
            (kind.set)(cx.store, &key, tags);
        }
        Ok(Empty {})
    }

    /// The tags of resources, by their ids or by tags.
    pub fn list(&self, cx: &Query<'_>, input: &ListTags) -> Result<Listing, Fault> {
        let kind = self.kind(&input.resource_type)?;
        let ids = input.resource_id.as_deref().unwrap_or_default();
        let filter = input.tag.as_deref();
        if ids.is_empty() && filter.is_none_or(<[Given]>::is_empty) {
            return Err(self.neither.fault());
        }
        if ids.len() > MOST_RESOURCES {
            return Err(self.too_many_resources.fault());
        }
        let rows: Vec<TagResource> = (kind.list)(cx.store, &cx.scope())
            .into_iter()
            .filter(|(id, tags)| (ids.is_empty() || ids.contains(id)) && tags.fit(filter))
            .flat_map(|(id, tags)| rows(kind.name, &id, &tags))
            .collect();
        let most = paging::results(input.max_results, PAGE, self.most_results, &self.bad_results)?;
        let key = |row: &TagResource| format!("{}/{}", row.resource_id, row.tag_key);
        let token = input.next_token.as_deref();
        let (rows, next_token) = after_token(rows, token, most, key, || self.bad_token.fault())?;
        Ok(Listing { next_token, tag_resources: Listed("TagResource", rows) })
    }
}

fn rows(kind: &'static str, id: &str, tags: &Tags) -> Vec<TagResource> {
    tags.iter()
        .map(|(key, value)| TagResource {
            tag_value: value.to_owned(),
            resource_type: kind,
            resource_id: id.to_owned(),
            tag_key: key.to_owned(),
        })
        .collect()
}
