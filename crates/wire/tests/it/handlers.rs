//! The types of handlers: how inputs are read and outputs are values.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use isobar_wire::input::Place;
use isobar_wire::output::value_of;
use isobar_wire::{Blob, Input, Output, SnakeInput, SnakeOutput, Value, to_value};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::{json, value};

/// Reads it; the paths of what it left unread come with it.
fn read<T: Input>(value: Value) -> (Result<T, String>, Vec<String>) {
    let unread = RefCell::default();
    let read = T::read(value, &Place::top(&unread)).map_err(|error| error.to_string());
    (read, unread.into_inner().into_iter().map(|unread| unread.path).collect())
}

#[derive(Debug, PartialEq, Input)]
struct Launch {
    image_id: String,
    #[wire(name = "DNSName", alias = "DnsName")]
    dns_name: Option<String>,
    #[wire(default)]
    count: u16,
    devices: Option<Vec<Device>>,
    data: Option<Blob>,
    moment: Option<Timestamp>,
    tags: Option<BTreeMap<String, Device>>,
}

#[derive(Debug, PartialEq, Input)]
struct Device {
    size: Option<Size>,
}

#[derive(Debug, PartialEq, Input)]
struct Size(i64);

fn check(json: Json, expected: &str, unread: &[&str]) {
    let (read, found) = read::<Launch>(value(json));
    assert_eq!(
        (read.unwrap_err().as_str(), found),
        (expected, unread.iter().map(|path| (*path).to_owned()).collect())
    );
}

#[test]
fn what_an_input_does_not_name_is_told() {
    let (launch, unread) = read::<Launch>(value(json!({
        "ImageId": "ami", "Count": 2, "Odd": {"A": 1}, "None": null, "DnsName": "x",
        "Devices": [{"Size": 1, "Kind": "a"}, {"Size": null, "Kind": "b"}],
        "Tags": {"k": {"Odd": true}}, "Data": "AAE=", "Moment": "2026-01-02T03:04:05Z",
    })));
    let expected = Launch {
        image_id: "ami".to_owned(),
        dns_name: Some("x".to_owned()),
        count: 2,
        devices: Some(vec![Device { size: Some(Size(1)) }, Device { size: None }]),
        data: Some(Blob(Bytes::from_static(b"\0\x01"))),
        moment: Some("2026-01-02T03:04:05Z".parse().unwrap()),
        tags: Some(BTreeMap::from([("k".to_owned(), Device { size: None })])),
    };
    assert_eq!(launch, Ok(expected));
    assert_eq!(unread, ["Odd", "Devices.Kind", "Devices.Kind", "Tags.k.Odd"]);
}

#[test]
fn what_does_not_fit_is_told_with_what_was_unread_before() {
    check(json!({"Odd": 1}), "the member ImageId is missing", &["Odd"]);
    check(json!({"ImageId": null}), "null where text stands", &[]);
    check(json!({"ImageId": 1, "Odd": 1}), "a whole number where text stands", &[]);
    check(json!({"ImageId": "x", "Devices": "x"}), "text where a list stands", &[]);
    check(json!({"ImageId": "x", "Devices": ["x"]}), "text where a structure stands", &[]);
    check(json!({"ImageId": "x", "Data": 1}), "a whole number where bytes stands", &[]);
    let twice = json!({"ImageId": "x", "DNSName": "a", "DnsName": "b"});
    check(twice, "the member DnsName comes twice", &[]);
    let (read, _) = read::<Launch>(value(json!({"ImageId": "x", "Count": 65536})));
    assert!(read.is_err());
}

#[test]
fn bytes_and_moments_are_text_where_text_is_asked_for() {
    let moment: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let text = |value| read::<String>(value).0.unwrap();
    assert_eq!(text(Value::Blob(Bytes::from_static(b"\0\x01"))), "AAE=");
    assert_eq!(text(Value::Timestamp(moment)), "2026-01-02T03:04:05Z");
    assert_eq!(read::<f64>(Value::Integer(2)).0, Ok(2.0));
}

#[derive(SnakeOutput)]
struct Shown<'a> {
    name: &'a str,
    #[wire(name = "type")]
    kind: Kind,
    #[wire(unless = "Option::is_none")]
    left_out: Option<i64>,
    empty: Option<i64>,
    #[wire(flatten)]
    more: More,
    #[wire(skip)]
    _own: String,
    block: Block,
    choices: [Choice; 2],
    all: Vec<()>,
}

#[derive(SnakeOutput)]
enum Kind {
    RoundRobin,
}

#[derive(SnakeOutput)]
struct More {
    moment: Timestamp,
    data: Blob,
}

/// Writes itself.
#[derive(Output)]
#[wire(text)]
struct Block(u8);

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "10.0.0.0/{}", self.0)
    }
}

#[derive(SnakeOutput)]
enum Choice {
    One { one: u64 },
    Many { many: Vec<u64> },
}

#[test]
fn an_output_is_a_value() {
    let shown = Shown {
        name: "a",
        kind: Kind::RoundRobin,
        left_out: None,
        empty: None,
        more: More { moment: Timestamp::UNIX_EPOCH, data: Blob(Bytes::from_static(b"\0\x01")) },
        _own: String::new(),
        block: Block(8),
        choices: [Choice::One { one: 1 }, Choice::Many { many: vec![2, 3] }],
        all: Vec::new(),
    };
    let expected = json!({
        "name": "a", "type": "round_robin", "empty": null, "moment": "1970-01-01T00:00:00Z",
        "data": "AAE=", "block": "10.0.0.0/8", "choices": [{"one": 1}, {"many": [2, 3]}], "all": [],
    });
    assert_eq!(json(&value_of(&shown).unwrap()), expected);
    assert_eq!(
        value_of(&u64::MAX).unwrap_err().to_string(),
        to_value(&u64::MAX).unwrap_err().to_string()
    );
}

#[derive(Debug, SnakeInput)]
struct AsItStands {
    action_id: i64,
    r#type: String,
}

#[derive(Debug, Input, Output)]
#[wire(case = "camelCase")]
struct Camel {
    action_id: i64,
}

#[test]
fn members_are_spelt_as_the_type_says() {
    let (read_as, _) = read::<AsItStands>(value(json!({"action_id": 1, "type": "x"})));
    let read_as = read_as.unwrap();
    assert_eq!((read_as.action_id, read_as.r#type.as_str()), (1, "x"));
    let (camel, unread) = read::<Camel>(value(json!({"actionId": 1, "ActionId": 2})));
    assert_eq!(unread, ["ActionId"]);
    assert_eq!(json(&value_of(&camel.unwrap()).unwrap()), json!({"actionId": 1}));
}
