//! Credentials that end: when they are fetched anew, how often, and what a call does about it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use isobar_auth::Credentials;
use isobar_catalogue::Cloud;
use isobar_client::{Anonymous, Cached, Client, Context, Error, Identity, Kind, Origin, Provide};
use isobar_wire::Value;
use jiff::Timestamp;
use parking_lot::Mutex;

use crate::server::{Server, answer};
use crate::world::{World, with};

const OK: &str = "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>";

fn failure(code: &str) -> String {
    format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>No.</Message></Error></Errors></Response>"
    )
}

/// Gives keys that are numbered, each for as long as the next row says; no row, no credentials.
#[derive(Debug, Default)]
struct Source {
    lives: Mutex<VecDeque<Option<Duration>>>,
    fetched: Mutex<u32>,
    world: Arc<World>,
}

impl Source {
    fn new(world: &Arc<World>, lives: impl IntoIterator<Item = Option<u64>>) -> Arc<Self> {
        let minutes = |life: Option<u64>| life.map(|minutes| Duration::from_secs(minutes * 60));
        let lives = Mutex::new(lives.into_iter().map(minutes).collect());
        Arc::new(Self { lives, fetched: Mutex::default(), world: world.clone() })
    }
}

impl Provide for Source {
    fn credentials(&self) -> BoxFuture<'_, Result<Identity, Error>> {
        Box::pin(async move {
            // Others get their turn while this one waits, as they would for a network.
            tokio::task::yield_now().await;
            let Some(life) = self.lives.lock().pop_front() else {
                return Err(nothing().await);
            };
            let mut fetched = self.fetched.lock();
            *fetched += 1;
            let key = Credentials::new(format!("KEY{fetched}"), "very-secret");
            let end = life.map(|life| self.world.now() + life);
            Ok(Identity::new(key, Origin::Caller).until(end))
        })
    }
}

/// Some error of a source.
async fn nothing() -> Error {
    let (client, _) = crate::world::client(Cloud::Aws, "http://127.0.0.1:1");
    client.call("ec3", "X", Value::Null).await.unwrap_err()
}

fn id(identity: Result<Identity, Error>) -> String {
    match identity {
        Ok(identity) => identity.credentials.unwrap().id,
        Err(error) => format!("{:?}", error.kind()),
    }
}

#[tokio::test]
async fn what_is_held_is_given_until_it_nears_its_end() {
    let world = Arc::new(World::default());
    let source = Source::new(&world, [Some(60), Some(60), Some(12)]);
    let cached = Cached::new(source.clone(), Cloud::Aws, world.clone());
    // After how many more minutes which key is given.
    let rows = [
        (0, "KEY1"),
        (45, "KEY1"),
        // Within the last fifteen minutes it is renewed.
        (1, "KEY2"),
        (45, "KEY2"),
        // A short one is looked for anew at each call, but a failure does no harm yet.
        (1, "KEY3"),
        (1, "KEY3"),
        // Within ten minutes of the end it does.
        (2, "Unknown"),
    ];
    for (minutes, expected) in rows {
        world.pass(Duration::from_secs(minutes * 60));
        assert_eq!(id(cached.credentials().await), expected);
    }
}

#[tokio::test]
async fn one_call_fetches_for_all() {
    let world = Arc::new(World::default());
    let source = Source::new(&world, [Some(60), Some(60), Some(60)]);
    let cached = Cached::new(source.clone(), Cloud::Aws, world.clone());
    let all = || futures_util::future::join_all((0..50).map(|_| cached.credentials()));
    let ids = |found: Vec<_>| found.into_iter().map(id).collect::<Vec<_>>();
    assert_eq!(ids(all().await), vec!["KEY1"; 50]);
    // Early: one goes to fetch, the others do not wait.
    world.pass(Duration::from_secs(47 * 60));
    let mut early = ids(all().await);
    assert_eq!((early.remove(0), early), ("KEY2".to_owned(), vec!["KEY1".to_owned(); 49]));
    // Late: all wait.
    world.pass(Duration::from_secs(55 * 60));
    assert_eq!(ids(all().await), vec!["KEY3"; 50]);
    assert_eq!(*source.fetched.lock(), 3);
}

#[tokio::test]
async fn what_comes_expired_is_an_error() {
    let world = Arc::new(World::default());
    let source = Source::new(&world, [Some(0), None]);
    let cached = Cached::new(source, Cloud::Aws, world.clone());
    let error = cached.credentials().await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_reached()), (Kind::Expired, false));
    assert!(error.to_string().contains("2026-11-21T00:00:00Z"), "{error}");
    assert_eq!(id(cached.credentials().await), "KEY2");
}

async fn call(client: &Client) -> Result<Value, Error> {
    client.call("ec2", "DescribeInstances", Value::Null).await
}

/// The id in each request's signature.
fn signers(server: &Server) -> Vec<String> {
    let id = |head: &str| {
        let rest = head.split("Credential=").nth(1).unwrap_or("/");
        rest.split('/').next().unwrap_or_default().to_owned()
    };
    server.seen().iter().map(|seen| id(&seen.head)).collect()
}

#[tokio::test]
async fn an_expired_token_is_replaced_once() {
    for code in ["ExpiredToken", "ExpiredTokenException"] {
        let expired = || answer(400, failure(code));
        let server = Server::start([expired(), answer(200, OK)]).await;
        let world = Arc::new(World::default());
        let source = Source::new(&world, [None, None, None]);
        let (client, own) = with(Cloud::Aws, server.url(), |config| {
            config.credentials = Arc::new(Cached::new(source, Cloud::Aws, world));
        });
        call(&client).await.unwrap();
        assert_eq!(signers(&server), ["KEY1", "KEY2"], "{code}");
        assert!(own.slept().is_empty());
        // Twice in a row is an error, and the next call begins with the newest.
        server.now([expired()]);
        let error = call(&client).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Expired, Some(code)));
        assert_eq!(signers(&server), ["KEY2", "KEY3"]);
    }
}

#[tokio::test]
async fn what_cannot_be_replaced_is_not_tried_again() {
    let server = Server::start([answer(400, failure("ExpiredToken"))]).await;
    let (client, _) = with(Cloud::Aws, server.url(), |_| {});
    let error = call(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_reached()), (Kind::Expired, true));
    assert_eq!(signers(&server), ["AKID"]);
}

#[tokio::test]
async fn nobody_signs_nothing() {
    for cloud in [Cloud::Aws, Cloud::Alibaba, Cloud::DigitalOcean] {
        let server = Server::start([answer(200, OK)]).await;
        let (client, _) =
            with(cloud, server.url(), |config| config.credentials = Arc::new(Anonymous));
        let (service, operation) = match cloud {
            Cloud::DigitalOcean => ("account", "get"),
            _ => ("sts", "GetCallerIdentity"),
        };
        let _ = client.call(service, operation, Value::Null).await;
        let seen = server.seen();
        assert!(!seen[0].head.to_ascii_lowercase().contains("authorization"), "{}", seen[0].head);
    }
}

#[tokio::test]
async fn calls_without_a_signature_ask_for_nothing() {
    let server = Server::start([answer(400, failure("X"))]).await;
    let world = Arc::new(World::default());
    let (client, _) = with(Cloud::Aws, server.url(), |config| {
        config.credentials = Source::new(&world, []);
    });
    let input = [
        ("RoleArn", "arn:aws:iam::1:role/some-role"),
        ("RoleSessionName", "me"),
        ("WebIdentityToken", "token"),
    ];
    let input = Value::Map(input.map(|(name, value)| (name.into(), Value::from(value))).into());
    let error = client.call("sts", "AssumeRoleWithWebIdentity", input).await.unwrap_err();
    assert_eq!(error.code(), Some("X"));
    let error = call(&client).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unknown);
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn secrets_do_not_show() {
    let key = Credentials::new("AKID", "very-secret").with_session_token("hidden");
    let end: Timestamp = "2026-11-21T00:00:00Z".parse().unwrap();
    let identity = Identity::new(key.clone(), Origin::Caller).until(Some(end));
    let cached = Cached::new(identity.clone(), Cloud::Aws, Arc::new(World::default()));
    let shown = format!("{identity:?} {cached:?} {key:?}");
    assert!(!shown.contains("very-secret") && !shown.contains("hidden"), "{shown}");
}
