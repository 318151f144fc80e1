//! The diffs of `docs/adding.md` are of the code as it is.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::steps;

/// The diffs of a document, each with the line at which it begins.
fn diffs(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (at, line) in text.lines().enumerate() {
        match &mut open {
            None if line == "```diff" => open = Some((at + 1, String::new())),
            None => {}
            Some(_) if line == "```" => found.extend(open.take()),
            Some((_, diff)) => {
                diff.push_str(line);
                diff.push('\n');
            }
        }
    }
    found
}

/// Whether git could apply a diff, or take back one that is applied.
fn applies(diff: &str, reverse: bool) -> bool {
    let direction = reverse.then_some("--reverse");
    let mut git = Command::new("git")
        .args(["apply", "--check", "--whitespace=nowarn"])
        .args(direction)
        .arg("-")
        .current_dir(steps::root())
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("git is there");
    let mut stdin = git.stdin.take().expect("it is piped");
    stdin.write_all(diff.as_bytes()).expect("git reads it");
    drop(stdin);
    git.wait().expect("git ends").success()
}

#[test]
fn the_diffs_that_show_how_to_add_apply() {
    let text = std::fs::read_to_string(steps::root().join("docs/adding.md")).expect("it is there");
    let diffs = diffs(&text);
    assert!(diffs.len() >= 6, "{} diffs", diffs.len());
    for (line, diff) in diffs {
        let is_current = applies(&diff, false) || applies(&diff, true);
        assert!(is_current, "docs/adding.md:{line}: the diff does not apply to the code any more");
    }
}
