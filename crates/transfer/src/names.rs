//! Where things are: URLs of stores, paths, and the way from keys to paths.

use std::path::{Component, Path, PathBuf};

use crate::api::{self, Api};
use crate::error::Error;

/// A place as users write it.
#[derive(Clone, Debug)]
pub enum Place {
    /// `s3://bucket/key`; the key may be empty, and ends with a slash where it is a folder.
    Remote {
        /// The store.
        api: &'static Api,
        /// The bucket.
        bucket: String,
        /// The key or prefix.
        key: String,
    },
    /// A path.
    Local(PathBuf),
    /// `-`: stdin or stdout.
    Stream,
}

impl Place {
    /// The place of a text.
    ///
    /// # Errors
    /// If the scheme is no store's, or there is no bucket.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text == "-" {
            return Ok(Self::Stream);
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return if text.is_empty() {
                Err(Error::Usage("an empty path names nothing".to_owned()))
            } else {
                Ok(Self::Local(PathBuf::from(text)))
            };
        };
        let api = api::find(scheme).ok_or_else(|| {
            let known: Vec<_> = api::APIS.iter().map(|api| format!("{}://", api.scheme)).collect();
            Error::Usage(format!("`{text}` is in no store: there are {}", known.join(", ")))
        })?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(Error::Usage(format!("`{text}` names no bucket")));
        }
        Ok(Self::Remote { api, bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

/// The path of an object within a folder. Keys that lead elsewhere, or that no file can be called,
/// have none.
///
/// # Errors
/// [`Error::Name`].
pub fn local_path(folder: &Path, key: &str) -> Result<PathBuf, Error> {
    let path = Path::new(key);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    // `components` takes `a//b`, `a/./b` and `a/b` for the same path, which they are not as keys.
    let exact = !key.is_empty() && key.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if plain && exact && !key.contains('\0') {
        Ok(folder.join(path))
    } else {
        Err(Error::Name(key.to_owned()))
    }
}

/// The name under which a file is written until it is whole.
pub(crate) fn part_path(target: &Path, id: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let mut end = name.len().min(200);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    target.with_file_name(format!(".{}.isobar-{id}.part", &name[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_within_the_folder() {
        let folder = Path::new("/t");
        assert_eq!(local_path(folder, "a/b.txt").unwrap(), Path::new("/t/a/b.txt"));
        assert_eq!(local_path(folder, "a/..b").unwrap(), Path::new("/t/a/..b"));
        for key in
            ["", "..", "../x", "a/../../x", "/etc/passwd", "a//b", "./a", "a/.", "a\0b", "a/"]
        {
            assert!(matches!(local_path(folder, key), Err(Error::Name(_))), "{key}");
        }
    }

    #[test]
    fn places_are_told_apart() {
        let show = |text| match Place::parse(text) {
            Ok(Place::Remote { api, bucket, key }) => format!("{}|{bucket}|{key}", api.scheme),
            Ok(Place::Local(path)) => path.display().to_string(),
            Ok(Place::Stream) => "stream".to_owned(),
            Err(error) => format!("error: {error}"),
        };
        assert_eq!(show("s3://b/a/b"), "s3|b|a/b");
        assert_eq!(show("spaces://b"), "spaces|b|");
        assert_eq!(show("oss://b/"), "oss|b|");
        assert_eq!(show("./s3"), "./s3");
        assert_eq!(show("-"), "stream");
        assert_eq!(show("s3:///k"), "error: `s3:///k` names no bucket");
        assert!(show("gs://b/k").contains("s3://, spaces://, oss://"));
    }
}
