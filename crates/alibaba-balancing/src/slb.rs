//! SLB: load balancers with listeners and backend servers, made real by the engines' balancers.

mod backend_servers;
mod errors;
mod health;
mod listener_settings;
mod listener_views;
mod listeners;
mod load_balancers;
mod places;
mod sync;
mod tags;

pub(crate) use isobar_alibaba_core::records::slb as records;
use isobar_kernel::{Record as _, Served, follow};

use crate::{Command, World};
use isobar_alibaba_core::records::ecs::Instance;
use records::{BY_SERVER, LoadBalancer};

/// The service.
pub const SERVICE: Served<World> = Served {
    name: "slb",
    operations: &[
        load_balancers::OPERATIONS,
        listeners::OPERATIONS,
        backend_servers::OPERATIONS,
        health::OPERATIONS,
        tags::OPERATIONS,
        places::OPERATIONS,
    ],
    followers: &[follow!(Ended Instance, forget_server)],
};

/// Takes a server that is no more from the load balancers of its region.
fn forget_server(cx: &mut Command<'_, '_>, server: &Instance) {
    let keys: Vec<String> = cx
        .store
        .by::<LoadBalancer>(BY_SERVER, &server.id)
        .filter(|balancer| balancer.scope == server.scope)
        .map(|balancer| balancer.key())
        .collect();
    for key in keys {
        cx.store.modify::<LoadBalancer>(&key, |balancer| {
            balancer.servers.retain(|row| row.id != server.id);
        });
        sync::sync(cx, &key);
    }
}
