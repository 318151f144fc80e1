//! `isobar deployments` and `isobar rollback`.

use serde_json::{Value, json};

use super::lists::with_filters;
use super::watch;
use crate::api::{Api, encode};
use crate::cli::Options;
use crate::output::{self, Column};
use isobar_cli::report::Error;

const COLUMNS: &[Column] = &[
    ("ID", "id"),
    ("SERVICE", "service"),
    ("VERSION", "version"),
    ("ENVIRONMENT", "environment"),
    ("STATUS", "status"),
    ("CREATED", "created_at"),
    ("SECONDS", "duration_seconds"),
];

pub(super) async fn list(arguments: &Options) -> Result<(), Error> {
    let api = Api::find(&arguments.global)?;
    let filters = [
        ("environment", arguments.environment.clone()),
        ("service", arguments.service.clone()),
        ("status", arguments.status.clone()),
        ("cloud", arguments.cloud.map(|cloud| cloud.name().to_owned())),
    ];
    let path = with_filters("/api/v1/deployments", &filters);
    let items = api.list(&path, arguments.limit.into()).await?;
    output::list(arguments.global.output, &items, COLUMNS)
}

pub(super) async fn show(arguments: &Options) -> Result<(), Error> {
    let api = Api::find(&arguments.global)?;
    output::value(arguments.global.output, &one(&api, arguments.word()).await?)
}

pub(super) async fn watch(arguments: &Options) -> Result<(), Error> {
    let api = Api::find(&arguments.global)?;
    let deployment = one(&api, arguments.word()).await?;
    watch::follow(&api, &deployment, &arguments.global).await
}

pub(super) async fn cancel(arguments: &Options) -> Result<(), Error> {
    let api = Api::find(&arguments.global)?;
    let path = format!("/api/v1/deployments/{}/cancel", encode(arguments.word()));
    let operation = api.post(&path, &json!({}), None).await?;
    if arguments.no_wait {
        return output::value(arguments.global.output, &operation);
    }
    watch::until_cancelled(&api, &operation, &arguments.global).await
}

pub(super) async fn rollback(arguments: &Options) -> Result<(), Error> {
    let api = Api::find(&arguments.global)?;
    let path = format!("/api/v1/deployments/{}/rollback", encode(arguments.word()));
    let mut body = json!({});
    if let Some(reason) = &arguments.reason {
        body["reason"] = Value::from(reason.as_str());
    }
    let operation = api.post(&path, &body, None).await?;
    if arguments.no_wait {
        return output::value(arguments.global.output, &operation);
    }
    watch::accepted(&api, &operation, &arguments.global).await
}

async fn one(api: &Api, id: &str) -> Result<Value, Error> {
    api.get(&format!("/api/v1/deployments/{}", encode(id))).await
}
