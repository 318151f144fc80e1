//! Alibaba Cloud: the Tea SDK's Python packages, `client.py` and `models/*.py`.
//!
//! The packages are generated, so their lines have few forms, and the facts are read line by line.
//! Nothing is executed.

use std::collections::BTreeMap;

use crate::import::words::reads;
use crate::import::{ImportError, ShapeTable};
use crate::model::{Auth, BodyFormat, Cloud, Endpoints, Operation, Protocol, Service};
use crate::shape::{
    Kind, List, Location, Map, Member, Number, Range, Shape, ShapeId, Structure, Text,
};

mod client;
mod models;
mod overlay;
mod paging;
mod python;

use client::{Client, RawOperation, Source};
use models::Class;
pub use overlay::{OperationFacts, Overlay};
use python::Type;

/// The texts of a package.
#[derive(Debug)]
pub struct Sources<'a> {
    /// `client.py`
    pub client: &'a str,
    /// The files of `models/`.
    pub models: Vec<&'a str>,
}

/// The service of a package. Its name is the product's as the package's name has it.
///
/// # Errors
/// If a text is not of the form that the packages' texts have.
pub fn service(name: &str, sources: &Sources<'_>) -> Result<Service, ImportError> {
    let client = client::read(name, sources.client)?;
    let mut classes = BTreeMap::new();
    for text in &sources.models {
        models::read(text, &mut classes)?;
    }
    let first = client
        .operations
        .first()
        .ok_or_else(|| ImportError::unknown(name, "a client without operations"))?;
    let mut service = Service::new(Cloud::Alibaba, name, protocol(name, &first.style)?);
    service.version.clone_from(&first.version);
    service.endpoint_prefix.clone_from(&client.product);
    service.signing_name.clone_from(&client.product);
    service.endpoints = endpoints(&client);
    let older_signature = client.older_signature;
    let mut importer =
        Importer { classes: &classes, shapes: ShapeTable::default(), signs_all: client.signs_all };
    for mut raw in client.operations {
        raw.older_signature |= older_signature;
        service.operations.to_mut().push(importer.operation(raw)?);
    }
    service.operations.to_mut().sort_by(|left, right| left.name.cmp(&right.name));
    service.shapes = importer.shapes.finish().into();
    paging::infer(&mut service);
    Ok(service)
}

/// The labels of an operation's path and host, each once. One that the path has and the function does
/// not take is the caller's to give too.
fn raw_labels(raw: &RawOperation) -> impl Iterator<Item = (&str, Location)> {
    let path: Vec<&str> = client::labels(&raw.path).collect();
    let is_argument = |label: &str| raw.arguments.iter().any(|argument| argument == label);
    let others: Vec<&str> = path.iter().copied().filter(|label| !is_argument(label)).collect();
    let arguments = raw.arguments.iter().filter_map(move |argument| {
        if raw.host_labels.contains(argument) {
            Some((argument.as_str(), Location::Host))
        } else {
            path.contains(&argument.as_str()).then_some((argument.as_str(), Location::Path))
        }
    });
    arguments.chain(others.into_iter().map(|label| (label, Location::Path)))
}

fn protocol(place: &str, style: &str) -> Result<Protocol, ImportError> {
    match style {
        "RPC" => Ok(Protocol::AlibabaRpc),
        "ROA" => Ok(Protocol::AlibabaRoa),
        other => Err(ImportError::unknown(place, format!("the style {other}"))),
    }
}

fn endpoints(client: &Client) -> Endpoints {
    if !client.finds_endpoint && client.hosts.is_empty() {
        return Endpoints::Unknown;
    }
    let mut hosts = client.hosts.clone();
    hosts.sort();
    hosts.dedup_by(|later, earlier| later.0 == earlier.0);
    Endpoints::Regions { hosts, regional: client.endpoint_rule == "regional" }
}

struct Importer<'a> {
    classes: &'a BTreeMap<String, Class>,
    shapes: ShapeTable,
    signs_all: bool,
}

impl Importer<'_> {
    fn operation(&mut self, raw: RawOperation) -> Result<Operation, ImportError> {
        let action = raw.action.clone();
        let rpc = raw.style == "RPC";
        Ok(Operation {
            // The method of an RPC operation says nothing: each may be called with both.
            read_only: reads(&action, if rpc { "POST" } else { &raw.method }),
            status: 200,
            input: self.input(&raw)?,
            output: self.output(&raw)?,
            auth: match (raw.auth.as_str(), raw.older_signature) {
                // The log service's requests are all signed, whatever is said of them.
                _ if self.signs_all => Auth::Default,
                ("Anonymous", false) => Auth::None,
                ("Anonymous", true) => Auth::OlderNone,
                (_, false) => Auth::Default,
                (_, true) => Auth::Older,
            },
            host_prefix: raw.host_labels.first().map(|label| format!("{{{label}}}.")),
            body: match raw.request_body.as_str() {
                // The clients write a form wherever they are not told otherwise.
                "formData" | "none" | "multiFormData" => BodyFormat::Form,
                "json" if raw.body_is_list => BodyFormat::JsonList,
                "json" => BodyFormat::Json,
                "xml" => BodyFormat::Xml,
                "binary" | "byte" | "protobuf" => BodyFormat::Binary,
                other => {
                    let message = format!("the request's body type {other}");
                    return Err(ImportError::unknown(action, message));
                }
            },
            name: action,
            method: raw.method,
            uri: raw.path,
            ..Operation::default()
        })
    }

    /// The structure of what a request carries: its path's labels, its headers, and the members of
    /// its class, each where the client puts it.
    fn input(&mut self, raw: &RawOperation) -> Result<Option<ShapeId>, ImportError> {
        let mut structure = Structure::default();
        for (label, location) in raw_labels(raw) {
            let shape = self.shape(&Type::String)?;
            let mut member = Member::new(label, shape);
            member.required = true;
            member.location = location;
            structure.members.push(member);
        }
        let classes = [(Source::Headers, &raw.header_class), (Source::Request, &raw.request_class)];
        for (source, class) in classes {
            if let Some(class) = class {
                let class = find(self.classes, class)?;
                self.members(raw, source, class, &mut structure)?;
            }
        }
        if structure.members.is_empty() {
            return Ok(None);
        }
        let name = raw.request_class.clone().unwrap_or_else(|| format!("{}Request", raw.action));
        Ok(Some(self.shapes.add(Shape {
            name,
            kind: Kind::Structure(structure),
            ..Shape::default()
        })))
    }

    fn members(
        &mut self,
        raw: &RawOperation,
        source: Source,
        class: &Class,
        structure: &mut Structure,
    ) -> Result<(), ImportError> {
        for field in &class.fields {
            let Some(place) = raw.place(source, &field.attribute) else { continue };
            let wire = place.wire.as_deref().unwrap_or(&field.wire);
            // A path's label and a member of the body may have one name; the vendor sends both.
            let taken = structure.members.iter().any(|member| member.name == wire);
            let name = if taken { format!("body.{wire}") } else { wire.to_owned() };
            let mut member = Member::new(name.as_str(), self.shape(&field.kind)?);
            member.wire_name = taken.then(|| wire.to_owned());
            member.location = place.location;
            member.required = field.required;
            member.list_style = place.style;
            member.idempotency_token = field.kind == Type::String
                && matches!(wire, "ClientToken" | "clientToken" | "client_token");
            if place.payload {
                member.streaming = field.kind == Type::Binary;
                member.shape = self.content(&field.kind)?;
                structure.payload = Some(name);
            }
            structure.members.push(member);
        }
        Ok(())
    }

    /// The structure of an answer's body. A body that is a list or a text is the payload of a
    /// structure of its own.
    fn output(&mut self, raw: &RawOperation) -> Result<Option<ShapeId>, ImportError> {
        let class = find(self.classes, &raw.response_class)?;
        let Some(body) = class.fields.iter().find(|field| field.attribute == "body") else {
            return Ok(None);
        };
        let shape = self.content(&body.kind)?;
        if matches!(body.kind, Type::Class(_)) {
            return Ok(Some(shape));
        }
        let mut member = Member::new("body", shape);
        member.streaming = body.kind == Type::Binary;
        let structure = Structure {
            members: vec![member],
            payload: Some("body".to_owned()),
            ..Structure::default()
        };
        Ok(Some(self.shapes.add(Shape {
            name: raw.response_class.clone(),
            kind: Kind::Structure(structure),
            ..Shape::default()
        })))
    }

    /// The shape of what is a whole body, which alone may be bytes.
    fn content(&mut self, kind: &Type) -> Result<ShapeId, ImportError> {
        if *kind != Type::Binary {
            return self.shape(kind);
        }
        let bytes =
            Kind::Blob { streaming: true, requires_length: false, length: Range::default() };
        Ok(self.shapes.get_or_add(&kind.name(), || bytes))
    }

    fn shape(&mut self, kind: &Type) -> Result<ShapeId, ImportError> {
        // Among parameters and in JSON, what the vendor's classes hold as bytes is sent as text.
        let kind = if *kind == Type::Binary { &Type::String } else { kind };
        let name = kind.name();
        if let Some(id) = self.shapes.get(&name) {
            return Ok(id);
        }
        if let Type::Class(class) = kind {
            let class = find(self.classes, class)?;
            let id = self.shapes.reserve(&name);
            let mut structure = Structure::default();
            for field in &class.fields {
                let mut member = Member::new(field.wire.as_str(), self.shape(&field.kind)?);
                member.required = field.required;
                structure.members.push(member);
            }
            self.shapes.fill(id, Kind::Structure(structure));
            return Ok(id);
        }
        let kind = match kind {
            Type::Class(_) | Type::Any => Kind::Document,
            Type::String | Type::Binary => Kind::String(Text::default()),
            // The packages do not say how wide a number is.
            Type::Integer => Kind::Integer(Number { wide: true, range: Range::default() }),
            Type::Float => Kind::Float(Number { wide: true, range: Range::default() }),
            Type::Boolean => Kind::Boolean,
            Type::List(item) => Kind::List(List { item: self.shape(item)?, ..List::default() }),
            Type::Map(value) => Kind::Map(Map {
                key: self.shape(&Type::String)?,
                value: self.shape(value)?,
                ..Map::default()
            }),
        };
        Ok(self.shapes.get_or_add(&name, || kind))
    }
}

fn find<'a>(classes: &'a BTreeMap<String, Class>, name: &str) -> Result<&'a Class, ImportError> {
    // One that is called like a word of Python's is spoken of with an underscore.
    let found = classes.get(name).or_else(|| classes.get(name.strip_suffix('_')?));
    found.ok_or_else(|| ImportError::MissingShape {
        user: "a model".to_owned(),
        shape: name.to_owned(),
    })
}
