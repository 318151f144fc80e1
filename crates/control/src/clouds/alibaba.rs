//! Alibaba Cloud: ECS, VPC and Server Load Balancer.
//!
//! A region's default VPC is used where there is one; else a VPC and a vSwitch are made. Every
//! creation carries a client token.

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
mod listener;
mod network;
mod removal;

/// The adapter.
pub(super) struct Alibaba;

/// Whether a code says that there is no such thing: `InvalidInstanceId.NotFound`,
/// `InvalidVpcID.NotFound`, `InvalidLoadBalancerId.NotFound`, `ResourceNotFound.…` and their like.
fn is_not_found(code: &str) -> bool {
    code.ends_with("NotFound") || code.ends_with("NotExist") || code.starts_with("ResourceNotFound")
}

/// Whether a code says that something else has to happen first.
fn is_busy(code: &str) -> bool {
    const STARTS: [&str; 9] = [
        "DependencyViolation",
        "IncorrectInstanceStatus",
        "IncorrectVpcStatus",
        "IncorrectVSwitchStatus",
        "IncorrectStatus",
        "OperationConflict",
        "ServiceIsConfiguring",
        "BackendServer.configuring",
        "TaskConflict",
    ];
    STARTS.iter().any(|start| code.starts_with(start))
}

const NO_RESOURCE: &str = "The specified resource does not exist";

/// Gives `None` where the cloud says that there is no such thing.
fn found<T>(result: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Failure::Call(error)) if is_not_found(error.code()) => Ok(None),
        // Server Load Balancer says so of listeners in the message alone.
        Err(Failure::Call(error)) if error.fault.message.contains(NO_RESOURCE) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Turns a failure that will pass into one that is tried again.
fn patient<T>(result: Result<T, Failure>) -> Result<T, Failure> {
    match result {
        Err(Failure::Call(error)) if is_busy(error.code()) => Err(Failure::Busy(error.to_string())),
        other => other,
    }
}

#[async_trait]
impl Adapter for Alibaba {
    fn home_region(&self) -> &'static str {
        "cn-hangzhou"
    }

    async fn check(
        &self,
        home: &Session,
        local: &Session,
        target: &TargetSpec,
    ) -> Result<Vec<Violation>, Failure> {
        catalogue::check(home, local, target).await
    }

    async fn ensure_network(&self, session: &Session, place: &Place) -> Result<Network, Failure> {
        patient(network::ensure(session, place).await)
    }

    async fn ensure_firewall(
        &self,
        session: &Session,
        place: &Place,
        network: &Network,
    ) -> Result<String, Failure> {
        patient(network::security_group(session, place, network).await)
    }

    async fn ensure_load_balancer(
        &self,
        session: &Session,
        place: &Place,
        _network: &Network,
        _firewall: &str,
    ) -> Result<Balancer, Failure> {
        patient(balancer::ensure(session, place).await)
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
        patient(instance::create(session, place, order).await)
    }

    async fn instance(&self, session: &Session, id: &str) -> Result<Option<Observed>, Failure> {
        instance::observe(session, id).await
    }

    async fn attach(
        &self,
        session: &Session,
        _place: &Place,
        balancer: &Balancer,
        instances: &[String],
    ) -> Result<(), Failure> {
        patient(balancer::add(session, balancer, instances).await)
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
        patient(balancer::remove(session, place, balancer, instances).await)
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
        patient(removal::delete(session, kind, id).await)
    }
}
