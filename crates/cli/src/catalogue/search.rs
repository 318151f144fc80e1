//! `isobar catalogue search WORD...`

use isobar_catalogue::Hit;
use serde_json::{Value, json};

use super::{Arguments, print};
use crate::call::names::{command, shown};
use crate::report::{Class, Error};
use crate::shell::Shell;

/// How many operations are printed without being asked for more.
const USUAL: usize = 50;

pub(super) fn run(shell: &Shell, arguments: &Arguments) -> Result<(), Error> {
    let words = arguments.words.join(" ");
    if words.is_empty() {
        return Err(Error::usage("words_missing", "catalogue search: the words are missing")
            .hint("isobar catalogue search stop instance"));
    }
    let hits = isobar_catalogue::search(&words);
    if hits.is_empty() {
        let message = format!("no operation has all of {words:?} in its name or its service's");
        return Err(Error::new(Class::Unknown, "nothing_found", message)
            .hint("fewer words, or parts of words, find more"));
    }
    let limit = arguments.limit.unwrap_or(USUAL);
    let found: Vec<Value> = hits.iter().take(limit).map(row).collect();
    print(shell, arguments, Value::Array(found), &[])?;
    if hits.len() > limit {
        shell.note(&format!("{} more; --limit {} shows all", hits.len() - limit, hits.len()));
    }
    Ok(())
}

fn row(hit: &Hit) -> Value {
    let entry = hit.service;
    let name = shown(entry.cloud, hit.operation.name);
    json!({
        "cloud": entry.cloud.name(),
        "service": entry.name,
        "version": entry.version,
        "operation": hit.operation.name,
        "command": format!("isobar {} {} {name}", command(entry.cloud), entry.name),
    })
}
