//! Which part of the crate knows which.

use std::fs;
use std::path::{Path, PathBuf};

/// The parts; each knows only those before it.
const PARTS: [&str; 13] = [
    "error", "model", "caller", "probe", "faults", "config", "ids", "hub", "store", "report",
    "clouds", "saga", "control",
];

#[test]
fn each_part_knows_only_those_before_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in files(&root) {
        let inside = file.strip_prefix(&root).unwrap().with_extension("");
        let part = inside.iter().next().unwrap().to_str().unwrap();
        let Some(own) = PARTS.iter().position(|known| *known == part) else {
            assert_eq!(part, "lib", "{part} is in the list");
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for path in code.flat_map(|line| line.split("crate::").skip(1)) {
            let of = PARTS.iter().position(|known| path.starts_with(&format!("{known}::")));
            assert!(of.is_none_or(|of| of <= own), "{inside:?} knows {path}");
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
