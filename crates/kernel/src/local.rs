//! The life of a local request, the same for every cloud: admit (which service, who calls, which
//! operation), perhaps disturb, find the handler, decode, authorize, run it in the store, encode, note
//! in the journal. What is a cloud's own is its [`Face`]'s. Whether its caller may make it is
//! [`authorization`](crate::authorization)'s.

use std::sync::Arc;

use futures_util::future::select_all;
use http::StatusCode;
use isobar_catalogue::Service;
use isobar_wire::{DecodeError, Dialect, ErrorReply, Problem, Request, Response, Value, Violation};
use jiff::Timestamp;

use tokio::sync::watch;

use crate::authorization::authorize;
use crate::body::{Body, Broken};
use crate::call::{Answer, Context, Done, Failure, Query, Reply, Waiting, Work};
use crate::face::{Admitted, Arrival, Face, Refused};
use crate::faults::{Effect, Faults, Phase, Target};
use crate::followers::Followers;
use crate::handlers::{Attempt, Handlers, On, Run, Served, token_member};
use crate::journal::{Entry, Journal};
use crate::members::{DRY_RUN, Spare};
use crate::transaction::{Transaction, Unfinished};
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
    followers: Followers<F::World>,
    stopping: watch::Sender<bool>,
}

impl<F: Face> Local<F> {
    /// Puts a local cloud together.
    #[must_use]
    pub fn new(face: F, shared: Shared, services: &'static [Served<F::World>]) -> Self {
        Self {
            face,
            shared,
            handlers: Handlers::new(services),
            followers: Followers::of(services),
            stopping: watch::Sender::new(false),
        }
    }

    /// Ends the calls that wait, now and from now on.
    pub(crate) fn stop_waiting(&self) {
        self.stopping.send_replace(true);
    }

    /// Answers a request that is whole, with a whole answer. `None` where the connection is to be
    /// closed: a fault rule wants silence, or the answer broke off.
    pub async fn answer(&self, request: &Request, host: &str) -> Option<Response> {
        let Reply { mut head, body } =
            self.reply(request, Body::from(request.body.clone()), host).await?;
        if let Some(mut body) = body {
            let mut whole = Vec::new();
            while let Some(piece) = body.next().await.ok()? {
                whole.extend_from_slice(&piece);
            }
            head.body = whole.into();
        }
        Some(head)
    }

    /// Answers a request, whose body comes apart from it where the face [streams](Face::streams) it.
    /// `None` where the connection is to be closed: a fault rule wants silence, or the caller went away.
    pub async fn reply(&self, request: &Request, body: Body, host: &str) -> Option<Reply> {
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
                return Some(response.into());
            }
        };
        let result = match self.disturb(Phase::Before, &admitted, now).await {
            Disturbed::No => self.perform(&admitted, request, body, host, now, &request_id).await,
            Disturbed::Fault(fault) => Err(Unanswered::Fault(fault)),
            Disturbed::Silence => return self.fall_silent(&admitted, request_id, started),
        };
        let result = match self.disturb(Phase::After, &admitted, now).await {
            Disturbed::No => result,
            Disturbed::Fault(fault) => Err(Unanswered::Fault(fault)),
            Disturbed::Silence => return self.fall_silent(&admitted, request_id, started),
        };
        let (mut reply, fault) = match result {
            Ok(reply) => (reply, None),
            Err(Unanswered::Gone) => return self.fall_silent(&admitted, request_id, started),
            Err(Unanswered::Fault(fault)) => {
                let (service, host_id) = (Some(admitted.service), self.face.host_id(host));
                let encoded = encode_fault(service, admitted.dialect, &fault, &request_id, host_id);
                (encoded.into(), Some(fault))
            }
        };
        self.face.finish(&mut reply.head, Some(&admitted), now);
        let service = Some(admitted.service);
        let status = Some(reply.head.status);
        self.note(Some(&admitted), fault.as_ref(), service, status, request_id, started);
        Some(reply)
    }

    /// Notes a call that is not answered, which may have taken effect.
    fn fall_silent(
        &self,
        admitted: &Admitted,
        request_id: String,
        started: tokio::time::Instant,
    ) -> Option<Reply> {
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

    async fn perform(
        &self,
        admitted: &Admitted,
        request: &Request,
        body: Body,
        host: &str,
        now: Timestamp,
        request_id: &str,
    ) -> Result<Reply, Unanswered> {
        let Admitted { service, operation, .. } = admitted;
        let standard = self.face.standard();
        let Some(handler) = self.handlers.find(service, operation) else {
            return Err(standard.not_implemented.with(&[&operation.name, &service.name]).into());
        };
        let input = self.input(admitted, handler.on, request)?;
        let base_url = format!("{}://{host}", scheme(request));
        let context = Context {
            world: self.face.world(),
            caller: &admitted.caller,
            region: &admitted.region,
            began: now,
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
            followers: &self.followers,
        };
        let answer = Answer::of(admitted, request_id);
        let store = &self.shared.store;
        if let Run::Query(run) = handler.run {
            let is_dry = input.get(DRY_RUN).and_then(Value::as_bool) == Some(true);
            let answered = store.read(|store| run(&Query { context, store }, input, answer));
            return match answered {
                Ok(_) if is_dry => Err(standard.dry_run.fault().into()),
                Ok(response) => Ok(response.into()),
                Err(failure) => Err(self.unanswered(failure, admitted)),
            };
        }
        let transaction = Transaction::of(store, standard, admitted, &input)
            .map_err(|violation| self.face.unreadable(admitted, &DecodeError::Member(violation)))?;
        let answered = match handler.run {
            Run::Query(_) => unreachable!("it was answered above"),
            Run::Command(run) => transaction
                .run(context, |cx| run(cx, input))
                .and_then(|output| Ok(answer.write_value(&output)?.into())),
            Run::Wait(run) => match run(&context.spare, input) {
                Ok(attempt) => self.wait(&transaction, context, attempt, answer).await,
                Err(failure) => Err(failure),
            },
            Run::Work(run) => match store.read(|store| transaction.answered(store, now)) {
                Some(answered) => {
                    answered.and_then(|output| Ok(answer.write_value(&output)?.into()))
                }
                None => {
                    let body = self.face.open(admitted, request, body);
                    let work = Work { context, body, store, transaction, answer };
                    run(work, input).await.map(|Done(reply)| reply)
                }
            },
        };
        answered.map_err(|failure| self.unanswered(failure, admitted))
    }

    /// The input of a request, which its caller may make.
    fn input(&self, admitted: &Admitted, on: On, request: &Request) -> Result<Value, Fault> {
        let Admitted { service, operation, dialect, .. } = admitted;
        let input = isobar_wire::decode_request(service, operation, *dialect, request)
            .map_err(|error| self.face.unreadable(admitted, &error))?;
        let mut input = self.face.tidy(admitted, input);
        authorize(&self.face, admitted, on, &input)?;
        self.face.check(admitted, &input)?;
        if let Some(body) = isobar_wire::streaming_input(service, operation)
            && self.face.streams(request)
        {
            // It comes by itself.
            input.set(body.name.as_str(), Value::Null);
        }
        Ok(input)
    }

    /// Asks a call that may have to wait, until it has an output.
    async fn wait(
        &self,
        transaction: &Transaction<'_>,
        mut context: Context<'_, F::World>,
        mut attempt: Attempt<F::World>,
        answer: Answer<'_>,
    ) -> Result<Reply, Failure> {
        let mut stopping = self.stopping.subscribe();
        loop {
            let attempted = transaction.attempt(context, |cx| match attempt(cx)? {
                Waiting::Done(output) => Ok(output),
                Waiting::Not(wait) => Err(Unfinished::waiting(cx, &wait)),
            });
            let (until, topics) = match attempted {
                Ok(output) => return Ok(answer.write_value(&output)?.into()),
                Err(Unfinished::Failure(failure)) => return Err(failure),
                Err(Unfinished::Wait(until, topics)) => (until, topics),
            };
            if until <= context.now {
                return Err(Failure::Mismatch("it waits for what was".to_owned()));
            }
            tokio::select! {
                () = self.shared.clock.reached(until) => {}
                () = first_of(topics) => {}
                _ = stopping.wait_for(|stopping| *stopping) => {
                    return Err(Failure::Fault(self.face.standard().unavailable.fault()));
                }
            }
            context.now = self.shared.clock.now();
        }
    }

    fn unanswered(&self, failure: Failure, admitted: &Admitted) -> Unanswered {
        if matches!(failure, Failure::Broken(Broken::Gone)) {
            return Unanswered::Gone;
        }
        Unanswered::Fault(self.fault_of(failure, admitted))
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
                tracing::error!(operation, error, "a handler is mistaken");
                self.face.standard().internal.fault()
            }
            Failure::Broken(error) => {
                let operation = &admitted.operation.name;
                tracing::error!(
                    operation,
                    error = &error as &dyn std::error::Error,
                    "a body broke off"
                );
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

/// Ends with the first of the topics.
async fn first_of(topics: Vec<watch::Receiver<()>>) {
    if topics.is_empty() {
        return std::future::pending().await;
    }
    let ended = topics.into_iter().map(|mut topic| {
        Box::pin(async move {
            // Nothing is ever sent: its end is what it has to say.
            let _ = topic.changed().await;
        })
    });
    select_all(ended).await;
}

/// Why a call has no output.
enum Unanswered {
    Fault(Fault),
    /// Nobody is there to be answered.
    Gone,
}

impl From<Fault> for Unanswered {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

enum Disturbed {
    No,
    Fault(Fault),
    Silence,
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
