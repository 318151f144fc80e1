//! Writes the messages that the targets begin with: `seeds FOLDER` makes a folder for each target.

use std::fs;
use std::path::Path;

use http::{HeaderMap, StatusCode};
use isobar_catalogue::model::Endpoints;
use isobar_catalogue::{Cloud, Kind, Operation, Service, ShapeId};
use isobar_fuzz::{STREAMS, TARGETS, find, sample, speaking};
use isobar_wire::eventstream::Events;
use isobar_wire::{
    Dialect, ErrorReply, Response, Value, encode_error, encode_request, encode_response,
};

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).expect("usage: seeds FOLDER");
    let folder = Path::new(&folder);
    let write = |target: &str, name: &str, bytes: &[u8]| {
        let folder = folder.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("seed-{name}")), bytes)
    };
    for (target, protocol, operations) in TARGETS {
        for (index, entry) in operations.iter().enumerate() {
            let (service, operation) = speaking(protocol, find(*entry));
            for (kind, bytes) in messages(service, operation, index) {
                write(target, &format!("{}-{kind}", operation.name), &bytes)?;
            }
        }
    }
    for (index, entry) in STREAMS.iter().enumerate() {
        let (service, operation) = find(*entry);
        let mut bytes = vec![byte(index), 16];
        bytes.extend(stream(service, operation));
        write("eventstream", &operation.name, &bytes)?;
    }
    for name in ["s3", "sts", "ec2", "dynamodb", "iam"] {
        let service = isobar_catalogue::service(Cloud::Aws, name).expect("a known service");
        if let Endpoints::Rules(rules) = &service.endpoints {
            write("endpoint_rules", name, rules.as_bytes())?;
        }
    }
    Ok(())
}

fn byte(index: usize) -> u8 {
    u8::try_from(index).expect("there are few")
}

/// A request, an answer and an error of each kind.
fn messages(
    service: &'static Service,
    operation: &'static Operation,
    index: usize,
) -> Vec<(String, Vec<u8>)> {
    let of = |shape: Option<ShapeId>| match shape {
        Some(shape) => sample::value(service, shape, 0),
        None => Value::Map(Vec::new()),
    };
    let index = byte(index);
    let mut found = Vec::new();
    if let Ok(request) = encode_request(service, operation, &of(operation.input)) {
        let bytes = message(index, 0, &request.target(), &request.headers, &request.body);
        found.push(("request".to_owned(), bytes));
    }
    for xml in [false, true] {
        let dialect = Dialect { xml, ..Dialect::new(service.protocol()) };
        let output = of(operation.output);
        if let Ok(answer) = encode_response(service, operation, dialect, &output, "r-1") {
            found.push((format!("answer-{xml}"), written(index, 1, &answer)));
        }
        for shape in operation.errors.iter().take(4) {
            let shape = service.shape(*shape);
            let Kind::Structure(structure) = &shape.kind else { continue };
            let code = structure.error.as_ref().and_then(|error| error.code.as_deref());
            let error = ErrorReply {
                code: code.unwrap_or(&shape.name).into(),
                message: "a message".to_owned(),
                status: StatusCode::BAD_REQUEST,
                sender_fault: true,
                request_id: "r-1".to_owned(),
                host_id: Some("host".to_owned()),
                fields: Value::Map(Vec::new()),
            };
            let answer = encode_error(Some(service), dialect, &error);
            found.push((
                format!("error-{}-{xml}", shape.name.replace(':', "-")),
                written(index, 3, &answer),
            ));
        }
    }
    found
}

fn written(index: u8, kind: u8, answer: &Response) -> Vec<u8> {
    message(index, kind, "", &answer.headers, &answer.body)
}

fn message(index: u8, kind: u8, target: &str, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![index, kind];
    bytes.extend(target.as_bytes());
    for (name, value) in headers {
        bytes.extend(format!("\n{name}: ").as_bytes());
        bytes.extend(value.as_bytes());
    }
    bytes.extend(b"\n\n");
    bytes.extend(body);
    bytes
}

/// One event of each kind, and an error.
fn stream(service: &'static Service, operation: &'static Operation) -> Vec<u8> {
    let events = Events::of(service, operation).expect("the operation has a stream");
    let structure = service.structure(events.member().shape).expect("a stream is a structure");
    let mut bytes = Vec::new();
    for member in &structure.members {
        let value = sample::value(service, member.shape, 0);
        let message = match service.structure(member.shape).map(|own| own.error.is_some()) {
            Some(true) => events.encode_failure(&member.name, "a message", &Value::Null),
            _ => events.encode(&member.name, &value),
        };
        message.and_then(|message| message.write(&mut bytes)).expect("a sample fits");
    }
    bytes
}
