//! Requests that are streams of events: each is sent as its line is read, and those of the answer are
//! printed meanwhile.

use std::sync::Arc;
use std::thread;

use futures_util::{Stream, stream};
use isobar_catalogue::{Operation, Service};
use isobar_client::{Client, Error as CallError, Fit, Kind, Texts};
use isobar_wire::Value;
use isobar_wire::eventstream::{Event, Events};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::{Call, events, failure, names};
use crate::input::{self, Lines};
use crate::report::{Class, Detail, Error};
use crate::shell::Shell;

/// Why no more events are sent, as the command says it.
type Failure = Arc<Mutex<Option<Error>>>;

/// Makes the call, with the events that are read.
pub(super) async fn run(
    shell: &Shell,
    client: &Client,
    call: &Call,
    lines: Lines,
) -> Result<(), Error> {
    let Call { service, operation, .. } = *call;
    let failure = Failure::default();
    // Lines are read ahead: a wrong one is not why the service refused what came before it.
    let reported = |error: CallError| match failure.lock().take() {
        Some(said) if error.kind() == Kind::Input => said,
        _ => failure::report(&error),
    };
    let said = said(service, operation, lines, failure.clone());
    let streamed = client.talk(service, operation, call.input.clone(), said).await;
    events::follow(shell, call, streamed.map_err(reported)?, reported).await
}

/// The events of lines. They are read where blocking is allowed, and by a thread that nobody waits
/// for: whoever types at a terminal may never end a line.
fn said(
    service: &'static Service,
    operation: &'static Operation,
    mut lines: Lines,
    failure: Failure,
) -> impl Stream<Item = Result<Event, String>> + Send + 'static {
    let (sender, receiver) = mpsc::channel(1);
    thread::spawn(move || {
        while let Some(event) = next(service, operation, &mut lines).transpose() {
            let event = event.map_err(|error| {
                let text = error.message().to_owned();
                *failure.lock() = Some(error);
                text
            });
            let is_last = event.is_err();
            if sender.blocking_send(event).is_err() || is_last {
                return;
            }
        }
    });
    stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) })
}

/// The next line's event.
fn next(
    service: &'static Service,
    operation: &'static Operation,
    lines: &mut Lines,
) -> Result<Option<Event>, Error> {
    let line = lines.next_line().map_err(|error| {
        let message = format!("{} cannot be read: {error}", lines.name);
        Error::new(Class::Unreadable, "file_unreadable", message)
    })?;
    let Some((number, line)) = line else { return Ok(None) };
    read(service, operation, &line).map(Some).map_err(|details| {
        let (word, shown) = (names::command(service.cloud), &operation.name);
        let shown = names::shown(service.cloud, shown);
        let call = format!("isobar {word} {} {shown}", service.name);
        let message = format!("{call}: line {number} of {} cannot be sent", lines.name);
        Error::new(Class::Invalid, "invalid_event", message)
            .details(details)
            .placed(|_| format!("line {number}"))
            .hint(format!("{call} --help shows what there is; the lines before it were sent"))
    })
}

/// What a line says.
fn read(
    service: &'static Service,
    operation: &'static Operation,
    line: &[u8],
) -> Result<Event, Vec<Detail>> {
    let wrong = |text: String| vec![Detail::new("", text)];
    let events = Events::of_input(service, operation)
        .ok_or_else(|| wrong("the operation takes no events".to_owned()))?;
    let document: Value =
        serde_json::from_slice(line.trim_ascii()).map_err(|error| wrong(not_json(&error)))?;
    let mut fit = Fit::new(service, Texts::Plain, false, "");
    let document = fit.value(events.member().shape, document);
    let misfits = fit.wrong();
    if !misfits.is_empty() {
        return Err(misfits.into_iter().map(|it| Detail::new(it.path, it.text)).collect());
    }
    input::read_event(service, operation, &events, document)
}

/// Why a line is no JSON. What the parser takes for its first line is not that of the whole.
fn not_json(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    format!("is no JSON: {what} at column {}", error.column())
}
