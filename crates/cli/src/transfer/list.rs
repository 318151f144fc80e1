//! What is in a store: buckets, objects, uploads that have not ended.

use futures_util::StreamExt;
use isobar_transfer::{Listed, Place, Remote, api};

use super::report::report;
use super::verb::Words;
use super::{Work, output, stores};
use crate::report::Error;

impl Work<'_> {
    /// A line for each bucket, in the form of aws-cli with times in UTC.
    pub(super) async fn buckets(&self, scheme: &str) -> Result<(), Error> {
        let api = api::find(scheme).ok_or_else(|| {
            let known: Vec<_> = api::APIS.iter().map(|api| format!("{}://", api.scheme)).collect();
            let text = format!("there is no store `{scheme}`: there are {}", known.join(", "));
            Error::usage("no_store", text)
        })?;
        if self.flags.uploads {
            return Err(Error::usage("no_bucket", "--uploads is about a bucket: s3://BUCKET"));
        }
        let store = stores::store(self.shell, self.flags, api, None).await?;
        let (prefix, region) = (&self.flags.bucket_prefix, &self.flags.bucket_region);
        let buckets = store.buckets(prefix.as_deref(), region.as_deref());
        let mut buckets = buckets.map_err(|error| report(&error))?;
        while let Some(bucket) = buckets.next().await {
            let bucket = bucket.map_err(|error| report(&error))?;
            self.output.add(output::bucket(&bucket))?;
        }
        self.end_list(0, 0)
    }

    /// A line for each object, in the form of aws-cli with times in UTC.
    pub(super) async fn list(&self, place: &Place) -> Result<(), Error> {
        let at = self.remote(place, None).await?;
        if self.flags.uploads {
            return self.list_uploads(&at).await;
        }
        let is_whole = self.flags.recursive;
        let from = if is_whole { 0 } else { at.key.rfind('/').map_or(0, |slash| slash + 1) };
        let mut list = at.list((!is_whole).then_some("/"));
        let (mut found, mut count, mut total) = (false, 0, 0);
        while let Some(listed) = list.next().await {
            let listed = listed.map_err(|error| report(&error))?;
            found = true;
            if let Listed::Object { size, .. } = &listed {
                count += 1;
                total += size;
            }
            self.output.add(output::listed(&listed, from, self.flags.human_readable))?;
        }
        self.end_list(count, total)?;
        if self.flags.words == Words::Aws && !found && !at.key.is_empty() {
            return Err(Error::failed("nothing_found", format!("nothing begins with {at}")));
        }
        Ok(())
    }

    fn end_list(&self, count: u64, total: u64) -> Result<(), Error> {
        self.output.finish()?;
        if self.flags.summarize && self.output.is_lines() {
            self.shell.print(&output::summary(count, total, self.flags.human_readable))?;
        }
        Ok(())
    }

    async fn list_uploads(&self, at: &Remote) -> Result<(), Error> {
        let mut uploads = at.uploads();
        while let Some(upload) = uploads.next().await {
            let upload = upload.map_err(|error| report(&error))?;
            if self.is_old(upload.begun) {
                self.output.add(output::upload(&upload))?;
            }
        }
        self.output.finish()
    }
}
