//! What the catalogue says of services, from which inputs are made.

use isobar_catalogue::Cloud;
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// A question.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    cloud: String,
    /// The service; without it, the names of all are the answer.
    service: Option<String>,
}

/// The names of a cloud's services, or one of them as the catalogue holds it.
pub(crate) fn show(asked: &Asked) -> Result<Json, String> {
    let cloud: Cloud = asked.cloud.parse().map_err(|_| format!("no cloud: {}", asked.cloud))?;
    let Some(name) = &asked.service else {
        let names: Vec<_> = isobar_catalogue::services(cloud).iter().map(|it| it.name).collect();
        return Ok(json!({ "services": names }));
    };
    let service = isobar_catalogue::service(cloud, name);
    let service = service.ok_or_else(|| format!("no service: {name}"))?;
    serde_json::to_value(service).map_err(|error| error.to_string())
}
