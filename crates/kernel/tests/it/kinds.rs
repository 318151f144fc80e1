//! The kinds of handlers beside those that read and those that write: calls that wait, and calls that
//! work outside of the store with bodies of any size.

use std::collections::BTreeMap;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use isobar_catalogue::Service;
use isobar_kernel::body::Body;
use isobar_kernel::call::{Done, Empty, Failure, Wait, Waiting, Work, compute};
use isobar_kernel::serve::{Bounds, MAX_BODY};
use isobar_kernel::store::{Record, Schema, Topic};
use isobar_kernel::{
    Command, Fault, Handler, Local, Query, Rights, Row, Served, Tables, command, query, wait, work,
};
use isobar_wire::{Input, Output, Reply, Request, Value, decode_response, encode_request};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::face::{Plain, local_with, named};
use crate::serve::{Server, status};

const NO_OBJECT: Row = Row::new(404, "NoObject", "there is no {}");

/// Attempts to receive something from the queues of the one test that counts them.
static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);

#[derive(Clone, Serialize, Deserialize)]
struct Message {
    queue: String,
    id: String,
    text: String,
}

impl Record for Message {
    const KIND: &'static str = "test.message";

    fn key(&self) -> String {
        format!("{}/{}", self.queue, self.id)
    }

    fn links(&self) -> Vec<(&'static str, String)> {
        vec![("queue", self.queue.clone())]
    }
}

#[derive(Input)]
struct SendMessage {
    queue_url: String,
    message_body: String,
}

#[derive(Output)]
struct Sent {
    message_id: String,
}

fn send_message(cx: &mut Command<'_, '_, ()>, input: SendMessage) -> Result<Sent, Fault> {
    let id = cx.random.hex(8);
    cx.store.put(Message { queue: input.queue_url, id: id.clone(), text: input.message_body });
    Ok(Sent { message_id: id })
}

#[derive(Input)]
struct ReceiveMessage {
    queue_url: String,
    wait_time_seconds: Option<i64>,
}

#[derive(Output)]
struct Received {
    messages: Vec<Shown>,
}

#[derive(Output)]
struct Shown {
    message_id: String,
    body: String,
}

fn receive_message(
    cx: &mut Command<'_, '_, ()>,
    input: &ReceiveMessage,
) -> Result<Waiting<Received>, Fault> {
    if input.queue_url.starts_with("many") {
        ATTEMPTS.fetch_add(1, Ordering::Relaxed);
    }
    let until = cx.began + SignedDuration::from_secs(input.wait_time_seconds.unwrap_or_default());
    let first = cx.store.by::<Message>("queue", &input.queue_url).next().cloned();
    match first {
        Some(message) => {
            cx.store.remove::<Message>(&message.key());
            let shown = Shown { message_id: message.id.clone(), body: message.text.clone() };
            Ok(Waiting::Done(Received { messages: vec![shown] }))
        }
        None if cx.now < until => {
            let topic = Topic::of::<Message>("queue", &input.queue_url);
            Ok(Waiting::Not(Wait::until(until).on(topic)))
        }
        None => Ok(Waiting::Done(Received { messages: Vec::new() })),
    }
}

const MESSAGES: &[Handler<()>] = &[command!(send_message), wait!(receive_message)];

fn queues() -> Arc<Local<Plain>> {
    const SERVICES: &[Served<()>] =
        &[Served { name: "sqs", operations: &[MESSAGES], followers: &[] }];
    let mut schema = Schema::default();
    schema.add::<Message>();
    Arc::new(local_with(named("sqs"), SERVICES, schema, Rights::All))
}

fn request(service: &'static Service, name: &str, input: Json) -> Request {
    let operation = service.operations.iter().find(|one| one.name == name).unwrap();
    let input: Value = serde_json::from_value(input).unwrap();
    encode_request(service, operation, &input).unwrap()
}

async fn send(local: &Local<Plain>, queue: &str, text: &str) {
    let input = json!({ "QueueUrl": queue, "MessageBody": text });
    let response = local.answer(&request(named("sqs"), "SendMessage", input), "127.0.0.1").await;
    assert_eq!(response.unwrap().status, 200);
}

async fn receive(local: &Local<Plain>, queue: &str, seconds: i64) -> Option<String> {
    let service = named("sqs");
    let input = json!({ "QueueUrl": queue, "WaitTimeSeconds": seconds });
    let asked = request(service, "ReceiveMessage", input);
    let response = local.answer(&asked, "127.0.0.1").await.unwrap();
    let operation = service.operations.iter().find(|one| one.name == "ReceiveMessage").unwrap();
    let Reply::Success { output, .. } = decode_response(service, operation, &response).unwrap()
    else {
        panic!("it failed with {}", response.status)
    };
    let output = serde_json::to_value(&output).unwrap();
    output["Messages"][0]["Body"].as_str().map(str::to_owned)
}

/// Thousands wait; each message is received once, and nobody asks while nothing happens.
#[tokio::test]
async fn many_wait_and_each_message_wakes_them() {
    let local = queues();
    let wait = |at: usize| {
        let local = Arc::clone(&local);
        tokio::spawn(
            async move { receive(&local, &format!("many-{}", at % 100), 20).await.unwrap() },
        )
    };
    let waiting: Vec<_> = (0..3000).map(wait).collect();
    while ATTEMPTS.load(Ordering::Relaxed) < 3000 {
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    send(&local, "another", "x").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(ATTEMPTS.load(Ordering::Relaxed), 3000, "somebody polls");
    for at in 0..3000 {
        send(&local, &format!("many-{}", at % 100), &at.to_string()).await;
    }
    let mut received = Vec::new();
    for one in waiting {
        received.push(one.await.unwrap().parse::<usize>().unwrap());
    }
    received.sort_unstable();
    assert_eq!(received, (0..3000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_wait_ends_with_its_time_and_with_a_clock_that_is_moved() {
    let local = queues();
    assert_eq!(receive(&local, "q", 0).await, None);
    assert_eq!(receive(&local, "q", 1).await, None);
    let waiting = tokio::spawn({
        let local = Arc::clone(&local);
        async move { receive(&local, "q", 3600).await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    local.shared.clock.advance(SignedDuration::from_secs(3601));
    assert_eq!(waiting.await.unwrap(), None);
}

/// The request as it is sent over a connection.
fn on_the_wire(request: &Request) -> Vec<u8> {
    let mut sent =
        format!("{} {} HTTP/1.1\r\nhost: 127.0.0.1\r\n", request.method, request.target());
    for (name, value) in &request.headers {
        sent += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    sent += &format!("content-length: {}\r\n\r\n", request.body.len());
    let mut sent = sent.into_bytes();
    sent.extend_from_slice(&request.body);
    sent
}

#[tokio::test]
async fn who_goes_away_waits_no_longer() {
    let local = queues();
    let server = Server::of(Arc::clone(&local), Bounds::of_clouds(1024)).await;
    let input = json!({ "QueueUrl": "q", "WaitTimeSeconds": 20 });
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&on_the_wire(&request(named("sqs"), "ReceiveMessage", input))).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(stream);
    tokio::time::sleep(Duration::from_millis(50)).await;
    send(&local, "q", "for the living").await;
    assert_eq!(receive(&local, "q", 0).await.as_deref(), Some("for the living"));
}

#[tokio::test]
async fn a_stop_ends_those_who_wait() {
    let server = Server::of(queues(), Bounds::of_clouds(1024)).await;
    let input = json!({ "QueueUrl": "q", "WaitTimeSeconds": 20 });
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&on_the_wire(&request(named("sqs"), "ReceiveMessage", input))).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(2), server.task).await.unwrap().unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(status(&answer), "503", "{answer}");
}

/// An object, whose bytes are a file without a name.
#[derive(Serialize, Deserialize)]
struct Object {
    key: String,
    size: u64,
    sum: u64,
}

impl Record for Object {
    const KIND: &'static str = "test.object";

    fn key(&self) -> String {
        self.key.clone()
    }
}

#[derive(Input)]
#[expect(dead_code, reason = "the tests have one bucket, and bodies say how long they are")]
struct Place {
    bucket: String,
    key: String,
    content_length: Option<i64>,
    metadata: Option<BTreeMap<String, String>>,
}

#[derive(Output)]
struct Put {
    e_tag: String,
}

async fn put_object(mut cx: Work<'_, ()>, input: Place) -> Result<Done, Failure> {
    let (mut size, mut sum) = (0, 0_u64);
    while let Some(piece) = cx.body.next().await? {
        size += piece.len() as u64;
        sum = compute(move || piece.iter().fold(sum, |sum, byte| sum.wrapping_add((*byte).into())))
            .await?;
    }
    cx.commit(|cx| {
        cx.store.put(Object { key: input.key, size, sum });
        Ok(Put { e_tag: format!("{sum:x}") })
    })
}

#[derive(Output)]
struct Got {
    content_type: &'static str,
}

/// Answers with so many bytes as the object has, but for one that is named `short`, whose file has
/// fewer than it should, and one that is named `endless`.
async fn get_object(cx: Work<'_, ()>, input: Place) -> Result<Done, Failure> {
    let got = Got { content_type: "text/plain" };
    if input.key == "endless" {
        let ticks = |out: tokio::sync::mpsc::Sender<Bytes>| async move {
            let _counted = Counted::new();
            while out.send(Bytes::from_static(b"tick")).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Ok(())
        };
        return cx.stream(&got, Body::of_task(ticks));
    }
    let size = cx.read(|cx| cx.store.get::<Object>(&input.key).map(|object| object.size));
    let size = size.ok_or_else(|| NO_OBJECT.with(&[&input.key]))?;
    let mut file = file_of(size).map_err(isobar_kernel::body::Broken::from)?;
    file.seek(SeekFrom::Start(0)).map_err(isobar_kernel::body::Broken::from)?;
    let length = if input.key == "short" { size + 1 } else { size };
    cx.stream(&got, Body::of_file(file, length))
}

#[expect(clippy::disallowed_methods, reason = "a test's own file")]
fn file_of(size: u64) -> std::io::Result<std::fs::File> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("isobar-kinds-{}-{number}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(path)?;
    file.write_all(&vec![b'y'; usize::try_from(size).unwrap()])?;
    Ok(file)
}

/// How many endless answers are being made.
static ENDLESS: AtomicUsize = AtomicUsize::new(0);

struct Counted;

impl Counted {
    fn new() -> Self {
        ENDLESS.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ENDLESS.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Output)]
struct Buckets {
    buckets: Vec<Empty>,
}

fn list_buckets(_cx: &Query<'_, ()>, _input: Empty) -> Result<Buckets, Fault> {
    Ok(Buckets { buckets: Vec::new() })
}

const OBJECTS: &[Handler<()>] = &[work!(put_object), work!(get_object), query!(list_buckets)];

async fn objects() -> (Arc<Local<Plain>>, Server) {
    const SERVICES: &[Served<()>] =
        &[Served { name: "s3", operations: &[OBJECTS], followers: &[] }];
    let mut schema = Schema::default();
    schema.add::<Object>();
    let local = Arc::new(local_with(named("s3"), SERVICES, schema, Rights::All));
    let server = Server::of(Arc::clone(&local), Bounds::of_clouds(1024)).await;
    (local, server)
}

fn head(method: &str, key: &str, rest: &str) -> String {
    format!("{method} /bucket/{key} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{rest}\r\n")
}

fn object(local: &Local<Plain>, key: &str) -> Option<(u64, u64)> {
    local
        .shared
        .store
        .read(|tables: &Tables| tables.get::<Object>(key).map(|object| (object.size, object.sum)))
}

#[tokio::test]
async fn a_body_of_any_size_is_handed_on_while_other_calls_go_on() {
    let (local, server) = objects().await;
    let size = 2 * MAX_BODY;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let sent = head("PUT", "large", &format!("content-length: {size}\r\n"));
    stream.write_all(sent.as_bytes()).await.unwrap();
    let half = vec![1; size / 2];
    stream.write_all(&half).await.unwrap();
    let other =
        server.send(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").await;
    assert_eq!(status(&other), "200", "{other}");
    assert_eq!(object(&local, "large"), None);
    stream.write_all(&half).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(status(&answer), "200", "{answer}");
    assert_eq!(object(&local, "large"), Some((size as u64, size as u64)));
    let answer = server.send(head("GET", "large", "").as_bytes()).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {size}\r\n")), "{head}");
    assert!(body.len() == size && body.bytes().all(|byte| byte == b'y'));
}

#[tokio::test]
async fn what_is_refused_or_breaks_off_is_not_kept() {
    let (local, server) = objects().await;
    let bad = head("PUT", "bad", "content-length: 6\r\n") + "good!!";
    let answer = server.send(bad.as_bytes()).await;
    assert!(answer.contains("<Code>Unreadable</Code>"), "{answer}");
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all((head("PUT", "half", "content-length: 6\r\n") + "abc").as_bytes())
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    drop(stream);
    let answer = server.send(head("GET", "none", "").as_bytes()).await;
    assert_eq!(status(&answer), "404", "{answer}");
    // Unknown operations are answered although nobody reads their bodies.
    let unbuilt = "PUT /bucket?versioning HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
                   content-length: 100000\r\n\r\n";
    let answer = server.send((unbuilt.to_owned() + &"z".repeat(100_000)).as_bytes()).await;
    assert_eq!(status(&answer), "501", "{answer}");
    assert_eq!((object(&local, "bad"), object(&local, "half")), (None, None));
    let entries = local.shared.journal.newest(10, |entry| entry.status.is_none());
    assert_eq!(entries.len(), 1, "the call that broke off is noted without an answer");
}

/// A client that asks before it sends is told the refusal and sends nothing.
#[tokio::test]
async fn a_body_that_is_not_wanted_is_not_asked_for() {
    let (_local, server) = objects().await;
    let head = "PUT /bucket?versioning HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\
                expect: 100-continue\r\ncontent-length: 100000\r\n\r\n";
    let answer = server.send(head.as_bytes()).await;
    assert_eq!(status(&answer), "501", "{answer}");
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let wanted = self::head("PUT", "asked", "expect: 100-continue\r\ncontent-length: 3\r\n");
    stream.write_all(wanted.as_bytes()).await.unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"abc").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(status(&answer), "200", "{answer}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_never_looks_complete() {
    let (_local, server) = objects().await;
    let put = head("PUT", "short", "content-length: 70000\r\n") + &"a".repeat(70_000);
    assert_eq!(status(&server.send(put.as_bytes()).await), "200");
    let answer = server.send(head("GET", "short", "").as_bytes()).await;
    // Where the connection ends, what waits to be written is lost too.
    if let Some((head, body)) = answer.split_once("\r\n\r\n") {
        assert!(head.contains("content-length: 70001"), "{head}");
        assert!(body.len() <= 70_000);
    }
}

#[tokio::test]
async fn an_endless_answer_ends_with_its_reader() {
    let (_local, server) = objects().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(head("GET", "endless", "").as_bytes()).await.unwrap();
    let mut begun = [0; 200];
    stream.read_exact(&mut begun).await.unwrap();
    assert_eq!(ENDLESS.load(Ordering::Relaxed), 1);
    drop(stream);
    let ended = async {
        while ENDLESS.load(Ordering::Relaxed) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), ended).await.unwrap();
}
