//! Tags: how a call gives them, how a row keeps them, and what each product says about bad ones.

use std::collections::BTreeMap;

use isobar_kernel::{Fault, Row};
use isobar_wire::{Input, Output};
use serde::{Deserialize, Serialize};

use crate::forms::from_json;

/// A tag as a call gives it; filters may leave the value out.
#[derive(Clone, Debug, Default, Input)]
pub struct Given {
    /// The key.
    #[wire(alias = "key", alias = "TagKey", alias = "tagKey")]
    pub key: Option<String>,
    /// The value.
    #[wire(alias = "value", alias = "TagValue", alias = "tagValue")]
    pub value: Option<String>,
}

/// The tags of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

/// A tag in the answers of ECS and SLB.
#[derive(Debug, Output)]
pub struct TagKeyValue {
    tag_value: String,
    tag_key: String,
}

/// A tag in the answers of VPC.
#[derive(Debug, Output)]
pub struct KeyValue {
    key: String,
    value: String,
}

/// The most tags that a resource may have.
const MOST: usize = 20;
/// The most characters of a key or a value.
const LONGEST: usize = 128;

/// What a product answers to bad tags.
#[derive(Debug)]
pub struct Rules {
    /// A key is absent.
    pub missing_key: Row,
    /// A key is invalid.
    pub bad_key: Row,
    /// A value is invalid.
    pub bad_value: Row,
    /// A key is there twice.
    pub duplicate: Row,
    /// A call has too many.
    pub too_many: Row,
    /// A resource would have too many.
    pub quota: Row,
}

impl Tags {
    /// The tags that a call gives.
    pub fn given(given: Option<Vec<Given>>, rules: &Rules) -> Result<Self, Fault> {
        let given = given.unwrap_or_default();
        if given.len() > MOST {
            return Err(rules.too_many.fault());
        }
        let mut tags = Self::default();
        for Given { key, value } in given {
            let key = key.filter(|key| !key.is_empty()).ok_or_else(|| rules.missing_key.fault())?;
            let value = value.unwrap_or_default();
            let reserved = ["aliyun", "acs:"].iter().any(|prefix| key.starts_with(prefix));
            if reserved || key.chars().count() > LONGEST || has_url(&key) {
                return Err(rules.bad_key.fault());
            }
            if value.chars().count() > LONGEST || has_url(&value) {
                return Err(rules.bad_value.fault());
            }
            if tags.0.insert(key, value).is_some() {
                return Err(rules.duplicate.fault());
            }
        }
        Ok(tags)
    }

    /// Adds tags, in the place of those with the same keys.
    pub fn add(&mut self, more: &Self, rules: &Rules) -> Result<(), Fault> {
        self.0.extend(more.0.iter().map(|(key, value)| (key.clone(), value.clone())));
        if self.0.len() > MOST { Err(rules.quota.fault()) } else { Ok(()) }
    }

    /// Takes the keys out; all of them where there are none.
    pub fn remove(&mut self, keys: &[String]) {
        self.0.retain(|key, _| !keys.is_empty() && !keys.contains(key));
    }

    /// Whether every tag of the filter is there; a filter without a value asks for the key alone.
    pub fn fit(&self, filter: Option<&[Given]>) -> bool {
        filter.unwrap_or_default().iter().all(|Given { key, value }| {
            let wanted = value.as_deref().filter(|value| !value.is_empty());
            match key {
                Some(key) => {
                    self.0.get(key).is_some_and(|value| wanted.is_none_or(|wanted| wanted == value))
                }
                None => wanted.is_none_or(|wanted| self.0.values().any(|value| value == wanted)),
            }
        })
    }

    /// The pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// As ECS and SLB write them.
    pub fn tag_key_values(&self) -> Vec<TagKeyValue> {
        self.iter()
            .map(|(key, value)| TagKeyValue { tag_value: value.into(), tag_key: key.into() })
            .collect()
    }

    /// As VPC writes them.
    pub fn key_values(&self) -> Vec<KeyValue> {
        self.iter().map(|(key, value)| KeyValue { key: key.into(), value: value.into() }).collect()
    }
}

/// Tags that a call gives as JSON: `[{"TagKey":"k","TagValue":"v"}]`.
pub fn in_json(json: Option<&str>) -> Option<Vec<Given>> {
    match json.filter(|json| !json.is_empty()) {
        None => Some(Vec::new()),
        Some(json) => from_json(json),
    }
}

fn has_url(text: &str) -> bool {
    text.contains("http://") || text.contains("https://")
}
