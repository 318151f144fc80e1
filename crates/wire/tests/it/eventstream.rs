//! Streams of events: the bytes of botocore's own tests in both directions, and what operations
//! say with them.

use http::StatusCode;
use isobar_catalogue::Cloud;
use isobar_wire::eventstream::{
    Decoder, Event, Events, Header, Item, MAX_HEADERS, MAX_PAYLOAD, Message,
};
use isobar_wire::{
    DecodeError, Dialect, Reply, Response, Value, decode_head, decode_response, encode_request,
    encode_response, validate,
};
use serde_json::json;

use crate::{json as as_json, operation, value};

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

fn message(headers: &[(&str, Header)], payload: &'static [u8]) -> Message {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Message { headers: headers.collect(), payload: payload.into() }
}

fn text(text: &str) -> Header {
    Header::String(text.to_owned())
}

/// Messages as they are on the wire, and what they are.
fn known() -> Vec<(Vec<u8>, Message)> {
    let all = [
        ("0", Header::Bool(true)),
        ("1", Header::Bool(false)),
        ("2", Header::Byte(2)),
        ("3", Header::Short(3)),
        ("4", Header::Integer(4)),
        ("5", Header::Long(5)),
        ("6", Header::Bytes("bytes".into())),
        ("7", text("utf8")),
        ("8", Header::Timestamp(8)),
        ("9", Header::Uuid(*b"0123456789abcdef")),
    ];
    let error = [
        (":message-type", text("error")),
        (":error-code", text("code")),
        (":error-message", text("message")),
    ];
    vec![
        (bytes("00000010 00000000 05c248eb 7d98c8ff"), Message::default()),
        (
            bytes("00000017 00000007 29860158 04 62797465 02ff c2f869dc"),
            message(&[("byte", Header::Byte(-1))], b""),
        ),
        (
            bytes("0000001e 0000000e 5d4adb8d 04 6c6f6e67 05ffffffffffffffff 4bc232da"),
            message(&[("long", Header::Long(-1))], b""),
        ),
        (
            bytes("0000001d 00000000 fd528c5a 7b27666f6f273a27626172277d c3653936"),
            message(&[], b"{'foo':'bar'}"),
        ),
        (
            bytes(
                "0000003d 00000020 07fd8396 0c636f6e74656e742d74797065 07 0010 \
                 6170706c69636174696f6e2f6a736f6e 7b27666f6f273a27626172277d 8d9c08b1",
            ),
            message(&[("content-type", text("application/json"))], b"{'foo':'bar'}"),
        ),
        (
            bytes(
                "00000062 00000052 03b5cb9c 013000 013101 01320202 0133030003 01340400000004 \
                 0135050000000000000005 01360600056279746573 013707000475746638 \
                 0138080000000000000008 01390930313233343536373839616263646566 63353671",
            ),
            message(&all, b""),
        ),
        (
            bytes(
                "00000052 00000042 bf23637e 0d3a6d6573736167652d74797065 07 0005 6572726f72 \
                 0b3a6572726f722d636f6465 07 0004 636f6465 \
                 0e3a6572726f722d6d657373616765 07 0007 6d657373616765 6b6cea3d",
            ),
            message(&error, b""),
        ),
    ]
}

#[test]
fn messages_are_the_vendors_own() {
    for (wire, message) in known() {
        let mut written = Vec::new();
        message.write(&mut written).unwrap();
        assert_eq!(written, wire, "{message:?}");
        let mut decoder = Decoder::new();
        decoder.push(&wire);
        assert_eq!(decoder.next_message(), Ok(Some(message)));
        assert_eq!(decoder.next_message(), Ok(None));
        assert_eq!(decoder.finish(), Ok(()));
    }
}

#[test]
fn chunks_may_be_cut_anywhere() {
    let wire: Vec<u8> = known().into_iter().flat_map(|(wire, _)| wire).collect();
    let expected: Vec<_> = known().into_iter().map(|(_, message)| message).collect();
    for size in 1..=wire.len() {
        let (mut decoder, mut found) = (Decoder::new(), Vec::new());
        for chunk in wire.chunks(size) {
            decoder.push(chunk);
            while let Some(message) = decoder.next_message().unwrap() {
                found.push(message);
            }
        }
        assert_eq!(found, expected, "in chunks of {size}");
        assert_eq!(decoder.finish(), Ok(()));
    }
    for end in 0..wire.len() {
        let mut decoder = Decoder::new();
        decoder.push(&wire[..end]);
        while decoder.next_message().unwrap().is_some() {}
        let at_boundary = (0..=known().len())
            .any(|count| known()[..count].iter().map(|(wire, _)| wire.len()).sum::<usize>() == end);
        assert_eq!(decoder.finish().is_ok(), at_boundary, "cut at {end}");
    }
}

/// The message with its checksums made right, whatever else is wrong with it.
fn sealed(mut wire: Vec<u8>) -> Vec<u8> {
    let prelude = crc32fast::hash(&wire[..8]);
    wire[8..12].copy_from_slice(&prelude.to_be_bytes());
    let end = wire.len() - 4;
    let whole = crc32fast::hash(&wire[..end]);
    wire[end..].copy_from_slice(&whole.to_be_bytes());
    wire
}

fn refused(wire: &[u8]) -> String {
    let mut decoder = Decoder::new();
    decoder.push(wire);
    decoder.next_message().expect_err("the message is wrong").to_string()
}

#[test]
fn wrong_messages_are_refused() {
    for (wire, message) in known() {
        for at in 0..wire.len() {
            let mut changed = wire.clone();
            changed[at] ^= 0x10;
            let error = refused(&changed);
            assert!(error.starts_with("malformed event stream: the "), "{message:?}: {error}");
            assert!(error.contains("'s checksum is 0x"), "{message:?}: {error}");
        }
    }
    let twice = "00000024 00000014 4bb982d0 04 74657374 0461736466 04 74657374 0461736466 f3f47563";
    assert_eq!(
        refused(&bytes(twice)),
        "malformed event stream: the header \"test\" is there twice"
    );
    let of_type = |kind: u8| {
        let mut wire = vec![0, 0, 0, 19, 0, 0, 0, 3, 0, 0, 0, 0, 1, b'a', kind, 0, 0, 0, 0];
        wire = sealed(wire);
        refused(&wire)
    };
    assert_eq!(of_type(10), "malformed event stream: a header of the unknown type 10");
    for kind in 2..10 {
        assert_eq!(of_type(kind), "malformed event stream: the headers end within a header");
    }
    let lengths = |total: usize, headers: usize| {
        let mut wire = u32::try_from(total).unwrap().to_be_bytes().to_vec();
        wire.extend(u32::try_from(headers).unwrap().to_be_bytes());
        wire.extend([0; 8]);
        refused(&sealed(wire))
    };
    assert_eq!(lengths(15, 0), "malformed event stream: the headers are longer than the message");
    assert_eq!(lengths(16, 1), "malformed event stream: the headers are longer than the message");
    assert_eq!(lengths(1 << 20, MAX_HEADERS + 1), "too large: event stream headers");
    assert_eq!(lengths(MAX_PAYLOAD + 17, 0), "too large: event stream payload");
    assert_eq!(lengths(u32::MAX as usize, 0), "too large: event stream payload");
}

#[test]
fn messages_that_are_too_large_are_not_written() {
    let mut out = Vec::new();
    let long = "x".repeat(65_536);
    assert!(message(&[("a", text(&long))], b"").write(&mut out).is_err());
    assert!(message(&[(&long[..256], Header::Bool(true))], b"").write(&mut out).is_err());
    let many: Vec<_> = (0..4).map(|at| (at.to_string(), text(&long[..65_535]))).collect();
    assert!(Message { headers: many, payload: "".into() }.write(&mut out).is_err());
    let payload = vec![0; MAX_PAYLOAD + 1].into();
    assert!(Message { headers: Vec::new(), payload }.write(&mut out).is_err());
}

/// Operations whose answers are streams, one of each protocol and form, with an output.
fn outputs() -> Vec<(&'static str, &'static str, serde_json::Value)> {
    vec![
        (
            "kinesis",
            "SubscribeToShard",
            json!({"EventStream": [
                {"SubscribeToShardEvent": {
                    "Records": [{
                        "SequenceNumber": "1",
                        "ApproximateArrivalTimestamp": "2026-01-02T03:04:05.25Z",
                        "Data": "AAEC",
                        "PartitionKey": "p",
                    }],
                    "ContinuationSequenceNumber": "2",
                    "MillisBehindLatest": 0,
                }},
            ]}),
        ),
        (
            "bedrock-runtime",
            "InvokeModelWithResponseStream",
            json!({"contentType": "application/json", "body": [
                {"chunk": {"bytes": "eyJhIjoxfQ=="}},
                {"chunk": {"bytes": ""}},
            ]}),
        ),
        (
            "bedrock-runtime",
            "ConverseStream",
            json!({"stream": [
                {"messageStart": {"role": "assistant"}},
                {"contentBlockDelta": {"delta": {"text": "ä"}, "contentBlockIndex": 0}},
                {"messageStop": {"stopReason": "end_turn"}},
            ]}),
        ),
        (
            "s3",
            "SelectObjectContent",
            json!({"Payload": [
                {"Records": {"Payload": "YSxiCg=="}},
                {"Cont": {}},
                {"Stats": {"Details": {"BytesScanned": 1, "BytesReturned": 4_000_000_000_u64}}},
                {"End": {}},
            ]}),
        ),
        (
            "logs",
            "StartLiveTail",
            json!({"responseStream": [
                {"sessionStart": {"requestId": "r", "logGroupIdentifiers": ["g"]}},
                {"sessionUpdate": {
                    "sessionMetadata": {"sampled": false},
                    "sessionResults": [{"message": "m", "timestamp": 1}],
                }},
            ]}),
        ),
        (
            "lambda",
            "InvokeWithResponseStream",
            json!({
                "StatusCode": 200,
                "ExecutedVersion": "1",
                "ResponseStreamContentType": "application/vnd.amazon.eventstream",
                "EventStream": [
                    {"PayloadChunk": {"Payload": "AAEC"}},
                    {"InvokeComplete": {"ErrorCode": "x"}},
                ],
            }),
        ),
    ]
}

fn answer(service: &str, name: &str, output: &serde_json::Value) -> Response {
    let (service, operation) = operation(Cloud::Aws, service, name);
    let dialect = Dialect::new(service.protocol());
    encode_response(service, operation, dialect, &value(output.clone()), "r-1").unwrap()
}

#[test]
fn whole_streams_are_lists_of_events() {
    for (service, name, output) in outputs() {
        let answer = answer(service, name, &output);
        assert_eq!(answer.header("content-type"), Some("application/vnd.amazon.eventstream"));
        let (service, operation) = operation(Cloud::Aws, service, name);
        let reply = decode_response(service, operation, &answer).unwrap();
        let Reply::Success { output: read, request_id } = reply else { panic!("{reply:?}") };
        assert_eq!(sorted(as_json(&read)), sorted(output), "{name}");
        assert_eq!(request_id.as_deref(), Some("r-1"));

        for cut in 1..answer.body.len() {
            let mut short = answer.clone();
            short.body = answer.body.slice(..cut);
            match decode_response(service, operation, &short) {
                Err(DecodeError::Malformed { format: "event stream", message }) => {
                    assert!(message.starts_with("it ends after "), "{message}");
                }
                // Cut between two messages.
                Ok(Reply::Success { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

fn sorted(json: serde_json::Value) -> String {
    let mut value = json;
    value.sort_all_objects();
    value.to_string()
}

#[test]
fn a_stream_begins_with_the_rest_of_the_output() {
    let output = json!({"StatusCode": 200, "ExecutedVersion": "7", "EventStream": []});
    let mut answer = answer("lambda", "InvokeWithResponseStream", &output);
    answer.body = "not looked at".into();
    let (service, lambda) = operation(Cloud::Aws, "lambda", "InvokeWithResponseStream");
    let (output, request_id) = decode_head(service, lambda, &answer).unwrap();
    assert_eq!(request_id.as_deref(), Some("r-1"));
    let expected = json!({
        "ExecutedVersion": "7",
        "ResponseStreamContentType": "application/vnd.amazon.eventstream",
        "StatusCode": 200,
    });
    assert_eq!(as_json(&output), expected);

    let mut refusal = Response::new(StatusCode::BAD_REQUEST);
    refusal.body = r#"{"__type":"ResourceNotFoundException","message":"no shard"}"#.into();
    let (service, subscribe) = operation(Cloud::Aws, "kinesis", "SubscribeToShard");
    let reply = decode_response(service, subscribe, &refusal).unwrap();
    let Reply::Failure(error) = reply else { panic!("{reply:?}") };
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("ResourceNotFoundException", "no shard")
    );
}

#[test]
fn errors_end_a_stream() {
    let (service, subscribe) = operation(Cloud::Aws, "kinesis", "SubscribeToShard");
    let events = Events::of(service, subscribe).unwrap();
    let none = value(json!({}));
    let declared = events.encode_failure("InternalFailureException", "broken", &none).unwrap();
    let Item::Failure(error) = events.decode(&declared).unwrap() else { panic!() };
    assert_eq!(error.code, "InternalFailureException");
    assert_eq!(error.message, "broken");
    assert!(error.shape.is_some());

    let other = events.encode_failure("Unheard", "of", &none).unwrap();
    let Item::Failure(error) = events.decode(&other).unwrap() else { panic!() };
    assert_eq!((error.code.as_str(), error.message.as_str()), ("Unheard", "of"));
    assert_eq!((error.status, error.shape), (StatusCode::BAD_REQUEST, None));

    // One that cannot be read is an error all the same.
    let exception = [
        (":message-type", text("exception")),
        (":exception-type", text("InternalFailureException")),
    ];
    let Item::Failure(error) = events.decode(&message(&exception, b"plain")).unwrap() else {
        panic!()
    };
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("InternalFailureException", "plain")
    );

    // Within a whole answer it is the call's error, however much came before.
    let mut answer = answer("kinesis", "SubscribeToShard", &outputs()[0].2);
    let mut body = answer.body.to_vec();
    declared.write(&mut body).unwrap();
    answer.body = body.into();
    let reply = decode_response(service, subscribe, &answer).unwrap();
    let Reply::Failure(error) = reply else { panic!("{reply:?}") };
    assert_eq!(error.code, "InternalFailureException");
    assert_eq!(error.request_id.as_deref(), Some("r-1"));
}

#[test]
fn events_that_are_not_known_are_told() {
    let (service, select) = operation(Cloud::Aws, "s3", "SelectObjectContent");
    let events = Events::of(service, select).unwrap();
    let new = message(&[(":message-type", text("event")), (":event-type", text("New"))], b"<New/>");
    assert_eq!(events.decode(&new), Ok(Item::Unknown("New".to_owned())));
    assert_eq!(events.decode(&Message::default()), Ok(Item::Unknown(String::new())));
    let wrong = message(&[(":event-type", text("Stats"))], b"<Details><BytesScanned>x");
    let error = events.decode(&wrong).unwrap_err().to_string();
    assert!(error.starts_with("malformed XML: "), "{error}");
    let wrong =
        message(&[(":event-type", text("Stats"))], b"<D><BytesScanned>x</BytesScanned></D>");
    let error = events.decode(&wrong).unwrap_err().to_string();
    assert_eq!(error, "Stats.Details.BytesScanned: must be a whole number, not \"x\"");
}

#[test]
fn events_that_do_not_fit_are_not_written() {
    let (service, select) = operation(Cloud::Aws, "s3", "SelectObjectContent");
    let write = |payload: serde_json::Value| {
        let output = value(json!({"Payload": payload}));
        encode_response(service, select, Dialect::new(service.protocol()), &output, "r")
            .unwrap_err()
            .to_string()
    };
    assert_eq!(write(json!("x")), "Payload: must be a list of events, not text");
    assert_eq!(
        write(json!([{"End": {}}, {}])),
        "Payload[1]: must have exactly one member set, not 0"
    );
    assert_eq!(write(json!([{"New": {}}])), "Payload[0].New: is not known");
    assert_eq!(
        write(json!([{"Stats": {"Details": {"BytesScanned": "x"}}}])),
        "Payload[0].Stats.Details.BytesScanned: must be a whole number, not text"
    );
}

fn event(name: &str, fields: serde_json::Value) -> Event {
    Event::new(name.to_owned(), fields).unwrap()
}

/// What is asked with streams of events: the operation, the rest of its input, and events.
fn inputs() -> Vec<(&'static str, &'static str, serde_json::Value, Vec<Event>)> {
    let lex = json!({
        "botId": "BOT0000000",
        "botAliasId": "ALIAS00000",
        "localeId": "en_US",
        "sessionId": "s-1",
    });
    vec![
        (
            "bedrock-runtime",
            "InvokeModelWithBidirectionalStream",
            json!({"modelId": "m"}),
            vec![event("chunk", json!({"bytes": "aGVsbG8="})), event("chunk", json!({}))],
        ),
        (
            "connecthealth",
            "StartMedicalScribeListeningSession",
            json!({
                "sessionId": "12345678-1234-1234-1234-123456789012",
                "domainId": "hai-1234567890123456",
                "subscriptionId": "sub-123456789012345678901",
                "languageCode": "en-US",
                "mediaSampleRateHertz": 16000,
                "mediaEncoding": "pcm",
            }),
            vec![
                event("audioEvent", json!({"audioChunk": "AAEC"})),
                event("sessionControlEvent", json!({"type": "END_OF_SESSION"})),
            ],
        ),
        (
            "lexv2-runtime",
            "StartConversation",
            lex,
            vec![
                event("ConfigurationEvent", json!({"responseContentType": "audio/pcm"})),
                event("TextInputEvent", json!({"text": "ä", "clientTimestampMillis": 1})),
                event("DisconnectionEvent", json!({})),
            ],
        ),
        (
            "polly",
            "StartSpeechSynthesisStream",
            json!({"Engine": "generative", "OutputFormat": "mp3", "VoiceId": "Joanna"}),
            vec![
                event("TextEvent", json!({"Text": "hello"})),
                event("CloseStreamEvent", json!({})),
            ],
        ),
        (
            "qbusiness",
            "Chat",
            json!({"applicationId": "123456789012345678901234567890123456"}),
            vec![
                event("configurationEvent", json!({"chatMode": "RETRIEVAL_MODE"})),
                event("textEvent", json!({"userMessage": "hello"})),
                event("endOfInputEvent", json!({})),
            ],
        ),
    ]
}

#[test]
fn events_of_requests_come_back_as_they_were() {
    for (service, name, input, asked) in inputs() {
        let (service, operation) = operation(Cloud::Aws, service, name);
        let input = value(input);
        assert_eq!(validate(service, operation, &input), [], "{name}");
        let mut request = encode_request(service, operation, &input).unwrap();
        let events = Events::of_input(service, operation).unwrap();
        assert_eq!(events.begin(&mut request), None, "{name}");
        assert_eq!(request.header("content-type"), Some("application/vnd.amazon.eventstream"));
        assert!(request.body.is_empty());
        for event in asked {
            assert_eq!(events.check(&event), [], "{name}");
            let mut bytes = Vec::new();
            events.encode(&event.name, &event.value).unwrap().write(&mut bytes).unwrap();
            let mut decoder = Decoder::new();
            decoder.push(&bytes);
            let message = decoder.next_message().unwrap().unwrap();
            assert_eq!(message.text(":content-type"), Some("application/json"), "{name}");
            let Item::Event(read) = events.decode(&message).unwrap() else { panic!("{message:?}") };
            assert_eq!(read.name, event.name);
            assert_eq!(as_json(&read.value), as_json(&event.value), "{name}");
        }
    }
}

/// What the vendor's SDK for JavaScript (3.1048.0) sent to a server on loopback.
#[test]
fn events_of_requests_are_written_as_the_vendors_sdk_writes_them() {
    let (service, talk) = operation(Cloud::Aws, "lexv2-runtime", "StartConversation");
    let events = Events::of_input(service, talk).unwrap();
    let rows = [
        (
            event(
                "AudioInputEvent",
                json!({
                    "contentType": "audio/lpcm",
                    "audioChunk": "AAEC/w==",
                    "eventId": "e-1",
                    "clientTimestampMillis": 1,
                }),
            ),
            "000000c3 00000055 d096e819 0b3a6576656e742d74797065 07 000f \
             417564696f496e7075744576656e74 0d3a6d6573736167652d74797065 07 0005 6576656e74 \
             0d3a636f6e74656e742d74797065 07 0010 6170706c69636174696f6e2f6a736f6e \
             7b22636f6e74656e7454797065223a22617564696f2f6c70636d222c22617564696f4368756e6b223a22\
             414145432f773d3d222c226576656e744964223a22652d31222c22636c69656e7454696d657374616d70\
             4d696c6c6973223a317d 8de012b0",
        ),
        (
            event("DisconnectionEvent", json!({})),
            "0000006a 00000058 d3106943 0b3a6576656e742d74797065 07 0012 \
             446973636f6e6e656374696f6e4576656e74 0d3a6d6573736167652d74797065 07 0005 6576656e74 \
             0d3a636f6e74656e742d74797065 07 0010 6170706c69636174696f6e2f6a736f6e 7b7d 53d718a0",
        ),
    ];
    for (event, wire) in rows {
        let mut written = Vec::new();
        events.encode(&event.name, &event.value).unwrap().write(&mut written).unwrap();
        assert_eq!(written, bytes(wire), "{event:?}");
    }
}

#[test]
fn events_that_break_rules_are_found() {
    let (service, talk) = operation(Cloud::Aws, "lexv2-runtime", "StartConversation");
    let events = Events::of_input(service, talk).unwrap();
    let rows = [
        (event("Hello", json!({})), "Hello: is not known"),
        (event("AudioInputEvent", json!({})), "AudioInputEvent.contentType: is required"),
        (
            event("TextInputEvent", json!({"text": "", "more": 1})),
            "TextInputEvent.more: is not known; TextInputEvent.text: has a length of 0, but must have \
             from 1 to 1024",
        ),
        (event("TextInputEvent", json!("x")), "TextInputEvent: must be a structure, not text"),
    ];
    for (event, expected) in rows {
        let found: Vec<_> = events.check(&event).iter().map(ToString::to_string).collect();
        assert_eq!(found.join("; "), expected);
    }
    let read = |document| {
        let found = events.read(&value(document)).unwrap_err();
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(read(json!({"Hello": {}})), "Hello: is not known");
    assert_eq!(read(json!({})), "must have exactly one member set, not 0");
    assert_eq!(read(json!([])), "must be a structure, not a list");
    let document = json!({"TextInputEvent": {"text": "hello"}});
    let expected = event("TextInputEvent", json!({"text": "hello"}));
    assert_eq!(events.read(&value(document)), Ok(expected));
    let all = value(json!({
        "botId": "B", "botAliasId": "A", "localeId": "l", "sessionId": "s-1",
        "requestEventStream": {"DisconnectionEvent": {}},
    }));
    let error = encode_request(service, talk, &all).unwrap_err();
    assert_eq!(error.to_string(), "not supported: a stream of events is no part of the rest");
    assert_eq!(Events::of_input(service, talk).unwrap().shape("Hello"), None);
    assert!(validate(service, talk, &Value::Null).iter().all(|it| it.path != "requestEventStream"));
}
