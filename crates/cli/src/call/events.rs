//! Outputs that are streams of events: each event is printed as it arrives.

use futures_util::StreamExt;
use isobar_client::{Client, Error as CallError, Streamed};
use isobar_wire::Value;
use isobar_wire::eventstream::Events;

use super::{Call, failure};
use crate::format::Format;
use crate::report::Error;
use crate::shell::Shell;

/// Whether a call's output is a stream of events.
pub(super) fn streams(call: &Call) -> bool {
    Events::of(call.service, call.operation).is_some()
}

/// Makes the call and prints what comes: as JSON, a document on each line, what is no event first.
pub(super) async fn print(shell: &Shell, client: &Client, call: &Call) -> Result<(), Error> {
    let reported = |error| failure::report(&error);
    let streamed = client.events(call.service, call.operation, call.input.clone()).await;
    follow(shell, call, streamed.map_err(reported)?, reported).await
}

/// Prints an answer that has begun.
pub(super) async fn follow(
    shell: &Shell,
    call: &Call,
    mut streamed: Streamed,
    reported: impl Fn(CallError) -> Error,
) -> Result<(), Error> {
    show(shell, call, &streamed.answer.output)?;
    while let Some(event) = streamed.events.next().await {
        let event = event.map_err(&reported)?;
        show(shell, call, &Value::from(event))?;
        shell.flush()?;
    }
    Ok(())
}

fn show(shell: &Shell, call: &Call, document: &Value) -> Result<(), Error> {
    let is_line = call.options.output == Format::Json && call.query.is_none() && call.jq.is_none();
    match document {
        Value::Map(entries) if entries.is_empty() => Ok(()),
        document if is_line => {
            shell.print(&serde_json::to_string(document).expect("a value is always JSON"))
        }
        document => {
            if call.options.output == Format::Yaml {
                shell.print("---")?;
            }
            super::print(shell, call, document)
        }
    }
}
