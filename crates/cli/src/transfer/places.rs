//! Places on the command line.

use isobar_transfer::{Place, local_path};

use super::report::report;
use crate::report::Error;

/// A place as it is shown.
pub(super) fn show(place: &Place) -> String {
    match place {
        Place::Remote { api, bucket, key } => format!("{}://{bucket}/{key}", api.scheme),
        Place::Local(path) => path.display().to_string(),
        Place::Stream => "-".to_owned(),
    }
}

/// Whether a key names a folder: where something goes into.
fn names_none(key: &str) -> bool {
    key.is_empty() || key.ends_with('/')
}

/// The target with the source's own name, where it names a folder.
pub(super) fn with_name(from: &Place, to: Place) -> Result<Place, Error> {
    let name = match from {
        Place::Local(path) => path.file_name().and_then(|name| name.to_str()),
        Place::Remote { key, .. } => key.rsplit('/').next(),
        Place::Stream => None,
    };
    match to {
        Place::Remote { api, bucket, key } if names_none(&key) => match name {
            Some(name) => Ok(Place::Remote { api, bucket, key: format!("{key}{name}") }),
            None => Err(Error::usage("no_key", "the target needs a key")),
        },
        Place::Local(path) if path.is_dir() || path.to_string_lossy().ends_with('/') => {
            let name = name.unwrap_or_default();
            if name.is_empty() {
                let text = format!("{} has no name for a file in {}", show(from), path.display());
                return Err(Error::usage("no_name", text).hint("name the file"));
            }
            local_path(&path, name).map(Place::Local).map_err(|error| report(&error))
        }
        to => Ok(to),
    }
}

/// The bucket of a place, which must have no key.
pub(super) fn only_bucket(place: &Place) -> Result<(), Error> {
    match place {
        Place::Remote { key, .. } if key.is_empty() => Ok(()),
        Place::Remote { api, bucket, .. } => {
            let text = format!("{} names more than a bucket", show(place));
            let error = Error::usage("no_bucket", text);
            Err(error.hint(format!("{}://{bucket} is the bucket", api.scheme)))
        }
        _ => Err(Error::usage("no_store", "that is no bucket: s3://BUCKET, say")),
    }
}
