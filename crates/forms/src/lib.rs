//! Forms that operations of all clouds have in common, each once: blocks of addresses, pages by token,
//! wildcards. What differs between the clouds is a parameter; how a refusal reads is theirs.

mod cidr;
pub mod pages;
mod wildcard;

pub use cidr::{Cidr, NotCidr, is_ipv4, is_ipv6};
pub use wildcard::matches;
