//! Creating one droplet, or several that differ in their names alone.

use std::sync::Arc;

use isobar_engines::machines;
use isobar_kernel::{Fault, command};

use super::errors;
use super::records::{BackupPolicy, Droplet, Plan};
use crate::errors::{INVALID, INVALID_VPC, REGION_NOT_AVAILABLE};
use crate::images::find::{self, Found};
use crate::input::{Text, on};
use crate::offer::{self, Size};
use crate::show::action::{self, ActionLinks};
use crate::show::droplet::{self, DropletView};
use crate::world::{Command, DROPLET_LIMIT, DROPLETS, Handler, Look, Scene};
use crate::{Input, Output, actions, projects, ssh_keys, tags, vpcs};
use isobar_digitalocean_core::records::actions::{Action, Progress};
use isobar_digitalocean_core::records::vpcs::Vpc;

pub(super) const OPERATIONS: &[Handler] = &[command!(create)];

/// How many droplets one call creates at most.
const MAX_NAMES: usize = 10;
/// Bytes.
const MAX_USER_DATA: usize = 64 << 10;

#[derive(Debug, Input)]
struct Create {
    name: Option<String>,
    names: Option<Vec<String>>,
    region: Option<String>,
    size: Option<String>,
    image: Option<Text>,
    ssh_keys: Option<Vec<Text>>,
    backups: Option<bool>,
    backup_policy: Option<PolicyInput>,
    ipv6: Option<bool>,
    monitoring: Option<bool>,
    tags: Option<Vec<String>>,
    user_data: Option<String>,
    volumes: Option<Vec<String>>,
    vpc_uuid: Option<String>,
    with_droplet_agent: Option<bool>,
    public_networking: Option<bool>,
}

/// A backup policy as it is asked for.
#[derive(Clone, Debug, Input)]
pub(crate) struct PolicyInput {
    plan: Option<String>,
    weekday: Option<String>,
    hour: Option<i64>,
}

impl PolicyInput {
    /// The policy, with what was left out as it usually is.
    pub(crate) fn check(self) -> Result<BackupPolicy, Fault> {
        let plan = match self.plan.as_deref() {
            Some("daily") => Plan::Daily,
            Some("weekly") | None => Plan::Weekly,
            Some(_) => return Err(INVALID.with(&[&"backup plan must be one of daily, weekly"])),
        };
        let hour = i8::try_from(self.hour.unwrap_or(0)).unwrap_or(-1);
        if !(0..=20).contains(&hour) || hour % 4 != 0 {
            return Err(INVALID.with(&[&"backup hour must be one of 0, 4, 8, 12, 16, 20"]));
        }
        let weekday = match plan {
            Plan::Daily => None,
            Plan::Weekly => Some(self.weekday.unwrap_or_else(|| "SUN".to_owned())),
        };
        let days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
        if weekday.as_ref().is_some_and(|day| !days.contains(&day.as_str())) {
            return Err(INVALID.with(&[&"backup weekday must be one of SUN to SAT"]));
        }
        Ok(BackupPolicy { plan, weekday, hour })
    }
}

/// One droplet, or several: the answer's form follows the request's.
#[derive(Debug, Output)]
enum Created {
    One { droplet: Box<DropletView>, links: ActionLinks },
    Many { droplets: Vec<DropletView>, links: ActionLinks },
}

fn create(cx: &mut Command<'_, '_>, input: Create) -> Result<Created, Fault> {
    let names = names(&input)?;
    let template = template(cx, &input)?;
    let scene = cx.scene();
    if scene.list::<Droplet>().count() + names.len() > DROPLET_LIMIT {
        return Err(errors::LIMIT.fault());
    }
    let tags = tags::ensure(cx, input.tags.as_deref().unwrap_or_default())?;
    let template = Droplet { tags, ..template };
    let script = input.user_data.unwrap_or_default();
    let made: Vec<(Arc<Droplet>, Arc<Action>)> =
        names.into_iter().map(|name| make(cx, &template, name, &script)).collect();
    let scene = cx.scene();
    let links = action::links(scene, made.iter().map(|(_, action)| action.as_ref()));
    let mut droplets: Vec<_> =
        made.iter().map(|(droplet, _)| droplet::view(scene, droplet)).collect();
    match droplets.pop() {
        Some(droplet) if input.names.is_none() => {
            Ok(Created::One { droplet: Box::new(droplet), links })
        }
        last => {
            droplets.extend(last);
            Ok(Created::Many { droplets, links })
        }
    }
}

fn make(
    cx: &mut Command<'_, '_>,
    template: &Droplet,
    name: String,
    script: &str,
) -> (Arc<Droplet>, Arc<Action>) {
    let id = DROPLETS.next(cx.store);
    let droplet = cx.store.put(Droplet { id, name, ..template.clone() });
    let spec = machines::Spec {
        id: droplet.machine(),
        script: script.as_bytes().to_vec(),
        start: true,
        ..machines::Spec::default()
    };
    machines::create(cx.store, cx.context.random, cx.context.now, spec);
    projects::adopt(cx, &droplet.urn(), None);
    let action = actions::begin(cx, &droplet, "create", Progress::Machine);
    (droplet, action)
}

fn names(input: &Create) -> Result<Vec<String>, Fault> {
    let names = match (&input.name, &input.names) {
        (Some(_), Some(_)) => return Err(errors::NAME_AND_NAMES.fault()),
        (Some(name), None) => vec![name.clone()],
        (None, Some(names)) => names.clone(),
        (None, None) => Vec::new(),
    };
    if names.is_empty() || names.iter().any(String::is_empty) {
        return Err(errors::NO_NAME.fault());
    }
    if names.len() > MAX_NAMES {
        return Err(errors::TOO_MANY.with(&[&MAX_NAMES]));
    }
    if names.iter().any(|name| !is_hostname(name)) {
        return Err(errors::NAME.fault());
    }
    Ok(names)
}

/// Whether the name may be a droplet's.
pub(crate) fn is_hostname(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    name.len() <= 255
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        && edge(name.chars().next())
        && edge(name.chars().last())
}

/// The droplet that all of the call's are made from: everything checked but the names and tags.
fn template(cx: &Command<'_, '_>, input: &Create) -> Result<Droplet, Fault> {
    let scene = cx.scene();
    let slug = input.region.as_deref().filter(|slug| !slug.is_empty());
    let slug = slug.unwrap_or(&cx.world.region);
    let region =
        offer::region(slug).filter(|region| region.available).ok_or(&REGION_NOT_AVAILABLE)?;
    offer::check_size(input.size.as_deref())?;
    let size = input.size.as_deref().and_then(offer::size).ok_or(&errors::SIZE)?;
    let image = image(scene, input.image.as_ref(), region.slug, size)?;
    let ssh_keys = keys(scene, input.ssh_keys.as_deref().unwrap_or_default())?;
    if let Some(volume) = input.volumes.iter().flatten().next() {
        return Err(errors::VOLUMES.with(&[volume]));
    }
    let vpc = vpc(scene, input.vpc_uuid.as_deref(), region.slug)?;
    if input.user_data.as_ref().is_some_and(|data| data.len() > MAX_USER_DATA) {
        return Err(errors::USER_DATA.fault());
    }
    let policy = input.backup_policy.clone().map(PolicyInput::check).transpose()?;
    Ok(Droplet {
        account: cx.caller.account.clone(),
        id: 0,
        name: String::new(),
        region: region.slug.to_owned(),
        size: size.slug.to_owned(),
        image,
        disk: size.disk,
        kernel: None,
        created_at: cx.now,
        tags: Vec::new(),
        backups: on(input.backups).then(|| policy.unwrap_or_else(BackupPolicy::usual)),
        monitoring: on(input.monitoring),
        agent: input.with_droplet_agent.unwrap_or(true),
        ipv6: on(input.ipv6),
        public_networking: input.public_networking.unwrap_or(true),
        ssh_keys,
        vpc_uuid: vpc.id.clone(),
    })
}

fn image(scene: Scene<'_>, image: Option<&Text>, region: &str, size: &Size) -> Result<u64, Fault> {
    let found = image.and_then(|image| find::any(scene, image)).ok_or(&errors::IMAGE)?;
    if let Found::Private(image) = &found
        && !image.regions.iter().any(|slug| slug == region)
    {
        return Err(errors::IMAGE_REGION.fault());
    }
    if found.min_disk_size() > size.disk {
        return Err(errors::IMAGE_DISK.fault());
    }
    Ok(found.id())
}

fn keys(scene: Scene<'_>, asked: &[Text]) -> Result<Vec<u64>, Fault> {
    let mut unknown = Vec::new();
    let mut found = Vec::new();
    for key in asked {
        match ssh_keys::find(scene, key) {
            Some(key) => found.push(key.id),
            None => unknown.push(key.0.as_str()),
        }
    }
    if unknown.is_empty() { Ok(found) } else { Err(errors::KEYS.with(&[&unknown.join(", ")])) }
}

fn vpc<'a>(scene: Scene<'a>, id: Option<&str>, region: &str) -> Result<&'a Vpc, Fault> {
    let vpc = match id.filter(|id| !id.is_empty()) {
        Some(id) => scene.find::<Vpc>(id).map(AsRef::as_ref),
        None => vpcs::default_of(scene, region),
    };
    let vpc = vpc.ok_or(&INVALID_VPC)?;
    if vpc.region == region { Ok(vpc) } else { Err(errors::VPC_REGION.fault()) }
}
