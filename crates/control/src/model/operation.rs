//! Operations: long work that clients watch.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Long work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Operation {
    /// `op_…`
    #[schemars(regex(pattern = "^op_"))]
    pub id: String,
    /// What it does.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// How far it is.
    pub progress: Progress,
    /// The deployment that it carries out.
    pub deployment_id: String,
    /// For a rollback: the deployment that is rolled back.
    pub rollback_of: Option<String>,
    /// Who asked for it.
    pub requested_by: String,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What came of it, once it succeeded.
    pub result: Option<Value>,
    /// What went wrong, once it failed or was cancelled.
    pub error: Option<Failure>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OperationKind")]
pub enum Kind {
    /// Carries out a deployment.
    Deploy,
    /// Carries out a deployment of the last version that was healthy.
    Rollback,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Deploy, Self::Rollback];

    /// The name that it is shown by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Rollback => "rollback",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Where an operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OperationStatus")]
pub enum Status {
    /// Not begun.
    Pending,
    /// At work.
    Running,
    /// Done.
    Succeeded,
    /// Failed.
    Failed,
    /// Being cancelled.
    Cancelling,
    /// Cancelled.
    Cancelled,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelling,
        Self::Cancelled,
    ];

    /// The name that it is shown by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether nothing more happens.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// How far an operation is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// 0 to 100.
    #[schemars(range(max = 100))]
    pub percent: u8,
    /// The step at work.
    pub step: Option<String>,
    /// How many steps are done.
    pub steps_done: u32,
    /// How many there are.
    pub steps_total: u32,
    /// The last event's message.
    pub message: Option<String>,
}

/// What went wrong with an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OperationFailure")]
pub struct Failure {
    /// What kind of failure it is.
    pub code: FailureCode,
    /// For people.
    pub message: String,
    /// The cloud's own words, where a cloud said them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "crate::error::CloudFault")]
    pub cloud: Option<crate::error::CloudFault>,
}

/// Why an operation failed: the stable codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// A cloud refused or failed.
    CloudError,
    /// What was asked for cannot be done as things are.
    DeploymentFailed,
    /// The new version was not healthy.
    Unhealthy,
    /// The deadline passed.
    DeadlineExceeded,
    /// Somebody cancelled it.
    Cancelled,
    /// A fault of the control plane's own.
    InternalError,
}

/// Something that happened during an operation. Events are only ever appended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// 1 for the operation's first event, and up by one.
    #[schemars(range(min = 1))]
    pub sequence: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What kind of event it is.
    pub kind: EventKind,
    /// For people.
    pub message: String,
    /// The target that it is about, as `cloud/region`.
    pub target: Option<String>,
    /// The step that it is about.
    pub step: Option<String>,
    /// How far the target is, or the operation where no target is named; 0 to 100.
    #[schemars(range(max = 100))]
    pub percent: u8,
}

/// What kind of event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The operation began, or was resumed after a restart.
    Started,
    /// The plan stands.
    Planned,
    /// A step began.
    StepStarted,
    /// A step ended well.
    StepFinished,
    /// A step failed.
    StepFailed,
    /// A call is tried again.
    Retrying,
    /// What a health check saw.
    Health,
    /// Everything is being undone.
    UndoStarted,
    /// A step was undone.
    StepUndone,
    /// A cancellation was asked for.
    Cancelling,
    /// A target is done.
    TargetFinished,
    /// The operation ended; no event follows.
    Finished,
}

impl EventKind {
    /// All of them, in the order in which they can happen.
    pub const ALL: [Self; 12] = [
        Self::Started,
        Self::Planned,
        Self::StepStarted,
        Self::StepFinished,
        Self::StepFailed,
        Self::Retrying,
        Self::Health,
        Self::UndoStarted,
        Self::StepUndone,
        Self::Cancelling,
        Self::TargetFinished,
        Self::Finished,
    ];

    /// The name that it is shown by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Planned => "planned",
            Self::StepStarted => "step_started",
            Self::StepFinished => "step_finished",
            Self::StepFailed => "step_failed",
            Self::Retrying => "retrying",
            Self::Health => "health",
            Self::UndoStarted => "undo_started",
            Self::StepUndone => "step_undone",
            Self::Cancelling => "cancelling",
            Self::TargetFinished => "target_finished",
            Self::Finished => "finished",
        }
    }
}
