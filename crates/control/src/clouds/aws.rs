//! AWS: EC2 and Elastic Load Balancing.
//!
//! The default VPC is the network. Security groups, load balancers and target groups have unique
//! names, by which they are found again; instances carry a client token.

mod balancer;
mod instance;
mod network;
mod offers;
mod removal;

/// The adapter; what it does is in a file for each of its traits.
pub(super) struct Aws;
