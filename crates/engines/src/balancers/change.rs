//! What handlers do to balancers, each within its transaction.

use std::sync::Arc;

use isobar_kernel::{Random, Tables, Tx};

use super::{Balancer, Listener};
use crate::addresses;

/// Writes what the balancer should be. It is created, and its address drawn, where there is none of
/// the id. What the runner wrote about a listener's port is kept.
pub fn put(
    tx: &mut Tx<'_>,
    random: &Random,
    id: &str,
    mut listeners: Vec<Listener>,
) -> Arc<Balancer> {
    let before = find(tx, id).cloned();
    for listener in &mut listeners {
        let bound = before.as_ref().and_then(|before| before.listener(listener.port));
        listener.bound_port = bound.and_then(|bound| bound.bound_port);
        listener.bind_error = bound.and_then(|bound| bound.bind_error.clone());
    }
    let address = match &before {
        Some(before) if before.listeners == listeners => return Arc::clone(before),
        Some(before) => before.address,
        None => addresses::draw(tx, random),
    };
    tx.put(Balancer { id: id.to_owned(), address, listeners })
}

/// Takes the balancer away. What is under way at its listeners may end within their draining time.
pub fn remove(tx: &mut Tx<'_>, id: &str) -> Option<Arc<Balancer>> {
    tx.remove::<Balancer>(id)
}

/// The balancer of the id.
#[must_use]
pub fn find<'a>(tables: &'a Tables, id: &str) -> Option<&'a Arc<Balancer>> {
    tables.get::<Balancer>(id)
}

/// Writes down every listener's port as bound, without any socket: what a test of a face does in the
/// place of a runner.
pub fn settle(tx: &mut Tx<'_>) {
    let waiting: Vec<_> = tx.all::<Balancer>().filter(|row| !row.is_ready()).cloned().collect();
    for row in waiting {
        let mut row = Balancer::clone(&row);
        for listener in &mut row.listeners {
            listener.bound_port = listener.bound_port.or(Some(listener.port));
        }
        tx.put(row);
    }
}
