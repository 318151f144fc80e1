//! `isobar catalogue show CLOUD SERVICE [OPERATION]`: what an operation takes, gives and refuses.

use isobar_catalogue::shape::Range;
use isobar_catalogue::{Kind, Member, Operation, Service, ShapeId};
use serde_json::{Map, Value, json};

use super::{Arguments, cloud, print};
use crate::call::help;
use crate::call::names;
use crate::flags::wrapped;
use crate::format::Format;
use crate::input::describe;
use crate::report::Error;
use crate::shell::{self, Shell};

/// How deep the tree of members goes without being asked for more.
const USUAL: usize = 2;

/// The least that is left for a description beside the name of a deep member.
const NARROWEST: usize = 30;

pub(super) fn run(shell: &Shell, arguments: &Arguments) -> Result<(), Error> {
    let words: Vec<&str> = arguments.words.iter().map(String::as_str).collect();
    let (first, name, rest) = match words.as_slice() {
        [cloud, service, rest @ ..] => (*cloud, *service, rest),
        _ => {
            let message = "catalogue show: a cloud and a service are missing";
            return Err(Error::usage("service_missing", message)
                .hint("isobar catalogue show aws ec2 RunInstances"));
        }
    };
    let cloud = cloud(first)?;
    let version = name.split_once('@').map(|(_, version)| version);
    let service = names::entry(cloud, name, version)?.service();
    let for_people = matches!(arguments.output, Format::Table | Format::Text);
    if rest.is_empty() {
        return match for_people {
            true => shell.print(&help::service(service)),
            false => print(shell, arguments, listed(service), &[]),
        };
    }
    let (operation, _) = names::operation(service, rest)?;
    let depth = arguments.limit.unwrap_or(USUAL);
    if for_people {
        let width = shell.width.unwrap_or(shell::WIDTH);
        return shell.print(Text { service, width, depth }.of(operation).trim_end());
    }
    let tree = Tree { service, depth };
    let errors: Vec<Value> = operation.errors.iter().map(|id| error(service, *id)).collect();
    let shape = |id: Option<ShapeId>| id.map_or(Value::Null, |id| tree.of(id, 0));
    let shown = json!({
        "cloud": cloud.name(),
        "service": service.name,
        "version": service.version,
        "operation": operation.name,
        "method": operation.method,
        "path": operation.uri,
        "read_only": operation.read_only,
        "deprecated": operation.deprecated,
        "paging": operation.paging,
        "input": shape(operation.input),
        "output": shape(operation.output),
        "errors": errors,
    });
    print(shell, arguments, shown, &[])
}

fn listed(service: &Service) -> Value {
    let operations = service.operations.iter().map(|operation| {
        json!({"name": operation.name, "method": operation.method, "path": operation.uri})
    });
    let waiters = service.waiters.iter().map(|waiter| &waiter.name);
    json!({
        "cloud": service.cloud.name(),
        "service": service.name,
        "version": service.version,
        "id": service.id,
        "operations": operations.collect::<Vec<_>>(),
        "waiters": waiters.collect::<Vec<_>>(),
    })
}

fn error(service: &Service, id: ShapeId) -> Value {
    let shape = service.shape(id);
    let traits = service.structure(id).and_then(|structure| structure.error.as_ref());
    let code = traits.and_then(|error| error.code.as_deref()).unwrap_or(&shape.name);
    json!({"code": code, "status": traits.and_then(|error| error.status)})
}

/// Members as JSON.
struct Tree {
    service: &'static Service,
    depth: usize,
}

impl Tree {
    fn of(&self, id: ShapeId, level: usize) -> Value {
        let shape = self.service.shape(id);
        let mut out = Map::new();
        let mut set = |name: &str, value: Value| {
            if !value.is_null() {
                out.insert(name.to_owned(), value);
            }
        };
        match &shape.kind {
            Kind::Structure(structure) => {
                set("type", json!("structure"));
                if level < self.depth {
                    let members = structure.members.iter();
                    set("members", members.map(|member| self.member(member, level)).collect());
                }
            }
            Kind::List(list) => {
                set("type", json!("list"));
                set("length", range(list.length));
                set("item", self.of(list.item, level));
            }
            Kind::Map(map) => {
                set("type", json!("map"));
                set("length", range(map.length));
                set("value", self.of(map.value, level));
            }
            Kind::String(text) => {
                set("type", json!("string"));
                set("length", range(text.length));
                set("pattern", json!(text.pattern));
                if !text.values.is_empty() {
                    set("values", json!(text.values));
                }
            }
            Kind::Integer(number) | Kind::Float(number) => {
                let is_integer = matches!(shape.kind, Kind::Integer(_));
                set("type", json!(if is_integer { "integer" } else { "float" }));
                set("range", range(number.range));
            }
            Kind::Boolean => set("type", json!("boolean")),
            Kind::Blob { length, .. } => {
                set("type", json!("blob"));
                set("length", range(*length));
            }
            Kind::Timestamp(_) => set("type", json!("timestamp")),
            Kind::Document => set("type", json!("document")),
        }
        Value::Object(out)
    }

    fn member(&self, member: &Member, level: usize) -> Value {
        let mut out = self.of(member.shape, level + 1);
        let members = out.as_object_mut().expect("a shape is shown as an object");
        members.insert("name".to_owned(), json!(member.name));
        members.insert("required".to_owned(), json!(member.required));
        if member.idempotency_token {
            members.insert("idempotency_token".to_owned(), json!(true));
        }
        out
    }
}

fn range(range: Range) -> Value {
    match range {
        Range { min: None, max: None } => Value::Null,
        Range { min, max } => json!({"min": min, "max": max}),
    }
}

/// Members as lines of text.
struct Text {
    service: &'static Service,
    width: usize,
    depth: usize,
}

impl Text {
    fn of(&self, operation: &'static Operation) -> String {
        let service = self.service;
        let mut out = format!("{} {} {}", service.id, service.version, operation.name);
        let notes =
            [(operation.deprecated, "deprecated"), (operation.read_only, "changes nothing")];
        for (_, note) in notes.iter().filter(|(holds, _)| *holds) {
            out.push_str(&format!(", {note}"));
        }
        out.push_str(&format!("\n{} {}\n", operation.method, operation.uri));
        for (title, shape) in [("Input", operation.input), ("Output", operation.output)] {
            let members = shape.and_then(|id| service.structure(id)).map(|it| &it.members[..]);
            if let Some(members) = members.filter(|members| !members.is_empty()) {
                out.push_str(&format!("\n{title}:\n"));
                self.members(members, 1, title == "Input", &mut out);
            }
        }
        let errors: Vec<String> = operation.errors.iter().map(|id| refusal(service, *id)).collect();
        if !errors.is_empty() {
            let text = wrapped(&errors.join(", "), 2, self.width);
            out.push_str(&format!("\nErrors:\n  {text}"));
        }
        out.push_str(&help::paging(operation));
        out
    }

    fn members(&self, members: &[Member], level: usize, is_input: bool, out: &mut String) {
        let indent = 2 * level;
        let widest = members.iter().map(|member| member.name.chars().count()).max();
        let most = self.width.saturating_sub(NARROWEST + indent + 3);
        let column = indent + widest.unwrap_or(0).min(most) + 2;
        for member in members {
            let mut text = describe(self.service, member.shape);
            if is_input && member.required {
                text.insert_str(0, "required: ");
            }
            if member.deprecated {
                text.push_str(" (deprecated)");
            }
            let name = format!("{}{}", " ".repeat(indent), member.name);
            let gap = column.saturating_sub(name.chars().count());
            if gap < 2 {
                out.push_str(&format!("{name}\n{}", " ".repeat(column)));
            } else {
                out.push_str(&format!("{name}{}", " ".repeat(gap)));
            }
            out.push_str(&wrapped(&text, column, self.width));
            if level < self.depth {
                self.members(self.inner(member.shape), level + 1, is_input, out);
            }
        }
    }

    /// The members of a structure, or of the structures in a list or map.
    fn inner(&self, id: ShapeId) -> &'static [Member] {
        match &self.service.shape(id).kind {
            Kind::Structure(structure) => &structure.members,
            Kind::List(list) => self.inner_once(list.item),
            Kind::Map(map) => self.inner_once(map.value),
            _ => &[],
        }
    }

    fn inner_once(&self, id: ShapeId) -> &'static [Member] {
        self.service.structure(id).map_or(&[], |structure| &structure.members)
    }
}

fn refusal(service: &Service, id: ShapeId) -> String {
    let error = error(service, id);
    let code = error["code"].as_str().unwrap_or_default();
    match error["status"].as_u64() {
        Some(status) => format!("{code} ({status})"),
        None => code.to_owned(),
    }
}
