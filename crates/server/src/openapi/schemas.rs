//! The schemas of answers, derived from their types. What bodies are checked by constrains what is
//! answered of them too.

use isobar_control::model::access::Readiness;
use isobar_control::model::check::MANIFEST;
use isobar_control::model::deployment::{Deployment, Environment, Service};
use isobar_control::model::operation::{Event, Operation};
use isobar_control::model::plan::Plan;
use isobar_control::model::resource::Resource;
use isobar_control::model::rules::{self, Rule};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::answers::{Accepted, Clock, Health, Journal, Linked, Listing};
use crate::error::{Document, Problem};

const PLACE: &str = "/components/schemas";

/// Adds the schema of an answer.
type Add = fn(&mut SchemaGenerator);

const ANSWERS: &[Add] = &[
    add::<Document<'_>>,
    add::<Problem<'_>>,
    add::<Listing<Linked<'_, Deployment>>>,
    add::<Accepted<'_>>,
    add::<Listing<Linked<'_, Operation>>>,
    add::<Event>,
    add::<Plan>,
    add::<Listing<Resource>>,
    add::<Listing<Linked<'_, Environment>>>,
    add::<Listing<Linked<'_, Service>>>,
    add::<Clock>,
    add::<Journal>,
    add::<Health>,
    add::<Readiness>,
];

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

/// The schemas of all answers, and of bodies that are checked by rules.
pub(super) fn all(bodies: &[(&str, &Rule)]) -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut generator = settings.with(|it| it.definitions_path = PLACE.into()).into_generator();
    ANSWERS.iter().for_each(|add| add(&mut generator));
    let mut schemas = generator.take_definitions(true);
    schemas.values_mut().for_each(simplify);
    constrain(&mut schemas, "Deployment", &MANIFEST);
    schemas.insert("Any".to_owned(), json!({ "type": "object" }));
    schemas.extend(bodies.iter().map(|(name, rule)| ((*name).to_owned(), rules::schema(rule))));
    schemas
}

/// Writes words as an `enum`, which generators of clients read best.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let choices = members.get("oneOf").and_then(Value::as_array);
            let words = choices.and_then(|choices| {
                choices
                    .iter()
                    .map(|choice| choice.get("const").cloned())
                    .collect::<Option<Vec<_>>>()
            });
            if let Some(words) = words {
                members.remove("oneOf");
                members.insert("type".to_owned(), "string".into());
                members.insert("enum".to_owned(), words.into());
            }
            members.values_mut().for_each(simplify);
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        _ => {}
    }
}

/// Adds to a schema what a rule says of the members of the same names.
fn constrain(schemas: &mut Map<String, Value>, name: &str, rule: &Rule) {
    const KEPT: [&str; 8] =
        ["enum", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems"];
    let Rule::Fields(fields) = rule else { return };
    for field in *fields {
        let Some(member) =
            schemas.get_mut(name).and_then(|it| it["properties"].get_mut(field.name))
        else {
            continue;
        };
        let of_rule = rules::schema(&field.rule);
        let plain = member.get("$ref").is_none();
        for (key, value) in of_rule.as_object().into_iter().flatten() {
            if plain && KEPT.contains(&key.as_str()) {
                member[key] = value.clone();
            }
        }
        let (of, rule) = match &field.rule {
            Rule::List { of, .. } => (&member["items"], *of),
            rule => (&*member, rule),
        };
        let part = of["$ref"].as_str().and_then(|path| path.rsplit('/').next()).map(str::to_owned);
        if let Some(part) = part {
            constrain(schemas, &part, rule);
        }
    }
}
