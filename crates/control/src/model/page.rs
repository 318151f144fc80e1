//! Lists, page by page. A position is a plain value; whoever shows it to clients seals it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which part of a list.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// How many at most; clamped to 1 to 100.
    pub limit: u32,
    /// Where the last page ended.
    pub after: Option<Position>,
    /// Which end comes first.
    pub order: Order,
}

impl PageRequest {
    /// The limit where none is given.
    pub const DEFAULT_LIMIT: u32 = 20;
    /// The largest limit.
    pub const MAX_LIMIT: u32 = 100;

    pub(crate) fn bounded(&self) -> u32 {
        self.limit.clamp(1, Self::MAX_LIMIT)
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { limit: Self::DEFAULT_LIMIT, after: None, order: Order::default() }
    }
}

/// Which end comes first, by creation (`created_at`) or by name where a list has no times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `-created_at`
    #[default]
    NewestFirst,
    /// `created_at`
    OldestFirst,
}

/// The last item of a page: by its time of creation and id (name, where a list has no ids).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// When the item was created.
    pub at: Timestamp,
    /// Its id.
    pub id: String,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Position>,
}

impl<T> Page<T> {
    /// A page of the first items of a list in which one more than the limit was asked for.
    pub(crate) fn cut(mut items: Vec<T>, limit: u32, position: impl Fn(&T) -> Position) -> Self {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(position);
        Self { items, next }
    }
}

/// Which deployments. Empty fields match all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeploymentFilter {
    /// The environment's name.
    pub environment: Option<String>,
    /// The service's name.
    pub service: Option<String>,
    /// Where it stands.
    pub status: Option<super::deployment::Status>,
    /// A cloud among its targets.
    pub cloud: Option<String>,
}

/// Which operations. Empty fields match all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OperationFilter {
    /// What it does.
    pub kind: Option<super::operation::Kind>,
    /// Where it stands.
    pub status: Option<super::operation::Status>,
    /// The deployment that it carries out.
    pub deployment_id: Option<String>,
}

/// Which resources. Empty fields match all that are not deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceFilter {
    /// The cloud.
    pub cloud: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// What it is.
    pub kind: Option<super::resource::Kind>,
    /// The service's name.
    pub service: Option<String>,
    /// The environment's name.
    pub environment: Option<String>,
    /// The deployment that it belongs to now.
    pub deployment_id: Option<String>,
    /// Whether it is there; also the only way to see what is deleted.
    pub state: Option<super::resource::State>,
}
