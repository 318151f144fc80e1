//! What a deployment would do, step by step and call by call.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check::CLOUDS;

/// What a deployment would do, or does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// The service.
    pub service: String,
    /// The version.
    pub version: String,
    /// The environment.
    pub environment: String,
    /// The deployment that serves now, if one does.
    pub previous_deployment: Option<String>,
    /// For each place, those that are left included.
    pub targets: Vec<TargetPlan>,
    /// How many resources come, change and go.
    pub summary: Summary,
}

/// How many resources come, change and go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PlanSummary")]
pub struct Summary {
    /// How many are created.
    pub create: u32,
    /// How many are changed in place.
    pub change: u32,
    /// How many are removed.
    pub remove: u32,
    /// How many stay as they are.
    pub keep: u32,
}

/// What happens at one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TargetPlan {
    /// The cloud.
    #[schemars(extend("enum" = CLOUDS))]
    pub cloud: String,
    /// The region.
    pub region: String,
    /// The steps in their order.
    pub steps: Vec<PlannedStep>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedStep {
    /// Its name, by which events and fault points name it.
    pub name: String,
    /// For people.
    pub description: String,
    /// Whether it makes, changes, removes or only looks.
    pub effect: Effect,
    /// What undoes it, where something needs to be undone.
    pub undo: Option<String>,
    /// The calls, in their order. Ids that are not known yet stand in angle brackets.
    pub calls: Vec<PlannedCall>,
}

/// What a step does to the clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Makes something.
    Create,
    /// Changes something that is there.
    Change,
    /// Removes something.
    Remove,
    /// Leaves something as it is, or waits.
    None,
}

/// One call to a cloud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedCall {
    /// The cloud.
    #[schemars(extend("enum" = CLOUDS))]
    pub cloud: String,
    /// The region.
    pub region: String,
    /// The cloud's service.
    pub service: String,
    /// The operation's name.
    pub operation: String,
    /// What it is called with; scripts and tokens are left out.
    pub input: Value,
    /// Whether it changes something; the others only read, until what they wait for is there.
    pub mutates: bool,
}
