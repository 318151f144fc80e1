//! `client.py`: the operations, and where the client puts each of a request's attributes.

use std::collections::HashMap;

use super::python::{identifier_after, quoted};
use crate::import::ImportError;
use crate::shape::{ListStyle, Location};

/// What a client says.
#[derive(Debug, Default)]
pub(super) struct Client {
    /// The product's name in host names.
    pub(super) product: String,
    /// `regional`, `central` or nothing.
    pub(super) endpoint_rule: String,
    /// (region, host)
    pub(super) hosts: Vec<(String, String)>,
    pub(super) operations: Vec<RawOperation>,
}

/// What a client says of an operation.
#[derive(Debug, Default)]
pub(super) struct RawOperation {
    pub(super) action: String,
    pub(super) version: String,
    pub(super) path: String,
    pub(super) method: String,
    pub(super) auth: String,
    pub(super) style: String,
    pub(super) request_body: String,
    pub(super) request_class: Option<String>,
    pub(super) header_class: Option<String>,
    pub(super) response_class: String,
    /// The path's labels, in the order in which the function takes them.
    pub(super) labels: Vec<String>,
    /// Every attribute goes into the query under its own name.
    whole_query: bool,
    places: HashMap<String, Place>,
    /// Attributes of a shrunk request: the original's attribute and the style of its text.
    shrunk: HashMap<String, (String, ListStyle)>,
}

/// Where an attribute goes.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) location: Location,
    /// Its name there, if the client says it.
    pub(super) wire: Option<String>,
    pub(super) style: ListStyle,
    /// It is the whole body.
    pub(super) payload: bool,
}

impl RawOperation {
    /// Where an attribute of the request goes; `None` where the client does not send it.
    pub(super) fn place(&self, attribute: &str) -> Option<Place> {
        if self.whole_query {
            return Some(Place {
                location: Location::Query,
                wire: None,
                style: ListStyle::Repeated,
                payload: false,
            });
        }
        self.places.get(attribute).cloned()
    }
}

/// Reads a client.
pub(super) fn read(name: &str, text: &str) -> Result<Client, ImportError> {
    let mut client = Client::default();
    let mut current: Option<RawOperation> = None;
    for line in text.lines() {
        if line.starts_with("    def ") || line.starts_with("    async def ") {
            client.operations.extend(current.take());
            // Each operation appears four times; this is the one that says everything.
            let says_all = !line.contains("async") && line.ends_with("with_options(");
            current = says_all.then(RawOperation::default);
        } else if let Some(operation) = &mut current {
            read_operation(line.trim(), operation)?;
        } else {
            read_endpoint(line.trim(), &mut client);
        }
    }
    client.operations.extend(current);
    if client.product.is_empty() {
        return Err(ImportError::unknown(name, "a client without a product"));
    }
    Ok(client)
}

fn read_endpoint(words: &str, client: &mut Client) {
    if words.starts_with("self._endpoint_rule = ") {
        client.endpoint_rule = quoted(words).unwrap_or_default().to_owned();
    } else if words.starts_with("self._endpoint = self.get_endpoint(") {
        client.product = quoted(words).unwrap_or_default().to_owned();
    } else if words.starts_with('\'')
        && let Some((region, host)) = words.split_once(": ")
        && let (Some(region), Some(host)) = (quoted(region), quoted(host))
    {
        client.hosts.push((region.to_owned(), host.to_owned()));
    }
}

fn read_operation(words: &str, operation: &mut RawOperation) -> Result<(), ImportError> {
    if let Some((name, value)) = words.split_once(" = ") {
        return read_assignment(name, value, operation);
    }
    if let Some(class) = words.strip_prefix(") -> ").and_then(model) {
        operation.response_class = class;
    } else if let Some((name, kind)) = words.split_once(": ") {
        match name {
            "request" | "tmp_req" => operation.request_class = model(kind),
            "headers" => operation.header_class = model(kind),
            "runtime" => {}
            _ if kind == "str," => operation.labels.push(name.to_owned()),
            _ => {}
        }
    }
    Ok(())
}

fn read_assignment(
    name: &str,
    value: &str,
    operation: &mut RawOperation,
) -> Result<(), ImportError> {
    let text = || quoted(value).unwrap_or_default().to_owned();
    match name {
        "action" => operation.action = text(),
        "version" => operation.version = text(),
        "pathname" => operation.path = path(&text()),
        "method" => operation.method = text(),
        "auth_type" => operation.auth = text(),
        "style" => operation.style = text(),
        "req_body_type" => operation.request_body = text(),
        "query" if value.contains("request.to_map()") => operation.whole_query = true,
        "body" => {
            if let Some(attribute) = identifier_after(value, "request.") {
                operation.put(attribute, None, Location::Body, true);
            }
        }
        _ => {
            if let Some((wire, location)) = target(name) {
                let attribute = identifier_after(value, "request.")
                    .or_else(|| identifier_after(value, "headers."));
                if let Some(attribute) = attribute {
                    operation.put(attribute, Some(wire), location, false);
                }
            } else if value.contains("array_to_string_with_specified_style(") {
                return operation.shrink(name, value);
            }
        }
    }
    Ok(())
}

/// Where `query['Name']` and its like lead.
fn target(name: &str) -> Option<(&str, Location)> {
    const TARGETS: [(&str, Location); 5] = [
        ("query[", Location::Query),
        ("body[", Location::Body),
        ("body_flat[", Location::Body),
        ("real_headers[", Location::Header),
        ("host_map[", Location::Host),
    ];
    let (_, location) = TARGETS.iter().find(|(prefix, _)| name.starts_with(prefix))?;
    Some((quoted(name)?, *location))
}

impl RawOperation {
    fn put(&mut self, attribute: &str, wire: Option<&str>, location: Location, payload: bool) {
        let (attribute, style) = match self.shrunk.get(attribute) {
            Some((original, style)) => (original.clone(), *style),
            None => (attribute.to_owned(), ListStyle::Repeated),
        };
        let wire = wire.map(str::to_owned);
        self.places.insert(attribute, Place { location, wire, style, payload });
    }

    /// `request.x_shrink = Utils.array_to_string_with_specified_style(tmp_req.x, 'X', 'json')`
    fn shrink(&mut self, name: &str, value: &str) -> Result<(), ImportError> {
        let unknown = || ImportError::unknown(&self.action, format!("the line {name} = {value}"));
        let shrunk = name.strip_prefix("request.").ok_or_else(unknown)?;
        let original = identifier_after(value, "tmp_req.").ok_or_else(unknown)?;
        let style = match value.rsplit('\'').nth(1) {
            Some("json") => ListStyle::Json,
            Some("simple") => ListStyle::Comma,
            Some("spaceDelimited") => ListStyle::Space,
            Some("pipeDelimited") => ListStyle::Pipe,
            _ => return Err(unknown()),
        };
        self.shrunk.insert(shrunk.to_owned(), (original.to_owned(), style));
        Ok(())
    }
}

/// The class of `main_models.X`, whatever follows it.
fn model(words: &str) -> Option<String> {
    identifier_after(words, "main_models.").map(str::to_owned)
}

/// The path with plain labels, for `/clusters/{DaraURL.percent_encode(cluster_id)}`.
fn path(text: &str) -> String {
    let mut path = String::new();
    let mut rest = text;
    while let Some((before, label)) = rest.split_once('{') {
        let (label, after) = label.split_once('}').unwrap_or((label, ""));
        let label = label.rsplit('(').next().unwrap_or(label).trim_end_matches(')');
        path.push_str(before);
        path.push('{');
        path.push_str(label);
        path.push('}');
        rest = after;
    }
    path.push_str(rest);
    path
}
