//! Alibaba Cloud's Object Storage Service: the vendor's own Python package for it, `models/*.py` and
//! `operations/*.py`.
//!
//! The package says of every attribute where it travels and under which name, so no more than lines
//! are read. Members are called as they are on the wire, which is how the vendor's reference calls
//! them: `x-oss-meta-*` is the map of an object's own metadata. Headers that name a copy's source are
//! given as they are sent.

use std::collections::BTreeMap;

use crate::import::words::reads;
use crate::import::{ImportError, ShapeTable};
use crate::model::{BodyFormat, Checksum, Cloud, Endpoints, Operation, Protocol, Service};
use crate::shape::{
    Kind, List, Location, Map, Member, Number, Range, Shape, ShapeId, Structure, Text,
};

mod models;
mod operations;
mod paging;

use models::{Class, Field, Models};
use operations::RawOperation;

/// The version that the vendor's reference gives the API.
const VERSION: &str = "2019-05-17";

/// The header's name under which objects keep what users say of them.
const USER_METADATA: &str = "x-oss-meta-";

/// Operations that may be repeated although they are posted.
const REPEATABLE: [&str; 1] = ["DeleteMultipleObjects"];

/// Operations whose answer is a sequence of frames that the package takes apart by hand. Here it is
/// given as it came.
const FRAMED: [&str; 1] = ["CreateSelectObjectMeta"];

/// The texts of the package.
#[derive(Debug)]
pub struct Sources<'a> {
    /// The files of `models/`, each with its name.
    pub models: Vec<(&'a str, &'a str)>,
    /// The files of `operations/`.
    pub operations: Vec<&'a str>,
}

/// The service of the package.
///
/// # Errors
/// If a text is not of the form that the package's texts have.
pub fn service(sources: &Sources<'_>) -> Result<Service, ImportError> {
    let mut models = Models::default();
    for (file, text) in &sources.models {
        models.read(file, text)?;
    }
    let mut service = Service::new(Cloud::Alibaba, "oss", Protocol::AlibabaOss);
    VERSION.clone_into(&mut service.version);
    "Oss".clone_into(&mut service.id);
    service.endpoints = Endpoints::Regions { hosts: Vec::new(), regional: true };
    let mut importer = Importer { models: &models, shapes: ShapeTable::default() };
    for text in &sources.operations {
        for raw in operations::read(text)? {
            service.operations.to_mut().push(importer.operation(raw)?);
        }
    }
    service.operations.to_mut().sort_by(|left, right| left.name.cmp(&right.name));
    service.shapes = importer.shapes.finish().into();
    paging::add(&mut service);
    Ok(service)
}

struct Importer<'a> {
    models: &'a Models,
    shapes: ShapeTable,
}

/// Which way a structure travels.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Asks,
    Answers,
}

impl Importer<'_> {
    fn operation(&mut self, raw: RawOperation) -> Result<Operation, ImportError> {
        let input = self.input(&raw)?;
        let output = self.output(&raw)?;
        let body = match raw.media() {
            _ if raw.has("add_process_action") => BodyFormat::Form,
            None => BodyFormat::Protocol,
            Some("application/xml") => BodyFormat::Xml,
            Some("application/octet-stream") => BodyFormat::Binary,
            Some(other) => {
                let message = format!("the body's type {other}");
                return Err(ImportError::unknown(raw.name, message));
            }
        };
        Ok(Operation {
            read_only: raw.method == "OPTIONS" || reads(&raw.name, &raw.method),
            idempotent: REPEATABLE.contains(&raw.name.as_str()),
            status: 200,
            uri: raw.uri(),
            host_prefix: raw.bucket.then(|| "{bucket}.".to_owned()),
            checksum: raw.has("add_content_md5").then(|| Checksum {
                required: true,
                algorithm_member: None,
                validation_member: None,
                response_algorithms: Vec::new(),
                md5: true,
            }),
            input,
            output,
            body,
            name: raw.name,
            method: raw.method,
            ..Operation::default()
        })
    }

    fn input(&mut self, raw: &RawOperation) -> Result<Option<ShapeId>, ImportError> {
        let class = self.models.find("", &raw.request)?;
        let mut structure = Structure::default();
        for field in &class.fields {
            let fixed = field.position == "query" && raw.fixed(&field.wire);
            // What is wanted of the answer's encoding is the client's affair.
            if !fixed && let Some(mut member) = self.member(class, field, Way::Asks)? {
                self.place_payload(raw, class, field, &mut member, &mut structure)?;
                structure.members.push(member);
            }
        }
        for name in raw.computed_headers() {
            let mut member = Member::new(name, self.scalar("str"));
            member.location = Location::Header;
            member.required = true;
            structure.members.push(member);
        }
        if structure.members.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.shapes.add(Shape {
            name: raw.request.clone(),
            kind: Kind::Structure(structure),
            ..Shape::default()
        })))
    }

    /// Makes the member that is the request's body what it is: bytes, a policy's text or XML.
    fn place_payload(
        &mut self,
        raw: &RawOperation,
        class: &Class,
        field: &Field,
        member: &mut Member,
        structure: &mut Structure,
    ) -> Result<(), ImportError> {
        if raw.has("add_process_action") && field.position == "nop" {
            member.location = Location::Body;
            return Ok(());
        }
        if field.position != "body" {
            return Ok(());
        }
        if let Ok(named) = self.models.find(&class.file, &field.annotation) {
            let name = if field.wire == "nop" { &named.xml_name } else { &field.wire };
            member.name.clone_from(name);
            member.wire_name = Some(name.clone());
            member.shape = self.structure(named)?;
        } else {
            "body".clone_into(&mut member.name);
            let bytes = raw.key && !field.kind.contains("xml");
            member.shape = self.scalar(if bytes { "bytes" } else { "str" });
            member.streaming = bytes;
        }
        structure.payload = Some(member.name.clone());
        Ok(())
    }

    fn output(&mut self, raw: &RawOperation) -> Result<Option<ShapeId>, ImportError> {
        let class = self.models.find("", &raw.result)?;
        let mut structure = Structure::default();
        for field in &class.fields {
            if field.tag.is_empty() && field.attribute == "body" {
                self.add_stream(&mut structure);
                continue;
            }
            let Some(mut member) = self.member(class, field, Way::Answers)? else { continue };
            match (field.position.as_str(), field.kind.as_str()) {
                // What the caller's own server said to OSS, in JSON beside or instead of XML.
                ("body", kind) if kind.starts_with("dict") => {
                    "CallbackResult".clone_into(&mut member.name);
                }
                ("body", _) => {
                    member.wire_name = Some(member.name.clone());
                    structure.payload = Some(member.name.clone());
                }
                _ => {}
            }
            if field.wire == "." {
                member.name.clone_from(&class.xml_name);
                member.wire_name = Some(".".to_owned());
            }
            structure.members.push(member);
        }
        if FRAMED.contains(&raw.name.as_str()) {
            self.add_stream(&mut structure);
        }
        if structure.members.is_empty() {
            return Ok(None);
        }
        let xml_name = (class.xml_name != class.name).then(|| class.xml_name.clone());
        Ok(Some(self.shapes.add(Shape {
            name: raw.result.clone(),
            kind: Kind::Structure(structure),
            xml_name,
            ..Shape::default()
        })))
    }

    /// Adds the answer's body, as bytes that stream.
    fn add_stream(&mut self, structure: &mut Structure) {
        let mut member = Member::new("body", self.scalar("bytes"));
        member.streaming = true;
        structure.payload = Some("body".to_owned());
        structure.members.push(member);
    }

    /// The member of an attribute; `None` where it never travels.
    fn member(
        &mut self,
        class: &Class,
        field: &Field,
        way: Way,
    ) -> Result<Option<Member>, ImportError> {
        let process = field.position == "nop" && field.wire.starts_with("x-oss-");
        if field.tag.is_empty() || (field.position == "nop" && !process) {
            return Ok(None);
        }
        if field.wire == USER_METADATA {
            let text = self.scalar("str");
            let map = Kind::Map(Map { key: text, value: text, ..Map::default() });
            let mut member =
                Member::new("x-oss-meta-*", self.shapes.get_or_add("Map<String>", || map));
            member.wire_name = Some(USER_METADATA.to_owned());
            member.location = Location::Headers;
            return Ok(Some(member));
        }
        // `Buckets/Bucket` is a list in an element of its own.
        let (name, item) = match field.wire.split_once('/') {
            Some((name, item)) => (name, Some(item)),
            None => (field.wire.as_str(), None),
        };
        let shape = match (way, field.position.as_str()) {
            (Way::Asks, "body") => self.scalar("str"),
            _ => self.kind(class, field, item)?,
        };
        let mut member = Member::new(name, shape);
        member.required = field.required;
        member.location = match field.position.as_str() {
            "header" => Location::Header,
            "query" => Location::Query,
            "path" => Location::Path,
            "host" => Location::Host,
            _ => Location::Body,
        };
        member.host_label = member.location == Location::Host;
        Ok(Some(member))
    }

    fn kind(
        &mut self,
        class: &Class,
        field: &Field,
        item: Option<&str>,
    ) -> Result<ShapeId, ImportError> {
        let kind = match field.kind.split(',').next().unwrap_or_default() {
            "" if self.is_telling(class, &field.annotation) => &field.annotation,
            // A day has a form of its own, which is the caller's to write.
            _ if field.kind.ends_with("ios8601date") => "str",
            kind => kind,
        };
        let Some(inner) = kind.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
            return self.one(class, kind);
        };
        let shape = self.one(class, inner)?;
        let list = List {
            item: shape,
            item_name: item.map(str::to_owned),
            flattened: item.is_none(),
            ..List::default()
        };
        let name = match item {
            Some(item) => format!("List<{}:{item}>", class.dependency(inner)),
            None => format!("List<{}:{}>", class.file, class.dependency(inner)),
        };
        Ok(self.shapes.get_or_add(&name, || Kind::List(list)))
    }

    /// Whether a constructor's type says more than that something is text.
    fn is_telling(&self, class: &Class, annotation: &str) -> bool {
        annotation.starts_with('[')
            || matches!(annotation, "int" | "float" | "bool")
            || self.models.find(&class.file, annotation).is_ok()
    }

    fn one(&mut self, class: &Class, kind: &str) -> Result<ShapeId, ImportError> {
        if kind.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            let found = self.models.find(&class.file, class.dependency(kind))?;
            return self.structure(found);
        }
        Ok(self.scalar(kind))
    }

    fn structure(&mut self, class: &Class) -> Result<ShapeId, ImportError> {
        let name = self.models.shape_name(class);
        if let Some(id) = self.shapes.get(&name) {
            return Ok(id);
        }
        let id = self.shapes.reserve(&name);
        let mut structure = Structure::default();
        for field in class.fields.iter().filter(|field| field.tag == "xml") {
            structure.members.extend(self.member(class, field, Way::Answers)?);
        }
        self.shapes.fill(id, Kind::Structure(structure));
        Ok(id)
    }

    fn scalar(&mut self, kind: &str) -> ShapeId {
        let number = Number { wide: true, range: Range::default() };
        let (name, kind) = match kind {
            "int" => ("Integer", Kind::Integer(number)),
            "float" => ("Float", Kind::Float(number)),
            "bool" => ("Boolean", Kind::Boolean),
            "dict" => ("Any", Kind::Document),
            "bytes" => {
                let blob =
                    Kind::Blob { streaming: true, requires_length: true, length: Range::default() };
                ("Binary", blob)
            }
            _ if kind.contains("datetime") => ("Timestamp", Kind::Timestamp(None)),
            _ => ("String", Kind::String(Text::default())),
        };
        self.shapes.get_or_add(name, || kind)
    }
}

/// Literals of Python in one line: `'name': 'value', 'other': True`.
fn literals(text: &str) -> BTreeMap<&str, &str> {
    let pairs = text.split(", ").filter_map(|pair| pair.trim().split_once(':'));
    pairs.map(|(name, value)| (bare(name), bare(value))).collect()
}

/// A literal without its quotes and the comma behind it.
fn bare(text: &str) -> &str {
    text.trim().trim_end_matches(',').trim().trim_matches(['\'', '"'])
}
