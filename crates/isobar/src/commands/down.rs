//! `isobar down`: stops the server that runs with the state directory.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::api;
use crate::cli::Global;
use crate::output::say;
use crate::state::{self, Endpoints};
use isobar_cli::report::Error;

/// How long the server may take to stop its machines and close its state.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);

pub(super) async fn run(global: &Global) -> Result<(), Error> {
    let directory = api::directory(global)?;
    if !state::is_held(&directory) {
        return Err(state::not_running(&directory));
    }
    let endpoints = Endpoints::read(&directory)?;
    let pid = i32::try_from(endpoints.pid).ok().and_then(Pid::from_raw);
    let pid =
        pid.ok_or_else(|| Error::failed("state_unusable", "endpoints.json has no process id"))?;
    kill_process(pid, Signal::TERM).map_err(|error| {
        Error::failed("not_stopped", format!("process {} cannot be told to stop", endpoints.pid))
            .source(std::io::Error::from(error))
    })?;
    let gone = async {
        while state::is_held(&directory) {
            tokio::time::sleep(POLL).await;
        }
    };
    tokio::time::timeout(STOP_TIMEOUT, gone).await.map_err(|_| {
        Error::failed(
            "not_stopped",
            format!("process {} has not stopped in a minute", endpoints.pid),
        )
    })?;
    say!("stopped");
    Ok(())
}
