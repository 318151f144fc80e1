//! JMESPath over values, for paginators and waiters.

use isobar_wire::Value;
use jmespath::Variable;
use serde_json::Value as Json;

/// A document that paths look into.
pub(crate) struct Document<'a> {
    value: &'a Value,
    /// The whole as the evaluator wants it, made when a path needs it.
    converted: Option<jmespath::Rcvar>,
}

impl<'a> Document<'a> {
    pub(crate) fn new(value: &'a Value) -> Self {
        Self { value, converted: None }
    }

    /// What a path finds; null where it finds nothing.
    pub(crate) fn find(&mut self, path: &str) -> Result<Json, String> {
        if is_plain(path) {
            return serde_json::to_value(self.walk(path)).map_err(|error| error.to_string());
        }
        let root = match &self.converted {
            Some(root) => root.clone(),
            None => {
                let json = serde_json::to_value(self.value).map_err(|error| error.to_string())?;
                let variable = Variable::try_from(json).map_err(|error| error.to_string())?;
                self.converted.insert(jmespath::Rcvar::new(variable)).clone()
            }
        };
        let expression = jmespath::compile(path).map_err(|error| error.to_string())?;
        let found = expression.search(&root).map_err(|error| error.to_string())?;
        serde_json::to_value(&*found).map_err(|error| error.to_string())
    }

    /// The same as a value. Of a plain path it is the very value, bytes included.
    pub(crate) fn find_value(&mut self, path: &str) -> Result<Value, String> {
        if is_plain(path) { Ok(self.walk(path).clone()) } else { self.find(path).map(from_json) }
    }

    fn walk(&self, path: &str) -> &'a Value {
        let mut at = self.value;
        for name in path.split('.') {
            match at.get(name) {
                Some(member) => at = member,
                None => return &Value::Null,
            }
        }
        at
    }
}

/// Whether a path is only names and dots, as most are.
fn is_plain(path: &str) -> bool {
    path.split('.').all(|name| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Integer(number),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::from(text),
        Json::Array(items) => Value::List(items.into_iter().map(from_json).collect()),
        Json::Object(members) => Value::Map(
            members.into_iter().map(|(name, member)| (name.into(), from_json(member))).collect(),
        ),
    }
}
