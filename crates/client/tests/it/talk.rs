//! Calls in which both sides talk at once.

mod server;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use isobar_catalogue::{Cloud, Operation, Service};
use isobar_client::{Anonymous, Client, Error, Kind, Observe, Streamed};
use isobar_wire::eventstream::Event;
use isobar_wire::{Response, Value, to_value};
use parking_lot::Mutex;
use serde_json::{Value as Json, json};
use tokio::sync::{Notify, mpsc};

use self::server::{Answer, Heard, Server, all};
use crate::world::{client, with};

type Found = (&'static Service, &'static Operation);

fn find(service: &str, operation: &str) -> Found {
    isobar_catalogue::operation(Cloud::Aws, service, operation).unwrap()
}

fn bedrock() -> Found {
    find("bedrock-runtime", "InvokeModelWithBidirectionalStream")
}

fn value(json: &Json) -> Value {
    to_value(json).unwrap()
}

/// What events are sent into.
type Saying = mpsc::UnboundedSender<io::Result<Event>>;

/// What Bedrock is asked; the colon is escaped in the path, and once more in the signature.
fn model() -> Value {
    value(&json!({"modelId": "amazon.nova-sonic-v1:0"}))
}

fn event(name: &str, fields: &Json) -> Event {
    Event::new(name.to_owned(), fields).unwrap()
}

/// An event of Bedrock's, in both directions.
fn chunk(bytes: &'static [u8]) -> Event {
    Event { name: "chunk".into(), value: chunk_value(bytes) }
}

fn chunk_value(bytes: &'static [u8]) -> Value {
    Value::Map(vec![("bytes".into(), Value::Blob(Bytes::from_static(bytes)))])
}

/// Events that are sent one by one, and a call that sends them.
async fn talk(
    client: &Client,
    (service, operation): Found,
    input: Value,
) -> (Saying, Result<Streamed, Error>) {
    let (said, events) = mpsc::unbounded_channel();
    (said, client.talk(service, operation, input, all(events)).await)
}

/// The same with Bedrock, where all goes well at first.
async fn talking(client: &Client) -> (Saying, Streamed) {
    let (said, streamed) = talk(client, bedrock(), model()).await;
    (said, streamed.unwrap())
}

/// The error that the answer ends with.
async fn last(streamed: &mut Streamed) -> Error {
    let error = streamed.events.next().await.unwrap().unwrap_err();
    assert!(streamed.events.next().await.is_none(), "an error ends the stream");
    error
}

/// Answers each event with itself and the end with the end.
async fn echo(mut heard: Heard) {
    while let Some(event) = heard.next().await {
        let event = event.unwrap();
        heard.say(&event.name, &event.value);
    }
    heard.end();
    std::future::pending::<()>().await;
}

async fn serve<F>(
    (service, operation): Found,
    answer: Answer,
    then: impl Fn(Heard) -> F + Send + Sync + 'static,
) -> Server
where
    F: Future<Output = ()> + Send + 'static,
{
    Server::start(service, operation, answer, then).await
}

#[tokio::test]
async fn each_answer_comes_before_the_next_event_is_said() {
    let server = serve(bedrock(), Answer::Events, echo).await;
    let (client, world) = client(Cloud::Aws, &server.url);
    let (said, mut streamed) = talking(&client).await;
    assert_eq!(streamed.answer.request_id.as_deref(), Some("r-1"));
    for bytes in [&b"hello"[..], b"", b"\x00\xff"] {
        said.send(Ok(chunk(bytes))).unwrap();
        let answer = streamed.events.next().await.unwrap().unwrap();
        assert_eq!(answer, chunk(bytes));
        // Each message is signed at its own time.
        world.pass(Duration::from_millis(61_500));
    }
    drop(said);
    assert!(streamed.events.next().await.is_none());
    assert_eq!(*server.requests.lock(), 1);
}

#[tokio::test]
async fn every_such_operation_is_signed_and_read() {
    let lex = json!({
        "botId": "BOT0000000",
        "botAliasId": "ALIAS00000",
        "localeId": "en_US",
        "sessionId": "s-1",
        "conversationMode": "TEXT",
    });
    let scribe = json!({
        "sessionId": "12345678-1234-1234-1234-123456789012",
        "domainId": "hai-1234567890123456",
        "subscriptionId": "sub-123456789012345678901",
        "languageCode": "en-US",
        "mediaSampleRateHertz": 16000,
        "mediaEncoding": "pcm",
    });
    let polly = json!({"Engine": "generative", "OutputFormat": "mp3", "VoiceId": "Joanna"});
    let chat = json!({
        "applicationId": "123456789012345678901234567890123456",
        "userGroups": ["a b", "ä"],
        "userId": "me@example.com",
    });
    // The operation, its input, an event of the request, and one of the answer.
    let rows = [
        (
            find("lexv2-runtime", "StartConversation"),
            lex,
            event("TextInputEvent", &json!({"text": "ä"})),
            event("TextResponseEvent", &json!({"eventId": "e"})),
        ),
        (
            find("connecthealth", "StartMedicalScribeListeningSession"),
            scribe,
            event("audioEvent", &json!({"audioChunk": "AAEC"})),
            event("transcriptEvent", &json!({})),
        ),
        (
            find("polly", "StartSpeechSynthesisStream"),
            polly,
            event("TextEvent", &json!({"Text": "hello"})),
            event("StreamClosedEvent", &json!({"RequestCharacters": 5})),
        ),
        (
            find("qbusiness", "Chat"),
            chat,
            event("textEvent", &json!({"userMessage": "hello"})),
            event("textEvent", &json!({"systemMessage": "hello yourself"})),
        ),
    ];
    for (found, input, asked, told) in rows {
        let expected = told.clone();
        let server = serve(found, Answer::Events, move |mut heard| {
            let told = told.clone();
            async move {
                heard.next().await.unwrap().unwrap();
                assert!(heard.next().await.is_none());
                heard.say(&told.name, &told.value);
                heard.end();
                std::future::pending::<()>().await;
            }
        })
        .await;
        let (client, _) = client(Cloud::Aws, &server.url);
        let events = stream::iter([io::Result::Ok(asked)]);
        let streamed = client.talk(found.0, found.1, value(&input), events).await;
        let mut streamed = streamed.unwrap_or_else(|error| panic!("{}: {error}", found.1.name));
        assert_eq!(streamed.events.next().await.unwrap().unwrap(), expected, "{}", found.1.name);
        assert!(streamed.events.next().await.is_none());
    }
}

#[tokio::test]
async fn what_nobody_signs_is_sent_as_it_is() {
    let server = serve(bedrock(), Answer::Events, |heard| async {
        assert!(!heard.head.headers.contains_key("authorization"));
        assert!(!heard.head.headers.contains_key("x-amz-content-sha256"));
        echo(heard).await;
    })
    .await;
    let (client, _) = with(Cloud::Aws, &server.url, |config| {
        config.credentials = Arc::new(Anonymous);
    });
    let (said, mut streamed) = talking(&client).await;
    said.send(Ok(chunk(b"hello"))).unwrap();
    assert_eq!(streamed.events.next().await.unwrap().unwrap(), chunk(b"hello"));
    drop(said);
    assert!(streamed.events.next().await.is_none());
}

#[tokio::test]
async fn the_request_has_the_headers_of_http_2_alone() {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = heads.clone();
    let server = serve(bedrock(), Answer::Events, move |heard| {
        seen.lock().push(heard.head.clone());
        echo(heard)
    })
    .await;
    let (client, _) = client(Cloud::Aws, &server.url);
    let (said, mut streamed) = talking(&client).await;
    drop(said);
    assert!(streamed.events.next().await.is_none());
    let heads = heads.lock();
    let names: Vec<_> = heads[0].headers.keys().map(http::HeaderName::as_str).collect();
    assert_eq!(heads[0].version, http::Version::HTTP_2);
    assert_eq!(heads[0].uri.authority().unwrap().as_str(), server.url.split_once("//").unwrap().1);
    assert_eq!(heads[0].headers["content-type"], "application/vnd.amazon.eventstream");
    let mut names: Vec<_> = names;
    names.sort_unstable();
    let expected =
        ["authorization", "content-type", "user-agent", "x-amz-content-sha256", "x-amz-date"];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn an_exception_ends_both_directions() {
    let server = serve(bedrock(), Answer::Events, |mut heard| async move {
        let event = heard.next().await.unwrap().unwrap();
        heard.say(&event.name, &event.value);
        heard.fail("throttlingException", "slowly");
        heard.end();
        std::future::pending::<()>().await;
    })
    .await;
    let (client, _) = client(Cloud::Aws, &server.url);
    let (said, mut streamed) = talking(&client).await;
    said.send(Ok(chunk(b"hello"))).unwrap();
    assert_eq!(streamed.events.next().await.unwrap().unwrap(), chunk(b"hello"));
    let error = last(&mut streamed).await;
    assert_eq!((error.code(), error.kind()), (Some("throttlingException"), Kind::Throttled));
    assert_eq!((error.message(), error.request_id()), (Some("slowly"), Some("r-1")));
    drop(streamed);
    said.closed().await;
    assert_eq!(*server.requests.lock(), 1, "nothing is repeated");
}

#[tokio::test]
async fn a_connection_that_breaks_says_so() {
    let server = serve(bedrock(), Answer::Events, |mut heard| async move {
        let event = heard.next().await.unwrap().unwrap();
        heard.say(&event.name, &event.value);
        heard.next().await.unwrap().unwrap();
        // The connection ends, but the answer does not.
        std::mem::forget(heard);
    })
    .await;
    let (client, _) = client(Cloud::Aws, &server.url);
    let (said, mut streamed) = talking(&client).await;
    said.send(Ok(chunk(b"hello"))).unwrap();
    assert_eq!(streamed.events.next().await.unwrap().unwrap(), chunk(b"hello"));
    said.send(Ok(chunk(b"cut"))).unwrap();
    let error = last(&mut streamed).await;
    assert_eq!(error.kind(), Kind::Interrupted, "{error:?}");
    assert!(error.may_have_reached());
    said.closed().await;
    assert_eq!(*server.requests.lock(), 1);
}

#[tokio::test]
async fn an_answer_that_is_reset_says_so() {
    let server = serve(bedrock(), Answer::Events, |mut heard| async move {
        heard.say("chunk", &chunk_value(b"more"));
        assert!(heard.next().await.is_none());
        heard.reset();
        std::future::pending::<()>().await;
    })
    .await;
    let (client, _) = client(Cloud::Aws, &server.url);
    let (said, mut streamed) = talking(&client).await;
    assert_eq!(streamed.events.next().await.unwrap().unwrap(), chunk(b"more"));
    drop(said);
    assert_eq!(last(&mut streamed).await.kind(), Kind::Interrupted);
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_not_made_again() {
    let server = serve(bedrock(), Answer::Silence, |mut heard| async move {
        heard.next().await.unwrap().unwrap();
    })
    .await;
    let (client, world) = client(Cloud::Aws, &server.url);
    let events = stream::iter([io::Result::Ok(chunk(b"a"))]).chain(stream::pending());
    let error =
        client.talk(bedrock().0, bedrock().1, model(), events).await.expect_err("nobody answers");
    assert_eq!((error.kind(), error.attempts()), (Kind::Interrupted, 1));
    assert_eq!((*server.requests.lock(), world.slept().len()), (1, 0));
}

#[tokio::test]
async fn a_caller_who_goes_closes_the_connection() {
    let gone = Arc::new(Notify::new());
    let told = gone.clone();
    let server = serve(bedrock(), Answer::Events, move |mut heard| {
        let told = told.clone();
        async move {
            heard.next().await.unwrap().unwrap();
            heard.say("chunk", &chunk_value(b"more"));
            heard.next().await.unwrap().expect_err("the request breaks off");
            told.notify_one();
        }
    })
    .await;
    let (client, _) = client(Cloud::Aws, &server.url);
    let (said, mut streamed) = talking(&client).await;
    said.send(Ok(chunk(b"hello"))).unwrap();
    streamed.events.next().await.unwrap().unwrap();
    drop(streamed);
    gone.notified().await;
    said.closed().await;
}

#[tokio::test]
async fn a_caller_who_goes_before_the_answer_closes_the_connection() {
    let (came, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let told = (came.clone(), gone.clone());
    let server = serve(bedrock(), Answer::Silence, move |mut heard| {
        let told = told.clone();
        async move {
            heard.next().await.unwrap().unwrap();
            told.0.notify_one();
            heard.next().await.unwrap().expect_err("the request breaks off");
            told.1.notify_one();
        }
    })
    .await;
    let (client, _) = client(Cloud::Aws, &server.url);
    let (said, events) = mpsc::unbounded_channel();
    let call = client.talk(bedrock().0, bedrock().1, model(), all(events));
    tokio::select! {
        outcome = call => panic!("{outcome:?}"),
        () = async {
            said.send(io::Result::Ok(chunk(b"hello"))).unwrap();
            came.notified().await;
        } => {}
    }
    gone.notified().await;
    said.closed().await;
}

#[tokio::test]
async fn a_refusal_is_the_calls_while_the_request_goes_on() {
    let document = r#"{"message":"You may not."}"#;
    let refusal = Answer::Refusal(403, "AccessDeniedException", document);
    let server = serve(bedrock(), refusal, |_| std::future::pending()).await;
    let (client, _) = client(Cloud::Aws, &server.url);
    let (said, outcome) = talk(&client, bedrock(), model()).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Denied, Some("AccessDeniedException")));
    assert_eq!((error.message(), error.request_id()), (Some("You may not."), Some("r-1")));
    said.closed().await;
    assert_eq!(*server.requests.lock(), 1);
}

#[tokio::test]
async fn a_service_that_is_busy_is_not_asked_again() {
    let refusal = Answer::Refusal(503, "ServiceUnavailableException", "{}");
    let server = serve(bedrock(), refusal, |_| std::future::pending()).await;
    let (client, world) = client(Cloud::Aws, &server.url);
    let (_said, outcome) = talk(&client, bedrock(), model()).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (Kind::Unavailable, 1));
    assert_eq!((*server.requests.lock(), world.slept().len()), (1, 0));
}

#[tokio::test]
async fn what_the_caller_fails_with_ends_the_call() {
    let rows: [(io::Result<Event>, &str); 4] = [
        (Err(io::Error::other("no microphone")), "no microphone"),
        (Ok(event("Hello", &json!({}))), "Hello: is not known"),
        (
            Ok(event("chunk", &json!({"bytes": 1}))),
            "chunk.bytes: must be bytes, not a whole number",
        ),
        (
            Ok(event("chunk", &json!({"bytes": "?"}))),
            "chunk.bytes: must be base64, not another text",
        ),
    ];
    for (wrong, expected) in rows {
        let server = serve(bedrock(), Answer::Events, |mut heard| async move {
            heard.next().await.unwrap().unwrap();
            heard.say("chunk", &chunk_value(b"more"));
            heard.next().await.unwrap().expect_err("the request breaks off");
            std::future::pending::<()>().await;
        })
        .await;
        let (client, _) = client(Cloud::Aws, &server.url);
        let (said, mut streamed) = talking(&client).await;
        said.send(Ok(chunk(b"hello"))).unwrap();
        streamed.events.next().await.unwrap().unwrap();
        said.send(wrong).unwrap();
        let error = last(&mut streamed).await;
        assert_eq!(error.kind(), Kind::Input);
        assert_eq!(error.message(), Some(expected));
        assert!(error.may_have_reached(), "the events before it did");
    }
}

#[tokio::test]
async fn what_the_caller_fails_with_at_once_is_the_calls() {
    let server = serve(bedrock(), Answer::Silence, |_| std::future::pending()).await;
    let (client, world) = client(Cloud::Aws, &server.url);
    let events = stream::iter([Err::<Event, _>(io::Error::other("no microphone"))]);
    let error = client.talk(bedrock().0, bedrock().1, model(), events).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (Kind::Input, Some("no microphone")));
    assert_eq!(world.slept().len(), 0, "it is not made again");
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_is_tried_again_with_all_events() {
    let counter = Arc::new(AtomicUsize::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (client, world) = client(Cloud::Aws, &url);
    let error = client
        .talk(bedrock().0, bedrock().1, model(), counted(&counter, b"hello"))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (Kind::Connect, 3));
    assert_eq!((world.slept().len(), counter.load(Ordering::Relaxed)), (2, 0));
}

/// Events without end, which are counted as they are asked for.
fn counted(
    counter: &Arc<AtomicUsize>,
    bytes: &'static [u8],
) -> impl Stream<Item = io::Result<Event>> + Send + 'static {
    let counter = counter.clone();
    stream::repeat_with(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(chunk(bytes))
    })
}

#[tokio::test]
async fn events_are_asked_for_when_there_is_room() {
    static PIECE: [u8; 64 << 10] = [7; 64 << 10];
    let server = serve(bedrock(), Answer::Events, |heard| async move {
        heard.say("chunk", &chunk_value(b"enough"));
        // It holds the request's body without reading it.
        std::future::pending::<()>().await;
        drop(heard);
    })
    .await;
    let (client, _) = client(Cloud::Aws, &server.url);
    let counter = Arc::new(AtomicUsize::new(0));
    let events = counted(&counter, &PIECE);
    let mut streamed = client.talk(bedrock().0, bedrock().1, model(), events).await.unwrap();
    streamed.events.next().await.unwrap().unwrap();
    // Asking begins, and then ends although nothing else does.
    let (mut before, mut still) = (0, 0);
    tokio::time::timeout(Duration::from_secs(60), async {
        while before == 0 || still < 20 {
            tokio::time::sleep(Duration::from_millis(25)).await;
            let asked = counter.load(Ordering::Relaxed);
            assert!(asked < 64, "{asked} events of 64 KiB were asked for");
            still = if asked == before { still + 1 } else { 0 };
            before = asked;
        }
    })
    .await
    .expect("asking ends");
}

/// A time for the other side that is met on a busy machine too, and that a test can wait for.
const ENOUGH: Duration = Duration::from_millis(1500);

#[tokio::test]
async fn silence_is_no_fault_while_the_request_goes_on() {
    let server = serve(bedrock(), Answer::Events, |mut heard| async move {
        heard.next().await.unwrap().unwrap();
        // Longer than anybody may take who owes an answer, or is asked whether it is there.
        tokio::time::sleep(ENOUGH * 2 + ENOUGH / 5).await;
        heard.say("chunk", &chunk_value(b"late"));
        assert!(heard.next().await.is_none());
        std::future::pending::<()>().await;
    })
    .await;
    let (client, _) = with(Cloud::Aws, &server.url, |config| config.timeouts.read = ENOUGH);
    let (said, mut streamed) = talking(&client).await;
    said.send(Ok(chunk(b"hello"))).unwrap();
    assert_eq!(streamed.events.next().await.unwrap().unwrap(), chunk(b"late"));
    drop(said);
    assert_eq!(last(&mut streamed).await.kind(), Kind::Timeout, "the service has the last word");
}

#[tokio::test]
async fn a_server_that_is_gone_is_noticed_while_nobody_says_anything() {
    let server = serve(bedrock(), Answer::Deafness, |mut heard| async move {
        heard.next().await.unwrap().unwrap();
        std::mem::forget(heard);
    })
    .await;
    let (client, _) = with(Cloud::Aws, &server.url, |config| config.timeouts.read = ENOUGH);
    let (said, mut streamed) = talking(&client).await;
    said.send(Ok(chunk(b"hello"))).unwrap();
    assert_eq!(last(&mut streamed).await.kind(), Kind::Interrupted);
    said.closed().await;
}

#[tokio::test]
async fn the_head_of_the_answer_comes_in_time() {
    let server = serve(bedrock(), Answer::Silence, |heard| async move {
        std::future::pending::<()>().await;
        drop(heard);
    })
    .await;
    let (short, long) = (Duration::from_millis(300), Duration::from_secs(60));
    // The service owes an answer to what was said, and the whole beginning has its time.
    let rows = [
        (short, long, true, "no answer within 0.3 s"),
        (long, short, true, "the call took longer than 0.3 s"),
        (short, short * 2, false, "the call took longer than 0.6 s"),
    ];
    for (read, total, says, expected) in rows {
        let (client, _) = with(Cloud::Aws, &server.url, |config| {
            (config.timeouts.read, config.timeouts.total) = (read, total);
        });
        let (said, events) = mpsc::unbounded_channel();
        if says {
            said.send(io::Result::Ok(chunk(b"hello"))).unwrap();
        }
        let call = client.talk(bedrock().0, bedrock().1, model(), all(events));
        let error = call.await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::Timeout, Some(expected)));
        said.closed().await;
    }
}

#[tokio::test]
async fn a_server_without_http_2_is_an_error() {
    let server = crate::server::Server::start([crate::server::Act::Garbage]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let (_said, outcome) = talk(&client, bedrock(), model()).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), Kind::Interrupted, "{error:?}");
}

#[tokio::test]
async fn what_cannot_be_talked_with_is_said_before_anything_is_sent() {
    let (client, _) = client(Cloud::Aws, "http://127.0.0.1:9");
    let kinesis = find("kinesis", "SubscribeToShard");
    let chat = json!({"modelId": "m", "body": {"chunk": {}}});
    let rows = [
        (kinesis, Value::Null, "the operation's input is no stream of events"),
        (bedrock(), value(&chat), "`body` is given twice"),
        (bedrock(), Value::Null, "modelId: is required"),
    ];
    for (found, input, expected) in rows {
        let (_said, outcome) = talk(&client, found, input).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::Input, Some(expected)));
        assert!(!error.may_have_reached());
    }
}

#[derive(Debug, Default)]
struct Seen(Mutex<Vec<String>>);

impl Observe for Seen {
    fn sends(&self, _: &'static Service, _: &'static Operation, it: &http::Request<Option<Bytes>>) {
        self.0.lock().push(format!("{} {:?}", it.uri().path(), it.body()));
    }

    fn receives(&self, _: &'static Service, _: &'static Operation, response: &Response) {
        self.0.lock().push(format!("{} {:?}", response.status.as_u16(), response.body));
    }

    fn fails(&self, error: &Error) {
        self.0.lock().push(error.to_string());
    }
}

#[tokio::test]
async fn an_observer_sees_the_heads() {
    let server = serve(bedrock(), Answer::Events, echo).await;
    let seen = Arc::new(Seen::default());
    let observer = seen.clone();
    let (client, _) = with(Cloud::Aws, &server.url, |config| config.observer = Some(observer));
    let (said, mut streamed) = talking(&client).await;
    drop(said);
    assert!(streamed.events.next().await.is_none());
    let expected =
        ["/model/amazon.nova-sonic-v1%3A0/invoke-with-bidirectional-stream None", "200 b\"\""];
    assert_eq!(*seen.0.lock(), expected);
}
