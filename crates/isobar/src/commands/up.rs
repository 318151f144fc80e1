//! `isobar up`: the control plane and the three local clouds in one process.

use std::io::IsTerminal;

use rustix::fs::Mode;
use tokio::signal::unix::{SignalKind, signal};

use super::environment::quote;
use super::watch;
use crate::api::{self, Api};
use crate::cli::{Format, Global, Options};
use crate::manifest::Manifest;
use crate::output;
use crate::output::say;
use crate::state::{Endpoints, State};
use crate::wiring::{Listeners, Running};
use isobar_cli::report::Error;

/// The service that `--demo` deploys.
const DEMO: &str = include_str!("../../../../examples/hello/isobar.yaml");

pub(super) async fn run(arguments: &Options) -> Result<(), Error> {
    let global = &arguments.global;
    start_log();
    // The state holds keys and scripts: nothing in it is for others to read.
    rustix::process::umask(Mode::from_raw_mode(0o077));
    let directory = api::directory(global)?;
    let state = State::take(&directory)?;
    let listeners = Listeners::bind(arguments).await?;
    // Signals are taken from here on, so that nothing that was started is left behind.
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut hangup = listen(SignalKind::hangup())?;
    let running = Running::start(&state, listeners, arguments).await?;
    let announced = state.announce(&running.endpoints);
    let work = async {
        announced?;
        welcome(&running.endpoints, &directory, global)?;
        if arguments.demo {
            demo(&running.endpoints, global).await?;
        }
        std::future::pending::<Result<(), Error>>().await
    };
    let result = tokio::select! {
        result = work => result,
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
    };
    say!("stopping");
    state.withdraw();
    running.stop().await;
    result
}

fn listen(kind: SignalKind) -> Result<tokio::signal::unix::Signal, Error> {
    signal(kind)
        .map_err(|error| Error::failed("internal", "signals cannot be listened for").source(error))
}

/// Warnings and errors on stderr; `ISOBAR_LOG` asks for more (`info`, `isobar_kernel=debug`).
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("ISOBAR_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // Whoever embeds the binary's main may have set a subscriber; that one is kept.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        // A line that cannot be written, as on a full disk, ends nothing.
        .log_internal_errors(false)
        .try_init();
}

/// Says where everything is, and what to try next.
fn welcome(
    endpoints: &Endpoints,
    directory: &std::path::Path,
    global: &Global,
) -> Result<(), Error> {
    let format = global.output;
    if format != Format::Table {
        let value = serde_json::to_value(endpoints).map_err(|error| {
            Error::failed("internal", "the endpoints cannot be printed").source(error)
        })?;
        return output::value(format, &value);
    }
    let Endpoints { control, aws, alibaba, digitalocean, .. } = endpoints;
    // What is to be typed elsewhere has to find the same state there.
    let isobar = match &global.state {
        Some(_) => format!("isobar --state {}", quote(&directory.display().to_string())),
        None => "isobar".to_owned(),
    };
    output::print(&format!(
        "Isobar is up.

  control plane   {}    API key {}
  AWS             {}    account {}, region {}
                  access key {}, secret {}
  Alibaba Cloud   {}    account {}, region {}
                  access key {}, secret {}
  DigitalOcean    {}
                  token {}

  These are in {} as well.

Try next, from a second terminal:

  {isobar} deploy examples/hello/isobar.yaml
  {isobar} deployments list
  eval \"$({isobar} env)\"      # points boto3, aws-cli, doctl, Terraform and the other SDKs here

Ctrl-C, or `{isobar} down`, stops it.",
        control.url,
        control.api_key,
        aws.url,
        aws.account_id,
        aws.region,
        aws.access_key_id,
        aws.secret_access_key,
        alibaba.url,
        alibaba.account_id,
        alibaba.region,
        alibaba.access_key_id,
        alibaba.access_key_secret,
        digitalocean.url,
        digitalocean.token,
        directory.join("endpoints.json").display(),
    ))
}

/// Deploys the example to the three clouds and shows where it answers.
async fn demo(endpoints: &Endpoints, global: &Global) -> Result<(), Error> {
    let manifest = Manifest::parse("the example".to_owned(), DEMO)?;
    let api = Api::new(&endpoints.control.url, &endpoints.control.api_key)?;
    say!("deploying examples/hello to three clouds");
    let operation = api.post("/api/v1/deployments", &manifest.document, None).await?;
    match watch::accepted(&api, &operation, global).await {
        Ok(()) => Ok(()),
        // The server goes on: whoever asked for it can look at what went wrong.
        Err(error) => {
            error.print();
            Ok(())
        }
    }
}
