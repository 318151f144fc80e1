//! Buckets: made, removed, and shown as sites.

use isobar_wire::Value;

use super::{Store, map};
use crate::error::Error;

/// The region whose buckets are made without saying where.
const S3_DEFAULT_REGION: &str = "us-east-1";

/// What S3 calls the place of a bucket.
const PLACE: &str = "LocationConstraint";

impl Store {
    /// Makes a bucket in the client's region. On Spaces it is made where the endpoint is.
    ///
    /// # Errors
    /// If the store refuses it: the name is taken, say.
    pub async fn make_bucket(&self, name: &str) -> Result<(), Error> {
        let mut input = self.bucket_input(name);
        let region = self.client.region();
        if self.api.scheme == "s3" && region != S3_DEFAULT_REGION {
            input.set("CreateBucketConfiguration", map([(PLACE, region.to_owned().into())]));
        }
        self.bucket_call(name, self.api.operations.create_bucket, input).await
    }

    /// Removes a bucket, which must be empty.
    ///
    /// # Errors
    /// If the store refuses it: there is something in it, say.
    pub async fn remove_bucket(&self, name: &str) -> Result<(), Error> {
        let input = self.bucket_input(name);
        self.bucket_call(name, self.api.operations.delete_bucket, input).await
    }

    /// Shows a bucket as a site: what is shown for a folder, and what for what is not there.
    ///
    /// # Errors
    /// If the store refuses it.
    pub async fn set_website(
        &self,
        name: &str,
        index: Option<&str>,
        error: Option<&str>,
    ) -> Result<(), Error> {
        let mut site = map([]);
        if let Some(index) = index {
            site.set("IndexDocument", map([("Suffix", index.to_owned().into())]));
        }
        if let Some(error) = error {
            site.set("ErrorDocument", map([("Key", error.to_owned().into())]));
        }
        let mut input = self.bucket_input(name);
        input.set("WebsiteConfiguration", site);
        self.bucket_call(name, self.api.operations.set_website, input).await
    }

    fn bucket_input(&self, name: &str) -> Value {
        map([(self.api.members.bucket, name.to_owned().into())])
    }

    async fn bucket_call(&self, name: &str, operation: &str, input: Value) -> Result<(), Error> {
        let url = || format!("{}://{name}", self.api.scheme);
        let failed = |source| Error::Call { url: url(), source };
        let (service, operation) = self.client.find(self.api.service, operation).map_err(failed)?;
        self.client.send(service, operation, input).await.map(drop).map_err(failed)
    }
}
