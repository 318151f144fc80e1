//! The life of a request, over a face and a service that are no cloud's own: what is the same for all.

use std::sync::Arc;

use http::StatusCode;
use isobar_catalogue::{Cloud, Service};
use isobar_kernel::body::{Body, Broken};
use isobar_kernel::call::Empty;
use isobar_kernel::face::{Admitted, Arrival, Face, Refused, Standard};
use isobar_kernel::faults::{Effect, Phase, Rule};
use isobar_kernel::store::{Record, Schema};
use isobar_kernel::{
    Caller, Command, Fault, Handler, Local, Query, Random, Rights, Row, Served, Shared, Store,
    Tables, command, idempotency, query, served_operations,
};
use isobar_wire::{
    DecodeError, Dialect, Input, Output, Reply, Request, Response, ServiceError, Value,
    decode_response, encode_request,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

const STANDARD: Standard = Standard {
    not_implemented: Row::new(501, "NotImplemented", "{} of {} is not built"),
    member_not_implemented: Row::new(501, "NotImplemented", "the member {} of {} is not built"),
    internal: Row::new(500, "InternalError", "broken"),
    dry_run: Row::new(412, "DryRunOperation", "it would have succeeded"),
    token_reused: Row::new(400, "TokenReused", "{} was used"),
    too_large: Row::new(413, "TooLarge", "too large"),
    malformed: Row::new(400, "Malformed", "{} are refused"),
    foreign: Row::new(403, "Foreign", "{} are refused"),
    throttled: Row::new(429, "Throttled", "slower"),
    unavailable: Row::new(503, "Unavailable", "later"),
};
const DENIED: Row = Row::new(403, "Denied", "{} may not {} in {}");
const FULL: Row = Row::new(400, "Full", "there is no room in {}");
const NO_OPERATION: Row = Row::new(404, "NoOperation", "there is no such operation");
const UNREADABLE: Row = Row::new(400, "Unreadable", "{}");

/// A face that has one service and lets everybody in.
pub(crate) struct Plain {
    service: &'static Service,
    caller: Arc<Caller>,
}

fn service() -> &'static Service {
    named("ec2")
}

pub(crate) fn named(service: &str) -> &'static Service {
    isobar_catalogue::service(Cloud::Aws, service).unwrap()
}

impl Face for Plain {
    type World = ();

    const CLOUD: Cloud = Cloud::Aws;

    fn admit(&self, arrival: &Arrival<'_>) -> Result<Admitted, Refused> {
        let service = self.service;
        let (dialect, operation) =
            isobar_wire::route(service, arrival.request).map_err(|error| Refused {
                service: Some(service),
                dialect: error.dialect,
                fault: NO_OPERATION.fault(),
            })?;
        let caller = Arc::clone(&self.caller);
        Ok(Admitted { service, operation, dialect, caller, region: "here".to_owned() })
    }

    fn streams(&self, head: &Request) -> bool {
        self.service.name == "s3" && head.method == http::Method::PUT
    }

    /// What is in pieces with an `!` is refused, as if it were not what was signed.
    fn open(&self, _admitted: &Admitted, _request: &Request, mut body: Body) -> Body {
        Body::of_task(|out| async move {
            while let Some(piece) = body.next().await? {
                if piece.contains(&b'!') {
                    return Err(Broken::Refused(Box::new(UNREADABLE.with(&[&"it has an !"]))));
                }
                if out.send(piece).await.is_err() {
                    break;
                }
            }
            Ok(())
        })
    }

    fn unreadable(&self, _admitted: &Admitted, error: &DecodeError) -> Fault {
        UNREADABLE.with(&[error])
    }

    fn denied(&self, admitted: &Admitted, resource: Option<String>) -> Fault {
        let resource = resource.unwrap_or_default();
        DENIED.with(&[&admitted.caller.name, &admitted.operation.name, &resource])
    }

    fn standard(&self) -> &'static Standard {
        &STANDARD
    }

    fn default_dialect(&self) -> Dialect {
        Dialect::new(self.service.protocol())
    }

    fn request_id(&self, random: &Random) -> String {
        random.hex(8)
    }

    fn finish(&self, _response: &mut Response, _admitted: Option<&Admitted>, _now: Timestamp) {}

    fn is_own_host(&self, host: &str) -> bool {
        host == "plain.example"
    }

    fn world(&self) -> &() {
        &()
    }
}

#[derive(Serialize, Deserialize)]
struct Gateway {
    id: String,
    subnet: String,
}

impl Record for Gateway {
    const KIND: &'static str = "test.gateway";

    fn key(&self) -> String {
        self.id.clone()
    }
}

#[derive(Input)]
struct CreateNatGateway {
    subnet_id: String,
}

#[derive(Output)]
struct Created {
    nat_gateway: Shown,
}

#[derive(Output)]
struct Shown {
    nat_gateway_id: String,
    subnet_id: String,
}

#[derive(Output)]
struct Listed {
    nat_gateways: Vec<Shown>,
}

/// Fails after it has written, so that what it wrote must be undone.
fn create_nat_gateway(
    cx: &mut Command<'_, '_, ()>,
    input: CreateNatGateway,
) -> Result<Created, Fault> {
    let id = cx.random.hex(8);
    cx.store.put(Gateway { id: id.clone(), subnet: input.subnet_id.clone() });
    if input.subnet_id == "full" {
        return Err(FULL.with(&[&input.subnet_id]));
    }
    Ok(Created { nat_gateway: Shown { nat_gateway_id: id, subnet_id: input.subnet_id } })
}

fn describe_nat_gateways(cx: &Query<'_, ()>, _input: Empty) -> Result<Listed, Fault> {
    let rows = cx.store.all::<Gateway>();
    let shown =
        rows.map(|row| Shown { nat_gateway_id: row.id.clone(), subnet_id: row.subnet.clone() });
    Ok(Listed { nat_gateways: shown.collect() })
}

const OPERATIONS: &[Handler<()>] =
    &[command!(create_nat_gateway, on "{SubnetId}"), query!(describe_nat_gateways)];
const SERVICES: &[Served<()>] =
    &[Served { name: "ec2", operations: &[OPERATIONS], followers: &[] }];

pub(crate) fn local() -> Local<Plain> {
    local_for(Rights::All)
}

fn local_for(rights: Rights) -> Local<Plain> {
    let mut schema = Schema::default();
    schema.add::<Gateway>();
    local_with(service(), SERVICES, schema, rights)
}

pub(crate) fn local_with(
    service: &'static Service,
    services: &'static [Served<()>],
    mut schema: Schema,
    rights: Rights,
) -> Local<Plain> {
    isobar_kernel::schema(&mut schema);
    let shared = Shared::new(Store::ephemeral(schema), Random::seeded(5));
    let caller = Caller {
        account: "me".to_owned(),
        principal: "me".to_owned(),
        name: "me".to_owned(),
        key_id: "secret-token".to_owned(),
        rights,
    };
    Local::new(Plain { service, caller: Arc::new(caller) }, shared, services)
}

fn request(operation: &str, input: Json) -> Request {
    let operation = service().operations.iter().find(|one| one.name == operation).unwrap();
    let input: Value = serde_json::from_value(input).unwrap();
    encode_request(service(), operation, &input).unwrap()
}

/// Calls, and gives the output as JSON or the error.
async fn call(local: &Local<Plain>, name: &str, input: Json) -> Result<Json, ServiceError> {
    let response = local.answer(&request(name, input), "127.0.0.1").await.unwrap();
    let operation = service().operations.iter().find(|one| one.name == name).unwrap();
    match decode_response(service(), operation, &response).unwrap() {
        Reply::Success { output, .. } => Ok(serde_json::to_value(&output).unwrap()),
        Reply::Failure(error) => Err(error),
    }
}

async fn create(local: &Local<Plain>, subnet: &str, token: &str) -> Result<String, String> {
    let input = json!({ "SubnetId": subnet, "ClientToken": token });
    match call(local, "CreateNatGateway", input).await {
        Ok(output) => Ok(output["NatGateway"]["NatGatewayId"].as_str().unwrap().to_owned()),
        Err(error) => Err(error.code),
    }
}

fn count(local: &Local<Plain>) -> usize {
    local.shared.store.read(Tables::count::<Gateway>)
}

fn disturb(local: &Local<Plain>, phase: Phase, effect: Effect) {
    let mut rule: Rule = serde_json::from_value(json!({ "effect": "silence" })).unwrap();
    (rule.phase, rule.effect) = (phase, effect);
    local.shared.faults.replace(vec![rule]).unwrap();
}

#[test]
fn served_operations_are_found_by_their_handlers_names() {
    let served = [("ec2", "CreateNatGateway"), ("ec2", "DescribeNatGateways")];
    assert_eq!(served_operations(Cloud::Aws, SERVICES), served);
}

#[tokio::test]
async fn a_token_gives_the_first_answer_again_and_takes_no_other_input() {
    let local = local();
    let first = create(&local, "one", "t").await.unwrap();
    assert_eq!(create(&local, "one", "t").await.unwrap(), first);
    assert_eq!(count(&local), 1);
    assert_eq!(create(&local, "two", "t").await.unwrap_err(), "TokenReused");
    assert_ne!(create(&local, "one", "u").await.unwrap(), first);
    assert_eq!(count(&local), 2);
}

#[tokio::test]
async fn a_failure_leaves_neither_rows_nor_its_token() {
    let local = local();
    assert_eq!(create(&local, "full", "t").await.unwrap_err(), "Full");
    assert_eq!(count(&local), 0);
    create(&local, "one", "t").await.unwrap();
}

#[tokio::test]
async fn old_tokens_are_forgotten_and_others_kept() {
    let local = local();
    let shared = &local.shared;
    let first = create(&local, "one", "old").await.unwrap();
    shared.clock.advance(SignedDuration::from_hours(23));
    create(&local, "one", "new").await.unwrap();
    assert_eq!(idempotency::purge(&shared.store, shared.clock.now()).unwrap(), 0);
    shared.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(idempotency::purge(&shared.store, shared.clock.now()).unwrap(), 1);
    assert_eq!(idempotency::purge(&shared.store, shared.clock.now()).unwrap(), 0);
    assert_ne!(create(&local, "one", "old").await.unwrap(), first);
    assert_eq!(create(&local, "two", "new").await.unwrap_err(), "TokenReused");
}

#[tokio::test]
async fn a_token_has_a_longest_length() {
    let local = local();
    create(&local, "one", &"t".repeat(idempotency::MAX_TOKEN)).await.unwrap();
    let long = "t".repeat(idempotency::MAX_TOKEN + 1);
    assert_eq!(create(&local, "one", &long).await.unwrap_err(), "Unreadable");
    assert_eq!(count(&local), 1);
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_knows_no_tokens() {
    let local = local();
    let dry = json!({ "SubnetId": "one", "ClientToken": "t", "DryRun": true });
    let code = |result: Result<Json, ServiceError>| result.unwrap_err().code;
    assert_eq!(code(call(&local, "CreateNatGateway", dry.clone()).await), "DryRunOperation");
    assert_eq!(count(&local), 0);
    create(&local, "one", "t").await.unwrap();
    assert_eq!(code(call(&local, "CreateNatGateway", dry).await), "DryRunOperation");
    let full = json!({ "SubnetId": "full", "DryRun": true });
    assert_eq!(code(call(&local, "CreateNatGateway", full).await), "Full");
    assert_eq!(count(&local), 1);
}

#[tokio::test]
async fn what_is_not_built_says_so() {
    let local = local();
    let error = call(&local, "DescribeVpcs", json!({})).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.status.as_u16()), ("NotImplemented", 501));
    assert_eq!(error.message, "DescribeVpcs of ec2 is not built");
}

#[tokio::test]
async fn a_missing_member_is_the_faces_error() {
    let local = local();
    let error = call(&local, "CreateNatGateway", json!({})).await.unwrap_err();
    assert_eq!(error.code, "Unreadable");
}

#[tokio::test]
async fn a_fault_before_does_nothing_and_one_after_loses_the_answer() {
    let error =
        |status, code: Option<&str>| Effect::Error { status, code: code.map(str::to_owned) };
    for (phase, effect, code, kept) in [
        (Phase::Before, error(429, None), "Throttled", 0),
        (Phase::After, error(500, None), "Unavailable", 1),
        (Phase::After, error(500, Some("Odd")), "Odd", 1),
    ] {
        let local = local();
        disturb(&local, phase, effect);
        assert_eq!(create(&local, "one", "").await.unwrap_err(), code);
        assert_eq!(count(&local), kept, "{code}");
    }
}

#[tokio::test]
async fn silence_is_noted() {
    for (phase, kept) in [(Phase::Before, 0), (Phase::After, 1)] {
        let local = local();
        disturb(&local, phase, Effect::Silence);
        let silent = request("CreateNatGateway", json!({ "SubnetId": "one" }));
        assert!(local.answer(&silent, "127.0.0.1").await.is_none());
        assert_eq!(count(&local), kept);
        let entries = local.shared.journal.newest(10, |_| true);
        let [entry] = entries.as_slice() else { panic!("one call is noted") };
        assert_eq!((entry.operation, entry.status), (Some("CreateNatGateway"), None));
    }
}

#[tokio::test]
async fn calls_are_noted_without_their_keys() {
    let local = local();
    create(&local, "full", "").await.unwrap_err();
    let refused = Request::new(http::Method::GET, "/");
    let response = local.answer(&refused, "127.0.0.1").await.unwrap();
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    let entries = serde_json::to_value(local.shared.journal.newest(10, |_| true)).unwrap();
    let told = |at: usize, member: &str| entries[at][member].clone();
    assert_eq!((told(0, "status"), told(0, "error")), (json!(404), json!("NoOperation")));
    assert_eq!((told(1, "status"), told(1, "error")), (json!(400), json!("Full")));
    assert_eq!(
        (told(0, "caller"), told(1, "caller")["account"].clone()),
        (Json::Null, json!("me"))
    );
    assert!(!entries.to_string().contains("secret-token"));
}

#[tokio::test]
async fn who_may_only_read_writes_nothing() {
    let local = local_for(Rights::Reading);
    call(&local, "DescribeNatGateways", json!({})).await.unwrap();
    for input in [
        json!({ "SubnetId": "one", "ClientToken": "t" }),
        json!({ "SubnetId": "one", "DryRun": true }),
        // What is wrong with the input is told to those who may ask for it.
        json!({ "SubnetId": "one", "ClientToken": "t".repeat(idempotency::MAX_TOKEN + 1) }),
    ] {
        let error = call(&local, "CreateNatGateway", input).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.status.as_u16()), ("Denied", 403));
        assert_eq!(error.message, "me may not CreateNatGateway in one");
    }
    assert_eq!(count(&local), 0);
    let unread = call(&local, "DescribeNatGateways", json!({ "DryRun": true })).await.unwrap_err();
    assert_eq!(unread.code, "DryRunOperation");
    let unbuilt = call(&local, "CreateVpc", json!({})).await.unwrap_err();
    assert_eq!(unbuilt.code, "NotImplemented");
}
