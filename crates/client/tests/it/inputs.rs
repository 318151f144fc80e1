//! What an input may be: anything that serializes to its members.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use isobar_catalogue::Cloud;
use isobar_client::Kind;
use serde::Serialize;
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
        (json!({"FunctionName": "f", "Payload": "{}"}), "Payload: must be base64"),
        (json!({"FunctionName": "f", "functionName": "g"}), "FunctionName: is given twice"),
    ] {
        let error = client.call("lambda", "Invoke", input).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Input);
        assert!(error.message().unwrap().starts_with(expected), "{error}");
    }
    assert!(server.seen().is_empty());
}
