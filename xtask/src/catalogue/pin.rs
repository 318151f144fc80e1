//! Brings the list of packages to the newest versions that the registry has.

use std::error::Error;
use std::fs;
use std::path::Path;

use isobar_catalogue::Cloud;
use isobar_packages::{Source, registry, sources};

/// Writes the newest version of each package of a cloud, or of all clouds, and its hash into the
/// list. What is said above the list stays.
pub(super) fn newest(
    list: &Path,
    folder: &Path,
    cloud: Option<Cloud>,
) -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(list)?;
    let head = text.find("\n- ").map_or(text.as_str(), |at| &text[..at]);
    let mut pinned = sources::read(&text)?;
    for source in &mut pinned {
        if cloud.is_none_or(|wanted| wanted == source.cloud) {
            let (version, hash) = registry::newest(source, folder)?;
            if version != source.version {
                eprintln!("{}: {} to {version}", source.package, source.version);
            }
            (source.version, source.sha256) = (version, hash);
        }
    }
    let rows: Vec<String> = pinned.iter().map(Source::to_string).collect();
    fs::write(list, format!("{}\n\n{}", head.trim_end(), rows.join("\n")))?;
    Ok(())
}
