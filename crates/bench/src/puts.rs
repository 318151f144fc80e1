//! How many rows a second many writers put into the kernel's store: with their writes logged in groups,
//! and one after the other.

use std::error::Error;
use std::path::Path;
use std::sync::Mutex;
use std::thread::scope;
use std::time::{Duration, Instant};

use isobar_kernel::store::Schema;
use isobar_kernel::{Record, Store};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A small row.
#[derive(Serialize, Deserialize)]
struct Row {
    id: String,
    text: String,
}

impl Record for Row {
    const KIND: &'static str = "bench.row";

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// Measures both, each in a directory of its own in the one given, and prints the rates as JSON.
///
/// # Errors
/// Where the directory cannot be written.
pub(crate) fn puts(directory: &Path, writers: usize, seconds: u64) -> Result<(), Box<dyn Error>> {
    let within = Duration::from_secs(seconds);
    let grouped = rate(&directory.join("grouped"), writers, within, false)?;
    let alone = rate(&directory.join("alone"), writers, within, true)?;
    println!("{}", json!({ "grouped": grouped, "alone": alone }));
    Ok(())
}

fn rate(
    directory: &Path,
    writers: usize,
    within: Duration,
    alone: bool,
) -> Result<f64, Box<dyn Error>> {
    let mut schema = Schema::default();
    schema.add::<Row>();
    let store = Store::open(directory, schema)?;
    // Who has it writes alone, so that each group is of one.
    let turn = Mutex::new(());
    let started = Instant::now();
    let write = |writer: usize| {
        let mut written = 0_u32;
        while started.elapsed() < within {
            let id = format!("{writer}-{}", written % 1000);
            let row = Row { id, text: "a row of a few words, as most are".repeat(4) };
            let turn = alone.then(|| turn.lock());
            if store.update(|tx| tx.put(row)).is_err() {
                return None;
            }
            drop(turn);
            written += 1;
        }
        Some(written)
    };
    let counts: Vec<Option<u32>> = scope(|scope| {
        let write = &write;
        let threads: Vec<_> = (0..writers).map(|at| scope.spawn(move || write(at))).collect();
        threads.into_iter().map(|thread| thread.join().ok().flatten()).collect()
    });
    let written: Option<u32> = counts.into_iter().sum();
    let written = written.ok_or("a row could not be written")?;
    Ok(f64::from(written) / started.elapsed().as_secs_f64())
}
