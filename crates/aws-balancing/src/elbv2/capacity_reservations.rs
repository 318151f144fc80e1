//! Capacity that is reserved for load balancers. None is here, and nobody can reserve any.

use isobar_kernel::{Fault, Handler, query};
use isobar_wire::{Input, Output};

use super::{Query, load_balancers};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_capacity_reservation)];

#[derive(Debug, Input)]
struct DescribeCapacityReservation {
    load_balancer_arn: String,
}

#[derive(Debug, Output)]
struct Reservation {
    capacity_reservation_state: [(); 0],
}

fn describe_capacity_reservation(
    cx: &Query<'_>,
    input: DescribeCapacityReservation,
) -> Result<Reservation, Fault> {
    load_balancers::find(cx.store, &cx.scope(), &input.load_balancer_arn)?;
    Ok(Reservation { capacity_reservation_state: [] })
}
