//! `client.py`: the operations, and where the client puts each of a request's attributes.
//!
//! Three generations of the vendor's generator are read: `call_api` with `DaraCore`, `call_api` with
//! `UtilClient`, and `do_rpcrequest` with the facts as its arguments.

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
    /// Whether the client makes a host name where the caller gives none.
    pub(super) finds_endpoint: bool,
    /// (region, host)
    pub(super) hosts: Vec<(String, String)>,
    /// Everything is signed in the older way.
    pub(super) older_signature: bool,
    /// Everything is signed, whatever an operation says of it.
    pub(super) signs_all: bool,
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
    /// It is signed in the older way.
    pub(super) older_signature: bool,
    /// Its body is a list, which is there even where none is given.
    pub(super) body_is_list: bool,
    /// The texts that the function takes beside the request, in order.
    pub(super) arguments: Vec<String>,
    /// Of these, those that are a part of the host's name.
    pub(super) host_labels: Vec<String>,
    /// Every attribute goes into one place under its own name.
    whole: Option<Location>,
    places: HashMap<(Source, String), Place>,
    /// Attributes of a shrunk request: the original's attribute and the style of its text.
    shrunk: HashMap<(Source, String), (String, ListStyle)>,
}

/// Whose attribute is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    /// The request's.
    Request,
    /// That of the class that stands for headers.
    Headers,
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
    /// Whether it was an operation: the convenience of one whose name ends like this is none.
    fn calls(&self) -> bool {
        !self.action.is_empty()
    }

    /// Where an attribute goes; `None` where the client does not send it.
    pub(super) fn place(&self, source: Source, attribute: &str) -> Option<Place> {
        if let Some(location) = self.whole.filter(|_| source == Source::Request) {
            // Of an attribute that is shrunk, the text is what goes there.
            let shrunk = self.shrunk.values().find(|(original, _)| original == attribute);
            let style = shrunk.map_or(ListStyle::Repeated, |(_, style)| *style);
            return Some(Place { location, wire: None, style, payload: false });
        }
        self.places.get(&(source, attribute.to_owned())).cloned()
    }
}

/// Reads a client.
pub(super) fn read(name: &str, text: &str) -> Result<Client, ImportError> {
    let mut client = Client::default();
    let mut current: Option<RawOperation> = None;
    let mut prose = false;
    for line in text.lines() {
        let quotes = line.matches("\"\"\"").count();
        if quotes > 0 {
            prose ^= quotes % 2 == 1;
        } else if prose {
            // What is said about an operation may look like a line of its code.
        } else if line.starts_with("    def ") || line.starts_with("    async def ") {
            client.operations.extend(current.take().filter(RawOperation::calls));
            // Each operation appears four times; this is the one that says everything.
            let says_all = line.starts_with("    def ") && line.ends_with("with_options(");
            current = says_all.then(RawOperation::default);
        } else if let Some(operation) = &mut current {
            read_operation(line.trim(), operation)?;
        } else {
            read_endpoint(line.trim(), &mut client);
        }
    }
    client.operations.extend(current.filter(RawOperation::calls));
    if client.product.is_empty() {
        return Err(ImportError::unknown(name, "a client without a product"));
    }
    Ok(client)
}

fn read_endpoint(words: &str, client: &mut Client) {
    let text = || quoted(words).unwrap_or_default().to_owned();
    if words.starts_with("self._endpoint_rule = ") {
        client.endpoint_rule = text();
    } else if words.starts_with("self._signature_algorithm = 'v2'")
        || words.starts_with("from alibabacloud_gateway_pds.")
    {
        client.older_signature = true;
    } else if words.starts_with("from alibabacloud_gateway_sls.") {
        client.signs_all = true;
    } else if words.starts_with("self._product_id = ") {
        client.product = text().to_lowercase();
    } else if words.starts_with("self._endpoint = self.get_endpoint(") {
        client.product = text();
        client.finds_endpoint = true;
    } else if words.starts_with('\'')
        && let Some((region, host)) = words.split_once(": ")
        && let (Some(region), Some(host)) = (quoted(region), quoted(host))
    {
        // A host of fc's ends with a tab.
        client.hosts.push((region.to_owned(), host.trim().to_owned()));
    }
}

fn read_operation(words: &str, operation: &mut RawOperation) -> Result<(), ImportError> {
    if let Some((_, arguments)) = words.split_once("self.do_rpcrequest('") {
        return operation.read_arguments(arguments);
    }
    if words.contains("self.do_rpcrequest(") || words.contains("self.do_roarequest(") {
        operation.older_signature = true;
        return Ok(());
    }
    if let Some((name, value)) = words.split_once('=') {
        let (name, value) = (name.trim(), value.trim());
        return if name.contains([' ', '(']) {
            Ok(())
        } else {
            read_assignment(name, value, operation)
        };
    }
    if let Some(class) = words.strip_prefix(") -> ").and_then(model) {
        operation.response_class = class;
    } else if let Some((name, kind)) = words.split_once(": ") {
        match name {
            "request" | "tmp_req" => operation.request_class = model(kind),
            "headers" | "tmp_header" => operation.header_class = model(kind),
            "runtime" => {}
            _ if kind == "str," => operation.arguments.push(name.to_owned()),
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
    let whole = value.contains("request.to_map()") || value.contains(".to_map(request)");
    match name {
        "action" => operation.action = text(),
        "version" => operation.version = text(),
        "pathname" => operation.path = path(&text()),
        "method" => operation.method = text(),
        "auth_type" => operation.auth = text(),
        "style" => operation.style = text(),
        "req_body_type" => operation.request_body = text(),
        "query" if whole => operation.whole = Some(Location::Query),
        "body" if whole => operation.whole = Some(Location::Body),
        "body" | "stream" => {
            operation.body_is_list |= value.contains("to_array(");
            if let Some((source, attribute)) = attribute(value) {
                operation.put(source, attribute, None, Location::Body);
            }
        }
        _ if name.starts_with("host_map[") => operation.host_labels.push(value.to_owned()),
        _ => {
            if let Some((wire, location)) = target(name) {
                if let Some((source, attribute)) = attribute(value) {
                    operation.put(source, attribute, Some(wire), location);
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
    const TARGETS: [(&str, Location); 4] = [
        ("query[", Location::Query),
        ("body[", Location::Body),
        ("body_flat[", Location::Body),
        ("real_headers[", Location::Header),
    ];
    let (_, location) = TARGETS.iter().find(|(prefix, _)| name.starts_with(prefix))?;
    Some((quoted(name)?, *location))
}

/// The attribute that a line speaks of.
fn attribute(line: &str) -> Option<(Source, &str)> {
    const SOURCES: [(&str, Source); 4] = [
        ("request.", Source::Request),
        ("tmp_req.", Source::Request),
        ("headers.", Source::Headers),
        ("tmp_header.", Source::Headers),
    ];
    SOURCES.iter().find_map(|(word, source)| Some((*source, identifier_after(line, word)?)))
}

impl RawOperation {
    /// What the oldest clients say in one call: `Action', 'Version', 'HTTPS', 'POST', 'AK', 'json'`.
    fn read_arguments(&mut self, arguments: &str) -> Result<(), ImportError> {
        let mut texts = arguments.split('\'').step_by(2);
        let mut next = || texts.next().unwrap_or_default().to_owned();
        let (action, version, _protocol, method, auth) = (next(), next(), next(), next(), next());
        if auth.is_empty() {
            let message = format!("the arguments {arguments}");
            return Err(ImportError::unknown("do_rpcrequest", message));
        }
        (self.action, self.version, self.method, self.auth) = (action, version, method, auth);
        "/".clone_into(&mut self.path);
        "RPC".clone_into(&mut self.style);
        "formData".clone_into(&mut self.request_body);
        self.older_signature = true;
        Ok(())
    }

    /// Notes where an attribute goes; without a name, it is the whole body.
    fn put(&mut self, source: Source, attribute: &str, wire: Option<&str>, location: Location) {
        let (attribute, style) = match self.shrunk.get(&(source, attribute.to_owned())) {
            Some((original, style)) => (original.clone(), *style),
            None => (attribute.to_owned(), ListStyle::Repeated),
        };
        let place =
            Place { location, wire: wire.map(str::to_owned), style, payload: wire.is_none() };
        self.places.insert((source, attribute), place);
    }

    /// `request.x_shrink = Utils.array_to_string_with_specified_style(tmp_req.x, 'X', 'json')`
    fn shrink(&mut self, name: &str, value: &str) -> Result<(), ImportError> {
        let unknown = || ImportError::unknown(&self.action, format!("the line {name} = {value}"));
        let (source, shrunk) = attribute(name).ok_or_else(unknown)?;
        let (_, original) = attribute(value).ok_or_else(unknown)?;
        let style = match value.rsplit('\'').nth(1) {
            Some("json") => ListStyle::Json,
            Some("simple") => ListStyle::Comma,
            Some("spaceDelimited") => ListStyle::Space,
            Some("pipeDelimited") => ListStyle::Pipe,
            _ => return Err(unknown()),
        };
        self.shrunk.insert((source, shrunk.to_owned()), (original.to_owned(), style));
        Ok(())
    }
}

/// The class of `main_models.X`, whatever follows it.
fn model(words: &str) -> Option<String> {
    identifier_after(words, "_models.").map(str::to_owned)
}

/// The path with plain labels, for `/clusters/{DaraURL.percent_encode(cluster_id)}`. Doubled braces
/// are the generator's own slip: the label is there, the function does not fill it. A path that is
/// one label is given whole, with its slashes.
fn path(text: &str) -> String {
    if let Some(label) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'))
        && label.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
    {
        return format!("/{{{label}+}}");
    }
    let text = text.replace("{{", "{").replace("}}", "}");
    let mut path = String::new();
    let mut rest = text.as_str();
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

/// The names of a path's labels.
pub(super) fn labels(path: &str) -> impl Iterator<Item = &str> {
    let names = path.split('{').skip(1).filter_map(|part| part.split_once('}'));
    names.map(|(name, _)| name.trim_end_matches('+'))
}
