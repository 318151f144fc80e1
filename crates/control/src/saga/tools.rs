//! What the work on operations uses.

use std::sync::Arc;

use crate::clouds::gateway::Gateway;
use crate::config::{Clock, Timings};
use crate::faults::FaultPoints;
use crate::hub::Hub;
use crate::probe::Prober;
use crate::store::Store;

/// What the work on operations uses.
pub(crate) struct Tools {
    pub(crate) store: Store,
    pub(crate) hub: Hub,
    pub(crate) gateway: Gateway,
    pub(crate) prober: Arc<dyn Prober>,
    pub(crate) faults: Arc<dyn FaultPoints>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) timings: Timings,
}
