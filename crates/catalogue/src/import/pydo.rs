//! DigitalOcean: pydo's `operations/_operations.py` and `_client.py`.
//!
//! The package is generated, so its functions have few forms. Methods, paths and parameters come from
//! the functions that build requests, the forms of bodies and answers from the docstrings' templates.
//! Nothing is executed.

use std::collections::HashMap;

use crate::Items;
use crate::import::{ImportError, ShapeTable};
use crate::model::{
    BodyFormat, Cloud, Endpoints, Operation, Paging, PagingStyle, Protocol, Service,
};
use crate::shape::{
    ErrorTrait, Kind, List, Map, Member, Number, Range, Shape, ShapeId, Structure, Text,
    TimestampFormat,
};

mod builders;
mod methods;
mod overlay;
mod template;

use builders::{Builder, Parameter};
use methods::Method;
pub use overlay::Overlay;
use template::{Scalar, Template};

/// The texts of the package.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// `_client.py`
    pub client: &'a str,
    /// `operations/_operations.py`
    pub operations: &'a str,
}

/// Paths that begin so are served by another host than the rest.
const HOSTS: [(&str, &str); 5] = [
    ("/v2/", "https://api.digitalocean.com"),
    ("/v1/consent", "https://api.digitalocean.com"),
    ("/v1/signals", "https://api.digitalocean.com"),
    ("/v1/oauth", "https://cloud.digitalocean.com"),
    ("/v1/", "https://inference.do-ai.run"),
];

/// What serves the rest: the gateway of actions.
const GATEWAY: &str = "https://actions.do-ai.run";

/// The ids of errors, which the vendor gives by status.
const ERRORS: [(u16, &str); 9] = [
    (400, "bad_request"),
    (401, "unauthorized"),
    (403, "forbidden"),
    (404, "not_found"),
    (409, "conflict"),
    (412, "precondition_failed"),
    (422, "unprocessable_entity"),
    (429, "too_many_requests"),
    (500, "server_error"),
];

/// Every group of the package as a service, named as the client's attribute is.
///
/// # Errors
/// If a text is not of the form that the package's texts have.
pub fn services(sources: &Sources<'_>, overlay: &Overlay) -> Result<Vec<Service>, ImportError> {
    let mut builders = builders::read(sources.operations)?;
    let names = attributes(sources.client);
    let mut groups = Vec::new();
    for mut group in methods::read(sources.operations)? {
        let class = format!("{}Operations", group.class);
        let name = names
            .get(class.as_str())
            .ok_or_else(|| ImportError::unknown(&class, "the client has no such attribute"))?;
        overlay.apply(name, &mut group.methods)?;
        groups.push(((*name).to_owned(), group));
    }
    builders.extend(overlay.extend(&mut groups)?);
    let mut services = Vec::new();
    for (name, group) in groups {
        let mut importer = Importer { group: &name, shapes: ShapeTable::default() };
        let mut service = Service::new(Cloud::DigitalOcean, name.clone(), Protocol::DigitalOcean);
        for method in group.methods {
            let builder = builders.get(&method.builder).ok_or_else(|| {
                ImportError::unknown(format!("{name}.{}", method.name), "no such builder")
            })?;
            service.operations.to_mut().push(importer.operation(builder, method)?);
        }
        service.id = group.class;
        service.version = "v2".to_owned();
        service.endpoints = Endpoints::Single(host(&service.operations).to_owned());
        service.operations.to_mut().sort_by(|left, right| left.name.cmp(&right.name));
        service.shapes = importer.shapes.finish().into();
        services.push(service);
    }
    Ok(services)
}

/// The names of the client's attributes, by class: `self.droplets = DropletsOperations(`.
fn attributes(client: &str) -> HashMap<&str, &str> {
    client
        .lines()
        .filter_map(|line| {
            let (name, class) = line.trim().strip_prefix("self.")?.split_once(" = ")?;
            Some((class.strip_suffix('(')?, name))
        })
        .collect()
}

fn host(operations: &Items<Operation>) -> &'static str {
    let path = operations.iter().next().map_or("/v2/", |operation| operation.uri.as_str());
    HOSTS.iter().find(|(prefix, _)| path.starts_with(prefix)).map_or(GATEWAY, |(_, host)| host)
}

struct Importer<'a> {
    group: &'a str,
    shapes: ShapeTable,
}

impl Importer<'_> {
    fn operation(&mut self, builder: &Builder, method: Method) -> Result<Operation, ImportError> {
        let base = camel(&method.name);
        let input = self.input(builder, &method, &base)?;
        let output = self.output(&method, &base);
        let status = method.statuses.iter().copied().find(|status| *status < 400).unwrap_or(200);
        let errors = method.statuses.iter().filter(|status| **status >= 400);
        let errors = errors.map(|status| self.error(*status)).collect();
        let paging = self.paging(input, output);
        Ok(Operation {
            name: method.name,
            read_only: matches!(builder.method.as_str(), "GET" | "HEAD"),
            idempotent: matches!(builder.method.as_str(), "PUT" | "DELETE"),
            method: builder.method.clone(),
            uri: builder.path.clone(),
            status,
            input,
            output,
            errors,
            paging,
            body: BodyFormat::Json,
            ..Operation::default()
        })
    }

    fn input(
        &mut self,
        builder: &Builder,
        method: &Method,
        base: &str,
    ) -> Result<Option<ShapeId>, ImportError> {
        let mut structure = Structure::default();
        for parameter in &builder.parameters {
            let values = method.values.iter().find(|(name, _)| *name == parameter.name);
            let values = values.map(|(_, values)| values.clone()).unwrap_or_default();
            structure.members.push(self.parameter(parameter, values, base)?);
        }
        match method.body.clone() {
            Some(Template::Structure(fields)) => {
                for field in fields {
                    let taken = structure.members.iter().any(|one| one.name == field.name);
                    let name =
                        if taken { format!("body.{}", field.name) } else { field.name.clone() };
                    let shape =
                        self.shape(&field.template, &format!("{base}{}", camel(&field.name)));
                    let mut member = Member::new(name, shape);
                    member.wire_name = taken.then_some(field.name);
                    member.required = field.required;
                    structure.members.push(member);
                }
            }
            Some(other) => self.payload(&other, base, &mut structure),
            None if method.sends => {
                self.payload(&Template::Scalar(Scalar::Binary), base, &mut structure);
            }
            None => {}
        }
        if structure.members.is_empty() {
            return Ok(None);
        }
        let name = format!("{base}Request");
        Ok(Some(self.shapes.add(Shape {
            name,
            kind: Kind::Structure(structure),
            ..Shape::default()
        })))
    }

    fn output(&mut self, method: &Method, base: &str) -> Option<ShapeId> {
        let name = format!("{base}Response");
        let mut structure = Structure::default();
        match &method.answer {
            Some(Template::Structure(fields)) => {
                for field in fields {
                    let shape =
                        self.shape(&field.template, &format!("{name}{}", camel(&field.name)));
                    let mut member = Member::new(field.name.as_str(), shape);
                    member.required = field.required;
                    structure.members.push(member);
                }
            }
            Some(other) => self.payload(other, &name, &mut structure),
            None => return None,
        }
        Some(self.shapes.add(Shape { name, kind: Kind::Structure(structure), ..Shape::default() }))
    }

    /// A body that is no structure travels whole, as the one member `body`.
    fn payload(&mut self, template: &Template, base: &str, structure: &mut Structure) {
        let shape = self.shape(template, &format!("{base}Body"));
        let mut member = Member::new("body", shape);
        member.streaming = *template == Template::Scalar(Scalar::Binary);
        structure.members.push(member);
        structure.payload = Some("body".to_owned());
    }

    fn parameter(
        &mut self,
        parameter: &Parameter,
        values: Vec<String>,
        base: &str,
    ) -> Result<Member, ImportError> {
        let range = Range { min: parameter.minimum, max: parameter.maximum };
        let text = |values, length| {
            Kind::String(Text { values, length, pattern: parameter.pattern.clone(), json: false })
        };
        let plain = parameter.kind.trim_start_matches('[').trim_end_matches(']');
        let kind = match plain {
            // A path's `object` is an id or a slug.
            "str" | "object" | "date" => {
                text(values, if parameter.length { range } else { Range::default() })
            }
            "int" => Kind::Integer(Number { wide: true, range }),
            "float" => Kind::Float(Number { wide: true, range }),
            "bool" => Kind::Boolean,
            "iso-8601" => Kind::Timestamp(Some(TimestampFormat::Iso8601)),
            other => {
                let place = format!("{}.{base}.{}", self.group, parameter.name);
                return Err(ImportError::unknown(place, format!("the type {other}")));
            }
        };
        let plain = kind == text(Vec::new(), Range::default()) && parameter.pattern.is_none();
        let name =
            if plain { "String".to_owned() } else { format!("{base}{}", camel(&parameter.name)) };
        let mut shape = self.shapes.get_or_add(&name, || kind);
        if parameter.repeated {
            shape = self.list(shape, &format!("{name}List"));
        }
        let mut member = Member::new(parameter.name.trim_end_matches('_'), shape);
        member.wire_name = (parameter.wire != member.name).then(|| parameter.wire.clone());
        member.location = parameter.location;
        member.required = parameter.required;
        Ok(member)
    }

    /// The shape of a template. Structures and enumerations are named by where they appear.
    fn shape(&mut self, template: &Template, name: &str) -> ShapeId {
        let (name, kind) = match template {
            Template::Structure(fields) => {
                let id = self.shapes.reserve(name);
                let mut structure = Structure::default();
                for field in fields {
                    let shape =
                        self.shape(&field.template, &format!("{name}{}", camel(&field.name)));
                    let mut member = Member::new(field.name.as_str(), shape);
                    member.required = field.required;
                    structure.members.push(member);
                }
                self.shapes.fill(id, Kind::Structure(structure));
                return id;
            }
            Template::List(item) => {
                let item = self.shape(item, &format!("{name}Item"));
                return self.list(item, name);
            }
            Template::Map(value) => {
                let key = self.shapes.get_or_add("String", || Kind::String(Text::default()));
                let value = self.shape(value, &format!("{name}Value"));
                (name, Kind::Map(Map { key, value, ..Map::default() }))
            }
            Template::Scalar(Scalar::String(values)) if values.is_empty() => {
                ("String", Kind::String(Text::default()))
            }
            Template::Scalar(Scalar::String(values)) => {
                (name, Kind::String(Text { values: values.clone(), ..Text::default() }))
            }
            Template::Scalar(Scalar::Timestamp) => {
                ("Timestamp", Kind::Timestamp(Some(TimestampFormat::Iso8601)))
            }
            Template::Scalar(Scalar::Integer) => {
                ("Integer", Kind::Integer(Number { wide: true, range: Range::default() }))
            }
            Template::Scalar(Scalar::Float) => {
                ("Float", Kind::Float(Number { wide: true, range: Range::default() }))
            }
            Template::Scalar(Scalar::Boolean) => ("Boolean", Kind::Boolean),
            Template::Scalar(Scalar::Binary) => (
                "Binary",
                Kind::Blob { streaming: true, requires_length: false, length: Range::default() },
            ),
            Template::Scalar(Scalar::Any) => ("Any", Kind::Document),
        };
        self.shapes.get_or_add(name, || kind)
    }

    fn list(&mut self, item: ShapeId, name: &str) -> ShapeId {
        self.shapes.get_or_add(name, || Kind::List(List { item, ..List::default() }))
    }

    /// The error of a status: all have one form.
    fn error(&mut self, status: u16) -> ShapeId {
        let code = ERRORS.iter().find(|(one, _)| *one == status).map(|(_, id)| *id);
        let name = code.map_or_else(|| format!("error_{status}"), str::to_owned);
        if let Some(id) = self.shapes.get(&name) {
            return id;
        }
        let text = self.shapes.get_or_add("String", || Kind::String(Text::default()));
        let error = ErrorTrait {
            code: code.map(str::to_owned),
            status: Some(status),
            sender_fault: status < 500,
            retryable: status == 429 || status >= 500,
            throttling: status == 429,
        };
        let members = ["id", "message", "request_id"];
        let kind = Kind::Structure(Structure {
            members: members.iter().map(|name| Member::new(*name, text)).collect(),
            error: Some(error),
            ..Structure::default()
        });
        self.shapes.add(Shape { name, kind, ..Shape::default() })
    }

    /// Pages are asked for by number, and an answer has the address of the next one.
    fn paging(&self, input: Option<ShapeId>, output: Option<ShapeId>) -> Option<Paging> {
        let (input, output) = (self.members(input?), self.members(output?));
        let has = |members: &[Member], name: &str| members.iter().any(|one| one.name == name);
        if !has(input, "page") || !has(output, "links") {
            return None;
        }
        let results =
            output.iter().find(|one| matches!(self.shapes.kind(one.shape), Kind::List(_)));
        Some(Paging {
            style: PagingStyle::Link,
            input_token: vec!["page".to_owned()],
            output_token: vec!["links.pages.next".to_owned()],
            limit: has(input, "per_page").then(|| "per_page".to_owned()),
            results: vec![results?.name.clone()],
            total: has(output, "meta").then(|| "meta.total".to_owned()),
            ..Paging::default()
        })
    }

    fn members(&self, id: ShapeId) -> &[Member] {
        match self.shapes.kind(id) {
            Kind::Structure(structure) => &structure.members,
            _ => &[],
        }
    }
}

/// `list_by_tag` as `ListByTag`.
fn camel(name: &str) -> String {
    name.split(|letter: char| !letter.is_ascii_alphanumeric())
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}
