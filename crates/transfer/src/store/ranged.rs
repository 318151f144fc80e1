//! A part of an object as it comes.

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use http::HeaderMap;
use http::header::CONTENT_RANGE;
use isobar_client::Body;
use isobar_wire::Value;

use super::Remote;
use crate::error::Error;

/// A part of an object as it comes. Servers may ignore that a part is asked for and give all (RFC
/// 9110, 14.2): what comes before and after the part is thrown away then.
pub(crate) struct Ranged {
    body: Body,
    /// Bytes before the part that are yet to come.
    before: u64,
    /// Bytes of the part that are yet to come; `None` where nothing else is to come.
    left: Option<u64>,
}

impl Ranged {
    /// Whether all of the object comes.
    pub(crate) fn is_whole(&self) -> bool {
        self.left.is_some()
    }

    /// The next bytes of the part; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Option<Result<Bytes, isobar_client::Error>> {
        loop {
            if self.left == Some(0) {
                return None;
            }
            let mut bytes = match self.body.chunk().await? {
                Ok(bytes) => bytes,
                Err(error) => return Some(Err(error)),
            };
            let before = usize::try_from(self.before).unwrap_or(usize::MAX).min(bytes.len());
            drop(bytes.split_to(before));
            self.before -= before as u64;
            if let Some(left) = &mut self.left {
                bytes.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= bytes.len() as u64;
            }
            if !bytes.is_empty() {
                return Some(Ok(bytes));
            }
        }
    }

    /// The same as a stream.
    pub(crate) fn stream(self) -> BoxStream<'static, Result<Bytes, isobar_client::Error>> {
        stream::unfold(self, |mut this| async move {
            let chunk = this.chunk().await?;
            Some((chunk, this))
        })
        .boxed()
    }
}

impl Remote {
    /// A part of the object, of one version: from an offset, so many bytes.
    pub(crate) async fn get(&self, etag: &str, offset: u64, length: u64) -> Result<Ranged, Error> {
        let names = self.api().members;
        let mut input = self.input();
        input.set(names.if_match, etag.to_owned().into());
        input.set(names.range, format!("bytes={offset}-{}", offset + length - 1).into());
        self.add_extras(&mut input, self.api().operations.get)?;
        let client = &self.store.client;
        let failed = |error: isobar_client::Error| match error.status() {
            Some(status) if status.as_u16() == 412 => Error::Changed(self.to_string()),
            _ => self.failed(error),
        };
        let (service, operation) =
            client.find(self.api().service, self.api().operations.get).map_err(failed)?;
        let opened = client.open(service, operation, input).await.map_err(failed)?;
        let found = opened.answer.output.get("ETag").and_then(Value::as_str);
        // A store that does not know the condition would give another version.
        if found.is_some_and(|found| found.trim_matches('"') != etag.trim_matches('"')) {
            return Err(Error::Changed(self.to_string()));
        }
        let body = opened.body.ok_or_else(|| self.lacks("body"))?;
        match opened.answer.status.as_u16() {
            206 if begins_at(&opened.answer.headers).is_none_or(|begin| begin == offset) => {
                Ok(Ranged { body, before: 0, left: None })
            }
            200 => Ok(Ranged { body, before: offset, left: Some(length) }),
            _ => Err(self.lacks("range")),
        }
    }
}

/// Where the part begins that an answer says to have.
fn begins_at(headers: &HeaderMap) -> Option<u64> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    text.trim().strip_prefix("bytes ")?.split_once('-')?.0.trim().parse().ok()
}
