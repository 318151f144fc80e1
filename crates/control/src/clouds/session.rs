//! One adapter's way to its cloud, for one target.
//!
//! A session is live or dry. In a dry one, reads go through, and writes are only written down and
//! answered with placeholders in angle brackets; a read that names a placeholder is written down
//! too and answered with nothing. So the plan of a dry run comes from the code that does the work,
//! and cannot differ from it.
//!
//! Reads are repeated here a few times, beyond what the caller did; writes are not: the executor
//! repeats whole actions, which look for what they made before they make it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use isobar_catalogue::model::Cloud;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;

use super::failure::{Failure, Stop};
use super::recorder::Recorder;
use crate::caller::Caller;
use crate::config::{Clock, Timings};
use crate::model::operation::EventKind;
use crate::model::plan::PlannedCall;
use crate::model::resource::Kind;
use crate::report::{Reporter, Told};

/// One adapter's way to its cloud.
pub(crate) struct Session {
    pub(crate) cloud: Cloud,
    pub(crate) region: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) timings: Timings,
    /// Whom to tell, and of which target, that the cloud makes this wait.
    pub(crate) teller: Option<(Arc<Reporter>, String)>,
    caller: Arc<dyn Caller>,
    mode: Mode,
    deadline: Timestamp,
    stop: Arc<Stop>,
}

enum Mode {
    Live(Recorder),
    Dry(Dry),
}

/// What a dry session writes down.
#[derive(Default)]
struct Dry {
    calls: Mutex<Vec<PlannedCall>>,
    /// How long the work would wait for sure, whatever the cloud does.
    waits: Mutex<Duration>,
}

/// How often a read that failed is tried again.
const READ_AGAIN: u32 = 4;

/// What a call answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    value: Value,
    /// What stands for texts of an answer that there was not.
    placeholder: Option<String>,
    call: String,
}

impl Answer {
    /// A text (or a number, as text) at a JSON pointer, which must be there.
    pub(crate) fn text(&self, pointer: &str) -> Result<String, Failure> {
        if let Some(placeholder) = &self.placeholder {
            return Ok(placeholder.clone());
        }
        text(&self.value, pointer).ok_or_else(|| {
            Failure::Refused(format!("the answer to {} has no {pointer}", self.call))
        })
    }

    /// A list at a JSON pointer; empty if it is not there.
    pub(crate) fn list(&self, pointer: &str) -> &[Value] {
        list(&self.value, pointer)
    }

    /// Anything at a JSON pointer.
    pub(crate) fn at(&self, pointer: &str) -> &Value {
        self.value.pointer(pointer).unwrap_or(&Value::Null)
    }
}

/// A text, or a number as text, at a JSON pointer.
pub(crate) fn text(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The id, at a JSON pointer, of something that was described.
pub(crate) fn id_of(described: &Value, pointer: &str, what: &str) -> Result<String, Failure> {
    text(described, pointer)
        .ok_or_else(|| Failure::Refused(format!("{what} was described without its id")))
}

/// The texts at a JSON pointer in each item that has one.
pub(crate) fn texts<'a>(items: impl IntoIterator<Item = &'a Value>, pointer: &str) -> Vec<String> {
    items.into_iter().filter_map(|item| text(item, pointer)).collect()
}

/// A list at a JSON pointer; empty if it is not there.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

impl Session {
    pub(crate) fn live(
        cloud: Cloud,
        caller: Arc<dyn Caller>,
        recorder: Recorder,
        timings: Timings,
        deadline: Timestamp,
        stop: Arc<Stop>,
    ) -> Self {
        Self {
            cloud,
            region: recorder.region.clone(),
            clock: Arc::clone(&recorder.clock),
            timings,
            teller: None,
            caller,
            mode: Mode::Live(recorder),
            deadline,
            stop,
        }
    }

    pub(crate) fn dry(
        cloud: Cloud,
        region: &str,
        caller: Arc<dyn Caller>,
        clock: Arc<dyn Clock>,
        timings: Timings,
        deadline: Timestamp,
    ) -> Self {
        Self {
            cloud,
            region: region.to_owned(),
            clock,
            timings,
            teller: None,
            caller,
            mode: Mode::Dry(Dry::default()),
            deadline,
            stop: Arc::default(),
        }
    }

    pub(crate) fn is_dry(&self) -> bool {
        matches!(self.mode, Mode::Dry(_))
    }

    /// The calls that were written down since the last time; none in a live session.
    pub(crate) fn take_calls(&self) -> Vec<PlannedCall> {
        match &self.mode {
            Mode::Dry(dry) => std::mem::take(&mut dry.calls.lock()),
            Mode::Live(_) => Vec::new(),
        }
    }

    /// How long the work of a dry session would wait for sure, since the last time.
    pub(crate) fn take_waits(&self) -> Duration {
        match &self.mode {
            Mode::Dry(dry) => std::mem::take(&mut dry.waits.lock()),
            Mode::Live(_) => Duration::ZERO,
        }
    }

    /// Writes down in a dry session that the work would wait so long.
    pub(crate) fn will_wait(&self, duration: Duration) {
        if let Mode::Dry(dry) = &self.mode {
            *dry.waits.lock() += duration;
        }
    }

    /// Calls an operation that changes nothing.
    pub(crate) async fn read(
        &self,
        service: &str,
        operation: &str,
        input: Value,
    ) -> Result<Answer, Failure> {
        if let Mode::Dry(dry) = &self.mode {
            dry.calls.lock().push(self.planned(service, operation, &input, false));
            if has_placeholder(&input) {
                let call = format!("{service} {operation}");
                return Ok(Answer { value: Value::Null, placeholder: None, call });
            }
        }
        let mut pause = self.timings.retry_first;
        for _ in 0..READ_AGAIN {
            match self.call(service, operation, input.clone()).await {
                Err(failure) if failure.retryable() => {
                    if let (Some(_), Some((reporter, target))) = (failure.limited(), &self.teller) {
                        let (kind, target) = (EventKind::Retrying, Some(target.as_str()));
                        let message = self.again(&failure, pause);
                        reporter.tell(Told { kind, target, step: None, message }).await?;
                    }
                    self.pause(failure.rest(pause), || failure.to_string()).await?;
                    pause = (pause * 2).min(self.timings.retry_longest);
                }
                other => return other,
            }
        }
        self.call(service, operation, input).await
    }

    /// That a call is tried again after a failure, for people.
    pub(crate) fn again(&self, failure: &Failure, pause: Duration) -> String {
        if failure.limited().is_none() {
            return format!("trying again: {failure}");
        }
        let cloud = self.cloud.title();
        let seconds = failure.rest(pause).as_secs_f64().ceil();
        format!("{cloud} limits calls; again in {seconds} s")
    }

    /// Calls an operation that changes something. `makes` names what it makes, for placeholders.
    pub(crate) async fn write(
        &self,
        service: &str,
        operation: &str,
        input: Value,
        makes: &str,
    ) -> Result<Answer, Failure> {
        if let Mode::Dry(dry) = &self.mode {
            dry.calls.lock().push(self.planned(service, operation, &input, true));
            return Ok(Answer {
                value: Value::Null,
                placeholder: Some(format!("<{makes}>")),
                call: format!("{service} {operation}"),
            });
        }
        self.call(service, operation, input).await
    }

    /// Creates something, recorded before and after; the work gives its id.
    pub(crate) async fn create(
        &self,
        what: Creation<'_>,
        work: impl Future<Output = Result<String, Failure>> + Send,
    ) -> Result<String, Failure> {
        let Mode::Live(recorder) = &self.mode else { return work.await };
        let mark = recorder.begin(what.kind, what.name, what.template).await?;
        let made = work.await;
        match &made {
            Ok(id) => {
                recorder.replaced(what.kind, what.name, id).await?;
                recorder.created(&mark, id, None).await?;
            }
            Err(Failure::Call(error)) if !error.may_have_reached && !error.retryable => {
                recorder.refused(&mark).await?;
            }
            Err(_) => {}
        }
        made
    }

    /// Records that something that was found by its name is used. Gives its id.
    pub(crate) async fn adopt(
        &self,
        kind: Kind,
        name: &str,
        id: String,
    ) -> Result<String, Failure> {
        if let Mode::Live(recorder) = &self.mode {
            recorder.adopt(kind, name, &id).await?;
        }
        Ok(id)
    }

    /// Records the address of something that this deployment uses.
    pub(crate) async fn note_address(
        &self,
        kind: Kind,
        name: &str,
        id: &str,
        address: &str,
    ) -> Result<(), Failure> {
        let Mode::Live(recorder) = &self.mode else { return Ok(()) };
        let known = recorder.here().await?;
        let same = known.iter().map(|record| &record.resource).find(|resource| {
            resource.kind == kind
                && resource.name == name
                && resource.cloud_id.as_deref().is_none_or(|known| known == id)
        });
        if let Some(resource) = same.filter(|same| same.address.as_deref() != Some(address)) {
            recorder.created(&resource.id, id, Some(address)).await?;
        }
        Ok(())
    }

    /// Asks again and again until there is something. In a dry session asks once and gives `None`
    /// if there is nothing yet. Failures that may pass are waited out.
    pub(crate) async fn until<T, F>(
        &self,
        what: &str,
        mut look: impl FnMut() -> F + Send,
    ) -> Result<Option<T>, Failure>
    where
        F: Future<Output = Result<Option<T>, Failure>> + Send,
    {
        let mut last = String::new();
        loop {
            match look().await {
                Ok(Some(found)) => return Ok(Some(found)),
                Ok(None) if self.is_dry() => return Ok(None),
                Ok(None) => {}
                Err(failure) if failure.retryable() && !self.is_dry() => {
                    last = format!(": {failure}");
                }
                Err(failure) => return Err(failure),
            }
            self.pause(self.timings.poll, || format!("{what}{last}")).await?;
        }
    }

    /// Waits until something that was removed is gone.
    pub(crate) async fn until_gone<F>(
        &self,
        what: &str,
        mut is_gone: impl FnMut() -> F + Send,
    ) -> Result<(), Failure>
    where
        F: Future<Output = Result<bool, Failure>> + Send,
    {
        let done = self.until(what, || {
            let looked = is_gone();
            async { Ok(looked.await?.then_some(())) }
        });
        done.await.map(drop)
    }

    /// Sleeps, unless the deadline is nearer or the work is to stop. A dry session writes it down.
    pub(crate) async fn pause(
        &self,
        duration: Duration,
        waiting_for: impl FnOnce() -> String + Send,
    ) -> Result<(), Failure> {
        self.check(waiting_for)?;
        if self.is_dry() {
            self.will_wait(duration);
            return Ok(());
        }
        // Sleeps are short enough that a cancellation is seen soon.
        const LONGEST: Duration = Duration::from_secs(1);
        let mut left = duration.min(self.remaining());
        while !left.is_zero() {
            let part = left.min(LONGEST);
            self.clock.sleep(part).await;
            left -= part;
            if self.stop.is_set() {
                return Err(Failure::Stopped);
            }
        }
        Ok(())
    }

    /// Whether the work may go on.
    pub(crate) fn check(&self, waiting_for: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.stop.is_set() {
            return Err(Failure::Stopped);
        }
        if self.remaining().is_zero() {
            return Err(Failure::Deadline(waiting_for()));
        }
        Ok(())
    }

    fn remaining(&self) -> Duration {
        self.deadline.duration_since(self.clock.now()).try_into().unwrap_or(Duration::ZERO)
    }

    async fn call(&self, service: &str, operation: &str, input: Value) -> Result<Answer, Failure> {
        let call = format!("{service} {operation}");
        self.check(|| format!("{} {call}", self.cloud))?;
        // The caller's own timeouts are shorter; this one keeps the deadline come what may.
        let answer = tokio::time::timeout(
            self.remaining() + Duration::from_secs(1),
            self.caller.call(service, operation, input),
        );
        match answer.await {
            Ok(Ok(value)) => Ok(Answer { value, placeholder: None, call }),
            Ok(Err(error)) => Err(Failure::Call(Box::new(error))),
            Err(_) => Err(Failure::Deadline(format!("{} {call}", self.cloud))),
        }
    }

    fn planned(&self, service: &str, operation: &str, input: &Value, mutates: bool) -> PlannedCall {
        PlannedCall {
            cloud: self.cloud.name().to_owned(),
            region: self.region.clone(),
            service: service.to_owned(),
            operation: operation.to_owned(),
            input: shown(input),
            mutates,
        }
    }
}

/// What is created.
#[derive(Clone, Copy)]
pub(crate) struct Creation<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: &'a str,
    /// The fingerprint of what an instance is made from; empty for others.
    pub(crate) template: &'a str,
}

impl<'a> Creation<'a> {
    pub(crate) const fn of(kind: Kind, name: &'a str) -> Self {
        Self { kind, name, template: "" }
    }
}

/// An input without scripts and tokens, for people.
fn shown(input: &Value) -> Value {
    const LEFT_OUT: [&str; 4] = ["UserData", "user_data", "ClientToken", "clientToken"];
    match input {
        Value::Object(entries) => entries
            .iter()
            .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), shown(value)))
            .collect(),
        Value::Array(items) => items.iter().map(shown).collect(),
        other => other.clone(),
    }
}

fn has_placeholder(input: &Value) -> bool {
    match input {
        Value::Object(entries) => entries.values().any(has_placeholder),
        Value::Array(items) => items.iter().any(has_placeholder),
        // Some inputs carry JSON as text, with a placeholder within.
        Value::String(text) => text.contains('<') && text.contains('>'),
        _ => false,
    }
}
