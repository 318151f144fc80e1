//! Behaviour that exists once for all local clouds, in the vocabulary of none.
//!
//! * [`machines`]: processes that run a user's script at an address of their own;
//! * [`balancers`]: proxies that spread requests over targets, with health checks and draining;
//! * [`keys`]: RSA keys that are drawn, for key pairs.
//!
//! A face writes records within its handler's transaction (`machines::create`, `balancers::put`).
//! The runners here follow the records: they start and stop what the records ask for, and write back
//! what became of it. What a face shows, it derives from the records and from
//! [`Balancers::health`](balancers::Balancers::health); it keeps no second copy.

mod addresses;
pub mod balancers;
pub mod keys;
pub mod machines;

use isobar_kernel::store::Schema;
use isobar_kernel::{Clock, Random, Store};

use balancers::Balancers;
use machines::Machines;

/// Adds the engines' collections.
pub fn schema(schema: &mut Schema) {
    schema.add::<machines::Machine>();
    schema.add::<balancers::Balancer>();
}

/// The engines. Clones share them.
#[derive(Clone, Debug)]
pub struct Engines {
    /// Processes that are machines.
    pub machines: Machines,
    /// Proxies that are load balancers.
    pub balancers: Balancers,
}

impl Engines {
    /// Puts the engines together. Nothing runs before [`start`](Self::start): without it, records
    /// stay as the handlers left them.
    #[must_use]
    pub fn new(
        store: &Store,
        clock: &Clock,
        random: &Random,
        settings: machines::Settings,
    ) -> Self {
        Self {
            machines: Machines::new(store.clone(), clock.clone(), settings),
            balancers: Balancers::new(store.clone(), clock.clone(), random.clone()),
        }
    }

    /// Ends what an earlier process left running, then brings everything to what the records say
    /// and keeps it there. To be called once, within a tokio runtime.
    ///
    /// # Errors
    /// Where the machines' directory cannot be made or read.
    pub async fn start(&self) -> std::io::Result<()> {
        self.balancers.start();
        self.machines.start().await
    }

    /// Stops everything; the records keep saying what should run, so that the next start brings it
    /// back. Requests under way get a bounded time to end.
    pub async fn shutdown(&self) {
        self.balancers.shutdown().await;
        self.machines.shutdown().await;
    }
}
