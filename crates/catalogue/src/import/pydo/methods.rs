//! The methods of the groups: which request they build, what their body and answer look like.

use crate::import::ImportError;

use super::template::{self, Scalar, Template};

/// A group of operations.
#[derive(Debug)]
pub(super) struct Group {
    /// The class's name without `Operations`.
    pub(super) class: String,
    pub(super) methods: Vec<Method>,
}

/// An operation.
#[derive(Debug, Default)]
pub(super) struct Method {
    pub(super) name: String,
    /// The function that builds its request.
    pub(super) builder: String,
    /// It sends a body.
    pub(super) sends: bool,
    pub(super) body: Option<Template>,
    pub(super) answer: Option<Template>,
    /// The statuses that it expects.
    pub(super) statuses: Vec<u16>,
    /// The known values of parameters.
    pub(super) values: Vec<(String, Vec<String>)>,
}

const BODY: &str = "# JSON input template";
const ANSWER: &str = "# response body for status code(s): ";

/// Reads every group.
pub(super) fn read(text: &str) -> Result<Vec<Group>, ImportError> {
    let mut groups = Vec::new();
    for part in text.split("\nclass ").skip(1) {
        let Some((class, _)) = part.split_once("Operations:") else { continue };
        // The decorator marks the one definition that is no overload.
        let methods = part
            .split("\n    @distributed_trace\n    def ")
            .skip(1)
            .map(|method| read_method(class, method))
            .collect::<Result<_, _>>()?;
        groups.push(Group { class: class.to_owned(), methods });
    }
    Ok(groups)
}

fn read_method(class: &str, text: &str) -> Result<Method, ImportError> {
    // Overloads of the next method may follow.
    let text = text.split("\n    @overload").next().unwrap_or(text);
    let name = text.split('(').next().unwrap_or_default().to_owned();
    let place = || format!("{class}.{name}");
    let (signature, body) = text
        .split_once(":\n        ")
        .ok_or_else(|| ImportError::unknown(place(), "a method without a body"))?;
    let (_, builder) = body
        .split_once("_request = ")
        .ok_or_else(|| ImportError::unknown(place(), "a method without a request"))?;
    let mut method = Method {
        builder: builder
            .trim_start_matches(|letter: char| letter == '(' || letter.is_whitespace())
            .split('(')
            .next()
            .unwrap_or_default()
            .to_owned(),
        sends: body.contains("_content = ") || body.contains("_json = "),
        statuses: statuses(body),
        values: parameter_values(body),
        ..Method::default()
    };
    read_templates(body, &mut method).map_err(|error| {
        ImportError::unknown(place(), format!("a template cannot be read: {error}"))
    })?;
    if method.answer.is_none() {
        method.answer = undescribed(signature.rsplit(" -> ").next().unwrap_or_default());
    }
    method.name = name;
    Ok(method)
}

/// The answer that is only named, not described: `JSON`, `Union[Iterator[bytes], JSON]`. An
/// `Optional[JSON]` without a template is no answer at all.
fn undescribed(returned: &str) -> Option<Template> {
    if returned.contains("bytes") {
        Some(Template::Scalar(Scalar::Binary))
    } else if returned.contains("str") {
        Some(Template::Scalar(Scalar::String(Vec::new())))
    } else {
        (returned == "JSON").then_some(Template::Scalar(Scalar::Any))
    }
}

fn read_templates(text: &str, method: &mut Method) -> Result<(), ImportError> {
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let words = line.trim();
        if words.starts_with(BODY) {
            let template = template::read(&lines[at + 1..])?;
            method.body = Some(match method.body.take() {
                Some(before) => before.or(template),
                None => template,
            });
        } else if let Some(statuses) = words.strip_prefix(ANSWER)
            && statuses.starts_with('2')
        {
            let template = template::read(&lines[at + 1..])?;
            method.answer = Some(match method.answer.take() {
                Some(before) => before.or(template),
                None => template,
            });
        }
    }
    Ok(())
}

impl Template {
    /// What either looks like: the members of both, of which those are required that both require.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Structure(mut fields), Self::Structure(others)) => {
                for field in &mut fields {
                    field.required &=
                        others.iter().any(|one| one.name == field.name && one.required);
                }
                for mut other in others {
                    if !fields.iter().any(|field| field.name == other.name) {
                        other.required = false;
                        fields.push(other);
                    }
                }
                Self::Structure(fields)
            }
            (first, _) => first,
        }
    }
}

/// `if response.status_code not in [200, 404]:`
fn statuses(text: &str) -> Vec<u16> {
    let Some((_, rest)) = text.split_once("response.status_code not in [") else {
        return Vec::new();
    };
    let list = rest.split(']').next().unwrap_or_default();
    list.split(',').filter_map(|status| status.trim().parse().ok()).collect()
}

/// The known values that `:keyword NAME:` and `:param NAME:` speak of.
fn parameter_values(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for word in ["\n        :keyword ", "\n        :param "] {
        for part in text.split(word).skip(1) {
            let Some((name, description)) = part.split_once(": ") else { continue };
            let end = description.find("\n        :").unwrap_or(description.len());
            let description = description[..end].split_whitespace().collect::<Vec<_>>().join(" ");
            let values = template::known_values(&description);
            if !values.is_empty() {
                found.push((name.to_owned(), values));
            }
        }
    }
    found
}
