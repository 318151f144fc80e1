//! What pydo's docstrings lack: bodies and answers whose form depends on what is asked, which they
//! leave open, and members that they lost. Written by hand, beside the packs, and laid over what the
//! docstrings say. A little language:
//!
//! - `string`, `integer`, `number`, `boolean`, `timestamp`, `any`
//! - `a | b`: text, of which these values are known
//! - `[item]`: a list; `{"*": value}`: a map; `{member: …}`: a structure, whose required members end
//!   in `!`
//! - `get.droplet`: that member of the answer of another operation of the group

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::methods::Method;
use super::template::{Field, Scalar, Template};
use crate::import::ImportError;

/// Facts by group and operation.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Overlay(pub BTreeMap<String, BTreeMap<String, OperationForms>>);

/// The forms of an operation.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationForms {
    /// What is sent.
    pub body: Option<Value>,
    /// What comes back.
    pub answer: Option<Value>,
}

impl Overlay {
    /// Lays the forms over a group's methods.
    pub(super) fn apply(&self, group: &str, methods: &mut [Method]) -> Result<(), ImportError> {
        let Some(operations) = self.0.get(group) else { return Ok(()) };
        for (name, forms) in operations {
            let place = format!("{group}.{name}");
            let at = methods
                .iter()
                .position(|method| &method.name == name)
                .ok_or_else(|| ImportError::unknown(&place, "no such operation"))?;
            let body =
                forms.body.as_ref().map(|form| template(&place, form, methods)).transpose()?;
            let answer =
                forms.answer.as_ref().map(|form| template(&place, form, methods)).transpose()?;
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

fn template(place: &str, value: &Value, methods: &[Method]) -> Result<Template, ImportError> {
    match value {
        Value::String(word) => match word.split_once('.') {
            Some((operation, member)) => answer(operation, member, methods)
                .ok_or_else(|| ImportError::unknown(place, format!("there is no {word}"))),
            None => Ok(Template::Scalar(scalar(place, word)?)),
        },
        Value::Array(items) => match items.as_slice() {
            [item] => Ok(Template::List(Box::new(template(place, item, methods)?))),
            _ => Err(ImportError::unknown(place, "a list has one form of items")),
        },
        Value::Object(members) => {
            if let Some(value) = members.get("*") {
                return Ok(Template::Map(Box::new(template(place, value, methods)?)));
            }
            let fields = members.iter().map(|(name, value)| {
                let (name, required) =
                    name.strip_suffix('!').map_or((name.as_str(), false), |name| (name, true));
                let template = template(&format!("{place}.{name}"), value, methods)?;
                Ok(Field { name: name.to_owned(), required, template })
            });
            Ok(Template::Structure(fields.collect::<Result<_, ImportError>>()?))
        }
        other => Err(ImportError::unknown(place, format!("{other} is no form"))),
    }
}

/// A member of another operation's answer.
fn answer(operation: &str, member: &str, methods: &[Method]) -> Option<Template> {
    let method = methods.iter().find(|method| method.name == operation)?;
    match method.answer.as_ref()? {
        Template::Structure(fields) => {
            Some(fields.iter().find(|field| field.name == member)?.template.clone())
        }
        _ => None,
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
