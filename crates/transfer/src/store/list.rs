//! Lists of a store: buckets, objects, uploads in parts.

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use isobar_wire::Value;
use jiff::Timestamp;

use super::{Remote, Store, map, size, text, time};
use crate::error::Error;

/// An entry of a listing.
#[derive(Clone, Debug)]
pub enum Listed {
    /// An object.
    Object {
        /// The key.
        key: String,
        /// Bytes.
        size: u64,
        /// When it was written.
        modified: Option<Timestamp>,
    },
    /// What several keys begin with, up to the delimiter.
    Prefix(String),
}

/// An upload in parts that was begun and has not ended.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The key of what it will be.
    pub key: String,
    /// Its id.
    pub upload: String,
    /// When it was begun.
    pub begun: Option<Timestamp>,
}

/// A bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// The name.
    pub name: String,
    /// When it was made.
    pub created: Option<Timestamp>,
}

/// Where a list of uploads goes on: key and id.
type Marker = (String, String);

/// A page's entries, or what went wrong with it.
fn flattened<T: Send + 'static>(
    page: Result<Vec<T>, Error>,
) -> BoxStream<'static, Result<T, Error>> {
    match page {
        Ok(page) => stream::iter(page.into_iter().map(Ok)).boxed(),
        Err(error) => stream::iter([Err(error)]).boxed(),
    }
}

impl Store {
    /// The buckets that the caller owns, sorted by name, page by page; those whose names begin with
    /// the prefix, and of a region, where one is given.
    ///
    /// # Errors
    /// [`Error::Usage`] if the store cannot tell those of a region.
    pub fn buckets(
        &self,
        prefix: Option<&str>,
        region: Option<&str>,
    ) -> Result<BoxStream<'static, Result<Bucket, Error>>, Error> {
        const REGION: &str = "BucketRegion";
        let url = format!("{}://", self.api.scheme);
        let mut input = map([]);
        if let Some(prefix) = prefix {
            input.set(self.api.members.buckets_prefix, prefix.to_owned().into());
        }
        if let Some(region) = region {
            if !self.api.is_s3() {
                let text = format!("{url} cannot list the buckets of a region alone");
                return Err(Error::Usage(text));
            }
            input.set(REGION, region.to_owned().into());
        }
        let buckets = self.client.items(self.api.service, self.api.operations.buckets, input);
        Ok(buckets
            .map(move |item| {
                let item = item.map_err(|source| Error::Call { url: url.clone(), source })?;
                let lacks = || Error::Answer { url: url.clone(), what: "Name" };
                let name = text(&item, "Name").ok_or_else(lacks)?;
                Ok(Bucket { name, created: time(&item, "CreationDate") })
            })
            .boxed())
    }
}

impl Remote {
    /// The uploads in parts that were begun and have not ended, of keys that begin with this one, page
    /// by page.
    #[must_use]
    pub fn uploads(&self) -> BoxStream<'static, Result<Begun, Error>> {
        let this = self.clone();
        let pages = stream::try_unfold(Some(None), move |next: Option<Option<Marker>>| {
            let this = this.clone();
            async move {
                let Some(marker) = next else { return Ok(None) };
                let (page, marker) = this.page_of_uploads(marker).await?;
                Ok::<_, Error>(Some((page, marker.map(Some))))
            }
        });
        pages.map(flattened).flatten().boxed()
    }

    async fn page_of_uploads(
        &self,
        marker: Option<Marker>,
    ) -> Result<(Vec<Begun>, Option<Marker>), Error> {
        let names = self.api().members;
        let mut input = map([
            (names.bucket, self.bucket.clone().into()),
            (names.prefix, self.key.clone().into()),
        ]);
        if let Some(size) = self.store.extras.page_size {
            input.set(names.uploads_page_size, i64::from(size).into());
        }
        if let Some((key, upload)) = &marker {
            input.set(names.key_marker, key.clone().into());
            input.set(names.upload_marker, upload.clone().into());
        }
        let output = self.call(self.api().operations.list_uploads, input).await?.output;
        let listed = output.get(names.listed_uploads).and_then(Value::as_list).unwrap_or_default();
        let mut page = Vec::new();
        for upload in listed {
            page.push(Begun {
                key: text(upload, "Key").ok_or_else(|| self.lacks("Key"))?,
                upload: text(upload, "UploadId").ok_or_else(|| self.lacks("UploadId"))?,
                begun: time(upload, "Initiated"),
            });
        }
        if !output.get("IsTruncated").and_then(Value::as_bool).unwrap_or_default() {
            return Ok((page, None));
        }
        let next = text(&output, "NextKeyMarker").zip(text(&output, "NextUploadIdMarker"));
        match next.filter(|next| Some(next) != marker.as_ref()) {
            Some(next) => Ok((page, Some(next))),
            None => Err(self.lacks("next page")),
        }
    }

    /// What begins with the key, in the order of the keys' bytes, page by page; the prefixes of a page
    /// before its objects.
    #[must_use]
    pub fn list(
        &self,
        delimiter: Option<&'static str>,
    ) -> BoxStream<'static, Result<Listed, Error>> {
        let this = self.clone();
        let pages = stream::try_unfold(Some(None), move |next: Option<Option<String>>| {
            let this = this.clone();
            async move {
                let Some(token) = next else { return Ok(None) };
                let (page, token) = this.page(delimiter, token).await?;
                Ok::<_, Error>(Some((page, token.map(Some))))
            }
        });
        pages.map(flattened).flatten().boxed()
    }

    async fn page(
        &self,
        delimiter: Option<&'static str>,
        token: Option<String>,
    ) -> Result<(Vec<Listed>, Option<String>), Error> {
        let names = self.api().members;
        let mut input = map([
            (names.bucket, self.bucket.clone().into()),
            (names.prefix, self.key.clone().into()),
        ]);
        if let Some(size) = self.store.extras.page_size {
            input.set(names.page_size, i64::from(size).into());
        }
        if let Some(delimiter) = delimiter {
            input.set(names.delimiter, delimiter.into());
        }
        if let Some(token) = &token {
            input.set(names.token, token.clone().into());
        }
        let output = self.call(self.api().operations.list, input).await?.output;
        let list = |name| output.get(name).and_then(Value::as_list).unwrap_or_default();
        let mut page = Vec::new();
        for prefix in list("CommonPrefixes") {
            page.push(Listed::Prefix(text(prefix, "Prefix").ok_or_else(|| self.lacks("Prefix"))?));
        }
        for object in list("Contents") {
            page.push(Listed::Object {
                key: text(object, "Key").ok_or_else(|| self.lacks("Key"))?,
                size: size(object, "Size").ok_or_else(|| self.lacks("Size"))?,
                modified: time(object, "LastModified"),
            });
        }
        let more = output.get("IsTruncated").and_then(Value::as_bool).unwrap_or_default();
        if !more {
            return Ok((page, None));
        }
        // A list that is not whole must not be taken for one: what it lacks would be removed elsewhere.
        match text(&output, "NextContinuationToken").filter(|next| Some(next) != token.as_ref()) {
            Some(next) => Ok((page, Some(next))),
            None => Err(self.lacks("next page")),
        }
    }
}
