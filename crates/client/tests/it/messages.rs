//! The MD5s by which SQS says which messages it took and gave.

use isobar_catalogue::Cloud;
use isobar_client::Kind;
use isobar_wire::Value;
use serde_json::json;

use crate::server::{Server, answer};
use crate::world::client;

/// The MD5 of `hello world`.
const BODY: &str = "5eb63bbbe01eeed093cb22bb8f5acdc3";

fn value(json: serde_json::Value) -> Value {
    serde_json::from_value(json).unwrap()
}

async fn call(
    operation: &str,
    input: serde_json::Value,
    output: serde_json::Value,
) -> Option<Kind> {
    let server = Server::start([answer(200, output.to_string())]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    client.call("sqs", operation, value(input)).await.err().map(|error| error.kind())
}

#[tokio::test]
async fn a_message_that_was_changed_on_its_way_is_refused() {
    let send = |md5: &str| {
        call(
            "SendMessage",
            json!({"QueueUrl": "https://queue", "MessageBody": "hello world"}),
            json!({"MessageId": "m", "MD5OfMessageBody": md5}),
        )
    };
    assert_eq!(send(BODY).await, None);
    assert_eq!(send("00000000000000000000000000000000").await, Some(Kind::Answer));

    let batch = |md5: &str| {
        let entry = |id: &str, body: &str| json!({"Id": id, "MessageBody": body});
        call(
            "SendMessageBatch",
            json!({"QueueUrl": "https://queue", "Entries": [entry("1", "x"), entry("2", "hello world")]}),
            json!({"Successful": [{"Id": "2", "MessageId": "m", "MD5OfMessageBody": md5}], "Failed": []}),
        )
    };
    assert_eq!(batch(BODY).await, None);
    assert_eq!(batch("9dd4e461268c8034f5c8564e155c67a6").await, Some(Kind::Answer), "it is of `x`");

    let receive = |body: &str| {
        call(
            "ReceiveMessage",
            json!({"QueueUrl": "https://queue"}),
            json!({"Messages": [{"Body": body, "MD5OfBody": BODY}]}),
        )
    };
    assert_eq!(receive("hello world").await, None);
    assert_eq!(receive("hello w0rld").await, Some(Kind::Answer));
}

#[tokio::test]
async fn attributes_are_held_against_their_own_md5() {
    let send = |md5: &str| {
        let attributes =
            json!({"timestamp": {"DataType": "Number", "StringValue": "1493147359900"}});
        call(
            "SendMessage",
            json!({
                "QueueUrl": "https://queue",
                "MessageBody": "hello world",
                "MessageAttributes": attributes,
            }),
            json!({"MD5OfMessageBody": BODY, "MD5OfMessageAttributes": md5}),
        )
    };
    // As the peers' emulators have it in their own tests.
    assert_eq!(send("235c5c510d26fb653d073faed50ae77c").await, None);
    assert_eq!(send(BODY).await, Some(Kind::Answer));
}
