//! What a deployment needs of a cloud.
//!
//! Every method that makes something can be called again after it failed anywhere, and then goes
//! on: it looks for what it is about to make by its unique name, or carries a client token. The
//! same code lays the plan of a dry run; see [`Session`].

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::place::Place;
use super::session::Session;
use crate::error::Violation;
use crate::model::manifest::TargetSpec;
use crate::model::resource::Kind;

/// One cloud.
pub(crate) trait Adapter: Offers + Networks + Balancers + Instances + Removal {}

impl<T: Offers + Networks + Balancers + Instances + Removal> Adapter for T {}

/// What a cloud has.
#[async_trait]
pub(crate) trait Offers: Send + Sync {
    /// A region in which the cloud can be asked for its regions.
    fn home_region(&self) -> &'static str;

    /// What the cloud does not have of a target: its region, size or image. Fields are relative to
    /// the target. `home` is a session in [`Offers::home_region`], `local` one in the target's.
    async fn check(
        &self,
        home: &Session,
        local: &Session,
        target: &TargetSpec,
    ) -> Result<Vec<Violation>, Failure>;
}

/// What instances and load balancers stand in.
#[async_trait]
pub(crate) trait Networks: Send + Sync {
    /// The network that instances go to; made where there is none.
    async fn ensure_network(&self, session: &Session, place: &Place) -> Result<Network, Failure>;

    /// The firewall that lets clients and health checks in. Gives its id.
    async fn ensure_firewall(
        &self,
        session: &Session,
        place: &Place,
        network: &Network,
    ) -> Result<String, Failure>;
}

/// The load balancer, and the instances behind it.
#[async_trait]
pub(crate) trait Balancers: Send + Sync {
    /// The load balancer, with these health checks.
    async fn ensure_load_balancer(
        &self,
        session: &Session,
        place: &Place,
        network: &Network,
        firewall: &str,
    ) -> Result<Balancer, Failure>;

    /// The address at which the load balancer is found now; `None` if it has none.
    async fn address(
        &self,
        session: &Session,
        balancer: &Balancer,
    ) -> Result<Option<String>, Failure>;

    /// Puts instances behind the load balancer.
    async fn attach(
        &self,
        session: &Session,
        place: &Place,
        balancer: &Balancer,
        instances: &[String],
    ) -> Result<(), Failure>;

    /// Whether the load balancer says how its instances are.
    fn tells_health(&self) -> bool {
        true
    }

    /// What the load balancer says of its instances. Those that it does not know are left out.
    async fn members(
        &self,
        session: &Session,
        place: &Place,
        balancer: &Balancer,
    ) -> Result<Vec<Member>, Failure>;

    /// Takes instances from behind the load balancer, and waits until their connections are over.
    async fn detach(
        &self,
        session: &Session,
        place: &Place,
        balancer: &Balancer,
        instances: &[String],
    ) -> Result<(), Failure>;
}

/// The machines.
#[async_trait]
pub(crate) trait Instances: Send + Sync {
    /// One instance. Gives its id.
    async fn create_instance(
        &self,
        session: &Session,
        place: &Place,
        order: &Order<'_>,
    ) -> Result<String, Failure>;

    /// How an instance is; `None` if the cloud does not know it.
    async fn instance(&self, session: &Session, id: &str) -> Result<Option<Observed>, Failure>;
}

/// How all of it goes again.
#[async_trait]
pub(crate) trait Removal: Send + Sync {
    /// The ids of what bears a name, for a creation of which no answer was seen.
    async fn find(&self, session: &Session, kind: Kind, name: &str)
    -> Result<Vec<String>, Failure>;

    /// Removes something and waits until it is gone. What is gone already is no failure.
    async fn delete(&self, session: &Session, kind: Kind, id: &str) -> Result<(), Failure>;
}

/// Where instances go.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Network {
    /// The network's id; empty where the cloud has one that needs no naming.
    pub(crate) id: String,
    /// Its parts that are used.
    pub(crate) subnets: Vec<Subnet>,
}

/// A part of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Subnet {
    pub(crate) id: String,
    pub(crate) zone: String,
}

/// A load balancer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Balancer {
    pub(crate) id: String,
    /// The group that its instances are in, where the cloud has such groups.
    pub(crate) group: Option<String>,
    /// A name or IP address, with a port where that is not the exposed one.
    pub(crate) address: String,
}

/// An instance to be made.
pub(crate) struct Order<'a> {
    pub(crate) name: &'a str,
    /// What makes repeated requests one.
    pub(crate) token: String,
    pub(crate) slot: u32,
    pub(crate) user_data: &'a str,
    pub(crate) network: &'a Network,
    pub(crate) firewall: &'a str,
    /// The fingerprint that is recorded with it.
    pub(crate) template: &'a str,
}

/// How an instance is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Observed {
    /// The cloud's word.
    pub(crate) state: String,
    pub(crate) phase: InstancePhase,
    /// The public address; the private one where there is none.
    pub(crate) address: Option<String>,
}

/// What an instance's state means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstancePhase {
    Starting,
    Running,
    Stopped,
    Gone,
}

/// What a load balancer says of an instance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) health: MemberHealth,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MemberHealth {
    /// It gets traffic.
    InService,
    /// Not, or not yet, for this reason.
    OutOfService(String),
    /// The cloud does not say; the instance gets traffic after its health checks had their time.
    NotTold,
}
