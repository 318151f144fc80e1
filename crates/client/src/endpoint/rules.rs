//! AWS's endpoint rule sets (version 1.x), evaluated.
//!
//! A rule set is a tree of rules; a rule has conditions, which are calls of functions that may give
//! their result a name, and is an endpoint, an error, or further rules.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::functions::{attribute, find, truth};

/// How deeply rules and calls may be nested.
const MAX_DEPTH: usize = 64;

/// What the rules are given.
#[derive(Clone, Debug, Default)]
pub struct Parameters(Map<String, Json>);

impl Parameters {
    /// Whether a parameter is set.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// All of them as text, by which answers can be kept.
    #[must_use]
    pub fn text(&self) -> String {
        Json::Object(self.0.clone()).to_string()
    }

    /// Sets a parameter.
    pub fn set(&mut self, name: &str, value: Json) {
        self.0.insert(name.to_owned(), value);
    }

    /// Adds what an operation itself fixes. The catalogue holds it as text.
    #[must_use]
    pub fn with_context(mut self, context: &[(String, String)]) -> Self {
        for (name, value) in context {
            let value = serde_json::from_str(value).unwrap_or_else(|_| json!(value));
            self.set(name, value);
        }
        self
    }
}

/// What a rule set gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The base URL.
    pub url: String,
    /// How it is authenticated, among other things.
    pub properties: Json,
    /// Headers for every request to it.
    pub headers: Json,
}

/// For what a request to the endpoint is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signing<'a> {
    /// The region.
    pub region: Option<&'a str>,
    /// The service.
    pub name: Option<&'a str>,
    /// The path is signed as it is.
    pub path_once: bool,
    /// With a session that S3 gives for the bucket.
    pub in_session: bool,
}

/// The name of the way with a session.
const IN_SESSION: &str = "sigv4-s3express";

impl<'a> Signing<'a> {
    fn of(scheme: &'a Json) -> Self {
        Self {
            region: scheme["signingRegion"].as_str(),
            name: scheme["signingName"].as_str(),
            path_once: scheme["disableDoubleEncoding"] == json!(true),
            in_session: scheme["name"] == IN_SESSION,
        }
    }
}

/// How an endpoint wants its requests authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// It says nothing.
    Unnamed,
    /// With Signature Version 4.
    SigV4(Signing<'a>),
    /// With Signature Version 4A, for a set of regions: `*`, or with commas between them.
    SigV4A(Signing<'a>, String),
    /// In a way that is not known here, by its name.
    Unknown(&'a str),
}

impl Resolved {
    /// How the endpoint wants its requests authenticated: the first way of its list that is known, and
    /// Version 4A only where there is no other.
    #[must_use]
    pub fn wanted(&self) -> Wanted<'_> {
        let Some(schemes) = self.properties["authSchemes"].as_array() else {
            return Wanted::Unnamed;
        };
        let is_known = |scheme: &&Json| scheme["name"] == "sigv4" || scheme["name"] == IN_SESSION;
        match schemes.iter().find(is_known) {
            Some(scheme) => Wanted::SigV4(Signing::of(scheme)),
            None => match schemes.iter().find(|scheme| scheme["name"] == "sigv4a") {
                Some(scheme) => {
                    let regions = scheme["signingRegionSet"].as_array();
                    let regions = regions.into_iter().flatten().filter_map(Json::as_str);
                    Wanted::SigV4A(Signing::of(scheme), regions.collect::<Vec<_>>().join(","))
                }
                None => schemes
                    .first()
                    .and_then(|scheme| scheme["name"].as_str())
                    .map_or(Wanted::Unnamed, Wanted::Unknown),
            },
        }
    }

    /// The headers as pairs of names and values.
    #[must_use]
    pub fn header_pairs(&self) -> Vec<(String, String)> {
        let headers = self.headers.as_object().into_iter().flatten();
        headers
            .flat_map(|(name, values)| {
                let values = values.as_array().into_iter().flatten();
                values.filter_map(|value| Some((name.clone(), value.as_str()?.to_owned())))
            })
            .collect()
    }
}

/// A rule set.
#[derive(Clone, Debug)]
pub struct RuleSet(Json);

impl RuleSet {
    /// Reads a rule set from its JSON text.
    ///
    /// # Errors
    /// Where it is no JSON.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text)
            .map(Self)
            .map_err(|error| format!("the endpoint rules are no JSON: {error}"))
    }

    /// The parameters that the rules take, with what they say of each.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Map<String, Json>)> {
        let parameters = self.0["parameters"].as_object().into_iter().flatten();
        parameters.filter_map(|(name, definition)| Some((name.as_str(), definition.as_object()?)))
    }

    /// The endpoint that the rules give.
    ///
    /// # Errors
    /// In the rules' own words, where there is none.
    pub fn resolve(&self, parameters: &Parameters) -> Result<Resolved, String> {
        let mut scope = HashMap::new();
        for (name, parameter) in self.0["parameters"].as_object().into_iter().flatten() {
            let value = match parameters.0.get(name) {
                Some(value) => value.clone(),
                None => parameter["default"].clone(),
            };
            if value.is_null() && parameter["required"] == json!(true) {
                return Err(format!("the endpoint's parameter {name} is missing"));
            }
            scope.insert(name.as_str(), value);
        }
        any(&self.0["rules"], &scope, 0)?.ok_or_else(|| "no rule gives an endpoint".to_owned())
    }
}

type Scope<'a> = HashMap<&'a str, Json>;

/// The first of some rules that gives an endpoint.
fn any<'a>(rules: &'a Json, scope: &Scope<'a>, depth: usize) -> Result<Option<Resolved>, String> {
    if depth > MAX_DEPTH {
        return Err("the rules are nested too deeply".to_owned());
    }
    for rule in rules.as_array().into_iter().flatten() {
        // What a rule names is its own and its children's.
        let mut scope = scope.clone();
        if !holds(&rule["conditions"], &mut scope)? {
            continue;
        }
        match rule["type"].as_str() {
            Some("endpoint") => return endpoint(&rule["endpoint"], &scope).map(Some),
            Some("error") => return Err(text_of(&value(&rule["error"], &scope, 0)?)),
            _ => {
                if let Some(found) = any(&rule["rules"], &scope, depth + 1)? {
                    return Ok(Some(found));
                }
            }
        }
    }
    Ok(None)
}

fn holds<'a>(conditions: &'a Json, scope: &mut Scope<'a>) -> Result<bool, String> {
    for condition in conditions.as_array().into_iter().flatten() {
        let result = value(condition, scope, 0)?;
        if !truth(&result) {
            return Ok(false);
        }
        if let Some(name) = condition["assign"].as_str() {
            scope.insert(name, result);
        }
    }
    Ok(true)
}

fn endpoint(endpoint: &Json, scope: &Scope<'_>) -> Result<Resolved, String> {
    Ok(Resolved {
        url: text_of(&value(&endpoint["url"], scope, 0)?),
        properties: members(&endpoint["properties"], scope)?,
        headers: members(&endpoint["headers"], scope)?,
    })
}

fn members(template: &Json, scope: &Scope<'_>) -> Result<Json, String> {
    if template.is_null() { Ok(json!({})) } else { filled(template, scope) }
}

/// A value with the templates in it filled, however deeply they lie.
fn filled(template: &Json, scope: &Scope<'_>) -> Result<Json, String> {
    match template {
        Json::Array(items) => items.iter().map(|item| filled(item, scope)).collect(),
        Json::Object(_) if template.get("ref").is_some() || template.get("fn").is_some() => {
            value(template, scope, 0)
        }
        Json::Object(members) => {
            let pairs = members
                .iter()
                .map(|(name, member)| Ok((name.clone(), filled(member, scope)?)))
                .collect::<Result<Map<_, _>, String>>()?;
            Ok(Json::Object(pairs))
        }
        other => value(other, scope, 0),
    }
}

/// A call, a reference, a template or a plain value.
fn value(expression: &Json, scope: &Scope<'_>, depth: usize) -> Result<Json, String> {
    if depth > MAX_DEPTH {
        return Err("the calls are nested too deeply".to_owned());
    }
    if let Some(name) = expression["ref"].as_str() {
        return Ok(scope.get(name).cloned().unwrap_or_default());
    }
    if let Some(name) = expression["fn"].as_str() {
        let function =
            find(name).ok_or_else(|| format!("the rules call {name}, which is unknown"))?;
        let arguments = expression["argv"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|argument| value(argument, scope, depth + 1))
            .collect::<Result<Vec<_>, _>>()?;
        return function(&arguments);
    }
    match expression.as_str() {
        Some(text) => template(text, scope).map(Json::String),
        None => Ok(expression.clone()),
    }
}

/// Text with `{Name}` and `{Name#attribute}` filled; doubled braces stand for themselves.
fn template(text: &str, scope: &Scope<'_>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
            continue;
        }
        let Some((name, after)) = rest.split_once('}').filter(|_| brace == "{") else {
            return Err(format!("`{text}` is no template"));
        };
        let (name, path) = name.split_once('#').unwrap_or((name, ""));
        let found = scope.get(name).cloned().unwrap_or_default();
        let found = if path.is_empty() { found } else { attribute(&found, path) };
        out.push_str(&text_of(&found));
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn text_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}
