//! A local cloud with one account, and a client of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use isobar_alibaba::{Alibaba, Settings};
use isobar_auth::Credentials;
use isobar_auth::alibaba::{acs3, rpc};
use isobar_catalogue::{Cloud as Vendor, Operation, Service};
use isobar_engines::{Engines, balancers, machines};
use isobar_kernel::keys::{Caller, Key};
use isobar_kernel::store::Schema;
use isobar_kernel::{Keys, Random, Rights, Store};
use isobar_kernel::{Local, Shared};
use isobar_wire::{Reply, Request, Response, ServiceError, Value};
use serde_json::{Value as Json, json};

pub(crate) const ACCOUNT: &str = "1234567890123456";
pub(crate) const REGION: &str = "cn-hangzhou";
pub(crate) const KEY_ID: &str = "LTAItest";
/// The key of a user who may only read.
pub(crate) const READER: &str = "LTAIreader";
pub(crate) const SECRET: &str = "testsecret";
pub(crate) const HOST: &str = "127.0.0.1:4567";

/// A local cloud.
pub(crate) struct Cloud {
    pub(crate) local: Local<Alibaba>,
    nonces: AtomicU64,
}

/// How a client signs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signing {
    /// As the current SDKs do.
    Acs3,
    /// As the older ones do, with the format of the answer.
    Rpc(&'static str),
}

impl Cloud {
    pub(crate) fn new() -> Self {
        let mut schema = Schema::default();
        isobar_kernel::schema(&mut schema);
        isobar_engines::schema(&mut schema);
        isobar_alibaba::schema(&mut schema);
        Self::over(Store::ephemeral(schema))
    }

    /// A cloud over a store, as one that starts again.
    pub(crate) fn over(store: Store) -> Self {
        // Why an answer was an internal error stands in the log alone.
        let _ = tracing_subscriber::fmt().with_test_writer().try_init();
        let shared = Shared::new(store, Random::seeded(7));
        let keys = Keys::default();
        keys.add(Key {
            secret: SECRET.into(),
            caller: Arc::new(Caller {
                account: ACCOUNT.into(),
                principal: ACCOUNT.into(),
                name: format!("acs:ram::{ACCOUNT}:root"),
                key_id: KEY_ID.into(),
                rights: Rights::All,
            }),
        });
        keys.add(Key {
            secret: SECRET.into(),
            caller: Arc::new(Caller {
                account: ACCOUNT.into(),
                principal: "201234567890123456".into(),
                name: format!("acs:ram::{ACCOUNT}:user/reader"),
                key_id: READER.into(),
                rights: Rights::Reading,
            }),
        });
        let engines = Engines::new(
            &shared.store,
            &shared.clock,
            &shared.random,
            machines::Settings::new("/nonexistent/isobar-machines", "/nonexistent/isobar"),
        );
        let settings =
            Settings { account_id: ACCOUNT.into(), region: REGION.into(), keys, engines };
        Self { local: isobar_alibaba::local(shared, settings), nonces: AtomicU64::new(0) }
    }

    fn nonce(&self) -> String {
        format!("nonce-{}", self.nonces.fetch_add(1, Ordering::Relaxed))
    }

    /// The signed request of a call.
    pub(crate) fn request(
        &self,
        service: &str,
        operation: &str,
        input: &Json,
        signing: Signing,
    ) -> Request {
        let (service, operation) = find(service, operation);
        let input: Value = serde_json::from_value(input.clone()).unwrap();
        let mut request = isobar_wire::encode_request(service, operation, &input).unwrap();
        self.sign(&mut request, service, operation, signing);
        request
    }

    fn sign(
        &self,
        request: &mut Request,
        service: &Service,
        operation: &Operation,
        signing: Signing,
    ) {
        self.sign_with(request, service, operation, signing, &Credentials::new(KEY_ID, SECRET));
    }

    pub(crate) fn sign_with(
        &self,
        request: &mut Request,
        service: &Service,
        operation: &Operation,
        signing: Signing,
        credentials: &Credentials,
    ) {
        let now = self.local.shared.clock.system();
        match signing {
            Signing::Acs3 => {
                acs3::sign(request, credentials, HOST, now, &self.nonce()).unwrap();
            }
            Signing::Rpc(format) => {
                for name in ["x-acs-action", "x-acs-version", "accept"] {
                    request.headers.remove(name);
                }
                let separator = if request.query.is_empty() { "" } else { "&" };
                let (action, version) = (&operation.name, &service.version);
                request.query.push_str(&format!(
                    "{separator}Action={action}&Version={version}&Format={format}"
                ));
                rpc::sign(request, credentials, now, &self.nonce());
            }
        }
    }

    pub(crate) async fn answer(&self, request: &Request) -> Response {
        self.local.answer(request, HOST).await.expect("no fault rule wants silence")
    }

    /// Calls with a region if the operation takes one and the input has none; signs in turn in either
    /// way and with either format.
    pub(crate) async fn call(
        &self,
        service: &str,
        operation: &str,
        input: Json,
    ) -> Result<Json, ServiceError> {
        self.call_signed(service, operation, input, self.turn()).await
    }

    pub(crate) async fn call_signed(
        &self,
        service: &str,
        operation: &str,
        mut input: Json,
        signing: Signing,
    ) -> Result<Json, ServiceError> {
        let (described, record) = find(service, operation);
        let takes_region =
            described.input_members(record).iter().any(|member| member.name == "RegionId");
        if takes_region && input.get("RegionId").is_none() {
            input["RegionId"] = json!(REGION);
        }
        let request = self.request(service, operation, &input, signing);
        let response = self.answer(&request).await;
        match isobar_wire::decode_response(described, record, &response).unwrap() {
            Reply::Success { output, request_id } => {
                assert!(request_id.is_some(), "{operation} gives a request id");
                Ok(serde_json::to_value(output).unwrap())
            }
            Reply::Failure(error) => Err(error),
        }
    }

    /// Calls what must succeed. What only reads is called in every way, which must make no
    /// difference.
    pub(crate) async fn ok(&self, service: &str, operation: &str, input: Json) -> Json {
        let reads = ["Describe", "List", "Get"].iter().any(|start| operation.starts_with(start));
        let ways: &[Signing] = match reads {
            true => &[Signing::Rpc("XML"), Signing::Rpc("JSON"), Signing::Acs3],
            false => &[self.turn()],
        };
        let mut first = None;
        let mut last = Json::Null;
        for signing in ways {
            last = match self.call_signed(service, operation, input.clone(), *signing).await {
                Ok(output) => output,
                Err(error) => panic!("{operation}: {} {}", error.code, error.message),
            };
            let essence = essence(&last);
            assert_eq!(first.get_or_insert_with(|| essence.clone()), &essence, "{operation}");
        }
        last
    }

    fn turn(&self) -> Signing {
        let turns = [Signing::Acs3, Signing::Rpc("JSON"), Signing::Rpc("XML")];
        turns[usize::try_from(self.nonces.load(Ordering::Relaxed) % 3).unwrap()]
    }

    /// Calls what must fail with the code and status.
    pub(crate) async fn fails(
        &self,
        service: &str,
        operation: &str,
        input: Json,
        status: u16,
        code: &str,
    ) {
        let shown = input.to_string();
        match self.call(service, operation, input).await {
            Ok(output) => panic!("{operation} {shown} succeeded: {output}"),
            Err(error) => assert_eq!(
                (error.code.as_str(), error.status.as_u16()),
                (code, status),
                "{operation} {shown}: {}",
                error.message
            ),
        }
    }

    /// Lets machines and balancers get to where they are heading, which the engines do otherwise.
    pub(crate) fn settle(&self) {
        let now = self.local.shared.clock.now();
        self.local
            .shared
            .store
            .update(|tx| {
                machines::settle(tx, now);
                balancers::settle(tx);
            })
            .unwrap();
    }

    /// A VPC with a vSwitch and a security group in it.
    pub(crate) async fn network(&self) -> Network {
        let vpc = self.ok("vpc", "CreateVpc", json!({"CidrBlock": "172.16.0.0/12"})).await;
        let vpc = text(&vpc["VpcId"]);
        let vswitch = json!({
            "VpcId": vpc, "ZoneId": "cn-hangzhou-h", "CidrBlock": "172.16.0.0/24",
        });
        let vswitch = self.ok("vpc", "CreateVSwitch", vswitch).await;
        let group = self.ok("ecs", "CreateSecurityGroup", json!({"VpcId": vpc})).await;
        Network {
            vpc,
            vswitch: text(&vswitch["VSwitchId"]),
            group: text(&group["SecurityGroupId"]),
        }
    }

    /// Running instances in the network.
    pub(crate) async fn instances(&self, network: &Network, amount: usize) -> Vec<String> {
        let input = json!({
            "ImageId": IMAGE, "InstanceType": TYPE, "SecurityGroupId": network.group,
            "VSwitchId": network.vswitch, "Amount": amount,
        });
        let output = self.ok("ecs", "RunInstances", input).await;
        self.settle();
        output["InstanceIdSets"]["InstanceIdSet"].as_array().unwrap().iter().map(text).collect()
    }
}

pub(crate) const IMAGE: &str = "ubuntu_18_04_64_20G_alibase_20190624.vhd";
pub(crate) const TYPE: &str = "ecs.t5-lc1m1.small";

/// Ids of a network.
pub(crate) struct Network {
    pub(crate) vpc: String,
    pub(crate) vswitch: String,
    pub(crate) group: String,
}

pub(crate) fn find(service: &str, operation: &str) -> (&'static Service, &'static Operation) {
    let service = isobar_catalogue::service(Vendor::Alibaba, service).unwrap();
    (service, service.operation(operation).unwrap_or_else(|| panic!("{operation} is there")))
}

/// The text of a JSON value.
pub(crate) fn text(value: &Json) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is text")).to_owned()
}

/// The answer without what is empty, which XML cannot tell from what is not there, and without the
/// request's id.
fn essence(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(essence).collect(),
        Json::Object(members) => {
            let full = members.iter().filter(|(name, _)| *name != "RequestId");
            let full = full.map(|(name, value)| (name.clone(), essence(value)));
            Json::Object(full.filter(|(_, value)| !is_nothing(value)).collect())
        }
        other => other.clone(),
    }
}

fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Whether a list has no items; in XML such a list is nothing at all.
pub(crate) fn is_empty(list: &Json) -> bool {
    list.as_array().is_none_or(Vec::is_empty)
}

/// The texts at a path in each item of a list.
pub(crate) fn texts(list: &Json, member: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| text(&item[member])).collect()
}
