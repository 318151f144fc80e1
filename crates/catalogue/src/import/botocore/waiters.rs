//! Botocore's waiters.

use super::raw;
use crate::import::ImportError;
use crate::model::{Acceptor, Matcher, Waiter, WaiterState};

pub(super) fn import(raw: raw::Waiters) -> Result<Vec<Waiter>, ImportError> {
    raw.waiters
        .into_iter()
        .map(|(name, waiter)| {
            let acceptors = waiter
                .acceptors
                .into_iter()
                .map(|acceptor| import_acceptor(&name, acceptor))
                .collect::<Result<_, _>>()?;
            Ok(Waiter {
                name,
                operation: waiter.operation,
                delay_seconds: waiter.delay,
                max_attempts: waiter.max_attempts,
                acceptors,
            })
        })
        .collect()
}

fn import_acceptor(waiter: &str, raw: raw::Acceptor) -> Result<Acceptor, ImportError> {
    let state = match raw.state.as_str() {
        "success" => WaiterState::Success,
        "failure" => WaiterState::Failure,
        "retry" => WaiterState::Retry,
        other => return Err(ImportError::unknown(waiter, format!("the state {other}"))),
    };
    let matcher = match (raw.matcher.as_str(), raw.argument) {
        ("path", Some(path)) => Matcher::Path(path),
        ("pathAll", Some(path)) => Matcher::PathAll(path),
        ("pathAny", Some(path)) => Matcher::PathAny(path),
        ("status", _) => Matcher::Status,
        ("error", _) => Matcher::Error,
        (other, _) => return Err(ImportError::unknown(waiter, format!("the matcher {other}"))),
    };
    Ok(Acceptor { state, matcher, expected: raw.expected.to_string() })
}
