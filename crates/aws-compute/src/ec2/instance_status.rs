//! How instances are, and what they wrote to their consoles.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use isobar_kernel::call::{Done, Failure, compute};
use isobar_kernel::{Fault, Handler, query, work};
use isobar_wire::{Input, Output};
use jiff::Timestamp;

use super::filters::{Field, Filters, NOT_BUILT, Selection};
use super::instance_states::{State, StateView};
use super::instances::{self, Operator, Seen};
use super::pages::{self, Page};
use super::{Query, errors, records};
use crate::{Work, World};

pub(super) const OPERATIONS: &[Handler<World>] =
    &[query!(describe_instance_status), work!(get_console_output)];

#[derive(Debug, Output)]
struct StatusView<'a> {
    availability_zone: &'a str,
    availability_zone_id: &'a str,
    operator: Operator,
    instance_id: &'a str,
    instance_state: StateView,
    instance_status: Summary,
    system_status: Summary,
    attached_ebs_status: Summary,
}

#[derive(Debug, Output)]
struct Summary {
    details: Vec<Detail>,
    status: &'static str,
}

#[derive(Debug, Output)]
struct Detail {
    name: &'static str,
    status: &'static str,
}

impl Summary {
    /// The checks of an instance in the state. They pass as soon as it runs.
    fn of(state: State) -> Self {
        let (status, detail) = match state {
            State::Running => ("ok", Some("passed")),
            State::Pending => ("initializing", Some("initializing")),
            _ => ("not-applicable", None),
        };
        let details = detail.map(|status| Detail { name: "reachability", status });
        Self { details: details.into_iter().collect(), status }
    }
}

fn view(seen: Seen<'_>) -> StatusView<'_> {
    StatusView {
        availability_zone: &seen.instance.zone,
        availability_zone_id: &seen.instance.zone_id,
        operator: Operator::NONE,
        instance_id: &seen.instance.id,
        instance_state: seen.state.into(),
        instance_status: Summary::of(seen.state),
        system_status: Summary::of(seen.state),
        attached_ebs_status: Summary::of(seen.state),
    }
}

#[derive(Debug, Input)]
struct DescribeInstanceStatus {
    instance_ids: Option<Vec<String>>,
    filters: Filters,
    include_all_instances: Option<bool>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    instance_statuses: Vec<StatusView<'a>>,
    next_token: Option<String>,
}

pub(super) const FILTERS: &[Field] = &[
    ("application-status.status", NOT_BUILT),
    ("attached-ebs-status.status", "AttachedEbsStatus.Status"),
    ("availability-zone", "AvailabilityZone"),
    ("availability-zone-id", "AvailabilityZoneId"),
    ("event.code", "Events.Code"),
    ("event.description", "Events.Description"),
    ("event.instance-event-id", "Events.InstanceEventId"),
    ("event.not-after", "Events.NotAfter"),
    ("event.not-before", "Events.NotBefore"),
    ("event.not-before-deadline", "Events.NotBeforeDeadline"),
    ("instance-state-code", "InstanceState.Code"),
    ("instance-state-name", "InstanceState.Name"),
    ("instance-status.reachability", "InstanceStatus.Details.Status"),
    ("instance-status.status", "InstanceStatus.Status"),
    ("operator.managed", "Operator.Managed"),
    ("operator.principal", "Operator.Principal"),
    ("system-status.reachability", "SystemStatus.Details.Status"),
    ("system-status.status", "SystemStatus.Status"),
];

fn describe_instance_status<'a>(
    cx: &Query<'a>,
    input: DescribeInstanceStatus,
) -> Result<Described<'a>, Fault> {
    let selection = Selection::new(&input.filters, FILTERS, None)?;
    let ids = input.instance_ids.as_deref();
    let asked = ids.is_some_and(|ids| !ids.is_empty()).then_some("instancesSet");
    let all = input.include_all_instances == Some(true);
    let statuses = instances::chosen(cx, ids)?
        .into_iter()
        .filter(|seen| all || seen.state == State::Running)
        .map(view)
        .filter(|status| selection.takes(status))
        .collect();
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref() };
    let (instance_statuses, next_token) =
        page.cut(statuses, |status| status.instance_id, pages::USUAL, asked)?;
    Ok(Described { instance_statuses, next_token })
}

#[derive(Debug, Input)]
struct GetConsoleOutput {
    instance_id: String,
}

#[derive(Debug, Output)]
struct Console {
    instance_id: String,
    timestamp: Timestamp,
    output: Option<String>,
}

/// How much of the end of the console is shown.
const SHOWN: usize = 64 << 10;

async fn get_console_output(cx: Work<'_>, input: GetConsoleOutput) -> Result<Done, Failure> {
    let ids = [input.instance_id];
    let timestamp = cx.read(|cx| {
        let seen = instances::chosen(cx, Some(&ids))?;
        let machine = seen.first().and_then(|seen| seen.machine);
        let changed = machine.map(|machine| records::whole_second(machine.phase_at));
        Ok::<_, Fault>(changed.unwrap_or(cx.now))
    })?;
    let [instance_id] = ids;
    let (machines, id) = (cx.world.engines.machines.clone(), instance_id.clone());
    let console = compute(move || machines.console(&id)).await?.map_err(|error| {
        tracing::error!(%error, instance_id, "a console cannot be read");
        errors::CONSOLE.fault()
    })?;
    let shown = &console[console.len().saturating_sub(SHOWN)..];
    cx.answer(&Console {
        timestamp,
        output: (!shown.is_empty()).then(|| STANDARD.encode(shown)),
        instance_id,
    })
}
