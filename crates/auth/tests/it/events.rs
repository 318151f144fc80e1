//! The signatures of events, against those of the vendor's SDKs.

use http::Method;
use isobar_auth::Credentials;
use isobar_auth::sigv4::Chain;
use isobar_wire::Request;
use isobar_wire::eventstream::{Header, Message};
use jiff::{SignedDuration, Timestamp};

use crate::at;

/// The chain after a request with a signature.
fn chain(secret: &str, region: &str, service: &str, seed: &str) -> Chain {
    let mut request = Request::new(Method::POST, "/");
    let text = format!("AWS4-HMAC-SHA256 Credential=AKID/x, SignedHeaders=host, Signature={seed}");
    request.headers.insert("authorization", text.parse().unwrap());
    Chain::after(&request, &Credentials::new("AKID", secret), region, service).unwrap()
}

fn bytes(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    message.write(&mut out).unwrap();
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

fn signature(message: &Message) -> String {
    match message.header(":chunk-signature") {
        Some(Header::Bytes(bytes)) => hex(bytes),
        other => panic!("{other:?}"),
    }
}

/// The one of the SDKs for Kotlin, Swift and Java.
#[test]
fn one_message() {
    let seed = "be1f8c7d79ef8e1abc5254a2c70e4da3bfaf4f07328f527444e1fc6ea67273e2";
    let mut chain = chain("fake secret key", "us-east-1", "testservice", seed);
    let message = Message {
        headers: vec![("some-header".to_owned(), Header::String("value".to_owned()))],
        payload: "test payload".into(),
    };
    let now = Timestamp::new(123_456_789, 1234).unwrap();
    let signed = chain.sign(bytes(&message), now);
    assert_eq!(signed.header(":date"), Some(&Header::Timestamp(123_456_789_000)));
    assert_eq!(signed.payload, bytes(&message));
    assert_eq!(
        signature(&signed),
        "1ea04a4f6becd85ae3e38e379ffaf4bb95042603f209512476cc6416868b31ee"
    );
}

/// The one of the SDK for Java, a second between the messages.
#[test]
fn one_message_after_another() {
    let seed = "e1d8e8c8815e60969f2a34765c9a15945ffc0badbaa4b7e3b163ea19131e949b";
    let mut chain = chain("secret", "us-west-2", "demo", seed);
    let rows = [
        ("A", "4d6dc4197ca9045f693131a8321bffd3f0b5308835a2770c980551d2fd4b2e56"),
        ("B", "75342279dd941fef5a494cc4b234545ee95be35805d5489ffb24959a9601d6ed"),
        ("C", "c83a5b9f19bc3fe8247eec6d4a5d7806f4b47a6457559c58055c7017c6f3ce3e"),
        ("", "8b01a16c997aa5692d552b0b6cc4f308743882a0a035d9841ba0738a53420bef"),
    ];
    let mut now = at("2026-01-16T06:30:00Z");
    for (payload, expected) in rows {
        let message = Message { headers: Vec::new(), payload: payload.into() };
        assert_eq!(signature(&chain.sign(bytes(&message), now)), expected, "{payload}");
        now += SignedDuration::from_secs(1);
    }
}

/// What the SDK for JavaScript (3.1162.0) sent to a server on loopback: two messages and the end.
#[test]
fn a_whole_request() {
    let seed = "026112cb1658ecc5db2bcf6a1a477439c731ba591084ae80613ac50bb8f90ae9";
    let mut chain = chain("very-secret", "us-east-1", "bedrock", seed);
    let rows = [
        (
            "0000006f0000004b9f4ea7ed0b3a6576656e742d747970650700056368756e6b0d3a6d6573736167652d\
             747970650700056576656e740d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a\
             736f6e7b226279746573223a22614756736247383d227d67fcf226",
            "000000c200000043192274f8053a6461746508000001a1fb671800103a6368756e6b2d7369676e617475\
             72650600203837f336eb1597ea4dca98363322998582020cd557ae4a1da903d481d6f88a3a0000006f00\
             00004b9f4ea7ed0b3a6576656e742d747970650700056368756e6b0d3a6d6573736167652d7479706507\
             00056576656e740d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b22\
             6279746573223a22614756736247383d227d67fcf226acd45967",
        ),
        (
            "0000006f0000004b9f4ea7ed0b3a6576656e742d747970650700056368756e6b0d3a6d6573736167652d\
             747970650700056576656e740d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a\
             736f6e7b226279746573223a22643239796247513d227dd074ea28",
            "000000c200000043192274f8053a6461746508000001a1fb671800103a6368756e6b2d7369676e617475\
             7265060020ef6fe7b8faa3330a3a670f2334563aecc466aa3f629b07f3f408901f78a98e130000006f00\
             00004b9f4ea7ed0b3a6576656e742d747970650700056368756e6b0d3a6d6573736167652d7479706507\
             00056576656e740d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b22\
             6279746573223a22643239796247513d227dd074ea28ba6db310",
        ),
        (
            "",
            "0000005300000043f5447a58053a6461746508000001a1fb671800103a6368756e6b2d7369676e617475\
             72650600200dab02cce81c67d4a96a4d091f594fd19cd4aaa21aa27517ddcbf1dc62a049eb89c4873a",
        ),
    ];
    for (message, sent) in rows {
        let signed = chain.sign(unhex(message), at("2026-11-21T00:00:00.9Z"));
        assert_eq!(hex(&bytes(&signed)), sent);
    }
}

#[test]
fn what_is_not_signed_in_its_header_has_no_chain() {
    let credentials = Credentials::new("AKID", "secret");
    let mut request = Request::new(Method::POST, "/");
    assert!(Chain::after(&request, &credentials, "us-east-1", "demo").is_none());
    for text in ["Bearer token", "AWS4-HMAC-SHA256 Signature=short", "AWS4-HMAC-SHA256 x"] {
        request.headers.insert("authorization", text.parse().unwrap());
        assert!(Chain::after(&request, &credentials, "us-east-1", "demo").is_none(), "{text}");
    }
}
