//! The local DigitalOcean through its whole pipeline, without sockets: requests as a client writes
//! them, answers as a client reads them.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "a test's helpers are tests too, and `json!` makes values"
)]

mod account;
mod actions;
mod authorization;
mod droplets;
mod firewalls;
mod images;
mod load_balancers;
mod members;
mod projects;
mod protocol;
mod ssh_keys;
mod state;
mod tags;
mod vpcs;

use std::sync::Arc;

use http::{HeaderValue, Method, StatusCode};
use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use isobar_digitalocean::{DigitalOcean, Settings, local, schema};
use isobar_engines::{Engines, balancers, machines};
use isobar_kernel::keys::Key;
use isobar_kernel::store::Schema;
use isobar_kernel::{Caller, Keys, Random, Rights, Store};
use isobar_kernel::{Local, Shared};
use isobar_wire::{Reply, Request, Response};
use jiff::SignedDuration;
use serde_json::{Value, json};

const TOKEN: &str = "dop_v1_test";
/// A token that may only read.
const READER: &str = "dop_v1_reader";
const HOST: &str = "127.0.0.1:4568";
const ACCOUNT: &str = "0c5e9b12-9d3f-4b1a-8a57-3f6a1f1f2c11";

/// A local cloud with one account.
struct World {
    local: Local<DigitalOcean>,
}

/// An error as a client sees it.
#[derive(Debug, PartialEq)]
struct Failed {
    status: u16,
    id: String,
    message: String,
}

fn failed(status: u16, id: &str, message: &str) -> Result<Value, Failed> {
    Err(Failed { status, id: id.to_owned(), message: message.to_owned() })
}

fn unprocessable(message: &str) -> Result<Value, Failed> {
    failed(422, "unprocessable_entity", message)
}

fn not_found() -> Result<Value, Failed> {
    failed(404, "not_found", "The resource you were accessing could not be found.")
}

fn kinds() -> Schema {
    let mut kinds = Schema::default();
    isobar_kernel::schema(&mut kinds);
    isobar_engines::schema(&mut kinds);
    schema(&mut kinds);
    kinds
}

impl World {
    fn new() -> Self {
        Self::over(Store::ephemeral(kinds()))
    }

    fn over(store: Store) -> Self {
        let shared = Shared::new(store, Random::seeded(1));
        let engines = Engines::new(
            &shared.store,
            &shared.clock,
            &shared.random,
            machines::Settings::new("/nowhere", "/nowhere/isobar"),
        );
        let keys = Keys::default();
        for (token, rights) in [(TOKEN, Rights::All), (READER, Rights::Reading)] {
            let caller = Caller {
                account: ACCOUNT.to_owned(),
                principal: ACCOUNT.to_owned(),
                name: "isobar@localhost".to_owned(),
                key_id: token.to_owned(),
                rights,
            };
            keys.add(Key { secret: String::new(), caller: Arc::new(caller) });
        }
        let settings =
            Settings { account_id: ACCOUNT.to_owned(), region: String::new(), keys, engines };
        Self { local: local(shared, settings) }
    }

    /// Calls an operation as the client does.
    async fn call(&self, service: &str, operation: &str, input: Value) -> Result<Value, Failed> {
        self.call_with(TOKEN, service, operation, input).await
    }

    async fn call_with(
        &self,
        token: &'static str,
        service: &str,
        operation: &str,
        input: Value,
    ) -> Result<Value, Failed> {
        let service = isobar_catalogue::service(Cloud::DigitalOcean, service).expect("a service");
        let operation = service.operation(operation).expect("an operation");
        let input = serde_json::from_value(input).expect("a value");
        let mut request =
            isobar_wire::encode_request(service, operation, &input).expect("a request");
        isobar_auth::bearer::sign(&mut request, &Credentials::bearer(token)).expect("a token");
        let response = self.local.answer(&request, HOST).await.expect("an answer");
        match isobar_wire::decode_response(service, operation, &response).expect("a reply") {
            Reply::Success { output, .. } => Ok(serde_json::to_value(&output).expect("JSON")),
            Reply::Failure(error) => Err(Failed {
                status: error.status.as_u16(),
                id: error.code,
                message: error.message,
            }),
        }
    }

    /// Sends a request as it is.
    async fn send(&self, method: Method, target: &str, body: &str) -> Response {
        self.send_with(TOKEN, method, target, body).await
    }

    async fn send_with(&self, token: &str, method: Method, target: &str, body: &str) -> Response {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Request::new(method, path);
        query.clone_into(&mut request.query);
        request.body = body.to_owned().into();
        let token = HeaderValue::from_str(&format!("Bearer {token}")).expect("a header");
        request.headers.insert("authorization", token);
        self.local.answer(&request, HOST).await.expect("an answer")
    }

    /// The body of an answer to a GET, with its nulls.
    async fn get(&self, target: &str) -> Value {
        let response = self.send(Method::GET, target, "").await;
        assert_eq!(response.status, StatusCode::OK, "{target}: {:?}", response.body);
        serde_json::from_slice(&response.body).expect("JSON")
    }

    /// Creates a droplet and gives its id; `more` is added to what it is created from.
    async fn droplet(&self, name: &str, more: Value) -> u64 {
        let mut input = json!({
            "name": name, "region": "nyc3", "size": "s-1vcpu-1gb", "image": "ubuntu-22-04-x64",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            input[name] = value.clone();
        }
        let made = self.call("droplets", "create", input).await.expect("a droplet");
        made["droplet"]["id"].as_u64().expect("an id")
    }

    /// Lets machines and balancers come to where they are heading.
    fn settle(&self) {
        let now = self.local.shared.clock.now();
        self.local
            .shared
            .store
            .update(|tx| {
                machines::settle(tx, now);
                balancers::settle(tx);
            })
            .expect("an ephemeral store");
    }

    /// Moves the clock.
    fn pass(&self, seconds: i64) {
        self.local.shared.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Lets everything come to rest that was begun: nothing is worked upon afterwards.
    fn rest(&self) {
        self.settle();
        self.pass(1);
    }

    /// Begins an action, lets it end, and gives how it ended.
    async fn act(&self, droplet: u64, request: Value) -> Result<Value, Failed> {
        let mut input = request;
        input["droplet_id"] = droplet.into();
        let begun = self.call("droplet_actions", "post", input).await?;
        assert_eq!(begun["action"]["status"], "in-progress");
        self.settle();
        self.pass(5);
        let id = begun["action"]["id"].clone();
        let ended = self.call("actions", "get", json!({ "action_id": id })).await?;
        Ok(ended["action"].clone())
    }
}
