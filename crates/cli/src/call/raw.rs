//! `isobar do POST /v2/droplets`: a method and a path in the place of an operation, for what the
//! catalogue does not have, or has otherwise. The body is sent and the answer printed as they are.

use isobar_catalogue::model::{Endpoints, Operation, Service};
use isobar_catalogue::shape::{List, Structure, Text};
use isobar_catalogue::{Cloud, Items, Kind, Location, Member, Protocol, Shape, ShapeId};
use isobar_wire::{Name, Request, Value, route_all};
use percent_encoding::percent_decode_str;

use super::arguments::{self, Arguments};
use super::{Call, Options, refusal};
use crate::format::{jq, query};
use crate::input::Sources;
use crate::report::{Class, Detail, Error};
use crate::shell::Shell;

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// The API's base URL, for paths that no operation has.
const BASE: &str = "https://api.digitalocean.com";

/// The member that is the whole body.
pub(super) const BODY: &str = "body";

/// Whether a word is a method.
pub(super) fn is_method(word: &str) -> bool {
    METHODS.contains(&word)
}

/// The call of a method and a path.
pub(super) fn read(
    shell: &Shell,
    method: &str,
    words: &[&str],
    rest: Vec<String>,
    mut options: Options,
) -> Result<Call, Error> {
    let command = format!("isobar do {method}");
    let Some((path, words)) = words.split_first() else {
        return Err(Error::usage("path_missing", format!("{command}: a path is missing"))
            .hint("isobar do GET /v2/droplets"));
    };
    let (path, pairs) = path.split_once('?').unwrap_or((path, ""));
    let pairs = pairs_of(pairs);
    let (service, operation) = made(method, path, &pairs);
    let rest = words.iter().map(|word| (*word).to_owned()).chain(rest).collect();
    let Arguments { operands, wrong, .. } = arguments::read(service, operation, rest, &mut options);
    let mut wrong: Vec<(Class, Detail)> =
        wrong.into_iter().map(|detail| (Class::Usage, detail)).collect();
    if !path.starts_with('/') || path.contains(['{', '}']) {
        wrong.push((Class::Usage, Detail::new(path, "is no path; it begins with a slash")));
    }
    if options.all || options.max_items.is_some() || options.wait {
        let text = "pages and waiting need the operation's name: isobar do droplets list --all";
        wrong.push((Class::Usage, Detail::new("--all", text)));
    }
    for operand in operands {
        wrong.push((Class::Usage, Detail::new(operand, "is not expected here")));
    }
    let mut input = Value::Map(Vec::new());
    for (name, values) in pairs {
        input.set(name, Value::List(values.into_iter().map(Value::from).collect()));
    }
    let mut sources = Sources::new(shell);
    for text in &options.input {
        match sources.document(text) {
            Ok(document) => input.set(BODY, document),
            Err(unreadable) => {
                let class = if unreadable.is_file { Class::Unreadable } else { Class::Invalid };
                wrong.push((class, Detail::new("--input", unreadable.text)));
            }
        }
    }
    if !wrong.is_empty() {
        return Err(refusal(&command, wrong));
    }
    let query = options.query.as_deref().map(query::compile).transpose()?;
    let jq = options.jq.as_deref().map(jq::compile).transpose()?;
    Ok(Call {
        service,
        operation,
        waiter: None,
        input,
        options,
        query,
        jq,
        upload: None,
        outfile: None,
        events: None,
        is_raw: true,
    })
}

/// The parameters of a query string, each with its values.
fn pairs_of(query: &str) -> Vec<(String, Vec<String>)> {
    let mut pairs: Vec<(String, Vec<String>)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let text = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (name, value) = (text(name), text(value));
        match pairs.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => pairs.push((name, vec![value])),
        }
    }
    pairs
}

/// An operation of the method and path, in a service that has nothing else. It is at the base URL of
/// the operation that the catalogue has for them, if any.
fn made(
    method: &str,
    path: &str,
    pairs: &[(String, Vec<String>)],
) -> (&'static Service, &'static Operation) {
    let text = Shape { kind: Kind::String(Text::default()), ..named("Text") };
    let texts = List { item: ShapeId(0), ..List::default() };
    let list = Shape { kind: Kind::List(texts), ..named("Texts") };
    let document = Shape { kind: Kind::Document, ..named("Document") };
    let members = pairs.iter().map(|(name, _)| {
        let mut member = Member::new(name.clone(), ShapeId(1));
        member.location = Location::Query;
        member
    });
    let body = Member::new(BODY, ShapeId(2));
    let structure = |members: Vec<Member>| {
        Kind::Structure(Structure {
            members,
            payload: Some(BODY.to_owned()),
            ..Structure::default()
        })
    };
    let input =
        Shape { kind: structure(members.chain([body.clone()]).collect()), ..named("Input") };
    let output = Shape { kind: structure(vec![body]), ..named("Output") };
    let mut service = Service::new(Cloud::DigitalOcean, "", Protocol::DigitalOcean);
    service.endpoints = base(method, path);
    service.shapes = Items::from(vec![text, list, document, input, output]);
    service.operations = Items::from(vec![Operation {
        name: format!("{method} {path}"),
        method: method.to_owned(),
        uri: path.to_owned(),
        status: 200,
        input: Some(ShapeId(3)),
        output: Some(ShapeId(4)),
        read_only: matches!(method, "GET" | "HEAD"),
        ..Operation::default()
    }]);
    // A process makes one call, and operations live as long as the process.
    let service: &'static Service = Box::leak(Box::new(service));
    (service, &service.operations[0])
}

fn named(name: &str) -> Shape {
    Shape { name: name.to_owned(), ..Shape::default() }
}

fn base(method: &str, path: &str) -> Endpoints {
    let method = method.parse().expect("it is one of the table");
    match route_all(Cloud::DigitalOcean, &Request::new(method, path)) {
        Ok((_, service, _)) => service.endpoints.clone(),
        Err(_) => Endpoints::Single(BASE.to_owned()),
    }
}

/// What a raw call's output is: the body.
pub(super) fn output(output: Value) -> Value {
    match output {
        Value::Map(entries) => entries
            .into_iter()
            .find_map(|(name, value): (Name, Value)| (name == BODY).then_some(value))
            .unwrap_or(Value::Map(Vec::new())),
        other => other,
    }
}
