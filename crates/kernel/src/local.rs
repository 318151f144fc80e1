//! The life of a local request, the same for every cloud: admit (which service, who calls, which
//! operation), perhaps disturb, find the handler, decode, authorize, run it in the store, encode, note
//! in the journal. What is a cloud's own is its [`Face`]'s. Whether its caller may make it is
//! [`authorization`](crate::authorization)'s.

use std::sync::Arc;

use http::StatusCode;
use isobar_catalogue::Service;
use isobar_wire::{DecodeError, Dialect, ErrorReply, Problem, Request, Response, Value, Violation};
use jiff::Timestamp;

use crate::authorization::authorize;
use crate::call::{Answer, Command, Context, Failure, Query};
use crate::face::{Admitted, Arrival, Face, Refused};
use crate::faults::{Effect, Faults, Phase, Target};
use crate::handlers::{Handlers, Run, Served, token_member};
use crate::idempotency::{MAX_TOKEN, Token};
use crate::journal::{Entry, Journal};
use crate::members::{DRY_RUN, Spare};
use crate::store::Aborted;
use crate::{Clock, Fault, Random, Row, Store};

/// What all local clouds share.
#[derive(Clone, Debug)]
pub struct Shared {
    /// State.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Chance.
    pub random: Random,
    /// The calls that were answered.
    pub journal: Journal,
    /// The faults that are injected.
    pub faults: Faults,
}

impl Shared {
    /// A store and chance, with the system's time, nothing noted and nothing disturbed.
    #[must_use]
    pub fn new(store: Store, random: Random) -> Self {
        Self {
            store,
            clock: Clock::default(),
            random,
            journal: Journal::default(),
            faults: Faults::default(),
        }
    }
}

/// A local cloud: a face with its handlers and what it stands on.
#[derive(Debug)]
pub struct Local<F: Face> {
    /// The face.
    pub face: F,
    /// What it stands on.
    pub shared: Shared,
    handlers: Handlers<F::World>,
}

impl<F: Face> Local<F> {
    /// Puts a local cloud together.
    #[must_use]
    pub fn new(face: F, shared: Shared, services: &'static [Served<F::World>]) -> Self {
        Self { face, shared, handlers: Handlers::new(services) }
    }

    /// Answers a request. `None` where a fault rule wants silence: the connection is to be closed.
    pub async fn answer(&self, request: &Request, host: &str) -> Option<Response> {
        let started = tokio::time::Instant::now();
        let now = self.shared.clock.now();
        let request_id = self.face.request_id(&self.shared.random);
        let received = self.shared.clock.system();
        let arrival = Arrival { request, host, now, received };
        let admitted = match self.face.admit(&arrival) {
            Ok(admitted) => admitted,
            Err(refused) => {
                let mut response = encode_refused(&refused, &request_id, self.face.host_id(host));
                self.face.finish_refused(&mut response, &arrival);
                self.note(
                    None,
                    Some(&refused.fault),
                    refused.service,
                    Some(response.status),
                    request_id,
                    started,
                );
                return Some(response);
            }
        };
        let result = match self.disturb(Phase::Before, &admitted, now).await {
            Disturbed::No => self.perform(&admitted, request, host, now, &request_id),
            Disturbed::Fault(fault) => Err(fault),
            Disturbed::Silence => return self.fall_silent(&admitted, request_id, started),
        };
        let result = match self.disturb(Phase::After, &admitted, now).await {
            Disturbed::No => result,
            Disturbed::Fault(fault) => Err(fault),
            Disturbed::Silence => return self.fall_silent(&admitted, request_id, started),
        };
        let (mut response, fault) = match result {
            Ok(response) => (response, None),
            Err(fault) => {
                let service = Some(admitted.service);
                let host_id = self.face.host_id(host);
                (encode_fault(service, admitted.dialect, &fault, &request_id, host_id), Some(fault))
            }
        };
        self.face.finish(&mut response, Some(&admitted), now);
        let service = Some(admitted.service);
        let status = Some(response.status);
        self.note(Some(&admitted), fault.as_ref(), service, status, request_id, started);
        Some(response)
    }

    /// Notes a call that is not answered, which may have taken effect.
    fn fall_silent(
        &self,
        admitted: &Admitted,
        request_id: String,
        started: tokio::time::Instant,
    ) -> Option<Response> {
        self.note(Some(admitted), None, Some(admitted.service), None, request_id, started);
        None
    }

    /// The answer to a request that the listener does not let through.
    pub fn turn_away(&self, row: &Row, what: &str) -> Response {
        let now = self.shared.clock.now();
        let request_id = self.face.request_id(&self.shared.random);
        let dialect = self.face.default_dialect();
        let refused = Refused { service: None, dialect, fault: row.with(&[&what]) };
        let mut response = encode_refused(&refused, &request_id, self.face.host_id(""));
        self.face.finish(&mut response, None, now);
        response
    }

    async fn disturb(&self, phase: Phase, admitted: &Admitted, now: Timestamp) -> Disturbed {
        let target = Target {
            cloud: F::CLOUD,
            service: &admitted.service.name,
            operation: &admitted.operation.name,
            region: &admitted.region,
        };
        let Some(effect) = self.shared.faults.meet(phase, target, now, &self.shared.random) else {
            return Disturbed::No;
        };
        if let Some(latency) = effect.latency() {
            tokio::time::sleep(latency).await;
        }
        match effect {
            Effect::Latency { .. } => Disturbed::No,
            Effect::Silence => Disturbed::Silence,
            Effect::Error { status, code } => {
                let standard = self.face.standard();
                let row = if status == 429 { standard.throttled } else { standard.unavailable };
                let mut fault = row.fault();
                fault.status = status;
                if let Some(code) = code {
                    fault.code = code.into();
                }
                Disturbed::Fault(fault)
            }
        }
    }

    fn perform(
        &self,
        admitted: &Admitted,
        request: &Request,
        host: &str,
        now: Timestamp,
        request_id: &str,
    ) -> Result<Response, Fault> {
        let Admitted { service, operation, dialect, .. } = admitted;
        let standard = self.face.standard();
        let Some(handler) = self.handlers.find(service, operation) else {
            return Err(standard.not_implemented.with(&[&operation.name, &service.name]));
        };
        let input = isobar_wire::decode_request(service, operation, *dialect, request)
            .map_err(|error| self.face.unreadable(admitted, &error))?;
        let input = self.face.tidy(admitted, input);
        authorize(&self.face, admitted, &input)?;
        self.face.check(admitted, &input)?;
        let base_url = format!("{}://{host}", scheme(request));
        let context = Context {
            world: self.face.world(),
            caller: &admitted.caller,
            region: &admitted.region,
            now,
            request_id,
            random: &self.shared.random,
            base_url: &base_url,
            spare: Spare {
                service: &service.name,
                operation: &operation.name,
                token: token_member(service, operation),
                rows: self.face.ignored(),
            },
        };
        let dry_run = input.get(DRY_RUN).and_then(Value::as_bool) == Some(true);
        let answer = Answer::of(admitted, request_id);
        let answered = match handler.run {
            Run::Query(run) => {
                let answered =
                    self.shared.store.read(|store| run(&Query { context, store }, input, answer));
                answered.and_then(|response| match dry_run {
                    true => Err(Failure::Fault(standard.dry_run.fault())),
                    false => Ok(response),
                })
            }
            Run::Command(run) => self
                .command(admitted, run, context, input, dry_run)
                .and_then(|output| answer.write_value(&output)),
        };
        answered.map_err(|failure| self.fault_of(failure, admitted))
    }

    fn command(
        &self,
        admitted: &Admitted,
        run: fn(&mut Command<'_, '_, F::World>, Value) -> Result<Value, Failure>,
        context: Context<'_, F::World>,
        input: Value,
        dry_run: bool,
    ) -> Result<Value, Failure> {
        let standard = self.face.standard();
        let now = context.now;
        // A dry run neither leaves an answer behind nor is one that was given before.
        let token = if dry_run {
            None
        } else {
            token_of(admitted, &input).map_err(|violation| {
                self.face.unreadable(admitted, &DecodeError::Member(violation))
            })?
        };
        let result = self.shared.store.write(|store| {
            if let Some((key, text, asked)) = &token
                && let Some(before) = store.get::<Token>(key).filter(|token| !token.expired(now))
            {
                return if before.input == *asked {
                    Ok(Ok(before.output.clone()))
                } else {
                    Err(Failure::Fault(standard.token_reused.with(&[text])))
                };
            }
            let output = match run(&mut Command { context, store }, input) {
                Err(Failure::Fault(fault)) if fault.keeps && !dry_run => return Ok(Err(fault)),
                result => result?,
            };
            if dry_run {
                return Err(Failure::Fault(standard.dry_run.fault()));
            }
            if let Some((key, _, asked)) = token {
                store.put(Token { key, input: asked, output: output.clone(), at: now });
            }
            Ok(Ok(output))
        });
        let result = result.map_err(|aborted| match aborted {
            Aborted::By(failure) => failure,
            Aborted::Log(error) => {
                tracing::error!(%error, "a write could not be logged");
                Failure::Fault(standard.internal.fault())
            }
        });
        result?.map_err(Failure::Fault)
    }

    fn fault_of(&self, failure: Failure, admitted: &Admitted) -> Fault {
        match failure {
            Failure::Fault(fault) => fault,
            Failure::Missing(member) => {
                let violation = Violation { path: member.to_owned(), problem: Problem::Missing };
                self.face.unreadable(admitted, &DecodeError::Member(violation))
            }
            Failure::Unread(member) => {
                let operation = &admitted.operation.name;
                self.face.standard().member_not_implemented.with(&[&member, operation])
            }
            Failure::Mismatch(error) => {
                let operation = &admitted.operation.name;
                tracing::error!(operation, error, "a handler's types do not fit");
                self.face.standard().internal.fault()
            }
        }
    }

    fn note(
        &self,
        admitted: Option<&Admitted>,
        fault: Option<&Fault>,
        service: Option<&'static Service>,
        status: Option<StatusCode>,
        request_id: String,
        started: tokio::time::Instant,
    ) {
        self.shared.journal.note(Entry {
            time: self.shared.clock.now(),
            cloud: F::CLOUD,
            service: service.map(|service| service.name.as_str()),
            operation: admitted.map(|admitted| admitted.operation.name.as_str()),
            region: admitted.map(|admitted| admitted.region.clone()),
            caller: admitted.map(|admitted| Arc::clone(&admitted.caller)),
            request_id,
            status: status.map(|status| status.as_u16()),
            error: fault.map(|fault| fault.code.clone()),
            duration_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        });
    }
}

/// The scheme at which the caller reached this cloud: a proxy before it that speaks TLS says so.
fn scheme(request: &Request) -> &'static str {
    let forwarded = request.headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    // Each proxy adds its own; the first is what the caller spoke.
    let first = forwarded.and_then(|schemes| schemes.split(',').next()).unwrap_or_default();
    if first.trim().eq_ignore_ascii_case("https") { "https" } else { "http" }
}

enum Disturbed {
    No,
    Fault(Fault),
    Silence,
}

/// The key under which an input's token is kept, the token, and the rest of the input as JSON.
fn token_of(
    admitted: &Admitted,
    input: &Value,
) -> Result<Option<(String, String, String)>, Violation> {
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
    let key = format!("{}/{region}/{}/{}/{token}", caller.account, service.name, operation.name);
    Ok(Some((key, token.to_owned(), rest)))
}

fn encode_refused(refused: &Refused, request_id: &str, host_id: Option<String>) -> Response {
    encode_fault(refused.service, refused.dialect, &refused.fault, request_id, host_id)
}

fn encode_fault(
    service: Option<&'static Service>,
    dialect: Dialect,
    fault: &Fault,
    request_id: &str,
    host_id: Option<String>,
) -> Response {
    let status = StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let error = ErrorReply {
        code: fault.code.clone(),
        message: fault.message.clone(),
        status,
        sender_fault: status.is_client_error(),
        request_id: request_id.to_owned(),
        host_id,
        fields: fault.fields.clone(),
    };
    isobar_wire::encode_error(service, dialect, &error)
}
