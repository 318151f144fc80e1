//! A local cloud with one account, and a client of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use isobar_auth::Credentials;
use isobar_auth::sigv4::{self, Payload, Signing, SigningKeys, Style};
use isobar_aws::{Aws, Settings};
use isobar_catalogue::{Cloud as Vendor, Operation, Service};
use isobar_engines::{Engines, balancers, machines};
use isobar_kernel::keys::{Caller, Key};
use isobar_kernel::store::Schema;
use isobar_kernel::{Keys, Random, Rights, Store};
use isobar_kernel::{Local, Shared};
use isobar_wire::{Reply, Request, Response, ServiceError, Value};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const REGION: &str = "us-east-1";
pub(crate) const KEY_ID: &str = "AKIAISOBARTESTKEY000";
/// The key of a user who may only read.
pub(crate) const READER: &str = "AKIAISOBARTESTREADER";
pub(crate) const SECRET: &str = "an/example+secret";
pub(crate) const HOST: &str = "127.0.0.1:4566";

/// A local cloud.
pub(crate) struct Cloud {
    pub(crate) local: Local<Aws>,
    tokens: AtomicU64,
}

impl Cloud {
    pub(crate) fn new() -> Self {
        // Why an answer was an internal error stands in the log alone.
        let _ = tracing_subscriber::fmt().with_test_writer().try_init();
        let mut schema = Schema::default();
        isobar_kernel::schema(&mut schema);
        isobar_engines::schema(&mut schema);
        isobar_aws::schema(&mut schema);
        let shared = Shared::new(Store::ephemeral(schema), Random::seeded(7));
        let keys = Keys::default();
        keys.add(Key {
            secret: SECRET.into(),
            caller: Arc::new(Caller {
                account: ACCOUNT.into(),
                principal: ACCOUNT.into(),
                name: format!("arn:aws:iam::{ACCOUNT}:root"),
                key_id: KEY_ID.into(),
                rights: Rights::All,
            }),
        });
        keys.add(Key {
            secret: SECRET.into(),
            caller: Arc::new(Caller {
                account: ACCOUNT.into(),
                principal: "AIDAISOBARTESTREADER0".into(),
                name: format!("arn:aws:iam::{ACCOUNT}:user/reader"),
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
        let local = isobar_aws::local(shared, settings).unwrap();
        Self { local, tokens: AtomicU64::new(0) }
    }

    /// The request of a call, without a signature.
    pub(crate) fn unsigned(&self, service: &str, operation: &str, input: &Json) -> Request {
        let (service, operation) = find(service, operation);
        let mut input: Value = serde_json::from_value(input.clone()).unwrap();
        isobar_wire::fill_tokens(service, operation, &mut input, || {
            format!("token-{}", self.tokens.fetch_add(1, Ordering::Relaxed))
        });
        isobar_wire::encode_request(service, operation, &input).unwrap()
    }

    /// Signs as the account, for a region.
    pub(crate) fn sign(&self, request: &mut Request, service: &str, region: &str) {
        self.sign_with(request, service, region, &Credentials::new(KEY_ID, SECRET));
    }

    pub(crate) fn sign_with(
        &self,
        request: &mut Request,
        service: &str,
        region: &str,
        credentials: &Credentials,
    ) {
        let now = self.local.shared.clock.system();
        Self::sign_at(request, service, region, credentials, now);
    }

    pub(crate) fn sign_at(
        request: &mut Request,
        service: &str,
        region: &str,
        credentials: &Credentials,
        time: Timestamp,
    ) {
        let service = isobar_catalogue::service(Vendor::Aws, service).unwrap();
        let signing = Signing {
            credentials,
            region,
            service: &service.signing_name,
            host: HOST,
            time,
            style: Style::Standard,
            payload: Payload::Signed,
        };
        sigv4::sign(request, &signing, &SigningKeys::new()).unwrap();
    }

    pub(crate) async fn answer(&self, request: &Request) -> Response {
        self.local.answer(request, HOST).await.expect("no fault rule wants silence")
    }

    pub(crate) async fn call_in(
        &self,
        region: &str,
        service: &str,
        operation: &str,
        input: &Json,
    ) -> Result<Json, ServiceError> {
        let mut request = self.unsigned(service, operation, input);
        self.sign(&mut request, service, region);
        let response = self.answer(&request).await;
        decoded(service, operation, &response)
    }

    /// Calls what must succeed.
    pub(crate) async fn ok(&self, service: &str, operation: &str, input: Json) -> Json {
        match self.call_in(REGION, service, operation, &input).await {
            Ok(output) => output,
            Err(error) => panic!("{operation} {input}: {} {}", error.code, error.message),
        }
    }

    /// Calls what must fail with the code; the message is returned. The status is 400 unless the code
    /// says otherwise.
    pub(crate) async fn fails(
        &self,
        service: &str,
        operation: &str,
        input: Json,
        code: &str,
    ) -> String {
        let status = match code {
            "DryRunOperation" => 412,
            "NotImplemented" => 501,
            _ => 400,
        };
        match self.call_in(REGION, service, operation, &input).await {
            Ok(output) => panic!("{operation} {input} succeeded: {output}"),
            Err(error) => {
                let seen = (error.code.as_str(), error.status.as_u16());
                assert_eq!(seen, (code, status), "{operation} {input}: {}", error.message);
                error.message
            }
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

    pub(crate) fn advance(&self, by: SignedDuration) {
        self.local.shared.clock.advance(by);
    }

    /// The newest image for x86.
    pub(crate) async fn image(&self) -> String {
        let filters = serde_json::json!([
            { "Name": "name", "Values": ["al2023-ami-2023*-kernel-6.1-x86_64"] },
        ]);
        let input = serde_json::json!({ "Owners": ["amazon"], "Filters": filters });
        let images = self.ok("ec2", "DescribeImages", input).await;
        text(&images, "/Images/0/ImageId")
    }

    /// Launches instances of the usual kind in the default network, which run at once.
    pub(crate) async fn run(&self, count: usize) -> Vec<String> {
        let image = self.image().await;
        let input = serde_json::json!({
            "ImageId": image, "InstanceType": "t3.micro", "MinCount": count, "MaxCount": count,
        });
        let launched = self.ok("ec2", "RunInstances", input).await;
        self.settle();
        let instances = launched["Instances"].as_array().unwrap();
        instances.iter().map(|instance| text(instance, "/InstanceId")).collect()
    }
}

/// What a response says.
pub(crate) fn decoded(
    service: &str,
    operation: &str,
    response: &Response,
) -> Result<Json, ServiceError> {
    let (service, operation) = find(service, operation);
    match isobar_wire::decode_response(service, operation, response).unwrap() {
        Reply::Success { output, request_id } => {
            assert!(request_id.is_some(), "{} gives a request id", operation.name);
            Ok(serde_json::to_value(output).unwrap())
        }
        Reply::Failure(error) => Err(error),
    }
}

pub(crate) fn find(service: &str, operation: &str) -> (&'static Service, &'static Operation) {
    let service = isobar_catalogue::service(Vendor::Aws, service).unwrap();
    let found = service.operation(operation);
    (service, found.unwrap_or_else(|| panic!("{operation} is in the catalogue")))
}

/// The text at the pointer.
pub(crate) fn text(value: &Json, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Json::as_str);
    found.unwrap_or_else(|| panic!("{pointer} is text in {value}")).to_owned()
}

/// How many items the list at the pointer has.
pub(crate) fn count(value: &Json, pointer: &str) -> usize {
    let found = value.pointer(pointer).and_then(Json::as_array);
    found.unwrap_or_else(|| panic!("{pointer} is a list in {value}")).len()
}
