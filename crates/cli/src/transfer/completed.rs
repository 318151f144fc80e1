//! What a place can be completed to: a store's buckets, and below a bucket its folders and objects.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use isobar_transfer::{Error as TransferError, Listed, Remote, api};

use super::flags::Flags;
use super::report::report;
use super::stores;
use super::verb::{Verb, Words};
use crate::report::Error;
use crate::shell::Shell;

/// A shell waits no longer than this.
const PATIENCE: Duration = Duration::from_secs(2);
/// The most that are asked for.
const MOST: usize = 200;
/// The flags by which a store is found.
const FLAGS: [&str; 4] = ["--region", "--profile", "--endpoint-url", "--ca-bundle"];

/// The places that begin with `begun`; none where the store cannot be asked in time.
pub(crate) fn places(shell: &Shell, before: &[String], begun: &str) -> Vec<String> {
    let asked = shell.run(async {
        let late = || Error::failed("late", "the store did not answer in time");
        tokio::time::timeout(PATIENCE, ask(shell, before, begun)).await.map_err(|_| late())?
    });
    let mut found = asked.unwrap_or_default();
    // A line of a shell takes no such names, and a terminal would do what they say.
    found.retain(|place| !place.contains(char::is_control));
    found
}

async fn ask(shell: &Shell, before: &[String], begun: &str) -> Result<Vec<String>, Error> {
    let Some((scheme, rest)) = begun.split_once("://") else { return Ok(Vec::new()) };
    let Some(api) = api::find(scheme) else { return Ok(Vec::new()) };
    let given = before.windows(2).filter(|pair| FLAGS.contains(&pair[0].as_str())).flatten();
    let further = ["--retries", "0", "--page-size", "200", begun].map(str::to_owned);
    let arguments = given.cloned().chain(further).collect();
    let Some(flags) = Flags::read(Verb::List, Words::Own, arguments)? else {
        return Ok(Vec::new());
    };
    let store = stores::store(shell, &flags, api, None).await?;
    let failed = |error: TransferError| report(&error);
    let Some((bucket, key)) = rest.split_once('/') else {
        let buckets = store.buckets(Some(rest).filter(|rest| !rest.is_empty()), None);
        let buckets = buckets.map_err(failed)?.take(MOST).map_err(failed);
        let name = |bucket: isobar_transfer::Bucket| format!("{scheme}://{}/", bucket.name);
        return buckets.map_ok(name).try_collect().await;
    };
    let at = Remote { store, bucket: bucket.to_owned(), key: key.to_owned() };
    let place = |listed| match listed {
        Listed::Object { key, .. } | Listed::Prefix(key) => format!("{scheme}://{bucket}/{key}"),
    };
    at.list(Some("/")).take(MOST).map_err(failed).map_ok(place).try_collect().await
}
