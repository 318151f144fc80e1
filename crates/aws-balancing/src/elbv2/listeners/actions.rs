//! What listeners do with requests: they forward them to target groups.

use isobar_kernel::call::Empty;
use isobar_kernel::{Fault, Tables};
use isobar_wire::{Input, Output};

use super::super::records::{Forward, Kind, Listener, LoadBalancer, TargetGroup, Weighted};
use super::super::{errors, target_groups};

/// The most target groups of one action.
const MOST: usize = 5;

/// An action as it is sent.
#[derive(Debug, Input)]
pub(super) struct AskedAction {
    target_group_arn: Option<String>,
    order: Option<i64>,
    forward_config: Option<ForwardConfig>,
}

#[derive(Debug, Input)]
struct ForwardConfig {
    target_groups: Option<Vec<Tuple>>,
    _target_group_stickiness_config: Option<Empty>,
}

#[derive(Debug, Input)]
struct Tuple {
    target_group_arn: Option<String>,
    weight: Option<i64>,
}

/// An action as it is shown.
#[derive(Debug, Output)]
pub(in crate::elbv2) struct ActionView<'a> {
    r#type: &'static str,
    target_group_arn: Option<&'a str>,
    order: Option<i64>,
    forward_config: ForwardView<'a>,
}

#[derive(Debug, Output)]
struct ForwardView<'a> {
    target_groups: Vec<TupleView<'a>>,
    target_group_stickiness_config: StickinessView,
}

#[derive(Debug, Output)]
struct TupleView<'a> {
    target_group_arn: &'a str,
    weight: i64,
}

#[derive(Debug, Output)]
struct StickinessView {
    enabled: bool,
}

impl<'a> ActionView<'a> {
    pub(in crate::elbv2) fn of(forward: &'a Forward) -> Self {
        let tuple =
            |group: &'a Weighted| TupleView { target_group_arn: &group.arn, weight: group.weight };
        let alone = match forward.groups.as_slice() {
            [group] => Some(group.arn.as_str()),
            _ => None,
        };
        Self {
            r#type: "forward",
            target_group_arn: alone,
            order: forward.order,
            forward_config: ForwardView {
                target_groups: forward.groups.iter().map(tuple).collect(),
                target_group_stickiness_config: StickinessView { enabled: false },
            },
        }
    }
}

/// Where the actions send, all of it checked.
pub(super) fn forward(
    store: &Tables,
    balancer: &LoadBalancer,
    protocol: &str,
    actions: &[AskedAction],
) -> Result<Forward, Fault> {
    let action = match actions {
        [] => return Err(errors::NO_ACTION.fault()),
        [action] => action,
        _ => return Err(errors::ONE_ACTION.fault()),
    };
    let groups = action.groups()?;
    for group in &groups {
        check_group(store, balancer, protocol, &group.arn)?;
    }
    let forward = Forward { groups, order: action.order };
    check_same(store, &balancer.scope, &forward)?;
    Ok(forward)
}

impl AskedAction {
    fn groups(&self) -> Result<Vec<Weighted>, Fault> {
        let config = self.forward_config.as_ref();
        let tuples = config.and_then(|config| config.target_groups.as_deref()).unwrap_or_default();
        if tuples.is_empty() {
            let arn = self.target_group_arn.clone().ok_or_else(|| errors::NO_GROUP.fault())?;
            return Ok(vec![Weighted { arn, weight: 1, is_alone: true }]);
        }
        if tuples.len() > MOST {
            return Err(errors::TOO_MANY_GROUPS.fault());
        }
        let mut groups: Vec<Weighted> = Vec::new();
        for tuple in tuples {
            let arn = tuple.target_group_arn.clone().ok_or_else(|| errors::NO_GROUP.fault())?;
            let weight = tuple.weight.unwrap_or(1);
            if !(0..=999).contains(&weight) {
                return Err(errors::WEIGHT.with(&[&weight]));
            }
            if groups.iter().any(|group| group.arn == arn) {
                return Err(errors::GROUP_TWICE.with(&[&arn]));
            }
            groups.push(Weighted { arn, weight, is_alone: tuples.len() == 1 });
        }
        Ok(groups)
    }
}

/// Refuses a target group to which the load balancer cannot send.
fn check_group(
    store: &Tables,
    balancer: &LoadBalancer,
    protocol: &str,
    arn: &str,
) -> Result<(), Fault> {
    let group = target_groups::find(store, &balancer.scope, arn)?;
    if group.protocol != protocol {
        return Err(errors::INCOMPATIBLE.with(&[&group.protocol, &arn, &protocol]));
    }
    if group.vpc_id != balancer.vpc_id {
        return Err(errors::GROUP_VPC.with(&[&arn]));
    }
    let others = target_groups::balancers_of(store, arn);
    let elsewhere = others.iter().any(|other| *other != balancer.arn);
    if elsewhere && balancer.kind == Kind::Application {
        return Err(errors::ASSOCIATION.with(&[&arn]));
    }
    Ok(())
}

/// The targets of an action are checked in one way here, so its groups have to agree on it.
fn check_same(store: &Tables, scope: &str, forward: &Forward) -> Result<(), Fault> {
    let group = |weighted: &Weighted| store.get::<TargetGroup>(&format!("{scope}{}", weighted.arn));
    let mut checks = forward.groups.iter().filter_map(group).map(|group| &group.check);
    let first = checks.next();
    if checks.all(|check| Some(check) == first) {
        Ok(())
    } else {
        Err(errors::DIFFERENT_CHECKS.fault())
    }
}

/// The same for the listeners of a target group that was changed.
pub(in crate::elbv2) fn check_shared(store: &Tables, scope: &str, arn: &str) -> Result<(), Fault> {
    let mut listeners = store.by::<Listener>("target_group", arn);
    listeners.try_for_each(|listener| check_same(store, scope, &listener.forward))
}
