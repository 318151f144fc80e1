//! Waiting until a resource is in a state, as the catalogue's waiters say.

use std::time::Duration;

use isobar_catalogue::Service;
use isobar_catalogue::model::{Acceptor, Matcher, Waiter, WaiterState};
use isobar_catalogue::names::same as same_name;
use isobar_wire::Value;
use serde::Serialize;
use serde_json::Value as Json;

use crate::client::Client;
use crate::error::{Error, Kind};
use crate::path::Document;
use crate::transport::Answer;

impl Client {
    /// Asks until what the waiter waits for is there, and gives the last answer. The waiter's name may
    /// be spelt as an operation's: `InstanceRunning`, `instance-running`. The input is that of the
    /// operation that is asked, as [`Client::call`] takes it.
    ///
    /// # Errors
    /// [`Kind::WaitFailed`] where it will never be, [`Kind::WaitTimeout`] where it was not in time,
    /// and what the calls themselves fail with, unless the waiter waits for that.
    pub async fn wait(
        &self,
        service: &str,
        waiter: &str,
        input: impl Serialize + Send,
    ) -> Result<Value, Error> {
        let unknown = || {
            Error::new(Kind::Unknown, self.cloud())
                .at(service, "")
                .with_message(format!("{service} has no waiter {waiter}"))
        };
        let service = isobar_catalogue::service(self.cloud(), service).ok_or_else(unknown)?;
        let waiter = service
            .waiters
            .iter()
            .find(|known| same_name(&known.name, waiter))
            .ok_or_else(unknown)?;
        let operation = service.operation(&waiter.operation).ok_or_else(unknown)?;
        let input = self.input_of(service, operation, input)?;
        self.wait_for(service, waiter, input).await
    }

    /// The same for a waiter of the catalogue. Where several things go in one text (`InstanceIds` of
    /// Alibaba Cloud), each is waited for by itself: an answer does not say which of them it lacks.
    ///
    /// # Errors
    /// As [`Client::wait`].
    pub async fn wait_for(
        &self,
        service: &'static Service,
        waiter: &'static Waiter,
        input: Value,
    ) -> Result<Value, Error> {
        let mut last = Value::Null;
        for input in one_by_one(input) {
            last = self.wait_for_one(service, waiter, input).await?;
        }
        Ok(last)
    }

    async fn wait_for_one(
        &self,
        service: &'static Service,
        waiter: &'static Waiter,
        input: Value,
    ) -> Result<Value, Error> {
        let error = |kind, text: String| {
            Error::new(kind, self.cloud()).at(&service.name, &waiter.operation).with_message(text)
        };
        let operation = service.operation(&waiter.operation).ok_or_else(|| {
            error(Kind::Unknown, format!("{} asks an unknown operation", waiter.name))
        })?;
        for attempt in 1.. {
            let outcome = self.send(service, operation, input.clone()).await;
            let state = judge(&waiter.acceptors, &outcome)
                .map_err(|text| error(Kind::WaitFailed, format!("{}: {text}", waiter.name)))?;
            match (state, outcome) {
                (Some(WaiterState::Success), Ok(answer)) => return Ok(answer.output),
                // What is waited for may be an error: that a thing is not found any more.
                (Some(WaiterState::Success), Err(_)) => return Ok(Value::Null),
                (Some(WaiterState::Failure), outcome) => {
                    let failed = error(
                        Kind::WaitFailed,
                        format!("{} can no longer be reached", waiter.name),
                    );
                    return Err(match outcome {
                        Ok(_) => failed,
                        Err(source) => failed.with_source(source),
                    });
                }
                (None, Err(error)) => return Err(error),
                (Some(WaiterState::Retry), _) | (None, Ok(_)) => {}
            }
            if attempt >= waiter.max_attempts.max(1) {
                break;
            }
            self.context().sleep(Duration::from_secs(waiter.delay_seconds.into())).await;
        }
        let text = format!("{} was not reached in {} attempts", waiter.name, waiter.max_attempts);
        Err(error(Kind::WaitTimeout, text))
    }
}

/// An input for each of the ids that a text holds as a JSON list; the input as it is, where none does.
fn one_by_one(input: Value) -> Vec<Value> {
    let listed = input.as_map().into_iter().flatten().find_map(|(name, value)| {
        let text = value.as_str().filter(|text| name.ends_with("Ids") && text.starts_with('['))?;
        Some((name.clone(), serde_json::from_str::<Vec<String>>(text).ok()?))
    });
    match listed {
        Some((name, ids)) if ids.len() > 1 => {
            let of_one = |id: String| {
                let mut one = input.clone();
                one.set(name.clone(), Value::from(Json::from(vec![id]).to_string()));
                one
            };
            ids.into_iter().map(of_one).collect()
        }
        _ => vec![input],
    }
}

/// The state of the first acceptor that fits.
fn judge(
    acceptors: &[Acceptor],
    outcome: &Result<Answer, Error>,
) -> Result<Option<WaiterState>, String> {
    let mut document = outcome.as_ref().ok().map(|answer| Document::new(&answer.output));
    for acceptor in acceptors {
        let expected: Json =
            serde_json::from_str(&acceptor.expected).map_err(|error| error.to_string())?;
        if fits(&acceptor.matcher, &expected, outcome, document.as_mut())? {
            return Ok(Some(acceptor.state));
        }
    }
    Ok(None)
}

fn fits(
    matcher: &Matcher,
    expected: &Json,
    outcome: &Result<Answer, Error>,
    document: Option<&mut Document<'_>>,
) -> Result<bool, String> {
    let find = |path: &str| match document {
        Some(document) => document.find(path),
        None => Ok(Json::Null),
    };
    Ok(match matcher {
        Matcher::Path(path) => outcome.is_ok() && same(&find(path)?, expected),
        Matcher::PathAll(path) => match find(path)? {
            Json::Array(items) => {
                !items.is_empty() && items.iter().all(|item| same(item, expected))
            }
            _ => false,
        },
        Matcher::PathAny(path) => match find(path)? {
            Json::Array(items) => items.iter().any(|item| same(item, expected)),
            _ => false,
        },
        Matcher::Status => {
            let status = match outcome {
                Ok(answer) => Some(answer.status),
                Err(error) => error.status(),
            };
            status.is_some_and(|status| expected.as_u64() == Some(status.as_u16().into()))
        }
        Matcher::Error => match expected {
            Json::Bool(expected) => {
                // Only what the service answered counts: a connection that broke says nothing.
                let failed = outcome.as_ref().is_err_and(|error| error.code().is_some());
                *expected == failed && (failed || outcome.is_ok())
            }
            expected => {
                let code = outcome.as_ref().err().and_then(Error::code);
                code.is_some() && code == expected.as_str()
            }
        },
    })
}

/// Whether two values are the same; numbers by their worth.
fn same(one: &Json, other: &Json) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}
