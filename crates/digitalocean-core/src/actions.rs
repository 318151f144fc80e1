//! What is begun with droplets, and what became of it.

use std::sync::Arc;

use isobar_kernel::Fault;

use crate::errors;
use crate::records::actions::{Action, Progress, Status};
use crate::records::droplets::Droplet;
use crate::world::{ACTIONS, Command, Look, Scene};

/// Refuses where something is still under way with the droplet.
pub fn idle(scene: Scene<'_>, droplet: &Droplet) -> Result<(), Fault> {
    let busy = scene
        .by::<Action>("open", droplet.id)
        .any(|action| matches!(action.status(scene.tables, scene.now), Status::InProgress));
    if busy { Err(errors::PENDING_EVENT.fault()) } else { Ok(()) }
}

/// Writes down how the droplet's open actions ended, before something new changes what they are
/// read from.
pub fn close(cx: &mut Command<'_, '_>, droplet: u64) {
    let scene = cx.scene();
    let open: Vec<_> = scene.by::<Action>("open", droplet).map(Arc::clone).collect();
    for action in open {
        let status = match action.status(cx.store, cx.now) {
            // Nothing more can come of it: whoever calls takes the droplet away.
            Status::InProgress => Status::Completed(cx.now),
            ended => ended,
        };
        let mut action = Action::clone(&action);
        action.progress = match status {
            Status::Errored(at) => Progress::Errored(at),
            Status::Completed(at) => Progress::Completed(at),
            Status::InProgress => continue,
        };
        cx.store.put(action);
    }
}

/// Notes that something begins with the droplet.
pub fn begin(
    cx: &mut Command<'_, '_>,
    droplet: &Droplet,
    kind: &str,
    progress: Progress,
) -> Arc<Action> {
    let id = ACTIONS.next(cx.store);
    let (account, started_at) = (cx.caller.account.clone(), cx.now);
    cx.store.put(Action {
        account,
        id,
        kind: kind.to_owned(),
        started_at,
        droplet: droplet.id,
        region: droplet.region.clone(),
        progress,
    })
}
