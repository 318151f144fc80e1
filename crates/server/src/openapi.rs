//! The OpenAPI document: one row per endpoint here, the schemas of answers derived from their types
//! (`openapi/schemas.rs`), those of bodies made from the rules by which bodies are checked.
//!
//! The rows are checked against the router (every row is routed), and the schemas against the
//! answers of a running server (`tests/sdk`).

use axum::response::IntoResponse;
use isobar_control::model::check::MANIFEST;
use isobar_control::model::rules::Rule;
use isobar_control::model::{deployment, operation, resource};
use serde_json::{Map, Value, json};

use crate::error::Code;
use crate::routes::{ADVANCE, FAULTS, ROLLBACK};

mod schemas;

/// One endpoint.
pub(crate) struct Row {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    id: &'static str,
    summary: &'static str,
    /// Query parameters, by their name in [`PARAMETERS`].
    query: &'static [&'static str],
    /// The schema of the body, if it takes one.
    body: Option<&'static str>,
    /// The status and the schema of success.
    success: (u16, &'static str),
    errors: &'static [Code],
}

const READ: &[Code] = &[Code::NotFound];
const PLAN: &[Code] = &[Code::NotFound, Code::Conflict, Code::Cloud];
const LIST: &[Code] = &[];
const START: &[Code] = &[
    Code::Conflict,
    Code::TooLarge,
    Code::UnsupportedMediaType,
    Code::IdempotencyKeyReused,
    Code::Cloud,
];
/// Of something that is there already.
const GO_ON: &[Code] = &[
    Code::NotFound,
    Code::Conflict,
    Code::PreconditionFailed,
    Code::TooLarge,
    Code::UnsupportedMediaType,
    Code::IdempotencyKeyReused,
    Code::Cloud,
];
const SET: &[Code] = &[Code::TooLarge, Code::UnsupportedMediaType];
const MOVE: &[Code] = &[
    Code::TooLarge,
    Code::UnsupportedMediaType,
    Code::IdempotencyInProgress,
    Code::IdempotencyKeyReused,
];
const PAGED: &[&str] = &["limit", "cursor", "sort"];

#[rustfmt::skip]
pub(crate) const ROWS: &[Row] = &[
    Row { method: "get", path: "/api/v1/deployments", id: "deployments_list", summary: "Lists deployments, the newest first", query: &["limit", "cursor", "sort", "environment", "service", "status", "cloud"], body: None, success: (200, "DeploymentPage"), errors: LIST },
    Row { method: "post", path: "/api/v1/deployments", id: "deployments_create", summary: "Starts a deployment; with dry_run, answers 200 with its plan", query: &["dry_run"], body: Some("Manifest"), success: (202, "AcceptedOperation"), errors: START },
    Row { method: "get", path: "/api/v1/deployments/{id}", id: "deployments_show", summary: "Shows a deployment", query: &[], body: None, success: (200, "Deployment"), errors: READ },
    Row { method: "get", path: "/api/v1/deployments/{id}/plan", id: "deployments_plan", summary: "Shows what a deployment does, call by call", query: &[], body: None, success: (200, "Plan"), errors: PLAN },
    Row { method: "post", path: "/api/v1/deployments/{id}/rollback", id: "deployments_rollback", summary: "Goes back to the last version that was healthy before", query: &["dry_run"], body: Some("RollbackRequest"), success: (202, "AcceptedOperation"), errors: GO_ON },
    Row { method: "post", path: "/api/v1/deployments/{id}/cancel", id: "deployments_cancel", summary: "Stops a deployment that is under way and undoes what it did", query: &["dry_run"], body: None, success: (202, "AcceptedOperation"), errors: GO_ON },
    Row { method: "get", path: "/api/v1/operations", id: "operations_list", summary: "Lists operations, the newest first", query: &["limit", "cursor", "sort", "kind", "operation status", "deployment_id"], body: None, success: (200, "OperationPage"), errors: LIST },
    Row { method: "get", path: "/api/v1/operations/{id}", id: "operations_show", summary: "Shows an operation, at once or when it has ended", query: &["wait"], body: None, success: (200, "Operation"), errors: READ },
    Row { method: "get", path: "/api/v1/operations/{id}/events", id: "operations_events", summary: "Streams an operation's events (server-sent events)", query: &["after"], body: None, success: (200, "Event"), errors: READ },
    Row { method: "post", path: "/api/v1/operations/{id}/cancel", id: "operations_cancel", summary: "Cancels an operation", query: &["dry_run"], body: None, success: (202, "AcceptedOperation"), errors: GO_ON },
    Row { method: "get", path: "/api/v1/resources", id: "resources_list", summary: "Lists what deployments own on the clouds", query: &["limit", "cursor", "sort", "cloud", "region", "resource kind", "service", "environment", "deployment_id", "state"], body: None, success: (200, "ResourcePage"), errors: LIST },
    Row { method: "get", path: "/api/v1/resources/{id}", id: "resources_show", summary: "Shows a resource", query: &[], body: None, success: (200, "Resource"), errors: READ },
    Row { method: "get", path: "/api/v1/environments", id: "environments_list", summary: "Lists the environments that deployments name", query: PAGED, body: None, success: (200, "EnvironmentPage"), errors: LIST },
    Row { method: "get", path: "/api/v1/environments/{id}", id: "environments_show", summary: "Shows an environment", query: &[], body: None, success: (200, "Environment"), errors: READ },
    Row { method: "get", path: "/api/v1/environments/{id}/services/{service}", id: "services_show", summary: "Shows a service of an environment", query: &[], body: None, success: (200, "Service"), errors: READ },
    Row { method: "get", path: "/api/v1/services", id: "services_list", summary: "Lists the services that deployments name", query: &["limit", "cursor", "sort", "environment"], body: None, success: (200, "ServicePage"), errors: LIST },
    Row { method: "get", path: "/api/v1/local/faults", id: "faults_list", summary: "Lists the local clouds' fault rules", query: &[], body: None, success: (200, "FaultRules"), errors: LIST },
    Row { method: "put", path: "/api/v1/local/faults", id: "faults_replace", summary: "Puts fault rules in the place of those before", query: &["dry_run"], body: Some("FaultRules"), success: (200, "FaultRules"), errors: SET },
    Row { method: "get", path: "/api/v1/local/clock", id: "clock_show", summary: "Shows the local clouds' time", query: &[], body: None, success: (200, "Clock"), errors: LIST },
    Row { method: "post", path: "/api/v1/local/clock", id: "clock_advance", summary: "Moves the local clouds' time", query: &["dry_run"], body: Some("ClockAdvance"), success: (200, "Clock"), errors: MOVE },
    Row { method: "get", path: "/api/v1/local/journal", id: "journal_list", summary: "Lists the newest calls that the local clouds answered", query: &["limit", "cloud", "service", "operation"], body: None, success: (200, "Journal"), errors: LIST },
    Row { method: "get", path: "/healthz", id: "health_live", summary: "Whether the process lives", query: &[], body: None, success: (200, "Health"), errors: &[] },
    Row { method: "get", path: "/readyz", id: "health_ready", summary: "Whether requests can be served", query: &[], body: None, success: (200, "Readiness"), errors: &[] },
    Row { method: "get", path: "/openapi.json", id: "openapi_show", summary: "This document", query: &[], body: None, success: (200, "Any"), errors: &[] },
];

/// Query parameters: name, schema, description. What stands before a space in a name tells parameters
/// of one name apart; one without a schema is one of [`words`].
const PARAMETERS: &[(&str, &str, &str)] = &[
    (
        "limit",
        r#"{"type":"integer","minimum":1,"default":20}"#,
        "How many at most; over 100 is 100",
    ),
    ("cursor", r#"{"type":"string","minLength":1}"#, "The next_cursor of the page before"),
    (
        "sort",
        r#"{"type":"string","enum":["-created_at","created_at"],"default":"-created_at"}"#,
        "The order",
    ),
    ("dry_run", r#"{"type":"boolean","default":false}"#, "Answer as if, and write nothing"),
    (
        "wait",
        r#"{"type":"integer","minimum":0,"maximum":60,"default":0}"#,
        "Seconds to wait for the end at most",
    ),
    ("after", r#"{"type":"integer","minimum":0}"#, "Only events after this sequence number"),
    ("environment", r#"{"type":"string"}"#, "Only this environment's"),
    ("service", r#"{"type":"string"}"#, "Only this service's"),
    ("status", "", "Only those with this status"),
    ("operation status", "", "Only those with this status"),
    ("kind", "", "Only this kind"),
    ("resource kind", "", "Only this kind"),
    ("cloud", r#"{"type":"string","enum":["aws","alibaba","digitalocean"]}"#, "Only this cloud's"),
    ("region", r#"{"type":"string"}"#, "Only this region's"),
    ("deployment_id", r#"{"type":"string"}"#, "Only this deployment's"),
    ("state", "", "Only those in this state"),
    ("operation", r#"{"type":"string"}"#, "Only calls of this operation"),
];

pub(crate) async fn document() -> impl IntoResponse {
    axum::Json(openapi())
}

/// The document.
pub(crate) fn openapi() -> Value {
    let mut paths = Map::new();
    for row in ROWS {
        let path = paths.entry(row.path).or_insert_with(|| json!({}));
        path[row.method] = endpoint(row);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Isobar control plane",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The server that gave this document" }],
        "security": [{ "bearer": [] }, { "api_key": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas::all(BODIES),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "api_key": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
            },
        },
    })
}

fn endpoint(row: &Row) -> Value {
    let mut responses = successes(row);
    for code in row.errors.iter().chain(every_error(row)) {
        responses.entry(code.status().as_str()).or_insert_with(|| error(*code));
    }
    let mut value = json!({
        "operationId": row.id,
        "summary": row.summary,
        "parameters": parameters(row),
        "responses": responses,
    });
    if let Some(body) = row.body {
        let mut content = json!({ "schema": reference(body) });
        if let Some((_, example)) = EXAMPLES.iter().find(|(name, _)| *name == body) {
            content["example"] = serde_json::from_str(example).expect("an example is JSON");
        }
        value["requestBody"] = json!({
            "required": !OPTIONAL_BODIES.contains(&body),
            "content": { "application/json": content },
        });
    }
    if !row.path.starts_with("/api/") {
        value["security"] = json!([]);
    }
    value
}

fn parameters(row: &Row) -> Vec<Value> {
    let mut parameters: Vec<_> = row.query.iter().map(|name| parameter(name)).collect();
    for name in ["id", "service"].iter().filter(|name| row.path.contains(&format!("{{{name}}}"))) {
        parameters.push(json!({
            "name": name, "in": "path", "required": true,
            "schema": { "type": "string", "minLength": 1 },
        }));
    }
    for (name, description) in row.headers() {
        parameters.push(json!({
            "name": name, "in": "header", "required": false, "description": description,
            "schema": { "type": "string" },
        }));
    }
    if row.method == "post" {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Makes a repeated request safe for 24 hours",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        }));
    }
    parameters
}

/// The answers that are no errors, by status.
fn successes(row: &Row) -> Map<String, Value> {
    let (status, schema) = row.success;
    let content = match row.id {
        "operations_events" => json!({ "text/event-stream": { "schema": event_of_stream() } }),
        _ => json_content(schema),
    };
    let mut success = json!({
        "description": "Success", "headers": headers(row.success_headers()), "content": content,
    });
    if schema == "AcceptedOperation" {
        success["links"] = json!({
            "operation": link("operations_show", "id"),
            "deployment": link("deployments_show", "deployment_id"),
        });
    }
    let mut answers = Map::from_iter([(status.to_string(), success)]);
    if row.query.contains(&"dry_run") {
        let schema = if row.id.ends_with("_cancel") { "Operation" } else { "Plan" };
        answers.entry("200").or_insert_with(|| {
            json!({
                "description": "What would be done", "headers": headers([REQUEST_ID]),
                "content": json_content(schema),
            })
        });
    }
    if row.is_entity() {
        let answer = json!({
            "description": "Nothing changed since the ETag of If-None-Match",
            "headers": headers([REQUEST_ID, ETAG]),
        });
        answers.insert("304".to_owned(), answer);
    }
    if row.id == "health_ready" {
        let answer = json!({
            "description": "Requests cannot be served now", "headers": headers([REQUEST_ID]),
            "content": json_content("Readiness"),
        });
        answers.insert("503".to_owned(), answer);
    }
    answers
}

fn json_content(schema: &str) -> Value {
    json!({ "application/json": { "schema": reference(schema) } })
}

fn error(code: Code) -> Value {
    let mut told = vec![REQUEST_ID];
    match code {
        Code::Unauthenticated => {
            told.push(("WWW-Authenticate", "How to authenticate", "string"));
        }
        Code::RateLimited | Code::Cloud | Code::Unavailable => {
            told.push(("Retry-After", "Seconds after which it may work", "integer"));
        }
        _ => {}
    }
    let mut content = json_content("Error");
    content["application/problem+json"] = json!({ "schema": reference("Problem") });
    json!({ "description": "An error", "headers": headers(&told), "content": content })
}

/// A header of answers: name, description, type.
type Header = (&'static str, &'static str, &'static str);

const REQUEST_ID: Header = ("X-Request-ID", "By which the request is found in the log", "string");
const ETAG: Header = ("ETag", "Changes with what is shown", "string");
const REPLAYED: Header =
    ("Idempotency-Replayed", "`true` where an earlier answer is given again", "string");
const LOCATION: Header = ("Location", "Where the operation is", "string");
const LINK: Header = ("Link", "The next page", "string");
const LIMITS: [Header; 5] = [
    ("RateLimit", "How many requests are left, and for how long", "string"),
    ("RateLimit-Policy", "How many requests a key has, and in which time", "string"),
    ("X-RateLimit-Limit", "Requests in a minute with this key", "integer"),
    ("X-RateLimit-Remaining", "How many are left", "integer"),
    ("X-RateLimit-Reset", "When the minute ends, in seconds since 1970", "integer"),
];

impl Row {
    /// Whether it shows one thing, with an ETag.
    fn is_entity(&self) -> bool {
        self.method == "get" && self.path.contains("{id}") && self.id != "operations_events"
    }

    /// The headers of requests that it goes by, but for what all have.
    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        match self.id {
            "operations_events" => &[("Last-Event-ID", "Only events after this one")],
            "deployments_rollback" | "deployments_cancel" | "operations_cancel" => {
                &[("If-Match", "Only where it has this ETag")]
            }
            _ if self.is_entity() => &[("If-None-Match", "Only where it has none of these ETags")],
            _ => &[],
        }
    }

    fn success_headers(&self) -> Vec<Header> {
        let mut told = vec![REQUEST_ID];
        if self.path.starts_with("/api/") {
            told.extend(LIMITS);
        }
        if self.is_entity() {
            told.push(ETAG);
        }
        if self.query.contains(&"cursor") {
            told.push(LINK);
        }
        if self.success.0 == 202 {
            told.push(LOCATION);
        }
        if self.method == "post" {
            told.push(REPLAYED);
        }
        told
    }
}

fn headers(told: impl AsRef<[Header]>) -> Value {
    let of_each = told.as_ref().iter().map(|(name, description, kind)| {
        let header = json!({ "description": description, "schema": { "type": kind } });
        ((*name).to_owned(), header)
    });
    Value::Object(of_each.collect())
}

/// The bodies that are checked by rules.
const BODIES: &[(&str, &Rule)] = &[
    ("Manifest", &MANIFEST),
    ("RollbackRequest", &ROLLBACK),
    ("FaultRules", &FAULTS),
    ("ClockAdvance", &ADVANCE),
];
/// What bodies look like.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "Manifest",
        r##"{
            "service": "hello", "version": "1.0.0", "environment": "demo",
            "targets": [
                { "cloud": "aws", "region": "us-east-1", "count": 1 },
                { "cloud": "digitalocean", "region": "nyc3", "count": 1 }
            ],
            "run": {
                "script": "#!/bin/sh\nexec python3 -m http.server --bind \"$HOST\" \"$PORT\"\n",
                "port": 8080
            },
            "health": { "path": "/" }
        }"##,
    ),
    ("RollbackRequest", r#"{ "reason": "too many errors" }"#),
    ("ClockAdvance", r#"{ "advance_seconds": 3600 }"#),
    (
        "FaultRules",
        r#"{ "rules": [{ "cloud": "aws", "operation": "RunInstances", "probability": 0.5,
                         "effect": { "error": { "status": 503 } } }] }"#,
    ),
];
/// The bodies that may be left out.
const OPTIONAL_BODIES: &[&str] = &["RollbackRequest"];

/// The errors that every endpoint has, and those that the endpoints behind a key have.
fn every_error(row: &Row) -> &'static [Code] {
    if row.path.starts_with("/api/") {
        &[
            Code::Validation,
            Code::Unauthenticated,
            Code::Forbidden,
            Code::NotAcceptable,
            Code::RateLimited,
            Code::Internal,
            Code::Unavailable,
        ]
    } else {
        &[Code::Validation, Code::Forbidden, Code::NotAcceptable]
    }
}

/// A link to an operation with an id, which a member of the answer's body is.
fn link(operation: &str, member: &str) -> Value {
    let id = format!("$response.body#/{member}");
    json!({ "operationId": operation, "parameters": { "id": id } })
}

/// An event as a server-sent one: its data is an event's document.
fn event_of_stream() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string", "description": "The event's sequence number" },
            "event": reference("EventKind"),
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": reference("Event"),
            },
        },
        "required": ["id", "event", "data"],
    })
}

fn parameter(key: &str) -> Value {
    let (key, schema, description) = PARAMETERS
        .iter()
        .find(|(known, ..)| *known == key)
        .expect("every row's parameters are in the table");
    let schema = match *schema {
        "" => json!({ "type": "string", "enum": words(key) }),
        text => serde_json::from_str(text).expect("a parameter's schema is JSON"),
    };
    let name = key.rsplit(' ').next().unwrap_or(key);
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

/// The words that a parameter may be.
fn words(key: &str) -> Vec<&'static str> {
    match key {
        "status" => deployment::Status::ALL.iter().map(|one| one.name()).collect(),
        "operation status" => operation::Status::ALL.iter().map(|one| one.name()).collect(),
        "kind" => operation::Kind::ALL.iter().map(|one| one.name()).collect(),
        "resource kind" => resource::Kind::ALL.iter().map(|one| one.name()).collect(),
        "state" => resource::State::ALL.iter().map(|one| one.name()).collect(),
        other => unreachable!("{other} has a schema in the table"),
    }
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

#[cfg(test)]
mod tests {
    use isobar_control::model::rules;

    use super::*;

    #[test]
    fn every_reference_is_there() {
        let document = openapi();
        let text = document.to_string();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("#/components/schemas/") {
            rest = &rest[at + "#/components/schemas/".len()..];
            let name = &rest[..rest.find('"').unwrap()];
            assert!(document["components"]["schemas"][name].is_object(), "{name} is described");
        }
    }

    #[test]
    fn examples_keep_the_rules() {
        for (name, example) in EXAMPLES {
            let (_, rule) = BODIES.iter().find(|(body, _)| body == name).unwrap();
            let example = serde_json::from_str(example).unwrap();
            assert_eq!(rules::check(rule, &example), [], "{name}");
        }
    }

    #[test]
    fn operation_ids_are_unique() {
        let mut ids: Vec<_> = ROWS.iter().map(|row| row.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ROWS.len());
    }
}
