//! What pydo's docstrings lack: bodies and answers whose form depends on what is asked, which they
//! leave open, and members that they lost. Written by hand, beside the packs, and laid over what the
//! docstrings say. A little language:
//!
//! - `string`, `integer`, `number`, `boolean`, `timestamp`, `any`
//! - `a | b`: text, of which these values are known
//! - `[item]`: a list; `{"*": value}`: a map; `{member: …}`: a structure, whose required members end
//!   in `!`
//! - `get.droplet`: that member of the answer of another operation of the group;
//!   `droplets.get.droplet`: of another group
//!
//! An operation that pydo lacks altogether says its method and path too, and is of a group of its own
//! where pydo has none of that name. Its path's parameters are text unless `parameters` says otherwise;
//! one that is `paged` takes `page` and `per_page`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::builders::{Builder, Parameter};
use super::methods::{Group, Method};
use super::template::{Field, Scalar, Template};
use crate::import::ImportError;
use crate::shape::Location;

/// Facts by group and operation.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Overlay(pub BTreeMap<String, BTreeMap<String, OperationForms>>);

/// The forms of an operation.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationForms {
    /// The HTTP method, of an operation that pydo lacks.
    pub method: Option<String>,
    /// The path, of an operation that pydo lacks.
    pub path: Option<String>,
    /// The statuses that it answers with.
    #[serde(default)]
    pub statuses: Vec<u16>,
    /// The types of its path's parameters that are no text.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Whether it answers page by page.
    #[serde(default)]
    pub paged: bool,
    /// What is sent.
    pub body: Option<Value>,
    /// What comes back.
    pub answer: Option<Value>,
}

impl Overlay {
    /// Lays the forms over a group's methods.
    pub(super) fn apply(&self, group: &str, methods: &mut [Method]) -> Result<(), ImportError> {
        let Some(operations) = self.0.get(group) else { return Ok(()) };
        for (name, forms) in operations.iter().filter(|(_, forms)| forms.path.is_none()) {
            let place = format!("{group}.{name}");
            let at = methods
                .iter()
                .position(|method| &method.name == name)
                .ok_or_else(|| ImportError::unknown(&place, "no such operation"))?;
            let known = Known { methods, groups: &[] };
            let body = forms.body.as_ref().map(|form| template(&place, form, known)).transpose()?;
            let answer =
                forms.answer.as_ref().map(|form| template(&place, form, known)).transpose()?;
            let method = &mut methods[at];
            if let Some(body) = body {
                method.body = Some(lay(method.body.take(), body));
            }
            if let Some(answer) = answer {
                method.answer = Some(lay(method.answer.take(), answer));
            }
        }
        Ok(())
    }
}

impl Overlay {
    /// Adds the operations that the package lacks to its groups, which are given with their names, and
    /// gives what builds their requests.
    pub(super) fn extend(
        &self,
        groups: &mut Vec<(String, Group)>,
    ) -> Result<Vec<(String, Builder)>, ImportError> {
        let mut builders = Vec::new();
        for (group, operations) in &self.0 {
            let own = operations.iter().filter_map(|(name, forms)| {
                let path = forms.path.as_deref()?;
                Some((name, forms, path))
            });
            for (name, forms, path) in own {
                let method = forms.own(group, name, groups)?;
                builders.push((method.builder.clone(), forms.builder(path)));
                match groups.iter_mut().find(|(one, _)| one == group) {
                    Some((_, known)) => known.methods.push(method),
                    None => groups.push((
                        group.clone(),
                        Group { class: super::camel(group), methods: vec![method] },
                    )),
                }
            }
        }
        Ok(builders)
    }
}

impl OperationForms {
    /// The operation, of which the package knows nothing.
    fn own(
        &self,
        group: &str,
        name: &str,
        groups: &[(String, Group)],
    ) -> Result<Method, ImportError> {
        let place = format!("{group}.{name}");
        let methods = groups.iter().find(|(one, _)| one == group);
        let methods = methods.map_or(&[][..], |(_, group)| &group.methods);
        if methods.iter().any(|method| method.name == name) {
            return Err(ImportError::unknown(&place, "the package has this operation by now"));
        }
        let known = Known { methods, groups };
        let form = |form: &Option<Value>| {
            form.as_ref().map(|form| template(&place, form, known)).transpose()
        };
        let body = form(&self.body)?;
        Ok(Method {
            name: name.to_owned(),
            builder: format!("overlay_{group}_{name}"),
            sends: body.is_some(),
            body,
            answer: form(&self.answer)?,
            statuses: self.statuses.clone(),
            values: Vec::new(),
        })
    }

    /// What its request is built from.
    fn builder(&self, path: &str) -> Builder {
        let parameter = |name: &str, location, kind: &str| Parameter {
            wire: name.to_owned(),
            name: name.to_owned(),
            location,
            kind: kind.to_owned(),
            required: location == Location::Path,
            repeated: false,
            minimum: None,
            maximum: None,
            pattern: None,
            length: false,
        };
        let in_path = path.split('{').skip(1).filter_map(|part| part.split('}').next());
        let kind = |name: &str| match self.parameters.get(name).map(String::as_str) {
            Some("integer") => "int",
            _ => "str",
        };
        let mut parameters: Vec<_> =
            in_path.map(|name| parameter(name, Location::Path, kind(name))).collect();
        if self.paged {
            let limits = [("per_page", Some(200.0)), ("page", None)];
            parameters.extend(limits.map(|(name, maximum)| Parameter {
                minimum: Some(1.0),
                maximum,
                ..parameter(name, Location::Query, "int")
            }));
        }
        let method = self.method.clone().unwrap_or_else(|| "GET".to_owned());
        Builder { method, path: path.to_owned(), parameters }
    }
}

/// What a form may refer to.
#[derive(Clone, Copy)]
struct Known<'a> {
    /// The group's own operations.
    methods: &'a [Method],
    /// The other groups, by name.
    groups: &'a [(String, Group)],
}

/// A form over what the docstrings say: structures and the items of lists gain members, anything else
/// is replaced.
fn lay(said: Option<Template>, form: Template) -> Template {
    match (said, form) {
        (Some(Template::Structure(mut fields)), Template::Structure(more)) => {
            for field in more {
                match fields.iter_mut().find(|one| one.name == field.name) {
                    Some(one) => {
                        one.required |= field.required;
                        one.template = lay(Some(one.template.clone()), field.template);
                    }
                    None => fields.push(field),
                }
            }
            Template::Structure(fields)
        }
        (Some(Template::List(item)), Template::List(more)) => {
            Template::List(Box::new(lay(Some(*item), *more)))
        }
        (_, form) => form,
    }
}

fn template(place: &str, value: &Value, known: Known<'_>) -> Result<Template, ImportError> {
    match value {
        Value::String(word) => match word.split_once('.') {
            Some((first, rest)) => known
                .answer(first, rest)
                .ok_or_else(|| ImportError::unknown(place, format!("there is no {word}"))),
            None => Ok(Template::Scalar(scalar(place, word)?)),
        },
        Value::Array(items) => match items.as_slice() {
            [item] => Ok(Template::List(Box::new(template(place, item, known)?))),
            _ => Err(ImportError::unknown(place, "a list has one form of items")),
        },
        Value::Object(members) => {
            if let Some(value) = members.get("*") {
                return Ok(Template::Map(Box::new(template(place, value, known)?)));
            }
            let fields = members.iter().map(|(name, value)| {
                let (name, required) =
                    name.strip_suffix('!').map_or((name.as_str(), false), |name| (name, true));
                let template = template(&format!("{place}.{name}"), value, known)?;
                Ok(Field { name: name.to_owned(), required, template })
            });
            Ok(Template::Structure(fields.collect::<Result<_, ImportError>>()?))
        }
        other => Err(ImportError::unknown(place, format!("{other} is no form"))),
    }
}

impl Known<'_> {
    /// A member of another operation's answer: `get.droplet`, or `droplets.get.droplet`, of which the
    /// first word is given by itself.
    fn answer(self, first: &str, rest: &str) -> Option<Template> {
        let (methods, operation, member) = match rest.split_once('.') {
            None => (self.methods, first, rest),
            Some((operation, member)) => {
                let (_, group) = self.groups.iter().find(|(name, _)| name == first)?;
                (group.methods.as_slice(), operation, member)
            }
        };
        let method = methods.iter().find(|method| method.name == operation)?;
        match method.answer.as_ref()? {
            Template::Structure(fields) => {
                Some(fields.iter().find(|field| field.name == member)?.template.clone())
            }
            _ => None,
        }
    }
}

fn scalar(place: &str, word: &str) -> Result<Scalar, ImportError> {
    Ok(match word {
        "string" => Scalar::String(Vec::new()),
        "integer" => Scalar::Integer,
        "number" => Scalar::Float,
        "boolean" => Scalar::Boolean,
        "timestamp" => Scalar::Timestamp,
        "any" => Scalar::Any,
        values if values.contains('|') => {
            Scalar::String(values.split('|').map(|value| value.trim().to_owned()).collect())
        }
        other => return Err(ImportError::unknown(place, format!("the word {other}"))),
    })
}
