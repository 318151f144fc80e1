//! Rules: the one of each listener that holds where no other does.

use isobar_kernel::{Fault, Handler, query};
use isobar_wire::{Input, Output};

use super::listeners::{self, ActionView};
use super::records::Listener;
use super::{Query, errors, names, pages};
use crate::World;

pub(super) const OPERATIONS: &[Handler<World>] = &[query!(describe_rules)];

#[derive(Debug, Input)]
struct DescribeRules {
    listener_arn: Option<String>,
    rule_arns: Option<Vec<String>>,
    marker: Option<String>,
    page_size: Option<i64>,
}

#[derive(Debug, Output)]
struct Described<'a> {
    rules: Vec<Rule<'a>>,
    next_marker: Option<String>,
}

#[derive(Debug, Output)]
struct Rule<'a> {
    rule_arn: &'a str,
    priority: &'static str,
    conditions: [(); 0],
    actions: [ActionView<'a>; 1],
    is_default: bool,
    transforms: [(); 0],
}

fn describe_rules<'a>(cx: &Query<'a>, input: DescribeRules) -> Result<Described<'a>, Fault> {
    let scope = cx.scope();
    let mut rows: Vec<&Listener> = Vec::new();
    match (&input.listener_arn, input.rule_arns.as_deref()) {
        (Some(arn), _) => rows.push(listeners::find(cx.store, &scope, arn)?),
        (None, None | Some([])) => return Err(errors::NEITHER_RULE_ARN.fault()),
        (None, Some(arns)) => {
            for arn in arns {
                names::check_arn(arn, "listener-rule", "listener rule")?;
                let row = cx.store.list::<Listener>(&scope).find(|row| row.rule_arn == *arn);
                rows.push(row.ok_or_else(|| errors::RULES_MISSING.fault())?);
            }
        }
    }
    let (rows, next_marker) =
        pages::cut(rows, |row| &row.rule_arn, input.page_size, input.marker.as_deref())?;
    let rule = |row: &'a Listener| Rule {
        rule_arn: &row.rule_arn,
        priority: "default",
        conditions: [],
        actions: [ActionView::of(&row.forward)],
        is_default: true,
        transforms: [],
    };
    Ok(Described { rules: rows.into_iter().map(rule).collect(), next_marker })
}
