//! What a fresh account has: a default project, and a default VPC in each region.

use isobar_kernel::Shared;
use isobar_kernel::{Random, Tx};
use jiff::Timestamp;

use crate::offer::regions::{REGIONS, Region};
use crate::records::projects::Project;
use crate::records::vpcs::Vpc;
use crate::world::key;

/// Adds what is missing of it.
pub fn seed(shared: &Shared, account: &str) {
    let now = shared.clock.now();
    let seeded = shared.store.update(|tx| {
        project(tx, &shared.random, account, now);
        for region in REGIONS.iter().filter(|region| region.available) {
            vpc(tx, &shared.random, account, region, now);
        }
    });
    if let Err(error) = seeded {
        tracing::error!(%error, "the account's defaults could not be written");
    }
}

fn project(tx: &mut Tx<'_>, random: &Random, account: &str, now: Timestamp) {
    if tx.list::<Project>(&key(account, "")).any(|project| project.is_default) {
        return;
    }
    tx.put(Project {
        account: account.to_owned(),
        id: random.uuid(),
        name: "first-project".to_owned(),
        description: "Update your project information under Settings".to_owned(),
        purpose: "Just trying out DigitalOcean".to_owned(),
        environment: "Development".to_owned(),
        is_default: true,
        created_at: now,
        updated_at: now,
        left_at: None,
    });
}

fn vpc(tx: &mut Tx<'_>, random: &Random, account: &str, region: &Region, now: Timestamp) {
    let is_default = |vpc: &std::sync::Arc<Vpc>| vpc.is_default && vpc.region == region.slug;
    if tx.list::<Vpc>(&key(account, "")).any(is_default) {
        return;
    }
    tx.put(Vpc {
        account: account.to_owned(),
        id: random.uuid(),
        name: format!("default-{}", region.slug),
        description: String::new(),
        region: region.slug.to_owned(),
        ip_range: format!("10.{}.0.0/20", region.vpc_octet),
        is_default: true,
        created_at: now,
        left_at: None,
    });
}
