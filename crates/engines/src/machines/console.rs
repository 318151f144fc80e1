//! A machine's console: everything that its processes wrote, in a bounded place.
//!
//! The log is a directory of segments, each named after the offset at which it begins. The first
//! segment is kept for good, for it says how the machine came up; of the others the newest are. A
//! reader sees from the names where something was left out. Kept are the first 64 KiB and at least the
//! newest 1 MiB.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How much of the beginning is kept.
const HEAD: u64 = 64 << 10;
/// How long the other segments are.
const SEGMENT: u64 = 512 << 10;
/// How many of the other segments are kept: at least the newest 1 MiB.
const SEGMENTS: usize = 3;

/// Writes to a console. One process at a time does.
#[derive(Debug)]
pub(super) struct Writer {
    directory: PathBuf,
    start: u64,
    length: u64,
    segment: File,
}

impl Writer {
    /// Goes on where the console ends.
    pub(super) fn open(directory: &Path) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        let start = starts(directory)?.last().copied().unwrap_or_default();
        let segment = open(directory, start)?;
        let length = segment.metadata()?.len();
        Ok(Self { directory: directory.to_owned(), start, length, segment })
    }

    /// A line of Isobar's own.
    pub(super) fn note(&mut self, line: &str) -> io::Result<()> {
        self.write(format!("[isobar] {line}\n").as_bytes())
    }

    /// What a process wrote.
    pub(super) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let limit = if self.start == 0 { HEAD } else { SEGMENT };
            let room = limit.saturating_sub(self.length);
            if room == 0 {
                self.rotate()?;
                continue;
            }
            let part = bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
            self.segment.write_all(&bytes[..part])?;
            self.length += part as u64;
            bytes = &bytes[part..];
        }
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        self.start += self.length;
        self.length = 0;
        self.segment = open(&self.directory, self.start)?;
        let starts = starts(&self.directory)?;
        let old = starts.len().saturating_sub(SEGMENTS);
        for start in starts.iter().take(old).filter(|start| **start > 0) {
            fs::remove_file(path(&self.directory, *start))?;
        }
        Ok(())
    }
}

/// What is kept of a console, with a line where something was left out.
pub(super) fn read(directory: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut end = 0;
    for start in starts(directory)? {
        if start > end {
            let left_out = start - end;
            text.extend_from_slice(format!("\n[isobar] {left_out} bytes left out\n").as_bytes());
        }
        match fs::read(path(directory, start)) {
            Ok(segment) => {
                end = start + segment.len() as u64;
                text.extend_from_slice(&segment);
            }
            // It was rotated away between the listing and now; the next one shows the gap.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(text)
}

fn open(directory: &Path, start: u64) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path(directory, start))
}

fn path(directory: &Path, start: u64) -> PathBuf {
    directory.join(format!("{start:020}.log"))
}

/// Where the segments begin, in order.
fn starts(directory: &Path) -> io::Result<Vec<u64>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut starts = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let start: Option<u64> =
            name.to_str().and_then(|name| name.strip_suffix(".log")?.parse().ok());
        starts.extend(start);
    }
    starts.sort_unstable();
    Ok(starts)
}
