//! Packs that are newer than the program's own, in a folder of the user's.
//!
//! Of each cloud there is `CLOUD.json`, which says what the pack was made from and for which pack of
//! which program, and the pack itself in a file that is named by its hash. The first file is put in
//! place last and in one step: a reader finds the old pair or the new one. A pack that was made
//! beside another embedded pack than this program's counts for nothing here, for what it holds may be
//! encoded otherwise.

use std::path::{Path, PathBuf};

use isobar_catalogue::manifest::Origin;
use isobar_catalogue::{Cloud, Service, embedded_origin, pack};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::registry::{file_error, hash};

/// The folder.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// What `CLOUD.json` says.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// The SHA-256 of the embedded pack that this one takes the place of.
    instead_of: String,
    #[serde(flatten)]
    origin: Origin,
}

impl Cache {
    /// The cache in a folder, which is made when something is put into it.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A cloud's newer pack and what it was made from; `None` where there is none for this program,
    /// or where it is not whole.
    #[must_use]
    pub fn load(&self, cloud: Cloud) -> Option<(Vec<u8>, Origin)> {
        let record = std::fs::read(self.record(cloud)).ok()?;
        let Record { instead_of, origin } = serde_json::from_slice(&record).ok()?;
        if instead_of != embedded_origin(cloud).sha256 {
            return None;
        }
        let bytes = std::fs::read(self.pack(cloud, &origin)).ok()?;
        (hash(&bytes) == origin.sha256).then_some((bytes, origin))
    }

    /// Keeps a pack of the services, which are from these packages.
    ///
    /// # Errors
    /// If it cannot be written; what was there before stays.
    pub fn store(
        &self,
        cloud: Cloud,
        services: Vec<Service>,
        mut origin: Origin,
    ) -> Result<(), Error> {
        let bytes = pack::write(services)?;
        (origin.bytes, origin.sha256) = (bytes.len(), hash(&bytes));
        let failed = |error| file_error(&self.folder, error);
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        let pack = self.pack(cloud, &origin);
        put(&pack, &bytes)?;
        let record = Record { instead_of: embedded_origin(cloud).sha256, origin };
        let text = serde_json::to_vec_pretty(&record).expect("a record is JSON");
        put(&self.record(cloud), &text)?;
        self.remove_packs(cloud, Some(&pack))
    }

    /// Forgets a cloud's pack. Whether there was one.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn forget(&self, cloud: Cloud) -> Result<bool, Error> {
        let record = self.record(cloud);
        if !record.exists() {
            return Ok(false);
        }
        std::fs::remove_file(&record).map_err(|error| file_error(&record, error))?;
        self.remove_packs(cloud, None)?;
        Ok(true)
    }

    fn record(&self, cloud: Cloud) -> PathBuf {
        self.folder.join(format!("{cloud}.json"))
    }

    fn pack(&self, cloud: Cloud, origin: &Origin) -> PathBuf {
        let start = origin.sha256.get(..16).unwrap_or_default();
        self.folder.join(format!("{cloud}-{start}.pack"))
    }

    fn remove_packs(&self, cloud: Cloud, but: Option<&Path>) -> Result<(), Error> {
        let failed = |error| file_error(&self.folder, error);
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let is_pack = name.strip_suffix(".pack").and_then(|name| name.split_once('-'));
            if is_pack.is_some_and(|(of, _)| of == cloud.name()) && Some(path.as_path()) != but {
                std::fs::remove_file(&path).map_err(|error| file_error(&path, error))?;
            }
        }
        Ok(())
    }
}

/// Writes a file and puts it in place in one step.
fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = std::fs::write(&draft, bytes).and_then(|()| std::fs::rename(&draft, path));
    written.map_err(|error| {
        // What is half written is of no use; that it stays is not worse than the failure.
        let _ = std::fs::remove_file(&draft);
        file_error(path, error)
    })
}
