//! Addresses: each machine and each balancer has one of 127.0.0.0/8 to itself, drawn at random and kept
//! for life. On Linux the whole block is loopback, without setup and without root, so that ten machines
//! can all listen on port 8080. It is the machine's public and private address in the clouds' APIs.

use std::net::Ipv4Addr;

use isobar_kernel::{Random, Tables};

use crate::balancers::Balancer;
use crate::machines::Machine;

/// The index of an address in the collections that have one.
pub(crate) const INDEX: &str = "address";

/// Draws an address from 127.1.0.0 to 127.254.255.255 that nothing in the store has. The last octet
/// is neither 0 nor 255: some programs take those for a network's and a broadcast's.
pub(crate) fn draw(tables: &Tables, random: &Random) -> Ipv4Addr {
    loop {
        let [second, third, last] =
            [1 + random.below(254), random.below(256), 1 + random.below(254)]
                .map(|octet| u8::try_from(octet).expect("an octet's bound is at most 256"));
        let address = Ipv4Addr::new(127, second, third, last);
        // There are 16 million addresses; the store would fill the memory long before they are used.
        if !is_taken(tables, address) {
            return address;
        }
    }
}

/// Whether a machine or a balancer has the address.
fn is_taken(tables: &Tables, address: Ipv4Addr) -> bool {
    let address = address.to_string();
    tables.by::<Machine>(INDEX, &address).next().is_some()
        || tables.by::<Balancer>(INDEX, &address).next().is_some()
}
