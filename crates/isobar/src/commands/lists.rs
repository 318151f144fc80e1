//! `isobar operations` and `isobar resources`.

use crate::api::{Api, encode};
use crate::cli::Options;
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

pub(super) async fn operations(arguments: &Options) -> Result<(), Error> {
    let api = Api::find(&arguments.global)?;
    let items = api.list("/api/v1/operations", arguments.limit.into()).await?;
    output::list(arguments.global.output, &items, OPERATION_COLUMNS)
}

pub(super) async fn resources(arguments: &Options) -> Result<(), Error> {
    let api = Api::find(&arguments.global)?;
    let filters = [
        ("cloud", arguments.cloud.map(|cloud| cloud.name().to_owned())),
        ("kind", arguments.kind.clone()),
    ];
    let path = with_filters("/api/v1/resources", &filters);
    let items = api.list(&path, arguments.limit.into()).await?;
    output::list(arguments.global.output, &items, RESOURCE_COLUMNS)
}

/// Shows one operation or resource; `collection` is the path's part.
pub(super) async fn show(collection: &str, arguments: &Options) -> Result<(), Error> {
    let api = Api::find(&arguments.global)?;
    let found = api.get(&format!("/api/v1/{collection}/{}", encode(arguments.word()))).await?;
    output::value(arguments.global.output, &found)
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
