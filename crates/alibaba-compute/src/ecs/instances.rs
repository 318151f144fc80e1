//! What the calls about instances have in common.

use std::sync::Arc;

use isobar_engines::machines::{self, Machine, Phase};
use isobar_kernel::call::Context;
use isobar_kernel::{Fault, Tables};
use isobar_wire::Output;

use super::errors;
use super::records::Instance;
use super::type_table::{self, InstanceType};
use crate::forms::Listed;
use crate::{World, lookup};

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Output)]
pub(crate) enum Status {
    /// It is being made.
    Pending,
    /// It is on its way to run.
    Starting,
    /// It runs.
    Running,
    /// It is on its way to stop.
    Stopping,
    /// It does not run.
    Stopped,
}

impl Status {
    /// All of them, by their names.
    pub(super) const ALL: [Self; 5] =
        [Self::Pending, Self::Starting, Self::Running, Self::Stopping, Self::Stopped];

    fn of(machine: &Machine) -> Self {
        match machine.phase {
            Phase::Starting if machine.boot == 0 => Self::Pending,
            Phase::Starting => Self::Starting,
            Phase::Running => Self::Running,
            Phase::Stopping | Phase::Rebooting => Self::Stopping,
            Phase::Stopped | Phase::Removing | Phase::Removed => Self::Stopped,
        }
    }

    /// The status of the name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Starting => "Starting",
            Self::Running => "Running",
            Self::Stopping => "Stopping",
            Self::Stopped => "Stopped",
        }
    }
}

/// An instance and its machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    /// What the face keeps.
    pub(crate) row: &'a Arc<Instance>,
    /// What the engine keeps.
    pub(crate) machine: &'a Machine,
}

impl<'a> Found<'a> {
    /// The instance with its machine, which it has as long as it is kept.
    pub(crate) fn of(tables: &'a Tables, row: &'a Arc<Instance>) -> Self {
        let machine = machines::find(tables, &row.id).expect("every instance has a machine");
        Self { row, machine }
    }

    /// Where it is in its life.
    pub(crate) fn status(&self) -> Status {
        Status::of(self.machine)
    }

    /// Its address, which is its private and its public one.
    pub(crate) fn address(&self) -> String {
        self.machine.address.to_string()
    }

    /// Its public addresses: one or none.
    pub(super) fn public_addresses(&self) -> Vec<String> {
        if self.row.public { vec![self.address()] } else { Vec::new() }
    }

    /// Its type. `None` where a later version's table does not have it any more.
    pub(super) fn instance_type(&self) -> Option<&'static InstanceType> {
        type_table::find(&self.row.type_id)
    }

    /// Its type's family; where nobody knows it any more, what the type is named after.
    pub(super) fn family(&self) -> &'a str {
        let id = self.row.type_id.as_str();
        let named = id.rsplit_once('.').map_or(id, |(family, _)| family);
        self.instance_type().map_or(named, |kind| kind.family.name)
    }

    /// Its type's virtual processors; 0 where nobody knows them any more.
    pub(super) fn cpus(&self) -> u32 {
        self.instance_type().map_or(0, |kind| kind.cpus)
    }

    /// Its type's memory in MiB, likewise.
    pub(super) fn memory_mib(&self) -> i64 {
        self.instance_type().map_or(0, InstanceType::memory_mib)
    }
}

/// The instance of the id.
pub(super) fn find<'a>(
    context: &Context<'_, World>,
    tables: &'a Tables,
    id: &str,
) -> Result<Found<'a>, Fault> {
    let row = lookup::find::<Instance>(context, tables, id, &errors::INSTANCE_NOT_FOUND)?;
    Ok(Found::of(tables, row))
}

/// The network of an instance in answers.
#[derive(Debug, Output)]
pub(super) struct VpcAttributes {
    private_ip_address: Listed<String>,
    vpc_id: String,
    v_switch_id: String,
    nat_ip_address: &'static str,
}

impl VpcAttributes {
    pub(super) fn of(found: &Found<'_>) -> Self {
        Self {
            vpc_id: found.row.vpc_id.clone(),
            nat_ip_address: "",
            v_switch_id: found.row.vswitch_id.clone(),
            private_ip_address: Listed("IpAddress", vec![found.address()]),
        }
    }
}

/// Elastic addresses are not built, so that no instance has one.
#[derive(Debug, Output)]
pub(super) struct EipAddress {
    allocation_id: &'static str,
    ip_address: &'static str,
    internet_charge_type: &'static str,
}

pub(super) const NO_EIP: EipAddress =
    EipAddress { ip_address: "", allocation_id: "", internet_charge_type: "" };

/// When a pay-as-you-go instance ends: never.
pub(super) const NEVER: &str = "2099-12-31T15:59Z";
