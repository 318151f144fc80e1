//! The one transaction of a call that writes: idempotency tokens and dry runs, the same for every kind
//! of handler.

use isobar_wire::{Problem, Value, Violation};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::call::{Command, Context, Failure, Wait};
use crate::face::{Admitted, Standard};
use crate::handlers::token_member;
use crate::idempotency::{MAX_TOKEN, Token};
use crate::members::DRY_RUN;
use crate::store::Aborted;
use crate::{Fault, Store};

/// How a call's writes are made.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    store: &'a Store,
    standard: &'static Standard,
    /// Neither leaves a dry run an answer behind, nor is it one that was given before.
    token: Option<Repeat>,
    is_dry: bool,
    /// Whether whoever may only read may call the operation.
    reads: bool,
}

/// By what a call is known again.
#[derive(Debug)]
struct Repeat {
    key: String,
    token: String,
    /// The input but for the token, as JSON.
    input: String,
}

/// Why a transaction has no output.
#[derive(Debug)]
pub(crate) enum Unfinished {
    /// It failed.
    Failure(Failure),
    /// It is to be run again, when one of these ends or it is so late.
    Wait(Timestamp, Vec<watch::Receiver<()>>),
}

impl From<Failure> for Unfinished {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl<'a> Transaction<'a> {
    /// The transaction of the call.
    ///
    /// # Errors
    /// Where the token is too long.
    pub(crate) fn of(
        store: &'a Store,
        standard: &'static Standard,
        admitted: &Admitted,
        input: &Value,
    ) -> Result<Self, Violation> {
        let is_dry = input.get(DRY_RUN).and_then(Value::as_bool) == Some(true);
        let token = if is_dry { None } else { Repeat::of(admitted, input)? };
        Ok(Self { store, standard, token, is_dry, reads: admitted.operation.read_only })
    }

    /// Runs it.
    pub(crate) fn run<W>(
        &self,
        context: Context<'_, W>,
        change: impl FnOnce(&mut Command<'_, '_, W>) -> Result<Value, Failure>,
    ) -> Result<Value, Failure> {
        self.attempt(context, |cx| Ok(change(cx)?)).map_err(|unfinished| match unfinished {
            Unfinished::Failure(failure) => failure,
            Unfinished::Wait(..) => Failure::Mismatch("only a call that waits waits".to_owned()),
        })
    }

    /// Runs it where it may have to be run again.
    pub(crate) fn attempt<W>(
        &self,
        context: Context<'_, W>,
        change: impl FnOnce(&mut Command<'_, '_, W>) -> Result<Value, Unfinished>,
    ) -> Result<Value, Unfinished> {
        let now = context.now;
        let result = self.store.write(|store| {
            if let Some(answered) = self.answered(store, now) {
                return answered.map(Ok).map_err(Unfinished::Failure);
            }
            let mut cx = Command { context, store: &mut *store };
            let changed = change(&mut cx);
            let stays = |failure: &Unfinished| {
                matches!(failure, Unfinished::Failure(Failure::Fault(fault)) if fault.keeps)
            };
            if changed.as_ref().map_or_else(stays, |_| true) {
                context.followers.run(&mut cx);
            }
            let output = match changed {
                Err(Unfinished::Failure(Failure::Fault(fault))) if fault.keeps && !self.is_dry => {
                    return Ok(Err(fault));
                }
                result => result?,
            };
            if self.reads && !store.is_unchanged() {
                let mistake = Failure::Mismatch("it writes for an operation that reads".to_owned());
                return Err(Unfinished::Failure(mistake));
            }
            self.without_writing()?;
            if let Some(Repeat { key, input, .. }) = &self.token {
                let (key, input) = (key.clone(), input.clone());
                store.put(Token { key, input, output: output.clone(), at: now });
            }
            Ok(Ok(output))
        });
        let result = result.map_err(|aborted| match aborted {
            Aborted::By(unfinished) => unfinished,
            Aborted::Log(error) => {
                tracing::error!(%error, "a write could not be logged");
                Failure::Fault(self.standard.internal.fault()).into()
            }
        });
        result?.map_err(|fault: Fault| Failure::Fault(fault).into())
    }

    /// What was answered to the call before.
    pub(crate) fn answered(
        &self,
        store: &crate::Tables,
        now: Timestamp,
    ) -> Option<Result<Value, Failure>> {
        let Repeat { key, token, input } = self.token.as_ref()?;
        let before = store.get::<Token>(key).filter(|token| !token.expired(now))?;
        Some(if before.input == *input {
            Ok(before.output.clone())
        } else {
            Err(Failure::Fault(self.standard.token_reused.with(&[token])))
        })
    }

    /// Ends a dry run with the cloud's word for "it would have succeeded".
    pub(crate) fn without_writing(&self) -> Result<(), Failure> {
        if self.is_dry { Err(Failure::Fault(self.standard.dry_run.fault())) } else { Ok(()) }
    }
}

impl Unfinished {
    /// Has the call run again, from within its transaction.
    pub(crate) fn waiting<W>(cx: &mut Command<'_, '_, W>, wait: &Wait) -> Self {
        Self::Wait(wait.until, cx.store.wait(&wait.topics))
    }
}

impl Repeat {
    fn of(admitted: &Admitted, input: &Value) -> Result<Option<Self>, Violation> {
        let Admitted { service, operation, caller, region, .. } = admitted;
        let Some(member) = token_member(service, operation) else { return Ok(None) };
        let token = input.get(member).and_then(Value::as_str).unwrap_or_default();
        if token.is_empty() {
            return Ok(None);
        }
        if token.len() > MAX_TOKEN {
            let (length, max) = (token.len(), Some(MAX_TOKEN as f64));
            let problem = Problem::WrongLength { length, min: None, max };
            return Err(Violation { path: member.to_owned(), problem });
        }
        let mut rest = input.clone();
        rest.set(member, Value::Null);
        let Ok(rest) = serde_json::to_string(&rest) else { return Ok(None) };
        let (service, operation) = (&service.name, &operation.name);
        let key = format!("{}/{region}/{service}/{operation}/{token}", caller.account);
        Ok(Some(Self { key, token: token.to_owned(), input: rest }))
    }
}
