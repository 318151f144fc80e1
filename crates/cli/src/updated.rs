//! The packs that `isobar catalogue update` took, which count before the program's own.

use std::path::PathBuf;

use isobar_packages::cache::Cache;

use crate::shell::Shell;

/// The user's cache: below `$XDG_CACHE_HOME`, else `~/.cache`. `None` where neither is known.
#[must_use]
pub(crate) fn cache(shell: &Shell) -> Option<Cache> {
    let named = shell.variable("XDG_CACHE_HOME").map(PathBuf::from);
    let folder = named
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(shell.surroundings.home()?.join(".cache")))?;
    Some(Cache::new(folder.join("isobar").join("catalogue")))
}

/// Has calls, help and completion go by what was updated. It must come before the first look into
/// the catalogue.
pub fn prefer(shell: &Shell) {
    if let Some(cache) = cache(shell) {
        isobar_catalogue::prefer(Box::new(move |cloud| cache.load(cloud)));
    }
}
