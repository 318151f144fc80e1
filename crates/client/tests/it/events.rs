//! Answers that are streams of events.

use std::time::Duration;

use futures_util::StreamExt;
use isobar_catalogue::{Cloud, Operation, Service};
use isobar_client::{Client, Error, Kind, Streamed};
use isobar_wire::eventstream::{Event, Events};
use isobar_wire::{Dialect, Value, encode_response, to_value};
use serde_json::{Value as Json, json};

use crate::server::{Act, End, Server, answer};
use crate::world::{client, with};

/// A call, and what its answer says.
struct Sample {
    service: &'static str,
    operation: &'static str,
    input: Json,
    output: Json,
    /// The output's member that is the stream.
    member: &'static str,
}

/// One operation of each protocol and of each form of events.
fn samples() -> [Sample; 5] {
    [
        Sample {
            service: "kinesis",
            operation: "SubscribeToShard",
            input: json!({
                "ConsumerARN": "arn:aws:kinesis:us-east-1:1:stream/s/consumer/c:1",
                "ShardId": "shardId-0",
                "StartingPosition": {"Type": "LATEST"},
            }),
            output: json!({"EventStream": [
                {"SubscribeToShardEvent": {
                    "Records": [{"SequenceNumber": "1", "Data": "AAEC", "PartitionKey": "p"}],
                    "ContinuationSequenceNumber": "2",
                    "MillisBehindLatest": 0,
                }},
                {"SubscribeToShardEvent": {
                    "Records": [],
                    "ContinuationSequenceNumber": "3",
                    "MillisBehindLatest": 7,
                }},
            ]}),
            member: "EventStream",
        },
        Sample {
            service: "bedrock-runtime",
            operation: "InvokeModelWithResponseStream",
            input: json!({"modelId": "m", "body": "e30="}),
            output: json!({"body": [
                {"chunk": {"bytes": "eyJhIjoxfQ=="}},
                {"chunk": {"bytes": "e30="}},
            ]}),
            member: "body",
        },
        Sample {
            service: "bedrock-runtime",
            operation: "ConverseStream",
            input: json!({"modelId": "m"}),
            output: json!({"stream": [
                {"messageStart": {"role": "assistant"}},
                {"contentBlockDelta": {"delta": {"text": "ä"}, "contentBlockIndex": 0}},
                {"messageStop": {"stopReason": "end_turn"}},
            ]}),
            member: "stream",
        },
        Sample {
            service: "s3",
            operation: "SelectObjectContent",
            input: json!({
                "Bucket": "b",
                "Key": "k",
                "Expression": "SELECT * FROM S3Object",
                "ExpressionType": "SQL",
                "InputSerialization": {"CSV": {}},
                "OutputSerialization": {"CSV": {}},
            }),
            output: json!({"Payload": [
                {"Records": {"Payload": "YSxiCg=="}},
                {"Stats": {"Details": {"BytesScanned": 1}}},
                {"End": {}},
            ]}),
            member: "Payload",
        },
        Sample {
            service: "logs",
            operation: "StartLiveTail",
            input: json!({"logGroupIdentifiers": ["arn:aws:logs:us-east-1:1:log-group:g"]}),
            output: json!({"responseStream": [
                {"sessionStart": {"requestId": "r"}},
                {"sessionUpdate": {"sessionResults": [{"message": "m", "timestamp": 1}]}},
            ]}),
            member: "responseStream",
        },
    ]
}

impl Sample {
    fn find(&self) -> (&'static Service, &'static Operation) {
        isobar_catalogue::operation(Cloud::Aws, self.service, self.operation).unwrap()
    }

    /// The bytes of the answer's body.
    fn body(&self) -> Vec<u8> {
        let (service, operation) = self.find();
        let output: Value = to_value(&self.output).unwrap();
        let dialect = Dialect::new(service.protocol());
        encode_response(service, operation, dialect, &output, "r-1").unwrap().body.to_vec()
    }

    async fn open(&self, client: &Client) -> Result<Streamed, Error> {
        let (service, operation) = self.find();
        client.events(service, operation, to_value(&self.input).unwrap()).await
    }

    fn events(&self) -> &[Json] {
        self.output[self.member].as_array().unwrap()
    }
}

const HEADERS: &str =
    "x-amzn-requestid: r-1\r\ncontent-type: application/vnd.amazon.eventstream\r\n";

fn json_of(event: &Event) -> Json {
    json!({event.name.as_ref(): serde_json::to_value(&event.value).unwrap()})
}

/// The events until the end, and the error that is the end if one is.
async fn all(mut streamed: Streamed) -> (Vec<Json>, Option<Error>) {
    let mut events = Vec::new();
    while let Some(event) = streamed.events.next().await {
        match event {
            Ok(event) => events.push(json_of(&event)),
            Err(error) => {
                assert!(streamed.events.next().await.is_none(), "an error ends the stream");
                return (events, Some(error));
            }
        }
    }
    (events, None)
}

#[tokio::test]
async fn events_come_in_chunks_of_every_size() {
    for sample in samples() {
        let body = sample.body();
        for size in (1..20).chain([50, 100, body.len()]) {
            let chunks: Vec<_> = body.chunks(size).map(<[u8]>::to_vec).collect();
            let server = Server::start([Act::Chunks(HEADERS, chunks, End::Proper)]).await;
            let (client, _) = client(Cloud::Aws, server.url());
            let streamed = sample.open(&client).await.unwrap();
            assert_eq!(streamed.answer.request_id.as_deref(), Some("r-1"));
            assert!(streamed.answer.output.get(sample.member).is_none());
            let (events, error) = all(streamed).await;
            assert!(error.is_none(), "{error:?}");
            assert_eq!(events, sample.events(), "{} in chunks of {size}", sample.operation);
            assert_eq!(server.seen().len(), 1);
        }
    }
}

#[tokio::test]
async fn events_come_in_two_chunks_cut_at_every_byte() {
    let sample = &samples()[1];
    let body = sample.body();
    let server = Server::start([answer(200, "")]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    for cut in 1..body.len() {
        let chunks = vec![body[..cut].to_vec(), body[cut..].to_vec()];
        server.now([Act::Chunks(HEADERS, chunks, End::Proper)]);
        let (events, error) = all(sample.open(&client).await.unwrap()).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(events, sample.events(), "cut at {cut}");
    }
}

#[tokio::test]
async fn an_event_is_given_before_the_stream_ends() {
    for sample in samples() {
        let chunks = vec![sample.body()];
        let server = Server::start([Act::Chunks(HEADERS, chunks, End::Stall)]).await;
        let (client, _) = with(Cloud::Aws, server.url(), |config| {
            config.timeouts.read = Duration::from_millis(200);
        });
        let mut streamed = sample.open(&client).await.unwrap();
        for expected in sample.events() {
            let event = streamed.events.next().await.unwrap().unwrap();
            assert_eq!(json_of(&event), *expected);
        }
        let error = streamed.events.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout);
        assert!(streamed.events.next().await.is_none());
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_says_so() {
    for sample in samples() {
        let body = sample.body();
        let cut = body.len() - 3;
        for (end, kind) in [(End::Proper, Kind::Interrupted), (End::Break, Kind::Interrupted)] {
            let chunks = vec![body[..cut].to_vec()];
            let server = Server::start([Act::Chunks(HEADERS, chunks, end)]).await;
            let (client, _) = client(Cloud::Aws, server.url());
            let (events, error) = all(sample.open(&client).await.unwrap()).await;
            let error = error.unwrap();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.may_have_reached());
            assert_eq!(events.len(), sample.events().len() - 1);
            assert_eq!(server.seen().len(), 1, "a stream is not asked for again");
        }
        // Between two messages it is the transport alone that knows.
        let chunks = vec![body];
        let server = Server::start([Act::Chunks(HEADERS, chunks, End::Break)]).await;
        let (client, _) = client(Cloud::Aws, server.url());
        let (events, error) = all(sample.open(&client).await.unwrap()).await;
        assert_eq!(events.len(), sample.events().len());
        assert_eq!(error.unwrap().kind(), Kind::Interrupted);
    }
}

#[tokio::test]
async fn a_checksum_that_does_not_fit_ends_the_stream() {
    for sample in samples() {
        let mut body = sample.body();
        let last = body.len() - 1;
        body[last] ^= 1;
        let server = Server::start([Act::Chunks(HEADERS, vec![body], End::Proper)]).await;
        let (client, _) = client(Cloud::Aws, server.url());
        let (events, error) = all(sample.open(&client).await.unwrap()).await;
        let error = error.unwrap();
        assert_eq!(error.kind(), Kind::Answer);
        assert!(error.to_string().contains("the message's checksum is 0x"), "{error}");
        assert_eq!(events.len(), sample.events().len() - 1);
    }
}

#[tokio::test]
async fn an_exception_ends_the_stream() {
    let rows = [
        (0, "KMSThrottlingException", Kind::Refused),
        (0, "ResourceNotFoundException", Kind::NotFound),
        (1, "throttlingException", Kind::Throttled),
        (1, "internalServerException", Kind::Unavailable),
        (2, "validationException", Kind::Refused),
        (3, "Unheard", Kind::Refused),
        (4, "SessionTimeoutException", Kind::Refused),
    ];
    let samples = samples();
    for (at, code, kind) in rows {
        let sample = &samples[at];
        let (service, operation) = sample.find();
        let events = Events::of(service, operation).unwrap();
        let mut body = sample.body();
        let failure = events.encode_failure(code, "what is wrong", &Value::Null).unwrap();
        failure.write(&mut body).unwrap();
        let chunks = vec![body.clone()];
        let server = Server::start([Act::Chunks(HEADERS, chunks, End::Proper)]).await;
        let (client, _) = client(Cloud::Aws, server.url());
        let (found, error) = all(sample.open(&client).await.unwrap()).await;
        let error = error.unwrap();
        assert_eq!(found, sample.events());
        assert_eq!((error.code(), error.kind()), (Some(code), kind));
        assert_eq!(error.message(), Some("what is wrong"));
        assert_eq!(error.request_id(), Some("r-1"));
    }
}

#[tokio::test]
async fn an_error_before_the_stream_is_the_calls() {
    for sample in samples() {
        let refusal = r#"{"__type":"ValidationException","message":"no"}"#;
        let server = Server::start([answer(400, refusal)]).await;
        let (client, _) = client(Cloud::Aws, server.url());
        let error = sample.open(&client).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 400);
        let server = Server::start([Act::Close]).await;
        let (client, _) = with(Cloud::Aws, server.url(), |config| config.retry.attempts = Some(1));
        assert_eq!(sample.open(&client).await.unwrap_err().kind(), Kind::Interrupted);
    }
}

#[tokio::test]
async fn the_whole_stream_is_a_list_to_a_plain_call() {
    for sample in samples() {
        let chunks = vec![sample.body()];
        let server = Server::start([Act::Chunks(HEADERS, chunks, End::Proper)]).await;
        let (client, _) = client(Cloud::Aws, server.url());
        let (service, operation) = sample.find();
        let input = to_value(&sample.input).unwrap();
        let output = client.send(service, operation, input).await.unwrap().output;
        let events = serde_json::to_value(output.get(sample.member).unwrap()).unwrap();
        assert_eq!(events.as_array().unwrap(), sample.events());
    }
}

#[tokio::test]
async fn what_is_no_stream_of_events_is_said() {
    let (client, _) = client(Cloud::Aws, "http://127.0.0.1:9");
    let find = |service, name| isobar_catalogue::operation(Cloud::Aws, service, name).unwrap();
    let (service, list) = find("s3", "ListBuckets");
    let error = client.events(service, list, Value::Null).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    assert_eq!(error.message(), Some("the operation's output is no stream of events"));
    let (service, talk) = find("lexv2-runtime", "StartConversation");
    let error = client.events(service, talk, Value::Null).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    let said = "the operation's input is a stream of events: `Client::talk` sends it";
    assert_eq!(error.message(), Some(said));
}
