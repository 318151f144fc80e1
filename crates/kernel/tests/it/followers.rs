//! Services that follow what others change.

use isobar_kernel::call::Empty;
use isobar_kernel::store::{Record, Schema};
use isobar_kernel::{Command, Fault, Handler, Local, Rights, Row, Served, Tables, command, follow};
use isobar_wire::{Input, Value, encode_request};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::face::{Plain, local_with, named};

const HELD: Row = Row::new(400, "Held", "{} is held");

/// A thing, and what it lies in.
#[derive(Clone, Serialize, Deserialize)]
struct Vpc {
    id: String,
}

/// What follows each VPC.
#[derive(Clone, Serialize, Deserialize)]
struct Shadow {
    id: String,
    seen: u32,
}

/// What follows each shadow.
#[derive(Clone, Serialize, Deserialize)]
struct Count {
    id: String,
    ended: u32,
}

impl Record for Vpc {
    const KIND: &'static str = "test.vpc";

    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Record for Shadow {
    const KIND: &'static str = "test.shadow";

    fn key(&self) -> String {
        self.id.clone()
    }
}

impl Record for Count {
    const KIND: &'static str = "test.count";

    fn key(&self) -> String {
        self.id.clone()
    }
}

#[derive(Input)]
struct CreateVpc {
    cidr_block: String,
}

fn create_vpc(cx: &mut Command<'_, '_, ()>, input: CreateVpc) -> Result<Empty, Fault> {
    let vpc = cx.store.put(Vpc { id: input.cidr_block });
    if vpc.id == "bad" {
        return Err(HELD.with(&[&vpc.id]));
    }
    Ok(Empty {})
}

#[derive(Input)]
struct DeleteVpc {
    vpc_id: String,
}

fn delete_vpc(cx: &mut Command<'_, '_, ()>, input: DeleteVpc) -> Result<Empty, Fault> {
    let vpc = Vpc { id: input.vpc_id };
    if cx.is_held(&vpc) {
        return Err(HELD.with(&[&vpc.id]));
    }
    cx.store.remove::<Vpc>(&vpc.id);
    Ok(Empty {})
}

fn shadow(cx: &mut Command<'_, '_, ()>, before: Option<&Vpc>, after: Option<&Vpc>) {
    match (before, after) {
        (_, Some(vpc)) => {
            let seen = cx.store.get::<Shadow>(&vpc.id).map_or(0, |shadow| shadow.seen);
            cx.store.put(Shadow { id: vpc.id.clone(), seen: seen + 1 });
        }
        (Some(vpc), None) => {
            cx.store.remove::<Shadow>(&vpc.id);
        }
        (None, None) => unreachable!("a row changed"),
    }
}

fn count(cx: &mut Command<'_, '_, ()>, shadow: &Shadow) {
    let ended = cx.store.get::<Count>("all").map_or(0, |count| count.ended);
    cx.store.put(Count { id: "all".to_owned(), ended: ended + shadow.seen });
}

fn holds(_store: &Tables, vpc: &Vpc) -> bool {
    vpc.id == "held"
}

const OPERATIONS: &[Handler<()>] = &[command!(create_vpc), command!(delete_vpc)];

fn local() -> Local<Plain> {
    const SERVICES: &[Served<()>] = &[
        Served { name: "ec2", operations: &[OPERATIONS], followers: &[] },
        Served {
            name: "elbv2",
            operations: &[],
            followers: &[
                follow!(Changed Vpc, shadow),
                follow!(Ended Shadow, count),
                follow!(Held Vpc, holds),
            ],
        },
    ];
    let mut schema = Schema::default();
    schema.add::<Vpc>();
    schema.add::<Shadow>();
    schema.add::<Count>();
    local_with(named("ec2"), SERVICES, schema, Rights::All)
}

async fn call(local: &Local<Plain>, name: &str, input: Json) -> u16 {
    let service = named("ec2");
    let operation = service.operations.iter().find(|one| one.name == name).unwrap();
    let input: Value = serde_json::from_value(input).unwrap();
    let request = encode_request(service, operation, &input).unwrap();
    local.answer(&request, "127.0.0.1").await.unwrap().status.as_u16()
}

#[tokio::test]
async fn followers_act_in_the_same_transaction_and_follow_each_other() {
    let local = local();
    let seen = |id: &str| {
        local.shared.store.read(|tables| tables.get::<Shadow>(id).map(|shadow| shadow.seen))
    };
    for times in 1..=2 {
        assert_eq!(call(&local, "CreateVpc", json!({ "CidrBlock": "a" })).await, 200);
        assert_eq!(seen("a"), Some(times));
    }
    assert_eq!(call(&local, "CreateVpc", json!({ "CidrBlock": "bad" })).await, 400);
    assert_eq!(seen("bad"), None);
    assert_eq!(call(&local, "CreateVpc", json!({ "CidrBlock": "b", "DryRun": true })).await, 412);
    assert_eq!(seen("b"), None);
    assert_eq!(call(&local, "DeleteVpc", json!({ "VpcId": "a" })).await, 200);
    assert_eq!(seen("a"), None);
    let ended = local.shared.store.read(|tables| tables.get::<Count>("all").unwrap().ended);
    assert_eq!(ended, 2);
}

#[tokio::test]
async fn what_another_service_holds_stays() {
    let local = local();
    assert_eq!(call(&local, "CreateVpc", json!({ "CidrBlock": "held" })).await, 200);
    assert_eq!(call(&local, "DeleteVpc", json!({ "VpcId": "held" })).await, 400);
    assert!(local.shared.store.read(|tables| tables.get::<Vpc>("held").is_some()));
}
