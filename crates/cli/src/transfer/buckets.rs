//! Buckets made, removed and shown as sites, and URLs for objects.

use isobar_transfer::{Place, Plan, Remote};

use super::places::only_bucket;
use super::report::report;
use super::{Work, output};
use crate::report::Error;

impl Work<'_> {
    async fn bucket(&self, place: &Place) -> Result<Remote, Error> {
        only_bucket(place)?;
        self.remote(place, None).await
    }

    pub(super) async fn make_bucket(&self, place: &Place) -> Result<(), Error> {
        let at = self.bucket(place).await?;
        at.store.make_bucket(&at.bucket).await.map_err(|error| report(&error))?;
        let line = format!("make_bucket: {}", at.bucket);
        self.output.only(output::plain(line, "Bucket", &at.bucket))
    }

    pub(super) async fn remove_bucket(&self, place: &Place) -> Result<(), Error> {
        let at = self.bucket(place).await?;
        if self.flags.force {
            let removed = self.engine.remove_all(&at, &Plan::default(), &self.tell()).await;
            removed.map_err(|error| report(&error).hint("the bucket is kept"))?;
        }
        let removed = at.store.remove_bucket(&at.bucket).await;
        removed.map_err(|error| match error.call().and_then(isobar_client::Error::code) {
            Some("BucketNotEmpty") => report(&error)
                .hint("--force removes its objects first; uploads and old versions stay"),
            _ => report(&error),
        })?;
        let line = format!("remove_bucket: {}", at.bucket);
        let item = output::plain(line, "Bucket", &at.bucket);
        if !self.flags.force {
            return self.output.only(item);
        }
        // Behind what was removed before.
        self.output.add(item)?;
        self.output.finish()
    }

    pub(super) async fn website(&self, place: &Place) -> Result<(), Error> {
        let at = self.bucket(place).await?;
        let (index, error) = (self.flags.index.as_deref(), self.flags.error.as_deref());
        let set = at.store.set_website(&at.bucket, index, error).await;
        set.map_err(|error| report(&error))
    }

    /// The URL alone, so that it can be used as it is.
    pub(super) async fn presign(&self, place: &Place) -> Result<(), Error> {
        let at = self.remote(place, None).await?;
        if at.key.is_empty() {
            return Err(Error::usage("no_object", format!("{at} is no object")));
        }
        let seconds = self.flags.expires_in.unwrap_or(3600);
        let url = at.presign(self.flags.writes, seconds).await.map_err(|error| report(&error))?;
        self.output.only(output::plain(url.clone(), "Url", &url))
    }
}
