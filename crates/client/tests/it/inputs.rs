//! What an input may be: anything that serializes to its members.

use std::collections::HashMap;
use std::fmt::Debug;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use isobar_catalogue::Cloud;
use isobar_client::Kind;
use isobar_wire::{Blob, Value, from_value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::server::{Server, answer};
use crate::world::client;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Invocation<'a> {
    function_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    qualifier: Option<&'a str>,
    payload: String,
}

#[tokio::test]
async fn types_and_documents_make_the_same_request() {
    let server = Server::start([answer(200, "{}")]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let payload = BASE64_STANDARD.encode(r#"{"a": 1}"#);
    let typed = Invocation { function_name: "f", qualifier: None, payload: payload.clone() };
    client.call("lambda", "Invoke", typed).await.unwrap();
    client
        .call("lambda", "Invoke", json!({"FunctionName": "f", "Payload": payload}))
        .await
        .unwrap();
    client
        .call("lambda", "Invoke", json!({"function-name": "f", "payload": payload}))
        .await
        .unwrap();
    for seen in server.seen() {
        assert!(seen.head.starts_with("POST /2015-03-31/functions/f/invocations HTTP/1.1"));
        assert_eq!(seen.body, r#"{"a": 1}"#, "the bytes, not their base64");
    }
}

/// One record of DynamoDB, whose `B` is bytes, with a type for them.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Item<T> {
    #[serde(rename = "TableName")]
    table: String,
    #[serde(rename = "Item")]
    item: HashMap<String, Attribute<T>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Attribute<T> {
    #[serde(rename = "B")]
    bytes: T,
}

/// What a member of bytes is sent as and read as, in a type.
async fn both_ways<T>(bytes: T)
where
    T: Serialize + DeserializeOwned + PartialEq + Debug + Send + Sync + Clone,
{
    let answered = r#"{"Item":{"k":{"B":"tgD/"}}}"#;
    let server = Server::start([answer(200, answered)]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let item = HashMap::from([("k".to_owned(), Attribute { bytes: bytes.clone() })]);
    let input = Item { table: "table".to_owned(), item };
    let (service, operation) = client.find("dynamodb", "PutItem").unwrap();
    let input = client.input_of(service, operation, input).unwrap();
    let sent = input.get("Item").and_then(|it| it.get("k")).and_then(|it| it.get("B"));
    assert_eq!(sent, Some(&Value::Blob(Bytes::from_static(b"\xb6\x00\xff"))));
    let key = json!({"TableName": "table", "Key": {"k": {"S": "x"}}});
    let output = client.call("dynamodb", "GetItem", key).await.unwrap();
    #[derive(Deserialize)]
    struct Got<T> {
        #[serde(rename = "Item")]
        item: HashMap<String, Attribute<T>>,
    }
    let got: Got<T> = from_value(output).unwrap();
    assert_eq!(got.item["k"].bytes, bytes);
}

#[tokio::test]
async fn bytes_are_the_same_in_both_directions() {
    let bytes = [0xb6, 0x00, 0xff];
    both_ways(bytes.to_vec()).await;
    both_ways(Some(bytes.to_vec())).await;
    both_ways(bytes).await;
    both_ways(Bytes::copy_from_slice(&bytes)).await;
    both_ways(Blob(Bytes::copy_from_slice(&bytes))).await;
    both_ways("tgD/".to_owned()).await;
    both_ways(json!("tgD/")).await;
}

#[test]
fn any_type_that_takes_anything_takes_any_output() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Named {
        a: String,
        #[serde(flatten)]
        others: HashMap<String, serde_json::Value>,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Bytes(Blob),
        Number(i64),
    }
    let bytes = Bytes::from_static(b"true");
    let all = Value::Map(vec![
        ("a".into(), Value::Blob(bytes.clone())),
        ("b".into(), Value::Blob(bytes.clone())),
        ("c".into(), Value::List(vec![Value::Float(f64::NAN), Value::Null])),
        ("d".into(), Value::Timestamp(jiff::Timestamp::UNIX_EPOCH)),
    ]);
    let document: serde_json::Value = from_value(all.clone()).unwrap();
    let expected =
        json!({"a": "dHJ1ZQ==", "b": "dHJ1ZQ==", "c": [null, null], "d": "1970-01-01T00:00:00Z"});
    assert_eq!(document, expected);
    let named: Named = from_value(all.clone()).unwrap();
    assert_eq!((named.a.as_str(), &named.others["b"]), ("dHJ1ZQ==", &json!("dHJ1ZQ==")));
    let kept: HashMap<String, Value> = from_value(all).unwrap();
    assert_eq!(kept["b"], Value::Blob(bytes.clone()), "a value of ours keeps its bytes");
    assert_eq!(
        from_value::<Either>(Value::Blob(bytes.clone())).unwrap(),
        Either::Bytes(Blob(bytes))
    );
    assert_eq!(from_value::<Either>(Value::from(5)).unwrap(), Either::Number(5));
}

#[tokio::test]
async fn an_operation_without_members_takes_nothing() {
    let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account>\
                </GetCallerIdentityResult></GetCallerIdentityResponse>";
    let server = Server::start([answer(200, body)]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    let output = client.call("sts", "GetCallerIdentity", ()).await.unwrap();
    assert_eq!(output.get("Account").and_then(|it| it.as_str()), Some("1"));
}

#[tokio::test]
async fn what_cannot_be_an_input_is_refused_before_anything_is_sent() {
    let server = Server::start([answer(200, "{}")]).await;
    let (client, _) = client(Cloud::Aws, server.url());
    for (input, expected) in [
        (
            json!({"FunctionName": "f", "Payload": "hi!!"}),
            "Payload: must be base64 where it is text; `Vec<u8>` and `Bytes` are bytes",
        ),
        (json!({"FunctionName": "f", "functionName": "g"}), "FunctionName: is given twice"),
    ] {
        let error = client.call("lambda", "Invoke", input).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Input);
        assert!(error.message().unwrap().starts_with(expected), "{error}");
    }
    assert!(server.seen().is_empty());
}
