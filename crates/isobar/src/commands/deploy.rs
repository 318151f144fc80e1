//! `isobar deploy`: a manifest becomes a deployment, followed until it ends.

use serde_json::Value;

use super::watch;
use crate::api::Api;
use crate::cli::{Format, Options};
use crate::manifest::Manifest;
use crate::output::say;
use crate::output::{self, Column};
use isobar_cli::report::Error;

const CALL_COLUMNS: &[Column] = &[
    ("TARGET", "target"),
    ("STEP", "step"),
    ("SERVICE", "service"),
    ("OPERATION", "operation"),
    ("CHANGES", "mutates"),
];

pub(super) async fn run(arguments: &Options) -> Result<(), Error> {
    let global = &arguments.global;
    let mut manifest = Manifest::read(arguments.word().as_ref())?;
    if let Value::Object(fields) = &mut manifest.document {
        if let Some(version) = &arguments.version {
            fields.insert("version".to_owned(), Value::from(version.as_str()));
        }
        if let Some(environment) = &arguments.environment {
            fields.insert("environment".to_owned(), Value::from(environment.as_str()));
        }
    }
    let api = Api::find(global)?;
    let path =
        if arguments.dry_run { "/api/v1/deployments?dry_run=true" } else { "/api/v1/deployments" };
    let answer = api
        .post(path, &manifest.document, arguments.idempotency_key.as_deref())
        .await
        .map_err(|error| error.placed(|field| manifest.place(field)))?;
    if arguments.dry_run {
        return show_plan(global.output, &answer);
    }
    if arguments.no_wait {
        return output::value(global.output, &answer);
    }
    watch::accepted(&api, &answer, global).await
}

/// Prints a plan: as a table, one line per call.
fn show_plan(format: Format, plan: &Value) -> Result<(), Error> {
    if format != Format::Table {
        return output::value(format, plan);
    }
    let mut calls = Vec::new();
    for target in plan["targets"].as_array().into_iter().flatten() {
        let name = format!("{}/{}", text(&target["cloud"]), text(&target["region"]));
        for step in target["steps"].as_array().into_iter().flatten() {
            for call in step["calls"].as_array().into_iter().flatten() {
                let mut line = call.clone();
                line["target"] = Value::from(name.as_str());
                line["step"] = step["name"].clone();
                calls.push(line);
            }
        }
    }
    output::list(format, &calls, CALL_COLUMNS)?;
    let summary = &plan["summary"];
    say!(
        "{} to create, {} to change, {} to remove, {} to keep; nothing was changed",
        summary["create"],
        summary["change"],
        summary["remove"],
        summary["keep"],
    );
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
