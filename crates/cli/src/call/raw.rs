//! Calls of what the catalogue does not have, or has otherwise: a method and a path
//! (`isobar do POST /v2/droplets`, `isobar alibaba cs GET /api/v1/clusters`), or an action and a version
//! (`isobar alibaba sas DescribeX --version 2018-12-03`). The answer is printed as it is.

use std::sync::Arc;

use bytes::Bytes;
use isobar_catalogue::model::{Endpoints, Operation, Service};
use isobar_catalogue::shape::Structure;
use isobar_catalogue::{Cloud, Items, Kind, Member, Protocol, Shape, ShapeId};
use isobar_client::{Error as CallError, Observe};
use isobar_wire::{Name, Request, Response, Value, route_all};
use parking_lot::Mutex;
use percent_encoding::percent_decode_str;

use super::arguments::{self, Arguments};
use super::names::command;
use super::{Call, Options, forced, refusal};
use crate::format::{jq, query};
use crate::input::{Sources, Unreadable};
use crate::report::{Class, Detail, Error};
use crate::shell::Shell;

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// DigitalOcean's base URL, for paths that no operation has.
const BASE: &str = "https://api.digitalocean.com";

/// Where AWS's services are, by the rule that most of them follow.
const AWS_RULES: &str = r#"{"version":"1.0","parameters":{"Region":{"builtIn":"AWS::Region","required":true,
"type":"String"},"Endpoint":{"builtIn":"SDK::Endpoint","required":false,"type":"String"}},
"rules":[{"conditions":[{"fn":"isSet","argv":[{"ref":"Endpoint"}]}],"endpoint":{"url":{"ref":"Endpoint"},
"properties":{},"headers":{}},"type":"endpoint"},{"conditions":[{"fn":"aws.partition","argv":[{"ref":"Region"}],
"assign":"Partition"}],"endpoint":{"url":"https://SERVICE.{Region}.{Partition#dnsSuffix}","properties":{},
"headers":{}},"type":"endpoint"}]}"#;

/// Protocols whose operations are methods and paths.
const PATHS: [Protocol; 5] = [
    Protocol::RestJson,
    Protocol::RestXml,
    Protocol::AlibabaRoa,
    Protocol::AlibabaOss,
    Protocol::DigitalOcean,
];

/// The member that is the whole body.
pub(super) const BODY: &str = "body";

/// What is called.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'w> {
    /// A method and a path of DigitalOcean's API, or of a service.
    Path { service: Option<&'w str>, method: &'w str, path: &'w str },
    /// An action of a service.
    Action { service: &'w str, action: &'w str },
}

/// Whether a word is a method.
fn is_method(word: &str) -> bool {
    METHODS.contains(&word)
}

/// What the words call that is no operation of the catalogue, if they do, with the words that follow it.
pub(super) fn target<'w, 'a>(
    cloud: Cloud,
    words: &'a [&'w str],
    version: Option<&str>,
    forces: bool,
) -> Option<Result<(Target<'w>, &'a [&'w str]), Error>> {
    let (service, method, words) = match (cloud, words) {
        (Cloud::DigitalOcean, [method, words @ ..]) if is_method(method) => (None, *method, words),
        (_, [service, method, words @ ..]) if is_method(method) => (Some(*service), *method, words),
        (_, [service, action, words @ ..])
            if is_action(cloud, service, action, version, forces) =>
        {
            return Some(Ok((Target::Action { service: *service, action: *action }, words)));
        }
        _ => return None,
    };
    let Some((path, words)) = words.split_first() else {
        let message = format!("isobar {} {method}: a path is missing", command(cloud));
        return Some(Err(Error::usage("path_missing", message).hint("isobar do GET /v2/droplets")));
    };
    Some(Ok((Target::Path { service, method, path: *path }, words)))
}

/// Whether an action is called that the catalogue has not: one that no version has, with a version, or
/// any that is forced.
fn is_action(
    cloud: Cloud,
    service: &str,
    action: &str,
    version: Option<&str>,
    forces: bool,
) -> bool {
    let is_name = action.starts_with(|c: char| c.is_ascii_uppercase());
    if cloud == Cloud::DigitalOcean || !is_name {
        return false;
    }
    let has = |version: Option<&str>| {
        let entry = super::names::entry(cloud, service, version).ok();
        entry.is_some_and(|it| super::names::operation(it.service(), &[action]).is_ok())
    };
    let version_there = version.filter(|_| cloud == Cloud::Alibaba);
    !has(version_there) && (forces || version.is_some() && !has(None))
}

/// The call of a target.
pub(super) fn read(
    cloud: Cloud,
    shell: &Shell,
    target: Target<'_>,
    rest: Vec<String>,
    mut options: Options,
) -> Result<Call, Error> {
    let (label, path) = match target {
        Target::Path { service: None, method, path } => (method.to_owned(), path),
        Target::Path { service: Some(service), method, path } => {
            (format!("{service} {method}"), path)
        }
        Target::Action { service, action } => (format!("{service} {action}"), "/"),
    };
    let label = format!("isobar {} {label}", command(cloud));
    let (path, pairs) = path.split_once('?').unwrap_or((path, ""));
    let (mut service, operation) = described(cloud, target, path, &options)?;
    options.force = true;
    let bare = Operation { input: None, ..operation.clone() };
    let (bare_service, bare) = forced::made(service.clone(), bare, &Value::Null);
    let read = arguments::read(bare_service, bare, rest, &mut options);
    if let Some(version) = &options.version {
        service.version.clone_from(version);
    }
    let Arguments { operands, wrong, unknown, .. } = read;
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
    let mut input = parameters(&service, pairs, &unknown);
    body(shell, target, &service, &options, &mut input, &mut wrong);
    if !wrong.is_empty() {
        return Err(refusal(&label, wrong));
    }
    let query = options.query.as_deref().map(query::compile).transpose()?;
    let jq = options.jq.as_deref().map(jq::compile).transpose()?;
    let notes = match target {
        Target::Action { service, action } if super::names::entry(cloud, service, None).is_ok() => {
            vec![Detail::new(action, "is not in the catalogue; it is called all the same")]
        }
        _ => Vec::new(),
    };
    let capture = (cloud != Cloud::DigitalOcean).then(|| Arc::new(Capture::default()));
    options.capture = capture;
    let (service, operation) = forced::made(service, operation, &input);
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
        notes,
        is_raw: true,
    })
}

/// What the path's query and the flags that are none say.
fn parameters(service: &Service, pairs: &str, unknown: &[(String, Vec<String>)]) -> Value {
    let mut input = Value::Map(Vec::new());
    for (name, values) in pairs_of(pairs) {
        let mut values: Vec<Value> = values.into_iter().map(Value::from).collect();
        // Alibaba Cloud's lists are numbered, and one value is none.
        let value = if values.len() == 1 { values.remove(0) } else { Value::List(values) };
        input.set(name, value);
    }
    for (flag, texts) in unknown {
        input.set(flag.clone(), forced::value(service, texts));
    }
    input
}

/// What `--input` gives: the body of a path, the parameters of an action.
fn body(
    shell: &Shell,
    target: Target<'_>,
    service: &Service,
    options: &Options,
    input: &mut Value,
    wrong: &mut Vec<(Class, Detail)>,
) {
    let mut sources = Sources::new(shell);
    let is_text = matches!(service.protocol(), Protocol::RestXml | Protocol::AlibabaOss);
    let mut failed = |unreadable: Unreadable| {
        let class = if unreadable.is_file { Class::Unreadable } else { Class::Invalid };
        wrong.push((class, Detail::new("--input", unreadable.text)));
    };
    for text in &options.input {
        let read = match target {
            Target::Path { .. } if is_text => {
                sources.text(text.clone()).map(|text| Value::Blob(Bytes::from(text)))
            }
            _ => sources.document(text),
        };
        match (read, target) {
            (Ok(document), Target::Path { .. }) => input.set(BODY, document),
            (Ok(Value::Map(members)), Target::Action { .. }) => {
                members.into_iter().for_each(|(name, value)| input.set(name, value));
            }
            (Ok(_), Target::Action { .. }) => failed(Unreadable {
                text: "must be a structure with the action's parameters".to_owned(),
                is_file: false,
            }),
            (Err(unreadable), _) => failed(unreadable),
        }
    }
}

/// The service and the operation of a target, without members but for the body.
fn described(
    cloud: Cloud,
    target: Target<'_>,
    path: &str,
    options: &Options,
) -> Result<(Service, Operation), Error> {
    let mut operation = Operation { status: 200, ..Operation::default() };
    let mut service = match target {
        Target::Path { service: None, method, .. } => {
            let mut service = Service::new(cloud, "", Protocol::DigitalOcean);
            service.endpoints = base(method, path);
            service
        }
        Target::Path { service: Some(name), .. } => of_name(cloud, name, true, options)?,
        Target::Action { service: name, .. } => of_name(cloud, name, false, options)?,
    };
    service.operations = Items::default();
    match target {
        Target::Path { method, .. } => {
            operation.name = format!("{method} {path}");
            operation.method = method.to_owned();
            operation.uri = path.to_owned();
            operation.read_only = matches!(method, "GET" | "HEAD");
            let (input, output, shapes) = of_body(service.protocol());
            (operation.input, operation.output) = (Some(input), output);
            service.shapes = Items::from(shapes);
        }
        Target::Action { action, .. } => {
            operation.name = action.to_owned();
            operation.method = "POST".to_owned();
            operation.uri = "/".to_owned();
            let reads = ["Describe", "List", "Get", "Query", "Check"];
            operation.read_only = reads.iter().any(|verb| action.starts_with(verb));
            service.shapes = Items::default();
        }
    }
    service.waiters.clear();
    Ok((service, operation))
}

/// A service of a name, whether or not the catalogue has it.
fn of_name(cloud: Cloud, name: &str, has_path: bool, options: &Options) -> Result<Service, Error> {
    let known = super::names::entry(cloud, name, None).ok();
    let protocol = match (cloud, has_path) {
        (Cloud::Alibaba, true) => Protocol::AlibabaRoa,
        (Cloud::Alibaba, false) => Protocol::AlibabaRpc,
        (Cloud::Aws, true) => Protocol::RestJson,
        (Cloud::Aws, false) => Protocol::AwsQuery,
        (Cloud::DigitalOcean, _) => Protocol::DigitalOcean,
    };
    let mut service = match known {
        Some(entry) => entry.service().clone(),
        None => {
            let mut service = Service::new(cloud, name, protocol);
            service.endpoints = match cloud {
                Cloud::Aws => Endpoints::Rules(AWS_RULES.replace("SERVICE", name)),
                Cloud::Alibaba => Endpoints::Regions { hosts: Vec::new(), regional: true },
                Cloud::DigitalOcean => Endpoints::Single(BASE.to_owned()),
            };
            service
        }
    };
    // A product of Alibaba Cloud may speak both; AWS's services speak what the catalogue says.
    if has_path != PATHS.contains(&service.protocol()) || cloud == Cloud::Alibaba {
        if cloud == Cloud::Aws && !has_path {
            let word = command(cloud);
            let message = format!("{cloud} {name} is called by method and path");
            return Err(Error::usage("path_missing", message)
                .hint(format!("isobar {word} {name} GET /PATH")));
        }
        if service.protocol() != Protocol::AlibabaOss {
            service.protocols = vec![protocol];
        }
    }
    if let Some(version) = &options.version {
        service.version.clone_from(version);
    }
    if service.version.is_empty() && (cloud == Cloud::Alibaba || !has_path) {
        let message = format!("{cloud} {name}: the catalogue knows no version of it");
        return Err(Error::usage("version_missing", message).hint("give --version 2014-05-26, say"));
    }
    Ok(service)
}

/// The structures of a call by path: the body, and what the answer's is.
fn of_body(protocol: Protocol) -> (ShapeId, Option<ShapeId>, Vec<Shape>) {
    let is_text = matches!(protocol, Protocol::RestXml | Protocol::AlibabaOss);
    let kind = match is_text {
        true => Kind::Blob { streaming: false, requires_length: false, length: Default::default() },
        false => Kind::Document,
    };
    let structure = Kind::Structure(Structure {
        members: vec![Member::new(BODY, ShapeId(0))],
        payload: Some(BODY.to_owned()),
        ..Structure::default()
    });
    let shape = |name: &str, kind| Shape { name: name.to_owned(), kind, ..Shape::default() };
    let shapes =
        vec![shape("Body", kind), shape("Input", structure.clone()), shape("Output", structure)];
    // The answer of others is captured as it comes.
    let output = (protocol == Protocol::DigitalOcean).then_some(ShapeId(2));
    (ShapeId(1), output, shapes)
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

/// The base URL of the operation that DigitalOcean's catalogue has for a method and a path, if any.
fn base(method: &str, path: &str) -> Endpoints {
    let method = method.parse().expect("it is one of the table");
    match route_all(Cloud::DigitalOcean, &Request::new(method, path)) {
        Ok((_, service, _)) => service.endpoints.clone(),
        Err(_) => Endpoints::Single(BASE.to_owned()),
    }
}

/// What a raw call's output is: the body.
pub(super) fn output(output: Value, options: &Options) -> Value {
    if let Some(capture) = &options.capture {
        return capture.document();
    }
    match output {
        Value::Map(entries) => entries
            .into_iter()
            .find_map(|(name, value): (Name, Value)| (name == BODY).then_some(value))
            .unwrap_or(Value::Map(Vec::new())),
        other => other,
    }
}

/// Keeps the body of the last answer.
#[derive(Debug, Default)]
pub(crate) struct Capture {
    body: Mutex<Bytes>,
}

impl Capture {
    /// The body: JSON as what it says, all else as text.
    fn document(&self) -> Value {
        let body = std::mem::take(&mut *self.body.lock());
        if body.is_empty() {
            return Value::Map(Vec::new());
        }
        serde_json::from_slice(&body).unwrap_or_else(|_| match String::from_utf8(body.to_vec()) {
            Ok(text) => Value::from(text),
            Err(_) => Value::Blob(body),
        })
    }
}

/// Sees what goes over the wire for two that watch.
#[derive(Debug)]
pub(crate) struct Both(pub(crate) Arc<Capture>, pub(crate) Option<Arc<dyn Observe>>);

impl Observe for Both {
    fn sends(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        request: &http::Request<Option<Bytes>>,
    ) {
        if let Some(other) = &self.1 {
            other.sends(service, operation, request);
        }
    }

    fn receives(
        &self,
        service: &'static Service,
        operation: &'static Operation,
        response: &Response,
    ) {
        *self.0.body.lock() = response.body.clone();
        if let Some(other) = &self.1 {
            other.receives(service, operation, response);
        }
    }

    fn fails(&self, error: &CallError) {
        if let Some(other) = &self.1 {
            other.fails(error);
        }
    }
}
