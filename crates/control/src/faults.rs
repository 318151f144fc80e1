//! Fault points: the places at which a test ends the process.

/// Whether a fault point comes before or after its action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// The action's beginning is in the log; the cloud knows nothing yet.
    Before,
    /// The cloud has done it; the log does not know yet.
    After,
}

impl When {
    /// `before` or `after`
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// One fault point.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FaultPoint {
    /// Before or after.
    pub when: When,
    /// The action: `create_instance`, or `undo_create_instance` for its undo.
    pub action: &'static str,
    /// The step's whole name within its target: `create_instance.2`.
    pub step: String,
    /// The target, as `cloud/region`.
    pub target: String,
}

impl FaultPoint {
    /// Whether a wish such as `after:create_instance`, `before:create_instance.2` or
    /// `after:create_instance@aws/us-east-1` (or `@aws`) means this point.
    #[must_use]
    pub fn matches(&self, wish: &str) -> bool {
        let (action, target) = match wish.split_once('@') {
            Some((action, target)) => (action, Some(target)),
            None => (wish, None),
        };
        let Some((when, action)) = action.split_once(':') else { return false };
        let cloud = self.target.split('/').next().unwrap_or_default();
        when == self.when.name()
            && (action == self.action || action == self.step)
            && target.is_none_or(|target| target == self.target || target == cloud)
    }
}

/// What happens at fault points.
pub trait FaultPoints: Send + Sync {
    /// The work has come to a point; whoever wants the process to end there ends it here.
    fn reached(&self, point: &FaultPoint);
}

/// Nothing happens at any point.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFaults;

impl FaultPoints for NoFaults {
    fn reached(&self, _point: &FaultPoint) {}
}
