//! `isobar deployments` and `isobar rollback`.

use serde_json::{Value, json};

use super::lists::with_filters;
use super::watch;
use crate::api::{Api, encode};
use crate::cli::{Deployments, Global, Rollback};
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

pub(super) async fn run(command: Deployments, global: &Global) -> Result<(), Error> {
    let api = Api::find(global)?;
    match command {
        Deployments::List(arguments) => {
            let filters = [
                ("environment", arguments.environment),
                ("service", arguments.service),
                ("status", arguments.status),
                ("cloud", arguments.cloud.map(|cloud| cloud.name().to_owned())),
            ];
            let path = with_filters("/api/v1/deployments", &filters);
            let items = api.list(&path, arguments.limit.into()).await?;
            output::list(global.output, &items, COLUMNS)
        }
        Deployments::Show { id } => output::value(global.output, &show(&api, &id).await?),
        Deployments::Watch { id } => {
            let deployment = show(&api, &id).await?;
            watch::follow(&api, &deployment, global).await
        }
        Deployments::Cancel { id, no_wait } => {
            let path = format!("/api/v1/deployments/{}/cancel", encode(&id));
            let operation = api.post(&path, &json!({}), None).await?;
            if no_wait {
                return output::value(global.output, &operation);
            }
            watch::until_cancelled(&api, &operation, global).await
        }
    }
}

pub(super) async fn rollback(arguments: &Rollback, global: &Global) -> Result<(), Error> {
    let api = Api::find(global)?;
    let path = format!("/api/v1/deployments/{}/rollback", encode(&arguments.id));
    let mut body = json!({});
    if let Some(reason) = &arguments.reason {
        body["reason"] = Value::from(reason.as_str());
    }
    let operation = api.post(&path, &body, None).await?;
    if arguments.no_wait {
        return output::value(global.output, &operation);
    }
    watch::accepted(&api, &operation, global).await
}

async fn show(api: &Api, id: &str) -> Result<Value, Error> {
    api.get(&format!("/api/v1/deployments/{}", encode(id))).await
}
