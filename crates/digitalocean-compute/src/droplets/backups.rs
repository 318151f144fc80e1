//! When droplets' backups are taken.

use isobar_kernel::{Fault, query};

use super::find;
use super::get::OfDroplet;
use super::records::{BackupPolicy, Droplet, Plan};
use crate::Output;
use crate::input::Nothing;
use crate::page::{Links, Meta, Page, Paging};
use crate::show::droplet::{Window, next_window};
use crate::world::{Handler, Look, Query, Scene};

pub(super) const OPERATIONS: &[Handler] = &[
    query!(get_backup_policy),
    query!(list_backup_policies),
    query!(list_supported_backup_policies),
];

#[derive(Debug, Output)]
struct One {
    policy: PolicyView,
}

#[derive(Debug, Output)]
struct Policies {
    policies: std::collections::BTreeMap<String, PolicyView>,
    links: Links,
    meta: Meta,
}

#[derive(Debug, Output)]
struct PolicyView {
    droplet_id: u64,
    backup_enabled: bool,
    backup_policy: Option<Policy>,
    next_backup_window: Option<Window>,
}

#[derive(Debug, Output)]
struct Policy {
    plan: Plan,
    #[wire(unless = "Option::is_none")]
    weekday: Option<String>,
    hour: i8,
    window_length_hours: i64,
    retention_period_days: u32,
}

#[derive(Debug, Output)]
struct Supported {
    supported_policies: [Offer; 2],
}

#[derive(Debug, Output)]
struct Offer {
    name: Plan,
    possible_window_starts: [u8; 6],
    window_length_hours: i64,
    retention_period_days: u32,
    possible_days: &'static [&'static str],
}

fn get_backup_policy(cx: &Query<'_>, input: OfDroplet) -> Result<One, Fault> {
    let scene = cx.scene();
    Ok(One { policy: view(scene, find(scene, input.droplet_id.0)?) })
}

fn list_backup_policies(cx: &Query<'_>, paging: Paging) -> Result<Policies, Fault> {
    let scene = cx.scene();
    let with = scene.list::<Droplet>().filter(|droplet| droplet.backups.is_some());
    let page = paging.cut(scene, "/v2/droplets/backups/policies", &[], with);
    let Page { items, links, meta } = page.map(|droplet| view(scene, droplet));
    let policies =
        items.into_iter().map(|policy| (policy.droplet_id.to_string(), policy)).collect();
    Ok(Policies { policies, links, meta })
}

fn list_supported_backup_policies(_: &Query<'_>, _: Nothing) -> Result<Supported, Fault> {
    let offer = |name, possible_days| {
        let policy = BackupPolicy { plan: name, weekday: None, hour: 0 };
        Offer {
            name,
            possible_window_starts: [0, 4, 8, 12, 16, 20],
            window_length_hours: BackupPolicy::WINDOW_HOURS,
            retention_period_days: policy.retention_days(),
            possible_days,
        }
    };
    let days = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"][..];
    Ok(Supported { supported_policies: [offer(Plan::Weekly, days), offer(Plan::Daily, &[])] })
}

fn view(scene: Scene<'_>, droplet: &Droplet) -> PolicyView {
    PolicyView {
        droplet_id: droplet.id,
        backup_enabled: droplet.backups.is_some(),
        backup_policy: droplet.backups.as_ref().map(|policy| Policy {
            plan: policy.plan,
            weekday: policy.weekday.clone(),
            hour: policy.hour,
            window_length_hours: BackupPolicy::WINDOW_HOURS,
            retention_period_days: policy.retention_days(),
        }),
        next_backup_window: next_window(droplet, scene.now),
    }
}
