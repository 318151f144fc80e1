//! The tags of VPCs and vSwitches.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, command, query};

use super::errors;
use super::records::{VSwitch, Vpc};
use crate::tagging::{Kind, ListTags, Listing, Product, Tag, Untag};
use crate::{Command, Handler, Query};

pub(super) const OPERATIONS: &[Handler] =
    &[command!(tag_resources), command!(un_tag_resources), query!(list_tag_resources)];

const PRODUCT: Product = Product {
    kinds: &[Kind::of::<Vpc>("VPC"), Kind::of::<VSwitch>("VSWITCH")],
    rules: errors::TAGS,
    unknown_kind: errors::UNKNOWN_KIND,
    no_resources: errors::NO_RESOURCES,
    too_many_resources: errors::TOO_MANY_RESOURCES,
    unknown_resource: errors::UNKNOWN_RESOURCE,
    no_tags: errors::NO_TAGS,
    neither: errors::NEITHER,
    all_and_some: errors::ALL_AND_SOME,
    bad_token: errors::NEXT_TOKEN,
    most_results: 50,
    bad_results: errors::MAX_RESULTS,
};

fn tag_resources(cx: &mut Command<'_, '_>, input: Tag) -> Result<Empty, Fault> {
    PRODUCT.tag(cx, input)
}

fn un_tag_resources(cx: &mut Command<'_, '_>, input: Untag) -> Result<Empty, Fault> {
    PRODUCT.untag(cx, input)
}

fn list_tag_resources(cx: &Query<'_>, input: ListTags) -> Result<Listing, Fault> {
    PRODUCT.list(cx, &input)
}
