//! AWS: EC2 and Elastic Load Balancing.
//!
//! The default VPC is the network. Security groups, load balancers and target groups have unique
//! names, by which they are found again; instances carry a client token.

use async_trait::async_trait;

use super::adapter::{Adapter, Balancer, Member, Network, Observed, Order};
use super::failure::Failure;
use super::place::Place;
use super::session::Session;
use crate::error::Violation;
use crate::model::manifest::TargetSpec;
use crate::model::resource::Kind;

mod balancer;
mod catalogue;
mod instance;
mod network;
mod removal;

/// The adapter.
pub(super) struct Aws;

/// Codes of things that are not there (or not yet, right after they were made).
const NOT_FOUND: [&str; 10] = [
    "InvalidInstanceID.NotFound",
    "InvalidGroup.NotFound",
    "LoadBalancerNotFound",
    "LoadBalancerNotFoundException",
    "TargetGroupNotFound",
    "TargetGroupNotFoundException",
    "ListenerNotFound",
    "ListenerNotFoundException",
    "InvalidTarget",
    "InvalidTargetException",
];

/// Gives `None` where the cloud says that there is no such thing.
fn found<T>(result: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Failure::Call(error)) if NOT_FOUND.contains(&error.code()) => Ok(None),
        Err(failure) => Err(failure),
    }
}

#[async_trait]
impl Adapter for Aws {
    fn home_region(&self) -> &'static str {
        "us-east-1"
    }

    async fn check(
        &self,
        home: &Session,
        local: &Session,
        target: &TargetSpec,
    ) -> Result<Vec<Violation>, Failure> {
        catalogue::check(home, local, target).await
    }

    async fn ensure_network(&self, session: &Session, _: &Place) -> Result<Network, Failure> {
        network::default_vpc(session).await
    }

    async fn ensure_firewall(
        &self,
        session: &Session,
        place: &Place,
        network: &Network,
    ) -> Result<String, Failure> {
        network::security_group(session, place, network).await
    }

    async fn ensure_load_balancer(
        &self,
        session: &Session,
        place: &Place,
        network: &Network,
        firewall: &str,
    ) -> Result<Balancer, Failure> {
        balancer::ensure(session, place, network, firewall).await
    }

    async fn address(
        &self,
        session: &Session,
        balancer: &Balancer,
    ) -> Result<Option<String>, Failure> {
        balancer::address(session, &balancer.id).await
    }

    async fn create_instance(
        &self,
        session: &Session,
        place: &Place,
        order: &Order<'_>,
    ) -> Result<String, Failure> {
        instance::create(session, place, order).await
    }

    async fn instance(&self, session: &Session, id: &str) -> Result<Option<Observed>, Failure> {
        instance::observe(session, id).await
    }

    async fn attach(
        &self,
        session: &Session,
        place: &Place,
        balancer: &Balancer,
        instances: &[String],
    ) -> Result<(), Failure> {
        balancer::register(session, place, balancer, instances).await
    }

    async fn members(
        &self,
        session: &Session,
        place: &Place,
        balancer: &Balancer,
    ) -> Result<Vec<Member>, Failure> {
        balancer::members(session, place, balancer).await
    }

    async fn detach(
        &self,
        session: &Session,
        place: &Place,
        balancer: &Balancer,
        instances: &[String],
    ) -> Result<(), Failure> {
        balancer::deregister(session, place, balancer, instances).await
    }

    async fn find(
        &self,
        session: &Session,
        kind: Kind,
        name: &str,
    ) -> Result<Vec<String>, Failure> {
        removal::find(session, kind, name).await
    }

    async fn delete(&self, session: &Session, kind: Kind, id: &str) -> Result<(), Failure> {
        removal::delete(session, kind, id).await
    }
}
