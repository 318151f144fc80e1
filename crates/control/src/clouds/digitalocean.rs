//! DigitalOcean: droplets, load balancers and firewalls in the region's default VPC.
//!
//! No call takes a client token here. A droplet carries a tag that is its alone, and a load
//! balancer or firewall a name that is its alone; each is looked up before it is created.

use serde_json::{Value, json};

use super::pages::Paging;

mod balancer;
mod instance;
mod network;
mod offers;
mod removal;

/// The adapter; what it does is in a file for each of its traits.
pub(super) struct DigitalOcean;

/// How lists come.
const PAGES: Paging = Paging { number: "page", size: "per_page", per_page: 200, most_pages: 50 };

/// Droplet ids are numbers; a placeholder of a dry run stays text.
fn number(id: &str) -> Value {
    id.parse::<i64>().map_or_else(|_| json!(id), |number| json!(number))
}

fn numbers(ids: &[String]) -> Value {
    ids.iter().map(|id| number(id)).collect()
}
