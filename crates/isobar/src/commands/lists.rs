//! `isobar operations` and `isobar resources`.

use crate::api::{Api, encode};
use crate::cli::{Global, Operations, Resources};
use crate::output::{self, Column};
use isobar_cli::report::Error;

const OPERATION_COLUMNS: &[Column] = &[
    ("ID", "id"),
    ("KIND", "kind"),
    ("STATUS", "status"),
    ("PERCENT", "progress.percent"),
    ("DEPLOYMENT", "deployment_id"),
    ("CREATED", "created_at"),
];

const RESOURCE_COLUMNS: &[Column] = &[
    ("ID", "id"),
    ("CLOUD", "cloud"),
    ("REGION", "region"),
    ("KIND", "kind"),
    ("CLOUD ID", "cloud_id"),
    ("NAME", "name"),
    ("STATE", "state"),
    ("OWNER", "owner"),
];

pub(super) async fn operations(command: Operations, global: &Global) -> Result<(), Error> {
    let api = Api::find(global)?;
    match command {
        Operations::List { limit } => {
            let items = api.list("/api/v1/operations", limit.into()).await?;
            output::list(global.output, &items, OPERATION_COLUMNS)
        }
        Operations::Show { id } => {
            let operation = api.get(&format!("/api/v1/operations/{}", encode(&id))).await?;
            output::value(global.output, &operation)
        }
    }
}

pub(super) async fn resources(command: Resources, global: &Global) -> Result<(), Error> {
    let api = Api::find(global)?;
    match command {
        Resources::List(arguments) => {
            let filters = [
                ("cloud", arguments.cloud.map(|cloud| cloud.name().to_owned())),
                ("kind", arguments.kind),
            ];
            let path = with_filters("/api/v1/resources", &filters);
            let items = api.list(&path, arguments.limit.into()).await?;
            output::list(global.output, &items, RESOURCE_COLUMNS)
        }
        Resources::Show { id } => {
            let resource = api.get(&format!("/api/v1/resources/{}", encode(&id))).await?;
            output::value(global.output, &resource)
        }
    }
}

/// The path with those filters that have a value.
pub(super) fn with_filters(path: &str, filters: &[(&str, Option<String>)]) -> String {
    let mut url = path.to_owned();
    for (name, value) in filters {
        if let Some(value) = value {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&format!("{name}={}", encode(value)));
        }
    }
    url
}
