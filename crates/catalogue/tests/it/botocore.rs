//! The importer of AWS's models, on models small enough to read.

use isobar_catalogue::import::{ImportError, botocore};
use isobar_catalogue::model::{
    Auth, Discovery, Endpoints, Matcher, Paging, PagingStyle, WaiterState,
};
use isobar_catalogue::shape::{Number, Range, TimestampFormat};
use isobar_catalogue::{Kind, Location, Member, Protocol, Service};
use serde_json::json;

const MODEL: &str = r#"{
  "metadata": {
    "apiVersion": "2020-01-01", "endpointPrefix": "things", "protocol": "rest-xml",
    "protocols": ["rest-xml", "json"], "serviceId": "Thing Keeper", "jsonVersion": "1.1",
    "xmlNamespace": "http://things.example/", "targetPrefix": "Things", "auth": ["aws.auth#sigv4"],
    "awsQueryCompatible": {}
  },
  "operations": {
    "PutThing": {
      "name": "PutThing",
      "http": {"method": "PUT", "requestUri": "/things/{Name+}?put", "responseCode": 201},
      "input": {"shape": "PutThingInput", "locationName": "PutThing",
                "xmlNamespace": {"uri": "http://things.example/put", "prefix": "p"}},
      "errors": [{"shape": "NoSuchThing"}, {"shape": "OldError", "error": {"httpStatusCode": 503}}],
      "endpoint": {"hostPrefix": "{Zone}.data."},
      "staticContextParams": {"UseControl": {"value": true}},
      "operationContextParams": {"Zones": {"path": "Labels[*]"}},
      "httpChecksum": {"requestAlgorithmMember": "Name", "requestChecksumRequired": true},
      "requestcompression": {"encodings": ["gzip"]},
      "endpointdiscovery": {"required": true},
      "auth": ["smithy.api#noAuth"], "authtype": "none", "idempotent": true
    },
    "ListThings": {
      "name": "ListThings", "http": {"method": "POST", "requestUri": "/"},
      "output": {"shape": "ListThingsOutput", "resultWrapper": "ListThingsResult"}
    }
  },
  "shapes": {
    "PutThingInput": {
      "type": "structure", "required": ["Name"], "payload": "Body",
      "members": {
        "Zone": {"shape": "Text", "hostLabel": true, "location": "uri", "locationName": "zone"},
        "Name": {"shape": "Text", "location": "uri", "locationName": "Name",
                 "contextParam": {"name": "Thing"}},
        "Token": {"shape": "Text", "idempotencyToken": true, "location": "header",
                  "locationName": "x-token"},
        "More": {"shape": "Labels", "location": "querystring"},
        "Meta": {"shape": "Labels", "location": "headers", "locationName": "x-meta-"},
        "When": {"shape": "Moment", "location": "header", "timestampFormat": "unixTimestamp"},
        "Body": {"shape": "Bytes", "streaming": true}
      }
    },
    "ListThingsOutput": {"type": "structure", "members": {
      "Things": {"shape": "Names", "flattened": true, "queryName": "T"},
      "Next": {"shape": "Text", "deprecated": true}
    }},
    "NoSuchThing": {"type": "structure", "members": {}, "exception": true,
      "error": {"code": "Thing.None", "httpStatusCode": 404, "senderFault": true}},
    "OldError": {"type": "structure", "members": {}, "retryable": {"throttling": true}},
    "Names": {"type": "list", "member": {"shape": "Text", "locationName": "name"}, "max": 9,
              "flattened": true, "sparse": true},
    "Labels": {"type": "map", "key": {"shape": "Text", "locationName": "K"},
               "value": {"shape": "Text"}},
    "Text": {"type": "string", "enum": ["a", "b"], "min": 1, "max": 3, "pattern": "[ab]+",
             "sensitive": true},
    "Count": {"type": "long", "min": 0},
    "Moment": {"type": "timestamp", "timestampFormat": "rfc822"},
    "Bytes": {"type": "blob", "streaming": true, "requiresLength": true},
    "Open": {"type": "structure", "members": {}, "document": true}
  }
}"#;

fn sources(service: &str) -> botocore::Sources<'_> {
    botocore::Sources {
        service,
        service_extras: None,
        paginators: None,
        paginators_extras: None,
        waiters: None,
        endpoint_rules: None,
    }
}

fn things() -> Service {
    let sources = botocore::Sources {
        service_extras: None,
        paginators: Some(
            r#"{"pagination": {
                "Gone": {"input_token": "a", "output_token": "b"},
                "ListThings": {"input_token": ["Marker"], "output_token": "Next || Last",
                               "result_key": "Things", "limit_key": "Max", "more_results": "More"}}}"#,
        ),
        paginators_extras: Some(
            r#"{"version": 1.0, "merge": {"pagination": {"ListThings": {
                "non_aggregate_keys": ["Owner"]}}}}"#,
        ),
        waiters: Some(
            r#"{"version": 2, "waiters": {"ThingThere": {"operation": "ListThings", "delay": 5,
                "maxAttempts": 7, "acceptors": [
                  {"state": "success", "matcher": "pathAll", "argument": "Things[]", "expected": "x"},
                  {"state": "retry", "matcher": "error", "expected": "Thing.None"},
                  {"state": "failure", "matcher": "status", "expected": 500}]}}}"#,
        ),
        endpoint_rules: Some(
            r#"{"version": "1.0", "rules": [],
                "parameters": {"Region": {"type": "string", "documentation": "prose"}}}"#,
        ),
        ..sources(MODEL)
    };
    botocore::service("things", &sources).expect("the model is whole")
}

fn member<'a>(service: &'a Service, structure: &str, name: &str) -> &'a Member {
    let shape = service.shapes.iter().find(|shape| shape.name == structure).expect(structure);
    let Kind::Structure(structure) = &shape.kind else { panic!("{} is no structure", shape.name) };
    structure.members.iter().find(|member| member.name == name).expect(name)
}

fn kind<'a>(service: &'a Service, name: &str) -> &'a Kind {
    &service.shapes.iter().find(|shape| shape.name == name).expect(name).kind
}

#[test]
fn metadata() {
    let things = things();
    // Botocore prefers JSON, whatever the order of the list.
    assert_eq!(things.protocols, [Protocol::AwsJson, Protocol::RestXml]);
    assert_eq!((things.id.as_str(), things.version.as_str()), ("Thing Keeper", "2020-01-01"));
    assert_eq!(
        (things.endpoint_prefix.as_str(), things.signing_name.as_str()),
        ("things", "things")
    );
    assert_eq!(things.json_version.as_deref(), Some("1.1"));
    assert_eq!(things.target_prefix.as_deref(), Some("Things"));
    assert_eq!(
        things.xml_namespace.as_ref().map(|one| one.uri.as_str()),
        Some("http://things.example/")
    );
    assert!(things.query_compatible);
    let rules = r#"{"version":"1.0","rules":[],"parameters":{"Region":{"type":"string"}}}"#;
    assert_eq!(things.endpoints, Endpoints::Rules(rules.to_owned()));
}

#[test]
fn operations() {
    let things = things();
    let put = things.operation("PutThing").expect("it is there");
    assert_eq!(
        (put.method.as_str(), put.uri.as_str(), put.status),
        ("PUT", "/things/{Name+}?put", 201)
    );
    let element = put.input_xml.as_ref().expect("it has an element");
    assert_eq!(element.name.as_deref(), Some("PutThing"));
    let namespace = element.namespace.as_ref().expect("it has a namespace");
    assert_eq!(
        (namespace.prefix.as_deref(), namespace.uri.as_str()),
        (Some("p"), "http://things.example/put")
    );
    assert_eq!(put.host_prefix.as_deref(), Some("{Zone}.data."));
    assert_eq!(put.static_context, [("UseControl".to_owned(), "true".to_owned())]);
    assert_eq!(put.input_context, [("Zones".to_owned(), "Labels[*]".to_owned())]);
    let checksum = put.checksum.as_ref().expect("it has a checksum");
    assert!(checksum.required && !checksum.md5);
    assert_eq!(checksum.algorithm_member.as_deref(), Some("Name"));
    assert_eq!((put.auth, put.discovery), (Auth::None, Discovery::Required));
    assert!(put.compressible && put.idempotent && !put.read_only);

    let list = things.find_operation("list-things").expect("it is found");
    assert!(list.read_only, "its name says so");
    assert_eq!((list.status, list.auth), (200, Auth::Default));
    assert_eq!(list.result_wrapper.as_deref(), Some("ListThingsResult"));
    let paging = Paging {
        style: PagingStyle::Token,
        input_token: vec!["Marker".to_owned()],
        output_token: vec!["Next || Last".to_owned()],
        more: Some("More".to_owned()),
        limit: Some("Max".to_owned()),
        results: vec!["Things".to_owned()],
        total: None,
        non_aggregate: vec!["Owner".to_owned()],
    };
    assert_eq!(list.paging.as_ref(), Some(&paging));
}

#[test]
fn errors() {
    let things = things();
    let put = things.operation("PutThing").expect("it is there");
    let errors: Vec<_> = put
        .errors
        .iter()
        .filter_map(|id| things.structure(*id)?.error.as_ref())
        .map(|one| (one.code.as_deref(), one.status, one.sender_fault))
        .collect();
    assert_eq!(errors, [(Some("Thing.None"), Some(404), true), (None, Some(503), false)]);
}

#[test]
fn members() {
    let things = things();
    let of = |name: &str| member(&things, "PutThingInput", name);
    assert_eq!((of("Zone").location, of("Zone").on_wire()), (Location::Path, "zone"));
    assert!(of("Zone").host_label && of("Name").required && !of("Zone").required);
    assert_eq!(of("Name").context_param.as_deref(), Some("Thing"));
    assert!(of("Token").idempotency_token);
    assert_eq!(of("More").location, Location::QueryMap);
    assert_eq!(of("Meta").location, Location::Headers);
    assert_eq!(of("When").timestamp_format, Some(TimestampFormat::UnixTimestamp));
    assert!(of("Body").streaming);
    let flat = member(&things, "ListThingsOutput", "Things");
    assert!(flat.flattened);
    assert_eq!(flat.query_name.as_deref(), Some("T"));
    assert!(member(&things, "ListThingsOutput", "Next").deprecated);
}

#[test]
fn shapes() {
    let things = things();
    let Kind::Structure(input) = kind(&things, "PutThingInput") else { panic!("a structure") };
    assert_eq!(input.payload.as_deref(), Some("Body"));
    let Kind::List(names) = kind(&things, "Names") else { panic!("a list") };
    assert_eq!(names.item_name.as_deref(), Some("name"));
    assert!(names.flattened && names.sparse);
    assert_eq!(names.length, Range { min: None, max: Some(9.0) });
    let Kind::Map(labels) = kind(&things, "Labels") else { panic!("a map") };
    assert_eq!((labels.key_name.as_deref(), labels.value_name.as_deref()), (Some("K"), None));
    let Kind::String(text) = kind(&things, "Text") else { panic!("a text") };
    assert_eq!(text.values, ["a", "b"]);
    assert_eq!(text.length, Range { min: Some(1.0), max: Some(3.0) });
    assert_eq!(text.pattern.as_deref(), Some("[ab]+"));
    let range = Range { min: Some(0.0), max: None };
    assert_eq!(kind(&things, "Count"), &Kind::Integer(Number { wide: true, range }));
    assert_eq!(kind(&things, "Moment"), &Kind::Timestamp(Some(TimestampFormat::Rfc822)));
    assert_eq!(
        kind(&things, "Bytes"),
        &Kind::Blob { streaming: true, requires_length: true, length: Range::default() }
    );
    assert_eq!(kind(&things, "Open"), &Kind::Document);
}

#[test]
fn waiters() {
    let things = things();
    let [waiter] = things.waiters.as_slice() else { panic!("there is one") };
    assert_eq!((waiter.delay_seconds, waiter.max_attempts), (5, 7));
    let acceptors: Vec<_> = (waiter.acceptors.iter())
        .map(|one| (one.state, one.matcher.clone(), one.expected.as_str()))
        .collect();
    assert_eq!(
        acceptors,
        [
            (WaiterState::Success, Matcher::PathAll("Things[]".to_owned()), "\"x\""),
            (WaiterState::Retry, Matcher::Error, "\"Thing.None\""),
            (WaiterState::Failure, Matcher::Status, "500"),
        ]
    );
}

#[test]
fn a_protocol_case_is_a_service() {
    let service = botocore::service_from_case(
        "case",
        &json!({"protocol": "query", "protocols": ["query"], "apiVersion": "2020-01-08"}),
        &json!({"name": "Do", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}}),
        &json!({"In": {"type": "structure", "members": {"z": {"shape": "S"}, "a": {"shape": "S"}}},
                "S": {"type": "string"}}),
    )
    .expect("the case is whole");
    let operation = service.operation("Do").expect("it is there");
    let names: Vec<_> =
        service.input_members(operation).iter().map(|member| member.name.as_str()).collect();
    assert_eq!(names, ["z", "a"], "the order is the model's");
}

#[test]
fn what_cannot_be_read_is_refused() {
    let check = |text: &str, expected: &str| {
        let error = botocore::service("bad", &sources(text)).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    };
    check("{", "bad/service-2.json cannot be read");
    check(
        r#"{"metadata": {"protocol": "soap"}, "operations": {}, "shapes": {}}"#,
        "bad: the protocol soap",
    );
    check(
        r#"{"metadata": {"protocol": "ec2"}, "operations": {}, "shapes": {
            "A": {"type": "list", "member": {"shape": "B"}}}}"#,
        "A speaks of the shape B, which is missing",
    );
    let error = botocore::service("bad", &sources("{")).expect_err("it is no JSON");
    assert!(matches!(error, ImportError::Json { .. }));
}
