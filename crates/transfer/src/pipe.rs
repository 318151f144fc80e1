//! A stream of unknown length into a store.

use std::path::Path;

use bytes::{Bytes, BytesMut};
use isobar_client::{Source, Upload};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::JoinSet;

use crate::engine::{Done, Engine, joined as outcome_of};
use crate::error::Error;
use crate::properties::Properties;
use crate::store::{Part, Remote};

/// The most bytes of a stream that are in memory at once: what is read is held until it is stored.
const HELD: u64 = 64 << 20;

impl Engine {
    /// Stores what a stream gives. It is read once, so it cannot be continued. `expected` is about
    /// how long it is: parts are made large enough for that; without it, 156 GiB fit.
    ///
    /// # Errors
    /// Of every kind; the store keeps nothing then.
    pub async fn read_from(
        &self,
        from: &mut (dyn AsyncRead + Send + Unpin),
        to: &Remote,
        expected: Option<u64>,
    ) -> Result<Done, Error> {
        self.read_named(Path::new("-"), from, to, expected).await
    }

    pub(crate) async fn read_named(
        &self,
        name: &Path,
        from: &mut (dyn AsyncRead + Send + Unpin),
        to: &Remote,
        expected: Option<u64>,
    ) -> Result<Done, Error> {
        self.read_as(name, from, to, expected, &self.properties("", to)).await
    }

    /// The same, with what the object shall say of itself.
    pub(crate) async fn read_as(
        &self,
        name: &Path,
        from: &mut (dyn AsyncRead + Send + Unpin),
        to: &Remote,
        expected: Option<u64>,
        properties: &Properties,
    ) -> Result<Done, Error> {
        let too_large = |size| {
            let what = name.display().to_string();
            Error::TooLarge { what, size, scheme: to.api().scheme }
        };
        let expected = expected.unwrap_or_default();
        let size = to
            .api()
            .part_size(expected, self.options.part_size)
            .filter(|size| *size <= HELD)
            .ok_or_else(|| too_large(expected))?;
        self.options.properties.check(to)?;
        self.check_absent(to).await?;
        self.progress().expect(0);
        let first = self.unless_cancelled(read(name, from, size)).await?;
        let done = if (first.len() as u64) < size {
            self.progress().more(first.len() as u64);
            let body = self.body(to, first.clone());
            let put = to.put(&body, properties, !self.options.overwrite);
            self.unless_cancelled(put).await?;
            first.len() as u64
        } else {
            let upload = self.unless_cancelled(to.create(properties)).await?;
            match self.unless_cancelled(self.parts((name, from), to, &upload, (size, first))).await
            {
                Ok(done) => done,
                Err(error) => {
                    // The failure is what is told.
                    let _ = to.abort(&upload).await;
                    return Err(error);
                }
            }
        };
        self.progress().done();
        let verified = Some(to.check().algorithm());
        Ok(Done { size: done, resumed: 0, verified })
    }

    fn body(&self, to: &Remote, bytes: Bytes) -> Upload {
        let algorithm = to.check().algorithm();
        Upload::new(Source::bytes(bytes))
            .with_checksum(algorithm)
            .with_meter(self.progress().meter())
    }

    async fn parts(
        &self,
        (name, from): (&Path, &mut (dyn AsyncRead + Send + Unpin)),
        to: &Remote,
        upload: &str,
        (size, first): (u64, Bytes),
    ) -> Result<u64, Error> {
        let most = usize::try_from(HELD / size).unwrap_or(1).clamp(1, self.options.parallel.max(1));
        let mut running = JoinSet::new();
        let mut parts: Vec<Part> = Vec::new();
        let mut next = first;
        let mut number = 0;
        while !next.is_empty() {
            number += 1;
            if number > to.api().most_parts {
                let size = size * to.api().most_parts;
                let what = name.display().to_string();
                return Err(Error::TooLarge { what, size, scheme: to.api().scheme });
            }
            let (engine, to, upload) = (self.clone(), to.clone(), upload.to_owned());
            self.progress().more(next.len() as u64);
            let bytes = next;
            running.spawn(async move {
                let body = engine.body(&to, bytes.clone());
                let send = || async {
                    to.upload_part(&upload, number, &body).await.inspect_err(|_| {
                        body.forget();
                    })
                };
                let etag = engine.retry(|| 0, send).await?;
                let checksum = body.checksum();
                Ok(Part { number, size: bytes.len() as u64, etag, checksum })
            });
            // The next one is read only when there is room for it.
            while running.len() >= most
                && let Some(done) = running.join_next().await
            {
                parts.push(outcome_of(done)?);
            }
            next = read(name, from, size).await?;
        }
        while let Some(done) = running.join_next().await {
            parts.push(outcome_of(done)?);
        }
        parts.sort_by_key(|part| part.number);
        let whole = parts.iter().try_fold(None, |whole: Option<_>, part| {
            let sum = part.checksum.as_ref()?;
            let joined = match whole {
                Some(whole) => isobar_client::checksum::Checksum::then(&whole, sum, part.size)?,
                None => sum.clone(),
            };
            Some(Some(joined))
        });
        self.finish(to, upload, &parts, whole.flatten().as_ref()).await?;
        Ok(parts.iter().map(|part| part.size).sum())
    }
}

/// As many bytes as a part has, or fewer at the end.
async fn read(
    name: &Path,
    from: &mut (dyn AsyncRead + Send + Unpin),
    size: u64,
) -> Result<Bytes, Error> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut part = BytesMut::with_capacity(size);
    while part.len() < size {
        let room = (size - part.len()) as u64;
        if (&mut *from).take(room).read_buf(&mut part).await.map_err(Error::read(name))? == 0 {
            break;
        }
    }
    Ok(part.freeze())
}
