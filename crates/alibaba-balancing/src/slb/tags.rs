//! The tags of load balancers.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Record as _, command, query};
use isobar_wire::Input;

use super::errors;
use super::records::LoadBalancer;
use crate::lookup::find;
use crate::tagging::{Kind, ListTags, Listing, Product, Tag, Untag};
use crate::tags::{self, Tags};
use crate::{Command, Handler, Query, standard};

pub(super) const OPERATIONS: &[Handler] = &[
    command!(tag_resources),
    command!(untag_resources),
    query!(list_tag_resources),
    command!(add_tags),
    command!(remove_tags),
];

const PRODUCT: Product = Product {
    kinds: &[Kind::of::<LoadBalancer>("instance")],
    rules: errors::TAGS,
    unknown_kind: errors::UNKNOWN_KIND,
    no_resources: errors::NO_RESOURCES,
    too_many_resources: errors::TOO_MANY_RESOURCES,
    unknown_resource: errors::UNKNOWN_RESOURCE,
    no_tags: errors::TAGS.missing_key,
    neither: errors::NEITHER,
    all_and_some: errors::ALL_AND_SOME,
    bad_token: errors::BAD_TOKEN,
    most_results: 50,
    bad_results: errors::MAX_RESULTS,
};

fn tag_resources(cx: &mut Command<'_, '_>, input: Tag) -> Result<Empty, Fault> {
    PRODUCT.tag(cx, input)
}

fn untag_resources(cx: &mut Command<'_, '_>, input: Untag) -> Result<Empty, Fault> {
    PRODUCT.untag(cx, input)
}

fn list_tag_resources(cx: &Query<'_>, input: ListTags) -> Result<Listing, Fault> {
    PRODUCT.list(cx, &input)
}

/// The older calls, which take the tags as JSON.
#[derive(Debug, Input)]
struct OneBalancersTags {
    _region_id: String,
    load_balancer_id: String,
    tags: String,
}

impl OneBalancersTags {
    fn given(&self) -> Result<Tags, Fault> {
        let given = tags::in_json(Some(&self.tags));
        let given = given.ok_or_else(|| standard::INVALID_PARAMETER.with(&[&"Tags"]))?;
        Tags::given(Some(given), &errors::TAGS)
    }
}

fn add_tags(cx: &mut Command<'_, '_>, input: OneBalancersTags) -> Result<Empty, Fault> {
    let more = input.given()?;
    let row = find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?;
    let (key, mut tags) = (row.key(), row.tags.clone());
    tags.add(&more, &errors::TAGS)?;
    cx.store.modify::<LoadBalancer>(&key, |row| row.tags = tags);
    Ok(Empty {})
}

fn remove_tags(cx: &mut Command<'_, '_>, input: OneBalancersTags) -> Result<Empty, Fault> {
    let less = input.given()?;
    let key =
        find::<LoadBalancer>(cx, cx.store, &input.load_balancer_id, &errors::NOT_FOUND)?.key();
    let keys: Vec<String> = less.iter().map(|(key, _)| key.to_owned()).collect();
    if !keys.is_empty() {
        cx.store.modify::<LoadBalancer>(&key, |row| row.tags.remove(&keys));
    }
    Ok(Empty {})
}
