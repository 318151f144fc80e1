//! DigitalOcean: droplets, load balancers and firewalls in the region's default VPC.
//!
//! No call takes a client token here. A droplet carries a tag that is its alone, and a load
//! balancer or firewall a name that is its alone; each is looked up before it is created.

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
mod droplet;
mod firewall;
mod pages;
mod removal;

/// The adapter.
pub(super) struct DigitalOcean;

/// Gives `None` where the cloud says that there is no such thing.
fn found<T>(result: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Failure::Call(error)) if error.status == Some(404) || error.code() == "not_found" => {
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// Turns a refusal that passes into one that is tried again: a load balancer is changed by one call
/// after the other.
fn patient<T>(result: Result<T, Failure>) -> Result<T, Failure> {
    match result {
        Err(Failure::Call(error))
            if error.status == Some(403)
                && error.fault.message.contains("while it processes previous actions") =>
        {
            Err(Failure::Busy(error.to_string()))
        }
        other => other,
    }
}

#[async_trait]
impl Adapter for DigitalOcean {
    fn home_region(&self) -> &'static str {
        "nyc3"
    }

    fn tells_health(&self) -> bool {
        false
    }

    async fn check(
        &self,
        home: &Session,
        _local: &Session,
        target: &TargetSpec,
    ) -> Result<Vec<Violation>, Failure> {
        catalogue::check(home, target).await
    }

    async fn ensure_network(&self, _: &Session, _: &Place) -> Result<Network, Failure> {
        // Every region has a default VPC, to which droplets and load balancers go by themselves.
        Ok(Network::default())
    }

    async fn ensure_firewall(
        &self,
        session: &Session,
        place: &Place,
        _network: &Network,
    ) -> Result<String, Failure> {
        firewall::ensure(session, place).await
    }

    async fn ensure_load_balancer(
        &self,
        session: &Session,
        place: &Place,
        _network: &Network,
        _firewall: &str,
    ) -> Result<Balancer, Failure> {
        balancer::ensure(session, place).await
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
        droplet::create(session, place, order).await
    }

    async fn instance(&self, session: &Session, id: &str) -> Result<Option<Observed>, Failure> {
        droplet::observe(session, id).await
    }

    async fn attach(
        &self,
        session: &Session,
        _place: &Place,
        balancer: &Balancer,
        instances: &[String],
    ) -> Result<(), Failure> {
        balancer::attach(session, balancer, instances).await
    }

    async fn members(
        &self,
        session: &Session,
        _place: &Place,
        balancer: &Balancer,
    ) -> Result<Vec<Member>, Failure> {
        balancer::members(session, balancer).await
    }

    async fn detach(
        &self,
        session: &Session,
        place: &Place,
        balancer: &Balancer,
        instances: &[String],
    ) -> Result<(), Failure> {
        balancer::detach(session, place, balancer, instances).await
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
