//! The clouds, as a deployment needs them: one adapter per cloud, all over a
//! [`Caller`](crate::caller::Caller).

use isobar_catalogue::model::Cloud;

pub(crate) mod adapter;
mod alibaba;
mod aws;
mod digitalocean;
pub(crate) mod failure;
pub(crate) mod gateway;
mod offers;
mod pages;
pub(crate) mod place;
pub(crate) mod recorder;
pub(crate) mod session;

/// The adapter of each cloud.
pub(crate) fn adapter(cloud: Cloud) -> &'static dyn adapter::Adapter {
    match cloud {
        Cloud::Aws => &aws::Aws,
        Cloud::Alibaba => &alibaba::Alibaba,
        Cloud::DigitalOcean => &digitalocean::DigitalOcean,
    }
}
