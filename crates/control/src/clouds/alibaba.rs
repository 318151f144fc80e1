//! Alibaba Cloud: ECS, VPC and Server Load Balancer.
//!
//! A region's default VPC is used where there is one; else a VPC and a vSwitch are made. Every
//! creation carries a client token.

use super::pages::Paging;
use crate::caller::CallError;

mod balancer;
mod instance;
mod listener;
mod network;
mod offers;
mod removal;

/// The adapter; what it does is in a file for each of its traits.
pub(super) struct Alibaba;

/// How lists come; 50 is the largest page of the VPC service.
const PAGES: Paging =
    Paging { number: "PageNumber", size: "PageSize", per_page: 50, most_pages: 20 };

/// Whether a refusal says that something else has to happen first.
fn is_busy(error: &CallError) -> bool {
    const STARTS: [&str; 9] = [
        "DependencyViolation",
        "IncorrectInstanceStatus",
        "IncorrectVpcStatus",
        "IncorrectVSwitchStatus",
        "IncorrectStatus",
        "OperationConflict",
        "ServiceIsConfiguring",
        "BackendServer.configuring",
        "TaskConflict",
    ];
    STARTS.iter().any(|start| error.code().starts_with(start))
}
