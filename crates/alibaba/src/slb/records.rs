//! What is kept of load balancers.

use isobar_kernel::Record;
use serde::{Deserialize, Serialize};

/// A load balancer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LoadBalancer {
    pub(crate) scope: String,
    pub(crate) id: String,
}

impl Record for LoadBalancer {
    const KIND: &'static str = "alibaba.load_balancer";

    fn key(&self) -> String {
        format!("{}{}", self.scope, self.id)
    }
}
