//! Following a deployment: a bar per target on a terminal, plain lines without one.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::time::Duration;

use http_body_util::BodyExt;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::api::{Api, encode};
use crate::cli::{Format, Global};
use crate::output::say;
use crate::output::{self, Column};
use isobar_cli::report::{Class, Error};

const TARGET_COLUMNS: &[Column] =
    &[("CLOUD", "cloud"), ("REGION", "region"), ("STATUS", "status"), ("URL", "url")];
/// How long a broken stream of events is taken up again for.
const RECONNECTS: u32 = 20;
const RECONNECT_AFTER: Duration = Duration::from_millis(500);

/// Follows the deployment of an operation that was just accepted.
pub(super) async fn accepted(api: &Api, operation: &Value, global: &Global) -> Result<(), Error> {
    let deployment = followed(api, operation).await?;
    print(&deployment, global)?;
    judge(&deployment, "successful")
}

/// Follows an operation that is being cancelled.
pub(super) async fn until_cancelled(
    api: &Api,
    operation: &Value,
    global: &Global,
) -> Result<(), Error> {
    let deployment = followed(api, operation).await?;
    print(&deployment, global)?;
    judge(&deployment, "cancelled")
}

/// Follows a deployment, which may have ended.
pub(super) async fn follow(api: &Api, deployment: &Value, global: &Global) -> Result<(), Error> {
    let operation = serde_json::json!({
        "id": deployment["operation_id"],
        "deployment_id": deployment["id"],
    });
    accepted(api, &operation, global).await
}

/// The deployment at its end, with its events shown on stderr meanwhile.
async fn followed(api: &Api, operation: &Value) -> Result<Value, Error> {
    let id = text(&operation["id"]);
    let deployment = text(&operation["deployment_id"]).to_owned();
    tokio::select! {
        shown = show_events(api, id) => shown.map_err(|error| {
            error.hint(format!(
                "{deployment} may go on; `isobar deployments watch {deployment}` follows it"
            ))
        })?,
        _ = tokio::signal::ctrl_c() => {
            return Err(Error::failed("interrupted", format!("{deployment} goes on without you"))
                .hint(format!(
                    "`isobar deployments watch {deployment}` follows it, \
                     `isobar deployments cancel {deployment}` stops it"
                )));
        }
    }
    api.get(&format!("/api/v1/deployments/{}", encode(&deployment))).await
}

fn print(deployment: &Value, global: &Global) -> Result<(), Error> {
    if global.output != Format::Table {
        return output::value(global.output, deployment);
    }
    let targets = deployment["targets"].as_array().map(Vec::as_slice).unwrap_or_default();
    output::list(Format::Table, targets, TARGET_COLUMNS)
}

/// Whether the deployment ended as it was meant to.
fn judge(deployment: &Value, wanted: &str) -> Result<(), Error> {
    let status = text(&deployment["status"]);
    let id = text(&deployment["id"]);
    if status == wanted {
        let seconds = deployment["duration_seconds"].as_f64().unwrap_or_default();
        say!("{id} {status} after {seconds:.1} s");
        return Ok(());
    }
    let mut message = format!("{id} ended as {status}");
    if let Some(reason) = deployment["status_reason"].as_str() {
        message.push_str(": ");
        message.push_str(reason);
    }
    Err(Error::failed("deployment_failed", message)
        .hint(format!("`isobar deployments show {id}` has the details")))
}

/// Shows an operation's events until it ends. A stream that breaks is taken up where it was.
async fn show_events(api: &Api, operation: &str) -> Result<(), Error> {
    let mut display = Display::new();
    let mut last = 0;
    let mut failures = 0;
    loop {
        let path = format!("/api/v1/operations/{}/events?after={last}", encode(operation));
        let before = last;
        let ended = match api.stream(&path).await {
            Ok(body) => read_events(body, &mut display, &mut last).await,
            Err(error) if failures == 0 && last == 0 => return Err(error),
            Err(_) => false,
        };
        if ended {
            return Ok(());
        }
        // A stream that brought something is a new start.
        failures = if last > before { 1 } else { failures + 1 };
        if failures > RECONNECTS {
            return Err(Error::new(
                Class::Unreachable,
                "stream_broken",
                "the stream of events broke off and could not be resumed",
            ));
        }
        tokio::time::sleep(RECONNECT_AFTER).await;
    }
}

/// Reads events until the last one (true) or the stream's end (false).
async fn read_events(
    mut body: hyper::body::Incoming,
    display: &mut Display,
    last: &mut u64,
) -> bool {
    let mut buffer = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        let Some(data) = frame.data_ref() else { continue };
        buffer.extend_from_slice(data);
        while let Some(end) = buffer.windows(2).position(|pair| pair == b"\n\n") {
            let block: Vec<u8> = buffer.drain(..end + 2).collect();
            let Some(event) = event_of(&String::from_utf8_lossy(&block)) else { continue };
            *last = event["sequence"].as_u64().unwrap_or(*last);
            display.show(&event);
            if event["kind"] == "finished" {
                return true;
            }
        }
    }
    false
}

fn event_of(block: &str) -> Option<Value> {
    let data: Vec<_> = block.lines().filter_map(|line| line.strip_prefix("data:")).collect();
    serde_json::from_str(&data.join("\n")).ok()
}

/// Where progress is shown.
enum Display {
    Bars { all: MultiProgress, bars: HashMap<String, ProgressBar> },
    Lines,
}

impl Display {
    fn new() -> Self {
        if std::io::stderr().is_terminal() {
            Self::Bars { all: MultiProgress::new(), bars: HashMap::new() }
        } else {
            Self::Lines
        }
    }

    fn show(&mut self, event: &Value) {
        let message = text(&event["message"]);
        let target = event["target"].as_str();
        match (self, target) {
            (Self::Lines, Some(target)) => {
                say!("{target} {:>3}% {message}", event["percent"]);
            }
            (Self::Lines, None) => say!("{message}"),
            (Self::Bars { all, bars }, Some(target)) => {
                let bar = bars.entry(target.to_owned()).or_insert_with(|| bar(all, target));
                bar.set_position(event["percent"].as_u64().unwrap_or_default());
                bar.set_message(message.to_owned());
                if event["kind"] == "target_finished" {
                    bar.abandon();
                }
            }
            (Self::Bars { all, .. }, None) => {
                // A terminal that went away takes the line with it.
                let _ = all.println(message);
            }
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Self::Bars { bars, .. } = self {
            for bar in bars.values() {
                bar.abandon();
            }
        }
    }
}

fn bar(all: &MultiProgress, target: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:24} [{bar:20}] {percent:>3}% {wide_msg}")
        .expect("the template is well-formed")
        .progress_chars("=> ");
    all.add(ProgressBar::new(100).with_style(style).with_prefix(target.to_owned()))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
